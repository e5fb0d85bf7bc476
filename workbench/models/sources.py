"""The files of an import: uploads, a file or folder on the server, or what an archive of them holds."""

import os
from pathlib import Path

from workbench.jobs.context import JobContext
from workbench.jobs.kinds import JobFailed
from workbench.server_paths import server_path
from workbench.storage.archive import ArchiveError, Limits, extract, is_archive
from workbench.uploads import service as uploads

MAX_FILES = 5000
# PyTorch and Keras files are zip archives inside; only these names mean "unpack me".
ARCHIVE_SUFFIXES = (".zip", ".tar", ".tar.gz", ".tgz", ".tar.bz2", ".tar.xz")


def gather(context: JobContext) -> dict[str, Path]:
    """Relative name → file, for `convert`. Links are left out: they could show to anywhere."""
    path = context.parameters.get("path")
    if path is not None:
        found = _from_server(server_path(context.runtime.settings, path))
    else:
        with context.runtime.db.read() as session:
            taken = uploads.of_job(session, context.runtime.storage, context.job.id)
        found = {upload.filename: upload.path for upload in taken}
    if len(found) == 1:
        ((name, file),) = found.items()
        if name.lower().endswith(ARCHIVE_SUFFIXES) and is_archive(file):
            found = _unpacked(context, file, name)
    if not found:
        raise JobFailed("nothing_to_import", "There is no file in what was given.", "Choose the files of a model.")
    return found


def _from_server(path: Path) -> dict[str, Path]:
    if path.is_file():
        found = {path.name: path}
        # An IR's weights and a Caffe or Paddle model's second file stand beside it under the same name.
        for beside in (".bin", ".pdiparams", ".index", ".caffemodel", ".params"):
            second = path.with_suffix(beside)
            if second != path and second.is_file():
                found[second.name] = second
        return found | _onnx_data(path)
    found = {}
    for folder, _, names in os.walk(path, followlinks=False):
        for name in names:
            file = Path(folder) / name
            if file.is_file() and not file.is_symlink():
                found[f"{path.name}/{file.relative_to(path).as_posix()}"] = file
            if len(found) > MAX_FILES:
                raise JobFailed(
                    "too_many_files",
                    f"The folder holds more than {MAX_FILES} files.",
                    "Name the folder of the model itself.",
                )
    return found


def _onnx_data(path: Path) -> dict[str, Path]:
    """Files with an ONNX model's external data, by the two usual habits of naming them."""
    if path.suffix.lower() != ".onnx":
        return {}
    candidates = [path.with_name(path.name + ".data"), path.with_name(path.name + "_data"), path.with_suffix(".data")]
    return {file.name: file for file in candidates if file.is_file() and not file.is_symlink()}


def _unpacked(context: JobContext, file: Path, name: str) -> dict[str, Path]:
    settings = context.runtime.settings
    folder = context.work / "unpacked"
    context.stage("unpack", 1, 1, 0.0)
    try:
        extract(file, folder, Limits(members=MAX_FILES, bytes=settings.archive_max_bytes), context.check)
    except ArchiveError as error:
        raise JobFailed(error.code, error.message, error.action) from error
    return {path.relative_to(folder).as_posix(): path for path in sorted(folder.rglob("*")) if path.is_file()}

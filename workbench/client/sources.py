"""Which files make up what a user names: companions of a model's file, the contents of a folder."""

import os
import tarfile
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from workbench.client.errors import BadFiles

# Above this, one archive is sent in place of a request for every file.
PACK_ABOVE = 500
# What stands beside a model's file under the same name and belongs to it.
BESIDE = {
    ".xml": (".bin",),
    ".pdmodel": (".pdiparams", ".pdiparams.info"),
    ".meta": (".index",),
}


def existing(paths: Sequence[Path]) -> list[Path]:
    """`paths` made absolute. Raises BadFiles for one that is missing."""
    found = [path.expanduser().absolute() for path in paths]
    for path in found:
        if not path.exists():
            raise BadFiles(f"'{path}' does not exist.", "Check the path.")
    return found


def with_companions(path: Path) -> list[Path]:
    """A model's file, and the files beside it that it cannot be read without."""
    suffix = path.suffix.lower()
    names = [path.with_suffix(end) for end in BESIDE.get(suffix, ())]
    if suffix == ".onnx":
        names = [path.with_name(path.name + ".data"), path.with_name(path.name + "_data"), path.with_suffix(".data")]
    if suffix == ".meta":
        names += sorted(path.parent.glob(f"{_escaped(path.stem)}.data-*"))
    return [path, *(name for name in names if name.is_file())]


def _escaped(text: str) -> str:
    return "".join(f"[{char}]" if char in "*?[" else char for char in text)


def files_of(paths: Sequence[Path]) -> list[tuple[str, Path]]:
    """Relative name and file of everything in `paths`; what is in a folder keeps the folder's name before it.

    Links are left out: they could lead anywhere. Raises BadFiles when nothing is left.
    """
    found: dict[str, Path] = {}
    for path in paths:
        if not path.is_dir():
            found.setdefault(path.name, path)
            continue
        folder = path.resolve()
        for here, folders, names in os.walk(folder, followlinks=False):
            folders.sort()
            for name in sorted(names):
                file = Path(here) / name
                if file.is_file() and not file.is_symlink():
                    found.setdefault(f"{folder.name}/{file.relative_to(folder).as_posix()}", file)
    if not found:
        raise BadFiles("There is no file in what was named.", "Name files, or a folder with files.")
    return list(found.items())


@contextmanager
def packed(files: list[tuple[str, Path]]) -> Iterator[list[tuple[str, Path]]]:
    """`files` as they are, or as one uncompressed archive in a temporary folder where they are many."""
    if len(files) <= PACK_ABOVE:
        yield files
        return
    with tempfile.TemporaryDirectory(prefix="workbench-send-") as folder:
        name = files[0][0].partition("/")[0] + ".tar"
        archive = Path(folder) / "send.tar"
        try:
            with tarfile.open(archive, "w", format=tarfile.PAX_FORMAT) as tar:
                for inside, path in files:
                    tar.add(path, arcname=inside, recursive=False)
        except OSError as error:
            raise BadFiles(
                f"The files cannot be packed for sending: {error.strerror or error}.",
                "Make room in the temporary folder (TMPDIR), or pack them into an archive yourself.",
            ) from error
        yield [(name, archive)]

"""The job kinds that make datasets; the work is done in processes of their own."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy.orm import Session

from workbench.datasets import remote_source, service
from workbench.db.tables import Job
from workbench.errors import WorkbenchError
from workbench.jobs.context import JobContext
from workbench.jobs.kinds import JobFailed, JobKind, Outcome, register
from workbench.server_paths import server_path
from workbench.targets.driver import Span, run_operation
from workbench.uploads import service as uploads

PROCESS = "workbench.datasets.process"
PARTS = ("calibration", "validation")
IMPORT_TIMEOUT_S = 6 * 3600.0
# The part of an import that its download is.
DOWNLOAD = Span(0.0, 0.4)
# The process ends itself in time, with a better sentence than the one that a killed process gets.
GRACE_S = 30.0


def _import(context: JobContext) -> Outcome:
    url = context.parameters.get("url")
    if url is not None:
        source, filename = _download(context, url)
        result, out = import_dataset(context, source, filename, context.parameters, Span(DOWNLOAD.end, 1.0))
    else:
        found, filename, copies = _source(context)
        result, out = import_dataset(context, found, filename, context.parameters, Span(), copies)
    return _stored(context, result, out)


def import_dataset(
    context: JobContext,
    source: Path | None,
    filename: str,
    parameters: dict[str, Any],
    span: Span,
    copies: dict[str, Path] | None = None,
) -> tuple[dict[str, Any], Path]:
    """Bring an archive or folder into the internal form; returns its facts and its folder."""
    settings = context.runtime.settings
    return run_operation(
        context,
        "dataset_import",
        {
            "source": "inputs/source",
            "filename": filename,
            "format": parameters.get("format", "auto"),
            "subset": parameters.get("subset"),
            "limits": {"members": settings.archive_max_members, "bytes": settings.archive_max_bytes},
        },
        {"source": source} if source is not None else {},
        copies={f"source/{name}": path for name, path in copies.items()} if copies else None,
        folder="dataset",
        module=PROCESS,
        span=span,
        timeout_s=IMPORT_TIMEOUT_S,
    )


def _download(context: JobContext, url: str) -> tuple[Path, str]:
    """What is behind an address, and its name. The worker's own settings count, not the server's alone."""
    settings = context.runtime.settings
    try:
        remote = remote_source.checked(settings, url)
    except WorkbenchError as error:
        raise JobFailed(error.code, error.detail, error.action) from error
    parameters = remote_source.download(settings, remote, datetime.now(UTC))
    _, out = run_operation(
        context,
        "dataset_download",
        parameters,
        {},
        folder="download",
        module=PROCESS,
        span=DOWNLOAD,
        timeout_s=settings.remote_source_timeout_s + GRACE_S,
    )
    return out / "download", remote.filename


def _source(context: JobContext) -> tuple[Path | None, str, dict[str, Path] | None]:
    """A file or folder to import; several uploads (a folder from the browser) are laid out again."""
    path = context.parameters.get("path")
    if path is not None:
        found = server_path(context.runtime.settings, path)
        return found, found.name, None
    taken = _uploads(context)
    if not taken:
        raise JobFailed("nothing_to_import", "There is no file in what was given.", "Choose an archive or a folder.")
    if len(taken) == 1:
        return taken[0].path, taken[0].filename, None
    return None, "folder", {upload.filename: upload.path for upload in taken}


def _uploads(context: JobContext) -> list[uploads.TakenUpload]:
    with context.runtime.db.read() as session:
        return uploads.of_job(session, context.runtime.storage, context.job.id)


def _parent(context: JobContext) -> Path:
    """The folder of the dataset that another one is made of."""
    with context.runtime.db.read() as session:
        return service.folder(context.runtime, service.ready(session, context.parameters["parent_id"]))


def _subset(context: JobContext) -> Outcome:
    result, out = run_operation(
        context,
        "dataset_subset",
        {"dataset": "inputs/dataset", "count": context.parameters["count"], "seed": context.parameters["seed"]},
        {"dataset": _parent(context)},
        folder="dataset",
        module=PROCESS,
        timeout_s=IMPORT_TIMEOUT_S,
    )
    return _stored(context, result, out)


def _generate(context: JobContext) -> Outcome:
    wanted = context.parameters
    parameters = {name: wanted[name] for name in ("originals", "augmentations", "sample_set", "synthetic")}
    inputs: dict[str, Path] = {}
    if wanted["parent_id"] is not None:
        parameters["dataset"] = "inputs/dataset"
        inputs["dataset"] = _parent(context)
    elif wanted["sample_set"] is None and wanted["synthetic"] is None:
        taken = _uploads(context)
        if len(taken) != wanted["originals"]:
            raise JobFailed("upload_not_found", "Some of the uploads are gone.", "Upload the pictures again.")
        parameters["names"] = [upload.filename for upload in taken]
        inputs |= {f"pictures/{number}": upload.path for number, upload in enumerate(taken)}
    result, out = run_operation(
        context,
        "dataset_generate",
        parameters,
        inputs,
        folder="dataset",
        module=PROCESS,
        timeout_s=IMPORT_TIMEOUT_S,
    )
    return _stored(context, result, out)


def _split(context: JobContext) -> Outcome:
    result, out = run_operation(
        context,
        "dataset_split",
        {"dataset": "inputs/dataset", **{name: context.parameters[name] for name in (*PARTS, "seed")}},
        {"dataset": _parent(context)},
        folder="split",
        module=PROCESS,
        timeout_s=IMPORT_TIMEOUT_S,
    )
    context.check()
    stored = {part: context.runtime.storage.publish(out / part) for part in PARTS}
    ids = {"calibration": str(context.job.dataset_id), "validation": str(context.parameters["validation_id"])}

    def apply(session: Session) -> None:
        for part in PARTS:
            service.complete(session, ids[part], stored[part], result[part])

    return Outcome({f"{part}_id": ids[part] for part in PARTS}, apply)


def _stored(context: JobContext, result: dict[str, Any], out: Path) -> Outcome:
    context.check()
    stored = context.runtime.storage.publish(out / "dataset")
    dataset_id = str(context.job.dataset_id)

    def apply(session: Session) -> None:
        service.complete(session, dataset_id, stored, result)
        uploads.release(session, context.runtime.storage, context.job.id)

    return Outcome({"dataset_id": dataset_id}, apply)


def _abandon(session: Session, job: Job) -> None:
    service.abandon(session, job.dataset_id)
    service.abandon(session, job.parameters.get("validation_id"))


DATASET_IMPORT = register(JobKind("dataset_import", _import, abandon=_abandon))
DATASET_SUBSET = register(JobKind("dataset_subset", _subset, abandon=_abandon))
DATASET_GENERATE = register(JobKind("dataset_generate", _generate, abandon=_abandon))
DATASET_SPLIT = register(JobKind("dataset_split", _split, abandon=_abandon))

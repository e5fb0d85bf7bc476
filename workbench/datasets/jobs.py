"""The job kinds `dataset_import` and `dataset_subset`; both run in a process of their own."""

from pathlib import Path
from typing import Any

from sqlalchemy.orm import Session

from workbench.datasets import service
from workbench.db.tables import Job
from workbench.jobs.context import JobContext
from workbench.jobs.kinds import JobFailed, JobKind, Outcome, register
from workbench.server_paths import server_path
from workbench.targets.driver import Span, run_operation
from workbench.uploads import service as uploads

PROCESS = "workbench.datasets.process"
IMPORT_TIMEOUT_S = 6 * 3600.0


def _import(context: JobContext) -> Outcome:
    source, filename, copies = _source(context)
    result, out = import_dataset(context, source, filename, context.parameters, Span(), copies)
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


def _source(context: JobContext) -> tuple[Path | None, str, dict[str, Path] | None]:
    """A file or folder to import; several uploads (a folder from the browser) are laid out again."""
    path = context.parameters.get("path")
    if path is not None:
        found = server_path(context.runtime.settings, path)
        return found, found.name, None
    with context.runtime.db.read() as session:
        taken = uploads.of_job(session, context.runtime.storage, context.job.id)
    if not taken:
        raise JobFailed("nothing_to_import", "There is no file in what was given.", "Choose an archive or a folder.")
    if len(taken) == 1:
        return taken[0].path, taken[0].filename, None
    return None, "folder", {upload.filename: upload.path for upload in taken}


def _subset(context: JobContext) -> Outcome:
    with context.runtime.db.read() as session:
        parent = service.ready(session, context.parameters["parent_id"])
        folder = service.folder(context.runtime, parent)
    result, out = run_operation(
        context,
        "dataset_subset",
        {"dataset": "inputs/dataset", "count": context.parameters["count"], "seed": context.parameters["seed"]},
        {"dataset": folder},
        folder="dataset",
        module=PROCESS,
        timeout_s=IMPORT_TIMEOUT_S,
    )
    return _stored(context, result, out)


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


DATASET_IMPORT = register(JobKind("dataset_import", _import, abandon=_abandon))
DATASET_SUBSET = register(JobKind("dataset_subset", _subset, abandon=_abandon))

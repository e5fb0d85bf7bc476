"""The job kind `project_import`: an export of another server becomes models, a dataset, projects, runs and reports.

What was checked is made ready first, outside of any transaction: models are converted and analysed as an upload is, and
artifacts are stored. All rows are written in the transaction that ends the job, so a refused or cancelled import leaves
nothing.
"""

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from sqlalchemy.orm import Session

from workbench.datasets import service as datasets
from workbench.engine.protocol import EngineError
from workbench.errors import Conflict
from workbench.jobs.context import JobContext
from workbench.jobs.kinds import JobFailed, JobKind, Outcome, register
from workbench.models import service as models
from workbench.packages import import_check, import_rows, repository
from workbench.packages.export_document import CONTENT, REPORTS, RUNS, Content, ExportedReport, ExportedRun
from workbench.packages.import_ready import Ready
from workbench.packages.schemas import ImportWanted
from workbench.server_paths import server_path
from workbench.storage.store import StoredArtifact
from workbench.targets import service as targets
from workbench.targets.driver import Span, run_operation
from workbench.uploads import service as uploads

PROCESS = "workbench.packages.process"
DATASETS = "workbench.datasets.process"
TIMEOUT_S = 6 * 3600.0
# Parts of the job's progress: looking at the archive, the models, the dataset.
CHECK, MODELS, DATASET = Span(0.0, 0.3), Span(0.3, 0.7), Span(0.7, 0.95, "dataset: ")


def _import(context: JobContext) -> Outcome:
    wanted = ImportWanted.model_validate(context.parameters)
    told, out = run_operation(
        context,
        "project_check",
        {
            "limits": {
                "members": context.runtime.settings.archive_max_members,
                "bytes": context.runtime.settings.archive_max_bytes,
            }
        },
        {"archive": _archive(context, wanted)},
        folder="check",
        module=PROCESS,
        span=CHECK,
        timeout_s=TIMEOUT_S,
    )
    folder = out / import_check.CHECKED
    # What comes out of a process that opened a stranger's file is read as strictly as the file.
    with _as_failure():
        content = import_check.document(Content, folder / CONTENT, import_check.CONTENT_BYTES)
        import_check.check_content(content)
    ready = Ready(content, str(told.get("openvino"))[:100])
    try:
        with context.runtime.db.read() as session:
            target_id = target_of(session, wanted.target)
            if not content.dataset.included:
                ready.dataset_id = dataset_here(session, content, wanted.dataset)
        _make_ready(context, folder, ready)
        context.check()
    except BaseException:
        for stored in ready.stored():
            context.runtime.storage.delete_artifact(stored.id)
        raise
    result: dict[str, Any] = {"openvino": ready.openvino}

    def apply(session: Session) -> None:
        made = import_rows.write(session, context, ready, target_id)
        uploads.release(session, context.runtime.storage, context.job.id)
        result.update(made)

    return Outcome(result, apply)


def _archive(context: JobContext, wanted: ImportWanted) -> Path:
    if wanted.path is not None:
        return server_path(context.runtime.settings, wanted.path)
    with context.runtime.db.read() as session:
        taken = uploads.of_job(session, context.runtime.storage, context.job.id)
    if len(taken) != 1:
        raise JobFailed("upload_not_found", "The upload is gone.", "Send the export again.")
    return taken[0].path


def target_of(session: Session, ref: str | None) -> str:
    """The target that the imported projects are of. Raises NotFound, Conflict."""
    return (targets.get(session, ref) if ref is not None else targets.default(session)).id


def dataset_here(session: Session, content: Content, ref: str | None) -> str:
    """The dataset of this server that an export without pictures refers to. Raises Conflict where there is none."""
    exported = content.dataset
    if ref is None:
        found = repository.dataset_of(session, exported.sha256)
        if found is None:
            raise Conflict(
                f"The export comes without its dataset '{exported.name}' ({exported.count} samples), and no dataset "
                "here has the same content.",
                code="export_dataset_needed",
                action="Export the project with its dataset, or import the same dataset first and name it.",
            )
        return found.id
    row = datasets.ready(session, ref)
    if repository.artifact_sha256(session, row.artifact_id) != exported.sha256:
        raise Conflict(
            f"'{row.name}' is not the dataset that the export was made with, '{exported.name}'.",
            code="export_dataset_differs",
            action="Export the project with its dataset: the reports are about just those samples.",
        )
    return row.id


@contextlib.contextmanager
def _as_failure() -> Iterator[None]:
    try:
        yield
    except EngineError as error:
        raise JobFailed(error.code, error.message, error.action) from error


def _make_ready(context: JobContext, folder: Path, ready: Ready) -> None:
    content = ready.content
    each = (MODELS.end - MODELS.start) / len(content.models)
    for number, model in enumerate(content.models):
        begin = MODELS.start + number * each
        prefix = f"model {number + 1} of {len(content.models)}, "
        ready.models.append(
            _model(context, folder / "models" / str(number), ready, number, Span(begin, begin + each, prefix))
        )
        if ready.models[-1][1]["sha256"] != model.sha256:
            raise JobFailed(
                "export_model_differs",
                f"The model '{model.name}' is not the one that the export tells of: its hash differs.",
                "Send the export as it was made, or export the project again.",
            )
    if content.dataset.included:
        ready.dataset = _dataset(context, folder / "dataset", content)
    for number in range(len(content.projects)):
        here = folder / "projects" / str(number)
        with _as_failure():
            ready.runs.append(import_check.lines(ExportedRun, here / RUNS))
            ready.reports.append(import_check.lines(ExportedReport, here / REPORTS))
        for place, run in enumerate(ready.runs[-1]):
            for name in run.files:
                alone = context.work / f"run-{number}-{place}-{name.partition('.')[0]}"
                alone.mkdir()
                (here / "runs" / str(place) / name).rename(alone / name)
                _publish(context, ready, (number, "runs", place, name), alone)
        for place, report in enumerate(ready.reports[-1]):
            if report.files:
                _publish(context, ready, (number, "reports", place, ""), here / "reports" / str(place))


def _publish(context: JobContext, ready: Ready, key: tuple[int, str, int, str], folder: Path) -> None:
    context.check()
    ready.artifacts[key] = context.runtime.storage.publish(folder)


def _model(
    context: JobContext, folder: Path, ready: Ready, number: int, span: Span
) -> tuple[StoredArtifact, dict[str, Any]]:
    """A model through the checks of an import: an IR passes them as it is, byte for byte."""
    exported = ready.content.models[number]
    middle = (span.start + span.end) / 2
    _, out = run_operation(
        context,
        "convert",
        {"files": ["inputs/source/model.bin", "inputs/source/model.xml"], "name": exported.name},
        {},
        folder=f"convert-{number}",
        copies={f"source/{name}": folder / name for name in ("model.xml", "model.bin")},
        span=Span(span.start, middle, f"{span.prefix}check: "),
        timeout_s=TIMEOUT_S,
    )
    made = {name: getattr(exported, name) for name in ("framework", "source_format", "conversion")}
    return models.analyze_and_store(
        context,
        made,
        out,
        _sources(folder / "source", exported.sources),
        Span(middle, span.end, f"{span.prefix}analyse: "),
        folder=f"analyze-{number}",
    )


def _sources(folder: Path, names: list[str]) -> Path | None:
    """The source files under their own names, which were checked."""
    if not names:
        return None
    named = folder.with_name("named")
    for place, name in enumerate(names):
        path = named / name
        path.parent.mkdir(parents=True, exist_ok=True)
        (folder / str(place)).rename(path)
    return named


def _dataset(context: JobContext, folder: Path, content: Content) -> tuple[StoredArtifact, dict[str, Any]]:
    facts, out = run_operation(
        context,
        "dataset_adopt",
        {"dataset": "inputs/dataset"},
        {"dataset": folder},
        folder="adopt",
        module=DATASETS,
        span=DATASET,
        timeout_s=TIMEOUT_S,
    )
    context.check()
    stored = context.runtime.storage.publish(out / "dataset")
    told = (facts["count"], facts["format"], stored.sha256)
    if told != (content.dataset.count, content.dataset.format, content.dataset.sha256):
        context.runtime.storage.delete_artifact(stored.id)
        raise JobFailed(
            "export_dataset_invalid",
            "The dataset of the export is not the one that it tells of.",
            "Send the export as it was made, or export the project again.",
        )
    return stored, facts


PROJECT_IMPORT = register(JobKind("project_import", _import))

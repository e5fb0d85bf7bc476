"""The rows of an import: new ids, free names, the times that things were made at, and where they were measured."""

from typing import Any

from sqlalchemy.orm import Session

from workbench.accuracy import service as accuracy
from workbench.benchmarks import service as benchmarks
from workbench.datasets import service as datasets
from workbench.db.base import new_id
from workbench.db.session import now
from workbench.db.tables import Artifact, Dataset, Model, Project, Report, Run
from workbench.jobs import events
from workbench.jobs.context import JobContext
from workbench.models import service as models
from workbench.names import free_name
from workbench.packages import import_rules, repository
from workbench.packages.export_document import ExportedReport, ExportedRun
from workbench.packages.import_ready import Ready
from workbench.storage.store import StoredArtifact

# Of names in the database, so that " (2)" fits behind.
NAME_CHARACTERS, PROJECT_CHARACTERS = 190, 490


def write(session: Session, context: JobContext, ready: Ready, target_id: str) -> dict[str, Any]:
    """All of an import, in the transaction that ends its job; returns the job's result."""
    dataset_id = ready.dataset_id or _dataset(session, context, ready)
    made = [_model(session, context, ready, number, dataset_id) for number in range(len(ready.content.models))]
    for row, exported in zip(made, ready.content.models, strict=True):
        row.parent_id = made[exported.parent].id if exported.parent is not None else None
    session.flush()
    projects = _projects(session, context, ready, made, dataset_id, target_id)
    counts = {"runs": 0, "reports": 0}
    for number, project in enumerate(projects):
        for place, run in enumerate(ready.runs[number]):
            _run(session, ready, (number, place), run, project)
            counts["runs"] += 1
        for place, report in enumerate(ready.reports[number]):
            _report(session, ready, (number, place), report, project, made, dataset_id)
            counts["reports"] += 1
        events.changed(session, "projects", project.id)
    main = projects[ready.content.main]
    return {
        "project_id": main.id,
        "project": main.name,
        "project_ids": [row.id for row in projects],
        "model_ids": [row.id for row in made],
        "dataset_id": dataset_id,
        **counts,
    }


def _artifact(stored: StoredArtifact, kind: str) -> Artifact:
    return Artifact(id=stored.id, kind=kind, size_bytes=stored.size_bytes, sha256=stored.sha256)


def _free(session: Session, table: type[Model] | type[Dataset] | type[Project], name: str, most: int) -> str:
    return free_name(name[:most].strip() or "imported", lambda text: repository.name_taken(session, table, text))


def _dataset(session: Session, context: JobContext, ready: Ready) -> str:
    assert ready.dataset is not None
    stored, facts = ready.dataset
    name = _free(session, Dataset, ready.content.dataset.name, NAME_CHARACTERS)
    row = Dataset(id=new_id(), name=name, state="importing", job_id=context.job.id)
    row.created_at = ready.content.dataset.created_at
    repository.insert(session, [row])
    datasets.complete(session, row.id, stored, facts)
    return row.id


def _model(session: Session, context: JobContext, ready: Ready, number: int, dataset_id: str) -> Model:
    exported, (stored, facts) = ready.content.models[number], ready.models[number]
    row = Model(
        id=new_id(),
        name=_free(session, Model, exported.name, NAME_CHARACTERS),
        state="importing",
        task=exported.task,
        # What a guess was is what the analysis here says, unless it was put right there.
        task_source="user",
        preprocessing=exported.preprocessing.model_dump() if exported.preprocessing is not None else None,
        job_id=context.job.id,
        created_at=exported.created_at,
    )
    repository.insert(session, [row])
    models.complete(session, row.id, stored, facts)
    row.task_source = exported.task_source
    if row.conversion is not None and isinstance(row.conversion.get("calibration"), dict):
        calibration: dict[str, Any] = row.conversion["calibration"]
        if calibration.get("same_dataset"):
            row.conversion = row.conversion | {"calibration": calibration | {"dataset_id": dataset_id}}
    return row


def _projects(
    session: Session, context: JobContext, ready: Ready, made: list[Model], dataset_id: str, target_id: str
) -> list[Project]:
    rows = []
    for exported in ready.content.projects:
        row = Project(
            id=new_id(),
            name=_free(session, Project, exported.name, PROJECT_CHARACTERS),
            model_id=made[exported.model].id,
            dataset_id=dataset_id,
            target_id=target_id,
            device=exported.device,
            precision=exported.precision,
            last_job_id=context.job.id,
            reading=exported.reading.model_dump(mode="json") if exported.reading is not None else None,
            created_at=exported.created_at,
        )
        repository.insert(session, [row])
        rows.append(row)
    for row, exported in zip(rows, ready.content.projects, strict=True):
        row.parent_id = rows[exported.parent].id if exported.parent is not None else None
    session.flush()
    return rows


def _run(session: Session, ready: Ready, where: tuple[int, int], exported: ExportedRun, project: Project) -> None:
    moment = import_rules.moment_of(exported.document)
    row: Run = benchmarks.adopted_run(exported.document, project.id, moment)
    benchmarks.mark_imported(row, ready.openvino, now(session))
    for name, column in (("latencies.npz", "latencies_artifact_id"), ("layers.json.gz", "layers_artifact_id")):
        stored = ready.artifacts.get((where[0], "runs", where[1], name))
        if stored is not None:
            repository.insert(session, [_artifact(stored, "run")])
            setattr(row, column, stored.id)
    repository.insert(session, [row])


def _report(
    session: Session,
    ready: Ready,
    where: tuple[int, int],
    exported: ExportedReport,
    project: Project,
    made: list[Model],
    dataset_id: str,
) -> None:
    moment = import_rules.moment_of(exported.document)
    row: Report = accuracy.adopted_report(exported.document, project.id, moment)
    row.dataset_id = dataset_id
    row.model_id = made[exported.model].id if exported.model is not None else None
    reference: dict[str, Any] | None = row.result.get("reference")
    if reference is not None:
        other = made[exported.reference].id if exported.reference is not None else None
        row.result = row.result | {"reference": reference | {"model_id": other}}
    stored = ready.artifacts.get((where[0], "reports", where[1], ""))
    if stored is not None:
        repository.insert(session, [_artifact(stored, "report")])
        row.artifact_id = stored.id
    repository.insert(session, [row])

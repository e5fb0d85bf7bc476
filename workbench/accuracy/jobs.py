"""The job kinds `accuracy` and `tensor_distance`: a report each, or nothing when they do not come to their end.

They load the machine, and their speed is a fact of the report: they are measuring jobs.
"""

from typing import Any

from sqlalchemy.orm import Session

from workbench.accuracy import keeping, parameters, repository
from workbench.accuracy.keeping import EngineReport, Unusable
from workbench.accuracy.reading_schemas import Reading
from workbench.datasets import service as datasets
from workbench.db.base import new_id
from workbench.db.tables import Artifact, Dataset, Model, Project, Report
from workbench.jobs import events
from workbench.jobs.context import JobContext
from workbench.jobs.kinds import JobFailed, JobKind, Outcome, register
from workbench.targets.driver import Span, run_operation

TIMEOUT_S = 24 * 3600.0
# Of the job's time, the engine takes this part; the rest is for putting its rows into the store.
ENGINE_PART = 0.95


def _accuracy(context: JobContext) -> Outcome:
    wanted = context.parameters
    with context.runtime.db.read() as session:
        found = repository.parts(session, str(context.job.project_id))
        reference = wanted.get("reference")
        parent = repository.model(session, reference["model_id"]) if reference else None
    if found is None or (reference and (parent is None or parent.artifact_id is None)):
        raise JobFailed(
            "project_archived", "A model or the dataset of the project is gone.", "Create the project anew."
        )
    project, model, dataset = found
    distance = wanted["kind"] == "tensor_distance"
    inputs = parameters.model_files(context.runtime, model, parent)
    inputs["dataset"] = datasets.folder(context.runtime, dataset)
    own = parameters.common(model, project.device, project.precision, wanted["reading"])
    own |= {"dataset": "inputs/dataset", "subset": wanted.get("subset"), "reference_model": None}
    if parent is not None and reference:
        own["reference_model"] = "inputs/reference.xml"
        own["reference_reading"] = reference.get("reading")
    if distance:
        own["per_layer"] = bool(wanted.get("per_layer"))
    result, out = run_operation(
        context,
        "tensor_distance" if distance else "accuracy",
        own,
        inputs,
        folder="accuracy",
        span=Span(0.0, ENGINE_PART),
        timeout_s=TIMEOUT_S,
    )
    report = keeping.checked(result)
    folder = context.work / "report"
    rows = keeping.keep(report, out, folder)
    if report.samples and not rows:
        raise Unusable(f"it tells of {report.samples} samples and has a row of none")
    context.check()
    context.progress(1.0)
    stored = context.runtime.storage.publish(folder)
    row = _row(context, project, model, dataset, parent, report)
    row.artifact_id = stored.id
    row.result["rows"] = rows

    def apply(session: Session) -> None:
        artifact = Artifact(id=stored.id, kind="report", size_bytes=stored.size_bytes, sha256=stored.sha256)
        repository.add(session, artifact)
        repository.add(session, row)
        tell(session, row)

    return Outcome({"report_id": row.id, "project_id": project.id}, apply)


def tell(session: Session, row: Report) -> None:
    """A report has come or gone: its list and its project are no longer what they were."""
    events.changed(session, "reports", row.id, project_id=row.project_id)
    events.changed(session, "projects", row.project_id)


def _row(
    context: JobContext, project: Project, model: Model, dataset: Dataset, parent: Model | None, report: EngineReport
) -> Report:
    wanted = context.parameters
    primary = report.metrics.get(report.primary) if report.primary is not None else None
    reading = Reading.model_validate(wanted["reading"])
    result: dict[str, Any] = report.model_dump(mode="json", exclude={"samples"})
    result |= {
        "reading": wanted["reading"],
        "subset": wanted.get("subset"),
        "engine": "workbench",
        "model_sha256": model.sha256,
        "reference": {"model_id": parent.id, "name": parent.name, "sha256": parent.sha256} if parent else None,
        # What lists show of it, apart from the rest.
        "headline": primary.model_dump(mode="json") | {"metric": report.primary} if primary is not None else None,
    }
    return Report(
        id=new_id(),
        project_id=project.id,
        job_id=context.job.id,
        dataset_id=dataset.id,
        model_id=model.id,
        kind=wanted["kind"],
        task=reading.task,
        samples=report.samples,
        primary_metric=report.primary,
        primary_value=primary.value if primary is not None else None,
        result=result,
    )


ACCURACY = register(JobKind("accuracy", _accuracy, measuring=True))
TENSOR_DISTANCE = register(JobKind("tensor_distance", _accuracy, measuring=True))

# The kinds `prediction` and `accuracy_checker` are registered by their import.
from workbench.accuracy import checker_jobs, prediction_jobs  # noqa: E402, F401

"""The job kinds `accuracy` and `tensor_distance`: a report each, or nothing when they do not come to their end.

They load the machine, and their speed is a fact of the report: they are measuring jobs.
"""

from collections.abc import Mapping
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
from workbench.jobs.kinds import Apply, JobFailed, JobKind, Outcome, register
from workbench.targets.driver import Span, run_operation

TIMEOUT_S = 24 * 3600.0
# Of the job's time, the engine takes this part; the rest is for putting its rows into the store.
ENGINE_PART = 0.95


def _accuracy(context: JobContext) -> Outcome:
    row, apply = make(context, str(context.job.project_id), context.parameters)
    return Outcome({"report_id": row.id, "project_id": row.project_id}, apply)


def make(
    context: JobContext, project_id: str, wanted: Mapping[str, Any], span: Span | None = None, folder: str = "accuracy"
) -> tuple[Report, Apply]:
    """A report of `wanted`, as `starting.plan` gives it: its row, and what writes it in a transaction."""
    with context.runtime.db.read() as session:
        found = repository.parts(session, project_id)
        reference = wanted.get("reference")
        parent = repository.model(session, reference["model_id"]) if reference else None
    if found is None or (reference and (parent is None or parent.artifact_id is None)):
        raise JobFailed(
            "project_archived", "A model or the dataset of the project is gone.", "Create the project anew."
        )
    project, model, dataset = found
    span = span or Span()
    distance = wanted["kind"] == "tensor_distance"
    inputs = parameters.model_files(context.runtime, model, parent)
    inputs["dataset"] = datasets.folder(context.runtime, dataset)
    own = parameters.common(model, project.device, wanted.get("precision") or project.precision, wanted["reading"])
    own |= {"dataset": "inputs/dataset", "subset": wanted.get("subset"), "without": wanted.get("without")}
    own["reference_model"] = None
    if parent is not None and reference:
        own["reference_model"] = "inputs/reference.xml"
        own["reference_reading"] = reference.get("reading")
        own["reference_layouts"] = parameters.layouts(parent)
    if distance:
        own["per_layer"] = bool(wanted.get("per_layer"))
    result, out = run_operation(
        context,
        "tensor_distance" if distance else "accuracy",
        own,
        inputs,
        folder=folder,
        span=Span(span.start, span.start + ENGINE_PART * (span.end - span.start), span.prefix),
        timeout_s=TIMEOUT_S,
    )
    report = keeping.checked(result)
    kept = context.work / f"{folder}-report"
    rows = keeping.keep(report, out, kept)
    if report.samples and not rows:
        raise Unusable(f"it tells of {report.samples} samples and has a row of none")
    context.check()
    context.progress(span.end)
    stored = context.runtime.storage.publish(kept)
    row = _row(context, wanted, project, model, dataset, parent, report)
    row.artifact_id = stored.id
    row.result["rows"] = rows

    def apply(session: Session) -> None:
        artifact = Artifact(id=stored.id, kind="report", size_bytes=stored.size_bytes, sha256=stored.sha256)
        repository.add(session, artifact)
        repository.add(session, row)
        tell(session, row)

    return row, apply


def tell(session: Session, row: Report) -> None:
    """A report has come or gone: its list and its project are no longer what they were."""
    events.changed(session, "reports", row.id, project_id=row.project_id)
    events.changed(session, "projects", row.project_id)


def _row(
    context: JobContext,
    wanted: Mapping[str, Any],
    project: Project,
    model: Model,
    dataset: Dataset,
    parent: Model | None,
    report: EngineReport,
) -> Report:
    primary = report.metrics.get(report.primary) if report.primary is not None else None
    reading = Reading.model_validate(wanted["reading"])
    result: dict[str, Any] = report.model_dump(mode="json", exclude={"samples"})
    result |= {
        "reading": wanted["reading"],
        "subset": wanted.get("subset"),
        "without": wanted.get("without"),
        "precision": wanted.get("precision") or project.precision,
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

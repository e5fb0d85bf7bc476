"""How good a version is: reports of it and of its parent on the same samples, and what lies between them."""

from collections.abc import Mapping
from typing import Any, Literal

from pydantic import ValidationError
from sqlalchemy.orm import Session

from workbench.accuracy import service as accuracy
from workbench.accuracy.reading_schemas import Reading
from workbench.accuracy.schemas import ReportKind, ReportWanted
from workbench.datasets.schemas import Subset
from workbench.db.tables import Project
from workbench.errors import Conflict
from workbench.jobs.context import JobContext
from workbench.optimization import repository
from workbench.optimization.schemas import BeforeAfter
from workbench.projects import service as projects
from workbench.runtime import Runtime
from workbench.targets.driver import Span

Kind = Literal["annotations", "tensor_distance", "parent_predictions"]
Precision = Literal["f32", "bf16", "f16"]
# Drawn from what a calibration leaves, so another seed than its own is not needed.
SEED = 0


def judge(
    context: JobContext,
    project_id: str,
    without: Subset | None,
    samples: int | None,
    precision: Precision | None,
    span: Span,
    folder: str,
    kind: Kind = "annotations",
    again: bool = False,
) -> str:
    """Make a report of a project, without what it was calibrated with, and keep it. Returns its id.

    `samples`: of those that are left; None for all of them. `precision`: None for the project's. A report that says
    just this already is taken as it is, unless it is to be made `again`. Raises Conflict where none can be made,
    JobFailed where the engine fails.
    """
    with context.runtime.db.read() as session:
        project = projects.usable(session, project_id)
        wanted = report_wanted(session, project, without, samples, precision, kind)
        parameters = accuracy.plan_report(session, context.runtime, project, wanted)
        known = None if again else _known(session, project, parameters)
    if known is not None:
        context.log(f"the report {known} of '{project.name}' says this already")
        context.progress(span.end)
        return known
    row, apply = accuracy.make_report(context, project_id, parameters, span, folder)
    with context.transaction() as session:
        apply(session)
    return row.id


def kind_for(session: Session, runtime: Runtime, project: Project, without: Subset | None) -> tuple[Kind | None, str]:
    """The report that a version of a project can be judged by, and why no better one: against annotations, else the
    distance of its outputs to its parent's; None where there can be neither."""
    try:
        accuracy.plan_report(session, runtime, project, ReportWanted(without=without))
        return "annotations", ""
    except Conflict as refused:
        why = refused.detail
        if refused.code in ("dataset_is_noise", "subset_too_large", "project_archived"):
            return None, why
    return "tensor_distance", why


def planned(session: Session, runtime: Runtime, project: Project, without: Subset | None) -> dict[str, Any]:
    """The parameters of a report against annotations. Raises Conflict where there can be none."""
    return accuracy.plan_report(session, runtime, project, ReportWanted(without=without))


def labels_or_parent(session: Session, runtime: Runtime, project: Project, without: Subset | None) -> Kind:
    """What versions of a project are judged by where a figure is needed: annotations, else the answers of the model
    itself. Raises Conflict where there is neither."""
    kind, why = kind_for(session, runtime, project, without)
    if kind == "annotations":
        return kind
    if kind is not None and not accuracy.of_project(session, runtime, project).lacks:
        return "parent_predictions"
    raise Conflict(
        f"Nothing tells how good a version would be: {why}",
        code="report_not_possible",
        action="Say how the model is read (on the page under Accuracy), or choose a project with annotations.",
    )


def report_wanted(
    session: Session, project: Project, without: Subset | None, samples: int | None, precision: Any, kind: ReportKind
) -> ReportWanted:
    dataset = repository.dataset(session, project.dataset_id)
    left = (dataset.count if dataset is not None else 0) - (without.count if without is not None else 0)
    subset = Subset(count=samples, seed=SEED) if samples is not None and samples < left else None
    return ReportWanted(kind=kind, subset=subset, without=without, precision=precision)


def _known(session: Session, project: Project, parameters: Mapping[str, Any]) -> str | None:
    """The newest report that was made with just these parameters, of this model."""
    model = repository.model(session, project.model_id)
    asked = {name: parameters[name] for name in ("subset", "without", "reading")}
    asked["precision"] = parameters.get("precision") or project.precision
    reference = parameters.get("reference")
    for row in repository.reports(session, project.id, str(parameters["kind"])):
        result: dict[str, Any] = row.result
        if model is None or result.get("model_sha256") != model.sha256 or row.dataset_id != project.dataset_id:
            continue
        other = (result.get("reference") or {}).get("model_id")
        if "precision" not in result or other != (reference["model_id"] if reference else None):
            continue
        if all(_same(name, result.get(name), value) for name, value in asked.items()):
            return row.id
    return None


def _same(name: str, kept: Any, asked: Any) -> bool:
    if name == "reading" and isinstance(kept, dict):
        try:
            return Reading.model_validate(kept) == Reading.model_validate(asked)
        except ValidationError:
            # Written by another version.
            return False
    return bool(kept == asked)


def before_after(runtime: Runtime, before_id: str, after_id: str) -> dict[str, BeforeAfter]:
    """Each metric that both reports have, before and after; the one that stands for them with the interval of the
    difference, paired over the samples."""
    with runtime.db.read() as session:
        before, after = (accuracy.report(session, report_id) for report_id in (before_id, after_id))
    ends = accuracy.difference_ci95(runtime, before, after)
    return {
        name: BeforeAfter(
            before=before.metrics[name],
            after=metric,
            difference=metric.value - before.metrics[name].value,
            difference_ci95=ends if name == after.primary else None,
        )
        for name, metric in after.metrics.items()
        if name in before.metrics
    }

"""A version of a project's model: made on its target, analysed, stored, with a project of its own beside its parent's.

Nothing of it is in the database before all of it is there: what is cancelled or fails leaves no half of a model.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from importlib import metadata
from typing import Any

from sqlalchemy.orm import Session

from workbench.accuracy import service as accuracy
from workbench.accuracy.reading_schemas import ReadingWanted
from workbench.accuracy.service import Unusable
from workbench.datasets import service as datasets
from workbench.datasets.schemas import Subset
from workbench.db.tables import Model
from workbench.errors import WorkbenchError
from workbench.jobs.context import JobContext
from workbench.models import service as models
from workbench.optimization.answers import EngineVersion, checked, model_in
from workbench.optimization.planning import Plan, plan_version
from workbench.optimization.schemas import CompressWanted, ControlResult, QuantizeWanted
from workbench.projects import service as projects
from workbench.projects.schemas import ProjectWanted
from workbench.targets.driver import Span, run_operation

TIMEOUT_S = 24 * 3600.0
# Of the time of making: the rest is for its analysis.
ENGINE_PART = 0.9
# Takes each step of an accuracy control as it is made.
OnStep = Callable[[dict[str, Any]], None]


@dataclass(frozen=True)
class Made:
    """A version that was made, and kept with its project."""

    model_id: str
    project_id: str
    parent_id: str
    parent_project_id: str
    size_bytes: int
    parent_size_bytes: int
    without: Subset | None
    calibration_samples: int | None
    calibration_s: float
    control: ControlResult | None
    notes: list[str] = field(default_factory=list)

    @property
    def size_ratio(self) -> float:
        return self.parent_size_bytes / max(1, self.size_bytes)


def make_version(
    context: JobContext,
    project_id: str,
    wanted: QuantizeWanted | CompressWanted,
    span: Span,
    folder: str = "version",
    on_step: OnStep | None = None,
    timeout_s: float = TIMEOUT_S,
) -> Made:
    """Make the version that is `wanted` of the model of a project, with a project of its own (reading included).

    `folder`: another one for each version that a job makes. Raises Conflict as `plan_version`, JobFailed with the code
    of the engine.
    """
    with context.runtime.db.read() as session:
        plan = plan_version(session, context.runtime, project_id, wanted)
    middle = span.start + ENGINE_PART * (span.end - span.start)

    def hear(name: str, data: dict[str, Any], _: object) -> None:
        if name == "control_step" and on_step is not None:
            on_step(data)

    result, out = run_operation(
        context,
        plan.kind,
        plan.parameters,
        _inputs(context, plan),
        folder=folder,
        span=Span(span.start, middle, span.prefix),
        timeout_s=timeout_s,
        on_partial=hear,
    )
    answer = checked(EngineVersion, result)
    made = {
        "framework": plan.model.framework,
        "source_format": plan.model.source_format,
        "conversion": lineage(plan, wanted, answer),
    }
    rest = Span(middle, span.end, f"{span.prefix}analyse: ")
    stored, facts = models.analyze_and_store(context, made, model_in(out), None, rest, folder=f"{folder}-analyze")
    if not _same_ends(plan.model, facts):
        context.runtime.storage.delete_artifact(stored.id)
        raise Unusable("the inputs or outputs of the new model are not those of its parent")
    # What the model is for does not change by how its weights are stored.
    facts["task"] = plan.model.task
    with context.transaction() as session:
        parent = models.ready(session, plan.model.id)
        free = plan.name if plan.name is not None and not models.exists(session, plan.name) else None
        row = models.create_child(session, parent, free, plan.usual)
        row.job_id = context.job.id
        models.complete(session, row.id, stored, facts)
        if parent.preprocessing is not None:
            models.keep_preprocessing(session, row.id, parent.preprocessing)
        child_id = _project(session, context, project_id, row)
    notes = [*plan.notes, *answer.notes]
    if plan.name is not None and free is None:
        notes.append(f"The name '{plan.name}' was taken meanwhile.")
    return Made(
        model_id=row.id,
        project_id=child_id,
        parent_id=plan.model.id,
        parent_project_id=project_id,
        size_bytes=facts["size_bytes"],
        parent_size_bytes=plan.model.size_bytes,
        without=plan.without,
        calibration_samples=answer.calibration_samples,
        calibration_s=answer.calibration_s,
        control=answer.control,
        notes=notes,
    )


def _inputs(context: JobContext, plan: Plan) -> dict[str, Any]:
    xml, weights = models.files(context.runtime, plan.model)
    inputs = {"model.xml": xml, "model.bin": weights}
    if plan.calibration is not None:
        inputs["calibration"] = datasets.folder(context.runtime, plan.calibration.dataset)
    if plan.parameters.get("control") is not None:
        inputs["dataset"] = datasets.folder(context.runtime, plan.dataset)
    return inputs


def lineage(plan: Plan, wanted: QuantizeWanted | CompressWanted, answer: EngineVersion) -> dict[str, Any]:
    """What is kept with the model of how it was made: enough to make it again elsewhere."""
    calibration = None
    if plan.calibration is not None:
        calibration = {
            "dataset_id": plan.calibration.dataset.id,
            "dataset": plan.calibration.dataset.name,
            "samples": plan.calibration.samples,
            "seed": plan.calibration.seed,
            "same_dataset": plan.calibration.same,
        }
    resolved = plan.resolved
    if isinstance(wanted, QuantizeWanted):
        resolved = resolved | {"model_type": answer.model_type or plan.resolved["model_type"]}
    return {
        "method": plan.method,
        "options": wanted.model_dump(mode="json"),
        "resolved": resolved | {"ignored_names": answer.ignored_names},
        "quantized": answer.quantized or answer.compressed,
        "of": plan.model.name,
        "parent_sha256": plan.model.sha256,
        "nncf": answer.nncf,
        "openvino": metadata.version("openvino"),
        "calibration": calibration,
        "reading": plan.parameters.get("reading"),
        "control": answer.control.model_dump(mode="json") if answer.control is not None else None,
    }


def _same_ends(parent: Model, facts: dict[str, Any]) -> bool:
    """A version takes and gives what its parent does."""
    pairs = ((parent.inputs, facts["inputs"]), (parent.outputs, facts["outputs"]))
    return all([port.get("shape") for port in a or []] == [port.get("shape") for port in b or []] for a, b in pairs)


def _project(session: Session, context: JobContext, parent_project_id: str, row: Model) -> str:
    """The project of a new version: as its parent's, read in the same way where that was said."""
    parent = projects.usable(session, parent_project_id)
    wanted = ProjectWanted(
        model=row.id,
        dataset=str(parent.dataset_id),
        target=str(parent.target_id),
        device=parent.device,
        precision=parent.precision,  # type: ignore[arg-type]
        baseline=False,
    )
    made = projects.create(session, context.runtime, wanted).project
    child = projects.get(session, made.id)
    read = accuracy.reading(session, context.runtime, parent)
    if read.source == "user":
        try:
            accuracy.set_reading(session, context.runtime, child, ReadingWanted(reading=read.reading))
        except WorkbenchError as error:
            # Said of the parent long ago, and no longer right: a version is not lost for that.
            context.log(f"the reading of '{parent.name}' was not taken over: {error.detail}", "warning")
    projects.note_job(session, child, context.job.id)
    return child.id

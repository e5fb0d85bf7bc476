"""What the job `sensitivity` does: the quantised operations of a model, ranked by how much each hurts."""

from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError
from sqlalchemy.orm import Session

from workbench.accuracy import service as accuracy
from workbench.accuracy.schemas import ReportWanted
from workbench.datasets import service as datasets
from workbench.datasets.schemas import Subset
from workbench.db.tables import Dataset, Model
from workbench.errors import Conflict
from workbench.jobs.context import JobContext
from workbench.jobs.kinds import Outcome
from workbench.models import service as models
from workbench.optimization import metric_names, planning, repository
from workbench.optimization.answers import EngineSensitivity, checked
from workbench.optimization.planning import NotPossible
from workbench.optimization.schemas import QuantizeWanted, SensitiveOperation, SensitivityResult, SensitivityWanted
from workbench.runtime import Runtime
from workbench.targets.driver import Span, run_operation

TIMEOUT_S = 24 * 3600.0
# Ranked while it goes on, not every single operation is written down at once.
TELL_EVERY = 5


@dataclass(frozen=True)
class RankingPlan:
    """`original` is the model before it was quantised; `quantized` the one after, None where it is quantised first."""

    original: Model
    quantized: Model | None
    dataset: Dataset
    calibration: Dataset | None
    options: QuantizeWanted | None
    parameters: dict[str, Any]


def plan_ranking(session: Session, runtime: Runtime, project_id: str, wanted: SensitivityWanted) -> RankingPlan:
    """Raises Conflict, with a code, a sentence and what to do, for all that speaks against it."""
    project, model, dataset = planning.parts(session, project_id)
    datasets.refuse_noise(runtime, dataset, "a ranking")
    original, quantized, calibration, quantize = model, None, None, None
    options: QuantizeWanted | None = wanted.quantize
    if (model.conversion or {}).get("method") in ("int8 weights", "int4 weights"):
        raise NotPossible(
            f"Only the weights of '{model.name}' are smaller: none of its operations is quantised.",
            code="not_quantized",
            action="Choose the project of an INT8 model, or of one in floating point: it is quantised first.",
        )
    if model.precision in ("INT8", "INT4"):
        original, quantized = _original(session, model), model
        options = _options(model)
        without = _calibrated_with(model, dataset)
    else:
        plan = planning.plan_version(session, runtime, project_id, _quietly(wanted.quantize))
        assert plan.calibration is not None
        calibration, without = plan.calibration.dataset, plan.without
        own = ("preset", "target_device", "model_type", "fast_bias_correction", "smooth_quant", "smooth_quant_alpha")
        quantize = {name: plan.parameters[name] for name in (*own, "ignored", "calibration", "dataset")}
    left = dataset.count - (without.count if without is not None else 0)
    # The usual number is as many as there are; another one was meant.
    usual = wanted.samples == SensitivityWanted.model_fields["samples"].default
    if left < 1 or (wanted.samples > dataset.count and not usual):
        raise NotPossible(
            f"'{dataset.name}' has {dataset.count} samples"
            + (f", of which {without.count} are the calibration's." if without is not None else "."),
            code="subset_too_large",
            action="Choose fewer.",
        )
    subset = Subset(count=min(wanted.samples, left), seed=wanted.seed)
    measure = _measure(session, runtime, project, wanted, subset, without)
    return RankingPlan(
        original,
        quantized,
        dataset,
        calibration,
        options,
        planning.fed(session, runtime, project, model)
        | {
            "reference": "inputs/reference.xml" if quantized is not None else None,
            "quantize": quantize,
            "dataset": "inputs/dataset",
            "subset": subset.model_dump(),
            "without": without.model_dump() if without is not None else None,
            "measure": measure,
            "metric": wanted.metric if measure == "metric" else None,
        },
    )


def _quietly(wanted: QuantizeWanted) -> QuantizeWanted:
    """Quantised only to be looked into: no accuracy control, no name, and nothing measured besides."""
    measure = wanted.measure.model_copy(update={"accuracy": True, "benchmark": False})
    return wanted.model_copy(update={"accuracy": None, "name": None, "measure": measure})


def _original(session: Session, model: Model) -> Model:
    parent = repository.model(session, model.parent_id)
    if parent is None or parent.artifact_id is None:
        raise NotPossible(
            f"The model that '{model.name}' was quantised from is not here.",
            code="no_parent_model",
            action="Choose the project of a model in floating point: it is quantised first.",
        )
    return parent


def _options(model: Model) -> QuantizeWanted | None:
    """How a model was quantised, where that happened here."""
    conversion = model.conversion or {}
    if conversion.get("method") != "int8":
        return None
    try:
        return QuantizeWanted.model_validate(conversion.get("options"))
    except ValidationError:
        return None


def _calibrated_with(model: Model, dataset: Dataset) -> Subset | None:
    """The samples of a dataset that a model was calibrated with."""
    calibration = (model.conversion or {}).get("calibration")
    if not isinstance(calibration, dict) or calibration.get("dataset_id") != dataset.id:
        return None
    try:
        return Subset.model_validate({"count": calibration.get("samples"), "seed": calibration.get("seed")})
    except ValidationError:
        # A model that was taken in from elsewhere may say anything.
        return None


def _measure(
    session: Session,
    runtime: Runtime,
    project: Any,
    wanted: SensitivityWanted,
    subset: Subset,
    without: Subset | None,
) -> str:
    """`metric` or `distance`. Raises Conflict where a metric is asked for and no report can be made."""
    if wanted.measure == "distance":
        return "distance"
    try:
        planned = accuracy.plan_report(session, runtime, project, ReportWanted(subset=subset, without=without))
    except Conflict:
        if wanted.measure == "metric" or wanted.metric is not None:
            raise
        return "distance"
    if wanted.metric is not None:
        metric_names.require_known(wanted.metric, planned["reading"])
    return "metric"


def run(context: JobContext, wanted: SensitivityWanted) -> Outcome:
    found = rank(context, str(context.job.project_id), wanted, Span(), "sensitivity")
    return Outcome({"sensitivity": found.model_dump(mode="json")})


def rank(
    context: JobContext,
    project_id: str,
    wanted: SensitivityWanted,
    span: Span,
    folder: str,
    timeout_s: float = TIMEOUT_S,
) -> SensitivityResult:
    """Rank the operations of a project's model. Raises Conflict as `plan_ranking`, JobFailed."""
    with context.runtime.db.read() as session:
        plan = plan_ranking(session, context.runtime, project_id, wanted)
    known: list[dict[str, Any]] = []

    def part(name: str, data: dict[str, Any], _: object) -> None:
        if name != "operation" or len(known) >= 10_000:
            return
        try:
            known.append(SensitiveOperation.model_validate({"rank": 0} | data).model_dump())
        except ValidationError:
            context.log("the engine told of an operation that cannot be read", "warning")
            return
        if len(known) % TELL_EVERY == 1:
            context.keep_result({"operations": known})

    result, _ = run_operation(
        context, "sensitivity", plan.parameters, _inputs(context, plan), folder=folder, span=span, timeout_s=timeout_s,
        on_partial=part,
    )  # fmt: skip
    answer = checked(EngineSensitivity, result)
    return SensitivityResult.model_validate(
        answer.model_dump()
        | {
            "model_id": plan.quantized.id if plan.quantized is not None else None,
            "parent_id": plan.original.id,
            "options": plan.options.model_dump(mode="json") if plan.options is not None else None,
        }
    )


def _inputs(context: JobContext, plan: RankingPlan) -> dict[str, Any]:
    runtime = context.runtime
    xml, weights = models.files(runtime, plan.quantized or plan.original)
    inputs = {"model.xml": xml, "model.bin": weights, "dataset": datasets.folder(runtime, plan.dataset)}
    if plan.quantized is not None:
        inputs["reference.xml"], inputs["reference.bin"] = models.files(runtime, plan.original)
    if plan.calibration is not None:
        inputs["calibration"] = datasets.folder(runtime, plan.calibration)
    return inputs

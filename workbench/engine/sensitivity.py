"""The operation `sensitivity`: the quantised operations of a model, ranked by how much each hurts."""

from __future__ import annotations

import time
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from workbench.engine import calibration, ignored, quantize, quantized_layers, ranking
from workbench.engine.protocol import Emitter, EngineError
from workbench.engine.reverting import Reverter, described
from workbench.engine.validation import Measured, Validation

if TYPE_CHECKING:
    import openvino as ov

STAGES = ("read", "statistics", "bias correction", "measure", "rank operations")
# Groups after which the time of all is told.
_ESTIMATED_AFTER = 3


def run(parameters: Mapping[str, Any], work: Path, emit: Emitter) -> dict[str, Any]:
    """Rank the operations of the model of `parameters` (the contract of optimization): a quantised one with its
    original as `reference`, or one that is quantised first, by `quantize` with its `dataset`.

    `measure`: metric, distance, or auto for the metric where there are annotations. The result has the fields of
    `SensitivityResult` without ids. Raises EngineError `not_quantized`, `nothing_to_compare`, and those
    of `quantize.run` and `Validation`.
    """
    began = time.perf_counter()
    emit.stage(STAGES[0], 1, len(STAGES))
    import openvino as ov

    core = ov.Core()
    model = quantize.read_model(core, work, parameters)
    if parameters.get("reference"):
        quantized = model
        original = quantize.read_model(core, work, {"model": parameters["reference"]})
        if not quantized_layers.is_quantized(quantized):
            raise EngineError(
                "not_quantized",
                "The model has no quantised operations.",
                "Choose a quantised model, or the floating-point model, which is quantised first.",
            )
    else:
        original, quantized = model, _quantized(core, model, parameters, work, emit)
    emit.stage(STAGES[3], 4, len(STAGES))
    validation = _validation(core, work, parameters)
    reverter = Reverter(original, quantized)
    before = validation.remember(original)
    emit.progress(1, 2, "models")
    now = validation.measure(reverter.quantized)
    emit.progress(2, 2, "models")
    if validation.metric is None and now.distance is None:
        raise EngineError(
            "nothing_to_compare",
            "The outputs of the original are zero, or no numbers, on all of the samples: no distance can be told.",
            "Check how pictures get into the model, or rank by a metric with an annotated dataset.",
        )
    emit.stage(STAGES[4], 5, len(STAGES))

    started = time.perf_counter()

    def told(one: ranking.Ranked, done: int, total: int) -> None:
        if done == min(_ESTIMATED_AFTER, total):
            each = (time.perf_counter() - started) / done
            emit.log(
                f"{total} groups of operations on {validation.samples} samples take {each:.2f} s each:"
                f" {each * total:.0f} s in all."
            )
        emit.partial("operation", _operation(one, validation, 0))
        emit.progress(done, total, "operations")

    ranked = ranking.rank(reverter, validation, now, told)
    return {
        **_measure(validation, before, now),
        "samples": validation.samples,
        "operations": [_operation(one, validation, place + 1) for place, one in enumerate(ranked)],
        "elapsed_s": time.perf_counter() - began,
    }


def _quantized(core: ov.Core, model: ov.Model, parameters: Mapping[str, Any], work: Path, emit: Emitter) -> ov.Model:
    """With its weights behind quantisers, so that all of them can be put back."""
    quantize.refuse_quantized(model)
    asked = {**parameters, **(parameters.get("quantize") or {})}
    options = quantize.read_options(asked, model)
    ignored.matched(model, options.ignored)
    samples = calibration.open_samples(
        core, work, asked, dataset=str((parameters.get("quantize") or {}).get("dataset") or "inputs/calibration")
    )
    return quantize.quantized(model.clone(), samples, options, emit, compress=False, stages=len(STAGES))


def _validation(core: ov.Core, work: Path, parameters: Mapping[str, Any]) -> Validation:
    """By the metric, or by outputs alone."""
    if not parameters.get("reading"):
        raise EngineError(
            "reading_invalid",
            "Nothing says how pictures get into the model.",
            "Say how the model is read: on the page under Accuracy, or with 'workbench project reading'.",
        )
    wanted, metric = str(parameters.get("measure") or "auto"), parameters.get("metric")
    if wanted != "distance":
        try:
            return Validation(core, work, parameters, judged=True, metric=metric)
        except EngineError as error:
            if wanted == "metric" or error.code not in ("dataset_unreadable", "reading_invalid"):
                raise
    return Validation(core, work, parameters, judged=False)


def _measure(validation: Validation, before: Measured, now: Measured) -> dict[str, Any]:
    if validation.metric is not None:
        own = validation.metric
        return {
            "measure": "metric",
            "metric": own.name,
            "label": own.label,
            "unit": own.unit,
            "better": own.better,
            "original": before.value,
            "quantized": now.value,
        }
    return {
        "measure": "distance",
        "metric": "nmse",
        "label": "Squared error of the outputs over their squares",
        "unit": "",
        "better": "lower",
        "original": 0.0,
        "quantized": now.distance or 0.0,
    }


def _operation(one: ranking.Ranked, validation: Validation, rank: int) -> dict[str, Any]:
    value = one.measured.value if validation.metric is not None else one.measured.distance
    return {
        "rank": rank,
        **described(one.group),
        "value": value or 0.0,
        "gain": one.gain,
        "quantizers": one.group.quantizers,
    }

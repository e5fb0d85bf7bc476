"""The operation `compress_weights`: smaller weights, which are turned back to floats when the model runs."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, Any

from workbench.engine import calibration, ignored, quantize, quantized_layers
from workbench.engine.calibration import Samples
from workbench.engine.nncf_quietly import quietly
from workbench.engine.protocol import Emitter, EngineError

if TYPE_CHECKING:
    import openvino as ov

MODES = ("int8_asym", "int8_sym", "int4_sym", "int4_asym", "fp16")
METRICS = (
    "weight_quantization_error",
    "hessian_input_activation",
    "mean_activation_variance",
    "max_activation_variance",
    "mean_activation_magnitude",
)
# Of NNCF's bars, what they are about → the stage.
_BARS = {
    "statistics": "statistics",
    "mixed-precision": "choose precisions",
    "awq": "AWQ",
    "scale estimation": "scale estimation",
    "weight compression": "compress",
}
_FOUR = ("int4_sym", "int4_asym")
_ONLY_FOUR = ("group_size", "ratio", "all_layers", "sensitivity_metric", "awq", "scale_estimation")


def run(parameters: Mapping[str, Any], work: Path, emit: Emitter) -> dict[str, Any]:
    """Compress the weights of the model of `parameters` (the contract of optimization).

    Writes `out/model.xml` and `.bin`. Raises EngineError `already_quantized`, `ignored_scope_unmatched`,
    `nothing_to_quantize`, `calibration_failed`, `invalid_configuration`, and those of `calibration.open_samples`.
    """
    mode = quantize.one_of(parameters, "mode", MODES)
    _check(parameters, mode)
    stages = _stages(parameters, mode)
    emit.stage(stages[0], 1, len(stages))
    import openvino as ov

    core = ov.Core()
    model = quantize.read_model(core, work, parameters)
    matched = ignored.matched(model, parameters.get("ignored") or {})
    answer = {
        "nncf": None,
        "calibration_samples": None,
        "calibration_s": 0.0,
        "model_type": None,
        "ignored_names": matched,
        "control": None,
    }
    if mode == "fp16":
        if matched:
            raise _invalid("FP16 is for all weights: no operation can be left out.", "Leave nothing out.")
        return answer | {"compressed": _halve(core, model, work, emit), "notes": []}
    quantize.refuse_quantized(model)
    samples, notes = _samples(core, work, parameters, mode)
    started = time.perf_counter()
    made, warnings = _compressed(model, samples, parameters, mode, emit, stages)
    spent = time.perf_counter() - started
    quantize.save(made, work)
    if samples is not None:
        answer |= {"calibration_samples": samples.readable, "calibration_s": spent}
        notes += samples.notes()
    kinds = quantized_layers.WEIGHT_TYPES
    notes += warnings
    if mode in _FOUR:
        notes.append(_share(made))
    return answer | {
        "nncf": metadata.version("nncf"),
        "compressed": quantized_layers.compressed(made, kinds),
        "notes": notes,
    }


def _samples(core: ov.Core, work: Path, parameters: Mapping[str, Any], mode: str) -> tuple[Samples | None, list[str]]:
    """Those for the calibration, where there is one that serves."""
    dataset = parameters.get("dataset")
    if not dataset:
        return None, []
    if not _four(parameters, mode):
        return None, ["The samples were not used: weights in INT8 need none."]
    return calibration.open_samples(core, work, parameters, dataset=str(dataset)), []


def _four(parameters: Mapping[str, Any], mode: str) -> bool:
    """Whether any weights are to be in INT4."""
    return mode in _FOUR and parameters.get("ratio") != 0


def _share(made: ov.Model) -> str:
    """Of INT4, which NNCF has for products of matrices whose rows can be cut into groups."""
    sizes = quantized_layers.weight_types(made)
    four = 2 * sum(sizes.get(kind, 0) for kind in ("i4", "u4"))
    whole = four + sum(sizes.get(kind, 0) for kind in ("i8", "u8"))
    if not four:
        return "No weights are in INT4: all that were compressed are in INT8."
    return f"Weights in INT4: {100 * four / whole:.0f} %; the others that were compressed are in INT8."


def _halve(core: ov.Core, model: ov.Model, work: Path, emit: Emitter) -> dict[str, int]:
    """Write it with weights of 16 bits; those that would leave the range of FP16 stay as they are."""
    import openvino as ov

    emit.stage("compress", 2, 3)
    before = quantized_layers.weight_types(model).get("f16", 0)
    path = work / "out" / "model.xml"
    ov.save_model(model, path, compress_to_fp16=True)
    emit.stage("write", 3, 3)
    made = core.read_model(path)
    if quantized_layers.weight_types(made).get("f16", 0) <= before:
        for file in (path, path.with_suffix(".bin")):
            file.unlink(missing_ok=True)
        raise _nothing("none of them is FP32")
    return quantized_layers.compressed(made, ("f16",))


def _compressed(
    model: ov.Model,
    samples: Samples | None,
    parameters: Mapping[str, Any],
    mode: str,
    emit: Emitter,
    stages: Sequence[str],
) -> tuple[ov.Model, list[str]]:
    """Also NNCF's warnings."""
    import nncf

    four = _four(parameters, mode)
    current = 0

    def enter(name: str) -> bool:
        nonlocal current
        if name not in stages or stages.index(name) < current:
            return False
        if stages.index(name) > current:
            current = stages.index(name)
            emit.stage(name, current + 1, len(stages))
        return True

    def step(what: str, done: int, total: int) -> None:
        name = next((stage for part, stage in _BARS.items() if part in what.lower()), None)
        # Samples are counted where they are made: NNCF goes through whole batches.
        if name is not None and enter(name) and name != "statistics" and total:
            emit.progress(done, total, "operations")

    given: dict[str, Any] = {
        "mode": _nncf_mode(mode, four),
        "ignored_scope": ignored.scope(parameters.get("ignored") or {}),
    }
    if four:
        given |= {
            "group_size": parameters.get("group_size"),
            "ratio": parameters.get("ratio"),
            "all_layers": bool(parameters.get("all_layers")),
            "awq": bool(parameters.get("awq")),
            "scale_estimation": bool(parameters.get("scale_estimation")),
            # Rows that the group does not divide are cut into smaller groups, or are in INT8.
            "advanced_parameters": nncf.AdvancedCompressionParameters(
                group_size_fallback_mode=nncf.GroupSizeFallbackMode.ADJUST
            ),
        }
        metric = parameters.get("sensitivity_metric")
        given |= {"sensitivity_metric": nncf.SensitivityMetric(metric)} if metric else {}
    if samples is not None:
        samples.on_given = lambda done, total: emit.progress(done, total, "samples")
        given |= {"dataset": nncf.Dataset(samples), "subset_size": len(samples)}
    enter(stages[1])
    try:
        with quietly(emit, step) as warnings:
            made: ov.Model = nncf.compress_weights(model, **given)
    except (EngineError, MemoryError):
        raise
    except (nncf.ParameterNotSupportedError, nncf.ValidationError) as error:
        raise _invalid(str(error).strip()[:300], "Change the options.") from error
    except Exception as error:
        raise quantize.failed(error) from error
    if not quantized_layers.compressed_weights(made):
        raise _nothing("no operation has weights that can be, or all of them are left out")
    enter("write")
    return made, warnings


def _stages(parameters: Mapping[str, Any], mode: str) -> list[str]:
    four, ratio = _four(parameters, mode), parameters.get("ratio")
    wanted = {
        "statistics": four and bool(parameters.get("dataset")),
        "choose precisions": four and ratio is not None and ratio != 1,
        "AWQ": four and bool(parameters.get("awq")),
        "scale estimation": four and bool(parameters.get("scale_estimation")),
    }
    return ["read", *(name for name, there in wanted.items() if there), "compress", "write"]


def _nncf_mode(mode: str, four: bool) -> Any:
    """With no weight in INT4 all are in what NNCF has for the others; it takes a ratio of 0 for 1."""
    import nncf

    return nncf.CompressWeightsMode(mode if four or mode not in _FOUR else "int8_asym")


def _check(parameters: Mapping[str, Any], mode: str) -> None:
    """Raises EngineError `invalid_configuration`."""
    if mode in _FOUR:
        ratio, metric = parameters.get("ratio"), parameters.get("sensitivity_metric")
        if ratio is not None and not 0 <= float(ratio) <= 1:
            raise _invalid(f"ratio: {ratio} is no share.", "Give a number from 0 to 1.")
        if metric is not None and metric not in METRICS:
            raise _invalid(f"'{str(metric)[:60]}' is no sensitivity_metric.", f"Choose one of {', '.join(METRICS)}.")
        if not parameters.get("dataset") and (
            metric not in (None, METRICS[0]) or parameters.get("awq") or parameters.get("scale_estimation")
        ):
            raise _invalid("This needs samples to calibrate with.", "Give a calibration dataset.")
        return
    needless = [name for name in _ONLY_FOUR if parameters.get(name) not in (None, False)]
    if needless:
        raise _invalid(f"{needless[0]} is for weights in INT4.", "Leave it out, or choose an INT4 mode.")


def _invalid(why: str, action: str) -> EngineError:
    return EngineError("invalid_configuration", why, action)


def _nothing(why: str) -> EngineError:
    return EngineError(
        "nothing_to_quantize", f"No weights were compressed: {why}.", "Choose another mode, or leave less out."
    )

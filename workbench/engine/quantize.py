"""The operation `quantize`: a model in INT8, by the post-training quantisation of NNCF."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, Any

from workbench.engine import accuracy_control, calibration, errors, ignored, quantized_layers
from workbench.engine.attention import has_attention
from workbench.engine.calibration import Samples
from workbench.engine.nncf_quietly import quietly
from workbench.engine.protocol import Emitter, EngineError
from workbench.engine.validation import Validation

if TYPE_CHECKING:
    import openvino as ov

STAGES = ("read", "statistics", "bias correction", "write")
PRESETS = ("performance", "mixed")
TARGET_DEVICES = ("ANY", "CPU", "CPU_SPR", "GPU", "NPU")
_BIAS = "bias correction"
# Marks in NNCF's parameters that weights stay in floating point behind quantisers (nncf's BackendParameters).
_COMPRESS_WEIGHTS = "compress_weights"


@dataclass(frozen=True)
class Options:
    """How a model is quantised. `model_type` is "none" or "transformer"; `smooth_quant` None is as NNCF has it."""

    preset: str = "performance"
    target_device: str = "ANY"
    model_type: str = "none"
    fast_bias_correction: bool = True
    smooth_quant: bool | None = None
    smooth_quant_alpha: float | None = None
    ignored: Mapping[str, Any] = field(default_factory=dict)

    @property
    def smooths(self) -> bool:
        return self.model_type == "transformer" and self.smooth_quant is not False


def read_options(parameters: Mapping[str, Any], model: ov.Model) -> Options:
    """With the type of the model worked out. Raises EngineError `invalid_configuration`."""
    preset = one_of(parameters, "preset", PRESETS)
    target_device = one_of(parameters, "target_device", TARGET_DEVICES)
    model_type = one_of(parameters, "model_type", ("auto", "none", "transformer"))
    if model_type == "auto":
        model_type = "transformer" if has_attention(model) else "none"
    alpha = parameters.get("smooth_quant_alpha")
    return Options(
        preset=preset,
        target_device=target_device,
        model_type=model_type,
        fast_bias_correction=bool(parameters.get("fast_bias_correction", True)),
        smooth_quant=parameters.get("smooth_quant"),
        smooth_quant_alpha=None if alpha is None else float(alpha),
        ignored=parameters.get("ignored") or {},
    )


def run(parameters: Mapping[str, Any], work: Path, emit: Emitter) -> dict[str, Any]:
    """Quantise the model of `parameters` (the contract of optimization) with samples of `dataset`.

    Writes `out/model.xml` and `.bin`. Raises EngineError `already_quantized`, `ignored_scope_unmatched`,
    `nothing_to_quantize`, `calibration_failed`, `invalid_configuration`, and those of `calibration.open_samples`.
    """
    wanted: Mapping[str, Any] | None = parameters.get("control")
    stages = len(STAGES) + (len(accuracy_control.STAGES) if wanted else 0)
    emit.stage(STAGES[0], 1, stages)
    import openvino as ov

    core = ov.Core()
    model = read_model(core, work, parameters)
    refuse_quantized(model)
    options = read_options(parameters, model)
    matched = ignored.matched(model, options.ignored)
    judges = _judges(core, work, parameters, wanted) if wanted else None
    samples = calibration.open_samples(
        core, work, parameters, dataset=str(parameters.get("dataset") or "inputs/calibration")
    )
    started = time.perf_counter()
    told: list[str] = []
    original = model.clone() if judges else model
    made = quantized(model, samples, options, emit, compress=judges is None, stages=stages, told=told)
    spent = time.perf_counter() - started
    control = None
    if wanted and judges:
        made, control = accuracy_control.control(original, made, *judges, wanted, emit, len(STAGES), stages)
    emit.stage(STAGES[3], stages, stages)
    save(made, work)
    return {
        "nncf": metadata.version("nncf"),
        "calibration_samples": samples.readable,
        "calibration_s": spent,
        "model_type": options.model_type,
        "quantized": quantized_layers.quantized(made),
        "ignored_names": matched,
        "control": control,
        "notes": [*samples.notes(), *notes(options), *told],
    }


def _judges(
    core: ov.Core, work: Path, parameters: Mapping[str, Any], wanted: Mapping[str, Any]
) -> tuple[Validation, Validation]:
    """By all samples that count, and by those that operations are ranked with.

    Raises EngineError `metric_unknown` only once something is measured, the others of `Validation` at once.
    """
    if not parameters.get("reading"):
        raise EngineError(
            "reading_invalid",
            "Nothing says how the model is read, so its accuracy cannot be controlled.",
            "Say how the model is read, or quantise it without a limit of the accuracy.",
        )
    shared = {**parameters, "dataset": wanted["dataset"], "precision": wanted.get("precision")}
    given = {**shared, "subset": wanted.get("subset"), "without": wanted.get("without")}
    whole = Validation(core, work, given, judged=True, metric=wanted.get("metric"))
    count = int(wanted.get("ranking_samples") or accuracy_control.USUAL_RANKING_SAMPLES)
    if count >= whole.count:
        return whole, whole
    few = {**given, "subset": {"count": count, "seed": 0}}
    return whole, Validation(core, work, few, judged=True, metric=wanted.get("metric"))


def read_model(core: ov.Core, work: Path, parameters: Mapping[str, Any]) -> ov.Model:
    xml = work / str(parameters.get("model") or "inputs/model.xml")
    try:
        return core.read_model(xml)
    except Exception as error:
        raise errors.of_reading(error, xml, "CPU") from error


def refuse_quantized(model: ov.Model) -> None:
    """Raises EngineError `already_quantized`."""
    if quantized_layers.is_quantized(model):
        why = "The model is quantised already: it has quantisers inside."
    elif kinds := quantized_layers.compressed_weights(model):
        why = f"The weights of the model are compressed already, to {', '.join(kinds)}."
    else:
        return
    raise EngineError("already_quantized", why, "Choose the floating-point model that it was made from.")


def quantized(
    model: ov.Model,
    samples: Samples,
    options: Options,
    emit: Emitter,
    *,
    compress: bool = True,
    stages: int = 0,
    told: list[str] | None = None,
) -> ov.Model:
    """The model in INT8, by `nncf.quantize`; stages 2 and 3 of `stages` are told. The original may be changed (names
    that occur twice).

    `compress`: weights become integers in the model, which then can no longer be put back to their precision. `told`
    gets NNCF's warnings.
    Raises EngineError `nothing_to_quantize`, `calibration_failed`, and what making the samples raises.
    """
    import nncf

    count = stages or len(STAGES)
    emit.stage(STAGES[1], 2, count)
    passes = 2 if options.smooths else 1

    def given(done: int, total: int) -> None:
        whole = total * max(passes, samples.passes)
        emit.progress(min(whole, (samples.passes - 1) * total + done), whole, "samples")

    corrected = False

    def step(what: str, done: int, total: int) -> None:
        nonlocal corrected
        if _BIAS not in what.lower() or not total:
            return
        if not corrected:
            corrected = True
            emit.stage(STAGES[2], 3, count)
        emit.progress(done, total, "operations")

    samples.on_given = given
    try:
        with quietly(emit, step) as warnings:
            made = nncf.quantize(
                model,
                nncf.Dataset(samples),
                preset=nncf.QuantizationPreset(options.preset),
                target_device=nncf.TargetDevice(options.target_device),
                subset_size=len(samples),
                fast_bias_correction=options.fast_bias_correction,
                model_type=nncf.ModelType.TRANSFORMER if options.model_type == "transformer" else None,
                ignored_scope=ignored.scope(options.ignored),
                advanced_parameters=_advanced(options, compress),
            )
    except (EngineError, MemoryError):
        raise
    except Exception as error:
        raise failed(error) from error
    finally:
        samples.on_given = None
        samples.forget()
    if told is not None:
        told += warnings
    if not quantized_layers.is_quantized(made):
        raise EngineError(
            "nothing_to_quantize",
            "Nothing of the model was quantised: it has no operation that can be, or all of them are left out.",
            "Leave less out, or keep the model as it is.",
        )
    return made


def save(model: ov.Model, work: Path) -> None:
    """Into `out/`; weights keep the precision that they have."""
    import openvino as ov

    ov.save_model(model, work / "out" / "model.xml", compress_to_fp16=False)


def failed(error: Exception) -> EngineError:
    if errors.is_out_of_memory(error):
        return errors.out_of_memory()
    return EngineError(
        "calibration_failed",
        f"NNCF could not process the model: {errors.sentence(error)}.",
        "Look at the job's log; leaving operations out, or another shape of the inputs, may help.",
    )


def notes(options: Options) -> list[str]:
    if options.smooth_quant and not options.smooths:
        return ["SmoothQuant was not applied: NNCF has it for transformers, and this model is none."]
    return []


def _advanced(options: Options, compress: bool) -> Any:
    from nncf import AdvancedQuantizationParameters
    from nncf.quantization.advanced_parameters import AdvancedSmoothQuantParameters

    smooth = AdvancedSmoothQuantParameters()
    if options.smooth_quant is False:
        smooth = AdvancedSmoothQuantParameters(convolution=-1, matmul=-1)
    elif options.smooth_quant_alpha is not None:
        smooth = AdvancedSmoothQuantParameters(matmul=options.smooth_quant_alpha)
    backend = {} if compress else {_COMPRESS_WEIGHTS: False}
    return AdvancedQuantizationParameters(smooth_quant_alphas=smooth, backend_params=backend)


def one_of(parameters: Mapping[str, Any], name: str, known: tuple[str, ...]) -> str:
    value = parameters.get(name) or known[0]
    if value not in known:
        raise EngineError(
            "invalid_configuration", f"'{str(value)[:60]}' is no {name}.", f"Choose one of {', '.join(known)}."
        )
    return str(value)

"""Rules about the precision that executes."""

import shlex

from workbench.benchmarks.advisor.facts import (
    INTEGERS,
    NO_LAYERS,
    Facts,
    Fine,
    NotApplicable,
    Outcome,
    as_asked,
    changed,
    computes,
    evidence,
    options_of,
    percent,
    share,
    share_evidence,
    slowest,
)
from workbench.benchmarks.layer_schemas import Evidence, Finding, FindingAction, Layer

# What INT8 makes of the time of convolutions and matrix products, where the ceilings of the device are not known.
# Measured on ResNet-50, SqueezeNet and DenseNet-121 with AVX-512 VNNI: 3.1 to 3.4 against f32, 1.6 to 1.8 against bf16.
INT8_SPEEDUP = {"f32": 3.0, "bf16": 1.6, "f16": 1.6}
# More than this no instruction set gives: INT8 has four values where f32 has one.
MOST_SPEEDUP = {"f32": 4.0, "bf16": 2.0, "f16": 2.0}
# The whole model has to become so much faster that the work of calibrating pays.
WORTH_CALIBRATING = 1.15
WORTH_A_LOT = 1.5
# Of the time of all layers.
UNQUANTIZED = 0.05
UNQUANTIZED_MUCH = 0.2
FULL_PRECISION = 0.1
# On one command line.
MOST_NAMED = 20
# A run in another precision has to be so much faster to count.
FASTER = 1.05


def calibrate_first(facts: Facts) -> Outcome:
    """A floating-point model on a device that computes on INT8.

    By Amdahl's law the model becomes 1 / (1 - p + p / s) times as fast, with p the share of time of its convolutions
    and matrix products and s what INT8 gains on them.
    """
    if facts.quantized:
        return NotApplicable("The model is quantized already.")
    if facts.device is None:
        return NotApplicable("What the device can do is not known.")
    if "i8" not in facts.device.precisions:
        return NotApplicable(f"{facts.device.name} does not compute on INT8.")
    if facts.layers is None:
        return NO_LAYERS
    heavy = [layer for layer in facts.executed if computes(layer)]
    part = share(heavy)
    speedup, source = _int8_speedup(facts)
    gain = 1 / (1 - part + part / speedup)
    told = f"Convolutions and matrix products take {percent(part)} of the time, in {facts.floating}"
    if gain < WORTH_CALIBRATING:
        return Fine(f"{told}: INT8 would make the whole some {percent(gain - 1)} faster at most.")
    return Finding(
        rule="calibrate_first",
        severity="high" if gain >= WORTH_A_LOT else "medium",
        title="INT8 would make this model faster",
        summary=f"{told}. In INT8 the model may run up to {gain:.1f} times as fast on this device.",
        advice="Quantize the model with a few hundred samples of its data (NNCF post-training quantization): the new "
        "version is measured beside this one, its speed and its accuracy.",
        evidence=[
            share_evidence("Time in convolutions and matrix products", part),
            evidence("Runs in", facts.run.effective_precision),
            evidence("INT8 against it on such layers", round(speedup, 2), "×"),
            evidence("That figure is from", source),
            evidence("Estimated gain of the whole", round(gain, 2), "×"),
        ],
        layers=slowest(heavy),
        action=FindingAction(
            kind="quantize", label="Quantize the model", command=f"workbench quantize {shlex.quote(facts.project)}"
        ),
    )


def _int8_speedup(facts: Facts) -> tuple[float, str]:
    ceilings = facts.layers.ceilings.compute_gflops if facts.layers is not None and facts.layers.ceilings else {}
    integer, floating = ceilings.get("i8"), ceilings.get(facts.floating)
    if integer and floating:
        most = MOST_SPEEDUP.get(facts.floating, 2.0)
        return min(most, max(1.0, integer / floating)), "the measured ceilings of this device"
    return INT8_SPEEDUP.get(facts.floating, 1.6), "measurements of convolutional networks on AVX-512 VNNI"


def unquantized_layers(facts: Facts) -> Outcome:
    """Convolutions and matrix products of an INT8 model that run in floating point."""
    if not facts.quantized:
        return NotApplicable("The model is not quantized.")
    if facts.layers is None:
        return NO_LAYERS
    heavy = [layer for layer in facts.executed if computes(layer)]
    left = [layer for layer in heavy if (layer.runtime_precision or "").lower() not in INTEGERS]
    part = share(left)
    if not heavy:
        return NotApplicable("The model has no convolutions or matrix products.")
    if part < UNQUANTIZED:
        return Fine(
            f"{len(heavy) - len(left)} of {len(heavy)} convolutions and matrix products run in INT8; the others take "
            f"{percent(part)} of the time."
        )
    worst = max(left, key=lambda layer: layer.time_us or 0.0)
    return Finding(
        rule="unquantized_layers",
        severity="high" if part >= UNQUANTIZED_MUCH else "medium",
        title="Layers of this INT8 model were left in floating point",
        summary=f"{len(left)} of {len(heavy)} convolutions and matrix products run in floating point and take "
        f"{percent(part)} of the time; the slowest is {worst.name}.",
        advice="Quantize again without leaving these layers out (ignored scopes, a preset that fits their activation), "
        "or keep them in floating point on purpose where accuracy asks for it. Look for activations before them that "
        "were not quantized.",
        evidence=[
            share_evidence("Time in unquantized layers", part),
            evidence("Unquantized layers", len(left)),
            evidence("Convolutions and matrix products", len(heavy)),
            evidence("Slowest of them", worst.name),
            *_time(worst.time_us),
        ],
        layers=slowest(left),
        action=_anew(facts, left),
    )


def _anew(facts: Facts, left: list[Layer]) -> FindingAction:
    """Quantising the original again: without leaving these layers out, where they were left out on purpose."""
    if facts.original is None:
        return FindingAction(
            kind="import_model", label="Import a model quantized anew", command="workbench model import model_int8.xml"
        )
    names = {original.name for layer in left for original in layer.originals} | {layer.name for layer in left}
    earlier = _left_out(facts)
    ignored = [name for name in earlier if name not in names]
    options = [part for name in ignored for part in ("--ignore", shlex.quote(name))]
    again = len(ignored) < len(earlier)
    return FindingAction(
        kind="quantize",
        label="Quantize with these layers" if again else "Quantize the original anew",
        project_id=facts.original.project_id,
        ignored=ignored,
        command=" ".join(["workbench quantize", shlex.quote(facts.original.project), *options])
        if len(ignored) <= MOST_NAMED
        else None,
    )


def _left_out(facts: Facts) -> list[str]:
    """What the quantisation of the model left out by name."""
    conversion = (facts.model.conversion if facts.model is not None else None) or {}
    options = conversion.get("options")
    ignored = options.get("ignored") if isinstance(options, dict) else None
    names = ignored.get("names") if isinstance(ignored, dict) else None
    return [name for name in names if isinstance(name, str)] if isinstance(names, list) else []


def _time(time_us: float | None) -> list[Evidence]:
    return [evidence("Its time", time_us, "µs")] if time_us is not None else []


def half_precision(facts: Facts) -> Outcome:
    """A model that computes in f32 on a device that computes in bf16 or f16."""
    if facts.device is None:
        return NotApplicable("What the device can do is not known.")
    able = [kind for kind in ("bf16", "f16") if kind in facts.device.precisions]
    if not able:
        return NotApplicable(f"{facts.device.name} does not compute in bf16 or f16.")
    if facts.floating != "f32":
        return Fine(f"What is not in INT8 runs in {facts.floating}.")
    full: list[Layer] = []
    part: float | None = None
    if facts.layers is not None:
        full = [layer for layer in facts.executed if computes(layer) and layer.runtime_precision == "f32"]
        part = share(full)
        if part < FULL_PRECISION:
            return Fine(f"Convolutions and matrix products in f32 take only {percent(part)} of the time.")
    kind = able[0]
    measured = _same_in(facts, kind)
    if measured is not None and measured < FASTER:
        return Fine(f"The same configuration in {kind} was measured: {measured:.2f} times the throughput.")
    asked = facts.run.requested_precision == "f32"
    wanted = changed(as_asked(facts.run), precision=kind)
    told = [share_evidence("Time in f32 convolutions and matrix products", part)] if part is not None else []
    if measured is not None:
        told.append(evidence(f"Throughput measured in {kind}", round(measured, 2), "× of this run"))
    return Finding(
        rule="half_precision",
        severity="medium" if measured is None else "high",
        title=f"{kind.upper()} is available and not used",
        summary=f"This run computed in f32{' because that was asked for' if asked else ''}; {facts.device.name} also "
        f"computes in {kind}"
        + (f", which was {measured:.2f} times as fast." if measured is not None else ", which is usually faster."),
        advice=f"Measure it in {kind}, and its accuracy: results differ in about the third digit. Where they are good "
        "enough, set it as the precision of the project.",
        evidence=[
            evidence("Runs in", facts.run.effective_precision),
            evidence("The device computes in", ", ".join(facts.device.precisions)),
            *told,
        ],
        layers=slowest(full),
        action=FindingAction(
            kind="benchmark",
            label=f"Benchmark in {kind}",
            configurations=[wanted],
            command=facts.command(*options_of(wanted)),
        ),
    )


def _same_in(facts: Facts, kind: str) -> float | None:
    """The best throughput of the same configuration in another precision, against this run."""
    run = facts.run
    same = [
        other.throughput_fps
        for other in facts.runs
        if other.effective_precision.rpartition("/")[2] == kind
        and (other.hint, other.streams, other.requests, other.batch) == (run.hint, run.streams, run.requests, run.batch)
        and other.verdict == "stable"
        and other.open_loop is None
    ]
    return max(same) / run.throughput_fps if same and run.throughput_fps else None

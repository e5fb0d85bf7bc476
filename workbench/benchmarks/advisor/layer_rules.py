"""Rules about what the layers spend their time on."""

import shlex

from workbench.benchmarks.advisor.facts import (
    NO_LAYERS,
    Facts,
    Fine,
    NotApplicable,
    Outcome,
    as_asked,
    changed,
    evidence,
    options_of,
    percent,
    share,
    share_evidence,
    slowest,
)
from workbench.benchmarks.layer_schemas import Finding, FindingAction, Layer

# Of the time of all layers.
CONVERSIONS = 0.10
CONVERSIONS_MUCH = 0.25
MEMORY_BOUND = 0.30
OVERHEAD = 0.20
# Where weights are so much of what memory-bound layers move, a larger batch shares them among samples.
WEIGHTS_DOMINATE = 0.5
# Layers shorter than this spend much of it on being started: a parallel region alone takes a few µs.
TINY_US = 10.0
LARGER_BATCHES = (4, 8)


def _converts(layer: Layer) -> bool:
    return layer.conversion is not None or layer.type.lower() in ("reorder", "convert")


def conversions(facts: Facts) -> Outcome:
    """Layers that only change precision or layout, above 10 % of the time."""
    if facts.layers is None:
        return NO_LAYERS
    found = [layer for layer in facts.executed if _converts(layer)]
    part = share(found)
    if part <= CONVERSIONS:
        return Fine(f"{len(found)} conversions take {percent(part)} of the time.")
    worst = max(found, key=lambda layer: layer.time_us or 0.0)
    precision = share(layer for layer in found if layer.conversion == "precision")
    layout = share(layer for layer in found if layer.conversion == "layout")
    named = f"{worst.converts.source} to {worst.converts.to}" if worst.converts is not None else worst.type
    if facts.quantized and precision >= layout:
        advice = (
            "Data goes back and forth between INT8 and floating point: quantize the layers in between (activations "
            "that were left out), or leave small isolated ones unquantized."
        )
    elif precision >= layout:
        advice = "Feed the model in the precision that it computes in, so that it need not be converted at the start."
    else:
        advice = (
            "Feed the model in the layout that it computes in (channels last for convolutions on a CPU), and look "
            "for operations beside the worst layer that demand another layout, such as transposes and reshapes."
        )
    return Finding(
        rule="conversions",
        severity="high" if part >= CONVERSIONS_MUCH else "medium",
        title="Conversions take much of the time",
        summary=f"{len(found)} layers only convert precision or layout and take {percent(part)} of the time; the "
        f"slowest is {worst.name} ({named}, {percent(worst.share)}).",
        advice=advice,
        evidence=[
            share_evidence("Time in conversions", part),
            share_evidence("of precision", precision),
            share_evidence("of layout", layout),
            evidence("Slowest", worst.name),
            evidence("Its time", worst.time_us or 0.0, "µs"),
        ],
        layers=slowest(found),
        action=FindingAction(kind="none", label="Show the layers"),
    )


def memory_bound(facts: Facts) -> Outcome:
    """Layers that wait for memory rather than compute, by the roofline."""
    if facts.layers is None:
        return NO_LAYERS
    if facts.layers.ceilings is None:
        return NotApplicable("The ceilings of this device were not measured yet.")
    if all(layer.bound is None for layer in facts.executed):
        return NotApplicable("The work of these layers is not known.")
    found = [layer for layer in facts.executed if layer.bound == "memory"]
    part = share(found)
    if part < MEMORY_BOUND:
        return Fine(f"Layers bound by memory take {percent(part)} of the time.")
    moved = sum(layer.bytes or 0 for layer in found)
    weights = sum(layer.weight_bytes or 0 for layer in found)
    of_weights = weights / moved if moved else 0.0
    batch = facts.run.batch or 1
    action = FindingAction(kind="none", label="Show the layers")
    if of_weights >= WEIGHTS_DOMINATE and batch < LARGER_BATCHES[-1]:
        wanted = [changed(as_asked(facts.run), batch=size) for size in LARGER_BATCHES if size > batch]
        sizes = ",".join(str(each.batch) for each in wanted)
        advice = "Most of what they read is weights: a larger batch reads them once for several samples; INT8 or "
        advice += "compressed weights make them smaller."
        action = FindingAction(
            kind="benchmark",
            label=f"Benchmark with batch {sizes}",
            configurations=wanted,
            command=facts.command(*options_of(changed(wanted[0], batch=None)), "--batch", sizes),
        )
    elif not facts.quantized:
        advice = "INT8 moves a quarter of the bytes of f32; fewer or smaller activations help, too."
        action = FindingAction(
            kind="quantize", label="Quantize the model", command=f"workbench quantize {shlex.quote(facts.project)}"
        )
    else:
        advice = "Fewer or smaller activations help, and fewer streams at once, which share the memory."
    return Finding(
        rule="memory_bound",
        severity="medium",
        title="The memory is the limit",
        summary=f"{len(found)} layers that wait for memory take {percent(part)} of the time.",
        advice=advice,
        evidence=[
            share_evidence("Time in layers bound by memory", part),
            evidence("They move, for one inference", round(moved / 1e6, 3), "MB"),
            share_evidence("of it weights", of_weights),
            evidence("The memory gives", facts.layers.ceilings.memory_gbps, "GB/s"),
        ],
        layers=slowest(found),
        action=action,
    )


def overhead(facts: Facts) -> Outcome:
    """Layers that neither compute nor move much: far below their roof, or too short to pay for being started."""
    if facts.layers is None:
        return NO_LAYERS
    placed = [layer for layer in facts.executed if layer.bound is not None]
    if placed:
        found = [layer for layer in placed if layer.bound == "overhead"]
        what = "reach less than a tenth of what the device allows"
    else:
        found = [layer for layer in facts.executed if layer.time_us is not None and layer.time_us < TINY_US]
        what = f"are shorter than {TINY_US:g} µs"
    part = share(found)
    if part < OVERHEAD:
        return Fine(f"Layers that {what} take {percent(part)} of the time.")
    return Finding(
        rule="overhead",
        severity="info",
        title="Overhead is much of the time",
        summary=f"{len(found)} layers {what} and take {percent(part)} of the time.",
        advice="A larger batch gives each layer more to do; several streams let small layers of different requests run "
        "side by side on one core each. Kernels that do not fit (few channels, depthwise) stay slow: compare with "
        "another architecture.",
        evidence=[
            share_evidence("Time in such layers", part),
            evidence("Such layers", len(found)),
            evidence("Executed layers", len(facts.executed)),
        ],
        layers=slowest(found),
        action=_larger_batch(facts),
    )


def _larger_batch(facts: Facts) -> FindingAction:
    wanted = [changed(as_asked(facts.run), batch=size) for size in LARGER_BATCHES if size > (facts.run.batch or 1)]
    if not wanted:
        return FindingAction(kind="none", label="Show the layers")
    sizes = ",".join(str(each.batch) for each in wanted)
    return FindingAction(
        kind="benchmark",
        label=f"Benchmark with batch {sizes}",
        configurations=wanted,
        command=facts.command(*options_of(changed(wanted[0], batch=None)), "--batch", sizes),
    )

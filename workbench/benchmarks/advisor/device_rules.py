"""Rules about where layers executed."""

import re
from typing import Literal

from workbench.benchmarks.advisor.facts import (
    Facts,
    Fine,
    NotApplicable,
    Outcome,
    evidence,
    share,
    share_evidence,
    slowest,
)
from workbench.benchmarks.layer_schemas import Finding, FindingAction, Layer

Severity = Literal["high", "medium", "info"]
# Of the time of all layers.
MUCH = 0.1
CHANGE_THE_DEVICE = (
    "Choose a device that exists, or put its driver right (the page of the target shows what is missing)."
)
CHANGE_THE_MODEL = (
    "Replace these operations by ones that the accelerator knows, or compare with the whole model on the CPU: each "
    "change of device copies data."
)
VIRTUAL = ("AUTO", "MULTI", "HETERO", "BATCH")
# Kernels of the CPU plugin by their names: what a layer that fell back to the CPU runs in.
_CPU_KERNEL = re.compile(r"^(?:jit_|brg|ref_|acl_|gemm_(?:acl|mlas)|mlas|.*_(?:sse42|avx2|avx512|amx|asimd|sve))")


def fallback(facts: Facts) -> Outcome:
    """Layers, or the whole model, that did not execute on the accelerator that was asked for."""
    asked = _asked(facts.run.device)
    kind = facts.run.device.partition(":")[0]
    if kind not in VIRTUAL:
        return NotApplicable(f"{facts.run.device} executes every layer itself, or refuses the model.")
    executing = _executing(facts)
    if not executing:
        return NotApplicable("Which devices executed the model was not recorded.")
    missing = {item.name: item.reason for item in facts.unavailable}
    first = asked[0] if asked else None
    if first is not None and first != "CPU" and not any(_same(first, name) for name in executing):
        why = missing.get(first.split(".")[0])
        return _elsewhere(facts, executing, f"{first} executed nothing", [], why, "high")
    if first is None and all(_same("CPU", name) for name in executing):
        if not missing:
            return Fine("The CPU is the only device of this target.")
        told = "; ".join(f"{name}: {reason}" for name, reason in missing.items())
        return _elsewhere(facts, executing, f"{kind} found no accelerator", [], told, "info")
    if first is None or first == "CPU" or len(executing) < 2:
        return Fine(f"Executed on {', '.join(executing)}, as asked for.")
    back = [layer for layer in facts.executed if _CPU_KERNEL.match(layer.primitive or "")]
    if not back:
        return Fine(f"Executed on {', '.join(executing)}; no layer is known to have left {first}.")
    kinds = sorted({layer.type for layer in back})
    why = f"{first} does not support {', '.join(kinds[:5])}{' and others' if len(kinds) > 5 else ''} as they are here"
    much: Severity = "high" if share(back) >= MUCH else "medium"
    return _elsewhere(facts, executing, f"{len(back)} layers left {first}", back, why, much)


def _elsewhere(
    facts: Facts, executing: list[str], what: str, back: list[Layer], why: str | None, severity: Severity
) -> Finding:
    part = share(back) if back else 1.0
    because = why or "the record does not tell why"
    return Finding(
        rule="fallback",
        severity=severity,
        title="Not everything ran on the accelerator",
        summary=f"{what}: {', '.join(executing)} did instead ({because}).",
        advice=CHANGE_THE_MODEL if back else CHANGE_THE_DEVICE,
        evidence=[
            evidence("Asked for", facts.run.device),
            evidence("Executed on", ", ".join(executing)),
            share_evidence("Time in layers that executed elsewhere", part),
            evidence("Reason", because),
            *([evidence("Types of these layers", ", ".join(sorted({layer.type for layer in back})))] if back else []),
        ],
        layers=slowest(back),
        action=FindingAction(kind="none", label="See the devices of the target"),
    )


def _asked(device: str) -> list[str]:
    """The devices named behind a virtual one, without their numbers of requests: `MULTI:GPU.0(4),CPU`."""
    named = device.partition(":")[2]
    return [part.strip().lstrip("-") for part in re.sub(r"\([^)]*\)", "", named).split(",") if part.strip("- ")]


def _executing(facts: Facts) -> list[str]:
    properties = facts.run.provenance.get("properties")
    text = properties.get("EXECUTION_DEVICES") if isinstance(properties, dict) else None
    return [name.strip(" ()") for name in str(text).split(",") if name.strip(" ()")] if text else []


def _same(one: str, other: str) -> bool:
    """GPU and GPU.0 name the same."""
    return one.split(".")[0] == other.split(".")[0] and (one == other or "." not in one or "." not in other)

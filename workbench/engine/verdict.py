"""Whether the number of a run can be trusted: what else happened on the machine, and how even the run was."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any

from workbench.engine import machine
from workbench.engine.statistics import Windows, drift, spread

# Of the machine's whole CPU time; and the seconds that the counters of a short run may be wrong by.
CONTENDED = 0.05
COUNTER_ERROR_S = 0.03
SLOWER = -0.05
FREQUENCY_DROP = -0.05
# Coefficient of variation of the windows.
NOISY = 0.05
QUOTA = 0.01


@dataclass(frozen=True)
class Moment:
    """The counters of the machine at one moment."""

    at_s: float
    busy_s: float
    stolen_s: float
    own_s: float
    frequencies_mhz: list[float]
    temperature_c: float | None
    throttle_count: int | None
    quota_throttled_s: float | None

    @classmethod
    def now(cls) -> Moment:
        busy, stolen = machine.cpu_seconds()
        return cls(
            time.perf_counter(),
            busy,
            stolen,
            machine.own_cpu_seconds(),
            machine.frequencies_mhz(),
            machine.temperature_c(),
            machine.throttle_count(),
            machine.quota_throttled_s(),
        )


@dataclass(frozen=True)
class Conditions:
    """What happened on the machine between two moments."""

    cpu_others: float
    stolen: float
    frequency_mhz: dict[str, float] | None
    temperature_c: float | None
    throttled: int
    quota: float

    @classmethod
    def between(cls, before: Moment, after: Moment, cores: int) -> Conditions:
        """`cpu_others` and `stolen`: fractions of the CPU time of all `cores`, used by others (the hypervisor
        included) and taken by the hypervisor."""
        seconds = max(after.at_s - before.at_s, 1e-9)
        capacity = seconds * cores
        others = (after.busy_s - before.busy_s) - (after.own_s - before.own_s) - COUNTER_ERROR_S
        return cls(
            cpu_others=min(1.0, max(0.0, others / capacity)),
            stolen=min(1.0, max(0.0, (after.stolen_s - before.stolen_s) / capacity)),
            frequency_mhz=_frequency(before.frequencies_mhz, after.frequencies_mhz),
            temperature_c=after.temperature_c,
            throttled=max(0, (after.throttle_count or 0) - (before.throttle_count or 0)),
            quota=max(0.0, (after.quota_throttled_s or 0.0) - (before.quota_throttled_s or 0.0)) / seconds,
        )


def judge(cut: Windows | None, conditions: Conditions, quantity: str = "throughput") -> dict[str, Any]:
    """verdict, verdict_reason, spread, drift, cpu_others, frequency_mhz, temperature_c.

    In this order: *contended* when others used more than 5 % of the CPU; *throttled* when the hardware or a quota
    slowed the CPU, or the run ended 5 % slower than it began while nothing else can explain it; *noisy* when the
    windows vary by more than 5 %, or the run is too short to tell; else *stable*. `quantity` is what varies, in words.
    """
    varies = spread(cut) if cut is not None else None
    change, error = drift(cut) if cut is not None else (None, None)
    verdict, reason = _verdict(conditions, varies, change, error, quantity)
    return {
        "verdict": verdict,
        "verdict_reason": reason,
        "spread": varies,
        "drift": change,
        "cpu_others": conditions.cpu_others,
        "frequency_mhz": conditions.frequency_mhz,
        "temperature_c": conditions.temperature_c,
    }


def _verdict(
    conditions: Conditions, varies: float | None, change: float | None, error: float | None, quantity: str
) -> tuple[str, str]:
    others = f"others used {_percent(conditions.cpu_others, 1)} of the CPU"
    if conditions.cpu_others > CONTENDED:
        stolen = f", {_percent(conditions.stolen)} by the hypervisor" if conditions.stolen > CONTENDED / 5 else ""
        return "contended", f"Others used {_percent(conditions.cpu_others)} of the CPU during the measurement{stolen}."
    if conditions.throttled:
        return "throttled", f"The hardware slowed the CPU {conditions.throttled} times because of heat."
    if conditions.quota > QUOTA:
        stopped = _percent(conditions.quota)
        return "throttled", f"The container's CPU quota stopped the process for {stopped} of the time."
    if change is not None and error is not None and change < SLOWER and abs(change) > 2 * error:
        dropped = _dropped(conditions.frequency_mhz)
        slower = _percent(-change)
        if dropped is None:
            return "throttled", f"The last third was {slower} slower than the first, while {others}."
        if dropped < FREQUENCY_DROP:
            return "throttled", f"The CPU frequency fell by {_percent(-dropped)} and the throughput by {slower}."
        return "noisy", f"The last third was {slower} slower than the first, at an even CPU frequency."
    if varies is None:
        return "noisy", "There were too few requests to tell how even the run was."
    even = f"The {quantity} varied by {_percent(varies, 1)} from window to window"
    return ("noisy", f"{even}.") if varies > NOISY else ("stable", f"{even}, and {others}.")


def _percent(fraction: float, digits: int = 0) -> str:
    return f"{100 * fraction:.{digits}f} %"


def _frequency(before: list[float], after: list[float]) -> dict[str, float] | None:
    if not before or not after:
        return None
    return {
        "start": round(sum(before) / len(before), 1),
        "end": round(sum(after) / len(after), 1),
        "min": round(min(before + after), 1),
        "max": round(max(before + after), 1),
    }


def _dropped(frequency: dict[str, float] | None) -> float | None:
    return frequency["end"] / frequency["start"] - 1 if frequency else None

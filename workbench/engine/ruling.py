"""What the blocks of a duel tell: the verdict, its reason, and the figures that it stands on."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from workbench.engine import figures, machine, paired, statistics
from workbench.engine.blocks import Block, Side, pooled
from workbench.engine.paired import Estimate, Ruling, Tail
from workbench.engine.protocol import EngineError
from workbench.engine.verdict import CONTENDED

# Recorded figures come from another session: this much may change between two of them without any cause in the model.
SESSIONS = 0.01
# A recorded throughput without an interval is taken to be known to this.
UNKNOWN = 0.03
# And so the interval may be wider: with half the limit to each side it still lies above 0 where it reaches the limit.
NARROW_RECORDED = 0.5


@dataclass(frozen=True)
class Recorded:
    """A baseline that is not measured again: seconds of a sample, and the half width of its interval, in log units.

    `machine` is the CPU that it was measured on.
    """

    log_time: float
    half_width: float
    machine: str | None
    effective_precision: str | None

    @classmethod
    def of(cls, figures: Mapping[str, Any]) -> Recorded:
        """From throughput_fps, throughput_ci95 and the rest. A 95 % interval is widened to 99 %."""
        rate = float(figures["throughput_fps"])
        interval = figures.get("throughput_ci95")
        half = UNKNOWN
        if interval:
            low, high = (float(bound) for bound in interval)
            half = 1.32 * max(math.log(rate / low), math.log(high / rate), 0.0)
        return cls(-math.log(rate), half + SESSIONS, figures.get("machine"), figures.get("effective_precision"))

    def check(self, current: Side) -> None:
        """Figures of another machine or precision say nothing about this one. Raises `baseline_elsewhere` and
        `baseline_precision_differs`."""
        here = str(machine.cpu()["model"])
        if self.machine is not None and self.machine != here:
            raise EngineError(
                "baseline_elsewhere",
                f"The baseline was measured on {self.machine:.100}, this is {here}: recorded figures of another "
                "machine cannot be compared.",
                "Import the model of the baseline here, so that both are measured, or record a baseline here.",
            )
        ran = current.facts["effective_precision"]
        if self.effective_precision is not None and self.effective_precision != ran:
            raise EngineError(
                "baseline_precision_differs",
                f"The baseline ran in {self.effective_precision:.32}, the project runs in {ran}: they do not compute "
                "the same.",
                "Choose the precision of the baseline with --precision, or record a new baseline.",
            )


@dataclass(frozen=True)
class Limits:
    """What the project may do; `p99_ms` None: any latency."""

    slowdown: float
    p99_ms: float | None
    budget_s: float


@dataclass(frozen=True)
class Standing:
    """What is known after a look."""

    estimate: Estimate | None
    tail: Tail | None
    slowdown: Ruling | None
    p99: Ruling | None


def look(
    quiet: Sequence[Block], number: int, recorded: Recorded | None, limits: Limits, last: bool = False
) -> Standing:
    """What the quiet blocks tell at look `number`, from 1; `last` when the time is over."""
    found = paired.estimate(logs(quiet, recorded), number, recorded.half_width if recorded else 0.0)
    narrow = NARROW_RECORDED if recorded else paired.NARROW_AT_LAST if last else paired.NARROW
    ruling = paired.decide(found, limits.slowdown, narrow)
    if limits.p99_ms is None:
        return Standing(found, None, ruling, None)
    groups = [np.asarray(turn.flow.latency_ms) for block in quiet for turn in block.turns[1]]
    tail = paired.tail(groups, 99.0, number)
    return Standing(found, tail, ruling, paired.decide_tail(tail, limits.p99_ms))


def logs(blocks: Sequence[Block], recorded: Recorded | None) -> list[float]:
    """Log ratio of times of each block."""
    return [block.log_time - recorded.log_time if recorded else block.log_ratio for block in blocks]


def ended(standing: Standing, limits: Limits) -> bool:
    """Whether more measuring cannot change the verdict."""
    rulings = [standing.slowdown, *([standing.p99] if limits.p99_ms is not None else [])]
    return "regression" in rulings or all(ruling == "passed" for ruling in rulings)


def calm(blocks: Sequence[Block], quiet: Sequence[Block]) -> bool:
    """Whether others left the machine alone for at least half of the blocks, and in those, taken together, too."""
    return 2 * len(quiet) >= len(blocks) and bool(quiet) and pooled(quiet).cpu_others <= CONTENDED


def verdict(
    blocks: Sequence[Block],
    quiet: Sequence[Block],
    standing: Standing,
    limits: Limits,
    recorded: Recorded | None,
) -> dict[str, Any]:
    """verdict, reason, criteria, slowdown, slowdown_ci95, p99_ms and its interval.

    *Contended* comes before all else: what was measured while others used the machine says nothing.
    """
    found, tail = standing.estimate, standing.tail
    if not calm(blocks, quiet):
        others = pooled(blocks)
        share = f"Others used {percent(others.cpu_others)} of the CPU during the measurement"
        stolen = f", {percent(others.stolen)} by the hypervisor" if others.stolen > CONTENDED / 5 else ""
        counted = f"{len(blocks) - len(quiet)} of {len(blocks)} rounds were disturbed"
        contended = {"verdict": "contended", "reason": f"{share}{stolen}: {counted}."}
        criteria = [{"name": "throughput"} | contended]
        if limits.p99_ms is not None:
            criteria.append({"name": "p99"} | contended)
        # A figure is told, an interval is not: it would look like knowledge.
        middle = math.expm1(float(np.median(logs(blocks, recorded))))
        return contended | {"criteria": criteria, "slowdown": middle, "slowdown_ci95": None, "p99_ms": _p99(blocks)}
    criteria = [{"name": "throughput"} | _slowdown_criterion(standing, quiet, limits)]
    if limits.p99_ms is not None:
        criteria.append({"name": "p99"} | _p99_criterion(standing, limits.p99_ms))
    order = ("regression", "noisy", "passed")
    deciding = min(criteria, key=lambda criterion: order.index(criterion["verdict"]))
    return {
        "verdict": deciding["verdict"],
        "reason": deciding["reason"],
        "criteria": criteria,
        "slowdown": found.slowdown if found else math.expm1(float(np.median(logs(quiet, recorded)))),
        "slowdown_ci95": [found.low, found.high] if found else None,
        "p99_ms": tail.value if tail else _p99(quiet),
    }


def _slowdown_criterion(standing: Standing, quiet: Sequence[Block], limits: Limits) -> dict[str, str]:
    found, limit = standing.estimate, percent(limits.slowdown)
    if found is None:
        need = paired.FIRST_LOOK
        return {
            "verdict": "noisy",
            "reason": f"Only {len(quiet)} of the {need} rounds that are needed at least fit into the "
            f"{limits.budget_s:g} s of measuring; give it more time.",
        }
    interval = f"{found.low:+.1%} to {found.high:+.1%}".replace("%", " %")
    known = f"{_change(found.slowdown)} (95 % interval {interval})"
    if standing.slowdown == "passed":
        return {"verdict": "passed", "reason": f"The project is {known}, certainly less than {limit} slower."}
    if standing.slowdown == "regression":
        return {"verdict": "regression", "reason": f"The project is {known}; up to {limit} was allowed."}
    return {
        "verdict": "noisy",
        "reason": f"After {limits.budget_s:g} s of measuring the project is {known}, "
        f"too wide to tell whether it is {limit} slower.",
    }


def _p99_criterion(standing: Standing, limit_ms: float) -> dict[str, str]:
    tail = standing.tail
    limit = f"{limit_ms:g} ms"
    if tail is None:
        return {
            "verdict": "noisy",
            "reason": f"There are too few requests for a p99; {statistics.enough_for(99)} are needed.",
        }
    low, high = ("?" if bound is None else f"{bound:.3g}" for bound in (tail.low, tail.high))
    known = f"The p99 of the project is {tail.value:.3g} ms ({low} to {high} ms)"
    if standing.p99 == "passed":
        return {"verdict": "passed", "reason": f"{known}, within the {limit} allowed."}
    if standing.p99 == "regression":
        return {"verdict": "regression", "reason": f"{known}; {limit} was allowed."}
    return {"verdict": "noisy", "reason": f"{known}, not known well enough to tell whether it is within {limit}."}


def _p99(blocks: Sequence[Block]) -> float | None:
    """p99 of the project's requests; None for too few."""
    requests = figures.joined([turn.flow for block in blocks for turn in block.turns[1]])
    return statistics.latency_summary(requests.latency_ms)["p99"]


def _change(slowdown: float) -> str:
    return f"{abs(slowdown):.1%} {'slower' if slowdown > 0 else 'faster'} than the baseline".replace("%", " %")


def percent(share: float) -> str:
    return f"{100 * share:.3g} %"

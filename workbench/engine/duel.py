"""The `duel` operation: a project and its baseline measured in turn, until it is known whether the project is slower.

Both live in this process, each compiled once, and run in short slices in turn; see `blocks`. A block that others
disturbed is left out. From the quiet ones comes an interval of the slowdown, and from that the verdict; see `paired`.
"""

from __future__ import annotations

import gc
import math
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from workbench.engine import cells, configuration, paired, provenance, statistics
from workbench.engine.blocks import Block, Blocks, joined, pooled
from workbench.engine.cells import Cell
from workbench.engine.configuration import Configuration
from workbench.engine.paired import Estimate, Ruling, Tail
from workbench.engine.protocol import Emitter
from workbench.engine.verdict import CONTENDED, QUOTA, Conditions, judge

if TYPE_CHECKING:
    from numpy.typing import NDArray

WARM_UP_S = 1.0
# Recorded figures come from another session: this much may change between two of them without any cause in the model.
SESSIONS = 0.01
# A recorded throughput without an interval is taken to be known to this.
UNKNOWN = 0.03
# And so the interval may be wider: with half the limit to each side it still lies above 0 where it reaches the limit.
NARROW_RECORDED = 0.5
_STAGES = ("prepare the project", "prepare the baseline", "warm up", "measure in turn")


@dataclass(frozen=True)
class Recorded:
    """A baseline that is not measured again: seconds of a sample, and the half width of its interval, in log units."""

    log_time: float
    half_width: float

    @classmethod
    def of(cls, figures: Mapping[str, Any]) -> Recorded:
        """From throughput_fps and throughput_ci95. A 95 % interval is widened to 99 %."""
        rate = float(figures["throughput_fps"])
        interval = figures.get("throughput_ci95")
        half = UNKNOWN
        if interval:
            low, high = (float(bound) for bound in interval)
            half = 1.32 * max(math.log(rate / low), math.log(high / rate), 0.0)
        return cls(-math.log(rate), half + SESSIONS)


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


def run(parameters: Mapping[str, Any], work: Path, emit: Emitter) -> dict[str, Any]:
    """Measure `current` against `baseline`, or against `recorded` figures.

    `parameters`: current and baseline, each as the parameters of `benchmark`; recorded, {throughput_fps,
    throughput_ci95}, in place of baseline; max_slowdown (0.05: 5 % more time for a sample); max_p99_ms, of the
    project's own infer requests; budget_s of measuring at most; seed, for the order of the slices.
    The result: verdict, reason, criteria, slowdown, slowdown_ci95, p99_ms, rounds, measured_s, conditions, warnings,
    series (slowdown of each block), and `current` and `baseline`, each as the result of a `benchmark` without the
    parts that it does not measure. Writes `out/latencies.npz` of the project.

    Raises the errors of `benchmark`.
    """
    noted = provenance.begin()
    recorded = Recorded.of(parameters["recorded"]) if parameters.get("recorded") else None
    limits = Limits(float(parameters["max_slowdown"]), parameters.get("max_p99_ms"), float(parameters["budget_s"]))
    emit.stage(_STAGES[0], 1, len(_STAGES))
    current = _prepared(parameters["current"], work, emit)
    emit.stage(_STAGES[1], 2, len(_STAGES))
    baseline = None if recorded else _prepared(parameters["baseline"], work, emit)
    emit.stage(_STAGES[2], 3, len(_STAGES))
    warmed = [_warm(cell) for cell in (baseline, current)]
    emit.stage(_STAGES[3], 4, len(_STAGES))
    blocks, standing, seconds = _measure(baseline, current, recorded, limits, int(parameters.get("seed") or 0), emit)
    quiet = [block for block in blocks if block.quiet]
    # With none left, the figures of a disturbed measurement are told all the same; its verdict says what they are.
    told = quiet or blocks
    conditions = pooled(told if _calm(blocks, quiet) else blocks)
    result = _verdict(blocks, quiet, standing, limits, recorded)
    sides = {}
    for number, (name, cell) in enumerate((("baseline", baseline), ("current", current))):
        if cell is not None:
            path = work / "out" / "latencies.npz" if name == "current" else None
            turns = [turn for block in told for turn in block.turns[number]]
            sides[name] = cell.facts | {"warmup": warmed[number]} | _figures(cell, turns, conditions, path)
            sides[name]["provenance"] = provenance.complete(noted, cell.wanted.model, cell.settings)
    return result | {
        "interleaved": recorded is None,
        "max_slowdown": limits.slowdown,
        "max_p99_ms": limits.p99_ms,
        "measured_s": round(seconds, 3),
        "rounds": len(quiet),
        "conditions": _told_conditions(blocks, quiet, conditions, recorded),
        "series": _series(blocks, recorded),
        "warnings": _warnings(sides, conditions),
        "baseline": sides.get("baseline"),
        "current": sides["current"],
    }


def _prepared(parameters: Mapping[str, Any], work: Path, emit: Emitter) -> Cell:
    import openvino as ov

    wanted: Configuration = configuration.read(parameters, work)
    if wanted.arrivals_per_s is not None:
        raise configuration.invalid(
            "arrivals_per_s", wanted.arrivals_per_s, "A check keeps all requests busy: leave it out."
        )
    # A core of its own: what is set for devices behind a virtual one must not reach the other side.
    return cells.prepare(ov.Core(), wanted, emit)


def _warm(cell: Cell | None) -> dict[str, Any] | None:
    if cell is None:
        return None
    warmed = cell.warm(WARM_UP_S)
    cell.rest()
    return warmed


def _measure(
    baseline: Cell | None, current: Cell, recorded: Recorded | None, limits: Limits, seed: int, emit: Emitter
) -> tuple[list[Block], Standing, float]:
    """Blocks until the verdict is clear or the budget is used; with them what is known, and the seconds they took."""
    blocks: list[Block] = []
    quiet: list[Block] = []
    standing = Standing(None, None, None, None)
    looks = 0
    # Nothing of what is there now is looked at again by the garbage collector, which runs before every slice.
    gc.collect()
    gc.freeze()
    began = time.perf_counter()
    with cells.resting(*(cell for cell in (baseline, current) if cell is not None)):
        source = Blocks(baseline, current, seed)
        while True:
            block = source.measure()
            blocks.append(block)
            seconds = time.perf_counter() - began
            over = seconds + seconds / len(blocks) > limits.budget_s
            if block.quiet:
                quiet.append(block)
            if quiet and (over or (block.quiet and paired.is_look(len(quiet)))):
                looks += 1
                standing = _look(quiet, looks, recorded, limits)
            emit.progress(round(min(seconds, limits.budget_s), 2), limits.budget_s, "seconds")
            if over or (_ended(standing, limits) and _calm(blocks, quiet)):
                emit.progress(limits.budget_s, limits.budget_s, "seconds")
                return blocks, standing, seconds


def _look(quiet: Sequence[Block], look: int, recorded: Recorded | None, limits: Limits) -> Standing:
    """What the quiet blocks tell."""
    found = paired.estimate(_logs(quiet, recorded), look, recorded.half_width if recorded else 0.0)
    ruling = paired.decide(found, limits.slowdown, NARROW_RECORDED if recorded else paired.NARROW)
    if limits.p99_ms is None:
        return Standing(found, None, ruling, None)
    groups = [np.asarray(turn.flow.latency_ms) for block in quiet for turn in block.turns[1]]
    tail = paired.tail(groups, 99.0, look)
    return Standing(found, tail, ruling, paired.decide_tail(tail, limits.p99_ms))


def _logs(blocks: Sequence[Block], recorded: Recorded | None) -> list[float]:
    """Log ratio of times of each block."""
    return [block.log_time - recorded.log_time if recorded else block.log_ratio for block in blocks]


def _ended(standing: Standing, limits: Limits) -> bool:
    """Whether more measuring cannot change the verdict."""
    rulings = [standing.slowdown, *([standing.p99] if limits.p99_ms is not None else [])]
    return "regression" in rulings or all(ruling == "passed" for ruling in rulings)


def _calm(blocks: Sequence[Block], quiet: Sequence[Block]) -> bool:
    """Whether others left the machine alone for at least half of the blocks, and in those, taken together, too."""
    return 2 * len(quiet) >= len(blocks) and bool(quiet) and pooled(quiet).cpu_others <= CONTENDED


def _verdict(
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
    if not _calm(blocks, quiet):
        others = pooled(blocks)
        share = f"Others used {_percent(others.cpu_others)} of the CPU during the measurement"
        stolen = f", {_percent(others.stolen)} by the hypervisor" if others.stolen > CONTENDED / 5 else ""
        counted = f"{len(blocks) - len(quiet)} of {len(blocks)} rounds were disturbed"
        contended = {"verdict": "contended", "reason": f"{share}{stolen}: {counted}."}
        criteria = [{"name": "throughput"} | contended]
        if limits.p99_ms is not None:
            criteria.append({"name": "p99"} | contended)
        # A figure is told, an interval is not: it would look like knowledge.
        middle = math.expm1(float(np.median(_logs(blocks, recorded))))
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
        "slowdown": found.slowdown if found else math.expm1(float(np.median(_logs(quiet, recorded)))),
        "slowdown_ci95": [found.low, found.high] if found else None,
        "p99_ms": tail.value if tail else _p99(quiet),
    }


def _slowdown_criterion(standing: Standing, quiet: Sequence[Block], limits: Limits) -> dict[str, str]:
    found, limit = standing.estimate, _percent(limits.slowdown)
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
    latency, _ = joined([turn for block in blocks for turn in block.turns[1]])
    return statistics.latency_summary(latency)["p99"]


def _figures(cell: Cell, turns: list[Any], conditions: Conditions, file: Path | None) -> dict[str, Any]:
    """The figures of one side, as those of a benchmark; its latencies go to `file`."""
    latency, completed = joined(turns)
    if file is not None:
        np.savez_compressed(file, latency_ms=latency.astype(np.float32), completed_s=completed)
    duration = math.fsum(turn.flow.duration_s for turn in turns)
    rate = len(latency) * cell.batch / duration
    cut = statistics.windows(latency, completed, len(cell.pipeline.requests))
    return {
        "samples": len(latency),
        "inferences": len(latency) * cell.batch,
        "duration_s": duration,
        "throughput_fps": rate,
        "throughput_ci95": statistics.throughput_interval(rate, cut),
        "latency_ms": statistics.latency_summary(latency),
        "latency_median_ci95": statistics.median_interval(latency),
        "windows": statistics.window_rows(cut, cell.batch),
        **judge(cut, conditions),
        "compile_cached_ms": None,
        "memory_bytes": {},
        "peak_memory_bytes": None,
        "latencies": None if file is None else f"out/{file.name}",
    }


def _told_conditions(
    blocks: Sequence[Block], quiet: Sequence[Block], conditions: Conditions, recorded: Recorded | None
) -> dict[str, Any]:
    """cpu_others and stolen (of all CPU time), spread and drift of the slowdown from round to round, the clock at the
    end over that at the start, and the rounds left out."""
    values = _log_values(quiet or blocks, recorded)
    third = max(1, len(values) // 3)
    clock = conditions.frequency_mhz
    return {
        "cpu_others": conditions.cpu_others,
        "stolen": conditions.stolen,
        "spread": float(np.std(values, ddof=1)) if len(values) > 1 else None,
        "drift": math.expm1(float(np.mean(values[-third:]) - np.mean(values[:third]))),
        "frequency": clock["end"] / clock["start"] if clock else None,
        "disturbed_rounds": len(blocks) - len(quiet),
    }


def _log_values(blocks: Sequence[Block], recorded: Recorded | None) -> NDArray[np.float64]:
    return np.array(_logs(blocks, recorded))


def _series(blocks: Sequence[Block], recorded: Recorded | None) -> list[dict[str, Any]]:
    """[{at_s, slowdown, quiet}] of every block."""
    began = blocks[0].before.at_s
    return [
        {"at_s": round(block.before.at_s - began, 3), "slowdown": round(math.expm1(value), 6), "quiet": block.quiet}
        for block, value in zip(blocks, _logs(blocks, recorded), strict=True)
    ]


def _warnings(sides: Mapping[str, dict[str, Any]], conditions: Conditions) -> list[str]:
    """Why the two do not measure the same thing, or not undisturbed."""
    found = []
    current, baseline = sides["current"], sides.get("baseline")
    if baseline is not None:
        ran, before = current["effective_precision"], baseline["effective_precision"]
        if ran != before:
            found.append(f"The project runs in {ran}, the baseline in {before}: they do not compute the same.")
        if current["batch"] != baseline["batch"]:
            sizes = f"{current['batch']} and {baseline['batch']}"
            found.append(f"Project and baseline have batches of {sizes}: the times of one sample are compared.")
        if current["input"]["source"] != baseline["input"]["source"]:
            found.append("One of the two was fed with samples of a dataset, the other with synthetic values.")
    if conditions.quota > QUOTA:
        found.append(f"The container's CPU quota stopped the process for {_percent(conditions.quota)} of the time.")
    return found


def _change(slowdown: float) -> str:
    return f"{abs(slowdown):.1%} {'slower' if slowdown > 0 else 'faster'} than the baseline".replace("%", " %")


def _percent(share: float) -> str:
    return f"{100 * share:.3g} %"

"""The `duel` operation: a project and its baseline measured in turn, until it is known whether the project is slower.

Both live in this process and run in short slices in turn; see `blocks`. A block that others disturbed is left out. From
the quiet ones comes an interval of the slowdown, see `paired`, and from that the verdict, see `ruling`.
"""

from __future__ import annotations

import contextlib
import gc
import io
import math
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from workbench.engine import cells, configuration, figures, paired, provenance, ruling
from workbench.engine.blocks import Block, Blocks, Side, Turn, pooled
from workbench.engine.cells import Cell
from workbench.engine.inputs import Kept
from workbench.engine.protocol import Emitter
from workbench.engine.ruling import Limits, Recorded, Standing
from workbench.engine.verdict import QUOTA, Conditions

if TYPE_CHECKING:
    from numpy.typing import NDArray

WARM_UP_S = 1.0
MAX_SERIES = 500
_STAGES = ("prepare the project", "prepare the baseline", "warm up", "measure in turn")


def run(parameters: Mapping[str, Any], work: Path, emit: Emitter) -> dict[str, Any]:
    """Measure `current` against `baseline`, or against `recorded` figures.

    `parameters`: current and baseline, each as the parameters of `benchmark`; recorded, {throughput_fps,
    throughput_ci95, machine, effective_precision}, in place of baseline; max_slowdown (0.05: 5 % more time for a
    sample); max_p99_ms, of the project's own infer requests; budget_s of measuring at most; seed, for the order of the
    slices.
    The result: verdict, reason, criteria, slowdown, slowdown_ci95, p99_ms, rounds, measured_s, conditions, warnings,
    series (slowdown of each block), and `current` and `baseline`, each as the result of a `benchmark` without the
    parts that it does not measure. Writes `out/latencies.npz` of the project.

    Raises the errors of `benchmark`, and those of `Recorded.check`.
    """
    noted = provenance.begin()
    recorded = Recorded.of(parameters["recorded"]) if parameters.get("recorded") else None
    limits = Limits(float(parameters["max_slowdown"]), parameters.get("max_p99_ms"), float(parameters["budget_s"]))
    emit.stage(_STAGES[0], 1, len(_STAGES))
    current = prepared(parameters["current"], work, emit)
    if recorded:
        recorded.check(current)
    emit.stage(_STAGES[1], 2, len(_STAGES))
    baseline = None if recorded else prepared(parameters["baseline"], work, emit)
    emit.stage(_STAGES[2], 3, len(_STAGES))
    warmed = [None if side is None else side.warm(WARM_UP_S) for side in (baseline, current)]
    emit.stage(_STAGES[3], 4, len(_STAGES))
    source = Blocks(baseline, current, int(parameters.get("seed") or 0))
    blocks, standing, seconds = _measure(source, recorded, limits, emit)
    quiet = [block for block in blocks if block.quiet]
    # With none left, the figures of a disturbed measurement are told all the same; its verdict says what they are.
    told = quiet or blocks
    conditions = pooled(told if ruling.calm(blocks, quiet) else blocks)
    result = ruling.verdict(blocks, quiet, standing, limits, recorded)
    sides = {}
    for number, (name, side) in enumerate((("baseline", baseline), ("current", current))):
        if side is not None:
            path = work / "out" / "latencies.npz" if name == "current" else None
            turns = [turn for block in told for turn in block.turns[number]]
            sides[name] = side.facts | {"warmup": warmed[number]} | told_figures(side, turns, conditions, path)
            sides[name]["provenance"] = provenance.complete(noted, side.wanted.model, side.settings)
    return result | {
        "interleaved": recorded is None,
        "max_slowdown": limits.slowdown,
        "max_p99_ms": limits.p99_ms,
        "measured_s": round(seconds, 3),
        "rounds": len(quiet),
        "conditions": _told_conditions(blocks, quiet, conditions, recorded) | {"compilations": source.compilations},
        "series": _series(blocks, recorded),
        "warnings": _warnings(sides, conditions),
        "baseline": sides.get("baseline"),
        "current": sides["current"],
    }


def prepared(parameters: Mapping[str, Any], work: Path, emit: Emitter) -> Side:
    """A side by the parameters of `benchmark`. Raises the errors of that operation."""
    import openvino as ov

    wanted = configuration.read(parameters, work)
    if wanted.arrivals_per_s is not None:
        raise configuration.invalid(
            "arrivals_per_s", wanted.arrivals_per_s, "A check keeps all requests busy: leave it out."
        )
    kept = Kept()

    # A core of its own: what is set for devices behind a virtual one must not reach the other side.
    def make(listener: Emitter) -> Cell:
        return cells.prepare(ov.Core(), wanted, listener, kept=kept)

    began = time.perf_counter()
    cell = make(emit)
    # What there is to say about a model is said once.
    return Side(lambda: make(Emitter(io.StringIO())), cell, time.perf_counter() - began)


def _measure(
    source: Blocks, recorded: Recorded | None, limits: Limits, emit: Emitter
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
    with contextlib.ExitStack() as stack:
        stack.callback(gc.unfreeze)
        stack.callback(source.rest)
        while True:
            block = source.measure()
            blocks.append(block)
            seconds = time.perf_counter() - began
            each = seconds / len(blocks)
            if block.quiet:
                quiet.append(block)
            # Also where so many were disturbed already that the quiet ones can no more become half of all.
            over = seconds + each > limits.budget_s or 2 * (len(blocks) - len(quiet)) > limits.budget_s / each
            if quiet and (over or (block.quiet and paired.is_look(len(quiet)))):
                looks += 1
                standing = ruling.look(quiet, looks, recorded, limits, over)
            emit.progress(round(min(seconds, limits.budget_s), 2), limits.budget_s, "seconds")
            if over or (ruling.ended(standing, limits) and ruling.calm(blocks, quiet)):
                emit.progress(limits.budget_s, limits.budget_s, "seconds")
                return blocks, standing, seconds


def told_figures(side: Side, turns: list[Turn], conditions: Conditions, file: Path | None) -> dict[str, Any]:
    """The figures of one side, as those of a benchmark; its latencies go to `file`."""
    requests = figures.joined([turn.flow for turn in turns])
    return figures.NOT_MEASURED | figures.closed(requests, side.batch, side.requests, conditions, file)


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
    return np.array(ruling.logs(blocks, recorded))


def _series(blocks: Sequence[Block], recorded: Recorded | None) -> list[dict[str, Any]]:
    """[{at_s, slowdown, quiet}] of every block, or of every second, third … one where there are very many."""
    began = blocks[0].before.at_s
    shown = blocks[:: -(-len(blocks) // MAX_SERIES)]
    return [
        {"at_s": round(block.before.at_s - began, 3), "slowdown": round(math.expm1(value), 6), "quiet": block.quiet}
        for block, value in zip(shown, ruling.logs(shown, recorded), strict=True)
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
        found.append(
            f"The container's CPU quota stopped the process for {ruling.percent(conditions.quota)} of the time."
        )
    return found

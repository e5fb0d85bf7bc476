"""The `race` operation: several versions measured in turn in one process, so that their ratios are free of what the
machine does meanwhile.

All live at once and run in short slices, in an order drawn anew for each round and gone through forwards and backwards,
so that an even drift falls on all alike. A round that others disturbed is left out. Now and then all are compiled anew,
since two compilations of the same model differ in speed for as long as they live (see `blocks`). So rounds between two
compilations tell together: from their means comes the ratio of each to the first, with the interval of the signed ranks
(see `paired`). Large models are compiled a few times only; then the interval is that of `moderated`.
"""

from __future__ import annotations

import contextlib
import gc
import math
import random
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from workbench.engine import machine, memory, paired, provenance
from workbench.engine.blocks import Renewal, Side, Turn, log_time, pooled, turn
from workbench.engine.duel import WARM_UP_S, prepared, told_figures
from workbench.engine.paired import Estimate
from workbench.engine.protocol import Emitter, EngineError
from workbench.engine.verdict import CONTENDED, QUOTA, Conditions, Moment

# Once each ratio is known to this, on both sides, more rounds tell nothing more.
PRECISE = 0.01
MOST_SIDES = 16
# Below that a round's own noise is not known.
FEWEST_ROUNDS = 4
# Two compilations of a model differ by about a percent (see `blocks`). This is the standard deviation of the logarithm
# of a ratio from one compilation of both to the next; it counts for as much as so many differences seen in the race.
COMPILED, COMPILED_COUNT = 0.012, 8


@dataclass(frozen=True)
class Round:
    """Two slices of each side, after the sides were compiled for the `compilation`th time."""

    turns: list[list[Turn]]
    before: Moment
    after: Moment
    compilation: int

    @property
    def quiet(self) -> bool:
        return pooled([self]).cpu_others <= CONTENDED

    def log_ratio(self, place: int) -> float:
        """Logarithm of the time for a sample of a side over that of the first."""
        return log_time(self.turns[place]) - log_time(self.turns[0])


class Rounds:
    """Measures rounds; `seed` draws their order."""

    def __init__(self, sides: Sequence[Side], seed: int) -> None:
        self._sides = list(sides)
        self._chance = random.Random(seed)
        self._renewal = Renewal(sides, self._chance)

    @property
    def compilations(self) -> int:
        return self._renewal.compilations

    def measure(self) -> Round:
        """Nothing is in flight afterwards."""
        self._renewal.before_measuring()
        order = list(range(len(self._sides)))
        self._chance.shuffle(order)
        turns: list[list[Turn]] = [[] for _ in self._sides]
        before = Moment.now()
        for place in (*order, *reversed(order)):
            side = self._sides[place]
            turns[place].append(turn(side.cell, side.slice_s))
        after = Moment.now()
        self._renewal.measured(before, after)
        return Round(turns, before, after, self.compilations)

    def rest(self) -> None:
        self._renewal.rest()


def run(parameters: Mapping[str, Any], work: Path, emit: Emitter) -> dict[str, Any]:
    """Measure `sides`, each as the parameters of `benchmark`, for `budget_s` seconds at most; `seed` for their order.

    The result: sides, of each `result` (as of a benchmark, without what it does not measure), `ratio` of its throughput
    to that of the first, and `ratio_ci95`; rounds, measured_s, conditions, warnings. Writes `out/latencies-N.npz`.
    Raises `invalid_configuration` for fewer than two sides, `out_of_memory` where they do not fit side by side, and the
    errors of `benchmark`, which name the side in `detail`.
    """
    noted = provenance.begin()
    asked = list(parameters["sides"])
    if not 2 <= len(asked) <= MOST_SIDES:
        raise EngineError(
            "invalid_configuration", f"A race has 2 to {MOST_SIDES} sides, not {len(asked)}.", "Name more, or fewer."
        )
    budget_s, stages = float(parameters["budget_s"]), len(asked) + 2
    sides = _side_by_side(asked, work, emit, stages)
    emit.stage("warm up", stages - 1, stages)
    warmed = [side.warm(WARM_UP_S) for side in sides]
    emit.stage("measure in turn", stages, stages)
    source = Rounds(sides, int(parameters.get("seed") or 0))
    rounds, seconds, looks = _measure(source, len(sides), budget_s, emit)
    quiet = [one for one in rounds if one.quiet]
    # Where others were there nearly all the time, that is what its verdicts say.
    told = quiet if len(quiet) >= paired.FIRST_LOOK or 2 * len(quiet) >= len(rounds) else rounds
    conditions = pooled(told)
    found = estimates(told, len(sides), looks)
    results = []
    for number, side in enumerate(sides):
        turns = [one for each in told for one in each.turns[number]]
        file = work / "out" / f"latencies-{number}.npz"
        result = side.facts | {"warmup": warmed[number]} | told_figures(side, turns, conditions, file)
        result["provenance"] = provenance.complete(noted, side.wanted.model, side.settings)
        results.append({"result": result, **_ratio(found[number], told, number)})
    warnings = _warnings(sides, conditions)
    if len(told) < len(rounds):
        warnings.append(f"{len(rounds) - len(told)} of {len(rounds)} rounds were left out: others used the processors.")
    elif len(quiet) < len(rounds):
        warnings.append("Other programs used the processors all the while: the ratios may be off.")
    return {
        "sides": results,
        "rounds": len(told),
        "measured_s": round(seconds, 3),
        "conditions": {
            "cpu_others": conditions.cpu_others,
            "stolen": conditions.stolen,
            "disturbed_rounds": len(rounds) - len(quiet),
            "compilations": source.compilations,
        },
        "warnings": warnings,
    }


def _side_by_side(asked: Sequence[Mapping[str, Any]], work: Path, emit: Emitter, stages: int) -> list[Side]:
    """All sides, alive together. Before one is made the memory for it has to be free: as much as the hungriest so far
    took at its highest, and twice what its file is larger (read and compiled). Better an answer than a machine that
    swaps, or kills the process."""
    sides: list[Side] = []
    most_bytes = largest_bytes = 0
    for number, one in enumerate(asked):
        emit.stage(f"prepare {number + 1} of {len(asked)}", number + 1, stages)
        file_bytes = _weights_bytes(work / str(one["model"]))
        free_bytes = machine.available_bytes()
        needed_bytes = most_bytes + 2 * max(0, file_bytes - largest_bytes)
        if number and free_bytes is not None and needed_bytes > free_bytes:
            raise EngineError(
                "out_of_memory",
                f"Only {number} of the {len(asked)} versions fit into the memory side by side: the next may need "
                f"{needed_bytes / 1e6:,.0f} MB, and {free_bytes / 1e6:,.0f} MB are free.",
                "Measure fewer versions in turn, or in a configuration with fewer streams or a smaller batch.",
                {"side": number},
            )
        memory.reset()
        before_bytes = memory.high_water_bytes() or 0
        try:
            sides.append(prepared(one, work, emit))
        except EngineError as error:
            detail = {**(error.detail or {}), "side": number}
            raise EngineError(error.code, error.message, error.action, detail) from error
        most_bytes = max(most_bytes, (memory.high_water_bytes() or 0) - before_bytes)
        largest_bytes = max(largest_bytes, file_bytes)
    return sides


def _weights_bytes(model: Path) -> int:
    try:
        return model.with_suffix(".bin").stat().st_size
    except OSError:
        return 0


def _warnings(sides: Sequence[Side], conditions: Conditions) -> list[str]:
    """Why they do not do the same work, or not undisturbed."""
    found = []
    if len({side.batch for side in sides}) > 1:
        sizes = ", ".join(str(side.batch) for side in sides)
        found.append(f"The batches are {sizes}: the times of one sample are compared.")
    if len({side.facts["input"]["source"] for side in sides}) > 1:
        found.append("Some were fed with samples of a dataset, others with synthetic values.")
    if conditions.quota > QUOTA:
        found.append(f"The container's CPU quota stopped the process for {conditions.quota:.1%} of the time.")
    return found


def _measure(source: Rounds, sides: int, budget_s: float, emit: Emitter) -> tuple[list[Round], float, int]:
    """Rounds until the ratios are precise or the budget is used, one at least; with the seconds, and how often the
    ratios were looked at, the last time included."""
    rounds: list[Round] = []
    quiet: list[Round] = []
    looks = 0
    gc.collect()
    gc.freeze()
    began = time.perf_counter()
    with contextlib.ExitStack() as stack:
        stack.callback(gc.unfreeze)
        stack.callback(source.rest)
        while True:
            one = source.measure()
            rounds.append(one)
            if one.quiet:
                quiet.append(one)
            seconds = time.perf_counter() - began
            emit.progress(round(min(seconds, budget_s), 2), budget_s, "seconds")
            over = seconds + seconds / len(rounds) > budget_s
            precise = False
            if not over and one.quiet and paired.is_look(len(quiet)):
                looks += 1
                precise = all(found is not None and _precise(found) for found in estimates(quiet, sides, looks)[1:])
            if over or precise:
                emit.progress(budget_s, budget_s, "seconds")
                return rounds, seconds, looks if precise else looks + 1


def _precise(found: Estimate) -> bool:
    return found.half_width <= PRECISE * (1 + found.slowdown)


def estimates(rounds: Sequence[Round], sides: int, look: int) -> list[Estimate | None]:
    """How much more time than the first each side takes; None where too few rounds tell."""
    return [_estimate(rounds, place, look) if place else Estimate(0.0, 0.0, 0.0) for place in range(sides)]


def _estimate(rounds: Sequence[Round], place: int, look: int) -> Estimate | None:
    if len(rounds) < FEWEST_ROUNDS:
        return None
    groups: dict[int, list[float]] = {}
    for one in rounds:
        groups.setdefault(one.compilation, []).append(one.log_ratio(place))
    means = [math.fsum(group) / len(group) for group in groups.values()]
    found = paired.estimate(means, look) if len(means) >= paired.FIRST_LOOK else None
    return found if found is not None else moderated(list(groups.values()), paired.level(look))


def moderated(groups: Sequence[Sequence[float]], alpha: float) -> Estimate:
    """The mean of the groups' means with an interval that is wrong with `alpha` on each side.

    The variance between compilations is that of few groups weighed with what is known of compilations (Smyth, Linear
    models and empirical Bayes methods, 2004: the moderated t), to which that within groups is added.
    """
    means = [math.fsum(group) / len(group) for group in groups]
    centre = math.fsum(means) / len(means)
    freedom = COMPILED_COUNT + len(means) - 1
    between = (COMPILED_COUNT * COMPILED**2 + math.fsum((mean - centre) ** 2 for mean in means)) / freedom
    count = sum(len(group) for group in groups)
    squares = math.fsum((one - mean) ** 2 for group, mean in zip(groups, means, strict=True) for one in group)
    within = squares / max(1, count - len(means))
    reach = paired.student_quantile(1 - alpha, freedom) * math.sqrt(between / len(means) + within / count)
    return Estimate(math.expm1(centre), math.expm1(centre - reach), math.expm1(centre + reach))


def _ratio(found: Estimate | None, rounds: Sequence[Round], place: int) -> dict[str, Any]:
    """Of throughputs: the more time, the less."""
    if found is None:
        mean = math.fsum(one.log_ratio(place) for one in rounds) / len(rounds)
        return {"ratio": math.exp(-mean), "ratio_ci95": None}
    if not place:
        return {"ratio": 1.0, "ratio_ci95": None}
    return {
        "ratio": 1 / (1 + found.slowdown),
        "ratio_ci95": [1 / (1 + found.high), 1 / (1 + found.low)],
    }

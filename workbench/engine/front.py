"""Which cell of a grid streams × batch a search measures next, and when it knows enough. No OpenVINO in here.

1. *Looking*: cells are measured for a moment, in order of their work. What the cells before it say bounds a cell:
   throughput by the gains that the last steps of the batch brought, latency by Little's law (requests in flight =
   throughput × mean latency). A cell whose bound is covered by one that was measured is skipped.
2. *Refining*: cells that may still be wanted are measured in slices in turn (A B C A B C …). One cell *covers* another
   when, with 95 % confidence, it is at most 3 % worse in throughput and in latency; covered cells leave the race. A
   cell is finished when its throughput is told apart from that of the others and known to 1.5 %, and it has the samples
   that the percentile needs; or when it was measured for as long as the full grid would have.

The caller does what `next` says, and tells what came of it with `looked`, `failed` or `sliced`.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from workbench.engine.goals import Goal
from workbench.engine.observed import (
    PERCENTILES,
    Key,
    Known,
    Measured,
    Observed,
    at_most,
    fps_ratio,
    latency_ratio,
    pareto,
    slice_noise,
)
from workbench.engine.prediction import Bound, bound
from workbench.engine.statistics import enough_for
from workbench.engine.warm_up import PER_WINDOW, WINDOW_S, limit_s

# A cell that is at most this much worse is as good.
NEAR = 0.03
# Half of the 95 % interval of a finished cell's throughput.
PRECISE = 0.015
# A cell with fewer slices is not finished while there is time.
MIN_SLICES = 3
LOOK_S = 0.3
SLICE_S = 0.4
# Of the grid's time, for the search; and of that, for looking.
BUDGET_PART = 0.24
LOOKING_PART = 0.85
FIRST_OVERHEAD_S = 0.5

Why = Literal["needless", "impossible", "budget"]


@dataclass(frozen=True)
class Step:
    """`look`: prepare the cell and measure it for `seconds`; `slice`: measure `seconds` more; `finish`: keep it as a
    run and free it; `drop`: free it; `stop`: there is nothing left to do."""

    kind: Literal["look", "slice", "finish", "drop", "stop"]
    key: Key = (0, 0)
    seconds: float = 0.0


@dataclass(frozen=True)
class Skip:
    """A cell that is not measured: the search has no need of it, or cannot, or had no time."""

    why: Why
    reason: str


@dataclass
class Search:
    """The state of a search. `streams` and `batches` rise; `known` are cells that an earlier search has finished."""

    streams: Sequence[int]
    batches: Sequence[int]
    goal: Goal
    cell_s: float
    budget_s: float | None = None
    known: Mapping[Key, Known] = field(default_factory=dict)
    max_live: int = 8

    def __post_init__(self) -> None:
        self.grid: list[Key] = [(streams, batch) for streams in self.streams for batch in self.batches]
        self.cells: dict[Key, Observed] = {}
        self.skipped: dict[Key, Skip] = {}
        # What left the race, and what covers it (None: it is outside of the limits).
        self.dropped: dict[Key, Key | None] = {}
        self.finished: list[Key] = []
        self.spent_s = 0.0
        self.stopped: Literal["resolved", "budget"] | None = None
        self._overheads: list[float] = []
        self.looking = True
        self._turn = 0
        self._queue: list[Key] = []
        for key, found in self.known.items():
            if key in self.grid:
                self.cells[key] = Observed(key, key[0], known=found)
                self.finished.append(key)

    # What came of the steps

    def looked(self, key: Key, measured: Measured, overhead_s: float, spent_s: float, in_flight: int) -> None:
        """A cell was prepared in `overhead_s` and measured for the first time; `spent_s` is all that it took."""
        self.spent_s += spent_s
        self._overheads.append(overhead_s)
        self.cells[key] = Observed(key, in_flight, looked=measured)

    def failed(self, key: Key, reason: str, spent_s: float = 0.0) -> None:
        """A cell cannot be measured."""
        self.spent_s += spent_s
        self.skipped[key] = Skip("impossible", reason)
        self.cells.pop(key, None)
        self._queue = [other for other in self._queue if other != key]

    def sliced(self, key: Key, measured: Measured, spent_s: float) -> None:
        self.spent_s += spent_s
        self.cells[key].slices[self._turn] = measured

    # What to do

    def next(self) -> Step:
        """The next step; after the first `stop` it stays at that."""
        if self.stopped is not None:
            return self._stop(self.stopped)
        while True:
            # Within a turn nothing is decided: cells would differ in how often they were measured.
            ended = self._drop() if not self._queue else None
            if ended is not None:
                return ended
            if self.looking:
                key = self._next_look(LOOKING_PART)
                if key is not None:
                    return Step("look", key, LOOK_S)
                self.looking = False
            ended = self._end_turn() if not self._queue else None
            if ended is not None:
                return ended
            if self.looking:
                continue
            key = self._queue.pop(0)
            cell = self.cells[key]
            seconds = max(min(SLICE_S, self.cell_s / 4), 3 * cell.round_s)
            if self._fits(seconds + cell.round_s) or not any(other.refined for other in self.cells.values()):
                return Step("slice", key, seconds)
            return self._stop("budget")

    def _end_turn(self) -> Step | None:
        """Every cell of a turn was measured: finish what is known well enough, and begin another turn."""
        noise = slice_noise(self.cells.values())
        for key in self.candidates:
            if key not in self.finished and self._is_done(self.cells[key], noise):
                return self._finish(key)
        self._turn += 1
        self._queue = self._open()
        if self._queue:
            return None
        # What there was no time to look at may fit into what is left; and what was skipped by the first looks may be
        # wanted by what is known now.
        self.skipped = {key: skip for key, skip in self.skipped.items() if skip.why == "impossible"}
        again = self._next_look(1.0)
        if again is not None:
            self.looking = True
            return Step("look", again, LOOK_S)
        return self._stop("budget" if any(skip.why == "budget" for skip in self.skipped.values()) else "resolved")

    def _stop(self, why: Literal["resolved", "budget"]) -> Step:
        """Finish what was refined, then stop."""
        self.stopped = why
        for key in self.candidates:
            if key not in self.finished and self.cells[key].slices:
                return self._finish(key)
        return Step("stop")

    def _finish(self, key: Key) -> Step:
        self.finished.append(key)
        return Step("finish", key)

    # Looking

    def _next_look(self, part: float) -> Key | None:
        """The cell of least work that was neither looked at nor skipped; on the way there, cells are skipped."""
        unseen = [key for key in self.grid if key not in self.cells and key not in self.skipped]
        for key in sorted(unseen, key=lambda key: (key[0] * key[1], key[0])):
            found = bound(key, self.batches, self.cells)
            reason = self._needless(found) if found is not None else None
            if reason is not None:
                self.skipped[key] = Skip("needless", reason)
            elif self._has_time_for(found, part):
                return key
            else:
                self.skipped[key] = Skip("budget", "the time was over before it was looked at")
        return None

    def _needless(self, found: Bound) -> str | None:
        """Why a cell with this bound need not be measured."""
        goal = self.goal
        if goal.min_fps is not None and found.evident and found.fps * (1 + NEAR) < goal.min_fps:
            return f"at most {found.fps:.4g} FPS are to be expected, below the limit"
        if goal.max_latency_ms is not None and found.latency_ms > goal.max_latency_ms * (1 + NEAR):
            return f"at least {found.latency_ms:.4g} ms are to be expected, above the limit"
        if not found.evident:
            return None
        for key, cell in self.cells.items():
            if cell.fps * (1 + NEAR) >= found.fps and cell.latency(cell.highest(goal.percentile)) <= found.latency_ms:
                return f"{name(key)} has a lower latency, and larger batches gained no throughput before"
        return None

    def _has_time_for(self, found: Bound | None, part: float) -> bool:
        if len(self.cells) < 2:
            return True
        cost = self._overhead_s + LOOK_S + (4e-3 * found.latency_ms if found is not None else 0.0)
        return self.spent_s + cost <= part * self.budget

    # Refining

    @property
    def candidates(self) -> list[Key]:
        """Cells that may be wanted."""
        return [key for key in self.cells if key not in self.dropped]

    def _drop(self) -> Step | None:
        """Take a covered cell out of the race; those with most work first, as less is preferred among equals."""
        noise = slice_noise(self.cells.values())
        possible = any(self.goal.inside(self.cells[key], noise) is not False for key in self.candidates)
        for key in sorted(self.candidates, key=lambda key: (-key[0] * key[1], key)):
            cell = self.cells[key]
            if key in self.finished:
                continue
            if possible:
                by = self._covered_by(cell, noise)
                if by is None and self.goal.inside(cell, noise) is not False:
                    continue
            elif cell is self.goal.favourite([self.cells[other] for other in self.candidates]):
                continue
            else:
                by = None
            self.dropped[key] = by
            self._queue = [other for other in self._queue if other != key]
            return self._finish(key) if len(cell.slices) >= MIN_SLICES else Step("drop", key)
        return None

    def _covered_by(self, cell: Observed, noise: float) -> Key | None:
        """A candidate that covers `cell`, and all that was dropped because `cell` covers it."""
        relying = [self.cells[key] for key, by in self.dropped.items() if by == cell.key and key in self.cells]
        for key in self.candidates:
            if key != cell.key and all(
                self.goal.covers(self.cells[key], one, noise, NEAR) for one in (cell, *relying) if one.key != key
            ):
                self.dropped |= {one.key: key for one in relying}
                return key
        return None

    def _open(self) -> list[Key]:
        """The cells of the next turn: not more than may live at a time, those on the front first."""
        wanted = [key for key in self.candidates if key not in self.finished]
        percentile = self.target_percentile()
        front = pareto([(self.cells[key].fps, self.cells[key].latency(percentile)) for key in wanted])
        order = sorted(zip(front, wanted, strict=True), key=lambda found: (not found[0], found[1]))
        return [key for _, key in order[: self.max_live]]

    def _is_done(self, cell: Observed, noise: float) -> bool:
        if cell.seconds >= self.cell_s:
            return True
        if len(cell.slices) < MIN_SLICES or not cell.has(self.target_percentile()):
            return False
        # On a restless machine more slices make a number only slowly better.
        if cell.spread(noise)[0] > max(PRECISE, noise):
            return False
        return not any(
            self.goal.undecided(cell, self.cells[key], noise, NEAR)
            for key in self.candidates
            if key != cell.key and key not in self.finished
        )

    def target_percentile(self) -> str:
        """The highest percentile up to the wanted one that every candidate can get: in the time that the full grid
        would give it, and all together in what is left of the budget."""
        cells = [self.cells[key] for key in self.candidates if key not in self.finished]
        left = self.budget - self.spent_s
        for percentile in at_most(self.goal.percentile):
            needs = [enough_for(PERCENTILES[percentile]) * cell.per_request_s for cell in cells]
            missing = sum(max(0.0, need - cell.seconds) for need, cell in zip(needs, cells, strict=True))
            if all(need <= self.cell_s for need in needs) and missing <= left:
                return percentile
        return "median"

    def result_percentile(self) -> str:
        """The highest percentile up to the wanted one that all cells on the front have samples enough for."""
        return next(
            percentile
            for percentile in at_most(self.goal.percentile)
            if all(self.cells[key].has(percentile) for key in self.front(percentile))
        )

    def front(self, percentile: str) -> list[Key]:
        """The cells that no other one beats: has at least its throughput and at most its latency, and in one of the two
        the difference is certain."""
        noise = slice_noise(self.cells.values())
        cells = [self.cells[key] for key in self.cells if key in self.finished or key not in self.dropped]
        return sorted(
            one.key
            for one in cells
            if not any(beats(other, one, percentile, noise) for other in cells if other is not one)
        )

    def least_wanted(self, keys: Iterable[Key]) -> Key:
        """Of these cells, the one that another one beats by most."""
        percentile = self.target_percentile()

        def beaten(key: Key) -> float:
            own = self.cells[key]
            return max(
                min(math.log(other.fps / own.fps), math.log(own.latency(percentile) / other.latency(percentile)))
                for other in self.cells.values()
            )

        return max(keys, key=beaten)

    # Time

    def _fits(self, seconds: float) -> bool:
        return self.spent_s + seconds <= self.budget

    @property
    def _overhead_s(self) -> float:
        return sum(self._overheads) / len(self._overheads) if self._overheads else FIRST_OVERHEAD_S

    @property
    def grid_s(self) -> float:
        """What measuring the whole grid would take: for each cell its seconds in whole rounds of the requests in
        flight, its warm-up, and the mean overhead of the cells that were prepared."""
        best = max((cell.fps for cell in self.cells.values()), default=math.inf)
        total = 0.0
        for key in self.grid:
            if key in self.skipped and self.skipped[key].why == "impossible":
                continue
            round_s = self.cells[key].round_s if key in self.cells else key[0] * key[1] / best
            total += self._overhead_s + warm_up_s(round_s, key[0], self.cell_s)
            total += round_s + max(1, math.ceil(self.cell_s / max(round_s, 1e-9))) * round_s
        return total

    @property
    def budget(self) -> float:
        """Seconds that the search may take."""
        return self.budget_s if self.budget_s is not None else BUDGET_PART * self.grid_s


def beats(other: Observed, one: Observed, percentile: str, noise: float) -> bool:
    """Whether `other` has at least the throughput of `one` and at most its latency, one of the two for certain."""
    if other.fps < one.fps or other.latency(percentile) > one.latency(percentile):
        return False
    return fps_ratio(one, other, noise)[0] > 0 or latency_ratio(one, other, percentile, noise)[1] < 0


def warm_up_s(round_s: float, in_flight: int, cell_s: float) -> float:
    """The least that `warm_up.warm_up` takes: two windows, or one that is longer than its limit."""
    window = round_s + max(WINDOW_S, round_s / in_flight * max(PER_WINDOW, in_flight))
    return window if window >= limit_s(cell_s) else 2 * window


def name(key: Key) -> str:
    """Streams × batch, as everywhere."""
    return f"{key[0]} × {key[1]}"

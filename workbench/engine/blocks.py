"""Two sides measured in turn, block after block; what a block gives, and whether others disturbed it."""

from __future__ import annotations

import math
import random
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any, Protocol

from workbench.engine import machine
from workbench.engine.cells import Cell
from workbench.engine.pipeline import Flow
from workbench.engine.verdict import CONTENDED, Conditions, Moment

# A slice is as short as this, so that what changes slowly falls on both cells alike, but has a few rounds of requests.
SLICE_S = 0.06
ROUNDS = 3
# Time that a cell runs after its turn has come before it counts: the other one has used the caches meanwhile.
SETTLE_S = 0.015
# Time that a cell runs after it was made anew, before it is measured.
RENEWED_S = 0.05


@dataclass(frozen=True)
class Turn:
    """One slice of a cell and the seconds that one sample took in it."""

    flow: Flow
    seconds: float


@dataclass(frozen=True)
class Block:
    """Two slices of each side in turn, in the order ABBA or BAAB, so that an even drift falls on both alike.

    `turns` has those of the baseline and those of the project; without a baseline the first is empty.
    """

    turns: tuple[list[Turn], list[Turn]]
    before: Moment
    after: Moment

    @property
    def log_ratio(self) -> float:
        """Logarithm of the project's time for a sample over that of the baseline."""
        return log_time(self.turns[1]) - log_time(self.turns[0])

    @property
    def log_time(self) -> float:
        """Logarithm of the project's seconds for a sample."""
        return log_time(self.turns[1])

    @property
    def quiet(self) -> bool:
        """Whether others left the machine alone meanwhile."""
        return pooled([self]).cpu_others <= CONTENDED


def log_time(turns: Sequence[Turn]) -> float:
    """Logarithm of the seconds for a sample, the mean of the turns."""
    return math.fsum(math.log(turn.seconds) for turn in turns) / len(turns)


class Side:
    """One of the two: the cell that it is measured with, and how another one of the same configuration is made.

    `facts` and the rest are those of the first cell; `prepared_s` is what making one took last.
    """

    def __init__(self, make: Callable[[], Cell], cell: Cell, prepared_s: float) -> None:
        self._make = make
        self._cell: Cell | None = cell
        self.facts, self.settings, self.wanted, self.batch = cell.facts, cell.settings, cell.wanted, cell.batch
        self.requests = len(cell.pipeline.requests)
        self.prepared_s = prepared_s
        self.slice_s = 0.0

    @property
    def ready(self) -> bool:
        return self._cell is not None

    @property
    def cell(self) -> Cell:
        assert self._cell is not None
        return self._cell

    def warm(self, longest_s: float) -> dict[str, Any]:
        """Before the first block: run until the latency has settled, and see how long a slice has to be."""
        warmed = self.cell.warm(longest_s)
        self.slice_s = slice_s(self.cell)
        return warmed

    def renew(self) -> None:
        """Compile the same again. Where its weights and activations lie in memory is another matter of chance then."""
        began = time.perf_counter()
        self._cell = None
        self._cell = self._make()
        self._cell.slice(RENEWED_S)
        self._cell.rest()
        self.prepared_s = time.perf_counter() - began


class Renewal:
    """Compiles `sides` anew now and then, all together, as long as no more time goes into that than into measuring.

    Two compilations of the same model differ in speed by about a percent, for as long as they live. `chance` draws
    their order.
    """

    def __init__(self, sides: Sequence[Side], chance: random.Random) -> None:
        self._sides, self._chance = list(sides), chance
        self._measuring_s = self._renewing_s = 0.0
        self.compilations = 1

    def before_measuring(self) -> None:
        if self._renewing_s + sum(side.prepared_s for side in self._sides) > self._measuring_s:
            return
        sides = list(self._sides)
        # Who comes first may find the better place.
        self._chance.shuffle(sides)
        for side in sides:
            side.renew()
            self._renewing_s += side.prepared_s
        self.compilations += 1

    def measured(self, before: Moment, after: Moment) -> None:
        self._measuring_s += after.at_s - before.at_s

    def rest(self) -> None:
        """Whatever happened, nothing is in flight afterwards."""
        for side in self._sides:
            if side.ready:
                side.cell.rest()


class Blocks:
    """Measures blocks of a `baseline`, or None, and a `current` side, and renews both between them. The order within
    blocks comes from `seed`."""

    def __init__(self, baseline: Side | None, current: Side, seed: int) -> None:
        self._sides = (baseline, current)
        self._chance = random.Random(seed)
        self._renewal = Renewal([side for side in self._sides if side is not None], self._chance)

    @property
    def compilations(self) -> int:
        return self._renewal.compilations

    def measure(self) -> Block:
        """One block. Nothing is in flight afterwards."""
        self._renewal.before_measuring()
        first = self._chance.randrange(2)
        turns: tuple[list[Turn], list[Turn]] = ([], [])
        before = Moment.now()
        for place in (first, 1 - first, 1 - first, first):
            side = self._sides[place]
            if side is not None:
                turns[place].append(turn(side.cell, side.slice_s))
        after = Moment.now()
        self._renewal.measured(before, after)
        return Block(turns, before, after)

    def rest(self) -> None:
        self._renewal.rest()


def turn(cell: Cell, seconds: float) -> Turn:
    # With long requests the one that fills the pipeline, which never counts, is enough.
    if seconds <= SLICE_S:
        cell.slice(SETTLE_S)
    flow = cell.slice(seconds).flow
    cell.rest()
    return Turn(flow, flow.duration_s / (flow.count * cell.batch))


def slice_s(cell: Cell) -> float:
    """How long a slice of this cell has to be: from a short trial, which leaves nothing in flight."""
    flow = cell.slice(SLICE_S).flow
    cell.rest()
    round_s = flow.duration_s / flow.count * len(cell.pipeline.requests)
    return max(SLICE_S, ROUNDS * round_s if round_s < SLICE_S else round_s)


class Stretch(Protocol):
    """Something that was measured between two moments."""

    @property
    def before(self) -> Moment: ...

    @property
    def after(self) -> Moment: ...


def pooled(blocks: Sequence[Stretch]) -> Conditions:
    """What happened on the machine during these blocks, taken together."""
    first, last = blocks[0].before, blocks[-1].after

    def total(name: str) -> float:
        return math.fsum((getattr(block.after, name) or 0) - (getattr(block.before, name) or 0) for block in blocks)

    start = replace(first, at_s=0.0, busy_s=0.0, stolen_s=0.0, own_s=0.0, throttle_count=0, quota_throttled_s=0.0)
    end = replace(
        last,
        at_s=total("at_s"),
        busy_s=total("busy_s"),
        stolen_s=total("stolen_s"),
        own_s=total("own_s"),
        throttle_count=round(total("throttle_count")),
        quota_throttled_s=total("quota_throttled_s"),
    )
    return Conditions.between(start, end, machine.logical_cores())

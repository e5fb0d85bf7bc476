"""What a search is after, and what that makes of two cells: does one cover the other, and is it decided?"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from workbench.engine.observed import Interval, Observed, fps_ratio, latency_ratio

OBJECTIVES = ("throughput", "latency", "front")


@dataclass(frozen=True)
class Goal:
    """`objective` throughput: the highest throughput within `max_latency_ms`; latency: the lowest latency at `min_fps`
    or more; front: every cell that no other one beats in both. `percentile` is the latency that counts."""

    objective: str = "front"
    percentile: str = "p99"
    max_latency_ms: float | None = None
    min_fps: float | None = None

    def within(self, fps: float, latency_ms: float) -> bool:
        """Whether a point keeps the limits."""
        return (self.max_latency_ms is None or latency_ms <= self.max_latency_ms) and (
            self.min_fps is None or fps >= self.min_fps
        )

    def inside(self, cell: Observed, noise: float) -> bool | None:
        """Whether a cell keeps the limits; None while that is uncertain."""
        answers = []
        if self.max_latency_ms is not None:
            answers.append(_below(cell.latency_interval(cell.highest(self.percentile), noise), self.max_latency_ms))
        if self.min_fps is not None:
            slower, faster = cell.spread(noise)
            middle = -math.log(cell.fps)
            answers.append(_below((middle - faster, middle + slower), 1 / self.min_fps))
        return False if False in answers else None if None in answers else True

    def violation(self, cell: Observed) -> float:
        """How far a cell misses the limits, as a logarithm; 0 within them."""
        missed = 0.0
        if self.max_latency_ms is not None:
            missed = max(missed, math.log(cell.latency(self.percentile) / self.max_latency_ms))
        if self.min_fps is not None:
            missed = max(missed, math.log(self.min_fps / cell.fps))
        return missed

    def covers(self, other: Observed, one: Observed, noise: float, near: float) -> bool:
        """Whether `other` makes `one` needless: surely at most `near` worse in what counts."""
        if self.objective != "front" and self.inside(other, noise) is not True:
            return False
        fast_enough = fps_ratio(one, other, noise)[0] >= -near
        if self.objective == "throughput":
            return fast_enough
        if self.objective == "front" and not fast_enough:
            return False
        return latency_ratio(one, other, self.percentile, noise)[1] <= near

    def undecided(self, one: Observed, other: Observed, noise: float, near: float) -> bool:
        """Whether more slices of both could still tell them apart, or show that they are alike.

        Only throughput counts here: a latency is as certain as its percentile can be once it has its samples.
        """
        if self.objective == "latency":
            return False
        low, high = fps_ratio(one, other, noise)
        if low > 0 or high < 0 or (low >= -near and high <= near):
            return False
        return not self.covers(other, one, noise, near) and not self.covers(one, other, noise, near)

    def favourite(self, cells: Sequence[Observed]) -> Observed:
        """The cell that looks best: within the limits, or nearest to them; for a front, the fastest."""
        if self.objective == "latency":
            return min(cells, key=lambda cell: (self.violation(cell), cell.latency(self.percentile)))
        return min(cells, key=lambda cell: (self.violation(cell), -cell.fps))


def _below(interval: Interval, limit: float) -> bool | None:
    """Whether what lies in `interval` (of logarithms) is at most `limit`; None where the limit is inside."""
    edge = math.log(limit)
    return True if interval[1] <= edge else False if interval[0] > edge else None

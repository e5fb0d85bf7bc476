"""What a search knows of a cell of the grid, and what it may say of two of them.

Latencies in ms, throughput in samples a second. Comparisons are intervals of the logarithm of a ratio, with 95 %
confidence: slices of the same round are compared with each other, so that what the machine did meanwhile falls on both.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from statistics import fmean, median
from typing import TYPE_CHECKING, Any

import numpy as np

from workbench.engine.statistics import enough_for, t_quantile

if TYPE_CHECKING:
    from numpy.typing import NDArray

# Streams, batch.
Key = tuple[int, int]
Interval = tuple[float, float]

PERCENTILES = {"median": 50.0, "p90": 90.0, "p95": 95.0, "p99": 99.0}
# Standard deviation of the logarithm of a short slice's throughput before anything is known of the machine, and the
# weight of that guess, in slices.
SLICE_NOISE = 0.02
GUESS_WEIGHT = 4
# Fewer slices than this may all have been disturbed.
PAIRED = 3
# How much a cell may differ from the first look at it. What disturbs a slice makes it slower, never faster.
FIRST_LOOK_SLOWER = 0.05
FIRST_LOOK_FASTER = 0.16
_Z = 1.959964
# Standard deviation of a normal distribution / median of its absolute deviations.
_MAD = 1.4826


@dataclass(frozen=True)
class Measured:
    """One slice: samples a second, seconds it took, latencies of its infer requests."""

    fps: float
    seconds: float
    latency_ms: NDArray[np.float64]


@dataclass
class Observed:
    """All slices of a cell. `looked` is the first short look; `slices` are those of the refinement, by round."""

    key: Key
    in_flight: int
    looked: Measured | None = None
    slices: dict[int, Measured] = field(default_factory=dict)
    known: Known | None = None
    _made: dict[str, Any] = field(default_factory=dict, repr=False)

    @property
    def refined(self) -> bool:
        return bool(self.slices) or self.known is not None

    @property
    def _used(self) -> list[Measured]:
        if self.slices:
            return list(self.slices.values())
        return [self.looked] if self.looked is not None else []

    @property
    def fps(self) -> float:
        """Until there are two slices the better of the slice and the look, as one of them may have been disturbed."""
        if self.known is not None:
            return self.known.fps
        if len(self.slices) < 2:
            return max(slice_.fps for slice_ in (self.looked, *self.slices.values()) if slice_ is not None)
        logs = [math.log(one.fps) for one in self.slices.values()]
        return float(self._once("fps", lambda: math.exp(centre(logs, SLICE_NOISE))))

    @property
    def requests(self) -> int:
        """Infer requests measured."""
        if self.known is not None:
            return self.known.requests
        return sum(len(slice_.latency_ms) for slice_ in self._used)

    @property
    def seconds(self) -> float:
        """Seconds of refinement."""
        return sum(slice_.seconds for slice_ in self.slices.values())

    @property
    def latencies(self) -> NDArray[np.float64]:
        """All of them, in order of size."""
        found: NDArray[np.float64] = self._once(
            "latencies", lambda: np.sort(np.concatenate([slice_.latency_ms for slice_ in self._used]))
        )
        return found

    def _once(self, what: str, make: Callable[[], Any]) -> Any:
        """What is made from the slices is made once for as long as there are no others."""
        if self._made.get("slices") != len(self.slices):
            self._made = {"slices": len(self.slices)}
        if what not in self._made:
            self._made[what] = make()
        return self._made[what]

    @property
    def per_request_s(self) -> float:
        """Seconds from one completed infer request to the next."""
        return self.key[1] / self.fps

    @property
    def round_s(self) -> float:
        """Seconds in which every request in flight is done once; also the mean latency (Little 1961: L = n / rate)."""
        return self.in_flight * self.per_request_s

    def has(self, percentile: str) -> bool:
        """Whether there are enough requests for the percentile."""
        if percentile == "median":
            return True
        if self.known is not None:
            return self.known.latency_ms.get(percentile) is not None
        return self.requests >= enough_for(PERCENTILES[percentile])

    def highest(self, percentile: str) -> str:
        """The highest percentile up to `percentile` that there are enough requests for."""
        return next(name for name in at_most(percentile) if self.has(name))

    def latency(self, percentile: str) -> float:
        if self.known is not None:
            found = self.known.latency_ms.get(percentile)
            return float(found if found is not None else self.known.latency_ms["median"] or 0.0)
        values = self.latencies
        return float(self._once(percentile, lambda: np.percentile(values, PERCENTILES[percentile])))

    def latency_interval(self, percentile: str, noise: float) -> Interval:
        """Of the logarithm of a percentile: order statistics (normal approximation of the binomial ranks), and what
        slices vary by among each other."""
        slower, faster = self.spread(noise)
        if self.known is not None:
            middle = math.log(self.latency(percentile))
            return middle - faster, middle + slower
        share, values = PERCENTILES[percentile] / 100, self.latencies
        reach = _Z * math.sqrt(len(values) * share * (1 - share))
        low = max(0, math.floor(len(values) * share - reach) - 1)
        high = min(len(values) - 1, math.ceil(len(values) * share + reach))
        return math.log(values[low]) - faster, math.log(values[high]) + slower

    def spread(self, noise: float) -> Interval:
        """How much slower and faster the cell may be than it was seen, as logarithms of throughput, with 95 %
        confidence: by what slices vary from each other."""
        if self.known is not None:
            return 2 * noise, 2 * noise
        if not self.slices:
            return FIRST_LOOK_SLOWER, FIRST_LOOK_FASTER
        half = self._once(f"spread {noise}", lambda: half_width([math.log(one.fps) for one in self._used], noise))
        return half, half if len(self.slices) >= PAIRED else max(half, FIRST_LOOK_FASTER)


@dataclass(frozen=True)
class Known:
    """A cell that an earlier job has finished."""

    fps: float
    latency_ms: dict[str, float | None]
    requests: int


def centre(values: Sequence[float], noise: float) -> float:
    """The mean of values that are drawn to within 2 `noise` of their median: what disturbs a slice makes it slower by
    much more than slices vary by themselves (Huber 1964)."""
    return fmean(_drawn_in(values, noise))


def _drawn_in(values: Sequence[float], noise: float) -> list[float]:
    middle = median(values)
    return [min(max(value, middle - 2 * noise), middle + 2 * noise) for value in values]


def half_width(values: Sequence[float], noise: float) -> float:
    """Half of the 95 % interval of the centre of few values: Student's t, their variance drawn towards `noise`² as if
    `GUESS_WEIGHT` more values had shown it (as an inverse-gamma prior does)."""
    drawn = _drawn_in(values, noise)
    middle = fmean(drawn)
    squares = sum((value - middle) ** 2 for value in drawn)
    freedom = GUESS_WEIGHT + len(values) - 1
    deviation = math.sqrt((GUESS_WEIGHT * noise**2 + squares) / freedom)
    return t_quantile(freedom) * deviation / math.sqrt(len(values))


def slice_noise(cells: Iterable[Observed]) -> float:
    """Standard deviation of the logarithm of a slice's throughput around its cell's median, over all cells: from the
    median of the absolute deviations, which a few disturbed slices do not move."""
    deviations: list[float] = []
    for cell in cells:
        logs = [math.log(slice_.fps) for slice_ in cell.slices.values()]
        if len(logs) >= 3:
            middle, correction = median(logs), math.sqrt(len(logs) / (len(logs) - 1))
            deviations += [abs(value - middle) * correction for value in logs]
    if not deviations:
        return SLICE_NOISE
    seen = _MAD * median(deviations)
    weight = len(deviations)
    return math.sqrt((GUESS_WEIGHT * SLICE_NOISE**2 + weight * seen**2) / (GUESS_WEIGHT + weight))


def fps_ratio(one: Observed, other: Observed, noise: float) -> Interval:
    """Interval of log(throughput of `other` / of `one`)."""
    common = one.slices.keys() & other.slices.keys()
    if len(common) >= PAIRED:
        logs = [math.log(other.slices[turn].fps / one.slices[turn].fps) for turn in sorted(common)]
        pairs = noise * math.sqrt(2)
        middle, half = centre(logs, pairs), half_width(logs, pairs)
    else:
        middle = math.log(other.fps / one.fps)
        own, theirs = one.spread(noise), other.spread(noise)
        return middle - math.hypot(theirs[0], own[1]), middle + math.hypot(theirs[1], own[0])
    return middle - half, middle + half


def latency_ratio(one: Observed, other: Observed, percentile: str, noise: float) -> Interval:
    """Interval of log(latency of `other` / of `one`), of the highest percentile up to `percentile` that both have."""
    usable = next(name for name in at_most(percentile) if one.has(name) and other.has(name))
    own, theirs = one.latency_interval(usable, noise), other.latency_interval(usable, noise)
    middle = math.log(other.latency(usable) / one.latency(usable))
    own_middle, their_middle = math.log(one.latency(usable)), math.log(other.latency(usable))
    below = math.hypot(their_middle - theirs[0], own[1] - own_middle)
    above = math.hypot(theirs[1] - their_middle, own_middle - own[0])
    return middle - below, middle + above


def at_most(percentile: str) -> list[str]:
    """`percentile` and those below it, highest first."""
    names = list(PERCENTILES)
    return names[names.index(percentile) :: -1]


def pareto(points: Sequence[tuple[float, float]]) -> list[bool]:
    """For each (throughput, latency): whether no other point has more of the one and no more of the other, or as much
    of the one and less of the other."""
    return [
        not any(
            fps >= own_fps and latency <= own_latency and (fps, latency) != (own_fps, own_latency)
            for fps, latency in points
        )
        for own_fps, own_latency in points
    ]

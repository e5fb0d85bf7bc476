"""How much longer one thing takes than another, from blocks in which both were measured in turn.

A block gives one log ratio of times. Because the order within a block is drawn at random, the log ratio of two equal
things is symmetric about 0 whatever the noise looks like, and Wilcoxon's signed ranks give an interval for its centre
that needs no other assumption about its distribution: no normality, no equal variances, no freedom from outliers.

The interval may be looked at while blocks are still added. Look k may be wrong with α / (k (k + 1)), which adds up to
at most α over any number of looks (Bonferroni's inequality), so that the interval of the last look still holds the
truth in 95 of 100 comparisons, wherever it was that the looking stopped.
"""

from __future__ import annotations

import functools
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

FIRST_LOOK = 8
# On each side of the interval, over all looks.
ALPHA = 0.025
# The interval of a regression reaches at most this part of the limit, or of the slowdown, to each side of its centre.
NARROW = 0.25
# And this much where the time is over: better a wider answer than none.
NARROW_AT_LAST = 1 / 3
_EXACT_UNTIL = 120
# Of a latency above the limit: over all looks, and on each side.
TAIL_ALPHA = 0.005

Ruling = Literal["passed", "regression"]


@dataclass(frozen=True)
class Estimate:
    """A slowdown, 0.05 for 5 % more time, with its interval."""

    slowdown: float
    low: float
    high: float

    @property
    def half_width(self) -> float:
        return (self.high - self.low) / 2


def is_look(count: int) -> bool:
    """Whether the interval is looked at after `count` blocks: at 8, 12, 16, 24, 32, 48, 64, 96 …"""
    whole = count // 3 if count % 3 == 0 else count
    return count >= FIRST_LOOK and whole & (whole - 1) == 0


def level(look: int, alpha: float = ALPHA) -> float:
    """What look `look` (from 1) may be wrong with on each side."""
    return alpha / (look * (look + 1))


def estimate(log_ratios: Sequence[float], look: int, spread: float = 0.0) -> Estimate | None:
    """The Hodges–Lehmann estimate, the median of the means of all pairs of blocks, and the interval of the signed ranks
    at the level of this look (Hollander & Wolfe, Nonparametric Statistical Methods, 3.2 and 3.3), as slowdowns.

    `spread` widens the interval on both sides, in log units. None for too few blocks to have an interval.
    """
    values = np.asarray(log_ratios, dtype=np.float64)
    rank = signed_rank(len(values), level(look))
    if rank < 0:
        return None
    first, second = np.triu_indices(len(values))
    means = np.sort((values[first] + values[second]) / 2)
    low, high = means[rank] - spread, means[len(means) - 1 - rank] + spread
    return Estimate(math.expm1(float(np.median(means))), math.expm1(float(low)), math.expm1(float(high)))


@functools.cache
def signed_rank(count: int, alpha: float) -> int:
    """The largest t with P(T ≤ t) ≤ `alpha` for the signed-rank sum T of `count` values symmetric about 0; -1 for none.

    Exact to 120 values, beyond by the normal approximation with continuity correction.
    """
    if count < 1:
        return -1
    if count > _EXACT_UNTIL:
        mean = count * (count + 1) / 4
        deviation = math.sqrt(count * (count + 1) * (2 * count + 1) / 24)
        return math.floor(mean - normal_quantile(1 - alpha) * deviation - 0.5)
    chances = np.zeros(count * (count + 1) // 2 + 1)
    chances[0] = 1.0
    for rank in range(1, count + 1):
        chances[rank:] += chances[:-rank].copy()
        chances /= 2
    return int(np.searchsorted(np.cumsum(chances), alpha, side="right")) - 1


def normal_quantile(probability: float) -> float:
    """The quantile of the standard normal distribution."""
    from statistics import NormalDist

    return NormalDist().inv_cdf(probability)


def student_quantile(probability: float, freedom: int) -> float:
    """The quantile of Student's t distribution, for 8 degrees of freedom and more and both tails to 1e-4 within 1 %
    (Abramowitz & Stegun, Handbook of Mathematical Functions, 26.7.5)."""
    z = normal_quantile(probability)
    first = (z**3 + z) / 4
    second = (5 * z**5 + 16 * z**3 + 3 * z) / 96
    third = (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / 384
    return z + first / freedom + second / freedom**2 + third / freedom**3


def decide(found: Estimate | None, limit: float, narrow: float = NARROW) -> Ruling | None:
    """Whether the thing is slower than it may be; None when that cannot be told yet.

    *Passed* when the whole interval is below `limit`. *Regression* when it reaches the limit, and reaches at most a
    quarter (`narrow`) of the limit, or of the slowdown where that is larger, to each side of its centre; its lower end
    is then far above 0, so that noise cannot be taken for a regression.
    """
    if found is None:
        return None
    if found.high < limit:
        return "passed"
    return "regression" if found.half_width <= narrow * max(limit, found.slowdown) else None


@dataclass(frozen=True)
class Tail:
    """A percentile of the latency in ms with its interval; a bound is None where there are too few samples for it."""

    value: float
    low: float | None
    high: float | None


def tail(groups: Sequence[NDArray[np.float64]], percentile: float, look: int) -> Tail | None:
    """The percentile of all latencies (ms), with an interval by order statistics (David & Nagaraja, 7.1).

    Latencies come in `groups`, one for each stretch of measuring. Slow ones come together, so the samples count for
    fewer than they are: for n / d, with d the variance of the groups' shares of slow ones over what independent samples
    would have (Kish, Survey Sampling, the design effect). None for fewer samples than `statistics.enough_for`.
    """
    from workbench.engine.statistics import enough_for

    values = np.sort(np.concatenate(groups)) if groups else np.empty(0)
    count = len(values)
    if count < enough_for(percentile):
        return None
    value = float(np.percentile(values, percentile))
    beyond = 1 - percentile / 100
    counts = np.array([np.count_nonzero(group > value) for group in groups], dtype=np.float64)
    sizes = np.array([len(group) for group in groups], dtype=np.float64)
    independent = beyond * (1 - beyond) * sizes.sum()
    effect = max(1.0, float(np.sum((counts - sizes * beyond) ** 2)) / independent)
    few = max(1, math.floor(count / effect))
    alpha = level(look, TAIL_ALPHA)
    chances = np.cumsum(_binomial(few, beyond))
    # Of `few` samples, more than `most` lie beyond the true percentile with at most alpha, and `least` or fewer too.
    most = int(np.searchsorted(chances, 1 - alpha))
    least = int(np.searchsorted(chances, alpha, side="right")) - 1
    low = _after(values, most / few)
    return Tail(value, low, _after(values, least / few) if least >= 0 else None)


def _after(ordered: NDArray[np.float64], share: float) -> float | None:
    """The value that `share` of the others lie above."""
    place = len(ordered) - 1 - math.floor(share * len(ordered))
    return float(ordered[place]) if place >= 0 else None


def _binomial(count: int, chance: float) -> NDArray[np.float64]:
    """P(K = 0), P(K = 1) … of B(count, chance), as far as they matter."""
    mean = count * chance
    last = min(count, math.ceil(mean + 12 * math.sqrt(mean) + 30))
    k = np.arange(last)
    steps = np.log((count - k) / (k + 1) * (chance / (1 - chance)))
    return np.asarray(np.exp(count * math.log1p(-chance) + np.concatenate(([0.0], np.cumsum(steps)))))


def decide_tail(found: Tail | None, limit_ms: float) -> Ruling | None:
    """*Regression* when the whole interval of the percentile is above the limit, *passed* when it is not above; else
    None."""
    if found is None:
        return None
    if found.low is not None and found.low > limit_ms:
        return "regression"
    return "passed" if found.high is not None and found.high <= limit_ms else None

"""How far a figure would move with other samples: percentile bootstrap (Efron 1979, The Annals of Statistics 7, 1)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

# Values of which there are so few are drawn as counts: the same distribution, in no time for shares of right answers.
_FEW = 16
_DRAWN_AT_ONCE = 2**20


def mean_ci95(values: NDArray[np.float64], seed: int = 0, resamples: int = 1000) -> list[float] | None:
    """95 % interval [low, high] of the mean of `values` [n]; None for fewer than 2.

    The order of few distinct values (such as 0 and 1) does not matter; that of others moves the ends as another seed
    would.
    """
    count = len(values)
    if count < 2:
        return None
    generator = np.random.default_rng(seed)
    distinct, counts = np.unique(np.asarray(values, dtype=np.float64), return_counts=True)
    if len(distinct) <= _FEW:
        return _interval(generator.multinomial(count, counts / count, resamples) @ distinct / count)
    own = np.ascontiguousarray(values, dtype=np.float64)
    means = np.empty(resamples)
    step = max(1, _DRAWN_AT_ONCE // count)
    for start in range(0, resamples, step):
        rows = min(step, resamples - start)
        drawn = generator.integers(0, count, (rows, count), dtype=np.int32 if count < 2**31 else np.int64)
        means[start : start + rows] = own[drawn].mean(axis=1)
    return _interval(means)


def ci95(
    statistic: Callable[[NDArray[np.float64]], float], count: int, seed: int = 0, resamples: int = 200
) -> list[float] | None:
    """95 % interval [low, high] of `statistic` over `count` samples; None for fewer than 2.

    `statistic` gets the weight of each sample, [count] whole numbers whose sum is `count`: how often a resample has
    it. Where it is NaN (a resample without what it needs) the resample is left out; None when half of them are.
    """
    return intervals(lambda weights: {"": statistic(weights)}, count, seed, resamples).get("")


def intervals(
    statistics: Callable[[NDArray[np.float64]], Mapping[str, float]], count: int, seed: int = 0, resamples: int = 200
) -> dict[str, list[float] | None]:
    """As `ci95`, for several figures of the same resamples. Empty for fewer than 2 samples."""
    found: dict[str, list[float]] = {}
    generator = np.random.default_rng(seed)
    for _ in range(resamples if count >= 2 else 0):
        # The same distribution as a multinomial draw of `count`, many times faster.
        drawn = np.bincount(generator.integers(0, count, count), minlength=count)
        for name, value in statistics(drawn.astype(np.float64)).items():
            found.setdefault(name, []).append(value)
    ends: dict[str, list[float] | None] = {}
    for name, values in found.items():
        finite = np.array(values)[np.isfinite(values)]
        ends[name] = _interval(finite) if len(finite) * 2 > resamples else None
    return ends


def _interval(found: NDArray[np.float64]) -> list[float]:
    low, high = np.percentile(found, [2.5, 97.5])
    return [float(low), float(high)]

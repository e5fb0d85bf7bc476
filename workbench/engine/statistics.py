"""What the numbers of a run say, and how far they can be trusted. Arrays of float64 in order of completion."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

MAX_WINDOWS = 20
MIN_WINDOWS = 3
MIN_PER_WINDOW = 4
# 97.5 % quantiles of Student's t distribution for 1 … 30 degrees of freedom (any table of it).
_T = (
    12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228, 2.201, 2.179, 2.160, 2.145, 2.131, 2.120,
    2.110, 2.101, 2.093, 2.086, 2.080, 2.074, 2.069, 2.064, 2.060, 2.056, 2.052, 2.048, 2.045, 2.042,
)  # fmt: skip
_Z = 1.959964
_EXACT_UNTIL = 1000


@dataclass(frozen=True)
class Windows:
    """A run cut into stretches of equally many requests: when each began, how long it took, its median latency."""

    per_window: int
    start_s: NDArray[np.float64]
    duration_s: NDArray[np.float64]
    median_ms: NDArray[np.float64]

    @property
    def count(self) -> int:
        return len(self.duration_s)

    def rates(self, batch: int) -> NDArray[np.float64]:
        """Inferences a second in each."""
        return np.asarray(self.per_window * batch / self.duration_s, dtype=np.float64)


def windows(latency_ms: NDArray[np.float64], completed_s: NDArray[np.float64], in_flight: int = 1) -> Windows | None:
    """Up to 20 windows of at least 4 requests and of whole rounds of the `in_flight` ones; None for fewer than 3.

    Windows of equally many requests have no rounding in their rate, unlike windows of equal time. What does not fill
    a window is left out at the start, where the run has settled least.
    """
    rounds = len(latency_ms) // in_flight
    per_window = -(-MIN_PER_WINDOW // in_flight)
    count = min(MAX_WINDOWS, rounds // per_window)
    if count < MIN_WINDOWS:
        return None
    size = rounds // count * in_flight
    first = len(latency_ms) - count * size
    edges = np.concatenate(([completed_s[first - 1] if first else 0.0], completed_s[first + size - 1 :: size]))
    medians = np.median(latency_ms[first:].reshape(count, size), axis=1)
    return Windows(size, edges[:-1], np.maximum(np.diff(edges), 1e-9), medians)


def service_windows(service_ms: NDArray[np.float64], completed_s: NDArray[np.float64]) -> Windows | None:
    """As `windows`, of requests that arrive by themselves: each window takes as long as its requests would one after
    another, at the median of their times without waiting. How evenly they arrived is not in it."""
    cut = windows(service_ms, completed_s)
    if cut is None:
        return None
    return Windows(cut.per_window, cut.start_s, cut.per_window * np.maximum(cut.median_ms, 1e-6) / 1e3, cut.median_ms)


def throughput_interval(rate: float, cut: Windows | None) -> list[float] | None:
    """95 % confidence interval of the throughput `rate`: batch means of the time a window takes, Student's t.

    The means of long windows are nearly independent, where the times of single requests are not (Law, Simulation
    Modeling and Analysis, ch. 9). None without windows, or where they vary too much to bound the rate from above.
    """
    if cut is None:
        return None
    error = float(np.std(cut.duration_s, ddof=1)) / math.sqrt(cut.count) / float(np.mean(cut.duration_s))
    half = t_quantile(cut.count - 1) * error
    return [rate / (1 + half), rate / (1 - half)] if half < 1 else None


def t_quantile(freedom: int) -> float:
    """97.5 % quantile of Student's t; beyond the table by Abramowitz & Stegun 26.7.5 (error below 0.0001)."""
    if freedom < 1:
        raise ValueError("there is no t distribution without degrees of freedom")
    if freedom <= len(_T):
        return _T[freedom - 1]
    z, n = _Z, freedom
    return z + (z**3 + z) / (4 * n) + (5 * z**5 + 16 * z**3 + 3 * z) / (96 * n**2)


def median_interval(values: NDArray[np.float64]) -> list[float] | None:
    """95 % confidence interval of the median by order statistics; None for fewer than 6 values.

    With the binomial distribution B(n, ½): the widest rank j with P(B < j) ≤ 2.5 %, and its mirror (David & Nagaraja,
    Order Statistics, 7.1). It takes the values as independent.
    """
    count = len(values)
    rank = _rank(count)
    if rank < 1:
        return None
    ordered = np.sort(values)
    return [float(ordered[rank - 1]), float(ordered[count - rank])]


def _rank(count: int) -> int:
    """The largest j with P(B(count, ½) < j) ≤ 0.025; 0 where there is none."""
    if count > _EXACT_UNTIL:
        return math.floor((count - _Z * math.sqrt(count)) / 2)
    limit = 0.025 * 2**count
    below, rank = 0, 0
    while below + math.comb(count, rank) <= limit:
        below += math.comb(count, rank)
        rank += 1
    return rank


def enough_for(percentile: float) -> int:
    """The samples that a percentile needs: so many that the slowest of them lies beyond it with 95 % certainty
    (Wilks 1941: n ≥ ln 0.05 / ln p): 29 for p90, 59 for p95, 299 for p99, 2995 for p99.9."""
    return math.ceil(math.log(0.05) / math.log(percentile / 100))


def latency_summary(latency_ms: NDArray[np.float64]) -> dict[str, float | None]:
    """min, mean, median, p90, p95, p99, p999, max of the latencies, in ms (linear interpolation between samples, as
    numpy's default). A percentile that the run has too few samples for is None; see `enough_for`."""
    tails = {"p90": 90.0, "p95": 95.0, "p99": 99.0, "p999": 99.9}
    enough = {name: p for name, p in tails.items() if len(latency_ms) >= enough_for(p)}
    found = dict(zip(enough, np.percentile(latency_ms, list(enough.values())), strict=True)) if enough else {}
    return {
        "min": float(np.min(latency_ms)),
        "mean": float(np.mean(latency_ms)),
        "median": float(np.median(latency_ms)),
        **{name: float(found[name]) if name in found else None for name in tails},
        "max": float(np.max(latency_ms)),
    }


def spread(cut: Windows) -> float:
    """Coefficient of variation of the windows' rates: standard deviation / mean."""
    rates = cut.rates(1)
    return float(np.std(rates, ddof=1) / np.mean(rates))


def drift(cut: Windows) -> tuple[float, float]:
    """(drift, standard error): throughput of the last third of the windows against the first, -0.05 for 5 % slower."""
    third = max(1, cut.count // 3)
    first, last = cut.rates(1)[:third], cut.rates(1)[-third:]
    change = float(np.mean(last) / np.mean(first) - 1)
    if third < 2:
        return change, float("inf")
    noise = np.var(first, ddof=1) / third / np.mean(first) ** 2 + np.var(last, ddof=1) / third / np.mean(last) ** 2
    return change, float(np.sqrt(noise))


def window_rows(cut: Windows | None, batch: int) -> list[dict[str, Any]]:
    """[{start_s, throughput_fps, median_ms}] for the result."""
    if cut is None:
        return []
    return [
        {"start_s": round(float(start), 4), "throughput_fps": float(rate), "median_ms": float(median)}
        for start, rate, median in zip(cut.start_s, cut.rates(batch), cut.median_ms, strict=True)
    ]

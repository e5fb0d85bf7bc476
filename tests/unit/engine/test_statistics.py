"""Figures of a run against closed forms, tables and numpy's own."""

import math

import numpy as np
import pytest
from scipy import stats

from workbench.engine import statistics


def completions(durations: list[float]) -> np.ndarray:
    return np.cumsum(np.asarray(durations))


class TestLatencySummary:
    def test_of_one_to_a_hundred(self) -> None:
        found = statistics.latency_summary(np.arange(1.0, 101.0)[::-1])
        assert found["min"] == 1
        assert found["max"] == 100
        assert found["mean"] == 50.5
        assert found["median"] == 50.5
        # Linear interpolation: rank 0.9 · 99 = 89.1 from zero, between 90 and 91.
        assert found["p90"] == pytest.approx(90.1)
        assert found["p95"] == pytest.approx(95.05)
        assert found["p99"] is None
        assert found["p999"] is None

    def test_percentiles_are_those_of_numpy_on_the_raw_values(self) -> None:
        values = np.random.default_rng(1).lognormal(0, 1, 5000)
        found = statistics.latency_summary(values)
        for name, percentile in (("median", 50), ("p90", 90), ("p95", 95), ("p99", 99), ("p999", 99.9)):
            assert found[name] == np.percentile(values, percentile)

    @pytest.mark.parametrize(("percentile", "samples"), [(90, 29), (95, 59), (99, 299), (99.9, 2995)])
    def test_samples_that_a_percentile_needs(self, percentile: float, samples: int) -> None:
        """Wilks: with n samples the slowest lies beyond the percentile with probability 1 - p^n ≥ 95 %."""
        assert statistics.enough_for(percentile) == samples
        share = percentile / 100
        assert 1 - share**samples >= 0.95 > 1 - share ** (samples - 1)

    def test_a_percentile_appears_with_its_last_sample(self) -> None:
        values = np.linspace(1, 2, 299)
        assert statistics.latency_summary(values)["p99"] is not None
        assert statistics.latency_summary(values[:298])["p99"] is None

    def test_of_a_single_request(self) -> None:
        found = statistics.latency_summary(np.array([3.0]))
        assert (found["min"], found["median"], found["max"], found["p90"]) == (3.0, 3.0, 3.0, None)


class TestStudent:
    @pytest.mark.parametrize("freedom", [1, 2, 3, 5, 10, 19, 29, 30, 31, 40, 60, 120, 1000])
    def test_quantile(self, freedom: int) -> None:
        assert statistics.t_quantile(freedom) == pytest.approx(stats.t.ppf(0.975, freedom), abs=6e-4)

    def test_needs_a_degree_of_freedom(self) -> None:
        with pytest.raises(ValueError, match="degrees"):
            statistics.t_quantile(0)


class TestMedianInterval:
    # Ranks of the 95 % interval of the median: Conover, Practical Nonparametric Statistics, table A3 for p = ½.
    @pytest.mark.parametrize(
        ("count", "rank"), [(6, 1), (8, 1), (9, 2), (10, 2), (12, 3), (15, 4), (20, 6), (25, 8), (30, 10), (50, 18)]
    )
    def test_ranks_of_the_tables(self, count: int, rank: int) -> None:
        values = np.arange(1.0, count + 1)
        np.random.default_rng(count).shuffle(values)
        assert statistics.median_interval(values) == [rank, count + 1 - rank]

    def test_too_few(self) -> None:
        assert statistics.median_interval(np.arange(5.0)) is None

    @pytest.mark.parametrize("count", [7, 100, 999, 1000, 1001, 20_000])
    def test_is_the_binomial_interval(self, count: int) -> None:
        """Coverage at least 95 % and not more than a rank's worth too wide (normal approximation: within a rank)."""
        low, high = statistics.median_interval(np.arange(1.0, count + 1)) or [0, 0]
        rank = int(low)
        assert high == count + 1 - rank
        exact = int(stats.binom.ppf(0.025, count, 0.5))
        assert abs(rank - exact) <= 1
        if count <= 1000:
            assert stats.binom.cdf(rank - 1, count, 0.5) <= 0.025 < stats.binom.cdf(rank, count, 0.5)

    def test_covers_the_true_median_as_often_as_it_says(self) -> None:
        rng = np.random.default_rng(5)
        hits = 0
        for _ in range(2000):
            low, high = statistics.median_interval(rng.exponential(1.0, 41)) or [0, 0]
            hits += low <= math.log(2) <= high
        assert 0.94 < hits / 2000 < 0.99


class TestWindows:
    def test_equal_numbers_of_requests(self) -> None:
        """40 requests, 10 of them twice as slow as the others: 10 windows of 4."""
        durations = [0.1] * 20 + [0.2] * 20
        latency = np.asarray(durations) * 1000
        cut = statistics.windows(latency, completions(durations))
        assert cut is not None
        assert (cut.count, cut.per_window) == (10, 4)
        assert cut.rates(1) == pytest.approx([10.0] * 5 + [5.0] * 5)
        assert cut.rates(8) == pytest.approx([80.0] * 5 + [40.0] * 5)
        assert cut.start_s == pytest.approx([0, 0.4, 0.8, 1.2, 1.6, 2.0, 2.8, 3.6, 4.4, 5.2])
        assert cut.median_ms == pytest.approx([100.0] * 5 + [200.0] * 5)

    def test_what_fills_no_window_is_left_out_at_the_start(self) -> None:
        durations = [9.0, 9.0] + [1.0] * 12
        cut = statistics.windows(np.ones(14), completions(durations))
        assert cut is not None
        assert (cut.count, cut.per_window) == (3, 4)
        assert cut.start_s == pytest.approx([18, 22, 26])
        assert cut.rates(1) == pytest.approx([1.0, 1.0, 1.0])

    def test_of_whole_rounds(self) -> None:
        """Three requests run in step: three completions at each second. Windows of rounds see an even rate, windows of
        four requests would not."""
        moments = np.repeat(np.arange(1.0, 31.0), 3)
        cut = statistics.windows(np.ones(90), moments, in_flight=3)
        assert cut is not None
        assert (cut.count, cut.per_window) == (15, 6)
        assert cut.rates(1) == pytest.approx([3.0] * 15)
        assert statistics.windows(np.ones(90), moments, in_flight=31) is None

    def test_at_most_twenty(self) -> None:
        cut = statistics.windows(np.ones(1003), np.arange(1.0, 1004.0))
        assert cut is not None
        assert (cut.count, cut.per_window, cut.start_s[0]) == (20, 50, 3.0)

    def test_too_few_requests(self) -> None:
        assert statistics.windows(np.ones(11), np.arange(1.0, 12.0)) is None

    def test_rows(self) -> None:
        cut = statistics.windows(np.full(12, 7.0), np.arange(1.0, 13.0))
        assert statistics.window_rows(cut, 2)[1] == {"start_s": 4.0, "throughput_fps": 2.0, "median_ms": 7.0}
        assert statistics.window_rows(None, 2) == []


class TestThroughputInterval:
    def test_by_hand(self) -> None:
        """Windows of 4 requests in 1.9, 2.0 and 2.1 s: mean 2, s = 0.1, t(2) = 4.303, relative half-width
        4.303 · 0.1 / √3 / 2 = 0.12422."""
        durations = [1.9 / 4] * 4 + [2.0 / 4] * 4 + [2.1 / 4] * 4
        cut = statistics.windows(np.ones(12), completions(durations))
        assert statistics.throughput_interval(2.0, cut) == pytest.approx([2 / 1.12422, 2 / 0.87578], rel=1e-4)

    def test_none_without_windows_or_without_bound(self) -> None:
        assert statistics.throughput_interval(1.0, None) is None
        wild = [0.001] * 8 + [10.0] * 4
        assert statistics.throughput_interval(1.0, statistics.windows(np.ones(12), completions(wild))) is None

    def test_covers_the_true_rate_as_often_as_it_says(self) -> None:
        """Requests with gamma-distributed times of mean 10 ms: 100 a second."""
        rng = np.random.default_rng(8)
        hits = 0
        for _ in range(1000):
            done = np.cumsum(rng.gamma(4.0, 0.0025, 400))
            rate = 400 / done[-1]
            low, high = statistics.throughput_interval(rate, statistics.windows(np.ones(400), done)) or [0, 0]
            hits += low <= 100 <= high
        assert 0.92 < hits / 1000 < 0.98


class TestEvenness:
    def test_spread_is_the_coefficient_of_variation(self) -> None:
        """Rates 4, 2, 4 (windows of 4 requests in 1, 2, 1 s): mean 10/3, s = √(4/3)."""
        cut = statistics.windows(np.ones(12), completions([0.25] * 4 + [0.5] * 4 + [0.25] * 4))
        assert cut is not None
        assert statistics.spread(cut) == pytest.approx(math.sqrt(4 / 3) / (10 / 3))

    def test_drift_compares_the_last_third_with_the_first(self) -> None:
        """9 windows: rates 10, 10, 10, …, 8, 8, 8: 20 % slower, without any noise."""
        durations = [0.1] * 12 + [0.11] * 12 + [0.125] * 12
        cut = statistics.windows(np.ones(36), completions(durations))
        assert cut is not None
        change, error = statistics.drift(cut)
        assert change == pytest.approx(-0.2)
        assert error == pytest.approx(0, abs=1e-9)

    def test_the_error_of_the_drift(self) -> None:
        """6 windows, thirds of two: rates 9, 11 and 8, 12, both of mean 10: error² = (2/2 + 8/2) / 100 = 0.05."""
        durations = [4 / rate / 4 for rate in (9, 11, 10, 10, 8, 12) for _ in range(4)]
        cut = statistics.windows(np.ones(24), completions(durations))
        assert cut is not None
        change, error = statistics.drift(cut)
        assert change == pytest.approx(0, abs=1e-9)
        assert error == pytest.approx(math.sqrt(0.05))

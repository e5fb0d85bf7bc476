"""The statistics of a check: against enumeration and scipy, and by simulation with slowdowns that are known."""

import itertools
import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import stats

from workbench.engine import paired
from workbench.engine.paired import Estimate

LIMIT = 0.05
# As many blocks as fit into the default of 60 s.
MOST = 180
Noise = Callable[[np.random.Generator, int, float], NDArray[np.float64]]


def normal(rng: np.random.Generator, count: int, size: float) -> NDArray[np.float64]:
    return rng.normal(0, size, count)


def heavy(rng: np.random.Generator, count: int, size: float) -> NDArray[np.float64]:
    """Student's t with 3 degrees of freedom, of the same variance."""
    return np.asarray(size * rng.standard_t(3, count) / math.sqrt(3))


def spikes(rng: np.random.Generator, count: int, size: float) -> NDArray[np.float64]:
    """One slice in twenty takes 20 % longer on average."""
    return rng.normal(0, size, count) + (rng.random(count) < 0.05) * rng.exponential(0.2, count)


def wandering(rng: np.random.Generator, count: int, size: float) -> NDArray[np.float64]:
    """Autocorrelated: each slice keeps 90 % of the deviation of the one before."""
    found = np.zeros(count)
    for place, step in enumerate(rng.normal(0, size, count)):
        found[place] = 0.9 * found[place - 1] + step
    return found


def drifting(rng: np.random.Generator, count: int, size: float) -> NDArray[np.float64]:
    """A third slower at the end than at the beginning."""
    return rng.normal(0, size, count) + np.linspace(0, 0.3, count)


def bursts(rng: np.random.Generator, count: int, size: float) -> NDArray[np.float64]:
    """Stretches of up to five slices in which all takes 5 to 40 % longer."""
    found, place = rng.normal(0, size, count), 0
    while place < count:
        length = int(rng.integers(1, 6))
        if rng.random() < 0.15:
            found[place : place + length] += rng.uniform(0.05, 0.4)
        place += length
    return found


KINDS: tuple[Noise, ...] = (normal, heavy, spikes, wandering, drifting, bursts)


def compare(rng: np.random.Generator, slowdown: float, noise: Noise, size: float) -> tuple[str, Estimate]:
    """A check as `duel` does it, on times of slices that are made up: (verdict, interval of the last look)."""
    times = noise(rng, 4 * MOST, size).reshape(MOST, 4)
    ratios = (
        np.log1p(slowdown) + rng.choice((-1, 1), MOST) * (times[:, 0] - times[:, 1] - times[:, 2] + times[:, 3]) / 2
    )
    look = 0
    found: Estimate | None = None
    for count in range(1, MOST + 1):
        if paired.is_look(count) or count == MOST:
            look += 1
            found = paired.estimate(ratios[:count], look)
            ruling = paired.decide(found, LIMIT, paired.NARROW_AT_LAST if count == MOST else paired.NARROW)
            if ruling is not None:
                break
    assert found is not None
    return ruling or "noisy", found


def rates(slowdown: float, noise: Noise, size: float, count: int, seed: int = 1) -> dict[str, float]:
    """Shares of the verdicts, and of the intervals that hold the truth."""
    rng = np.random.default_rng(seed)
    found = [compare(rng, slowdown, noise, size) for _ in range(count)]
    verdicts = [verdict for verdict, _ in found]
    shares = {name: verdicts.count(name) / count for name in ("passed", "regression", "noisy")}
    return shares | {"covered": sum(one.low <= slowdown <= one.high for _, one in found) / count}


class TestSimulatedComparisons:
    @pytest.mark.parametrize("noise", KINDS)
    def test_equal_things_are_never_called_slower(self, noise: Noise) -> None:
        for size in (0.02, 0.1):
            found = rates(0.0, noise, size, 500)
            assert found["regression"] == 0
            assert found["covered"] >= 0.95
        assert rates(0.0, noise, 0.02, 200, seed=2)["passed"] > 0.99

    @pytest.mark.parametrize("noise", KINDS)
    def test_a_slowdown_of_the_limit_passes_in_one_of_forty_at_most(self, noise: Noise) -> None:
        # 2.5 % of 600 are 15; more than 27 have a chance below 1 in 1,000 then.
        found = rates(LIMIT, noise, 0.015, 600)
        assert found["passed"] <= 27 / 600
        assert found["covered"] >= 0.93

    @pytest.mark.parametrize("noise", KINDS)
    def test_a_slowdown_of_six_percent_is_called(self, noise: Noise) -> None:
        found = rates(0.06, noise, 0.01, 300)
        assert found["regression"] >= 0.97

    @pytest.mark.parametrize("noise", KINDS)
    def test_half_the_limit_passes(self, noise: Noise) -> None:
        assert rates(LIMIT / 2, noise, 0.01, 300)["passed"] >= 0.97

    def test_too_much_noise_is_said(self) -> None:
        found = rates(0.05, normal, 0.3, 100)
        assert found["noisy"] >= 0.9
        assert found["regression"] == 0

    def test_a_large_slowdown_needs_no_narrow_interval(self) -> None:
        assert rates(0.5, normal, 0.05, 100)["regression"] == 1


class TestSignedRank:
    @pytest.mark.parametrize("count", [1, 4, 8, 11])
    @pytest.mark.parametrize("alpha", [0.3, 0.025, 0.005])
    def test_as_counted_over_all_signs(self, count: int, alpha: float) -> None:
        sums = [
            sum(rank for rank, sign in enumerate(signs, 1) if sign) for signs in itertools.product((0, 1), repeat=count)
        ]
        chance = [sum(value <= most for value in sums) / len(sums) for most in range(max(sums) + 1)]
        expected = max((most for most, share in enumerate(chance) if share <= alpha), default=-1)
        assert paired.signed_rank(count, alpha) == expected

    def test_from_a_table(self) -> None:
        # The critical values for two sides and 5 %, as every table of the test has them.
        assert paired.signed_rank(20, 0.025) == 52
        assert paired.signed_rank(10, 0.025) == 8

    def test_exact_and_normal_agree_where_they_meet(self) -> None:
        assert abs(paired.signed_rank(121, 0.01) - paired.signed_rank(120, 0.01)) < 70
        mean, deviation = 120 * 121 / 4, math.sqrt(120 * 121 * 241 / 24)
        assert paired.signed_rank(120, 0.01) == pytest.approx(mean - 2.3263 * deviation - 0.5, abs=6)


class TestStudentQuantile:
    @pytest.mark.parametrize("freedom", [8, 10, 15, 40])
    @pytest.mark.parametrize("beyond", [0.0125, 0.004, 0.001, 0.0001])
    def test_as_scipy(self, freedom: int, beyond: float) -> None:
        expected = stats.t.ppf(1 - beyond, freedom)
        assert paired.student_quantile(1 - beyond, freedom) == pytest.approx(expected, rel=0.01)


class TestEstimate:
    def test_worked_by_hand(self) -> None:
        # Eight values at 1.25 %: the sums 0, 1 and 2 have probabilities of 1, 2 and 3 in 256, so two means go on each
        # side. Of the means of pairs of 0 … 7, in hundredths, the third is 1 and the third from the end is 6.
        found = paired.estimate([value / 100 for value in range(8)], look=1)
        assert found is not None
        assert found.slowdown == pytest.approx(math.expm1(0.035))
        assert found.low == pytest.approx(math.expm1(0.01))
        assert found.high == pytest.approx(math.expm1(0.06))

    def test_same_as_scipy_judges(self) -> None:
        # Just inside of the interval the signed-rank test accepts a value at that level, just outside it refuses it.
        values = np.random.default_rng(4).normal(0.03, 0.02, 24)
        found = paired.estimate(list(values), look=1)
        assert found is not None
        for bound, inwards in ((found.low, 1e-6), (found.high, -1e-6)):
            chances = [
                stats.wilcoxon(values - math.log1p(bound) - step, method="exact").pvalue / 2
                for step in (inwards, -inwards)
            ]
            assert chances[1] <= paired.level(1) < chances[0]

    def test_looks_add_up(self) -> None:
        assert sum(paired.level(look) for look in range(1, 10_000)) < paired.ALPHA
        assert [count for count in range(100) if paired.is_look(count)] == [8, 12, 16, 24, 32, 48, 64, 96]

    def test_outliers_hardly_move_it(self) -> None:
        rng = np.random.default_rng(9)
        values = list(rng.normal(0, 0.01, 24))
        clean, spoiled = paired.estimate(values, 1), paired.estimate([*values[:-1], 3.0], 1)
        assert clean is not None
        assert spoiled is not None
        assert abs(spoiled.slowdown - clean.slowdown) < 0.002

    def test_too_few(self) -> None:
        assert paired.estimate([0.01] * 5, 1) is None
        assert paired.decide(None, LIMIT) is None


class TestDecide:
    @pytest.mark.parametrize(
        ("low", "high", "expected"),
        [
            (-0.01, 0.049, "passed"),
            (-0.30, 0.040, "passed"),
            (-0.01, 0.051, None),
            (0.02, 0.08, None),
            (0.028, 0.052, "regression"),
            (0.0375, 0.0625, "regression"),
            (0.20, 0.30, "regression"),
            (0.10, 0.40, None),
        ],
    )
    def test_of_five_percent(self, low: float, high: float, expected: str | None) -> None:
        assert paired.decide(Estimate((low + high) / 2, low, high), LIMIT) == expected


class TestTail:
    def test_of_independent_latencies_it_covers(self) -> None:
        rng = np.random.default_rng(3)
        true = float(stats.expon.ppf(0.99))
        missed = 0
        for _ in range(400):
            found = paired.tail(list(rng.exponential(1, (10, 200))), 99.0, look=1)
            assert found is not None
            missed += not ((found.low or -1) <= true and (found.high is None or found.high >= true))
        # 0.25 % on each side.
        assert missed <= 8

    def test_slow_ones_that_come_together_count_for_less(self) -> None:
        rng = np.random.default_rng(5)
        alone = list(rng.exponential(1, (20, 500)))
        together = [np.sort(np.concatenate(alone))[number * 500 : (number + 1) * 500] for number in range(20)]
        first, second = paired.tail(alone, 99.0, 1), paired.tail(together, 99.0, 1)
        assert first is not None
        assert second is not None
        assert first.value == second.value
        assert first.low is not None
        assert second.low is None or second.low < first.low

    def test_ranks_as_scipy_has_them(self) -> None:
        values = np.arange(1.0, 3001.0)
        found = paired.tail([values[start::100] for start in range(100)], 99.0, look=1)
        assert found is not None
        alpha = paired.level(1, paired.TAIL_ALPHA)
        beyond = stats.binom(3000, 0.01)
        assert found.low == 3000 - beyond.ppf(1 - alpha)
        assert found.high == 3000 - (beyond.ppf(alpha) - 1)

    def test_too_few_samples(self) -> None:
        assert paired.tail([np.ones(298)], 99.0, 1) is None
        assert paired.tail([], 99.0, 1) is None
        found = paired.tail([np.arange(300.0)], 99.0, 1)
        assert found is not None
        assert found.high is None

    @pytest.mark.parametrize(
        ("low", "high", "expected"),
        [
            (4.0, 4.9, "passed"),
            (5.1, 7.0, "regression"),
            (4.0, 6.0, None),
            (None, 4.0, "passed"),
            (6.0, None, "regression"),
        ],
    )
    def test_decide(self, low: float | None, high: float | None, expected: Any) -> None:
        assert paired.decide_tail(paired.Tail(4.5, low, high), 5.0) == expected
        assert paired.decide_tail(None, 5.0) is None

"""Ratios and their intervals against hand-worked values, Fieller's theorem, and a simulation."""

import math

import numpy as np
import pytest

from workbench.comparisons.differences import difference, ratio_interval
from workbench.comparisons.schemas import Value


def value(number: float, half: float | None = None) -> Value:
    return Value(value=number, ci95=None if half is None else [number - half, number + half])


def fieller(first: Value, other: Value) -> tuple[float, float]:
    """Fieller 1954 for the ratio of independent normal means, from half-widths instead of t × standard errors."""
    assert first.ci95 is not None
    assert other.ci95 is not None
    a, b = (first.ci95[1] - first.value), (other.ci95[1] - other.value)
    ratio = other.value / first.value
    g = (a / first.value) ** 2
    root = math.sqrt((b / first.value) ** 2 * (1 - g) + (ratio * a / first.value) ** 2)
    return (ratio - root) / (1 - g), (ratio + root) / (1 - g)


class TestRatioInterval:
    def test_by_hand(self) -> None:
        first = Value(value=1.0, ci95=[math.exp(-0.3), math.exp(0.4)])
        other = Value(value=math.e, ci95=[math.exp(1 - 0.3), math.exp(1 + 0.4)])
        low, high = ratio_interval(first, other) or (0.0, 0.0)
        # √(0.3² + 0.4²) = 0.5 below and above.
        assert math.log(low) == pytest.approx(1 - 0.5)
        assert math.log(high) == pytest.approx(1 + 0.5)

    @pytest.mark.parametrize(("first", "other"), [(100.0, 120.0), (10.0, 3.0), (5.0, 5.0)])
    def test_close_to_fieller_for_narrow_intervals(self, first: float, other: float) -> None:
        one, two = value(first, 0.02 * first), value(other, 0.03 * other)
        assert ratio_interval(one, two) == pytest.approx(fieller(one, two), rel=1e-3)

    def test_covers_95_of_100(self) -> None:
        rng = np.random.default_rng(5)
        truth, sigma_1, sigma_2, tries = 1.1, 0.03, 0.05, 4000
        hits = 0
        for one, two in zip(rng.normal(1.0, sigma_1, tries), rng.normal(truth, sigma_2, tries), strict=True):
            found = ratio_interval(value(one, 1.96 * sigma_1), value(two, 1.96 * sigma_2))
            assert found is not None
            hits += found[0] <= truth <= found[1]
        # Three standard errors of a binomial share are 0.010.
        assert hits / tries == pytest.approx(0.95, abs=0.011)

    @pytest.mark.parametrize("bounds", [None, [0.0, 12.0], [-1.0, 12.0], [11.0, 12.0], [8.0, 9.0]])
    def test_nothing_to_tell_from_an_unusable_interval(self, bounds: list[float] | None) -> None:
        assert ratio_interval(Value(value=10.0, ci95=bounds), value(10, 1)) is None
        assert ratio_interval(value(10, 1), Value(value=10.0, ci95=bounds)) is None


class TestDifference:
    def test_against_the_first(self) -> None:
        found = difference(value(100, 1), value(150, 1))
        assert found is not None
        assert (found.absolute, found.ratio, found.certain) == (50, 1.5, True)

    def test_overlap_is_not_certain(self) -> None:
        found = difference(value(100, 2), value(101, 2))
        assert found is not None
        assert found.certain is False

    def test_without_an_interval_nothing_is_certain(self) -> None:
        found = difference(value(100), value(200, 1))
        assert found is not None
        assert (found.ratio, found.ratio_ci95, found.certain) == (2.0, None, None)

    def test_of_nothing(self) -> None:
        assert difference(None, value(1)) is None
        assert difference(value(1), None) is None

    def test_no_ratio_to_zero(self) -> None:
        found = difference(value(0), value(1))
        assert found is not None
        assert found.ratio is None

"""Axes: round ticks that hold every value, at places that can be worked out by hand."""

import math

import pytest

from workbench.comparisons.scales import linear, logarithmic, ratios


class TestLinear:
    @pytest.mark.parametrize(
        ("values", "ticks"),
        [
            ([0, 9.3], (0, 2, 4, 6, 8, 10)),
            ([120.0, 214.6], (0, 50, 100, 150, 200, 250)),
            ([0.013], (0, 0.005, 0.01, 0.015)),
            ([0.0], (0, 0.2, 0.4, 0.6, 0.8, 1.0)),
            ([], (0, 0.2, 0.4, 0.6, 0.8, 1.0)),
        ],
    )
    def test_round_ticks(self, values: list[float], ticks: tuple[float, ...]) -> None:
        assert linear(values, 0, 100).ticks == pytest.approx(ticks)

    def test_places(self) -> None:
        scale = linear([10], 100, 0)
        assert [scale.at(value) for value in (0, 2.5, 10, 99, -5)] == [100, 75, 0, 0, 100]

    @pytest.mark.parametrize("value", [1e-9, 1e-300, 1e300, math.nan, math.inf])
    def test_odd_values(self, value: float) -> None:
        scale = linear([value], 0, 100)
        assert all(math.isfinite(scale.at(tick)) for tick in scale.ticks)
        assert 2 <= len(scale.ticks) <= 12


class TestLogarithmic:
    def test_decades(self) -> None:
        scale = logarithmic([0.2, 5000], 0, 50)
        assert scale.ticks == pytest.approx((0.1, 1, 10, 100, 1000, 10000))
        assert scale.at(100) == pytest.approx(30)

    def test_short_ones_have_more_ticks(self) -> None:
        assert logarithmic([1.5, 8], 0, 10).ticks == pytest.approx((1, 2, 5, 10))

    def test_what_has_no_logarithm_is_left_out(self) -> None:
        assert logarithmic([0, -1, 10], 0, 10).ticks[-1] >= 10


class TestRatios:
    def test_one_is_in_the_middle(self) -> None:
        scale = ratios([3.0], 0, 100)
        assert scale.at(1) == 50
        assert scale.at(3) - 50 == pytest.approx(50 - scale.at(1 / 3), abs=0.02)
        assert 1.0 in scale.ticks

    @pytest.mark.parametrize("values", [[1.0], [1.001], [0.01, 2.0], [1e9], []])
    def test_holds_everything(self, values: list[float]) -> None:
        scale = ratios(values, 0, 100)
        assert all(scale.low <= value <= scale.high for value in values)
        assert list(scale.ticks) == sorted(scale.ticks)

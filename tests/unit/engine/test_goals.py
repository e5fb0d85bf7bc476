"""What limits and objectives make of two cells."""

import numpy as np

from workbench.engine.goals import Goal
from workbench.engine.observed import Measured, Observed

NOISE = 0.01
NEAR = 0.03


def cell(fps: float, latency_ms: float, streams: int = 1) -> Observed:
    spread = np.linspace(0.99, 1.01, 400) * latency_ms
    return Observed((streams, 1), streams, slices={number: Measured(fps, 1.0, spread) for number in range(8)})


class TestLimits:
    def test_within(self) -> None:
        goal = Goal(max_latency_ms=10.0, min_fps=50.0)
        assert goal.within(50.0, 10.0)
        assert not goal.within(49.9, 10.0)
        assert not goal.within(50.0, 10.1)

    def test_inside_is_unknown_near_the_limit(self) -> None:
        goal = Goal("throughput", "median", max_latency_ms=10.0)
        assert goal.inside(cell(100, 8), NOISE) is True
        assert goal.inside(cell(100, 10), NOISE) is None
        assert goal.inside(cell(100, 12), NOISE) is False
        goal = Goal("latency", "median", min_fps=100.0)
        assert goal.inside(cell(120, 8), NOISE) is True
        assert goal.inside(cell(100, 8), NOISE) is None
        assert goal.inside(cell(80, 8), NOISE) is False

    def test_favourites(self) -> None:
        fast, quick = cell(200, 20), cell(100, 10)
        assert Goal("throughput", "median").favourite([fast, quick]) is fast
        assert Goal("throughput", "median", max_latency_ms=15).favourite([fast, quick]) is quick
        assert Goal("latency", "median").favourite([fast, quick]) is quick
        assert Goal("latency", "median", min_fps=150).favourite([fast, quick]) is fast
        # Where nothing keeps the limit, the nearest to it.
        assert Goal("throughput", "median", max_latency_ms=1).favourite([fast, quick]) is quick


class TestCovering:
    def test_a_front_needs_both(self) -> None:
        goal = Goal("front", "median")
        assert goal.covers(cell(100, 10), cell(100, 20), NOISE, NEAR)
        assert goal.covers(cell(100, 10), cell(101, 20), NOISE, NEAR)
        assert not goal.covers(cell(100, 10), cell(110, 20), NOISE, NEAR)
        assert not goal.covers(cell(110, 20), cell(100, 10), NOISE, NEAR)

    def test_a_throughput_asks_for_no_latency(self) -> None:
        assert Goal("throughput", "median").covers(cell(110, 50), cell(100, 10), NOISE, NEAR)

    def test_a_cell_outside_of_the_limits_covers_nothing(self) -> None:
        goal = Goal("throughput", "median", max_latency_ms=30)
        assert not goal.covers(cell(110, 50), cell(100, 10), NOISE, NEAR)

    def test_undecided_until_apart_or_alike(self) -> None:
        goal = Goal("throughput", "median")
        assert not goal.undecided(cell(100, 10), cell(110, 10), NOISE, NEAR)
        restless = cell(100, 10)
        for number in range(8):
            restless.slices[number] = Measured(100 * (1.15 if number % 2 else 0.87), 1.0, np.ones(400))
        assert goal.undecided(cell(104, 10), restless, 0.15, NEAR)

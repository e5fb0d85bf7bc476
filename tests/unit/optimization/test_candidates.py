"""What decides which version is best, on figures whose answer is plain."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.benchmarks.schemas import Configuration
from workbench.optimization import candidates
from workbench.optimization.candidates import Entry
from workbench.optimization.schemas import CandidateConfiguration, OptimizeWanted


def measured(fps: float, latency_ms: float, streams: int = 1) -> CandidateConfiguration:
    return CandidateConfiguration(
        run_id=None,
        configuration=Configuration(streams=streams),
        label=f"{streams} × 1",
        throughput_fps=fps,
        throughput_ci95=None,
        latency_ms=latency_ms,
        verdict="stable",
    )


class TestDrop:
    @pytest.mark.parametrize(
        ("before", "after", "better", "kind", "expected"),
        [
            (0.80, 0.79, "higher", "absolute", 0.01),
            (0.80, 0.79, "higher", "relative", 0.0125),
            (0.80, 0.81, "higher", "absolute", -0.01),
            # An error that grows is a drop, too.
            (2.0, 2.5, "lower", "absolute", 0.5),
            (2.0, 2.5, "lower", "relative", 0.25),
            (0.0, 0.0, "higher", "relative", 0.0),
            (0.0, 1.0, "lower", "relative", math.inf),
        ],
    )
    def test_by_hand(self, before: float, after: float, better: str, kind: str, expected: float) -> None:
        assert candidates.drop(before, after, better, kind) == pytest.approx(expected)  # type: ignore[arg-type]

    def test_the_interval_is_turned_round_where_more_is_better(self) -> None:
        assert candidates.drop_ci95([-0.02, 0.01], 0.8, "higher", "absolute") == pytest.approx([-0.01, 0.02])
        assert candidates.drop_ci95([-0.02, 0.01], 2.0, "lower", "relative") == pytest.approx([-0.01, 0.005])
        assert candidates.drop_ci95(None, 0.8, "higher", "absolute") is None

    def test_a_drop_of_just_the_limit_is_within_it(self) -> None:
        wanted = OptimizeWanted(max_drop=0.01)
        assert candidates.keeps_accuracy(candidates.drop(0.99, 0.98, "higher", "absolute"), wanted)
        assert not candidates.keeps_accuracy(0.0101, wanted)


class TestOrder:
    def test_throughput_within_a_latency(self) -> None:
        wanted = OptimizeWanted(objective="throughput", max_latency_ms=10)
        entries = [Entry(0, measured(100, 5)), Entry(1, measured(300, 12)), Entry(2, measured(200, 9))]
        assert [entry.place for entry in candidates.ordered(entries, wanted)] == [2, 0]

    def test_latency_at_a_throughput(self) -> None:
        wanted = OptimizeWanted(objective="latency", min_fps=150)
        entries = [Entry(0, measured(100, 5)), Entry(1, measured(300, 12)), Entry(2, measured(200, 9))]
        assert [entry.place for entry in candidates.ordered(entries, wanted)] == [2, 1]

    def test_of_equals_the_simpler(self) -> None:
        entries = [Entry(3, measured(100, 5)), Entry(1, measured(100, 5))]
        assert [entry.place for entry in candidates.ordered(entries, OptimizeWanted())] == [1, 3]

    @given(st.lists(st.tuples(st.floats(1, 1e6), st.floats(0.01, 1e4)), min_size=1, max_size=20), st.floats(0.01, 1e4))
    def test_the_first_is_the_best_of_all_that_are_allowed(
        self, figures: list[tuple[float, float]], limit: float
    ) -> None:
        wanted = OptimizeWanted(objective="throughput", max_latency_ms=limit)
        found = candidates.ordered([Entry(place, measured(*one)) for place, one in enumerate(figures)], wanted)
        allowed = [fps for fps, latency in figures if latency <= limit]
        assert [entry.configuration.throughput_fps for entry in found] == sorted(allowed, reverse=True)

    def test_what_came_nearest(self) -> None:
        some = [measured(100, 5), measured(300, 12)]
        assert candidates.nearest(some, OptimizeWanted(max_latency_ms=1)) is some[0]
        assert candidates.nearest(some, OptimizeWanted(objective="latency", min_fps=900)) is some[1]
        assert candidates.nearest([], OptimizeWanted()) is None


def test_ratio_says_how_many_times_as_good() -> None:
    fast, slow = measured(300, 4), measured(100, 6)
    assert candidates.ratio(fast, slow, OptimizeWanted()) == 3
    assert candidates.ratio(fast, slow, OptimizeWanted(objective="latency")) == 1.5

"""The front of a project's runs."""

from typing import Any

from tests.unit.comparisons.measured import run
from workbench.benchmarks.schemas import Run
from workbench.comparisons.summary import front


def at(name: str, latency: float, fps: float, **more: Any) -> Run:
    times = {"min": latency, "mean": latency, "median": latency, "p90": None, "p95": None, "p99": None, "max": latency}
    return run(id=name, latency_ms=times, throughput_fps=fps, **more)


class TestFront:
    def test_what_no_other_beats(self) -> None:
        runs = [at("slow", 30, 200), at("beaten", 20, 90), at("fast", 10, 100), at("same", 10, 95)]
        assert front(runs) == ["fast", "slow"]

    def test_unsure_runs_count_where_there_is_nothing_else(self) -> None:
        runs = [at("noisy", 5, 500, verdict="noisy"), at("stable", 10, 100)]
        assert front(runs) == ["stable"]
        assert front(runs[:1]) == ["noisy"]

    def test_of_nothing(self) -> None:
        assert front([]) == []

"""What can be asked for, and what it is called."""

from typing import Any

import pytest
from pydantic import ValidationError

from workbench.benchmarks.schemas import BenchmarkWanted, Configuration
from workbench.benchmarks.service import BASELINE, estimate_s


@pytest.mark.parametrize(
    ("values", "label"),
    [
        ({"hint": "latency"}, "latency hint"),
        ({"hint": "cumulative_throughput", "batch": 4}, "cumulative throughput hint, batch 4"),
        ({"streams": 2, "batch": 4}, "2 × 4"),
        ({}, "1 × 1"),
        ({"streams": 1, "api": "sync"}, "1 × 1, sync"),
        ({"streams": 1, "arrivals_per_s": 12.5}, "1 × 1, 12.5 arrivals/s"),
        ({"streams": 2, "requests": 6, "threads": 1, "precision": "f32"}, "2 × 1, 6 requests, 1 threads, f32"),
    ],
)
def test_labels(values: dict[str, Any], label: str) -> None:
    assert Configuration(**values).label() == label


@pytest.mark.parametrize(
    "values",
    [
        {"hint": "latency", "streams": 2},
        {"streams": 0},
        {"batch": -1},
        {"hint": "fastest"},
        {"precision": "int3"},
        {"api": "both"},
        {"api": "sync", "requests": 2},
        {"api": "sync", "arrivals_per_s": 5},
        {"arrivals_per_s": 0},
        {"arrivals_per_s": float("inf")},
    ],
)
def test_refused_configurations(values: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        Configuration(**values)


@pytest.mark.parametrize(
    "values",
    [
        {"configurations": []},
        {"configurations": [{}], "duration_s": 5, "iterations": 10},
        {"configurations": [{}], "shapes": {"x": []}},
        {"configurations": [{}], "shapes": {"x": [1, -1]}},
        {"configurations": [{}], "duration_s": 0},
    ],
)
def test_refused_benchmarks(values: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        BenchmarkWanted.model_validate(values)


def test_the_baseline_is_two_hints_and_one_stream() -> None:
    assert [item.label() for item in BASELINE] == ["latency hint", "throughput hint", "1 × 1"]
    assert estimate_s(BASELINE, 10.0) == 3 * (10 + 3 + 5)
    assert estimate_s(BASELINE, 10.0, layers=False, start_up=False) == 3 * (10 + 1.5)

"""Estimates and intervals of cells, against closed forms and simulation."""

import math

import numpy as np
import pytest

from workbench.engine.observed import (
    Measured,
    Observed,
    at_most,
    fps_ratio,
    half_width,
    latency_ratio,
    pareto,
    slice_noise,
)


def cell(rates: list[float], latency: float = 10.0, requests: int = 400, first: int = 0) -> Observed:
    rng = np.random.default_rng(1)
    slices = {
        first + number: Measured(rate, 1.0, latency * np.exp(rng.normal(0, 0.01, requests)))
        for number, rate in enumerate(rates)
    }
    return Observed((1, 1), 1, looked=Measured(rates[0], 0.3, np.full(5, latency)), slices=slices)


def test_a_disturbed_slice_does_not_move_the_throughput() -> None:
    assert cell([100.0] * 9 + [70.0]).fps == pytest.approx(100, rel=0.01)


def test_of_a_look_and_a_slice_the_better_one_counts() -> None:
    seen = cell([90.0])
    seen.looked = Measured(100.0, 0.3, np.ones(3))
    assert seen.fps == 100.0


def test_samples_decide_on_percentiles() -> None:
    few = cell([100.0], requests=100)
    assert [few.has(name) for name in ("median", "p90", "p95", "p99")] == [True, True, True, False]
    assert few.highest("p99") == "p95"
    assert few.latency("p90") == pytest.approx(float(np.percentile(few.slices[0].latency_ms, 90)))


def test_at_most() -> None:
    assert at_most("p95") == ["p95", "p90", "median"]


def test_half_width_without_a_guess_is_students() -> None:
    # 97.5 % of t with 4 + 5 - 1 degrees of freedom; nothing is drawn in, all is within 2 × 0.02.
    values = [0.0, 0.02, -0.02, 0.01, -0.01]
    noise = 0.02
    squares = sum(value**2 for value in values)
    expected = 2.306 * math.sqrt((4 * noise**2 + squares) / 8) / math.sqrt(5)
    assert half_width(values, noise) == pytest.approx(expected, rel=1e-3)


def test_intervals_hold_the_truth_as_often_as_they_say() -> None:
    rng = np.random.default_rng(7)
    held = 0
    for _ in range(400):
        one, other = rng.normal(0, 0.02, 6), rng.normal(math.log(1.05), 0.02, 6)
        low, high = fps_ratio(
            cell(list(100 * np.exp(one)), requests=5), cell(list(100 * np.exp(other)), requests=5), 0.02
        )
        held += low <= math.log(1.05) <= high
    assert held >= 0.93 * 400


def test_what_disturbs_both_cancels() -> None:
    common = np.exp(np.random.default_rng(3).normal(0, 0.1, 8))
    low, high = fps_ratio(cell(list(100 * common)), cell(list(103 * common)), 0.01)
    assert low == pytest.approx(math.log(1.03), abs=0.015)
    assert high - low < 0.03


def test_slices_of_other_turns_are_not_paired() -> None:
    one, other = cell([100.0] * 5), cell([103.0] * 5, first=100)
    low, high = fps_ratio(one, other, 0.02)
    assert low < math.log(1.03) < high


def test_one_slice_says_little_upwards() -> None:
    slower, faster = cell([100.0]).spread(0.02)
    assert faster > slower


def test_latency_ratio() -> None:
    low, high = latency_ratio(cell([100.0] * 4, 10.0), cell([50.0] * 4, 20.0), "p99", 0.01)
    assert low < math.log(2) < high
    assert high - low < 0.2


def test_noise_is_learned() -> None:
    rng = np.random.default_rng(5)
    restless = [cell(list(100 * np.exp(rng.normal(0, 0.08, 20))), requests=5) for _ in range(5)]
    assert slice_noise(restless) == pytest.approx(0.08, rel=0.35)
    assert slice_noise([]) == 0.02


def test_pareto() -> None:
    points = [(100.0, 10.0), (120.0, 20.0), (110.0, 25.0), (100.0, 10.0)]
    assert pareto(points) == [True, True, False, True]

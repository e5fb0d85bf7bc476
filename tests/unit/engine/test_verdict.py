"""When a number can be trusted, and what is said when not."""

import multiprocessing
import time
from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest

from workbench.engine import machine, statistics, verdict
from workbench.engine.verdict import Conditions, Moment, judge


def run_of(rates: Sequence[float]) -> statistics.Windows:
    durations = [1 / rate for rate in rates for _ in range(4)]
    cut = statistics.windows(np.ones(4 * len(rates)), np.cumsum(durations))
    assert cut is not None
    return cut


def conditions(**changed: Any) -> Conditions:
    calm: dict[str, Any] = {
        "cpu_others": 0.01,
        "stolen": 0.0,
        "frequency_mhz": None,
        "temperature_c": None,
        "throttled": 0,
        "quota": 0.0,
    }
    return Conditions(**(calm | changed))


EVEN = [100, 101, 99, 100, 101, 99, 100, 101, 99]
SLOWING = [100, 101, 99, 95, 94, 93, 88, 89, 87]
UNEVEN = [100, 120, 80, 100, 120, 80, 100, 120, 80]


class TestJudge:
    def test_stable(self) -> None:
        found = judge(run_of(EVEN), conditions())
        assert found["verdict"] == "stable"
        assert "1.0 % of the CPU" in found["verdict_reason"]
        assert found["spread"] == pytest.approx(0.00866, abs=1e-4)
        assert found["drift"] == pytest.approx(0, abs=1e-9)

    def test_noisy(self) -> None:
        assert judge(run_of(UNEVEN), conditions())["verdict"] == "noisy"

    def test_too_short_to_tell(self) -> None:
        found = judge(None, conditions())
        assert found["verdict"] == "noisy"
        assert "too few" in found["verdict_reason"]
        assert found["spread"] is None

    def test_contended_even_when_it_looks_even(self) -> None:
        found = judge(run_of(EVEN), conditions(cpu_others=0.2, stolen=0.1))
        assert found["verdict"] == "contended"
        assert "20 %" in found["verdict_reason"]
        assert "10 % by the hypervisor" in found["verdict_reason"]

    def test_throttled_by_falling_frequency(self) -> None:
        frequency = {"start": 3000.0, "end": 2400.0, "min": 2400.0, "max": 3000.0}
        found = judge(run_of(SLOWING), conditions(frequency_mhz=frequency))
        assert found["verdict"] == "throttled"
        assert "frequency fell by 20 %" in found["verdict_reason"]

    def test_throttled_where_the_frequency_is_not_readable(self) -> None:
        found = judge(run_of(SLOWING), conditions())
        assert found["verdict"] == "throttled"
        assert "12 % slower" in found["verdict_reason"]

    def test_slower_at_an_even_frequency_is_noise(self) -> None:
        frequency = {"start": 3000.0, "end": 3000.0, "min": 3000.0, "max": 3000.0}
        assert judge(run_of(SLOWING), conditions(frequency_mhz=frequency))["verdict"] == "noisy"

    def test_throttled_by_heat_or_quota(self) -> None:
        assert "heat" in judge(run_of(EVEN), conditions(throttled=3))["verdict_reason"]
        assert "quota" in judge(run_of(EVEN), conditions(quota=0.3))["verdict_reason"]


class TestConditions:
    def moment(self, at_s: float, busy_s: float, own_s: float, **changed: Any) -> Moment:
        values: dict[str, Any] = {
            "stolen_s": 0.0,
            "frequencies_mhz": [],
            "temperature_c": None,
            "throttle_count": None,
            "quota_throttled_s": None,
        }
        return Moment(at_s=at_s, busy_s=busy_s, own_s=own_s, **(values | changed))

    def test_by_hand(self) -> None:
        """In 10 s on 4 cores: 30 s busy, 22 s of them this process: 8 s of 40 (less the error of the counters)."""
        before = self.moment(100, 1000, 50, frequencies_mhz=[3000, 3200], throttle_count=1, quota_throttled_s=1.0)
        after = self.moment(
            110, 1030, 72, stolen_s=2.0, frequencies_mhz=[2900, 2900], throttle_count=4, quota_throttled_s=1.5
        )
        found = Conditions.between(before, after, 4)
        assert found.cpu_others == pytest.approx((8 - verdict.COUNTER_ERROR_S) / 40)
        assert found.stolen == pytest.approx(0.05)
        assert found.frequency_mhz == {"start": 3100, "end": 2900, "min": 2900, "max": 3200}
        assert found.throttled == 3
        assert found.quota == pytest.approx(0.05)

    def test_never_negative(self) -> None:
        found = Conditions.between(self.moment(0, 10, 0), self.moment(1, 10.9, 1), 2)
        assert found.cpu_others == 0

    def test_another_process_is_seen(self) -> None:
        """A process that keeps one core busy is at least a good part of one core of others."""
        before = Moment.now()
        other = multiprocessing.get_context("spawn").Process(target=_burn, args=(2.0,))
        other.start()
        other.join()
        found = Conditions.between(before, Moment.now(), machine.logical_cores())
        assert found.cpu_others * machine.logical_cores() > 0.4


def _burn(seconds: float) -> None:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        pass

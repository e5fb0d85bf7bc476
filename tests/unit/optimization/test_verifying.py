"""Several measurements of the same, put together."""

import math

import pytest
from scipy import stats

from tests.unit.optimization.test_candidates import measured
from workbench.optimization import verifying
from workbench.optimization.schemas import OptimizeWanted


def test_the_middle_one_is_told() -> None:
    some = [measured(fps, latency) for fps, latency in ((90, 3), (110, 9), (100, 5))]
    assert verifying.middle(some, OptimizeWanted()).throughput_fps == 100
    assert verifying.middle(some, OptimizeWanted(objective="latency")).latency_ms == 5


def test_the_interval_is_students() -> None:
    mine = [measured(fps, 1) for fps in (200.0, 210.0, 190.0)]
    theirs = [measured(fps, 1) for fps in (100.0, 100.0, 101.0)]
    value, ends = verifying.ratio_of(mine, theirs, OptimizeWanted())
    logs = [math.log(one.throughput_fps / other.throughput_fps) for one, other in zip(mine, theirs, strict=True)]
    expected = stats.t.interval(0.95, 2, loc=sum(logs) / 3, scale=stats.sem(logs))
    assert value == pytest.approx(math.exp(sum(logs) / 3))
    assert ends == pytest.approx([math.exp(end) for end in expected], rel=1e-4)


def test_one_round_has_no_interval() -> None:
    value, ends = verifying.ratio_of([measured(3, 1)], [measured(2, 1)], OptimizeWanted())
    assert value == pytest.approx(1.5)
    assert ends is None

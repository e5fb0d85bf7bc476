"""Figures of a run from its requests, against numbers worked by hand."""

from array import array
from pathlib import Path

import numpy as np
import pytest

from workbench.engine import figures
from workbench.engine.figures import Requests
from workbench.engine.pipeline import Flow
from workbench.engine.verdict import Conditions

CALM = Conditions(0.0, 0.0, None, None, 0, 0.0)


def flow(seconds: float, count: int) -> Flow:
    """Requests one after another, each of which took as long."""
    return Flow(array("d", [seconds * 1e3] * count), array("d", [seconds * (n + 1) for n in range(count)]))


def test_stretches_stand_one_behind_the_other() -> None:
    found = figures.joined([flow(0.5, 2), flow(0.25, 2)])
    assert list(found.latency_ms) == [500, 500, 250, 250]
    assert list(found.completed_s) == [0.5, 1.0, 1.25, 1.5]
    assert (found.count, found.duration_s) == (4, 1.5)


def test_a_closed_loop(tmp_path: Path) -> None:
    """100 requests of 4 samples in 2 s are 200 samples a second, at an even pace."""
    found = figures.closed(figures.joined([flow(0.02, 100)]), 4, 1, CALM, tmp_path / "kept.npz")
    assert (found["samples"], found["inferences"], found["duration_s"]) == (100, 400, pytest.approx(2.0))
    assert found["throughput_fps"] == pytest.approx(200)
    assert found["throughput_ci95"] == pytest.approx([200, 200])
    assert found["latency_ms"]["median"] == pytest.approx(20)
    assert found["latency_ms"]["p99"] is None  # 299 are needed
    assert found["verdict"] == "stable"
    assert found["latencies"] == "out/kept.npz"
    with np.load(tmp_path / "kept.npz", allow_pickle=False) as kept:
        assert kept["latency_ms"].dtype == np.float32
        assert list(kept["completed_s"]) == pytest.approx([0.02 * (n + 1) for n in range(100)])


def test_nothing_is_written_where_no_file_is_named() -> None:
    requests = Requests(np.array([1.0, 2.0]), np.array([0.001, 0.003]), 0.003)
    assert figures.of(requests, 1, None, None)["latencies"] is None

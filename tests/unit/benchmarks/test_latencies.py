"""The kept latencies, as the page draws them."""

from pathlib import Path

import numpy as np
import pytest

from workbench.benchmarks import latencies


def write(path: Path, values: list[float], every_s: float = 0.01) -> Path:
    at = np.arange(1, len(values) + 1, dtype=np.float64) * every_s
    np.savez_compressed(path, latency_ms=np.asarray(values, dtype=np.float32), completed_s=at)
    return path


def test_histogram_counts_every_sample(tmp_path: Path) -> None:
    values = [float(number % 10 + 1) for number in range(5000)]
    read = latencies.read(write(tmp_path / "l.npz", values))
    assert read.count == 5000
    assert sum(read.histogram.counts) == 5000
    assert len(read.histogram.edges) == len(read.histogram.counts) + 1
    assert len(read.latency_ms) <= latencies.MAX_POINTS
    assert read.latency_ms[:3] == pytest.approx([1.0, 4.0, 7.0])  # every third of 5000


def test_one_outlier_does_not_flatten_the_histogram(tmp_path: Path) -> None:
    values = [1.0 + number / 10_000 for number in range(9999)] + [10_000.0]
    read = latencies.read(write(tmp_path / "l.npz", values))
    assert read.histogram.edges[-1] < 3.0
    assert sum(read.histogram.counts) == 10_000


def test_drift_shows_a_step(tmp_path: Path) -> None:
    read = latencies.read(write(tmp_path / "l.npz", [1.0] * 3000 + [2.0] * 3000))
    assert read.drift[0].median_ms == pytest.approx(1.0)
    assert read.drift[-1].median_ms == pytest.approx(2.0)
    assert [point.t_s for point in read.drift] == sorted(point.t_s for point in read.drift)
    assert read.drift[-1].t_s < 60.0


@pytest.mark.parametrize("values", [[], [3.0], [3.0, 3.0, 3.0]])
def test_few_samples(tmp_path: Path, values: list[float]) -> None:
    read = latencies.read(write(tmp_path / "l.npz", values))
    assert read.count == len(values)
    assert sum(read.histogram.counts) == len(values)


def test_a_pickled_array_is_refused(tmp_path: Path) -> None:
    np.savez(tmp_path / "evil.npz", latency_ms=np.array([{}], dtype=object), completed_s=np.array([1.0]))
    with pytest.raises(ValueError, match="allow_pickle"):
        latencies.read(tmp_path / "evil.npz")

"""Reads the kept latencies of a run: thinned out, as histogram, and over time."""

from pathlib import Path

import numpy as np

from workbench.benchmarks.schemas import DriftPoint, Histogram, Latencies

MAX_POINTS = 2000
BINS = 60
DRIFT_WINDOWS = 60


def read(path: Path) -> Latencies:
    """`path`: an npz with `latency_ms` (float32, order of completion) and `completed_s` (float64, same length).

    The histogram ends at the 99.9th percentile, so that one outlier does not flatten the rest; its last bin
    holds all above.
    """
    with np.load(path, allow_pickle=False) as file:
        values = np.asarray(file["latency_ms"], dtype=np.float64)
        at = np.asarray(file["completed_s"], dtype=np.float64)
    if values.size == 0:
        return Latencies(count=0, latency_ms=[], completed_s=[], histogram=Histogram(edges=[], counts=[]), drift=[])
    step = max(1, -(-values.size // MAX_POINTS))
    top = max(float(np.quantile(values, 0.999)), float(values.min()) * 1.0001, 1e-6)
    counts, edges = np.histogram(np.minimum(values, top), bins=BINS, range=(float(values.min()), top))
    return Latencies(
        count=int(values.size),
        latency_ms=[round(float(value), 5) for value in values[::step]],
        completed_s=[round(float(value), 5) for value in at[::step]],
        histogram=Histogram(edges=[round(float(edge), 6) for edge in edges], counts=[int(n) for n in counts]),
        drift=_drift(values, at),
    )


def _drift(values: np.ndarray, at: np.ndarray) -> list[DriftPoint]:
    windows = min(DRIFT_WINDOWS, max(1, values.size // 5))
    edges = np.linspace(0.0, float(at.max()), windows + 1)
    place = np.clip(np.searchsorted(edges, at, side="left") - 1, 0, windows - 1)
    points = []
    for number in range(windows):
        inside = values[place == number]
        if inside.size:
            points.append(
                DriftPoint(
                    t_s=round(float((edges[number] + edges[number + 1]) / 2), 4),
                    median_ms=round(float(np.median(inside)), 5),
                    p99_ms=round(float(np.quantile(inside, 0.99)), 5),
                )
            )
    return points

"""What a measurement came to: the figures of a run, from its requests, however they were measured."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from workbench.engine import statistics
from workbench.engine.statistics import Windows
from workbench.engine.verdict import Conditions, judge

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from workbench.engine.pipeline import Flow

# What only a measurement in a fresh process tells.
NOT_MEASURED: dict[str, Any] = {
    "compile_cached_ms": None,
    "cache_fill_ms": None,
    "memory_bytes": {},
    "peak_memory_bytes": None,
}


@dataclass(frozen=True)
class Requests:
    """Latencies in ms and moments of completion in s, in order of completion, and the seconds that all took."""

    latency_ms: NDArray[np.float64]
    completed_s: NDArray[np.float64]
    duration_s: float

    @property
    def count(self) -> int:
        return len(self.latency_ms)


def joined(flows: Sequence[Flow]) -> Requests:
    """Stretches of one cell put one behind the other, without what lay between them."""
    starts = np.cumsum([0.0, *(flow.duration_s for flow in flows)])
    latency = [np.asarray(flow.latency_ms, dtype=np.float64) for flow in flows]
    completed = [
        np.asarray(flow.completed_s, dtype=np.float64) + start for flow, start in zip(flows, starts[:-1], strict=True)
    ]
    return Requests(np.concatenate(latency), np.concatenate(completed), float(starts[-1]))


def closed(requests: Requests, batch: int, in_flight: int, conditions: Conditions, file: Path | None) -> dict[str, Any]:
    """Figures of a closed loop that kept `in_flight` requests busy."""
    cut = statistics.windows(requests.latency_ms, requests.completed_s, in_flight)
    return of(requests, batch, cut, file) | judge(cut, conditions)


def of(requests: Requests, batch: int, cut: Windows | None, file: Path | None) -> dict[str, Any]:
    """samples to latencies, as a run has them; `cut` are the windows of the throughput.

    Writes `file` (npz: latency_ms float32 and completed_s float64, in order of completion) where one is given.
    """
    if file is not None:
        latency = requests.latency_ms.astype(np.float32)
        np.savez_compressed(file, latency_ms=latency, completed_s=requests.completed_s)
    rate = requests.count * batch / requests.duration_s
    return {
        "samples": requests.count,
        "inferences": requests.count * batch,
        "duration_s": requests.duration_s,
        "throughput_fps": rate,
        "throughput_ci95": statistics.throughput_interval(rate, cut),
        "latency_ms": statistics.latency_summary(requests.latency_ms),
        "latency_median_ci95": statistics.median_interval(requests.latency_ms),
        "windows": statistics.window_rows(cut, batch),
        "latencies": None if file is None else f"out/{file.name}",
    }

"""Warms a cell up and measures it: the numbers of a run, whichever loop made them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from workbench.engine import figures, statistics
from workbench.engine.cells import Cell
from workbench.engine.configuration import DEFAULT_DURATION_S
from workbench.engine.figures import Requests
from workbench.engine.protocol import Emitter
from workbench.engine.statistics import Windows
from workbench.engine.verdict import Conditions, judge
from workbench.engine.warm_up import limit_s


@dataclass(frozen=True)
class _Measured:
    """The requests; windows for the throughput, and those that tell how `even` the run was."""

    requests: Requests
    conditions: Conditions
    cut: Windows | None
    even: Windows | None
    open_loop: dict[str, Any] | None


def measure(
    cell: Cell,
    file: Path,
    emit: Emitter,
    *,
    step: Callable[[str], None] = lambda name: None,
    calm: Callable[[], bool] = lambda: True,
) -> dict[str, Any]:
    """The part of a run's result that the measurement itself gives: warmup to latencies.

    Writes `file` (npz: latency_ms float32 and completed_s float64, in order of completion). `step` hears "warm up" and
    "measure" as they begin; `calm` is that of `warm_up.warm_up`. Nothing is in flight afterwards.
    """
    wanted = cell.wanted
    duration = wanted.duration_s
    if duration is None and wanted.iterations is None:
        duration = DEFAULT_DURATION_S
    step("warm up")
    try:
        warmed = cell.warm(limit_s(duration), calm)
        step("measure")
        tell = _teller(emit, duration, wanted.iterations)
        found = (_open if wanted.arrivals_per_s is not None else _closed)(cell, duration, tell)
    finally:
        cell.rest()
    quantity = "throughput" if found.open_loop is None else "time that a request took without its wait"
    return {
        "warmup": warmed,
        "open_loop": found.open_loop,
        **figures.of(found.requests, cell.batch, found.cut, file),
        **judge(found.even, found.conditions, quantity),
    }


def _closed(cell: Cell, duration_s: float | None, tell: Callable[[float, int], None]) -> _Measured:
    """All requests busy all the time."""
    found = cell.slice(duration_s, cell.wanted.iterations, tell)
    requests = figures.joined([found.flow])
    cut = statistics.windows(requests.latency_ms, requests.completed_s, len(cell.pipeline.requests))
    return _Measured(requests, found.conditions, cut, cut, None)


def _open(cell: Cell, duration_s: float | None, tell: Callable[[float, int], None]) -> _Measured:
    """Requests that arrive by themselves. Where none arrived in the time, the first one is waited for."""
    served, conditions = cell.serve(duration_s, cell.wanted.iterations, tell)
    if not served.count:
        served, conditions = cell.serve(None, 1, tell)
    order = served.order
    latency, completed = served.latency_ms[order], served.completed_s[order]
    cut = statistics.windows(latency, completed)
    even = statistics.service_windows(served.service_ms[order], completed)
    return _Measured(Requests(latency, completed, served.span_s), conditions, cut, even, served.summary())


def _teller(emit: Emitter, duration_s: float | None, iterations: int | None) -> Callable[[float, int], None]:
    """Reports how far the measurement is, in whichever of the two limits is nearer."""

    def tell(seconds: float, requests: int) -> None:
        if iterations is not None and (duration_s is None or requests / iterations > seconds / duration_s):
            emit.progress(min(requests, iterations), iterations, "inferences")
        elif duration_s is not None:
            emit.progress(round(min(seconds, duration_s), 2), duration_s, "seconds")

    return tell

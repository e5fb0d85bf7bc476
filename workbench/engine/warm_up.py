"""Runs a pipeline until its latency has settled."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import numpy as np

from workbench.engine.pipeline import Pipeline

WINDOW_S = 0.25
PER_WINDOW = 4
SETTLED = 0.02
MIN_LIMIT_S = 1.0
MAX_LIMIT_S = 5.0
MAX_DISTURBED_S = 10.0


def limit_s(duration_s: float | None) -> float:
    """The longest warm-up before a measurement of `duration_s`: a quarter of it, from 1 to 5 s."""
    return MAX_LIMIT_S if duration_s is None else min(MAX_LIMIT_S, max(MIN_LIMIT_S, duration_s / 4))


def warm_up(
    pipeline: Pipeline, batch: int, longest_s: float, calm: Callable[[], bool] = lambda: True
) -> dict[str, Any]:
    """Fill the pipeline and run windows of at least 0.25 s, 4 requests and one round of the infer requests, until the
    median latency of one is within 2 % of that of the one before, or `longest_s` are over. Requests stay in flight.

    `calm` tells whether this program itself has nothing else running; windows before that do not count, for 10 s more
    at most. Returns inferences, seconds and the reason it ended.
    """
    started = time.perf_counter()
    per_window = max(PER_WINDOW, len(pipeline.requests))
    already = pipeline.started
    before: float | None = None
    pipeline.fill()
    while True:
        flow = pipeline.flow(duration_s=WINDOW_S, at_least=per_window)
        seconds = time.perf_counter() - started
        median = float(np.median(flow.latency_ms))
        change = abs(median / before - 1) if before else None
        if not calm() and seconds < longest_s + MAX_DISTURBED_S:
            continue
        if change is not None and change <= SETTLED:
            reason = f"settled: the median latency changed by {100 * change:.1f} % between two windows"
        elif seconds >= longest_s:
            reason = f"not settled after {longest_s:g} s"
        else:
            before = median
            continue
        inferences = (pipeline.started - already) * batch
        return {"inferences": inferences, "seconds": round(seconds, 3), "reason": reason}

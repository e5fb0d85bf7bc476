"""The synchronous api: one infer request, whose `infer` blocks until it is done, as `benchmark_app -api sync` does."""

from __future__ import annotations

import gc
import time
from array import array
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from workbench.engine.pipeline import TICK_S, Flow, Pipeline

if TYPE_CHECKING:
    import openvino as ov


class SynchronousPipeline(Pipeline):
    """A pipeline of one request that is never in flight between two calls.

    As in `benchmark_app`, the latency is OpenVINO's own of the call, without what Python does around it, which the
    throughput has in it.
    """

    def __init__(self, compiled: ov.CompiledModel, sets: Sequence[Sequence[ov.Tensor]], device: str) -> None:
        self.device = device
        with self._explained():
            request = compiled.create_infer_request()
        self.requests = [request]
        self._rows: list[list[Any]] = [list(row) for row in sets]
        self._next = 0
        self.started = 0

    def first(self) -> float:
        with self._explained():
            started = time.perf_counter()
            self._infer()
            return (time.perf_counter() - started) * 1e3

    def fill(self) -> None:
        """As with other pipelines, except that nothing is in flight afterwards."""
        gc.collect()
        gc.disable()

    def drain(self) -> None:
        gc.enable()

    def _infer(self) -> None:
        (request,) = self.requests
        request.set_input_tensors(self._rows[self._next])
        request.infer()
        self._next = (self._next + 1) % len(self._rows)
        self.started += 1

    def _flow(
        self, duration_s: float, count: int | None, at_least: int, tick: Callable[[float, int], None] | None
    ) -> Flow:
        (request,), infer, clock = self.requests, self._infer, time.perf_counter
        latencies, moments = array("d"), array("d")
        began = told = clock()
        while True:
            infer()
            moment = clock() - began
            latencies.append(request.latency)
            moments.append(moment)
            done = len(moments)
            if done == count or (moment >= duration_s and done >= at_least):
                return Flow(latencies, moments)
            if tick is not None and began + moment >= told + TICK_S:
                tick(moment, done)
                told = began + moment

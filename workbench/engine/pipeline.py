"""Infer requests kept in flight through OpenVINO's asynchronous API, and the loop that measures them.

The loop is the yardstick's own (`benchmark_app`): the next idle request is taken, its latency read, and it is started
again at once; everything else happens while it runs. It allocates nothing for a request.
"""

from __future__ import annotations

import gc
import time
from array import array
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from workbench.engine import errors, open_loop

if TYPE_CHECKING:
    import openvino as ov

TICK_S = 0.5
_FIRST_CAPACITY = 1 << 16
_FOREVER = float("inf")


@dataclass
class Flow:
    """What a stretch of uninterrupted work came to, in order of completion.

    `latency_ms` is from the start of a request to its end, as OpenVINO took it; `completed_s` counts from the moment
    the request before the first one was completed. So `count` requests took exactly `completed_s[-1]` seconds, with no
    start-up and no end in it.
    """

    latency_ms: array[float]
    completed_s: array[float]

    @property
    def count(self) -> int:
        return len(self.latency_ms)

    @property
    def duration_s(self) -> float:
        return self.completed_s[-1] if self.completed_s else 0.0


class Pipeline:
    """`requests` infer requests of a compiled model, fed with `sets` of input tensors in rotation. `started` counts the
    inferences since the model was compiled."""

    def __init__(
        self, compiled: ov.CompiledModel, requests: int, sets: Sequence[Sequence[ov.Tensor]], device: str
    ) -> None:
        import openvino as ov
        from openvino._pyopenvino import AsyncInferQueue as Native

        self.device = device
        with self._explained():
            self.queue = ov.AsyncInferQueue(compiled, requests)
        self.requests = [Native.__getitem__(self.queue, number) for number in range(len(self.queue))]
        # The Python wrapper of start_async looks the request up and examines the data on every call, which the native
        # method, given tensors of the right type and shape, does not need.
        self._start: Callable[[Any, None], None] = Native.start_async.__get__(self.queue)
        single = len(sets[0]) == 1 if sets else False
        self._feeds: list[Any] = [row[0] if single else dict(enumerate(row)) for row in sets]
        self._next = 0
        self.started = 0

    def first(self) -> float:
        """Run one request alone; its time in ms, with setting its input."""
        with self._explained():
            started = time.perf_counter()
            self._start(self._feeds[0], None)
            self.queue.wait_all()
            self.started += 1
            return (time.perf_counter() - started) * 1e3

    def start_next(self) -> None:
        """Start the request that is idle, on the next input. Who calls it lets the queue tell first that there is one
        (`queue.get_idle_request_id`), and translates what OpenVINO raises."""
        self._start(self._feeds[self._next], None)
        self._next = (self._next + 1) % len(self._feeds)
        self.started += 1

    def fill(self) -> None:
        """Start every request once."""
        # Python's garbage collector would pause requests, and its pauses look like latency.
        gc.collect()
        gc.disable()
        with self._explained():
            for _ in self.requests:
                self._start(self._feeds[self._next], None)
                self._next = (self._next + 1) % len(self._feeds)
        self.started += len(self.requests)

    def drain(self) -> None:
        """Wait until nothing is in flight."""
        gc.enable()
        with self._explained():
            self.queue.wait_all()

    def flow(
        self,
        duration_s: float | None = None,
        count: int | None = None,
        at_least: int = 1,
        tick: Callable[[float, int], None] | None = None,
    ) -> Flow:
        """Keep all requests busy until `duration_s` or `count` requests are over, whichever comes first, but for
        `at_least` that many; needs `fill` before, and leaves all requests in flight.

        What was in flight before is completed first and does not count: requests may have waited since. The number of
        requests is rounded up to whole rounds of all that are in flight, as `benchmark_app` does: streams tend to run
        in step, and between two completions of one step nearly no time passes, so a part of a round would count for
        too much or too little.
        `tick(seconds, requests)` is called at most every `TICK_S`, while requests run.
        """
        with self._explained():
            return self._flow(duration_s or _FOREVER, count, at_least, tick)

    def _flow(
        self, duration_s: float, count: int | None, at_least: int, tick: Callable[[float, int], None] | None
    ) -> Flow:
        idle, start, clock = self.queue.get_idle_request_id, self._start, time.perf_counter
        requests, feeds, place, places = self.requests, self._feeds, self._next, len(self._feeds)
        in_flight = len(requests)
        if count is not None:
            count = -(-count // in_flight) * in_flight
        capacity = min(count or _FIRST_CAPACITY, _FIRST_CAPACITY)
        latencies, moments = array("d", bytes(8 * capacity)), array("d", bytes(8 * capacity))
        began = clock()
        for _ in requests:
            idle()
            began = clock()
            start(feeds[place], None)
            place = (place + 1) % places
        end = began + duration_s
        told = began
        wake = min(end, told + TICK_S) if tick else end
        done = 0
        while True:
            request = requests[idle()]
            moment = clock()
            latency = request.latency
            start(feeds[place], None)
            place += 1
            if place == places:
                place = 0
            latencies[done] = latency
            moments[done] = moment
            done += 1
            if done == capacity:
                if done == count:
                    break
                grow = min(capacity, count - capacity) if count else capacity
                latencies.frombytes(bytes(8 * grow))
                moments.frombytes(bytes(8 * grow))
                capacity += grow
            if moment >= wake:
                if moment >= end and done >= at_least and done % in_flight == 0:
                    break
                if tick is not None and moment >= told + TICK_S:
                    tick(moment - began, done)
                    told = moment
                # Past the end, every request is looked at, until there are enough of them and the round is whole.
                wake = min(end, told + TICK_S) if moment < end else moment
        self._next = place
        self.started += in_flight + done
        del latencies[done:], moments[done:]
        return Flow(latencies, array("d", [moment - began for moment in moments]))

    def serve(
        self,
        rate: float,
        duration_s: float | None,
        count: int | None = None,
        seed: int = 0,
        tick: Callable[[float, int], None] | None = None,
    ) -> open_loop.Served:
        """An open loop (see `open_loop.serve`); needs nothing in flight before, and leaves nothing in flight."""
        with self._explained(), open_loop.punctual():
            return open_loop.serve(open_loop.PipelineStation(self), rate, duration_s, count, seed=seed, tick=tick)

    @contextmanager
    def _explained(self) -> Iterator[None]:
        try:
            yield
        except (RuntimeError, MemoryError) as error:
            raise errors.of_inference(error, self.device) from error

"""Requests that arrive by themselves, as users' do, and latency that counts from the arrival (MLPerf LoadGen "Server").

The closed loop of `pipeline` starts the next request when one has ended, so a slow device is asked less often. Here the
moments of arrival are drawn before: gaps between them are exponential (a Poisson process). A request starts when it
arrives if an infer request is idle, else it waits its turn, first come first served. One thread suffices: it sleeps
until the next arrival, or in OpenVINO until an infer request is idle. That a request ended needs not be noticed at
once, as OpenVINO notes the time itself, without Python: it is read before the infer request is used again.
"""

from __future__ import annotations

import ctypes
import gc
import math
import time
from array import array
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from workbench.engine.pipeline import Pipeline

TICK_S = 0.5
# Drawing so many gaps takes about 0.2 ms.
_CHUNK = 1 << 14
_SHORTEST_DRAIN_S = 1.0
_PR_SET_TIMERSLACK = 29
_DEFAULT_SLACK = 0
_FOREVER = float("inf")


class Station(Protocol):
    """What serves: a number of infer requests, and a clock in seconds."""

    count: int

    def now(self) -> float: ...

    def sleep(self, seconds: float) -> None: ...

    def idle(self) -> int:
        """Wait until an infer request is idle; which one `start` will use."""
        ...

    def start(self) -> None:
        """Start the request that `idle` named."""
        ...

    def took_ms(self, number: int) -> float:
        """From start to end of what infer request `number` did last."""
        ...

    def finish(self) -> None:
        """Wait until nothing is in flight."""
        ...


class PipelineStation:
    """The infer requests of a pipeline."""

    def __init__(self, pipeline: Pipeline) -> None:
        self._pipeline = pipeline
        self.count = len(pipeline.requests)
        self.now = time.perf_counter
        self.sleep = time.sleep
        self.idle: Callable[[], int] = pipeline.queue.get_idle_request_id
        self.start = pipeline.start_next

    def took_ms(self, number: int) -> float:
        return float(self._pipeline.requests[number].latency)

    def finish(self) -> None:
        self._pipeline.queue.wait_all()


class Schedule:
    """Seeded moments of arrival, in seconds from the start, until `duration_s` or `count` of them, whichever is first.

    `rate` is in arrivals a second; the gaps are independent and exponential with mean 1 / rate.
    """

    def __init__(self, rate: float, duration_s: float | None, count: int | None, seed: int) -> None:
        self.duration_s = duration_s or _FOREVER
        self._rate = rate
        self._left = count if count is not None else math.inf
        self._rng = np.random.default_rng(seed)
        self._last = 0.0
        self._chunk = self._draw()

    def _draw(self) -> list[float]:
        moments = self._last + np.cumsum(self._rng.exponential(1 / self._rate, _CHUNK))
        self._last = float(moments[-1])
        found: list[float] = moments.tolist()
        return found

    def __iter__(self) -> Iterator[float]:
        while True:
            for moment in self._chunk:
                if moment > self.duration_s or self._left <= 0:
                    return
                self._left -= 1
                yield moment
            self._chunk = self._draw()

    def rest(self, after_s: float) -> int:
        """How many arrive after `after_s` that nobody iterated over; one draw of the same law, not one for each."""
        if self.duration_s == _FOREVER:
            return int(self._left)
        return int(min(self._left, self._rng.poisson(self._rate * max(0.0, self.duration_s - after_s))))


@dataclass(frozen=True)
class Served:
    """All requests that were started, in order of arrival, in seconds from the start of the schedule.

    `arrived` counts also those that were left. `span_s`: the time of the schedule, and of what was over at its end.
    """

    rate: float
    arrived: int
    requests: int
    arrival_s: NDArray[np.float64]
    start_s: NDArray[np.float64]
    completed_s: NDArray[np.float64]
    scheduled_s: float

    @property
    def count(self) -> int:
        return len(self.arrival_s)

    @property
    def span_s(self) -> float:
        return max(self.scheduled_s, float(np.max(self.completed_s)) if self.count else 0.0)

    @property
    def order(self) -> NDArray[np.int64]:
        """The order of completion."""
        return np.asarray(np.argsort(self.completed_s, kind="stable"), dtype=np.int64)

    @property
    def latency_ms(self) -> NDArray[np.float64]:
        """From the scheduled arrival to the completion."""
        return (self.completed_s - self.arrival_s) * 1e3

    @property
    def service_ms(self) -> NDArray[np.float64]:
        return (self.completed_s - self.start_s) * 1e3

    @property
    def backlog(self) -> int:
        """Requests that had arrived and were not done when the schedule ended."""
        return self.arrived - int(np.count_nonzero(self.completed_s <= self.scheduled_s))

    @property
    def kept_up(self) -> bool:
        """Whether the queue did not grow beyond what chance explains.

        A device that just keeps up with n arrivals has a queue at the end that is distributed as √n·|N(0, 1)| (heavy
        traffic limit of a queue with even service times, Whitt, Stochastic-Process Limits, 9.3), so above 2√n in less
        than 5 % of cases; what is in flight anyway comes on top.
        """
        return self.count == self.arrived and self.backlog <= self.requests + 2 * math.sqrt(self.arrived)

    def summary(self) -> dict[str, Any]:
        """arrivals_per_s, arrived, completed, achieved_per_s, kept_up, and medians of service_ms and wait_ms."""
        waits = (self.start_s - self.arrival_s) * 1e3
        return {
            "arrivals_per_s": self.rate,
            "arrived": self.arrived,
            "completed": self.count,
            "achieved_per_s": self.count / self.span_s if self.span_s else 0.0,
            "kept_up": self.kept_up,
            "service_ms": float(np.median(self.service_ms)) if self.count else None,
            "wait_ms": float(np.median(waits)) if self.count else None,
        }


def serve(
    station: Station,
    rate: float,
    duration_s: float | None,
    count: int | None = None,
    *,
    seed: int = 0,
    tick: Callable[[float, int], None] | None = None,
) -> Served:
    """Let requests arrive for `duration_s` or until there are `count`, and serve them all.

    A device that cannot keep up has as long again as the schedule (at least 1 s); who has not started then is left.
    `tick(seconds, requests)` is called about every `TICK_S`.
    """
    schedule = Schedule(rate, duration_s, count, seed)
    arrivals, starts, took = array("d"), array("d"), array("d")
    now, idle = station.now, station.idle
    last = [-1] * station.count
    longest = schedule.duration_s if schedule.duration_s != _FOREVER else (count or 1) / rate
    close_s = longest + max(longest, _SHORTEST_DRAIN_S)
    told, due, left = 0.0, 0.0, 0
    zero = now()
    for due in schedule:
        while True:
            moment = now() - zero
            if tick is not None and moment >= told + TICK_S:
                tick(moment, len(starts))
                told = moment
            if moment >= due:
                break
            station.sleep(min(due - moment, TICK_S))
        number = idle()
        if last[number] >= 0:
            took[last[number]] = station.took_ms(number)
        moment = now() - zero
        if moment > close_s:
            left = 1 + schedule.rest(due)
            break
        station.start()
        last[number] = len(starts)
        arrivals.append(due)
        starts.append(moment)
        took.append(0.0)
    station.finish()
    for number, index in enumerate(last):
        if index >= 0:
            took[index] = station.took_ms(number)
    start_s = np.asarray(starts, dtype=np.float64)
    return Served(
        rate=rate,
        arrived=len(starts) + left,
        requests=station.count,
        arrival_s=np.asarray(arrivals, dtype=np.float64),
        start_s=start_s,
        completed_s=start_s + np.asarray(took, dtype=np.float64) / 1e3,
        scheduled_s=schedule.duration_s if schedule.duration_s != _FOREVER else due,
    )


@contextmanager
def punctual() -> Iterator[None]:
    """While inside, this thread's sleeps end on time (Linux lets them end 50 µs late otherwise, prctl(2)), and Python's
    garbage collector does not pause it."""
    _timer_slack(1)
    gc.collect()
    gc.disable()
    try:
        yield
    finally:
        gc.enable()
        _timer_slack(_DEFAULT_SLACK)


def _timer_slack(nanoseconds: int) -> None:
    with suppress(OSError, AttributeError):
        ctypes.CDLL(None).prctl(_PR_SET_TIMERSLACK, ctypes.c_ulong(nanoseconds), 0, 0, 0)

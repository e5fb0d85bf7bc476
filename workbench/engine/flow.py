"""Samples on their way: prepared by threads, inferred by the device, taken in their order by one thread.

A fixed number of samples is under way at any time, so memory does not grow with the dataset.
"""

from __future__ import annotations

import heapq
import itertools
import os
import queue
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Generic, TypeVar

Item = TypeVar("Item")
Prepared = TypeVar("Prepared")
Result = TypeVar("Result")

_WAIT_S = 0.2


def cores() -> int:
    return len(os.sched_getaffinity(0))


@dataclass
class Spent:
    """Seconds of processor time of Python's own threads."""

    prepare_s: float = 0.0
    take_s: float = 0.0
    lock: threading.Lock = field(default_factory=threading.Lock)


class Flow(Generic[Item, Prepared, Result]):
    """`prepare` runs in `threads` threads; None leaves the sample out. `start` begins the inference and sees to it that
    the function it gets is called once with the result, from whichever thread. `take` gets position, item and result
    (None: left out), in the order of the items, from one thread. `check` raises where the device failed: then a result
    may never come."""

    def __init__(
        self,
        prepare: Callable[[Item], Prepared | None],
        start: Callable[[Prepared, Callable[[Result], None]], None],
        take: Callable[[int, Item, Result | None], None],
        *,
        threads: int,
        under_way: int,
        check: Callable[[], None] = lambda: None,
    ) -> None:
        self._prepare, self._begin, self._take, self._check = prepare, start, take, check
        self._threads = threads
        self._slots = threading.Semaphore(under_way)
        self._results: queue.SimpleQueue[tuple[int, Item, Result | None] | None] = queue.SimpleQueue()
        self._failed: BaseException | None = None
        self.spent = Spent()

    def run(self, items: Iterable[Item], finish: Callable[[], None]) -> None:
        """Until all are taken; `finish` waits for what was started. Raises what any of the threads raised."""
        taker = threading.Thread(target=self._taking, name="judge", daemon=True)
        taker.start()
        with ThreadPoolExecutor(self._threads, thread_name_prefix="prepare") as pool:
            try:
                self._feed(pool, items)
                finish()
                self._results.put(None)
                taker.join()
            except BaseException:
                pool.shutdown(wait=False, cancel_futures=True)
                self._results.put(None)
                raise
        self._raise()

    def _feed(self, pool: ThreadPoolExecutor, items: Iterable[Item]) -> None:
        pending: deque[tuple[int, Item, Future[Prepared | None]]] = deque()
        for position, item in enumerate(items):
            while not self._slots.acquire(blocking=not pending, timeout=None if pending else _WAIT_S):
                self._raise()
                if pending:
                    self._dispatch(*pending.popleft())
            pending.append((position, item, pool.submit(self._timed, item)))
            while pending and pending[0][2].done():
                self._dispatch(*pending.popleft())
        while pending:
            self._dispatch(*pending.popleft())

    def _dispatch(self, position: int, item: Item, future: Future[Prepared | None]) -> None:
        self._raise()
        prepared = future.result()
        if prepared is None:
            self._results.put((position, item, None))
        else:
            self._begin(prepared, lambda result: self._results.put((position, item, result)))

    def _timed(self, item: Item) -> Prepared | None:
        started = time.thread_time()
        try:
            return self._prepare(item)
        finally:
            with self.spent.lock:
                self.spent.prepare_s += time.thread_time() - started

    def _taking(self) -> None:
        waiting: list[tuple[int, int, Item, Result | None]] = []
        number = itertools.count()
        following = 0
        try:
            while (told := self._results.get()) is not None:
                heapq.heappush(waiting, (told[0], next(number), told[1], told[2]))
                del told
                while waiting and waiting[0][0] == following:
                    position, _, item, result = heapq.heappop(waiting)
                    started = time.thread_time()
                    self._take(position, item, result)
                    del item, result
                    self.spent.take_s += time.thread_time() - started
                    following += 1
                    self._slots.release()
        except BaseException as error:
            self._failed = error

    def _raise(self) -> None:
        if self._failed is not None:
            raise self._failed
        self._check()

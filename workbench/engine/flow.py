"""Samples on their way: prepared, inferred, and taken in their order.

Each of a few threads prepares a sample, starts its inference, and waits for the oldest of those that it started. So a
sample stays with its thread, and while the thread waits, the device has others. A fixed number of samples is under way
at any time, so memory does not grow with the dataset.
"""

from __future__ import annotations

import os
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Generic, TypeVar

Item = TypeVar("Item")
Prepared = TypeVar("Prepared")
Running = TypeVar("Running")
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


class Flow(Generic[Item, Prepared, Running, Result]):
    """`prepare` runs in `threads` threads; None leaves the sample out. `start` begins the inference and `finish` waits
    for it, both in the sample's own thread, which has `ahead` samples at most begun and not finished. `take` gets
    position, item and result (None: left out), in the order of the items, in one thread at a time."""

    def __init__(
        self,
        prepare: Callable[[Item], Prepared | None],
        start: Callable[[Prepared], Running],
        finish: Callable[[Running], Result],
        take: Callable[[int, Item, Result | None], None],
        *,
        threads: int,
        ahead: int,
        under_way: int,
    ) -> None:
        self._prepare, self._start, self._finish, self._take = prepare, start, finish, take
        self._threads, self._ahead = threads, ahead
        self._slots = threading.Semaphore(under_way)
        self._next, self._taking = threading.Lock(), threading.Lock()
        self._waiting: dict[int, tuple[Item, Result | None]] = {}
        self._following = 0
        self._failed: BaseException | None = None
        self.spent = Spent()

    def run(self, items: Iterable[Item]) -> None:
        """Until all are taken. Raises what any of the threads raised."""
        source = enumerate(items)
        threads = [
            threading.Thread(target=self._working, args=(source,), name=f"samples-{number}", daemon=True)
            for number in range(self._threads)
        ]
        for thread in threads:
            thread.start()
        try:
            for thread in threads:
                thread.join()
        except BaseException as error:
            # The others see it when they come to their next sample.
            self._failed = self._failed or error
            raise
        if self._failed is not None:
            raise self._failed

    def _working(self, source: Iterator[tuple[int, Item]]) -> None:
        begun: deque[tuple[int, Item, Running]] = deque()
        spent = 0.0
        try:
            while self._failed is None:
                if not self._slots.acquire(blocking=False):
                    # Whoever waits holds none back: the first of all samples under way can always go on.
                    if begun:
                        self._end(*begun.popleft())
                        continue
                    if not self._slots.acquire(timeout=_WAIT_S):
                        continue
                with self._next:
                    found = next(source, None)
                if found is None:
                    self._slots.release()
                    break
                position, item = found
                started = time.thread_time()
                prepared = self._prepare(item)
                spent += time.thread_time() - started
                if prepared is None:
                    self._arrived(position, item, None)
                    continue
                begun.append((position, item, self._start(prepared)))
                del prepared
                if len(begun) > self._ahead:
                    self._end(*begun.popleft())
            while begun and self._failed is None:
                self._end(*begun.popleft())
        except BaseException as error:
            self._failed = self._failed or error
        finally:
            with self.spent.lock:
                self.spent.prepare_s += spent

    def _end(self, position: int, item: Item, running: Running) -> None:
        self._arrived(position, item, self._finish(running))

    def _arrived(self, position: int, item: Item, result: Result | None) -> None:
        with self._taking:
            self._waiting[position] = (item, result)
            while self._following in self._waiting and self._failed is None:
                item, result = self._waiting.pop(self._following)
                started = time.thread_time()
                self._take(self._following, item, result)
                self.spent.take_s += time.thread_time() - started
                self._following += 1
                self._slots.release()

"""Samples on their way: the order they are taken in, how many are under way, and what happens to errors."""

import random
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest

from workbench.engine.flow import Flow


class Device:
    """Answers each start after a random while, from a thread of its own."""

    def __init__(self) -> None:
        self.pool = ThreadPoolExecutor(4)
        self.random = random.Random(0)

    def start(self, prepared: int, done: Callable[[int], None]) -> None:
        delay = self.random.random() * 0.004

        def answer() -> None:
            time.sleep(delay)
            done(prepared * 10)

        self.pool.submit(answer)

    def finish(self) -> None:
        self.pool.shutdown(wait=True)


def test_taken_in_order_with_those_left_out() -> None:
    device = Device()
    taken: list[tuple[int, int, int | None]] = []
    way: Flow[int, int, int] = Flow(
        lambda item: None if item % 5 == 3 else item,
        device.start,
        lambda position, item, result: taken.append((position, item, result)),
        threads=3,
        under_way=8,
    )
    way.run(iter(range(100, 160)), device.finish)
    assert taken == [(n - 100, n, None if n % 5 == 3 else n * 10) for n in range(100, 160)]


def test_no_more_are_under_way_than_allowed() -> None:
    """Counted from preparation to being taken, while the taker is slow."""
    device = Device()
    lock = threading.Lock()
    under_way = most = 0

    def prepare(item: int) -> int:
        nonlocal under_way, most
        with lock:
            under_way += 1
            most = max(most, under_way)
        return item

    def take(position: int, item: int, result: int | None) -> None:
        nonlocal under_way
        time.sleep(0.002)
        with lock:
            under_way -= 1

    way: Flow[int, int, int] = Flow(prepare, device.start, take, threads=4, under_way=6)
    way.run(range(80), device.finish)
    assert under_way == 0
    assert 2 <= most <= 6


@pytest.mark.parametrize("where", ["items", "prepare", "start", "take"])
def test_an_error_anywhere_ends_it(where: str) -> None:
    device = Device()

    def fail(place: str, item: int) -> None:
        if place == where and item == 20:
            raise ValueError(place)

    def items() -> list[int]:
        return [*range(40)]

    def given() -> object:
        for item in items():
            fail("items", item)
            yield item

    def prepare(item: int) -> int:
        fail("prepare", item)
        return item

    def start(prepared: int, done: Callable[[int], None]) -> None:
        fail("start", prepared)
        device.start(prepared, done)

    def take(position: int, item: int, result: int | None) -> None:
        fail("take", item)

    way: Flow[int, int, int] = Flow(prepare, start, take, threads=2, under_way=4)
    with pytest.raises(ValueError, match=where):
        way.run(given(), device.finish)  # type: ignore[arg-type]
    device.finish()

"""Samples on their way: the order they are taken in, how many are under way, and what happens to errors."""

import random
import threading
import time
from concurrent.futures import Future, ThreadPoolExecutor

import pytest

from workbench.engine.flow import Flow


class Device:
    """Answers each start after a random while, from a thread of its own."""

    def __init__(self) -> None:
        self.pool = ThreadPoolExecutor(4)
        self.random = random.Random(0)

    def start(self, prepared: int) -> "Future[int]":
        delay = self.random.random() * 0.004

        def answer() -> int:
            time.sleep(delay)
            return prepared * 10

        return self.pool.submit(answer)

    @staticmethod
    def finish(running: "Future[int]") -> int:
        return running.result()


def test_taken_in_order_with_those_left_out() -> None:
    device = Device()
    taken: list[tuple[int, int, int | None]] = []
    way: Flow[int, int, Future[int], int] = Flow(
        lambda item: None if item % 5 == 3 else item,
        device.start,
        device.finish,
        lambda position, item, result: taken.append((position, item, result)),
        threads=3,
        ahead=1,
        under_way=8,
    )
    way.run(iter(range(100, 160)))
    assert taken == [(n - 100, n, None if n % 5 == 3 else n * 10) for n in range(100, 160)]


@pytest.mark.parametrize("ahead", [0, 1, 9])
def test_no_more_are_under_way_than_allowed(ahead: int) -> None:
    """Counted from preparation to being taken, while the taker is slow; also where threads would begin more."""
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

    way: Flow[int, int, Future[int], int] = Flow(
        prepare, device.start, device.finish, take, threads=4, ahead=ahead, under_way=6
    )
    way.run(range(80))
    assert under_way == 0
    assert 2 <= most <= 6


@pytest.mark.parametrize("where", ["items", "prepare", "start", "finish", "take"])
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

    def start(prepared: int) -> tuple[int, Future[int]]:
        fail("start", prepared)
        return prepared, device.start(prepared)

    def finish(running: tuple[int, Future[int]]) -> int:
        fail("finish", running[0])
        return device.finish(running[1])

    def take(position: int, item: int, result: int | None) -> None:
        fail("take", item)

    way: Flow[int, int, tuple[int, Future[int]], int] = Flow(
        prepare, start, finish, take, threads=2, ahead=1, under_way=4
    )
    with pytest.raises(ValueError, match=where):
        way.run(given())  # type: ignore[arg-type]


def test_a_slow_sample_holds_the_others_back_and_no_longer() -> None:
    """The first one takes longest: those behind it wait, and all come in their order."""
    device = Device()
    taken: list[int] = []

    def finish(running: Future[int]) -> int:
        found = device.finish(running)
        if found == 0:
            time.sleep(0.1)
        return found

    way: Flow[int, int, Future[int], int] = Flow(
        lambda item: item, device.start, finish, lambda position, *_: taken.append(position),
        threads=3, ahead=2, under_way=4,
    )  # fmt: skip
    way.run(range(50))
    assert taken == list(range(50))

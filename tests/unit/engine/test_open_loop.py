"""Requests that arrive by themselves: against closed forms of queueing theory in exact time, and with real requests."""

import math

import numpy as np
import pytest

from tests.unit.engine.networks import classifier
from tests.unit.engine.test_pipeline import pipeline
from workbench.engine.open_loop import Schedule, Served, serve


class Servers:
    """`count` infer requests that each take `service_s`, on a clock that moves only when somebody waits."""

    def __init__(self, count: int, service_s: float, late_s: float = 0.0) -> None:
        self.count, self.service_s, self.late_s = count, service_s, late_s
        self.clock = 1000.0
        self.busy_until = [0.0] * count
        self.chosen = 0

    def now(self) -> float:
        return self.clock

    def sleep(self, seconds: float) -> None:
        assert seconds > 0
        self.clock = max(self.clock + seconds, math.nextafter(self.clock, math.inf)) + self.late_s

    def idle(self) -> int:
        self.chosen = min(range(self.count), key=self.busy_until.__getitem__)
        self.clock = max(self.clock, self.busy_until[self.chosen])
        return self.chosen

    def start(self) -> None:
        self.busy_until[self.chosen] = self.clock + self.service_s

    def took_ms(self, number: int) -> float:
        assert self.busy_until[number] <= self.clock + 1e-12, "it has not ended yet"
        return self.service_s * 1e3

    def finish(self) -> None:
        self.clock = max(self.clock, *self.busy_until)


def lindley(arrival_s: np.ndarray, service_s: float) -> np.ndarray:
    """Waits in a queue with one server (Lindley 1952): W[k+1] = max(0, W[k] + S - (A[k+1] - A[k]))."""
    waits = [0.0]
    for gap in np.diff(arrival_s):
        waits.append(max(0.0, waits[-1] + service_s - gap))
    return np.asarray(waits)


class TestSchedule:
    def test_gaps_are_exponential_and_seeded(self) -> None:
        moments = np.fromiter(Schedule(50.0, 1000.0, None, 7), float)
        gaps = np.diff(moments, prepend=0.0)
        assert len(moments) == pytest.approx(50_000, abs=4 * math.sqrt(50_000))
        assert gaps.mean() == pytest.approx(1 / 50, rel=0.02)
        # Of an exponential distribution the deviation is the mean, and 1/e of it is above the mean.
        assert gaps.std() == pytest.approx(gaps.mean(), rel=0.03)
        assert (gaps > 1 / 50).mean() == pytest.approx(math.exp(-1), abs=0.01)
        assert moments.max() <= 1000
        assert list(Schedule(50.0, 2.0, None, 7)) == list(moments[moments <= 2.0])
        assert list(Schedule(50.0, 2.0, None, 8)) != list(moments[moments <= 2.0])

    def test_the_nearer_limit_ends_it(self) -> None:
        assert len(list(Schedule(50.0, 1000.0, 10, 0))) == 10
        assert len(list(Schedule(50.0, None, 40_000, 0))) == 40_000
        assert max(Schedule(50.0, 1.0, 10_000, 0)) <= 1.0

    def test_what_nobody_came_to_is_counted(self) -> None:
        by_time, by_count = Schedule(1e6, 100.0, None, 0), Schedule(1e6, None, 5000, 0)
        for schedule in (by_time, by_count):
            steps = iter(schedule)
            for _ in range(10):
                next(steps)
        assert by_time.rest(50.0) == pytest.approx(50e6, rel=1e-3)
        assert by_count.rest(50.0) == 4990


class TestAQueue:
    @pytest.mark.parametrize("load", [0.3, 0.6, 0.8])
    def test_mean_wait_is_that_of_theory(self, load: float) -> None:
        """One server, even service times: the mean wait is ρ·s / (2·(1 - ρ)) (Pollaczek-Khinchine, M/D/1)."""
        service = 0.004
        served = serve(Servers(1, service), load / service, None, 60_000, seed=3)
        waits = served.start_s - served.arrival_s
        assert waits.mean() == pytest.approx(load * service / (2 * (1 - load)), rel=0.06)
        # Poisson arrivals see time averages: one who finds the server idle does not wait at all.
        assert (waits < 1e-9).mean() == pytest.approx(1 - load, abs=0.01)
        assert served.kept_up

    def test_every_single_wait(self) -> None:
        served = serve(Servers(1, 0.01), 80.0, 20.0)
        assert served.count == served.arrived > 1000
        np.testing.assert_allclose(served.start_s - served.arrival_s, lindley(served.arrival_s, 0.01), atol=1e-9)
        np.testing.assert_allclose(
            served.latency_ms, 1e3 * (lindley(served.arrival_s, 0.01) + 0.01), rtol=1e-9, atol=1e-6
        )

    def test_several_infer_requests_serve_in_order_of_arrival(self) -> None:
        served = serve(Servers(3, 0.03), 80.0, 20.0)
        assert (np.diff(served.start_s) >= 0).all()
        # Whoever is the k-th waits for the (k-3)-rd to end, and for nothing else.
        ready = np.concatenate((np.zeros(3), served.completed_s[:-3]))
        np.testing.assert_allclose(served.start_s, np.maximum(served.arrival_s, ready), atol=1e-9)

    def test_waking_late_counts_as_latency(self) -> None:
        served = serve(Servers(1, 1e-6, late_s=0.002), 1.0, 50.0)
        assert np.median(served.latency_ms) == pytest.approx(2.001, abs=1e-6)

    def test_ticks(self) -> None:
        told: list[float] = []
        serve(Servers(1, 0.001), 0.1, 60.0, tick=lambda seconds, requests: told.append(seconds))
        assert 60 < len(told) <= 120, "about every half second, also where nobody arrives for long"


class TestKeepingUp:
    @pytest.mark.parametrize(("load", "kept_up"), [(0.5, True), (0.9, True), (1.2, False), (3.0, False), (50.0, False)])
    def test_is_told(self, load: float, kept_up: bool) -> None:
        served = serve(Servers(2, 0.02), load * 100, 20.0, seed=1)
        assert served.kept_up is kept_up
        found = served.summary()
        assert found["arrivals_per_s"] == load * 100
        assert found["achieved_per_s"] == pytest.approx(min(load, 1.0) * 100, rel=0.06)
        assert found["service_ms"] == pytest.approx(20)
        assert (found["completed"] == found["arrived"]) == (load <= 1.2)

    def test_a_hopeless_run_ends(self) -> None:
        """Twice the time of the schedule, and what is in flight then."""
        station = Servers(2, 0.02)
        served = serve(station, 5000.0, 10.0)
        assert station.clock - 1000 <= 20.05
        assert served.arrived == pytest.approx(50_000, rel=0.03)
        assert served.count == pytest.approx(2000, abs=10)
        served = serve(Servers(1, 0.02), 5000.0, None, 3000)
        assert (served.arrived, served.kept_up) == (3000, False)
        assert served.count < 200

    def test_chance_alone_is_seldom_called_growth(self) -> None:
        """At 95 % load, where queues get long by chance, of 200 short runs."""
        called = sum(not serve(Servers(1, 0.01), 95.0, 10.0, seed=seed).kept_up for seed in range(200))
        assert called <= 6

    def test_nobody_arrives(self) -> None:
        served = serve(Servers(1, 0.01), 0.001, 1.0)
        assert (served.count, served.arrived, served.kept_up) == (0, 0, True)
        assert served.summary()["service_ms"] is None


class TestRealRequests:
    @pytest.mark.parametrize("requests", [1, 2])
    def test_starts_as_soon_as_it_may(self, requests: int) -> None:
        pipe = pipeline(requests=requests, model=classifier((1, 3, 64, 64), channels=16))
        pipe.first()
        served: Served = pipe.serve(200.0, 0.5)
        assert served.count == served.arrived > 50
        assert (np.diff(served.arrival_s) > 0).all()
        assert (served.start_s >= served.arrival_s).all()
        assert (served.service_ms > 0).all()
        # With one infer request nobody starts before the one before has ended (but for the time of the call itself).
        if requests == 1:
            assert (served.start_s[1:] >= served.completed_s[:-1] - 2e-4).all()
        assert pipe.started == 1 + served.count

    def test_more_than_it_can_do(self) -> None:
        pipe = pipeline(model=classifier((1, 3, 224, 224), channels=32))
        served = pipe.serve(100_000.0, 0.2)
        assert not served.kept_up
        assert served.count < served.arrived
        assert served.latency_ms[-1] > served.latency_ms[0]

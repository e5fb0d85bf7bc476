"""The loop that measures, with real infer requests."""

import gc
import time
from pathlib import Path
from typing import Any

import pytest

from tests.unit.engine.networks import classifier, np, op, ov
from workbench.engine.pipeline import TICK_S, Pipeline
from workbench.engine.protocol import EngineError
from workbench.engine.warm_up import limit_s, warm_up


def pipeline(requests: int = 1, sets: int = 3, model: ov.Model | None = None) -> Pipeline:
    compiled = ov.Core().compile_model(model or classifier(), "CPU", {"NUM_STREAMS": 1})
    rng = np.random.default_rng(0)
    shapes = [tuple(port.get_shape()) for port in compiled.inputs]
    rows = [[ov.Tensor(rng.random(shape, dtype=np.float32)) for shape in shapes] for _ in range(sets)]
    return Pipeline(compiled, requests, rows, "CPU")


class Steps:
    """Stands for a queue and its requests: every `every_s` seconds `together` of them are completed at once."""

    latency = 100.0

    def __init__(self, every_s: float, together: int) -> None:
        self.every_s, self.together = every_s, together
        self.taken = 0

    def get_idle_request_id(self) -> int:
        self.taken += 1
        return (self.taken - 1) % self.together

    def now(self) -> float:
        return -(-self.taken // self.together) * self.every_s + self.taken * 1e-9


class TestFlow:
    def test_counts_exactly(self) -> None:
        pipe = pipeline()
        pipe.fill()
        flow = pipe.flow(count=137)
        pipe.drain()
        assert flow.count == len(flow.latency_ms) == len(flow.completed_s) == 137

    def test_beyond_its_first_capacity(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("workbench.engine.pipeline._FIRST_CAPACITY", 8)
        pipe = pipeline()
        pipe.fill()
        flow = pipe.flow(count=100)
        more = pipe.flow(duration_s=0.2)
        pipe.drain()
        assert flow.count == 100
        assert more.count > 8
        for found in (flow, more):
            assert min(found.latency_ms) > 0
            assert list(found.completed_s) == sorted(found.completed_s)

    def test_takes_its_time(self) -> None:
        pipe = pipeline()
        pipe.fill()
        flow = pipe.flow(duration_s=0.3)
        pipe.drain()
        assert flow.duration_s >= 0.3
        assert flow.completed_s[-2] < 0.3, "it ends with the first request that is completed after its time"

    def test_at_least_so_many_however_long(self) -> None:
        pipe = pipeline()
        pipe.fill()
        flow = pipe.flow(duration_s=1e-6, at_least=20)
        pipe.drain()
        assert flow.count == 20

    def test_a_pause_before_it_does_not_count(self) -> None:
        """Requests that wait to be noticed are taken before the clock starts."""
        pipe = pipeline(requests=2)
        pipe.fill()
        pipe.flow(count=5)
        time.sleep(0.5)
        flow = pipe.flow(count=20)
        pipe.drain()
        assert flow.duration_s < 0.4

    def test_whole_rounds(self) -> None:
        pipe = pipeline(requests=3)
        pipe.fill()
        by_count, by_time, by_least = pipe.flow(count=10), pipe.flow(duration_s=0.1), pipe.flow(1e-6, at_least=4)
        pipe.drain()
        assert by_count.count == 12
        assert by_time.count % 3 == 0
        assert by_least.count == 6

    @pytest.mark.parametrize("duration", [0.35, 0.4, 0.45, 0.5, 2.05])
    def test_requests_in_step_give_their_true_rate(self, duration: float, monkeypatch: pytest.MonkeyPatch) -> None:
        """Two streams that complete together every 0.1 s make 20 a second, whenever the run ends. To stop at the first
        completion after the time would give 17.5 for 0.35 s."""
        clock = Steps(every_s=0.1, together=2)
        monkeypatch.setattr("workbench.engine.pipeline.time.perf_counter", clock.now)
        pipe = Pipeline.__new__(Pipeline)
        pipe.queue, pipe.requests, pipe.device = clock, [clock, clock], "CPU"
        pipe._start, pipe._feeds, pipe._next, pipe.started = lambda *_: None, [None], 0, 0
        flow = pipe.flow(duration)
        assert flow.count / flow.duration_s == pytest.approx(20, rel=1e-6)

    def test_every_inference_is_counted(self) -> None:
        pipe = pipeline(requests=2)
        pipe.first()
        pipe.fill()
        pipe.flow(count=6)
        pipe.drain()
        assert pipe.started == 1 + 2 + 2 + 6

    def test_latency_is_about_the_time_between_completions_of_one_request(self) -> None:
        """One request in flight: its latency is nearly all the time there is."""
        pipe = pipeline(model=classifier((1, 3, 224, 224), channels=64))
        pipe.fill()
        flow = pipe.flow(count=40)
        pipe.drain()
        busy = sum(flow.latency_ms) / 1e3 / flow.duration_s
        assert 0.5 < busy <= 1.02

    def test_requests_in_flight_wait_for_each_other(self) -> None:
        """Four requests on one stream: each waits for three others, so latency is four times the time of one."""
        pipe = pipeline(requests=4, model=classifier((1, 3, 224, 224), channels=64))
        pipe.fill()
        pipe.flow(count=8)
        flow = pipe.flow(count=60)
        pipe.drain()
        between = flow.duration_s * 1e3 / flow.count
        # Less than four only as far as this process had to wait for a core to start the next request.
        assert 2.5 < np.mean(flow.latency_ms) / between < 4.2

    def test_ticks_twice_a_second(self) -> None:
        told: list[tuple[float, int]] = []
        pipe = pipeline()
        pipe.fill()
        flow = pipe.flow(duration_s=1.2, tick=lambda seconds, requests: told.append((seconds, requests)))
        pipe.drain()
        assert len(told) == 2
        assert TICK_S <= told[0][0] < told[1][0] <= flow.duration_s
        assert 0 < told[0][1] < told[1][1] < flow.count

    def test_collects_no_garbage_meanwhile(self) -> None:
        collecting: list[bool] = []
        pipe = pipeline()
        pipe.fill()
        pipe.flow(duration_s=0.6, tick=lambda *_: collecting.append(gc.isenabled()))
        pipe.drain()
        assert collecting == [False]
        assert gc.isenabled()


class TestInputs:
    def test_are_rotated(self) -> None:
        """The model gives back its input: after n requests the result is that of the set in turn."""
        data = op.parameter([1], np.float32, name="x")
        compiled = ov.Core().compile_model(ov.Model([op.add(data, np.float32(10))], [data], "m"), "CPU")
        pipe = Pipeline(compiled, 1, [[ov.Tensor(np.array([n], np.float32))] for n in range(3)], "CPU")
        seen = []
        for _ in range(7):
            pipe.fill()
            pipe.drain()
            seen.append(float(pipe.requests[0].get_output_tensor(0).data[0]))
        assert seen == [10, 11, 12, 10, 11, 12, 10]
        pipe.fill()
        pipe.flow(count=3)
        pipe.drain()
        assert pipe.requests[0].get_output_tensor(0).data[0] == 10 + (7 + 1 + 3) % 3

    def test_of_several_ports_keep_their_places(self) -> None:
        a, b = (op.parameter([1], np.float32, name=name) for name in "ab")
        compiled = ov.Core().compile_model(ov.Model([op.subtract(a, b)], [a, b], "m"), "CPU")
        row = [ov.Tensor(np.array([value], np.float32)) for value in (7, 2)]
        pipe = Pipeline(compiled, 1, [row], "CPU")
        pipe.first()
        assert pipe.requests[0].get_output_tensor(0).data[0] == 5

    def test_a_model_without_any(self) -> None:
        model = ov.Model([op.relu(op.constant(np.ones((1, 2), np.float32)))], [], "m")
        pipe = pipeline(model=model)
        pipe.fill()
        assert pipe.flow(count=5).count == 5
        pipe.drain()


def test_a_failing_inference_is_explained() -> None:
    """Gather beyond the end of its data is noticed only while running."""
    data = op.parameter([1, 4], np.float32, name="x")
    shape = op.convert(op.reduce_sum(data, op.constant(np.array([0])), keep_dims=False), "i32")
    reshaped = op.reshape(op.constant(np.ones(7, np.float32)), shape, False)
    model = ov.Model([op.relu(reshaped)], [data], "m")
    compiled = ov.Core().compile_model(model, "CPU")
    pipe = Pipeline(compiled, 1, [[ov.Tensor(np.full((1, 4), 3, np.float32))]], "CPU")
    with pytest.raises(EngineError) as caught:
        pipe.first()
    assert caught.value.code == "inference_failed"


class TestWarmUp:
    def test_until_settled(self) -> None:
        pipe = pipeline()
        found = warm_up(pipe, 4, 5.0)
        pipe.drain()
        assert found["seconds"] >= 0.25
        assert found["inferences"] % 4 == 0
        assert found["inferences"] > 0
        assert "settled" in found["reason"]

    def test_not_for_ever(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("workbench.engine.warm_up.SETTLED", -1.0)
        pipe = pipeline()
        found = warm_up(pipe, 1, 0.6)
        pipe.drain()
        assert found["reason"] == "not settled after 0.6 s"
        assert 0.6 <= found["seconds"] < 2

    @pytest.mark.parametrize(("duration", "limit"), [(None, 5), (0.5, 1), (10, 2.5), (60, 5)])
    def test_its_limit(self, duration: float | None, limit: float) -> None:
        assert limit_s(duration) == limit


def test_the_loop_costs_little(tmp_path: Path) -> None:
    """A model that does next to nothing runs thousands of times a second: what Python adds stays below 0.2 ms."""
    data = op.parameter([1], np.float32, name="x")
    model: Any = ov.Model([op.relu(data)], [data], "m")
    pipe = pipeline(model=model)
    pipe.fill()
    flow = pipe.flow(duration_s=0.5)
    pipe.drain()
    assert np.median(np.diff(flow.completed_s)) < 2e-4

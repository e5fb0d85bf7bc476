"""The blocking api: one call after another, as `benchmark_app -api sync` makes them."""

import gc
import time

import pytest

from tests.unit.engine.networks import classifier, np, op, ov
from workbench.engine.protocol import EngineError
from workbench.engine.synchronous import SynchronousPipeline


def pipeline(model: ov.Model | None = None, sets: int = 3) -> SynchronousPipeline:
    compiled = ov.Core().compile_model(model or classifier(), "CPU", {"NUM_STREAMS": 1})
    rng = np.random.default_rng(0)
    shapes = [tuple(port.get_shape()) for port in compiled.inputs]
    rows = [[ov.Tensor(rng.random(shape, dtype=np.float32)) for shape in shapes] for _ in range(sets)]
    return SynchronousPipeline(compiled, rows, "CPU")


def test_counts_exactly() -> None:
    pipe = pipeline()
    assert pipe.first() > 0
    pipe.fill()
    assert not gc.isenabled()
    flow = pipe.flow(count=37)
    pipe.drain()
    assert gc.isenabled()
    assert flow.count == 37
    assert pipe.started == 38
    assert len(pipe.requests) == 1


def test_calls_do_not_overlap() -> None:
    """OpenVINO's latencies of all calls together fit into the time, and what Python does around them on top."""
    pipe = pipeline(classifier((1, 3, 96, 96), channels=32))
    pipe.fill()
    flow = pipe.flow(0.3)
    pipe.drain()
    assert flow.duration_s >= 0.3
    assert (np.diff(flow.completed_s, prepend=0.0) * 1e3 >= np.asarray(flow.latency_ms) - 1e-6).all()


def test_every_set_is_fed_in_turn() -> None:
    data = op.parameter([1, 4], np.float32, name="x")
    compiled = ov.Core().compile_model(ov.Model([op.multiply(data, op.constant(np.float32(2)))], [data], "m"), "CPU")
    rows = [[ov.Tensor(np.full((1, 4), number, np.float32))] for number in range(3)]
    pipe = SynchronousPipeline(compiled, rows, "CPU")
    seen = []
    for _ in range(5):
        pipe.first()
        seen.append(float(pipe.requests[0].get_output_tensor(0).data[0, 0]))
    assert seen == [0, 2, 4, 0, 2]


def test_ticks_while_it_runs() -> None:
    pipe = pipeline()
    told: list[tuple[float, int]] = []
    pipe.fill()
    started = time.perf_counter()
    pipe.flow(1.2, tick=lambda seconds, requests: told.append((seconds, requests)))
    pipe.drain()
    assert 1 <= len(told) <= (time.perf_counter() - started) / 0.5
    assert all(seconds >= 0.5 and requests > 0 for seconds, requests in told)


def test_what_openvino_raises_is_explained() -> None:
    pipe = pipeline()
    pipe._rows = [[ov.Tensor(np.zeros((1, 3, 5, 5), np.float32))]]
    with pytest.raises(EngineError):
        pipe.first()

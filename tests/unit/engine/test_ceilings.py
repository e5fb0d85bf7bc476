"""What a device reaches at most: against other programs that do the same, by loose factors."""

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.unit.engine.networks import Recorder, np, ov
from workbench.engine import ceiling_models, ceilings, machine, work
from workbench.engine.analyze.graph import Graph
from workbench.engine.protocol import EngineError

# A machine that others load may slow either side down.
LOOSE = 10.0


@pytest.fixture(scope="module")
def measured() -> tuple[dict[str, Any], Recorder]:
    emit = Recorder()
    return ceilings.run({"device": "CPU", "each_s": 0.05}, Path(), emit), emit


def fastest(what: Callable[[], object], tries: int = 7) -> float:
    best = float("inf")
    for _ in range(tries):
        started = time.perf_counter()
        what()
        best = min(best, time.perf_counter() - started)
    return best


class TestTheCpu:
    def test_computing_is_of_the_order_of_a_blas(self, measured: tuple[dict[str, Any], Recorder]) -> None:
        matrix = np.random.default_rng(0).random((1024, 1024), dtype=np.float32)
        gflops = 2 * 1024**3 / fastest(lambda: matrix @ matrix) / 1e9
        assert gflops / LOOSE < measured[0]["compute_gflops"]["f32"] < gflops * LOOSE

    def test_memory_is_of_the_order_of_a_copy(self, measured: tuple[dict[str, Any], Recorder]) -> None:
        """The copy has one thread, the ceiling all of them."""
        source, target = np.ones(96 << 20, np.uint8), np.zeros(96 << 20, np.uint8)
        gbps = 2 * source.nbytes / fastest(lambda: np.copyto(target, source)) / 1e9
        threads = machine.usable_cores()
        assert gbps / LOOSE < measured[0]["memory_gbps"] < gbps * threads * LOOSE

    def test_only_what_really_executes(self, measured: tuple[dict[str, Any], Recorder]) -> None:
        """Each precision has a figure, or a word about why not."""
        found, _ = measured
        assert "f32" in found["compute_gflops"]
        for name in ("f32", "bf16", "f16", "i8"):
            told = any(note.startswith(f"{name} is left out") for note in found["notes"])
            assert (name in found["compute_gflops"]) != told
        capabilities = ov.Core().get_property("CPU", "OPTIMIZATION_CAPABILITIES")
        assert ("bf16" in found["compute_gflops"]) == ("BF16" in capabilities)
        assert ("i8" in found["compute_gflops"]) == ("INT8" in capabilities)

    def test_every_pattern_is_told(self, measured: tuple[dict[str, Any], Recorder]) -> None:
        found, emit = measured
        for name, peak in found["compute_gflops"].items():
            own = [item["gflops"] for item in found["measurements"] if item.get("precision") == name]
            assert len(own) == len(ceilings.SHAPES)
            assert max(own) == peak
        memory = [item["gbps"] for item in found["measurements"] if "gbps" in item]
        assert len(memory) == 3
        assert max(memory) == found["memory_gbps"]
        assert any("MiB" in note for note in found["notes"])
        assert [event["name"] for event in emit.of("stage")] == ["compute", "memory"]

    def test_no_such_device(self) -> None:
        with pytest.raises(EngineError) as caught:
            ceilings.run({"device": "GPU.7"}, Path(), Recorder())
        assert caught.value.code == "device_not_available"


class TestThePatterns:
    @pytest.mark.parametrize("integers", [False, True])
    @pytest.mark.parametrize(
        ("make", "expected"),
        [
            (lambda integers: ceiling_models.convolutions(16, 8, integers), 4 * 2 * 16 * 16 * 9 * 64),
            (lambda integers: ceiling_models.products(64, integers), 4 * 2 * 64**3),
        ],
    )
    def test_the_work_is_that_of_the_analysis(
        self, make: Callable[[bool], ceiling_models.Pattern], expected: int, integers: bool
    ) -> None:
        pattern = make(integers)
        heavy = [node for node in Graph(pattern.model).layers() if node.type in ("Convolution", "MatMul")]
        assert pattern.work == expected == sum(work.operations(node) or 0 for node in heavy)

    def test_integers_run_as_integers(self) -> None:
        compiled = ceilings._compile(ov.Core(), "CPU", ceiling_models.convolutions(32, 16, True).model, "f32")
        assert set(ceilings._kernels(compiled)) <= {"i8", "u8"}

    def test_bytes_by_hand(self) -> None:
        """Two read and one written; a matrix read once."""
        added = ceiling_models.add(1 << 20)
        assert added.work == 3 << 20
        assert sum(np.prod(list(port.shape)) * 4 for port in (*added.model.inputs, *added.model.outputs)) == 3 << 20
        assert ceiling_models.weights_read(1 << 20).work == 1 << 20


class TestWorkingSet:
    def test_the_caches_play_no_part(self) -> None:
        size, notes = ceilings.working_set(256 << 20, 64 << 30)
        assert (1024 - 3) << 20 <= size <= 1024 << 20
        assert notes == []

    def test_small_caches(self) -> None:
        assert ceilings.working_set(None, None)[0] == ceilings.SMALLEST_BYTES

    def test_little_memory(self) -> None:
        size, notes = ceilings.working_set(64 << 20, 512 << 20)
        assert size <= 64 << 20
        assert len(notes) == 1


def test_the_caches_of_this_machine() -> None:
    size = machine.cache_bytes()
    assert size is None or 1 << 18 <= size <= 1 << 36

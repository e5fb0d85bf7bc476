"""The benchmark operation with real runs of small models."""

import hashlib
import json
import os
from pathlib import Path
from typing import Any

import psutil
import pytest

from tests.unit.engine.networks import Recorder, classifier, dataset, np, op, ov, work_folder
from workbench.engine import benchmark
from workbench.engine.protocol import EngineError

PARTS = {
    "device", "hint", "streams", "requests", "batch", "threads", "effective_precision", "requested_precision", "input",
    "throughput_fps", "throughput_ci95", "latency_ms", "latency_median_ci95", "samples", "inferences", "duration_s",
    "warmup", "read_ms", "reshape_ms", "compile_ms", "compile_cached_ms", "first_inference_ms", "memory_bytes",
    "peak_memory_bytes", "verdict", "verdict_reason", "windows", "spread", "drift", "cpu_others", "frequency_mhz",
    "temperature_c", "provenance", "latencies",
}  # fmt: skip


@pytest.fixture(autouse=True)
def _short(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Most tests need neither a long warm-up nor the time from the cache."""
    monkeypatch.setattr("workbench.engine.warm_up.WINDOW_S", 0.02)
    if "Cached" not in request.node.nodeid:
        monkeypatch.setattr("workbench.engine.cached_compile.TOO_LONG_MS", 0.0)


def run(work: Path, emit: Recorder | None = None, **given: Any) -> dict[str, Any]:
    parameters = {"model": "inputs/model.xml", "device": "CPU", "duration_s": 0.2} | given
    result = benchmark.run(parameters, work, emit or Recorder())
    json.dumps(result, allow_nan=False)
    return result


@pytest.fixture(scope="module")
def measured(tmp_path_factory: pytest.TempPathFactory) -> tuple[dict[str, Any], Path, Recorder]:
    """One run of 1.2 s with batch 4 on two requests, on pictures of a dataset."""
    work = work_folder(tmp_path_factory.mktemp("benchmark"), classifier())
    pictures = [np.full((20, 24, 3), number, np.uint8) for number in range(5)]
    dataset(work / "inputs" / "dataset", pictures)
    emit = Recorder()
    given = {"dataset": "inputs/dataset", "streams": 1, "requests": 2, "batch": 4, "precision": "f32"}
    return run(work, emit, duration_s=1.2, **given), work, emit


class TestARun:
    def test_tells_everything(self, measured: tuple[dict[str, Any], Path, Recorder]) -> None:
        found = measured[0]
        assert set(found) >= PARTS
        assert (found["device"], found["hint"], found["streams"], found["requests"]) == ("CPU", "none", 1, 2)
        assert (found["batch"], found["effective_precision"], found["requested_precision"]) == (4, "f32", "f32")
        assert found["input"]["source"] == "dataset"
        assert found["input"]["description"].startswith("5 images of the dataset, stretched to 16×16, RGB")
        for name in ("read_ms", "reshape_ms", "compile_ms", "compile_cached_ms", "first_inference_ms"):
            assert found[name] > 0

    def test_numbers_agree_with_the_kept_latencies(self, measured: tuple[dict[str, Any], Path, Recorder]) -> None:
        found, work, _ = measured
        with np.load(work / found["latencies"], allow_pickle=False) as kept:
            latency, completed = kept["latency_ms"], kept["completed_s"]
        assert latency.dtype == np.float32
        assert completed.dtype == np.float64
        assert len(latency) == len(completed) == found["samples"]
        assert (np.diff(completed) >= 0).all()
        assert found["inferences"] == 4 * found["samples"]
        assert found["duration_s"] == completed[-1] >= 1.2
        assert found["throughput_fps"] == pytest.approx(4 * len(latency) / completed[-1])
        assert found["latency_ms"]["median"] == pytest.approx(np.median(latency), rel=1e-5)
        assert found["latency_ms"]["p99"] == pytest.approx(np.percentile(latency, 99), rel=1e-5)
        assert found["latency_ms"]["max"] == pytest.approx(latency.max(), rel=1e-5)
        low, high = found["latency_median_ci95"]
        assert low <= found["latency_ms"]["median"] <= high
        # None where the machine was so uneven that the rate has no upper bound.
        low, high = found["throughput_ci95"] or (0.0, np.inf)
        assert low < found["throughput_fps"] < high
        assert len(found["windows"]) == 20
        rates = [window["throughput_fps"] for window in found["windows"]]
        assert min(rates) <= found["throughput_fps"] <= max(rates)

    def test_memory_by_stage(self, measured: tuple[dict[str, Any], Path, Recorder]) -> None:
        stages = measured[0]["memory_bytes"]
        assert {"start", "read", "compile", "first_inference", "measure"} <= set(stages)
        assert all(size > 1e6 for size in stages.values())
        assert measured[0]["peak_memory_bytes"] == max(stages.values())

    def test_stages_and_progress(self, measured: tuple[dict[str, Any], Path, Recorder]) -> None:
        emit = measured[2]
        stages = emit.of("stage")
        assert [stage["index"] for stage in stages] == list(range(1, len(stages) + 1))
        assert {stage["count"] for stage in stages} == {len(stages)}
        seconds = [event for event in emit.of("progress") if event["unit"] == "seconds"]
        assert 1 <= len(seconds) <= 3, "at most two a second"
        assert all(0 < event["done"] <= event["total"] == 1.2 for event in seconds)

    def test_provenance(self, measured: tuple[dict[str, Any], Path, Recorder]) -> None:
        found, work, _ = measured
        origin = found["provenance"]
        content = (work / "inputs/model.xml").read_bytes() + (work / "inputs/model.bin").read_bytes()
        assert origin["model_sha256"] == hashlib.sha256(content).hexdigest()
        assert origin["openvino"] == ov.__version__
        assert origin["properties"]["INFERENCE_PRECISION_HINT"] == "f32"
        assert origin["properties"]["NUM_STREAMS"] == "1"
        assert origin["cores"]["logical"] == os.cpu_count()
        assert len(origin["load_before"]) == 3
        for name in ("cpu", "governor", "memory_bytes", "python", "os", "machine_id", "started_at"):
            assert name in origin

    def test_nothing_is_left_but_the_latencies(self, measured: tuple[dict[str, Any], Path, Recorder]) -> None:
        work = measured[1]
        assert sorted(path.name for path in work.iterdir()) == ["inputs", "out"]
        assert [path.name for path in (work / "out").iterdir()] == ["latencies.npz"]


class TestConfigurations:
    def test_exactly_so_many_iterations(self, tmp_path: Path) -> None:
        emit = Recorder()
        found = run(work_folder(tmp_path, classifier()), emit, duration_s=None, iterations=37)
        assert found["samples"] == found["inferences"] == 37
        assert found["latency_ms"]["p90"] is not None
        assert found["latency_ms"]["p95"] is None

    def test_a_hint(self, tmp_path: Path) -> None:
        found = run(work_folder(tmp_path, classifier()), hint="throughput")
        core = ov.Core()
        optimal = core.compile_model(classifier(), "CPU", {"PERFORMANCE_HINT": "THROUGHPUT"})
        assert found["streams"] == optimal.get_property("NUM_STREAMS")
        assert found["requests"] == optimal.get_property("OPTIMAL_NUMBER_OF_INFER_REQUESTS")
        assert found["provenance"]["properties"]["PERFORMANCE_HINT"] == "THROUGHPUT"
        assert found["reshape_ms"] is None

    def test_threads(self, tmp_path: Path) -> None:
        assert run(work_folder(tmp_path, classifier()), threads=1)["threads"] == 1

    @pytest.mark.parametrize("device", ["AUTO:CPU", "HETERO:CPU"])
    def test_virtual_devices(self, tmp_path: Path, device: str) -> None:
        found = run(work_folder(tmp_path, classifier()), device=device, streams=1, precision="f32")
        assert found["device"] == device
        assert (found["streams"], found["effective_precision"]) == (1, "f32")
        assert found["provenance"]["properties"]["EXECUTION_DEVICES"] == "CPU"

    def test_several_inputs(self, tmp_path: Path) -> None:
        tokens = op.parameter([1, 16], np.int64, name="input_ids")
        mask = op.parameter([1, 16], np.int64, name="attention_mask")
        table = op.constant(np.random.default_rng(0).normal(0, 1, (2, 8)).astype(np.float32))
        rows = op.gather(table, tokens, op.constant(np.int64(0)))
        kept = op.multiply(rows, op.unsqueeze(op.convert(mask, "f32"), op.constant(np.int64(2))))
        found = run(work_folder(tmp_path, ov.Model([kept], [tokens, mask], "m")))
        assert [port["name"] for port in found["input"]["inputs"]] == ["input_ids", "attention_mask"]
        assert found["samples"] > 0

    def test_a_dynamic_model_with_shapes(self, tmp_path: Path) -> None:
        work = work_folder(tmp_path, classifier((-1, 3, -1, -1)))
        found = run(work, shapes={"picture": [2, 3, 24, 24]})
        assert found["batch"] == 2
        assert found["input"]["inputs"][0]["shape"] == [2, 3, 24, 24]


class TestRefusals:
    def refusal(self, work: Path, **given: Any) -> EngineError:
        with pytest.raises(EngineError) as caught:
            run(work, **given)
        assert list((work / "out").iterdir()) == []
        return caught.value

    def test_a_dynamic_model(self, tmp_path: Path) -> None:
        error = self.refusal(work_folder(tmp_path, classifier((1, 3, -1, -1))))
        assert error.code == "model_dynamic_shape"
        assert "picture" in error.message

    def test_a_device_that_is_not_there(self, tmp_path: Path) -> None:
        assert self.refusal(work_folder(tmp_path, classifier()), device="GPU.7").code == "device_not_available"

    def test_an_operation_that_openvino_does_not_know(self, tmp_path: Path) -> None:
        work = work_folder(tmp_path, classifier())
        xml = work / "inputs" / "model.xml"
        xml.write_text(xml.read_text().replace('type="ReLU" version="opset1"', 'type="Fancy" version="extension"'))
        error = self.refusal(work)
        assert error.code == "operation_not_supported"
        assert "Fancy" in error.message
        assert "relu" in error.message

    def test_a_configuration_that_contradicts_itself(self, tmp_path: Path) -> None:
        error = self.refusal(work_folder(tmp_path, classifier()), hint="latency", streams=2)
        assert error.code == "invalid_configuration"

    def test_too_much_memory(self, tmp_path: Path) -> None:
        data = op.parameter([1, 8], np.float32, name="x")
        error = self.refusal(work_folder(tmp_path, ov.Model([op.relu(data)], [data], "m")), batch=1 << 40)
        assert error.code == "out_of_memory"


class TestCachedCompile:
    def test_is_a_time(self, tmp_path: Path) -> None:
        work = work_folder(tmp_path, classifier())
        found = run(work)
        assert 0 < found["compile_cached_ms"] < 10_000
        assert 0 < found["cache_fill_ms"] < 10_000
        assert sorted(path.name for path in work.iterdir()) == ["inputs", "out"]

    def test_failing_costs_only_the_number(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("sys.executable", "/bin/false")
        emit = Recorder()
        found = run(work_folder(tmp_path, classifier()), emit)
        assert found["compile_cached_ms"] is None
        assert found["samples"] > 0
        assert any("cache" in event["message"] for event in emit.of("log"))

    def test_of_a_virtual_device(self, tmp_path: Path) -> None:
        found = run(work_folder(tmp_path, classifier()), device="AUTO:CPU", streams=1)
        assert found["compile_cached_ms"] is None or found["compile_cached_ms"] > 0

    def test_the_other_process_is_ready_before_the_measurement(self, tmp_path: Path) -> None:
        """It gets ready during the warm-up, which lasts until then, and sleeps while requests are measured."""
        states: list[str] = []

        class Looking(Recorder):
            def progress(self, done: float, total: float, unit: str) -> None:
                children = psutil.Process().children()
                states.extend(child.status() for child in children if "cached_compile" in " ".join(child.cmdline()))

        run(work_folder(tmp_path, classifier()), Looking(), duration_s=1.1)
        assert states == [psutil.STATUS_SLEEPING] * 2

    def test_is_not_taken_where_compiling_takes_long(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("workbench.engine.cached_compile.TOO_LONG_MS", 0.0)
        assert run(work_folder(tmp_path, classifier()))["compile_cached_ms"] is None

"""Many configurations in one process: each told when it is done, none lost because of another."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.unit.engine.networks import Recorder, classifier, dataset, np, op, ov, work_folder
from workbench.engine import images, sweep

START = ("read_ms", "compile_ms", "first_inference_ms", "peak_memory_bytes")


@pytest.fixture(autouse=True)
def _short(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("workbench.engine.warm_up.WINDOW_S", 0.02)


def cell(number: int, **own: Any) -> dict[str, Any]:
    return {"number": number, "label": f"cell {number}", "configuration": own}


def run(work: Path, emit: Recorder, *wanted: dict[str, Any], **given: Any) -> dict[str, Any]:
    parameters = {"model": "inputs/model.xml", "device": "CPU", "duration_s": 0.1, "precision": "f32"} | given
    return sweep.run(parameters | {"cells": list(wanted)}, work, emit)


def parts(emit: Recorder, name: str) -> list[dict[str, Any]]:
    return [event["data"] for event in emit.of("partial") if event["name"] == name]


class TestASweep:
    def test_tells_each_configuration_with_its_own_latencies(self, tmp_path: Path) -> None:
        work, emit = work_folder(tmp_path, classifier()), Recorder()
        wanted = [
            cell(0, streams=1, batch=1),
            cell(1, streams=1, batch=4),
            cell(2, hint="throughput"),
            cell(3, api="sync"),
        ]
        wanted.append(cell(4, streams=1, arrivals_per_s=200.0))
        assert run(work, emit, *wanted) == {"measured": 5, "failed": 0}
        told = parts(emit, "cell")
        assert [one["number"] for one in told] == [0, 1, 2, 3, 4]
        assert [one["result"]["batch"] for one in told] == [1, 4, 1, 1, 1]
        assert [one["result"]["hint"] for one in told] == ["none", "none", "throughput", "none", "none"]
        for one in told:
            result = one["result"]
            assert result["latencies"] == f"out/latencies-{one['number']}.npz"
            with np.load(work / result["latencies"], allow_pickle=False) as kept:
                assert len(kept["latency_ms"]) == result["samples"] > 0
                assert np.percentile(kept["latency_ms"], 50) == pytest.approx(result["latency_ms"]["median"], rel=1e-6)
            assert result["provenance"]["measured_before"] == one["number"]
            assert result["compile_cached_ms"] is None
        assert told[4]["result"]["open_loop"]["arrivals_per_s"] == 200
        assert told[0]["result"]["open_loop"] is None

    def test_only_a_fresh_process_tells_of_start_and_memory(self, tmp_path: Path) -> None:
        emit = Recorder()
        run(work_folder(tmp_path, classifier()), emit, cell(0), cell(1))
        first, second = (one["result"] for one in parts(emit, "cell"))
        assert all(first[name] > 0 for name in START)
        assert all(second[name] is None for name in START)
        assert first["memory_bytes"]["measure"] > 0
        assert second["memory_bytes"] == {}

    def test_what_the_model_cannot_do_ends_only_that_configuration(self, tmp_path: Path) -> None:
        """A graph with a batch of 2 written into it."""
        data = op.parameter([2, 8], np.float32, name="x")
        fixed = op.reshape(data, op.constant(np.array([2, 2, 4])), special_zero=False)
        work, emit = work_folder(tmp_path, ov.Model([op.relu(fixed)], [data], "m")), Recorder()
        wanted = [
            cell(0, batch=2),
            cell(1, batch=3),
            cell(2, batch=1 << 40),
            cell(3, streams=1, hint="latency"),
            cell(4),
        ]
        assert run(work, emit, *wanted) == {"measured": 2, "failed": 3}
        assert [one["number"] for one in parts(emit, "cell")] == [0, 4]
        failed = parts(emit, "cell_failed")
        assert [one["number"] for one in failed] == [1, 2, 3]
        assert [one["code"] for one in failed][2] == "invalid_configuration"
        assert all(one["message"] and one["action"] for one in failed)

    def test_stages_name_the_configuration_and_progress_runs_over_all(self, tmp_path: Path) -> None:
        emit = Recorder()
        run(work_folder(tmp_path, classifier()), emit, cell(2), cell(3), total=4, duration_s=0.6)
        stages = emit.of("stage")
        assert [stage["name"] for stage in stages][-1] == "4 of 4, cell 3: measure"
        assert [stage["index"] for stage in stages] == sorted(stage["index"] for stage in stages)
        assert {(stage["index"], stage["count"]) for stage in stages} == {(3, 4), (4, 4)}
        assert {event["unit"] for event in emit.of("progress")} <= {"seconds"}
        json.dumps(emit.events, allow_nan=False)

    def test_pictures_are_decoded_once(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        read: list[Path] = []
        decode = images.read

        def counting(path: Path, *rest: Any) -> Any:
            read.append(path)
            return decode(path, *rest)

        monkeypatch.setattr("workbench.engine.images.read", counting)
        work, emit = work_folder(tmp_path, classifier()), Recorder()
        dataset(work / "inputs" / "dataset", [np.full((20, 24, 3), number, np.uint8) for number in range(5)])
        wanted = [
            cell(0, streams=1, batch=1),
            cell(1, streams=2, batch=1),
            cell(2, batch=1, api="sync"),
            cell(3, batch=2),
        ]
        run(work, emit, *wanted, dataset="inputs/dataset")
        assert len(read) == 10, "five pictures for batch 1, and for batch 2"
        described = [one["result"]["input"]["description"] for one in parts(emit, "cell")]
        assert described[0] == described[1] == described[2] != described[3]

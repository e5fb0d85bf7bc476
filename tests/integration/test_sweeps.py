"""Many configurations in one job: cancelled, crashed and lost in the middle, and continued; none measured twice."""

import contextlib
import signal
import sqlite3
import uuid
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import psutil
import pytest
from onnx import TensorProto, helper, numpy_helper

from tests.integration.material import pictures, small_onnx
from tests.integration.stack import Stack, running

GRID = [{"streams": streams, "batch": batch} for streams in (1, 2) for batch in (1, 2, 3, 4, 5, 6)]
SWEEP: dict[str, Any] = {"configurations": GRID, "duration_s": 0.3, "layers": False, "start_up": False}


@pytest.fixture(scope="module")
def project(stack: Stack, model: dict[str, Any], dataset: dict[str, Any]) -> dict[str, Any]:
    return make_project(stack, model, dataset)


def make_project(stack: Stack, model: dict[str, Any], dataset: dict[str, Any]) -> dict[str, Any]:
    body = {"model": model["id"], "dataset": dataset["id"], "baseline": False}
    made: dict[str, Any] = stack.post("/projects", body)["project"]
    return made


def start(stack: Stack, project: dict[str, Any], **wanted: Any) -> str:
    job_id: str = stack.post(f"/projects/{project['id']}/benchmarks", SWEEP | wanted)["job"]["id"]
    return job_id


def runs_of(stack: Stack, *job_ids: str) -> list[dict[str, Any]]:
    return [run for job_id in job_ids for run in stack.get("/runs", job=job_id, limit=200, sort="created_at")["items"]]


def cells(runs: list[dict[str, Any]]) -> list[tuple[int, int]]:
    return [(run["configuration"]["streams"], run["configuration"]["batch"]) for run in runs]


def some_are_done(stack: Stack, job_id: str, count: int = 3) -> None:
    stack.until(lambda: len(runs_of(stack, job_id)) >= count, 90, "the first runs")


def refusal(stack: Stack, path: str) -> tuple[int, str]:
    answer = stack.client.post(path)
    return answer.status_code, answer.json()["code"]


def whole(stack: Stack, runs: list[dict[str, Any]]) -> None:
    """Each of the grid exactly once."""
    assert sorted(cells(runs)) == sorted((one["streams"], one["batch"]) for one in GRID)
    assert all((run["streams"], run["batch"]) in cells([run]) for run in runs)


def test_cancelled_and_continued(stack: Stack, project: dict[str, Any]) -> None:
    job_id = start(stack, project)
    assert refusal(stack, f"/benchmarks/{job_id}/continue") == (409, "in_use")
    some_are_done(stack, job_id)
    stage = stack.job(job_id)["stage"]
    stack.post(f"/jobs/{job_id}/cancel")
    assert stack.finished(job_id)["state"] == "cancelled"
    done = runs_of(stack, job_id)
    assert 3 <= len(done) < len(GRID)
    assert stage.split(",")[0].endswith("of 12"), stage

    made = stack.post(f"/benchmarks/{job_id}/continue")["job"]
    assert made["title"].startswith(f"Benchmark {12 - len(done)} settings, continued · ")
    assert stack.get(f"/projects/{project['id']}")["last_job_id"] == made["id"]
    assert refusal(stack, f"/benchmarks/{job_id}/continue") == (409, "in_use")
    finished = stack.finished(made["id"])
    assert finished["state"] == "succeeded", finished
    assert len(finished["result"]["run_ids"]) == 12 - len(done)
    whole(stack, runs_of(stack, job_id, made["id"]))
    for one in (job_id, made["id"]):
        assert refusal(stack, f"/benchmarks/{one}/continue") == (409, "nothing_to_continue")

    first, second = runs_of(stack, made["id"])[:2]
    assert first["peak_memory_bytes"] > 0
    assert first["compile_ms"] > 0
    assert second["peak_memory_bytes"] is None
    assert second["compile_ms"] is None
    assert second["provenance"]["measured_before"] == 1


def test_a_crash_costs_one_configuration(stack: Stack, project: dict[str, Any]) -> None:
    job_id = start(stack, project)
    some_are_done(stack, job_id)
    for engine in stack.engines("up"):
        engine.send_signal(signal.SIGKILL)
    job = stack.finished(job_id)
    assert (job["state"], job["error"]["code"]) == ("failed", "cells_failed")
    assert job["error"]["message"].startswith("1 of 12 configurations could not be measured")
    (failed,) = job["result"]["failed"]
    assert failed["code"] == "engine_killed"
    runs = runs_of(stack, job_id)
    assert sorted(run["id"] for run in runs) == sorted(job["result"]["run_ids"])
    assert len(set(cells(runs))) == 11

    code, document = stack.command("benchmark", project["id"], "--continue")
    assert code == 0
    assert [run["configuration"] for run in document["runs"]] == [failed["configuration"]]
    whole(stack, runs_of(stack, job_id, document["job"]["id"]))
    assert refusal(stack, f"/benchmarks/{document['job']['id']}/continue") == (409, "nothing_to_continue")


def test_a_lost_worker(tmp_path: Path) -> None:
    stack = Stack(tmp_path)
    with running(stack):
        stack.team()
        model = stack.import_model(small_onnx(tmp_path / "small.onnx"))
        dataset = stack.import_dataset(pictures(tmp_path / "pictures"))
        project = make_project(stack, model, dataset)
        job_id = start(stack, project)
        some_are_done(stack, job_id)
        engines = stack.engines("worker-0")
        stack.kill("worker-0")
        stack.worker("worker-1")
        job = stack.finished(job_id)
        assert (job["state"], job["error"]["code"]) == ("failed", "worker_lost")
        assert not [one for one in engines if one.is_running() and one.status() != psutil.STATUS_ZOMBIE]
        done = runs_of(stack, job_id)
        assert 3 <= len(done) < len(GRID)
        made = stack.post(f"/benchmarks/{job_id}/continue")["job"]
        assert stack.finished(made["id"])["state"] == "succeeded"
        whole(stack, runs_of(stack, job_id, made["id"]))


def one_sample_only(path: Path) -> Path:
    """A model whose graph has the batch of 1 written into it."""
    graph = helper.make_graph(
        [
            helper.make_node("Conv", ["input", "w"], ["c"], "conv", pads=[1] * 4),
            helper.make_node("Reshape", ["c", "shape"], ["output"], "reshape"),
        ],
        "fixed",
        [helper.make_tensor_value_info("input", TensorProto.FLOAT, [1, 3, 32, 32])],
        [helper.make_tensor_value_info("output", TensorProto.FLOAT, [1, 4096])],
        [
            numpy_helper.from_array(np.ones((4, 3, 3, 3), np.float32), "w"),
            numpy_helper.from_array(np.array([1, 4096]), "shape"),
        ],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9)
    onnx.save(model, path)
    return path


def test_what_the_model_cannot_run_is_told_beside_the_others(stack: Stack, dataset: dict[str, Any]) -> None:
    model = stack.import_model(one_sample_only(stack.folder / "fixed.onnx"))
    project = make_project(stack, model, dataset)
    wanted = [{"streams": 1, "batch": 1}, {"streams": 1, "batch": 2}, {"streams": 1, "batch": 1, "api": "sync"}]
    for start_up in (False, True):
        job = stack.finished(start(stack, project, configurations=wanted, start_up=start_up))
        assert (job["state"], job["error"]["code"]) == ("failed", "cells_failed")
        (failed,) = job["result"]["failed"]
        assert (failed["label"], failed["code"]) == ("1 × 2", "batch_not_supported")
        assert [run["configuration"]["api"] for run in runs_of(stack, job["id"])] == ["async", "sync"]
    # What is all that there is to say is said as such.
    job = stack.finished(start(stack, project, configurations=wanted[1:2]))
    assert job["error"]["code"] == "batch_not_supported"


def test_loads_and_percentiles(stack: Stack, project: dict[str, Any]) -> None:
    """Each load in MLPerf's words; percentiles are those of the raw latencies, or not told."""
    wanted = [
        {"streams": 1, "api": "sync"},
        {"streams": 1, "batch": 2, "requests": 1},
        {"streams": 1, "requests": 2},
        {"streams": 1, "requests": 1, "arrivals_per_s": 40.0},
        {"streams": 1, "requests": 1, "arrivals_per_s": 900_000.0},
    ]
    job = stack.finished(start(stack, project, configurations=wanted, duration_s=0.6))
    assert job["state"] == "succeeded", job
    runs = runs_of(stack, job["id"])
    assert [run["scenario"] for run in runs] == ["SingleStream", "MultiStream", "Offline", "Server", "Server"]
    assert [run["requests"] for run in runs] == [1, 1, 2, 1, 1]
    assert runs[0]["label"] == "1 × 1, sync"
    calm, flooded = runs[3]["open_loop"], runs[4]["open_loop"]
    assert calm["arrived"] == calm["completed"] == runs[3]["samples"]
    assert (calm["kept_up"], flooded["kept_up"]) == (True, False)
    assert flooded["arrived"] == pytest.approx(540_000, rel=0.05)
    assert flooded["completed"] < flooded["arrived"]
    needed = {"p90": 29, "p95": 59, "p99": 299, "p999": 2995}
    for run in runs:
        kept = next(stack.data_dir.glob(f"**/{artifact_of(stack, run['id'])}/latencies.npz"))
        with np.load(kept, allow_pickle=False) as file:
            raw = file["latency_ms"]
        assert len(raw) == run["samples"]
        assert run["latency_ms"]["median"] == pytest.approx(np.percentile(raw, 50), rel=1e-6)
        for name, least in needed.items():
            if len(raw) < least:
                assert run["latency_ms"][name] is None
            else:
                wanted_value = np.percentile(raw, 99.9 if name == "p999" else int(name[1:]))
                assert run["latency_ms"][name] == pytest.approx(wanted_value, rel=1e-6)
    code, document = stack.command("run", "show", runs[3]["id"])
    assert (code, document["latency_ms"]["p999"]) == (0, None)


def artifact_of(stack: Stack, run_id: str) -> str:
    """SQLite keeps ids as hexadecimal digits."""
    with contextlib.closing(sqlite3.connect(stack.data_dir / "workbench.db")) as database:
        wanted = "SELECT latencies_artifact_id FROM runs WHERE id = ?"
        (found,) = database.execute(wanted, (uuid.UUID(run_id).hex,)).fetchone()
    return str(uuid.UUID(found))


def test_what_cannot_be_continued(stack: Stack, project: dict[str, Any], model: dict[str, Any]) -> None:
    assert refusal(stack, "/benchmarks/00000000-0000-0000-0000-000000000001/continue") == (404, "job_not_found")
    assert refusal(stack, "/benchmarks/nonsense/continue") == (404, "job_not_found")
    imported = stack.get("/jobs", model=model["id"])["items"][-1]
    assert imported["kind"] != "benchmark"
    assert refusal(stack, f"/benchmarks/{imported['id']}/continue") == (409, "not_a_benchmark")
    for bad in (
        {"api": "sync", "arrivals_per_s": 5},
        {"api": "sync", "requests": 2},
        {"arrivals_per_s": 0},
        {"arrivals_per_s": -1},
        {"arrivals_per_s": "many"},
        {"api": "both"},
    ):
        answer = stack.client.post(f"/projects/{project['id']}/benchmarks", json={"configurations": [bad]})
        assert (answer.status_code, answer.json()["code"]) == (422, "invalid_fields"), answer.text


def test_every_way_of_starting_leaves_the_same_run(stack: Stack, project: dict[str, Any]) -> None:
    """Layers of a sweep are measured after it, each in a process of its own."""
    options = ["--streams", "1", "--batch", "1..2x2", "--api", "sync", "--duration", "0.2", "--no-start-up"]
    code, document = stack.command("benchmark", project["id"], *options)
    assert code == 0
    assert [run["label"] for run in document["runs"]] == ["1 × 1, sync", "1 × 2, sync"]
    assert all(run["has_layers"] and run["layers"] for run in document["runs"])

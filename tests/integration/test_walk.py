"""One path through everything, over HTTP: model, dataset, project, baseline, runs, layers, deletion."""

import io
import json
import threading
import time
import zipfile
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.integration.material import picture_zip, pictures, small_onnx
from tests.integration.stack import Stack

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def project(stack: Stack, model: dict[str, Any], dataset: dict[str, Any]) -> dict[str, Any]:
    """A project whose baseline has ended."""
    body = {"model": model["name"], "dataset": dataset["name"], "duration_s": 0.8}
    made = stack.post("/projects", body)
    job = stack.finished(made["job"]["id"])
    assert job["state"] == "succeeded", job
    found: dict[str, Any] = stack.get(f"/projects/{made['project']['id']}")
    return found


def test_the_machine_registers_itself(stack: Stack) -> None:
    (target,) = stack.get("/targets")["items"]
    assert (target["kind"], target["state"], target["workers"]) == ("local", "online", 1)
    cpu = next(device for device in target["devices"] if device["name"] == "CPU")
    assert "FP32" in cpu["capabilities"]
    assert target["info"]["openvino_version"].startswith("2026.")
    load = stack.get(f"/targets/{target['id']}/load")
    assert 0 < load["memory_used_bytes"] < load["memory_total_bytes"]


def test_an_imported_model_is_analysed(stack: Stack, model: dict[str, Any]) -> None:
    assert (model["state"], model["framework"], model["precision"]) == ("ready", "onnx", "FP16")
    assert model["inputs"][0]["shape"] == [1, 3, 32, 32]
    # 3 convolutions 3×3 on 32×32 (3→16, 16→16, 16→16), then 16→10; multiply-add is 2.
    convolutions = 2 * 9 * 32 * 32 * (3 * 16 + 16 * 16 + 16 * 16)
    assert model["analysis"]["gflop"] * 1e9 == pytest.approx(convolutions, rel=0.05)
    assert model["analysis"]["parameters"] == 9 * (3 * 16 + 2 * 16 * 16) + 160
    assert model["task"] == "classification"
    layers = stack.get(f"/models/{model['id']}/layers")["items"]
    assert sum(layer["type"] == "Convolution" for layer in layers) == 3


def test_download_is_the_ir(stack: Stack, model: dict[str, Any]) -> None:
    answer = stack.client.get(f"/models/{model['id']}/download")
    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        names = archive.namelist()
        assert sorted(name.rsplit(".", 1)[1] for name in names) == ["bin", "xml"]
        assert sum(item.file_size for item in archive.infolist()) == model["size_bytes"]


def test_samples_of_a_dataset(stack: Stack, dataset: dict[str, Any]) -> None:
    assert (dataset["format"], dataset["count"], dataset["annotated"]) == ("not_annotated", 6, False)
    page = stack.get(f"/datasets/{dataset['id']}/samples", limit=4)
    assert (len(page["items"]), page["total"], page["next_cursor"] is None) == (4, 6, False)
    last = stack.get(f"/datasets/{dataset['id']}/samples", limit=4, cursor=page["next_cursor"])
    assert [item["id"] for item in last["items"]] == [4, 5]
    sample = page["items"][0]
    for address, kind in ((sample["thumbnail"], "image/jpeg"), (sample["image"], "image/png")):
        answer = stack.client.get(address.removeprefix("/api/v1"))
        assert (answer.status_code, answer.headers["content-type"]) == (200, kind)
        assert "sandbox" in answer.headers["content-security-policy"]


def test_the_baseline_is_three_runs(stack: Stack, project: dict[str, Any]) -> None:
    runs = stack.get("/runs", project=project["id"], sort="created_at")["items"]
    assert [run["label"] for run in runs] == ["latency hint", "throughput hint", "1 × 1"]
    assert project["state"] == "ready"
    assert project["run_count"] == 3
    assert project["best"]["throughput_fps"] == max(run["throughput_fps"] for run in runs)
    for run in runs:
        low, high = run["throughput_ci95"]
        assert low <= run["throughput_fps"] <= high
        latency = run["latency_ms"]
        assert latency["min"] <= latency["median"] <= latency["p90"] <= latency["max"]
        assert run["verdict"] in ("stable", "noisy", "throttled", "contended")
        assert run["effective_precision"]
        assert run["input"]["source"] == "dataset"
        assert run["provenance"]["model_sha256"]
        assert run["peak_memory_bytes"] > 10_000_000
        assert run["compile_ms"] > 0
        assert run["first_inference_ms"] > 0


def test_latencies_are_kept(stack: Stack, project: dict[str, Any]) -> None:
    run = stack.get("/runs", project=project["id"])["items"][0]
    kept = stack.get(f"/runs/{run['id']}/latencies")
    assert kept["count"] == run["samples"] == sum(kept["histogram"]["counts"])
    assert kept["drift"]


def test_layers_name_their_originals(stack: Stack, project: dict[str, Any]) -> None:
    run = stack.get("/runs", project=project["id"])["items"][0]
    answer = stack.get(f"/runs/{run['id']}/layers")
    originals = [original["name"] for layer in answer["layers"] for original in layer["originals"]]
    for number in range(3):
        assert sum(name.startswith(f"conv{number}") for name in originals) >= 1
    assert sum(layer["share"] for layer in answer["layers"]) == pytest.approx(1.0, abs=0.01)
    assert {layer["status"] for layer in answer["layers"]} <= {"executed", "below_resolution", "not_executed"}


def test_the_same_four_are_the_same_project(stack: Stack, project: dict[str, Any]) -> None:
    body = {"model": project["model"]["id"], "dataset": project["dataset"]["id"]}
    again = stack.client.post("/projects", json=body)
    assert again.status_code == 200
    assert again.json()["project"]["id"] == project["id"]
    assert again.json()["job"] is None


def test_a_cancelled_benchmark_keeps_what_was_finished(stack: Stack, project: dict[str, Any]) -> None:
    wanted = {"configurations": [{"streams": 1}, {"streams": 1}, {"streams": 2}], "duration_s": 3, "layers": False}
    job_id = stack.post(f"/projects/{project['id']}/benchmarks", wanted)["job"]["id"]
    stack.until(lambda: (stack.job(job_id)["stage"] or "").startswith("2 of 3"), 60, "the second run")
    asked = time.monotonic()
    stack.client.post(f"/jobs/{job_id}/cancel")
    job = stack.finished(job_id)
    assert job["state"] == "cancelled"
    assert time.monotonic() - asked < 2.0
    assert len(stack.get("/runs", job=job_id)["items"]) == 1
    assert stack.get(f"/projects/{project['id']}")["state"] == "cancelled"


def test_the_stream_tells_and_resumes(stack: Stack, tmp_path: Path) -> None:
    heard: list[dict[str, Any]] = []
    ready = threading.Event()

    def listen() -> None:
        with httpx.stream("GET", f"{stack.client.base_url}events", timeout=60) as answer:
            event: dict[str, str] = {}
            for line in answer.iter_lines():
                ready.set()
                if not line and "data" in event:
                    heard.append(json.loads(event["data"]) | {"event": event["event"], "id": int(event["id"])})
                    if heard[-1].get("state") in ("succeeded", "failed"):
                        return
                    event = {}
                name, _, value = line.partition(": ")
                event[name] = value

    thread = threading.Thread(target=listen, daemon=True)
    thread.start()
    assert ready.wait(10)
    stack.import_model(small_onnx(tmp_path / "streamed.onnx"))
    thread.join(30)
    told = [item for item in heard if item["event"] == "job"]
    assert told[0]["type"] == "created"
    assert told[-1]["job"]["state"] == "succeeded"
    numbers = [item["id"] for item in heard]
    assert numbers == sorted(set(numbers))
    # Resumed from the middle, the rest comes again in the same order.
    middle = len(heard) // 2
    rest = []
    with httpx.stream(
        "GET", f"{stack.client.base_url}events", headers={"Last-Event-ID": str(numbers[middle])}, timeout=30
    ) as answer:
        for line in answer.iter_lines():
            if line.startswith("id: "):
                rest.append(int(line[4:]))
            if rest and rest[-1] >= numbers[-1]:
                break
    assert rest[1:] == numbers[middle + 1 :]


def test_a_zip_with_labels_and_a_subset(stack: Stack, tmp_path: Path) -> None:
    dataset = stack.import_dataset(picture_zip(tmp_path / "labelled.zip"))
    assert (dataset["format"], dataset["annotated"]) == ("imagenet_txt", True)
    assert "classification" in dataset["tasks"]
    assert sum(dataset["class_counts"].values()) == 6
    made = stack.post(f"/datasets/{dataset['id']}/subset", {"count": 3, "seed": 1})
    assert stack.finished(made["job"]["id"])["state"] == "succeeded"
    subset = stack.get(f"/datasets/{made['dataset']['id']}")
    assert (subset["count"], subset["parent_id"]) == (3, dataset["id"])
    assert sorted(subset["class_counts"].values()) == [1, 1, 1]  # one of each class


def test_deleting_a_model_archives_its_project(stack: Stack, dataset: dict[str, Any], tmp_path: Path) -> None:
    model = stack.import_model(small_onnx(tmp_path / "short-lived.onnx"))
    body = {"model": model["id"], "dataset": dataset["id"], "baseline": False}
    project = stack.post("/projects", body)["project"]
    assert project["state"] == "new"
    artifacts = set((stack.data_dir / "artifacts").glob("*/*"))
    assert stack.client.delete(f"/models/{model['id']}").status_code == 204
    assert len(artifacts - set((stack.data_dir / "artifacts").glob("*/*"))) == 1
    project = stack.get(f"/projects/{project['id']}")
    assert (project["state"], project["missing"], project["model"]) == ("archived", ["model"], None)
    refused = stack.client.post(f"/projects/{project['id']}/benchmarks", json={"configurations": [{}]})
    assert (refused.status_code, refused.json()["code"]) == (409, "project_archived")
    assert stack.client.delete(f"/projects/{project['id']}").status_code == 204


def test_what_is_in_use_cannot_be_deleted(stack: Stack, model: dict[str, Any], project: dict[str, Any]) -> None:
    wanted = {"configurations": [{"streams": 1}], "duration_s": 20, "layers": False}
    job_id = stack.post(f"/projects/{project['id']}/benchmarks", wanted)["job"]["id"]
    for address in (f"/models/{model['id']}", f"/projects/{project['id']}"):
        refused = stack.client.delete(address)
        assert (refused.status_code, refused.json()["code"]) == (409, "in_use")
    stack.client.post(f"/jobs/{job_id}/cancel")
    stack.finished(job_id)


def test_a_reported_mismatch_has_its_reason(stack: Stack, dataset: dict[str, Any], model: dict[str, Any]) -> None:
    answer = stack.get("/projects/compatibility", model=model["id"], dataset=dataset["id"], device="GPU.7")
    assert not answer["compatible"]
    assert [reason["code"] for reason in answer["reasons"]] == ["device_not_available"]
    refused = stack.client.post("/projects", json={"model": model["id"], "dataset": dataset["id"], "device": "GPU.7"})
    assert (refused.status_code, refused.json()["code"]) == (409, "device_not_available")


def test_a_folder_upload_becomes_a_dataset(stack: Stack, tmp_path: Path) -> None:
    """Several uploads with relative names, as the browser sends a folder."""
    import base64

    ids = []
    for picture in sorted(pictures(tmp_path / "holiday", 3).iterdir()):
        content = picture.read_bytes()
        name = base64.b64encode(f"holiday/{picture.name}".encode()).decode()
        headers = {"Tus-Resumable": "1.0.0", "Upload-Length": str(len(content)), "Upload-Metadata": f"filename {name}"}
        created = stack.client.post("/uploads", headers=headers)
        assert created.status_code == 201
        address = created.headers["location"].removeprefix("/api/v1")
        headers = {
            "Tus-Resumable": "1.0.0",
            "Upload-Offset": "0",
            "Content-Type": "application/offset+octet-stream",
        }
        assert stack.client.patch(address, headers=headers, content=content).status_code == 204
        ids.append(address.rsplit("/", 1)[1])
    made = stack.post("/datasets", {"uploads": ids})
    assert stack.finished(made["job"]["id"])["state"] == "succeeded"
    dataset = stack.get(f"/datasets/{made['dataset']['id']}")
    assert (dataset["name"], dataset["count"]) == ("holiday", 3)
    assert stack.get("/uploads")["total"] == 0

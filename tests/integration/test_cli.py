"""The command line against a real `workbench up`: every verb, its documents, exit codes and streams."""

import json
import signal
import subprocess
import sys
import time
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.integration.material import picture_zip, pictures, small_onnx
from tests.integration.stack import ROOT, Stack, running
from tests.services import free_port

pytestmark = pytest.mark.slow


def start(stack: Stack, *arguments: str, **environment: str) -> subprocess.Popen[str]:
    """`workbench ARGUMENTS`, which finds the server of the stack by itself."""
    return subprocess.Popen(
        [sys.executable, "-m", "workbench.cli.main", *arguments],
        cwd=ROOT,
        env=stack.environment(**environment),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def run(stack: Stack, *arguments: str, code: int = 0, **environment: str) -> tuple[str, str]:
    """stdout and stderr of a command that must end with `code`."""
    process = start(stack, *arguments, **environment)
    out, err = process.communicate(timeout=200)
    assert process.returncode == code, (arguments, process.returncode, out, err)
    return out, err


def told(stack: Stack, *arguments: str, code: int = 0, **environment: str) -> Any:
    """The one JSON document on stdout."""
    out, _ = run(stack, *arguments, "--json", code=code, **environment)
    return json.loads(out)


@pytest.fixture(scope="module")
def small(stack: Stack) -> dict[str, Any]:
    """A model, imported by the command line."""
    made = told(stack, "model", "import", str(small_onnx(stack.folder / "tiny.onnx")), "--name", "tiny")
    assert made["job"]["state"] == "succeeded"
    found: dict[str, Any] = made["model"]
    return found


@pytest.fixture(scope="module")
def photos(stack: Stack) -> dict[str, Any]:
    """A folder of six pictures, imported by the command line."""
    found: dict[str, Any] = told(stack, "dataset", "import", str(pictures(stack.folder / "photos")))["dataset"]
    return found


@pytest.fixture(scope="module")
def project(stack: Stack, small: dict[str, Any], photos: dict[str, Any]) -> dict[str, Any]:
    made = told(stack, "project", "create", "--model", "tiny", "--dataset", "photos", "--duration", "0.5")
    assert made["created"]
    assert [run["label"] for run in made["runs"]] == ["latency hint", "throughput hint", "1 × 1"]
    found: dict[str, Any] = made["project"]
    return found


class TestModels:
    def test_an_import_is_the_model_of_the_api(self, stack: Stack, small: dict[str, Any]) -> None:
        assert small == stack.get(f"/models/{small['id']}")
        # 9 weights × (3·16 + 16·16 + 16·16) of the convolutions, 160 of the classifier.
        assert small["analysis"]["parameters"] == 5200

    def test_shape_task_and_precision_are_passed_on(self, stack: Stack, tmp_path: Path) -> None:
        path = str(small_onnx(tmp_path / "wide.onnx"))
        options = ("--input", "input=1,3,64,64", "--task", "generic", "--precision", "fp32")
        model = told(stack, "model", "import", path, *options)["model"]
        assert (model["name"], model["task"], model["precision"]) == ("wide", "generic", "FP32")
        assert model["inputs"][0]["shape"] == [1, 3, 64, 64]

    def test_list_and_show_for_people(self, stack: Stack, small: dict[str, Any]) -> None:
        out, _ = run(stack, "model", "list")
        assert any(line.startswith("tiny ") and "classification" in line for line in out.splitlines())
        out, _ = run(stack, "model", "show", small["id"])
        assert "[1, 3, 32, 32] f32" in out
        assert "5,200" in out

    def test_download_and_back(self, stack: Stack, small: dict[str, Any], tmp_path: Path) -> None:
        target = tmp_path / "ir.zip"
        out, _ = run(stack, "model", "download", "tiny", "-o", str(target))
        assert out == f"{target}\n"
        with zipfile.ZipFile(target) as archive:
            archive.extractall(tmp_path / "ir")
        # The weights beside the .xml are found and sent with it.
        xml = next((tmp_path / "ir").glob("*.xml"))
        again = told(stack, "model", "import", str(xml), "--name", "back")["model"]
        assert (again["source_format"], again["size_bytes"]) == ("OpenVINO IR v11", small["size_bytes"])
        assert told(stack, "model", "delete", "back") == {"deleted": again["id"]}
        run(stack, "model", "show", "back", code=1)
        _, err = run(stack, "model", "download", "tiny", "-o", str(target), code=2)
        assert "there already" in err

    def test_a_damaged_file_fails_with_its_reason(self, stack: Stack, tmp_path: Path) -> None:
        broken = tmp_path / "broken.onnx"
        broken.write_bytes(small_onnx(tmp_path / "whole.onnx").read_bytes()[:400])
        out, err = run(stack, "model", "import", str(broken), "--json", code=1)
        document = json.loads(out)
        assert (document["model"], document["job"]["state"]) == (None, "failed")
        assert document["job"]["error"]["message"] in err


class TestDatasets:
    def test_a_folder_keeps_its_name(self, photos: dict[str, Any]) -> None:
        assert (photos["name"], photos["format"], photos["count"]) == ("photos", "not_annotated", 6)

    def test_an_archive_with_a_subset(self, stack: Stack, tmp_path: Path) -> None:
        path = str(picture_zip(tmp_path / "labelled.zip"))
        dataset = told(stack, "dataset", "import", path, "--subset", "3", "--seed", "7")["dataset"]
        assert (dataset["format"], dataset["count"]) == ("imagenet_txt", 3)
        out, _ = run(stack, "dataset", "show", "labelled")
        assert "imagenet txt" in out

    def test_a_folder_is_sent_where_the_server_may_not_see_it(self, stack: Stack, tmp_path: Path) -> None:
        # Named by address, it could be any machine.
        folder = str(pictures(tmp_path / "sent", 3))
        url = f"http://127.0.0.1:{stack.port}"
        dataset = told(stack, "dataset", "import", folder, WORKBENCH_URL=url, XDG_STATE_HOME=str(tmp_path))["dataset"]
        assert (dataset["name"], dataset["count"]) == ("sent", 3)

    def test_the_wrong_format_is_said(self, stack: Stack, photos: dict[str, Any], tmp_path: Path) -> None:
        folder = str(pictures(tmp_path / "wrong", 1))
        _, err = run(stack, "dataset", "import", folder, "--format", "coco", code=1)
        assert "COCO" in err
        run(stack, "dataset", "import", folder, "--format", "nonsense", code=2)


class TestProjectsAndRuns:
    def test_the_same_four_are_the_same_project(self, stack: Stack, project: dict[str, Any]) -> None:
        again = told(stack, "project", "create", "--model", "tiny", "--dataset", "photos")
        assert (again["project"]["id"], again["created"], len(again["runs"])) == (project["id"], False, 3)

    def test_benchmark_is_project_and_runs_with_layers(self, stack: Stack, project: dict[str, Any]) -> None:
        document = told(stack, "benchmark", project["name"], "--streams", "1,2", "--batch", "1,2", "--duration", "0.3")
        assert document["project"]["id"] == project["id"]
        runs = document["runs"]
        assert [(run["streams"], run["batch"]) for run in runs] == [(1, 1), (1, 2), (2, 1), (2, 2)]
        for measured in runs:
            for field in ("throughput_fps", "throughput_ci95", "latency_ms", "compile_ms", "verdict"):
                assert measured[field]
            times = [layer["time_us"] for layer in measured["layers"]]
            assert len(times) == 5
            assert times == sorted(times, key=lambda time: -(time or 0))
            assert {"order", "name", "type", "runtime_precision", "time_us", "share", "originals"} <= set(
                measured["layers"][0]
            )

    def test_hints_iterations_and_tables(self, stack: Stack, project: dict[str, Any]) -> None:
        options = ("--hint", "latency,throughput", "--iterations", "30", "--no-layers", "--synthetic")
        out, err = run(stack, "benchmark", project["name"], *options)
        assert "latency hint" in out
        assert "throughput hint" in out
        assert "median ms" in out
        assert "\x1b" not in out + err  # neither is a terminal here
        newest = told(stack, "run", "list", project["name"], "--limit", "2")["items"]
        assert {measured["samples"] for measured in newest} == {30}
        assert {measured["input"]["source"] for measured in newest} == {"synthetic"}
        out, _ = run(stack, "run", "show", newest[0]["id"])
        assert "FPS" in out

    def test_the_table_of_layers(self, stack: Stack, project: dict[str, Any]) -> None:
        first = told(stack, "run", "list", project["name"], "--sort", "created_at")["items"][0]
        document = told(stack, "run", "layers", first["id"])
        assert document == stack.get(f"/runs/{first['id']}/layers")
        out, _ = run(stack, "run", "layers", first["id"])
        heading, *lines = out.splitlines()
        assert heading.split() == "order name type precision time µs share GFLOP/s GB/s bound original layers".split()
        assert len(lines) >= len(document["layers"])
        assert any("conv1" in line and "relu1" in line for line in lines)
        assert len(told(stack, "run", "layers", first["id"], "--top", "2")["layers"]) == 2

    def test_list_and_show(self, stack: Stack, project: dict[str, Any]) -> None:
        assert told(stack, "project", "list", "--model", "tiny")["items"][0]["id"] == project["id"]
        shown = told(stack, "project", "show", project["id"])
        assert len(shown["runs"]) == shown["run_count"]
        out, _ = run(stack, "project", "show", project["name"])
        assert "latency hint" in out


class TestJobs:
    def test_no_wait_watch_and_cancel(self, stack: Stack, project: dict[str, Any]) -> None:
        options = ("--streams", "1", "--duration", "60", "--no-layers", "--no-wait")
        job = told(stack, "benchmark", project["name"], *options)["job"]
        watcher = start(stack, "job", "watch", job["id"], "--json")
        stack.until(lambda: stack.job(job["id"])["state"] == "running", 60, "the benchmark to run")
        assert told(stack, "job", "list", "--state", "running")["items"][0]["id"] == job["id"]
        run(stack, "job", "cancel", job["id"])
        out, err = watcher.communicate(timeout=30)
        assert (watcher.returncode, json.loads(out)["state"]) == (1, "cancelled")
        assert "cancelled" in err
        run(stack, "job", "cancel", "00000000-0000-0000-0000-000000000000", code=1)

    def test_ctrl_c_leaves_the_job_running(self, stack: Stack, project: dict[str, Any]) -> None:
        process = start(stack, "benchmark", project["name"], "--streams", "1", "--duration", "60", "--no-layers")
        job = stack.until(lambda: stack.get("/jobs", state="running", kind="benchmark")["items"], 60, "it to run")[0]
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=20)
        assert process.returncode == 130
        assert f"workbench job cancel {job['id']}" in err
        time.sleep(0.5)
        assert stack.job(job["id"])["state"] == "running"
        stack.post(f"/jobs/{job['id']}/cancel")
        stack.finished(job["id"])

    def test_the_log(self, stack: Stack, small: dict[str, Any]) -> None:
        out, _ = run(stack, "job", "log", small["job_id"])
        assert "convert" in out


class TestServer:
    def test_targets(self, stack: Stack) -> None:
        (target,) = told(stack, "target", "list")["items"]
        shown = told(stack, "target", "show", target["name"])
        assert shown["load"]["memory_total_bytes"] > 0
        document = told(stack, "target", "ping", target["id"])
        assert document["job"]["state"] == "succeeded"
        assert "CPU" in [device["name"] for device in document["target"]["devices"]]

    def test_tokens(self, stack: Stack) -> None:
        made = told(stack, "token", "create", "ci", "--expires-in-days", "3")
        assert made["token"].startswith("wbt_")
        assert made["token"] not in run(stack, "token", "list")[0]
        assert told(stack, "token", "revoke", "ci") == {"deleted": made["id"]}

    def test_the_doctor_of_a_running_server(self, stack: Stack) -> None:
        process = start(stack, "doctor", "--json")
        out, _ = process.communicate(timeout=100)
        document = json.loads(out)
        checks = {check["name"]: check["ok"] for check in document["checks"]}
        assert checks["OpenVINO"]
        assert checks["workers"]
        assert checks["devices"]
        assert (process.returncode == 0) is document["ok"] is all(checks.values())

    def test_without_a_server(self, stack: Stack, tmp_path: Path) -> None:
        environment = {"XDG_STATE_HOME": str(tmp_path), "WORKBENCH_URL": f"http://127.0.0.1:{free_port()}"}
        out, err = run(stack, "model", "list", "--json", code=3, **environment)
        assert out == ""
        assert "workbench up" in err


@pytest.fixture(scope="module")
def apart(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """An installation of its own, without a running server."""
    with running(Stack(tmp_path_factory.mktemp("demo"))) as stack:
        yield stack


class TestDemo:
    def test_it_is_one_document_and_ends(self, apart: Stack) -> None:
        options = ("--exit", "--duration", "0.5", "--port", str(apart.port))
        document = told(apart, "demo", *options)
        assert document["model"]["name"] == document["dataset"]["name"] == "sample digits"
        assert document["project"]["state"] == "ready"
        assert [measured["label"] for measured in document["runs"]] == ["latency hint", "throughput hint", "1 × 1"]
        assert len(document["layers"]) == 5
        assert document["report"]["metrics"]["accuracy@top1"]["value"] > 0.97
        assert document["project"]["accuracy"]["report_id"] == document["report"]["id"]
        # It ends with INT8, both beside each other, and a package that was run.
        version = document["quantized"]
        assert version["size_ratio"] > 1.5
        assert version["throughput_ratio"] > 0
        assert abs(version["metrics"]["accuracy@top1"]["difference"]) < 0.02
        sides = [side["project"]["id"] for side in document["comparison"]["sides"]]
        assert sides == [document["project"]["id"], version["project"]["id"]]
        assert document["package"]["project_id"] == version["project"]["id"]
        assert document["package"]["trial"]["state"] == "passed"
        assert not (apart.folder / "state" / "workbench" / "server.json").exists()
        # A second time it shows what is there already.
        again = told(apart, "demo", *options)
        assert [measured["id"] for measured in again["runs"]] == [measured["id"] for measured in document["runs"]]
        assert again["package"]["id"] == document["package"]["id"]

    def test_a_table_for_people(self, apart: Stack) -> None:
        out, err = run(apart, "demo", "--exit", "--port", str(apart.port))
        for part in ("sample digits", "latency hint", "p99 ms", "verdict", "time µs"):
            assert part in out
        assert f"http://127.0.0.1:{apart.port}" in err

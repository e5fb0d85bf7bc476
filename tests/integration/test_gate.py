"""The gate, through the command line and the API: verdicts, exit codes, JUnit, JSON, and baselines from files.

The machine of the tests may be busy. A check that finds it so says `contended`, and is asked again; what is asserted
holds for every check that was not disturbed, and for all of them that a faster thing is never called slower.
"""

import contextlib
import json
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import psutil
import pytest

from tests.integration.material import small_onnx
from tests.integration.stack import Stack

pytestmark = pytest.mark.slow

TRIES = 3
CODES = {"passed": 0, "regression": 1, "noisy": 4, "contended": 4}


def project(stack: Stack, path: Path, name: str, dataset: dict[str, Any]) -> dict[str, Any]:
    """A project of a model of its own, not measured yet."""
    model = stack.import_model(path, name=name)
    wanted = {"model": model["id"], "dataset": dataset["id"], "baseline": False}
    found: dict[str, Any] = stack.post("/projects", wanted)["project"]
    return found


@pytest.fixture(scope="module")
def before(stack: Stack, dataset: dict[str, Any]) -> dict[str, Any]:
    return project(stack, small_onnx(stack.folder / "before.onnx", side=64), "before", dataset)


@pytest.fixture(scope="module")
def copy(stack: Stack, dataset: dict[str, Any]) -> dict[str, Any]:
    """The same network as `before`, imported again."""
    return project(stack, small_onnx(stack.folder / "copy.onnx", side=64), "copy", dataset)


@pytest.fixture(scope="module")
def slower(stack: Stack, dataset: dict[str, Any]) -> dict[str, Any]:
    """Nearly twice the work of `before`."""
    return project(stack, small_onnx(stack.folder / "slower.onnx", side=64, layers=5), "slower", dataset)


@pytest.fixture(scope="module")
def run(stack: Stack, before: dict[str, Any]) -> dict[str, Any]:
    """A run of `before`."""
    wanted = {"configurations": [{"streams": 1}], "duration_s": 0.5, "layers": False}
    job = stack.finished(stack.post(f"/projects/{before['id']}/benchmarks", wanted)["job"]["id"])
    assert job["state"] == "succeeded", job
    found: dict[str, Any] = stack.get("/runs", job=job["id"])["items"][0]
    return found


def check(stack: Stack, *arguments: str) -> tuple[int, dict[str, Any]]:
    """A check of the command line: its exit code, which must be that of its verdict, and its document."""
    code, document = stack.command("check", *arguments)
    if document["result"] is not None:
        assert code == CODES[document["result"]["verdict"]]
    return code, document


def undisturbed(stack: Stack, *arguments: str) -> dict[str, Any]:
    """The result of the first check that others did not disturb, or of the last one."""
    for _ in range(TRIES):
        _, document = check(stack, *arguments)
        result: dict[str, Any] = document["result"]
        if result["verdict"] != "contended":
            break
        assert result["conditions"]["cpu_others"] > 0.05 or result["conditions"]["disturbed_rounds"] >= result["rounds"]
        assert result["slowdown_ci95"] is None
    return result


@contextlib.contextmanager
def loaded() -> Iterator[None]:
    """Every core is busy with something else."""
    code = "while True: pass"
    busy = [subprocess.Popen([sys.executable, "-c", code]) for _ in range(psutil.cpu_count() or 1)]
    try:
        time.sleep(0.5)
        yield
    finally:
        for process in busy:
            process.kill()
            process.wait()


def parsed(report: Path) -> ElementTree.Element:
    """The root of a JUnit file, which this test had written."""
    return ElementTree.parse(report).getroot()  # noqa: S314


class TestVerdicts:
    def test_a_copy_passes(self, stack: Stack, copy: dict[str, Any], run: dict[str, Any]) -> None:
        options = ("--baseline", run["id"], "--max-slowdown", "20%", "--budget-s", "8")
        result = undisturbed(stack, copy["name"], *options)
        # Whatever the machine does, equal models are never called a regression.
        assert result["verdict"] in ("passed", "noisy", "contended"), result["reason"]
        assert result["interleaved"]
        assert result["baseline"]["run_id"] == run["id"]
        if result["verdict"] == "passed":
            low, high = result["slowdown_ci95"]
            assert low <= result["slowdown"] <= high < 0.20
            assert result["rounds"] >= 8

    def test_more_work_is_a_regression(self, stack: Stack, slower: dict[str, Any], run: dict[str, Any]) -> None:
        result = undisturbed(stack, slower["name"], "--baseline", run["id"], "--budget-s", "8")
        assert result["verdict"] in ("regression", "noisy", "contended"), result["reason"]
        assert result["slowdown"] > 0.05
        if result["verdict"] == "regression":
            assert result["slowdown_ci95"][0] > 0

    def test_busy_cores_are_contended(self, stack: Stack, slower: dict[str, Any], run: dict[str, Any]) -> None:
        with loaded():
            code, document = check(stack, slower["name"], "--baseline", run["id"], "--budget-s", "2")
        assert (code, document["result"]["verdict"]) == (4, "contended")
        assert document["result"]["conditions"]["cpu_others"] > 0.2
        assert "Others used" in document["result"]["reason"]

    def test_a_p99_that_no_model_holds(self, stack: Stack, copy: dict[str, Any], run: dict[str, Any]) -> None:
        options = ("--baseline", run["id"], "--max-slowdown", "50%", "--max-p99-ms", "0.001", "--budget-s", "8")
        result = undisturbed(stack, copy["name"], *options)
        assert result["verdict"] in ("regression", "contended"), result["reason"]
        assert [criterion["name"] for criterion in result["criteria"]] == ["throughput", "p99"]
        if result["verdict"] == "regression":
            assert result["criteria"][1]["verdict"] == "regression"
            assert "p99" in result["reason"]


class TestTheRunThatIsKept:
    def test_with_its_source_and_latencies(self, stack: Stack, copy: dict[str, Any], run: dict[str, Any]) -> None:
        _, document = check(stack, copy["name"], "--baseline", run["id"], "--budget-s", "2", "--batch", "2")
        kept = stack.get(f"/runs/{document['result']['run_id']}")
        assert (kept["source"], kept["project_id"], kept["job_id"]) == ("check", copy["id"], document["job"]["id"])
        assert (kept["batch"], kept["configuration"]["batch"], kept["configuration"]["streams"]) == (2, 2, 1)
        assert document["result"]["baseline"]["batch"] == 2
        latencies = stack.get(f"/runs/{kept['id']}/latencies")
        assert latencies["count"] == kept["samples"] > 0
        assert latencies["completed_s"] == sorted(latencies["completed_s"])
        assert kept["throughput_fps"] == pytest.approx(2 * kept["samples"] / kept["duration_s"])
        # The page asks for the check by its job.
        assert stack.get(f"/checks/{document['job']['id']}")["result"] == document["result"]


class TestFiles:
    def test_of_a_run_and_then_of_a_check(
        self, stack: Stack, copy: dict[str, Any], run: dict[str, Any], tmp_path: Path
    ) -> None:
        first, second = tmp_path / "run.json", tmp_path / "check.json"
        first.write_text(json.dumps(stack.command("run", "show", run["id"])[1]))
        _, document = check(stack, copy["name"], "--baseline", str(first), "--max-slowdown", "0.5", "--budget-s", "2")
        assert document["result"]["interleaved"]
        assert document["result"]["baseline"]["run_id"] == run["id"]
        second.write_text(json.dumps(document))
        _, again = check(stack, copy["name"], "--baseline", str(second), "--max-slowdown", "50%", "--budget-s", "2")
        assert again["result"]["baseline"]["run_id"] == document["result"]["run_id"]

    def test_recorded_figures_stand_in_for_an_unknown_model(
        self, stack: Stack, copy: dict[str, Any], run: dict[str, Any], tmp_path: Path
    ) -> None:
        record = stack.get(f"/runs/{run['id']}")
        record["id"], record["provenance"]["model_sha256"] = "0" * 8, "0" * 64
        # A tenth of the truth: slower than that it cannot be.
        record["throughput_fps"] /= 10
        record["throughput_ci95"] = [record["throughput_fps"] * 0.99, record["throughput_fps"] * 1.01]
        path = tmp_path / "foreign.json"
        path.write_text(json.dumps(record))
        result = undisturbed(stack, copy["name"], "--baseline", str(path), "--budget-s", "8")
        assert result["verdict"] in ("passed", "noisy", "contended")
        assert not result["interleaved"]
        assert "not measured again" in result["warnings"][0]

    def test_figures_of_another_machine_are_no_measure(
        self, stack: Stack, copy: dict[str, Any], run: dict[str, Any], tmp_path: Path
    ) -> None:
        record = stack.get(f"/runs/{run['id']}")
        record["id"], record["provenance"]["model_sha256"] = "elsewhere", "0" * 64
        path, report = tmp_path / "elsewhere.json", tmp_path / "report.xml"
        for change, code in (
            ({"provenance": record["provenance"] | {"cpu": "A 6502"}}, "baseline_elsewhere"),
            ({"effective_precision": "i4"}, "baseline_precision_differs"),
        ):
            path.write_text(json.dumps(record | change))
            exit_code, document = check(stack, copy["name"], "--baseline", str(path), "--junit", str(report))
            assert (exit_code, document["job"]["error"]["code"]) == (1, code)
            (error,) = parsed(report).iter("error")
            assert error.get("type") == code

    @pytest.mark.parametrize(
        ("content", "told"),
        [
            ("", "not JSON"),
            ("[1]", "not a JSON object"),
            ("{}", "neither the document of a run nor that of a check"),
            ('{"job": {}, "result": null}', "without a result"),
            ('{"id": "x", "throughput_fps": NaN}', "not a number above 0"),
            ('{"id": "x", "throughput_fps": "fast"}', "not a number above 0"),
            ('{"id": "x", "throughput_fps": 5, "throughput_ci95": [6, 7]}', "not an interval around"),
            ('{"id": "x", "throughput_fps": 5, "latency_ms": {"p99": "slow"}}', "not numbers"),
            ("[" * 100_000, "nested too deeply"),
        ],
    )
    def test_bad_ones(self, stack: Stack, copy: dict[str, Any], tmp_path: Path, content: str, told: str) -> None:
        path = tmp_path / "bad.json"
        path.write_text(content)
        done = plain(stack, copy["name"], "--baseline", str(path))
        assert done.returncode == 2
        assert told in done.stderr
        assert "Traceback" not in done.stderr


def plain(stack: Stack, *arguments: str) -> subprocess.CompletedProcess[str]:
    """A check as a person starts it."""
    return subprocess.run(
        [sys.executable, "-m", "workbench.cli.main", "check", *arguments],
        env=stack.environment(WORKBENCH_URL=f"http://127.0.0.1:{stack.port}"),
        capture_output=True,
        text=True,
        timeout=200,
        check=False,
    )


class TestOutput:
    def test_people_and_build_servers(
        self, stack: Stack, copy: dict[str, Any], run: dict[str, Any], tmp_path: Path
    ) -> None:
        report = tmp_path / "gate.xml"
        options = ("--baseline", run["id"], "--max-slowdown", "30%", "--max-p99-ms", "1000", "--budget-s", "6")
        done = plain(stack, copy["name"], *options, "--junit", str(report))
        verdict = done.stdout.partition(":")[0]
        assert done.returncode == CODES[verdict], done.stderr
        assert "limit +30.0 %" in done.stdout
        suite = parsed(report).find("testsuite")
        assert suite is not None
        cases = suite.findall("testcase")
        assert [case.get("name") for case in cases] == ["throughput, at most 30 % slower", "p99, at most 1000 ms"]
        wrong = int(suite.get("failures", 0)) + int(suite.get("errors", 0))
        assert (wrong == 0) == (done.returncode == 0)
        properties = {entry.get("name"): entry.get("value") for entry in suite.iter("property")}
        assert properties["verdict"] == verdict
        assert properties["project"] == copy["name"]

    def test_wrong_usage(self, stack: Stack, copy: dict[str, Any], run: dict[str, Any], tmp_path: Path) -> None:
        for arguments in (
            ("--baseline", "no-such-file.json"),
            ("--baseline", run["id"], "--max-slowdown", "5"),
            ("--baseline", run["id"], "--max-slowdown", "-5%"),
            ("--baseline", run["id"], "--budget-s", "0.5"),
            ("--baseline", run["id"], "--hint", "latency,throughput"),
            ("--baseline", run["id"], "--junit", str(tmp_path / "nowhere" / "x.xml")),
            (),
        ):
            assert plain(stack, copy["name"], *arguments).returncode == 2, arguments
        assert plain(stack, "nobody", "--baseline", run["id"]).returncode == 1
        unknown = plain(stack, copy["name"], "--baseline", "00000000-0000-0000-0000-000000000000")
        assert (unknown.returncode, "no such run" in unknown.stderr) == (1, True)


class TestApi:
    def test_refusals(self, stack: Stack, copy: dict[str, Any], run: dict[str, Any]) -> None:
        def refused(**wanted: Any) -> tuple[int, str]:
            answer = stack.client.post("/checks", json={"project": copy["id"], **wanted})
            return answer.status_code, answer.json()["code"]

        figures = {"throughput_fps": 100.0}
        assert refused() == (422, "invalid_fields")
        assert refused(baseline_run=run["id"], baseline=figures) == (422, "invalid_fields")
        assert refused(baseline_run="nonsense") == (404, "run_not_found")
        assert refused(baseline=figures) == (422, "baseline_unusable")
        assert refused(baseline=figures | {"throughput_ci95": [120.0, 130.0]}) == (422, "invalid_fields")
        open_loop = {"arrivals_per_s": 10}
        assert refused(baseline_run=run["id"], configuration=open_loop) == (422, "baseline_unusable")
        recorded = figures | {"configuration": {"streams": 1}}
        assert refused(baseline=recorded, configuration={"streams": 2}) == (409, "baseline_configuration_differs")
        assert stack.client.get("/checks/nonsense").status_code == 404
        # A job, but no check.
        assert stack.client.get(f"/checks/{run['job_id']}").json()["code"] == "check_not_found"

    def test_cancelled_in_the_middle(self, stack: Stack, copy: dict[str, Any], run: dict[str, Any]) -> None:
        wanted = {"project": copy["id"], "baseline_run": run["id"], "max_slowdown": 1e-6, "budget_s": 600}
        job = stack.post("/checks", wanted)["job"]
        stack.until(lambda: stack.job(job["id"])["stage"] == "measure in turn", 60, "the check to measure")
        stack.post(f"/jobs/{job['id']}/cancel")
        assert stack.finished(job["id"], 10)["state"] == "cancelled"
        assert stack.get(f"/checks/{job['id']}")["result"] is None

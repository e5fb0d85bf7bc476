"""Guided searches through the API and the command line, on a small model with short cells."""

from typing import Any

import pytest

from tests.integration.stack import Stack

pytestmark = pytest.mark.slow

SHORT: dict[str, Any] = {"streams": [1, 2], "batches": [1, 2, 4], "cell_s": 1.0, "budget_s": 8.0, "percentile": "p90"}


@pytest.fixture(scope="module")
def project(stack: Stack, model: dict[str, Any], dataset: dict[str, Any]) -> dict[str, Any]:
    wanted = {"model": model["id"], "dataset": dataset["id"], "baseline": False}
    found: dict[str, Any] = stack.post("/projects", wanted)["project"]
    return found


@pytest.fixture(scope="module")
def ended(stack: Stack, project: dict[str, Any]) -> dict[str, Any]:
    """A search of the front that came to its end."""
    job = stack.post(f"/projects/{project['id']}/searches", SHORT)["job"]
    assert (job["kind"], job["measuring"]) == ("search", True)
    done = stack.finished(job["id"])
    assert done["state"] == "succeeded", (done["error"], stack.client.get(f"/jobs/{job['id']}/log").text)
    found: dict[str, Any] = stack.get(f"/searches/{job['id']}")
    return found


def of_job(stack: Stack, job_id: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = stack.get("/runs", job=job_id)["items"]
    return found


class TestResult:
    def test_every_cell_is_measured_or_skipped_with_a_reason(self, ended: dict[str, Any]) -> None:
        result = ended["result"]
        cells = [
            (one["configuration"]["streams"], one["configuration"]["batch"])
            for one in (*result["points"], *result["skipped"])
        ]
        assert sorted(cells) == [(streams, batch) for streams in (1, 2) for batch in (1, 2, 4)]
        assert all(one["reason"] for one in result["skipped"])
        assert result["grid"] == 6
        assert result["stopped"] in ("resolved", "budget")
        assert result["reason"]
        assert 0 < result["measured_s"]
        assert result["grid_s"] > 6 * SHORT["cell_s"]

    def test_the_front_is_of_the_points_and_has_no_best(self, ended: dict[str, Any]) -> None:
        result = ended["result"]
        assert result["best"] is None
        assert result["front"]
        on_front = [point["label"] for point in result["points"] if point["on_front"]]
        assert sorted(point["label"] for point in result["front"]) == sorted(on_front)
        latencies = [point["latency_ms"] for point in result["front"]]
        assert latencies == sorted(latencies)

    def test_finished_cells_are_runs_like_others(self, stack: Stack, ended: dict[str, Any]) -> None:
        runs = {run["id"]: run for run in of_job(stack, ended["job"]["id"])}
        kept = [point for point in ended["result"]["points"] if point["run_id"]]
        assert {point["run_id"] for point in kept} == set(runs)
        assert kept
        for point in kept:
            run = runs[point["run_id"]]
            assert run["source"] == "search"
            assert run["label"] == point["label"]
            assert run["throughput_fps"] == point["throughput_fps"]
            assert (run["streams"], run["batch"]) == (
                point["configuration"]["streams"],
                point["configuration"]["batch"],
            )
            latencies = stack.get(f"/runs/{run['id']}/latencies")
            assert latencies["count"] == run["samples"]
            assert run["throughput_fps"] == pytest.approx(run["samples"] * run["batch"] / run["duration_s"])

    def test_a_deleted_run_is_no_link_any_more(self, stack: Stack, project: dict[str, Any]) -> None:
        one = {**SHORT, "streams": [1], "batches": [1], "budget_s": 5}
        job = stack.post(f"/projects/{project['id']}/searches", one)["job"]
        assert stack.finished(job["id"])["state"] == "succeeded"
        (run,) = of_job(stack, job["id"])
        assert stack.client.delete(f"/runs/{run['id']}").status_code == 204
        result = stack.get(f"/searches/{job['id']}")["result"]
        assert [point["run_id"] for point in result["points"]] == [None]


class TestGoingOn:
    def test_what_a_cancelled_search_finished_is_kept_and_used(self, stack: Stack, project: dict[str, Any]) -> None:
        long = {"streams": [1, 2], "batches": [1, 2, 4, 8], "cell_s": 4, "budget_s": 120, "percentile": "p95"}
        job = stack.post(f"/projects/{project['id']}/searches", long)["job"]
        address = f"/projects/{project['id']}/searches"
        refused = stack.client.post(address, json={"continues": job["id"]})
        assert (refused.status_code, refused.json()["code"]) == (409, "in_use")
        stack.until(lambda: of_job(stack, job["id"]) or stack.job(job["id"])["state"] == "succeeded", 120, "a cell")
        running = stack.get(f"/searches/{job['id']}")
        assert running["result"]["points"]
        if stack.job(job["id"])["state"] == "running":
            stack.post(f"/jobs/{job['id']}/cancel")
        stack.finished(job["id"])
        kept = {run["id"] for run in of_job(stack, job["id"])}
        assert kept
        so_far = stack.get(f"/searches/{job['id']}")
        assert {point["run_id"] for point in so_far["result"]["points"] if point["run_id"]} == kept
        again = stack.post(address, {"continues": job["id"], "budget_s": 5})["job"]
        assert stack.finished(again["id"])["state"] == "succeeded"
        result = stack.get(f"/searches/{again['id']}")["result"]
        assert result["grid"] == 8  # as the search before was asked for
        named = {point["run_id"] for point in result["points"]}
        assert kept <= named
        assert not kept & {run["id"] for run in of_job(stack, again["id"])}

    def test_other_measurements_are_not_used(
        self, stack: Stack, project: dict[str, Any], ended: dict[str, Any]
    ) -> None:
        address = f"/projects/{project['id']}/searches"
        refused = stack.client.post(address, json={"continues": ended["job"]["id"], "input": "synthetic"})
        assert (refused.status_code, refused.json()["code"]) == (409, "search_differs")
        refused = stack.client.post(
            address, json={"continues": ended["job"]["id"], "objective": "throughput", "min_fps": 3}
        )
        assert (refused.status_code, refused.json()["code"]) == (422, "invalid_fields")


class TestBadInput:
    @pytest.mark.parametrize(
        "body",
        [
            {"objective": "beauty"},
            {"percentile": "p99.9"},
            {"objective": "throughput", "min_fps": 10},
            {"objective": "latency", "max_latency_ms": 10},
            {"max_latency_ms": 0},
            {"budget_s": 1},
            {"cell_s": 0.1},
            {"streams": []},
            {"streams": [0]},
            {"batches": [1, 100_000]},
            {"batches": ["many"]},
            {"precision": "i4"},
        ],
    )
    def test_refused_at_the_door(self, stack: Stack, project: dict[str, Any], body: dict[str, Any]) -> None:
        answer = stack.client.post(f"/projects/{project['id']}/searches", json=body)
        assert (answer.status_code, answer.json()["code"]) == (422, "invalid_fields")

    def test_unknown_things(self, stack: Stack, project: dict[str, Any]) -> None:
        assert stack.client.post("/projects/nothing/searches", json={}).status_code == 404
        unknown = "00000000-0000-7000-8000-000000000000"
        for job in (unknown, "nothing", "x" * 36):
            answer = stack.client.get(f"/searches/{job}")
            assert (answer.status_code, answer.json()["code"]) == (404, "search_not_found")
            answer = stack.client.post(f"/projects/{project['id']}/searches", json={"continues": job})
            assert (answer.status_code, answer.json()["code"]) == (404, "search_not_found")


class TestCommand:
    def test_a_limit_that_nothing_keeps(self, stack: Stack, project: dict[str, Any]) -> None:
        code, told = stack.command(
            "search", project["name"], "--max-p99-ms", "0.0001", "--percentile", "median",
            "--streams", "1", "--batch", "1,2", "--cell-s", "1", "--budget-s", "5",
        )  # fmt: skip
        assert code == 0
        assert (told["result"]["objective"], told["result"]["best"]) == ("throughput", None)
        assert "Nothing keeps the limits" in told["result"]["reason"]

    def test_the_best_within_a_limit(self, stack: Stack, project: dict[str, Any]) -> None:
        code, told = stack.command(
            "search", project["name"], "--objective", "latency", "--min-fps", "0.5", "--percentile", "median",
            "--streams", "1", "--batch", "1,4", "--cell-s", "1", "--budget-s", "5",
        )  # fmt: skip
        assert code == 0
        best = told["result"]["best"]
        assert best["within_limits"]
        assert best["latency_ms"] == min(point["latency_ms"] for point in told["result"]["front"])
        assert told["job"]["state"] == "succeeded"

    def test_wrong_usage(self, stack: Stack, project: dict[str, Any]) -> None:
        for arguments in (
            ("--objective", "beauty"),
            ("--streams", "none"),
            ("--budget-s", "1"),
            ("--percentile", "p1"),
        ):
            import subprocess
            import sys

            done = subprocess.run(
                [sys.executable, "-m", "workbench.cli.main", "search", project["name"], *arguments],
                env=stack.environment() | {"WORKBENCH_URL": f"http://127.0.0.1:{stack.port}"},
                capture_output=True,
                check=False,
            )
            assert done.returncode == 2, (arguments, done.stderr)

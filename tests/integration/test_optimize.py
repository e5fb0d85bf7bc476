"""The best version within limits, looked for by the command line on a real installation."""

import time
from typing import Any

import pytest

from tests.integration.stack import Stack
from tests.integration.test_quantization import project_of

pytestmark = pytest.mark.slow

QUICK = ("--samples", "6", "--cell-s", "0.5", "--streams", "1,2", "--batch", "1,2", "--budget-s", "60")
# The small classifier guesses: what counts here is that its INT8 version is held against it.
LOOSE = ("--max-drop", "90%")


@pytest.fixture(scope="module")
def project(stack: Stack) -> dict[str, Any]:
    return project_of(stack)


def optimize(stack: Stack, project: dict[str, Any], *more: str, code: int = 0) -> dict[str, Any]:
    ended, told = stack.command("optimize", project["name"], *QUICK, *more)
    assert ended == code, (
        told,
        stack.client.get(f"/jobs/{told['job']['id']}/log").text[-3000:] if "job" in told else "",
    )
    found: dict[str, Any] = told
    return found


@pytest.fixture(scope="module")
def found(stack: Stack, project: dict[str, Any]) -> dict[str, Any]:
    return optimize(stack, project, *LOOSE, "--method", "int8")


class TestBest:
    def test_who_wins_and_why(self, stack: Stack, found: dict[str, Any]) -> None:
        result = found["result"]
        winner = result["winner"]
        assert result["stopped"] == "done"
        assert winner["name"] in ("original", "INT8")
        assert winner["state"] == "winner"
        assert winner["name"] in result["reason"]
        (other,) = result["candidates"]
        assert (other["name"], other["state"] in ("winner", "kept")) == ("INT8", True)
        assert other["drop"] == pytest.approx(result["original"]["accuracy"]["value"] - other["accuracy"]["value"])
        # The best is the best of all that was measured, and it was measured again.
        points = [result["original"]["best"], other["best"]]
        best = max(points, key=lambda one: float(one["throughput_fps"]))
        assert winner["best"]["run_id"] in (best["run_id"], *(one["run_id"] for one in points))
        run = stack.get(f"/runs/{winner['verified']['run_id']}")
        assert run["throughput_fps"] == winner["verified"]["throughput_fps"]
        assert run["job_id"] == found["job"]["id"]
        assert run["id"] != winner["best"]["run_id"]

    def test_the_versions_are_there(self, stack: Stack, project: dict[str, Any], found: dict[str, Any]) -> None:
        versions = stack.get(f"/projects/{project['id']}/versions")["items"]
        assert {item["method"] for item in versions} >= {"original", "int8"}
        child = found["result"]["candidates"][0]
        assert any(item["project_id"] == child["project_id"] for item in versions)

    def test_what_was_done_is_not_done_again(
        self, stack: Stack, project: dict[str, Any], found: dict[str, Any]
    ) -> None:
        """Continued with a limit that nothing keeps: versions, reports and runs are those of the first."""
        models = stack.get("/models")["total"]
        again = optimize(
            stack, project, *LOOSE, "--method", "int8", "--max-p99-ms", "0.000001", "--continue", found["job"]["id"]
        )
        assert again["result"]["winner"] is None
        assert "p99 ≤ 1e-06 ms" in again["result"]["reason"]
        assert stack.get("/models")["total"] == models
        assert again["result"]["candidates"][0]["model_id"] == found["result"]["candidates"][0]["model_id"]
        assert again["result"]["candidates"][0]["report_id"] == found["result"]["candidates"][0]["report_id"]
        assert again["result"]["candidates"][0]["state"] == "rejected"

    def test_cancelled_it_keeps_what_it_has(self, stack: Stack, project: dict[str, Any], found: dict[str, Any]) -> None:
        body = {"max_drop": 0.9, "calibration": {"samples": 6}, "cell_s": 20, "budget_s": 600, "methods": ["int8"]}
        job = stack.post(f"/projects/{project['id']}/optimizations", body)["job"]
        stack.until(lambda: "search" in (stack.job(job["id"])["stage"] or ""), 60, "the search to begin")
        began = time.monotonic()
        stack.post(f"/jobs/{job['id']}/cancel")
        assert stack.finished(job["id"], 30)["state"] == "cancelled"
        assert time.monotonic() - began < 20
        told = stack.get(f"/optimizations/{job['id']}")["result"]
        assert told["stopped"] == "cancelled"
        assert told["candidates"][0]["report_id"]


class TestRefused:
    @pytest.mark.parametrize(
        ("body", "status", "code"),
        [
            ({"objective": "latency", "max_latency_ms": 5}, 422, "invalid_fields"),
            ({"calibration": {"samples": 17}}, 409, "subset_too_large"),
            ({"metric": "beauty"}, 409, "metric_unknown"),
            ({"continues": "0" * 36}, 409, "optimization_not_found"),
            ({"budget_s": 1}, 422, "invalid_fields"),
        ],
    )
    def test_before_it_is_queued(
        self, stack: Stack, project: dict[str, Any], body: dict[str, Any], status: int, code: str
    ) -> None:
        answer = stack.client.post(f"/projects/{project['id']}/optimizations", json=body)
        assert (answer.status_code, answer.json()["code"]) == (status, code)

    def test_another_kind_of_job_is_no_search(self, stack: Stack, project: dict[str, Any]) -> None:
        job = stack.get("/jobs", limit=1, kind="model_import")["items"][0]
        answer = stack.client.get(f"/optimizations/{job['id']}")
        assert (answer.status_code, answer.json()["code"]) == (404, "optimization_not_found")

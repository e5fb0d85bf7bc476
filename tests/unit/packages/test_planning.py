"""What a package will be is told before it is built, and what cannot be is refused with its reason."""

from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from tests.server import client_of, migrated, runtime_of
from tests.unit.optimization.laboratory import Laboratory
from workbench.db.tables import Job, Run
from workbench.packages import runtime_files

LATENCY = {"min": 1.0, "mean": 2.0, "median": 2.0, "p90": 3.0, "p95": 3.0, "p99": 4.0, "p999": None, "max": 5.0}


@pytest.fixture(scope="module")
def machine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Laboratory, httpx.Client]]:
    folder = tmp_path_factory.mktemp("plans")
    (folder / "data").mkdir()
    with runtime_of(migrated(folder / "data", cancel_poll_s=0.1)) as runtime, client_of(runtime) as client:
        yield Laboratory(runtime, folder), client


def run_of(laboratory: Laboratory, project_id: str, fps: float, **configuration: Any) -> str:
    """A run as if it had been measured."""
    given = {"hint": "none", "streams": None, "requests": None, "batch": None, "threads": None, "precision": None}
    given |= {"api": "async", "arrivals_per_s": None} | configuration
    row = Run(
        project_id=project_id, label="l", device="CPU", hint=given["hint"], streams=given["streams"],
        effective_precision="f32", throughput_fps=fps, latency_median_ms=2.0, verdict="stable",
        result={
            "configuration": given, "input": {}, "throughput_ci95": None, "latency_ms": LATENCY, "samples": 5,
            "duration_s": 1.0, "verdict_reason": "", "windows": [], "provenance": {"cpu": "A processor"},
        },
    )  # fmt: skip
    with laboratory.runtime.db.write() as session:
        session.add(row)
        session.flush()
        return row.id


def post(
    machine: tuple[Laboratory, httpx.Client], what: str, project: str | None = None, **wanted: Any
) -> httpx.Response:
    laboratory, client = machine
    route = f"/api/v1/projects/{project or laboratory.project_id}/packages{what}"
    return client.post(route, json=wanted)


def plan(machine: tuple[Laboratory, httpx.Client], **wanted: Any) -> dict[str, Any]:
    answer = post(machine, "/plan", **wanted)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def sizes(told: dict[str, Any]) -> dict[str, int]:
    return {part["name"]: part["size_bytes"] for part in told["parts"]}


def test_before_anything_was_measured(machine: tuple[Laboratory, httpx.Client]) -> None:
    told = plan(machine)
    assert (told["configuration"]["hint"], told["will_run"]) == ("throughput", True)
    assert "Nothing was measured" in told["notes"][0]


def test_sizes_are_those_of_the_files(machine: tuple[Laboratory, httpx.Client]) -> None:
    told = plan(machine)
    parts = sizes(told)
    assert told["size_bytes"] == sum(parts.values())
    wanted = sum(path.stat().st_size for _, path in runtime_files.plugins(["CPU"]))
    assert parts["device plugins"] == wanted
    assert parts["python"] == sum(path.stat().st_size for _, path in runtime_files.python_files())
    assert 0.1 * told["size_bytes"] < told["archive_bytes"] < 0.5 * told["size_bytes"]


@pytest.mark.parametrize(
    ("wanted", "without"),
    [
        ({"python": False}, {"python"}),
        ({"cpp": False}, {"headers"}),
        ({"runtime": False}, {"runtime", "device plugins", "python", "headers"}),
        ({"python": False, "cpp": False}, {"python", "headers", "samples"}),
        ({"kind": "model_server"}, {"runtime", "device plugins", "python", "headers", "samples"}),
    ],
)
def test_parts_can_be_left_out(
    machine: tuple[Laboratory, httpx.Client], wanted: dict[str, Any], without: set[str]
) -> None:
    whole, less = sizes(plan(machine)), sizes(plan(machine, **wanted))
    assert set(whole) - set(less) == without


def test_the_configuration_of_the_best_run_or_of_another(machine: tuple[Laboratory, httpx.Client]) -> None:
    laboratory, _ = machine
    slow = run_of(laboratory, laboratory.project_id, 10.0, hint="latency", arrivals_per_s=5.0)
    run_of(laboratory, laboratory.project_id, 99.0, streams=2, requests=3, batch=4)
    best = plan(machine)
    assert {name: best["configuration"][name] for name in ("hint", "streams", "requests", "batch")} == {
        "hint": "none", "streams": 2, "requests": 3, "batch": 4,
    }  # fmt: skip
    assert best["notes"] == []
    other = plan(machine, run_id=slow)["configuration"]
    # An open loop is a way to measure, not to run.
    assert (other["hint"], other["arrivals_per_s"]) == ("latency", None)
    given = plan(machine, configuration={"hint": "latency", "precision": "f32"})
    assert given["configuration"]["precision"] == "f32"


def test_a_device_that_is_not_here(machine: tuple[Laboratory, httpx.Client]) -> None:
    told = plan(machine, devices=["NPU"])
    assert not told["will_run"]
    assert "no device NPU" in told["notes"][-1]
    assert "NPU" in next(part["description"] for part in told["parts"] if part["name"] == "device plugins")


def test_what_is_refused(machine: tuple[Laboratory, httpx.Client]) -> None:
    laboratory, client = machine
    stranger = run_of(laboratory, laboratory.bare_project_id, 5.0, streams=1)
    refused: list[tuple[dict[str, Any], int, str]] = [
        ({"devices": ["FPGA"]}, 422, "unknown_device"),
        ({"devices": ["CPU; reboot"]}, 422, "unknown_device"),
        ({"devices": ["AUTO:" + ",".join(["CPU"] * 100)]}, 422, "unknown_device"),
        ({"name": "../../etc"}, 422, "invalid_name"),
        ({"name": "a\0b"}, 422, "invalid_name"),
        ({"run_id": stranger}, 409, "run_of_other_project"),
        ({"run_id": "nothing"}, 409, "run_not_found"),
        ({"kind": "project"}, 422, "invalid_fields"),
        ({"samples": 0}, 422, "invalid_fields"),
        ({"devices": []}, 422, "invalid_fields"),
    ]
    for wanted, status, code in refused:
        for what in ("", "/plan"):
            answer = post(machine, what, **wanted)
            assert (answer.status_code, answer.json()["code"]) == (status, code), wanted
    assert post(machine, "", project="nobody").json()["code"] == "project_not_found"
    jobs = client.get("/api/v1/jobs").json()["items"]
    assert not [job for job in jobs if job["kind"] == "package"]


def test_what_is_queued_is_settled(machine: tuple[Laboratory, httpx.Client]) -> None:
    laboratory, _ = machine
    best = run_of(laboratory, laboratory.project_id, 500.0, streams=7)
    job = post(machine, "").json()["job"]
    run_of(laboratory, laboratory.project_id, 900.0, streams=8)
    assert (job["kind"], job["target_id"], job["state"]) == ("package", laboratory.target_id, "queued")
    with laboratory.runtime.db.read() as session:
        parameters = session.get_one(Job, job["id"]).parameters
    assert (parameters["run_id"], parameters["devices"]) == (best, ["CPU"])

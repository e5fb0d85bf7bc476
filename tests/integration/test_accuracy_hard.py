"""Reports and datasets in the making while something dies: nothing half is kept, and whoever waits is told."""

import contextlib
import time
import zipfile
from collections.abc import Iterator
from typing import Any

import httpx
import psutil
import pytest

from tests.integration.material import picture_zip, small_onnx
from tests.integration.stack import Stack, running
from tests.services import Postgres, Redis

pytestmark = [pytest.mark.slow, pytest.mark.services, pytest.mark.timeout(600)]
PICTURES = 60
READING = {
    "task": "classification",
    "decoding": {"family": "classification"},
    "classes": {"match_by": "index"},
    "preprocessing": {"scale": [255.0]},
}


@pytest.fixture(scope="module")
def team(tmp_path_factory: pytest.TempPathFactory, postgres: Postgres) -> Iterator[Stack]:
    """A server and one worker, each a process that can be killed."""
    with Redis() as broker:
        stack = Stack(tmp_path_factory.mktemp("team"), postgres.create_database("accuracy_hard"), broker.url)
        with running(stack):
            stack.team()
            yield stack


@pytest.fixture(scope="module")
def slow(team: Stack) -> dict[str, Any]:
    """A project whose report takes half a minute on two cores: it can be met in the middle."""
    model = team.import_model(small_onnx(team.folder / "slow.onnx", side=256, channels=64, layers=6))
    archive = picture_zip(team.folder / "pictures.zip", PICTURES)
    with zipfile.ZipFile(archive, "a") as file:
        file.writestr("labels.txt", "".join(f"class {number}\n" for number in range(10)))
    dataset = team.import_dataset(archive)
    body = {"model": model["id"], "dataset": dataset["id"], "baseline": False}
    project = team.post("/projects", body)["project"]
    answer = team.client.put(f"/projects/{project['id']}/reading", json={"reading": READING})
    assert answer.status_code == 200, answer.text
    return {"project": project["id"], "model": model["id"], "dataset": dataset["id"]}


class Before:
    """What there was, to be compared with what is left."""

    def __init__(self, stack: Stack) -> None:
        self._stack = stack
        self.reports = stack.get("/reports")["total"]
        self.artifacts = self._stored()

    def _stored(self) -> set[str]:
        return {path.name for path in (self._stack.data_dir / "artifacts").glob("*/*")}

    def nothing_kept(self) -> bool:
        """No report and no artifact."""
        return self._stack.get("/reports")["total"] == self.reports and self._stored() == self.artifacts

    def nothing_new(self) -> bool:
        """No work folder either. That of a worker that died is removed by the chores, hours later."""
        return self.nothing_kept() and not list((self._stack.data_dir / "work").iterdir())


def measuring(stack: Stack, project: str, **wanted: Any) -> str:
    """The id of a report's job that is in its work on samples."""
    job: str = stack.post(f"/projects/{project}/reports", wanted)["job"]["id"]
    stack.until(lambda: _inferring(stack.job(job)), 120, "the report to be in its middle")
    return job


def _inferring(job: dict[str, Any]) -> bool:
    assert job["state"] in ("queued", "waiting", "running"), job["error"]
    return bool(job["state"] == "running" and job["progress"] and 0 < job["progress"] < 0.9)


def test_cancelled(team: Stack, slow: dict[str, Any]) -> None:
    before = Before(team)
    job = measuring(team, slow["project"])
    asked = time.monotonic()
    assert team.client.post(f"/jobs/{job}/cancel").status_code in (200, 202)
    ended = team.finished(job)
    print(f"cancelled within {time.monotonic() - asked:.1f} s")
    assert (ended["state"], ended["error"]) == ("cancelled", None)
    team.until(before.nothing_new, 20, "nothing to be left")
    assert not team.engines("worker-0")
    assert "cancelled" in team.client.get(f"/jobs/{job}/log").text


def test_the_engine_is_killed(team: Stack, slow: dict[str, Any]) -> None:
    before = Before(team)
    job = measuring(team, slow["project"])
    for engine in team.engines("worker-0"):
        with contextlib.suppress(psutil.NoSuchProcess):
            engine.kill()
    ended = team.finished(job)
    assert (ended["state"], ended["error"]["code"]) == ("failed", "engine_killed")
    team.until(before.nothing_new, 20, "nothing to be left")


def test_the_worker_is_killed_while_it_measures(team: Stack, slow: dict[str, Any]) -> None:
    before = Before(team)
    job = measuring(team, slow["project"])
    team.kill("worker-0")
    team.worker("worker-0")
    ended = team.finished(job)
    assert (ended["state"], ended["error"]["code"]) == ("failed", "worker_lost")
    assert ended["error"]["action"]
    assert before.nothing_kept()


@pytest.mark.parametrize("kind", ["generate", "split"])
def test_the_worker_is_killed_while_it_makes_a_dataset(team: Stack, slow: dict[str, Any], kind: str) -> None:
    """An ordinary job: it is tried again, and its rows are there once."""
    datasets = team.get("/datasets")["total"]
    if kind == "generate":
        noise = {"count": 400, "width": 256, "height": 256, "seed": 1}
        made = team.post("/datasets/generated", {"name": "killed noise", "synthetic": noise})
    else:
        made = team.post(f"/datasets/{slow['dataset']}/splits", {"calibration": PICTURES // 2, "seed": 1})
        halves = {made["calibration"]["id"], made["validation"]["id"]}
    job = made["job"]["id"]
    team.until(lambda: team.job(job)["state"] != "queued", 60, "it to begin")
    team.kill("worker-0")
    team.worker("worker-0")
    ended = team.finished(job, 240)
    assert ended["state"] == "succeeded", ended
    wanted = {made["dataset"]["id"]} if kind == "generate" else halves
    mine = [item for item in team.get("/datasets", limit=200)["items"] if item["id"] in wanted]
    assert team.get("/datasets")["total"] == datasets + (1 if kind == "generate" else 2)
    assert {item["state"] for item in mine} == {"ready"}
    assert sum(item["count"] for item in mine) == (400 if kind == "generate" else PICTURES)
    for item in mine:
        rows = team.get(f"/datasets/{item['id']}/samples", limit=200)
        assert rows["total"] == item["count"]
        assert team.client.get(rows["items"][-1]["image"].removeprefix("/api/v1")).status_code == 200


def test_the_server_is_killed_while_a_report_runs(team: Stack, slow: dict[str, Any]) -> None:
    """Whoever follows the job by its address goes on after the restart, and sees its stages and its report."""
    wanted = {"subset": {"count": 30, "seed": 2}}
    job = measuring(team, slow["project"], **wanted)
    team.kill("api")
    team.api()
    team.until(lambda: _answers(team), 60, "the server to come back")
    ended = team.finished(job, 240)
    assert ended["state"] == "succeeded", ended
    assert ended["progress"] == 1.0
    report = team.get(f"/reports/{ended['result']['report_id']}")
    assert report["samples"] == 30
    stages = [item["data"]["stage"] for item in team.get(f"/jobs/{job}/events")["items"] if item["type"] == "stage"]
    assert len(stages) >= 2


def _answers(stack: Stack) -> bool:
    with contextlib.suppress(httpx.TransportError):
        return stack.client.get("/system/health").status_code == 200
    return False


def test_what_a_report_is_made_of_is_not_deleted_under_it(team: Stack, slow: dict[str, Any]) -> None:
    job = measuring(team, slow["project"])
    for room in ("model", "dataset", "project"):
        answer = team.client.delete(f"/{room}s/{slow[room]}")
        assert answer.status_code == 409, (room, answer.text)
        assert answer.json()["code"]
        assert answer.json()["action"]
    team.client.post(f"/jobs/{job}/cancel")
    assert team.finished(job)["state"] == "cancelled"


def test_a_report_outlives_its_dataset_and_model(team: Stack, slow: dict[str, Any]) -> None:
    """Last: it deletes what the others use."""
    ended = team.finished(
        team.post(f"/projects/{slow['project']}/reports", {"subset": {"count": 4, "seed": 0}})["job"]["id"], 240
    )
    report = f"/reports/{ended['result']['report_id']}"
    assert team.get(f"{report}/samples/0")["image"]
    for room in ("dataset", "model"):
        answer = team.client.delete(f"/{room}s/{slow[room]}")
        assert answer.status_code in (204, 409), answer.text
        one = team.get(f"{report}/samples/0")
        assert one["row"]["row"] == 0
        assert one["prediction"]["classes"]
        if answer.status_code == 204 and room == "dataset":
            assert one["image"] is None
    for part in ("", "/tables", "/samples", "/export", "/samples/1"):
        assert team.client.get(report + part).status_code == 200, part
    answer = team.client.post(f"/projects/{slow['project']}/reports", json={})
    assert answer.status_code in (202, 409), answer.text
    answer = team.client.post("/predictions", json={"project": slow["project"], "sample": 0})
    assert answer.status_code < 500, answer.text
    assert team.client.get(f"/projects/{slow['project']}").status_code == 200
    assert team.client.get(f"/projects/{slow['project']}/reading").status_code < 500
    if team.client.delete(f"/projects/{slow['project']}").status_code == 204:
        assert team.client.get(report).status_code == 404

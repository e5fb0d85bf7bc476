"""kill -9 at random moments: no job is stuck, none runs twice, nothing half is left, each loss is noticed in 30 s.

`make chaos` runs at least 50 rounds; `make test` a few. Victims: worker, engine, server, broker.
"""

import collections
import contextlib
import functools
import random
import time
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import httpx
import psutil
import pytest
from sqlalchemy import text

from tests.integration.material import pictures, small_onnx
from tests.integration.stack import ENDED, Stack, running
from tests.services import Postgres, Redis
from workbench.db.session import Database

NOTICED_S = 30.0
ROUND_S = 150.0
SEED = 2026


@pytest.fixture
def team(tmp_path: Path, fresh_postgres_url: str, postgres: Postgres) -> Iterator[tuple[Stack, Redis]]:
    with Redis() as broker:
        stack = Stack(tmp_path, fresh_postgres_url, broker.url)
        with running(stack):
            stack.team(workers=2)
            yield stack, broker


@pytest.mark.slow
@pytest.mark.services
@pytest.mark.timeout(7200)
def test_random_kills(team: tuple[Stack, Redis], tmp_path: Path, chaos_rounds: int) -> None:
    stack, broker = team
    rng = random.Random(SEED)
    model_file = small_onnx(tmp_path / "small.onnx", side=64, layers=4)
    model = stack.import_model(model_file)
    dataset = stack.import_dataset(pictures(tmp_path / "pictures"))
    project = stack.post("/projects", {"model": model["id"], "dataset": dataset["id"], "baseline": False})["project"]
    database = Database(stack.environment()["WORKBENCH_DATABASE_URL"].replace("postgresql://", "postgresql+psycopg://"))
    outcomes: collections.Counter[str] = collections.Counter()
    slowest = 0.0
    try:
        for number in range(chaos_rounds):
            victim = ("worker", "engine", "server", "broker")[number % 4]
            submitted = _submit(stack, project["id"], model_file, number)
            stack.until(functools.partial(_any_running, stack, submitted), 60, "a job to run")
            time.sleep(rng.uniform(0.0, 2.5))
            before = {job["id"]: job for job in map(stack.job, submitted)}
            at = _now(database)
            killed = _kill(stack, broker, victim, rng)
            for job_id in submitted:
                ended = stack.finished(job_id, ROUND_S)
                outcomes[f"{victim}: {ended['kind']} {ended['state']} {(ended['error'] or {}).get('code', '')}"] += 1
                if killed and victim == "worker" and before[job_id]["state"] == "running":
                    slowest = max(slowest, _noticed_after(stack, job_id, at))
            _nothing_twice(stack, submitted)
        _nothing_half(stack, database)
    finally:
        database.dispose()
    print(f"\n{chaos_rounds} rounds; slowest notice of a lost worker {slowest:.1f} s")
    for outcome, count in sorted(outcomes.items()):
        print(f"  {count:4d} × {outcome}")
    assert slowest <= NOTICED_S


def _submit(stack: Stack, project_id: str, model_file: Path, number: int) -> list[str]:
    benchmark = {"configurations": [{"streams": 1}, {"streams": 2}], "duration_s": 1.5, "layers": False}
    first = stack.post(f"/projects/{project_id}/benchmarks", benchmark)["job"]["id"]
    second = stack.post("/models", {"path": str(model_file), "name": f"chaos {number}"})["job"]["id"]
    return [first, second]


def _any_running(stack: Stack, job_ids: list[str]) -> bool:
    states = [stack.job(job_id)["state"] for job_id in job_ids]
    return "running" in states or all(state in ENDED for state in states)


def _kill(stack: Stack, broker: Redis, victim: str, rng: random.Random) -> bool:
    """Kill one, and start it again as a supervisor would. False when there was nothing to kill."""
    if victim == "engine":
        engines = [engine for name in list(stack.processes) for engine in stack.engines(name)]
        if not engines:
            return False
        with contextlib.suppress(psutil.NoSuchProcess):
            rng.choice(engines).kill()
    elif victim == "worker":
        names = [name for name in stack.processes if name.startswith("worker")]
        busy = [name for name in names if stack.engines(name)]
        name = rng.choice(busy or names)
        stack.kill(name)
        stack.worker(name)
    elif victim == "server":
        stack.kill("api")
        stack.api()
        stack.until(lambda: _answers(stack), 60, "the server to come back")
    else:
        broker.kill()
        broker.start()
    return True


def _answers(stack: Stack) -> bool:
    with contextlib.suppress(httpx.TransportError):
        return stack.client.get("/system/health").status_code == 200
    return False


def _now(database: Database) -> datetime:
    with database.read() as session:
        moment: datetime = session.execute(text("SELECT clock_timestamp()")).scalar_one()
        return moment


def _history(stack: Stack, job_id: str) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = stack.get(f"/jobs/{job_id}/events")["items"]
    return items


def _noticed_after(stack: Stack, job_id: str, at: datetime) -> float:
    """Seconds from the kill to the next word about the job that is no progress of a living worker."""
    job = stack.job(job_id)
    moves = [item for item in _history(stack, job_id) if item["type"] == "state"]
    later = [datetime.fromisoformat(item["at"]) for item in moves if datetime.fromisoformat(item["at"]) > at]
    assert later, job
    return (later[0] - at).total_seconds()


def _nothing_twice(stack: Stack, job_ids: list[str]) -> None:
    """A measuring job has one attempt; an ordinary one at most two, the second after the first was given up."""
    for job_id in job_ids:
        job = stack.job(job_id)
        history = _history(stack, job_id)
        begun = [item["data"]["attempt"] for item in history if item["type"] == "state" and _begins(item)]
        assert begun == sorted(set(begun)), (job, history)
        assert len(begun) <= (1 if job["measuring"] else 2), (job, history)
        ends = [item for item in history if item["data"]["state"] in ENDED]
        assert len(ends) == 1, (job, history)
        assert history[-1] == ends[0]
        if job["kind"] == "benchmark":
            runs = stack.get("/runs", job=job_id)["items"]
            labels = [run["label"] for run in runs]
            assert len(labels) == len(set(labels)) <= 2
            if job["state"] == "succeeded":
                assert len(labels) == 2


def _begins(item: dict[str, Any]) -> bool:
    data = item["data"]
    return bool(data["state"] == "running" and data["stage"] is None and data["waiting_for"] is None)


def _nothing_half(stack: Stack, database: Database) -> None:
    """Every artifact that a row names is whole, every model is ready, no upload or engine is left over."""
    models = stack.get("/models", limit=200)["items"]
    assert {model["state"] for model in models} == {"ready"}
    for model in models:
        answer = stack.client.get(f"/models/{model['id']}/download")
        assert answer.status_code == 200
        assert len(answer.content) > model["size_bytes"]
    with database.read() as session:
        stored = {str(value) for value in session.execute(text("SELECT id FROM artifacts")).scalars()}
        named = {
            str(value)
            for column in (
                "artifact_id FROM models",
                "artifact_id FROM datasets",
                "latencies_artifact_id FROM runs",
                "layers_artifact_id FROM runs",
            )
            for value in session.execute(text(f"SELECT {column}")).scalars()
            if value is not None
        }
    assert stored == named
    for artifact_id in stored:
        assert (stack.data_dir / "artifacts" / artifact_id[-2:] / artifact_id).is_dir()
    stack.until(lambda: not _engines_anywhere(stack), 30, "the last engine to end")


def _engines_anywhere(stack: Stack) -> list[psutil.Process]:
    """Also engines whose worker is dead: they are nobody's children, but work in our data folder."""
    found = []
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.Error):
            if "run" in process.cmdline() and process.cwd().startswith(str(stack.data_dir)):
                found.append(process)
    return found


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_everything_dies_at_once_and_comes_back(tmp_path: Path) -> None:
    """The single user's command, killed while it measures: its worker and engine end, and a new start tells of it."""
    stack = Stack(tmp_path)
    with running(stack):
        stack.up()
        model = stack.import_model(small_onnx(tmp_path / "small.onnx", side=64))
        dataset = stack.import_dataset(pictures(tmp_path / "pictures"))
        body = {"model": model["id"], "dataset": dataset["id"], "duration_s": 20}
        job_id = stack.post("/projects", body)["job"]["id"]
        stack.until(lambda: (stack.job(job_id)["stage"] or "").endswith("measure"), 60, "the measuring stage")
        waiting = stack.post("/models", {"path": str(tmp_path / "small.onnx"), "name": "second"})["job"]["id"]
        stack.kill("up")
        stack.until(lambda: not _engines_anywhere(stack), NOTICED_S, "the engine to end by itself")
        began = time.monotonic()
        stack.up()
        job = stack.finished(job_id)
        assert job["state"] == "failed"
        # The worker notices that its parent is gone and may still write the end down; else its lease lapses.
        assert job["error"]["code"] in ("worker_stopped", "worker_lost")
        assert time.monotonic() - began < NOTICED_S
        assert stack.finished(waiting)["state"] == "succeeded"

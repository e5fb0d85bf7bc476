"""Two workers on PostgreSQL and Redis: measuring jobs of one machine never overlap, ordinary ones do."""

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from tests.integration.material import pictures, small_onnx
from tests.integration.stack import Stack, running
from tests.server import migrated, runtime_of
from workbench.targets import service


@pytest.fixture
def team(tmp_path: Path, fresh_postgres_url: str, fresh_redis_url: str) -> Iterator[Stack]:
    stack = Stack(tmp_path, fresh_postgres_url, fresh_redis_url)
    with running(stack):
        stack.team(workers=2)
        yield stack


def interval(job: dict[str, Any]) -> tuple[datetime, datetime]:
    return datetime.fromisoformat(job["started_at"]), datetime.fromisoformat(job["finished_at"])


def overlap(one: dict[str, Any], other: dict[str, Any]) -> bool:
    (begin, end), (other_begin, other_end) = interval(one), interval(other)
    return begin < other_end and other_begin < end


@pytest.mark.slow
@pytest.mark.services
def test_measuring_jobs_take_turns_and_ordinary_ones_do_not(team: Stack, tmp_path: Path) -> None:
    def workers() -> list[int]:
        return [target["workers"] for target in team.get("/targets")["items"]]

    # Two workers of one machine are one target.
    team.until(lambda: sum(workers()) == 2, 30, "both workers to register")
    assert workers() == [2]

    file = small_onnx(tmp_path / "small.onnx", side=64)
    imports = [team.post("/models", {"path": str(file), "name": f"model {number}"}) for number in range(6)]
    ordinary = [team.finished(made["job"]["id"]) for made in imports]
    assert {job["state"] for job in ordinary} == {"succeeded"}
    pairs = [(one, other) for place, one in enumerate(ordinary) for other in ordinary[place + 1 :]]
    assert any(overlap(one, other) for one, other in pairs)

    dataset = team.import_dataset(pictures(tmp_path / "pictures"))
    wanted = {"configurations": [{"streams": 1}], "duration_s": 1, "layers": False}
    measuring, later = [], []
    for made in imports[:4]:
        body = {"model": made["model"]["id"], "dataset": dataset["id"], "baseline": False}
        project = team.post("/projects", body)["project"]
        measuring.append(team.post(f"/projects/{project['id']}/benchmarks", wanted)["job"]["id"])
        later.append(team.post("/models", {"path": str(file)})["job"]["id"])
    jobs = sorted((team.finished(job_id) for job_id in measuring), key=lambda job: job["started_at"])
    assert {job["state"] for job in jobs} == {"succeeded"}
    assert [job["id"] for job in jobs] == measuring  # in the order in which they were queued
    for one, other in pairwise(jobs):
        assert interval(one)[1] <= interval(other)[0]
    for job in [team.finished(job_id) for job_id in later]:
        assert not any(overlap(job, other) for other in jobs)


@pytest.mark.services
def test_two_that_start_together_are_one_target(tmp_path: Path, fresh_postgres_url: str) -> None:
    with runtime_of(migrated(tmp_path, database_url=fresh_postgres_url)) as runtime:
        together = threading.Barrier(2)

        def register() -> str:
            with runtime.db.write() as session:
                together.wait(10)
                return service.register_worker(session, runtime).target_id

        with ThreadPoolExecutor(2) as pool:
            first, second = (pool.submit(register) for _ in range(2))
            assert first.result(20) == second.result(20)

"""The graph of a model: kept by its import, and drawn up later for one that was imported before."""

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.server import client_of, migrated, runtime_of
from tests.unit.engine.networks import classifier, save
from workbench.db.session import now
from workbench.db.tables import Artifact, Job, Machine, Model, Target
from workbench.jobs import repository, runner
from workbench.jobs.chores import sweep
from workbench.jobs.runner import WorkerIdentity
from workbench.models import service
from workbench.runtime import Runtime


class Workshop:
    """A server, and a worker that is called by hand."""

    def __init__(self, runtime: Runtime, client: httpx.Client) -> None:
        self.runtime, self.client = runtime, client
        with runtime.db.write() as session:
            session.add(Machine(id="m", turns=0))
            target = Target(name="t", kind="local", machine_id="m", last_seen_at=now(session))
            session.add(target)
            session.flush()
            self.identity = WorkerIdentity("00000000-0000-7000-8000-000000000001", "m", target.id)

    def work(self, job_id: str) -> Job:
        runner.look(self.runtime, self.identity, job_id)
        with self.runtime.db.read() as session:
            job = repository.get(session, job_id)
        assert job is not None
        assert job.state == "succeeded", job.error
        return job

    def imported(self, path: Path) -> str:
        made = self.client.post("/api/v1/models", json={"path": str(path), "name": "m"})
        assert made.status_code == 202, made.text
        self.work(made.json()["job"]["id"])
        return str(made.json()["model"]["id"])

    def graph(self, **headers: str) -> httpx.Response:
        return self.client.get("/api/v1/models/m/graph", headers=headers)

    def artifacts(self) -> set[str]:
        with self.runtime.db.read() as session:
            return {row.id for row in session.query(Artifact)}

    def forget_graph(self, model_id: str) -> None:
        """As if the model had been imported before graphs were kept."""
        with self.runtime.db.read() as session:
            row = session.get(Model, model_id)
            assert row is not None
            service.graph_path(self.runtime.storage, row).unlink()


@pytest.fixture
def workshop(tmp_path: Path) -> Iterator[Workshop]:
    with runtime_of(migrated(tmp_path / "data")) as runtime:
        runtime.storage.prepare()
        with client_of(runtime) as client:
            yield Workshop(runtime, client)


def nodes(answer: httpx.Response) -> list[dict[str, Any]]:
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json()["nodes"]
    return found


def test_an_import_keeps_the_graph(workshop: Workshop, tmp_path: Path) -> None:
    workshop.imported(save(classifier(), tmp_path / "source"))
    packed, plain = workshop.graph(**{"accept-encoding": "gzip"}), workshop.graph(**{"accept-encoding": "identity"})
    assert packed.headers["content-encoding"] == "gzip"
    assert "content-encoding" not in plain.headers
    assert nodes(packed) == nodes(plain)
    assert "conv" in {node["name"] for node in nodes(plain)}


def test_an_older_model_gets_its_graph_by_a_job(workshop: Workshop, tmp_path: Path) -> None:
    model_id = workshop.imported(save(classifier(), tmp_path / "source"))
    before = nodes(workshop.graph())
    workshop.forget_graph(model_id)
    refused = workshop.graph()
    assert (refused.status_code, refused.json()["code"]) == (409, "graph_not_made")
    assert refused.json()["action"]

    for _ in range(2):
        # The second time it replaces the first.
        job = workshop.client.post("/api/v1/models/m/graph").json()["job"]
        assert (job["kind"], job["measuring"]) == ("model_graph", False)
        assert workshop.work(job["id"]).result == {"model_id": model_id, "nodes": len(before)}
        assert nodes(workshop.graph()) == before
        assert len(workshop.artifacts()) == 2

    time.sleep(0.05)
    sweep(workshop.runtime, age_s=0.01)
    assert nodes(workshop.graph()) == before, "it is no orphan"
    assert workshop.client.get("/api/v1/models/m").json()["analysis"]["layers"] == 6

    assert workshop.client.delete("/api/v1/models/m").status_code == 204
    assert workshop.artifacts() == set()
    assert list(workshop.runtime.storage.artifact_ids(-60)) == []


def test_a_model_that_is_still_imported_has_none(workshop: Workshop, tmp_path: Path) -> None:
    path = save(classifier(), tmp_path / "source")
    workshop.client.post("/api/v1/models", json={"path": str(path), "name": "m"})
    assert workshop.graph().json()["code"] == "model_not_ready"
    assert workshop.client.post("/api/v1/models/m/graph").json()["code"] == "model_not_ready"
    assert workshop.client.get("/api/v1/models/none/graph").status_code == 404


def test_names_from_files_are_data(workshop: Workshop, tmp_path: Path) -> None:
    hostile = "<script>\u202e=1+1|cmd"
    path = save(classifier(), tmp_path / "source")
    path.write_text(path.read_text().replace('name="conv"', f'name="{hostile.replace("<", "&lt;")}"'))
    workshop.imported(path)
    answer = workshop.graph()
    assert answer.headers["content-type"] == "application/json"
    assert hostile in {node["name"] for node in nodes(answer)}

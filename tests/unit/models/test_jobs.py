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


class TestFolding:
    def asked(self, workshop: Workshop, **wanted: Any) -> dict[str, Any]:
        answer = workshop.client.post("/api/v1/models/m/fold", json=wanted)
        assert answer.status_code == 202, answer.text
        found: dict[str, Any] = answer.json()
        return found

    def test_a_child_that_takes_pictures_as_decoded(self, workshop: Workshop, tmp_path: Path) -> None:
        model_id = workshop.imported(save(classifier(), tmp_path / "source"))
        how = {"color": "BGR", "resize": "letterbox", "mean": [10.0, 20.0, 30.0], "scale": [2.0]}
        assert workshop.client.patch("/api/v1/models/m", json={"preprocessing": how}).status_code == 200
        made = self.asked(workshop)
        assert made["model"]["state"] == "importing"
        assert made["job"]["kind"] == "model_fold"
        workshop.work(made["job"]["id"])
        child = workshop.client.get(f"/api/v1/models/{made['model']['id']}").json()
        assert child["state"] == "ready"
        assert child["parent_id"] == model_id
        assert child["name"] == "m folded"
        assert child["inputs"][0]["type"] == "u8"
        assert child["inputs"][0]["shape"] == [1, 16, 16, 3]
        assert child["preprocessing"]["mean"] is None
        assert child["preprocessing"]["color"] == "RGB"
        assert child["preprocessing"]["resize"] == "letterbox", "pictures must still have the input's size"
        assert child["task"] == "classification"
        assert workshop.client.get(f"/api/v1/models/{child['id']}/graph").status_code == 200

    def test_what_cannot_be_folded_leaves_nothing(self, workshop: Workshop, tmp_path: Path) -> None:
        workshop.imported(save(classifier(), tmp_path / "source"))
        made = self.asked(workshop, preprocessing={"color": "GRAY"}, name="grey")
        runner.look(workshop.runtime, workshop.identity, made["job"]["id"])
        job = workshop.client.get(f"/api/v1/jobs/{made['job']['id']}").json()
        assert (job["state"], job["error"]["code"]) == ("failed", "preprocessing_not_foldable")
        assert workshop.client.get("/api/v1/models/grey").status_code == 404

    def test_a_name_that_is_taken(self, workshop: Workshop, tmp_path: Path) -> None:
        workshop.imported(save(classifier(), tmp_path / "source"))
        answer = workshop.client.post("/api/v1/models/m/fold", json={"name": "m"})
        assert (answer.status_code, answer.json()["code"]) == (409, "name_taken")
        assert workshop.client.post("/api/v1/models/none/fold", json={}).status_code == 404

"""Predictions: queued for a sample or an upload, refused where it is unclear, and gone after a week."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest

from tests.server import client_of, migrated, runtime_of
from tests.unit.accuracy.material import artifact, settle
from workbench.accuracy import predictions
from workbench.db.base import new_id
from workbench.db.tables import Job, Model, Prediction
from workbench.runtime import Runtime

House = tuple[Runtime, httpx.Client, dict[str, str]]


@pytest.fixture(params=["sqlite", "postgresql"])
def house(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[House]:
    url = request.getfixturevalue("fresh_postgres_url") if request.param == "postgresql" else None
    with runtime_of(migrated(tmp_path, database_url=url)) as runtime, client_of(runtime) as client:
        yield runtime, client, settle(runtime)


def parameters(runtime: Runtime, job_id: str) -> dict[str, object]:
    with runtime.db.read() as session:
        job = session.get_one(Job, job_id)
        assert (job.kind, job.measuring) == ("prediction", False)
        return job.parameters


def test_of_a_project(house: House) -> None:
    runtime, client, ids = house
    answer = client.post("/api/v1/predictions", json={"project": ids["project"], "sample": 3})
    assert answer.status_code == 202, answer.text
    made = answer.json()
    wanted = parameters(runtime, made["job"]["id"])
    assert (wanted["samples"], wanted["count"], wanted["device"]) == ([3], 1, "CPU")
    assert wanted["reading"]["decoding"]["family"] == "classification"  # type: ignore[index]
    found = client.get(f"/api/v1/predictions/{made['prediction']['id']}").json()
    assert (found["result"], found["job"]["state"], found["project_id"]) == (None, "queued", ids["project"])


def test_beside_the_parent(house: House) -> None:
    runtime, client, ids = house
    body = {"project": ids["child_project"], "sample": 0, "with_parent": True}
    wanted = parameters(runtime, client.post("/api/v1/predictions", json=body).json()["job"]["id"])
    assert wanted["parent_id"] == ids["model"]
    assert wanted["parent_reading"] == wanted["reading"]


def test_of_a_model_whose_labels_are_not_settled(house: House) -> None:
    """It can be tried all the same: only names are lacking."""
    runtime, client, ids = house
    with runtime.db.write() as session:
        session.get_one(Model, ids["model"]).outputs = [
            {"name": "scores", "names": ["scores"], "shape": [1, 12], "type": "f32", "layout": None}
        ]
    reading = client.get(f"/api/v1/projects/{ids['project']}/reading").json()
    assert reading["missing"] == ["The model has 12 classes, the dataset 3 labels: say which label each class is."]
    body = {"model": ids["model"], "dataset": ids["dataset"], "sample": 0}
    assert client.post("/api/v1/predictions", json=body).status_code == 202
    answer = client.post(f"/api/v1/projects/{ids['project']}/reports", json={})
    assert (answer.status_code, answer.json()["code"]) == (409, "reading_incomplete")


def test_kept_for_a_week(house: House) -> None:
    runtime, client, ids = house
    kept = {}
    with runtime.db.write() as session:
        for days in (6, 8):
            folder = runtime.storage.new_work(new_id(), 1)
            (folder / "picture.jpg").write_bytes(b"x")
            job = Job(kind="prediction", title="t", state="succeeded", measuring=False, parameters={})
            session.add(job)
            session.flush()
            row = Prediction(
                model_id=ids["model"],
                job_id=job.id,
                created_at=datetime.now(UTC) - timedelta(days=days),
                artifact_id=artifact(session, runtime, folder),
            )
            session.add(row)
            session.flush()
            kept[days] = (row.id, row.artifact_id)
    assert predictions.sweep(runtime) == 1
    assert client.get(f"/api/v1/predictions/{kept[6][0]}").status_code == 200
    assert client.get(f"/api/v1/predictions/{kept[8][0]}").json()["code"] == "prediction_not_found"
    stored = set(runtime.storage.artifact_ids(-10.0))
    assert kept[6][1] in stored
    assert kept[8][1] not in stored
    assert predictions.sweep(runtime) == 0

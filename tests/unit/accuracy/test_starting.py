"""What is lacking for a report is told before its job exists."""

import json
from pathlib import Path

import pytest

from tests.server import client_of, migrated, runtime_of
from tests.unit.accuracy.material import settle
from workbench.db.tables import Dataset

KINDS = ["annotations", "parent_predictions", "tensor_distance"]


@pytest.mark.parametrize("kind", KINDS)
def test_noise_is_for_benchmarks_only(tmp_path: Path, kind: str) -> None:
    with runtime_of(migrated(tmp_path)) as runtime, client_of(runtime) as client:
        ids = settle(runtime)
        with runtime.db.read() as session:
            artifact = session.get_one(Dataset, ids["dataset"]).artifact_id
        path = runtime.storage.artifact(str(artifact), "dataset.json")
        facts = json.loads(path.read_text())
        path.chmod(0o644)
        path.write_text(json.dumps(facts | {"format": "generated", "synthetic": True}))
        route = f"/api/v1/projects/{ids['child_project']}/reports"
        answer = client.post(route, json={"kind": kind})
        assert (answer.status_code, answer.json()["code"]) == (409, "dataset_is_noise")
        assert "made of noise, for benchmarks only" in answer.json()["detail"]
        assert client.get("/api/v1/jobs").json()["total"] == 0
        path.write_text(json.dumps(facts))
        assert client.post(route, json={"kind": kind}).status_code == 202

"""Exports and imports over HTTP: what is refused before a job is queued, and what is queued."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.integration.inhabited import inhabit
from tests.server import client_of, migrated, runtime_of
from workbench.db.base import new_id
from workbench.db.tables import Project


@pytest.fixture
def house(tmp_path: Path) -> Iterator[tuple[Any, httpx.Client, dict[str, str]]]:
    with runtime_of(migrated(tmp_path)) as runtime, client_of(runtime) as client:
        yield runtime, client, inhabit(runtime)


def refused(client: httpx.Client, path: str, body: dict[str, Any]) -> tuple[int, str]:
    answer = client.post(f"/api/v1{path}", json=body)
    assert answer.json()["action"]
    return answer.status_code, answer.json()["code"]


def test_an_import_names_one_source(house: Any) -> None:
    _, client, _ = house
    assert refused(client, "/projects/import", {}) == (422, "nothing_to_import")
    both = {"upload": new_id(), "path": "/tmp/x"}
    assert refused(client, "/projects/import", both) == (422, "nothing_to_import")


def test_an_import_of_what_is_not_there(house: Any, tmp_path: Path) -> None:
    runtime, client, _ = house
    assert refused(client, "/projects/import", {"upload": new_id()}) == (404, "upload_not_found")
    assert refused(client, "/projects/import", {"path": "relative"}) == (404, "path_not_found")
    own = str(runtime.settings.data_dir)
    assert refused(client, "/projects/import", {"path": own}) == (403, "path_not_allowed")


def test_an_import_to_an_unknown_target(house: Any, tmp_path_factory: pytest.TempPathFactory) -> None:
    _, client, _ = house
    file = tmp_path_factory.mktemp("elsewhere") / "a.tar.gz"
    file.write_bytes(b"")
    body = {"path": str(file), "target": "nowhere"}
    assert refused(client, "/projects/import", body) == (404, "target_not_found")


def test_an_import_is_queued(house: Any, tmp_path_factory: pytest.TempPathFactory) -> None:
    _, client, ids = house
    file = tmp_path_factory.mktemp("elsewhere") / "a.tar.gz"
    file.write_bytes(b"")
    answer = client.post("/api/v1/projects/import", json={"path": str(file), "target": ids["targets"]})
    assert answer.status_code == 202
    job = answer.json()["job"]
    assert (job["kind"], job["state"], job["title"]) == ("project_import", "queued", "Import a.tar.gz")


def test_an_export_of_what_is_gone(house: Any) -> None:
    runtime, client, ids = house
    assert refused(client, "/projects/nothing/exports", {}) == (404, "project_not_found")
    with runtime.db.write() as session:
        session.get_one(Project, ids["projects"]).dataset_id = None
    assert refused(client, f"/projects/{ids['projects']}/exports", {}) == (409, "project_archived")
    answer = client.get(f"/api/v1/projects/{ids['projects']}/recipe")
    assert (answer.status_code, answer.json()["code"]) == (409, "project_archived")


def test_an_export_is_queued(house: Any) -> None:
    _, client, ids = house
    answer = client.post(f"/api/v1/projects/{ids['projects']}/exports", json={"dataset": False})
    assert answer.status_code == 202
    job = answer.json()["job"]
    assert (job["kind"], job["state"], job["project_id"]) == ("project_export", "queued", ids["projects"])

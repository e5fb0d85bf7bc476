"""`/system` over real HTTP, also when the database goes away."""

import socket
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.server import client_of, migrated, runtime_of
from tests.services import Postgres
from workbench.db.session import Database
from workbench.runtime import Runtime

SYSTEM = "/api/v1/system"


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def runtime(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Runtime]:
    folder = tmp_path_factory.mktemp("data")
    folder.chmod(0o700)
    url = None
    if request.param == "postgresql":
        url = request.getfixturevalue("postgres").create_database("system")
    with runtime_of(migrated(folder, database_url=url)) as made:
        yield made


@pytest.fixture(scope="module")
def client(runtime: Runtime) -> Iterator[httpx.Client]:
    with client_of(runtime) as made:
        yield made


class TestSystem:
    def test_tells_what_it_works_with(self, client: httpx.Client, runtime: Runtime) -> None:
        told = client.get(SYSTEM).json()
        assert told["database"] == ("postgresql" if runtime.settings.database_url else "sqlite")
        assert told["broker"] == "embedded"
        assert told["disk"]["used_by"]["database"] > 0
        assert not told["require_token"]


class TestLog:
    def test_is_a_file_to_keep(self, client: httpx.Client, runtime: Runtime) -> None:
        runtime.storage.server_log("server").write_text("<script>alert(1)</script>\n")
        answer = client.get(f"{SYSTEM}/log")
        assert answer.status_code == 200
        assert answer.headers["Content-Type"] == "text/plain; charset=utf-8"
        assert answer.headers["Content-Disposition"].startswith('attachment; filename="workbench-log-')
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert "<script>" in answer.text


class TestDoctor:
    def test_says_what_to_do(self, client: httpx.Client) -> None:
        told = client.get(f"{SYSTEM}/doctor").json()
        checks = {check["name"]: check for check in told["checks"]}
        assert told["ok"] == all(check["ok"] for check in checks.values())
        assert checks["database"]["ok"]
        assert not checks["workers"]["ok"]
        assert checks["workers"]["action"]


class TestHealth:
    def test_while_the_database_answers(self, client: httpx.Client) -> None:
        answer = client.get(f"{SYSTEM}/health")
        assert (answer.status_code, answer.json()) == (200, {"status": "ok"})

    def test_when_it_is_killed_and_comes_back(self, tmp_path: Path) -> None:
        with Postgres() as server:
            settings = migrated(tmp_path / "data", database_url=server.url)
            with runtime_of(settings) as runtime, client_of(runtime) as client:
                assert client.get(f"{SYSTEM}/health").status_code == 200
                server.kill()
                answer = client.get(f"{SYSTEM}/health")
                assert answer.status_code == 503
                assert answer.json()["code"] == "database_unavailable"
                assert client.get(SYSTEM).status_code == 503
                server.start()
                assert client.get(f"{SYSTEM}/health").status_code == 200

    def test_when_it_hangs_the_answer_does_not(self, tmp_path: Path) -> None:
        with (
            socket.create_server(("127.0.0.1", 0)) as silent,
            runtime_of(migrated(tmp_path / "data")) as runtime,
        ):
            port = silent.getsockname()[1]
            away = Database(f"postgresql+psycopg://u:p@127.0.0.1:{port}/w?connect_timeout=4")
            hanging = Runtime(runtime.settings, away, runtime.storage, runtime.queue)
            with client_of(hanging) as client:
                began = time.monotonic()
                assert client.get(f"{SYSTEM}/health").status_code == 503
                assert time.monotonic() - began < 5

"""The servers that tests start are real, survive a kill on the same data, and end with their parent."""

import os
import subprocess
import sys
import time
from pathlib import Path

import psycopg
import pytest
import redis

from tests.services import MissingProgram, Postgres, Redis, accepts, find_program

ROOT = Path(__file__).resolve().parents[3]


class TestPostgres:
    def test_data_survives_a_kill(self) -> None:
        with Postgres() as server:
            with psycopg.connect(server.url) as connection:
                connection.execute("CREATE TABLE kept (value integer)")
                connection.execute("INSERT INTO kept VALUES (41)")
            server.kill()
            assert not accepts(server.port)
            server.start()
            with psycopg.connect(server.url) as connection:
                assert connection.execute("SELECT value + 1 FROM kept").fetchone() == (42,)
            folder = server.folder
        assert not folder.exists()

    def test_databases_of_tests_are_apart(self, postgres: Postgres, fresh_postgres_url: str) -> None:
        assert fresh_postgres_url != postgres.url
        with psycopg.connect(fresh_postgres_url) as connection:
            tables = connection.execute("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'").fetchone()
        assert tables == (0,)

    def test_wrong_password_is_refused(self, postgres: Postgres) -> None:
        with pytest.raises(psycopg.OperationalError, match="password"):
            psycopg.connect(postgres.url.replace(postgres.password, "wrong"))


class TestRedis:
    def test_answers_and_is_gone_after_a_kill(self) -> None:
        with Redis() as server:
            with redis.Redis.from_url(server.url) as client:
                client.set("key", "value")
                assert client.get("key") == b"value"
            server.kill()
            assert not accepts(server.port)
            server.start()
            with redis.Redis.from_url(server.url) as client:
                assert client.get("key") is None

    def test_ends_with_a_killed_parent(self, tmp_path: Path) -> None:
        code = "import time; from tests.services import Redis; print(Redis().start().port, flush=True); time.sleep(60)"
        environment = os.environ | {"TMPDIR": str(tmp_path)}
        with subprocess.Popen(
            [sys.executable, "-c", code], cwd=ROOT, env=environment, stdout=subprocess.PIPE
        ) as parent:
            assert parent.stdout is not None
            port = int(parent.stdout.readline())
            assert accepts(port)
            parent.kill()
        deadline = time.monotonic() + 10
        while accepts(port) and time.monotonic() < deadline:
            time.sleep(0.05)
        assert not accepts(port)


class TestFindProgram:
    def test_missing_program_names_the_command(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("os.geteuid", lambda: 1000)
        with pytest.raises(MissingProgram, match="apt-get install -y --no-install-recommends no-such-package"):
            find_program("no-such-program", "no-such-package")

    def test_highest_version_of_a_folder_pattern_wins(self, tmp_path: Path) -> None:
        for version in ("9", "15"):
            folder = tmp_path / version / "bin"
            folder.mkdir(parents=True)
            (folder / "server").touch()
        assert find_program("server", "package", [f"{tmp_path}/*/bin"]) == tmp_path / "15" / "bin" / "server"

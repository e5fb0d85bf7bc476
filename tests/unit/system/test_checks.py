import os
import socket
import sqlite3
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from tests.server import migrated, runtime_of
from tests.services import free_port
from workbench import page
from workbench.db.tables import Device, Machine, Target, Worker
from workbench.settings import Settings
from workbench.system import checks
from workbench.system.checks import Check, run_checks

NAMES = ["OpenVINO", "data folder", "disk", "database", "broker", "login", "workers", "devices", "page"]


@pytest.fixture
def silent() -> Iterator[int]:
    """A port that takes connections and never says a word."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


def by_name(settings: Settings, **options: Any) -> dict[str, Check]:
    found = run_checks(settings, **options)
    assert [check.name for check in found] == NAMES
    for check in found:
        assert check.detail
        assert check.ok == (check.action is None), check
    return {check.name: check for check in found}


def closed(folder: Path) -> Path:
    folder.mkdir(mode=0o700)
    return folder


class TestRunChecks:
    @pytest.fixture(autouse=True)
    def _no_probe(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """The devices of this machine are asked for in one test below; these would only wait for it."""
        monkeypatch.setattr(checks, "check_own_devices", lambda: Check("devices", True, "CPU"))

    def test_before_the_first_start_nothing_is_made_and_nothing_is_wrong(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(page, "built", lambda: True)
        folder = tmp_path / "not" / "yet"
        found = by_name(Settings(data_dir=folder))
        assert all(check.ok for check in found.values()), found
        assert not folder.parent.exists()

    def test_a_server_without_worker_and_target(self, tmp_path: Path) -> None:
        found = by_name(migrated(closed(tmp_path / "data")), serving=True)
        assert not found["workers"].ok
        assert not found["devices"].ok
        assert all(found[name].ok for name in ("OpenVINO", "data folder", "database", "broker", "login"))

    def test_a_server_at_work(self, tmp_path: Path) -> None:
        settings = migrated(closed(tmp_path / "data"))
        with runtime_of(settings) as runtime, runtime.db.write() as session:
            session.add(Machine(id="m"))
            target = Target(name="bench", machine_id="m")
            session.add(target)
            session.flush()
            seen = {"hostname": "host", "pid": 77, "version": "1", "seen_at": datetime.now(UTC)}
            session.add(Worker(target_id=target.id, machine_id="m", **seen))
            for name in ("GPU", "CPU"):
                session.add(Device(target_id=target.id, name=name, full_name=name, properties={}))
        found = by_name(settings, serving=True)
        assert found["workers"] == Check("workers", True, "1 alive: host (77)")
        assert found["devices"] == Check("devices", True, "bench: CPU, GPU")

    def test_a_check_that_fails_itself_is_told_and_stops_no_other(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def broken(_: Settings) -> Check:
            raise ZeroDivisionError("oops")

        monkeypatch.setattr(checks, "check_disk", broken)
        found = by_name(Settings(data_dir=tmp_path / "data"))
        assert "ZeroDivisionError: oops" in found["disk"].detail


class TestDataFolder:
    def test_open_to_others(self, tmp_path: Path) -> None:
        folder = tmp_path / "data"
        folder.mkdir()
        folder.chmod(0o755)
        check = checks.check_data_dir(Settings(data_dir=folder))
        assert not check.ok
        assert check.action == f"chmod 700 {folder}"

    def test_closed(self, tmp_path: Path) -> None:
        assert checks.check_data_dir(Settings(data_dir=closed(tmp_path / "data"))).ok

    def test_where_nothing_can_be_written(self) -> None:
        # Also root cannot make folders here.
        check = checks.check_data_dir(Settings(data_dir=Path("/proc/self/workbench")))
        assert not check.ok or os.geteuid() == 0

    def test_not_a_folder_for_files(self, monkeypatch: pytest.MonkeyPatch) -> None:
        check = checks.check_data_dir(Settings(data_dir=Path("/proc/self")))
        assert not check.ok
        assert check.action is not None
        assert "WORKBENCH_DATA_DIR" in check.action


class TestDisk:
    def test_enough(self, tmp_path: Path) -> None:
        assert checks.check_disk(Settings(data_dir=tmp_path, disk_reserve_bytes=-(1 << 62))).ok

    def test_too_little(self, tmp_path: Path) -> None:
        assert not checks.check_disk(Settings(data_dir=tmp_path / "none", disk_reserve_bytes=1 << 62)).ok


class TestDatabase:
    def test_another_schema(self, tmp_path: Path) -> None:
        folder = closed(tmp_path / "data")
        sqlite3.connect(folder / "workbench.db").close()
        (folder / "workbench.db").touch()
        check = checks.check_database(Settings(data_dir=folder))
        assert not check.ok
        assert check.action == "Run 'workbench migrate'."

    def test_no_database_at_all(self, tmp_path: Path) -> None:
        folder = closed(tmp_path / "data")
        (folder / "workbench.db").write_bytes(b"not a database" * 100)
        assert not checks.check_database(Settings(data_dir=folder)).ok

    def test_nobody_listens(self) -> None:
        url = f"postgresql://u:hidden@127.0.0.1:{free_port()}/w"
        check = checks.check_database(Settings(database_url=url))
        assert not check.ok
        assert "hidden" not in check.detail

    def test_nobody_answers(self, silent: int, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(checks, "DATABASE_TIMEOUT_S", 0.3)
        began = time.monotonic()
        check = checks.check_database(Settings(database_url=f"postgresql://u:hidden@127.0.0.1:{silent}/w"))
        assert time.monotonic() - began < 3
        assert not check.ok
        assert "does not answer" in check.detail
        assert "hidden" not in check.detail

    def test_the_rest_is_still_checked(self, tmp_path: Path) -> None:
        url = f"postgresql://u:p@127.0.0.1:{free_port()}/w"
        found = by_name(Settings(data_dir=tmp_path / "data", database_url=url), serving=True)
        assert not found["database"].ok
        assert found["disk"].ok

    def test_postgresql(self, fresh_postgres_url: str, tmp_path: Path) -> None:
        settings = Settings(data_dir=tmp_path / "data", database_url=fresh_postgres_url)
        assert checks.check_database(settings).action == "Run 'workbench migrate'."
        migrated(tmp_path / "data", database_url=fresh_postgres_url)
        check = checks.check_database(settings)
        assert check.ok
        assert "***" in check.detail


class TestBroker:
    def test_embedded(self, tmp_path: Path) -> None:
        assert checks.check_broker(Settings(data_dir=tmp_path)).ok

    def test_redis(self, redis_url: str) -> None:
        assert checks.check_broker(Settings(broker_url=redis_url)).ok

    def test_nobody_listens(self) -> None:
        check = checks.check_broker(Settings(broker_url=f"redis://:hidden@127.0.0.1:{free_port()}/0"))
        assert not check.ok
        assert "hidden" not in check.detail

    def test_nobody_answers(self, silent: int, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(checks, "BROKER_TIMEOUT_S", 0.2)
        began = time.monotonic()
        check = checks.check_broker(Settings(broker_url=f"redis://:hidden@127.0.0.1:{silent}/0"))
        assert time.monotonic() - began < 3
        assert not check.ok
        assert "hidden" not in check.detail

    def test_no_address(self) -> None:
        assert not checks.check_broker(Settings(broker_url="nonsense")).ok


class TestLogin:
    def test_open_to_the_world(self) -> None:
        check = checks.check_login(Settings(host="0.0.0.0"), None)
        assert not check.ok
        assert "WORKBENCH_TOKEN" in (check.action or "")

    def test_a_weak_token(self) -> None:
        check = checks.check_login(Settings(token="changethis"), None)
        assert not check.ok
        assert "changethis" not in check.detail

    def test_loopback(self) -> None:
        assert checks.check_login(Settings(), None).ok


class TestWorkers:
    def test_a_team_server_needs_one_always(self, tmp_path: Path) -> None:
        assert not checks.check_workers(Settings(broker_url="redis://127.0.0.1"), None, False).ok
        assert checks.check_workers(Settings(), None, False).ok
        assert not checks.check_workers(Settings(), None, True).ok


class TestOwnDevices:
    def test_finds_the_cpu(self) -> None:
        check = checks.check_own_devices()
        assert check.ok, check
        assert check.detail.startswith("CPU (")

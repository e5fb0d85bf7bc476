import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from importlib import metadata
from pathlib import Path

import pytest

from tests.server import migrated, runtime_of
from workbench import __version__
from workbench.db.tables import Artifact, Machine, Target, Upload, Worker
from workbench.runtime import Runtime
from workbench.storage.store import Storage
from workbench.system import service
from workbench.system.service import DatabaseDown, LogSize, Pulse, log_tail


@pytest.fixture
def runtime(tmp_path: Path) -> Iterator[Runtime]:
    with runtime_of(migrated(tmp_path / "data")) as made:
        yield made


class TestUsedBy:
    def test_adds_up_the_rows_by_purpose(self, runtime: Runtime) -> None:
        kinds = {"model": 1000, "dataset": 20_000, "latencies": 300, "layers": 7, "something new": 5}
        with runtime.db.write() as session:
            for kind, size in kinds.items():
                session.add_all(Artifact(kind=kind, size_bytes=size, sha256="0" * 64) for _ in range(2))
            moment = datetime.now(UTC)
            session.add(Upload(filename="a", size_bytes=99, offset_bytes=42, expires_at=moment))
        with runtime.db.read() as session:
            used = service.used_by(session, log_bytes=11)
        assert (used.models, used.datasets, used.runs, used.other) == (2000, 40_000, 614, 10)
        assert (used.uploads, used.jobs) == (42, 11)

    def test_the_database_is_as_large_as_its_file(self, runtime: Runtime) -> None:
        with runtime.db.read() as session:
            used = service.used_by(session, 0)
        runtime.db.dispose()  # the last connection writes everything into the file
        assert used.database == (runtime.settings.data_dir / "workbench.db").stat().st_size

    def test_a_new_store_is_empty(self, runtime: Runtime) -> None:
        with runtime.db.read() as session:
            used = service.used_by(session, 0)
        assert used.models == used.datasets == used.runs == used.uploads == used.jobs == used.other == 0


class TestDescribe:
    def test_a_new_server(self, runtime: Runtime) -> None:
        with runtime.db.read() as session:
            told = service.describe(session, runtime, LogSize())
        assert told.version == __version__
        assert told.openvino == metadata.version("openvino")
        assert (told.database, told.broker, told.require_token) == ("sqlite", "embedded", False)
        assert told.data_dir == str(runtime.settings.data_dir)
        assert 0 < told.disk.free < told.disk.total
        assert told.workers == []

    def test_workers_that_live(self, runtime: Runtime) -> None:
        moment = datetime.now(UTC)
        with runtime.db.write() as session:
            session.add(Machine(id="m"))
            target = Target(name="bench", machine_id="m")
            session.add(target)
            session.flush()
            for pid, seen in ((1, moment), (2, moment - timedelta(minutes=5))):
                session.add(
                    Worker(target_id=target.id, machine_id="m", hostname="host", pid=pid, version="1", seen_at=seen)
                )
        with runtime.db.read() as session:
            workers = service.describe(session, runtime, LogSize()).workers
        assert [(worker.pid, worker.target, worker.hostname) for worker in workers] == [(1, "bench", "host")]


class TestLogSize:
    def test_is_the_sum_of_the_files_and_looks_once_a_minute(
        self, runtime: Runtime, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        folder = runtime.storage.resolve("logs")
        (folder / "server.log").write_bytes(b"x" * 100)
        (folder / "job-1.log").write_bytes(b"x" * 20)
        size = LogSize()
        assert size.of(runtime.storage) == 120
        (folder / "job-2.log").write_bytes(b"x" * 3)
        assert size.of(runtime.storage) == 120
        later = time.monotonic() + service.LOGS_CACHED_S + 1
        monkeypatch.setattr(time, "monotonic", lambda: later)
        assert size.of(runtime.storage) == 123


class TestLogTail:
    @pytest.fixture
    def storage(self, tmp_path: Path) -> Storage:
        made = Storage(tmp_path)
        made.prepare()
        return made

    def test_nothing(self, storage: Storage) -> None:
        assert b"".join(log_tail(storage)) == b""

    def test_small_logs_come_whole_and_without_those_of_jobs(self, storage: Storage) -> None:
        for name, text in (("worker", "w1\n"), ("server", "s1\ns2\n"), ("job-1", "secret\n")):
            (storage.root / "logs" / f"{name}.log").write_text(text)
        assert b"".join(log_tail(storage)) == b"===== server.log =====\ns1\ns2\n\n===== worker.log =====\nw1\n\n"

    def test_a_large_log_gives_its_last_whole_lines(self, storage: Storage) -> None:
        lines = [b"line %03d\n" % number for number in range(100)]  # 9 bytes each
        storage.server_log("server").write_bytes(b"".join(lines))
        # 95 bytes reach into the line before the last ten, which is left out.
        assert b"".join(log_tail(storage, 95)) == b"===== server.log =====\n" + b"".join(lines[-10:]) + b"\n"

    def test_what_small_logs_leave_goes_to_the_large_ones(self, storage: Storage) -> None:
        storage.server_log("small").write_bytes(b"x\n" * 50)  # 100 bytes
        for name in ("large", "larger"):
            storage.server_log(name).write_bytes(b"y\n" * 100_000)
        body = b"".join(log_tail(storage, 1100))
        assert body.count(b"x\n") == 50
        # (1100 - 100) / 2 = 500 bytes each; the line that the cut falls into is left out.
        assert 2 * 248 <= body.count(b"y\n") <= 2 * 250

    def test_a_log_of_one_endless_line(self, storage: Storage) -> None:
        storage.server_log("server").write_bytes(b"z" * 1_000_000)
        assert len(b"".join(log_tail(storage, 200_000))) < 200_100


class TestPulse:
    def test_a_living_database(self, runtime: Runtime) -> None:
        Pulse().check(runtime)

    def test_one_that_refuses(self, runtime: Runtime, monkeypatch: pytest.MonkeyPatch) -> None:
        def refuse(_: object) -> None:
            raise OSError("no")

        monkeypatch.setattr(service, "_ask", refuse)
        with pytest.raises(DatabaseDown) as caught:
            Pulse().check(runtime)
        assert (caught.value.status, caught.value.code) == (503, "database_unavailable")

    def test_one_that_hangs_does_not_gather_threads(self, runtime: Runtime, monkeypatch: pytest.MonkeyPatch) -> None:
        release = threading.Event()
        monkeypatch.setattr(service, "_ask", lambda _: release.wait())
        monkeypatch.setattr(service, "HEALTH_TIMEOUT_S", 0.05)
        pulse, before = Pulse(), threading.active_count()
        for _ in range(10):
            with pytest.raises(DatabaseDown):
                pulse.check(runtime)
        assert threading.active_count() - before <= 4
        release.set()
        deadline = time.monotonic() + 5
        while threading.active_count() > before and time.monotonic() < deadline:
            time.sleep(0.01)
        monkeypatch.undo()
        pulse.check(runtime)


def test_the_version_of_openvino_is_told_without_importing_it() -> None:
    program = "import sys, workbench.system.routes; from workbench.system.service import openvino_version as v; v(); "
    program += "sys.exit('openvino' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", program], cwd=Path(__file__).parents[3], check=False, env=os.environ)
    assert done.returncode == 0

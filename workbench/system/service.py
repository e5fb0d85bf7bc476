"""What the server knows of itself."""

import contextlib
import os
import threading
import time
from collections.abc import Iterator
from functools import cache
from importlib import metadata
from pathlib import Path

from sqlalchemy.orm import Session

from workbench import __version__
from workbench.errors import WorkbenchError
from workbench.jobs import repository as jobs
from workbench.runtime import Runtime
from workbench.storage.store import Storage
from workbench.system import repository, schemas
from workbench.system.patience import NoAnswer, ask
from workbench.uploads import service as uploads

LOG_MAX_BYTES = 20 * 1024**2
LOG_BLOCK = 1 << 16
HEALTH_TIMEOUT_S = 2.0
LOGS_CACHED_S = 60.0

# What the kinds of artifacts are for; what is not named here counts as "other".
PURPOSES = {
    "model": "models",
    "source": "models",
    "analysis": "models",
    "dataset": "datasets",
    "run": "runs",
    "latencies": "runs",
    "layers": "runs",
}


class DatabaseDown(WorkbenchError):
    status = 503
    code = "database_unavailable"
    title = "The database does not answer"
    action = "Run 'workbench doctor' on the server."


@cache
def openvino_version() -> str | None:
    """Of the installed package, without importing it: that costs time and memory in the web process."""
    try:
        return metadata.version("openvino")
    except metadata.PackageNotFoundError:
        return None


def describe(session: Session, runtime: Runtime, logs: "LogSize") -> schemas.System:
    names = repository.target_names(session)
    workers = [
        schemas.Worker(
            id=row.id,
            target_id=row.target_id,
            target=names.get(row.target_id, ""),
            hostname=row.hostname,
            pid=row.pid,
            version=row.version,
            seen_at=row.seen_at,
        )
        for row in jobs.living_workers(session)
    ]
    disk = runtime.storage.disk()
    return schemas.System(
        version=__version__,
        openvino=openvino_version(),
        database="sqlite" if runtime.settings.database.startswith("sqlite") else "postgresql",
        broker="embedded" if runtime.settings.embedded_broker else "redis",
        data_dir=str(runtime.settings.data_dir),
        disk=schemas.Disk(total=disk.total, free=disk.free, used_by=used_by(session, logs.of(runtime.storage))),
        require_token=runtime.settings.token_needed,
        workers=workers,
    )


def used_by(session: Session, log_bytes: int) -> schemas.UsedBy:
    """From the rows, not from the disk: a store of a million files is not walked to draw a bar."""
    sums = dict.fromkeys(schemas.UsedBy.model_fields, 0)
    for kind, size in repository.artifact_bytes(session).items():
        sums[PURPOSES.get(kind, "other")] += size
    sums["uploads"] = uploads.arrived_bytes(session)
    sums["database"] = repository.database_bytes(session)
    sums["jobs"] = log_bytes
    return schemas.UsedBy(**sums)


class LogSize:
    """Bytes of the flat folder of logs, looked at once a minute."""

    def __init__(self) -> None:
        self._seen: dict[Path, tuple[float, int]] = {}

    def of(self, storage: Storage) -> int:
        folder = storage.resolve("logs")
        at, total = self._seen.get(folder, (float("-inf"), 0))
        if time.monotonic() - at > LOGS_CACHED_S:
            total = 0
            with os.scandir(folder) as entries:
                for entry in entries:
                    with contextlib.suppress(FileNotFoundError):
                        total += entry.stat(follow_symlinks=False).st_size
            self._seen[folder] = (time.monotonic(), total)
        return total


class Pulse:
    """Asks the database for a sign of life, and waits no longer than two seconds for it."""

    def __init__(self) -> None:
        # Questions that hang must not pile up.
        self._turns = threading.BoundedSemaphore(4)

    def check(self, runtime: Runtime) -> None:
        """Raises DatabaseDown."""

        def question() -> None:
            try:
                _ask(runtime)
            finally:
                self._turns.release()

        if not self._turns.acquire(timeout=HEALTH_TIMEOUT_S):
            raise DatabaseDown("It has not answered earlier questions yet.")
        try:
            ask(question, HEALTH_TIMEOUT_S)
        except NoAnswer as error:
            raise DatabaseDown(f"It did not answer within {HEALTH_TIMEOUT_S:.0f} s.") from error
        except Exception as error:
            raise DatabaseDown("It refused the connection or the question.") from error


def _ask(runtime: Runtime) -> None:
    with runtime.db.read() as session:
        repository.ask(session)


def log_tail(storage: Storage, limit: int = LOG_MAX_BYTES) -> Iterator[bytes]:
    """The ends of all server logs, each below a line with its name, in `limit` bytes in all.

    Small logs come whole, and leave their share of the limit to the large ones.
    """
    sizes = sorted((path.stat().st_size, path) for path in storage.server_logs())
    shares: dict[Path, int] = {}
    room = limit
    for index, (size, path) in enumerate(sizes):
        shares[path] = min(size, room // (len(sizes) - index))
        room -= shares[path]
    for path in sorted(shares):
        yield f"===== {path.name} =====\n".encode()
        yield from _tail(path, shares[path])
        yield b"\n"


def _tail(path: Path, count: int) -> Iterator[bytes]:
    """The last `count` bytes of a file that may grow meanwhile, from the beginning of a line."""
    with path.open("rb") as file:
        start = max(0, os.fstat(file.fileno()).st_size - count)
        file.seek(start)
        if start:
            count -= len(file.readline(LOG_BLOCK))
        while count > 0 and (block := file.read(min(LOG_BLOCK, count))):
            count -= len(block)
            yield block

"""What the work of one job sees: its parameters, a work folder, and ways to report, commit and be stopped."""

import contextlib
import json
import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy.orm import Session

from workbench.db.tables import Job
from workbench.jobs import events, repository
from workbench.jobs.repository import Lease
from workbench.runtime import Runtime

PROGRESS_EVERY_S = 0.5


class LeaseLost(Exception):
    """Another worker has this job, or nobody: whatever we would write is refused."""


class Aborted(Exception):
    """The work was stopped: `reason` is `cancelled`, `lease_lost` or `shutdown`."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class JobContext:
    def __init__(self, runtime: Runtime, job: Job, lease: Lease, work: Path) -> None:
        self.runtime = runtime
        self.job = job
        self.parameters: dict[str, Any] = job.parameters
        self.lease = lease
        self.work = work
        self.lease_file = work / "lease"
        self.abort_reason: str | None = None
        self._stoppers: list[Callable[[], None]] = []
        self._guard = threading.Lock()
        self._reported = 0.0
        self._stage: str | None = None
        self._stage_count = 0

    # Being stopped

    def abort(self, reason: str) -> None:
        """Called from the lease's thread: remember why, and stop whatever runs now."""
        with self._guard:
            if self.abort_reason is None:
                self.abort_reason = reason
            stoppers = list(self._stoppers)
        for stop in stoppers:
            stop()

    def check(self) -> None:
        """Raise Aborted when the job was told to stop."""
        if self.abort_reason is not None:
            raise Aborted(self.abort_reason)

    @contextlib.contextmanager
    def stopped_by(self, stop: Callable[[], None]) -> Iterator[None]:
        """While inside, `stop` is called when the job is told to stop."""
        with self._guard:
            self._stoppers.append(stop)
            late = self.abort_reason is not None
        if late:
            stop()
        try:
            yield
        finally:
            with self._guard:
                self._stoppers.remove(stop)

    # Reporting

    def stage(self, name: str, index: int, count: int, progress: float) -> None:
        """Enter a stage (1-based `index` of `count`); progress is that of the whole job, 0…1."""
        self._stage, self._stage_count = name, count
        self._report("stage", {"stage": name, "stage_index": index, "stage_count": count, "progress": progress})
        self.log(f"stage {index} of {count}: {name}")

    def progress(self, progress: float) -> None:
        """Progress of the whole job, 0…1; written at most every half second."""
        if time.monotonic() - self._reported >= PROGRESS_EVERY_S:
            self._report("progress", {"progress": min(max(progress, 0.0), 1.0)})

    def _report(self, kind: str, values: dict[str, Any]) -> None:
        self.check()
        self._reported = time.monotonic()
        with self.transaction() as session:
            repository.report(session, self.lease, values)
            job = repository.get(session, self.job.id)
            assert job is not None
            events.job_event(session, kind, job)

    def log(self, message: str, level: str = "info") -> None:
        """One line of the job's log. A log that cannot be written (full disk) does not fail the job."""
        line = f"{datetime.now(UTC):%Y-%m-%d %H:%M:%S.%f}"[:-3] + f" {level:7s} {message}\n"
        path = self.runtime.storage.job_log(self.job.id)
        with contextlib.suppress(OSError), path.open("a", encoding="utf-8", errors="replace") as file:
            file.write(line)

    def log_json(self, title: str, value: Any) -> None:
        self.log(f"{title}: {json.dumps(value, sort_keys=True, default=str)}")

    # Writing

    def keep_result(self, result: dict[str, Any]) -> None:
        """What the job has come to so far. It stays when the job is cancelled or fails, or loses its worker; its last
        result replaces it."""
        with self.transaction() as session:
            repository.report(session, self.lease, {"result": result})
            job = repository.get(session, self.job.id)
            assert job is not None
            events.job_event(session, "progress", job)

    @contextlib.contextmanager
    def transaction(self) -> Iterator[Session]:
        """A transaction that holds this job's lease, or raises LeaseLost: a stale worker writes nothing."""
        with self.runtime.db.write() as session:
            if not repository.held(session, self.lease):
                raise LeaseLost(self.job.id)
            yield session

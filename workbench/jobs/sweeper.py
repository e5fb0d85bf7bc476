"""Finds what crashes leave: lapsed leases, unannounced jobs, orphans in the store. Runs in every server and worker."""

import logging
import threading
import time
from collections.abc import Callable

from sqlalchemy.orm import Session

from workbench.db.tables import Job
from workbench.jobs import events, repository, service
from workbench.jobs.kinds import JobFailed, kinds
from workbench.runtime import Runtime

logger = logging.getLogger(__name__)

WORKER_LOST = JobFailed(
    "worker_lost",
    "The worker that ran this job stopped without a word.",
    "Start the job again; look at the worker's log if it happens twice.",
)


def sweep(runtime: Runtime) -> None:
    """One round: every lapsed lease is judged, every silent job announced."""
    with runtime.db.read() as session:
        lapsed = [job.id for job in repository.lapsed(session)]
    for job_id in lapsed:
        with runtime.db.write() as session:
            job = repository.get(session, job_id)
            if job is not None:
                judge(session, job)
    with runtime.db.read() as session:
        silent = bool(repository.to_publish(session, runtime.settings.sweep_every_s, 1))
    if not silent:
        return
    with runtime.db.write() as session:
        waiting = repository.to_publish(session, runtime.settings.sweep_every_s)
        repository.mark_published(session, [job.id for job in waiting])
        _explain_absence(session, waiting)
    for job in waiting:
        runtime.queue.look(job.id, job.kind, job.target_id)


def judge(session: Session, job: Job) -> None:
    """A job whose lease ran out: cancelled if that was asked, tried again if it may be, else failed."""
    kind = kinds().get(job.kind)
    if job.cancel_requested_at is not None:
        if repository.finish_lapsed(session, job, "cancelled", {}):
            service.settle(session, job)
    elif kind is not None and job.attempt < kind.attempts:
        if repository.release_lapsed(session, job):
            session.refresh(job)
            logger.warning("job %s lost its worker and is tried again", job.id)
            events.job_event(session, "state", job)
    elif repository.finish_lapsed(session, job, "failed", {"error": WORKER_LOST.error()}):
        logger.warning("job %s lost its worker", job.id)
        service.settle(session, job)


def _explain_absence(session: Session, waiting: list[Job]) -> None:
    """Say so on jobs that wait for a worker which is not there."""
    living = repository.living_workers(session)
    targets = {worker.target_id for worker in living}
    for job in waiting:
        kind = kinds().get(job.kind)
        bound = kind is not None and (kind.measuring or kind.pinned)
        reason = None
        if not living:
            reason = "a worker: none is running"
        elif bound and job.target_id not in targets:
            reason = "the worker of its target, which is not running"
        if reason is not None and repository.set_waiting(session, job.id, reason):
            session.refresh(job)
            events.job_event(session, "state", job)


class Sweeper(threading.Thread):
    """Calls `sweep` every few seconds, and the slow chores (orphans, expired uploads) every ten minutes."""

    def __init__(self, runtime: Runtime, chores: Callable[[Runtime], None], chores_every_s: float = 600.0) -> None:
        super().__init__(name="sweeper", daemon=True)
        self.runtime = runtime
        self._chores = chores
        self._chores_every_s = chores_every_s
        self._done = threading.Event()

    def stop(self) -> None:
        self._done.set()
        self.join(timeout=10)

    def run(self) -> None:
        chores_due = time.monotonic() + min(60.0, self._chores_every_s)
        while True:
            try:
                sweep(self.runtime)
                if time.monotonic() >= chores_due:
                    chores_due = time.monotonic() + self._chores_every_s
                    self._chores(self.runtime)
            except Exception:  # the database may be away; the next round tries again
                logger.warning("a sweep did not work out", exc_info=True)
            if self._done.wait(self.runtime.settings.sweep_every_s):
                return

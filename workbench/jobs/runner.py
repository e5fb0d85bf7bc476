"""Works one job through: claim, run, last move. Called by the queue's worker for each "look at job N"."""

import errno
import logging
import time
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sqlalchemy.exc import OperationalError

from workbench.db.tables import Job
from workbench.errors import WorkbenchError
from workbench.jobs import events, repository, service
from workbench.jobs.context import Aborted, JobContext, LeaseLost
from workbench.jobs.kinds import JobFailed, JobKind, Outcome, kinds
from workbench.jobs.lease import LeaseKeeper
from workbench.jobs.repository import Blocked, Lease
from workbench.runtime import Runtime

logger = logging.getLogger(__name__)

DISK_FULL = JobFailed(
    "disk_full",
    "The disk of this machine is full.",
    "Delete what is no longer needed (Settings, Storage), then start again.",
)


_running: dict[str, JobContext] = {}


def stop_all() -> None:
    """Tell every job of this process to stop: its worker is being shut down."""
    for context in list(_running.values()):
        context.abort("shutdown")


@dataclass(frozen=True)
class WorkerIdentity:
    """Who works: a worker process, its physical machine, and the target that the machine is."""

    worker_id: str
    machine_id: str
    target_id: str


def look(runtime: Runtime, identity: WorkerIdentity, job_id: str) -> None:
    """Claim job `job_id` if it may run here now, and work it to its end. Doing nothing is normal."""
    with runtime.db.write() as session:
        job = repository.get(session, job_id)
        if job is None or job.state not in repository.ACTIVE:
            return
        kind = kinds().get(job.kind)
        if kind is None:
            service.end_unclaimed(
                session,
                job,
                "failed",
                JobFailed("unknown_kind", f"No worker knows jobs of kind '{job.kind}'.", "Update the workers.").error(),
            )
            return
        if (kind.measuring or kind.pinned) and job.target_id is not None and job.target_id != identity.target_id:
            return
        claimed = repository.claim(
            session,
            job_id,
            worker_id=identity.worker_id,
            machine_id=identity.machine_id,
            target_id=identity.target_id,
            lease_s=runtime.settings.lease_s,
            measuring=kind.measuring,
        )
        if claimed is None:
            return
        if isinstance(claimed, Blocked) and not claimed.news:
            return
        session.refresh(job)
        events.job_event(session, "state", job)
        if isinstance(claimed, Blocked):
            return
    _work(runtime, kind, job, claimed)
    wake_waiting(runtime)


def wake_waiting(runtime: Runtime) -> None:
    """Announce the jobs that wait: one of them may run now."""
    with runtime.db.write() as session:
        waiting = repository.to_publish(session, 0.0)
        repository.mark_published(session, [job.id for job in waiting])
    for job in waiting:
        runtime.queue.look(job.id, job.kind, job.target_id)


def _work(runtime: Runtime, kind: JobKind, job: Job, lease: Lease) -> None:
    try:
        work = runtime.storage.new_work(job.id, lease.attempt)
    except OSError as error:
        failure = DISK_FULL if error.errno == errno.ENOSPC else _unexpected(error)
        _finish(runtime, job, lease, "failed", {"error": failure.error()})
        return
    context = JobContext(runtime, job, lease, work)
    keeper = LeaseKeeper(context)
    keeper.start()
    _running[job.id] = context
    try:
        state, values, apply = _attempt(kind, context)
        # Before the last move: where the disk is full, this is what makes room for writing it down.
        runtime.storage.discard(work)
        _finish_for_certain(runtime, job, lease, state, values, apply)
    finally:
        _running.pop(job.id, None)
        keeper.stop()
        runtime.storage.discard(work)


def _attempt(kind: JobKind, context: JobContext) -> tuple[str, dict[str, Any], Callable[..., None] | None]:
    """Run the kind's work; returns the last state, the values to write with it, and the rows to write."""
    try:
        context.log(f"attempt {context.lease.attempt} of {kind.attempts}: {context.job.title}")
        outcome: Outcome = kind.run(context)
        context.check()
        return "succeeded", {"result": outcome.result, "progress": 1.0}, outcome.apply
    except Aborted as aborted:
        return _aborted(kind, context, aborted.reason)
    except LeaseLost:
        return "lost", {}, None
    except JobFailed as failure:
        if context.abort_reason is not None:
            return _aborted(kind, context, context.abort_reason)
        return _failed(context, failure)
    except WorkbenchError as error:
        return _failed(context, JobFailed(error.code, error.detail, error.action))
    except Exception as error:
        if _is_disk_full(error):
            return _failed(context, DISK_FULL)
        logger.exception("job %s failed unexpectedly", context.job.id)
        context.log(traceback.format_exc(), "error")
        return _failed(context, _unexpected(error))


def _failed(context: JobContext, failure: JobFailed) -> tuple[str, dict[str, Any], None]:
    context.log(f"failed: {failure.code}: {failure.message} {failure.action}", "error")
    values: dict[str, Any] = {"error": failure.error()}
    return "failed", values | ({"result": failure.result} if failure.result is not None else {}), None


def _aborted(kind: JobKind, context: JobContext, reason: str) -> tuple[str, dict[str, Any], None]:
    if reason == "cancelled":
        context.log("cancelled", "warning")
        return "cancelled", {}, None
    if reason == "lease_lost":
        return "lost", {}, None
    if not kind.measuring:
        context.log("the worker is being stopped; another try follows", "warning")
        return "released", {}, None
    return _failed(context, JobFailed("worker_stopped", "The worker was stopped while it ran.", "Start the job again."))


def _is_disk_full(error: Exception) -> bool:
    if isinstance(error, OperationalError):  # SQLite lies on the same disk (SQLITE_FULL)
        return "disk is full" in str(error.orig)
    return isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT)


def _unexpected(error: Exception) -> JobFailed:
    return JobFailed(
        "internal_error",
        f"The worker made a mistake ({type(error).__name__}).",
        "Look at the job's log and report it.",
    )


def _finish_for_certain(
    runtime: Runtime,
    job: Job,
    lease: Lease,
    state: str,
    values: dict[str, Any],
    apply: Callable[..., None] | None,
) -> None:
    """Try the last move as long as the lease may last: the database may be away or without room for a moment."""
    deadline = time.monotonic() + runtime.settings.lease_s
    while True:
        try:
            _finish(runtime, job, lease, state, values, apply)
        except OperationalError:
            if time.monotonic() > deadline:
                raise
            logger.warning("the end of job %s could not be written yet", job.id, exc_info=True)
            time.sleep(1.0)
        except Exception as error:
            if apply is None:
                raise
            # No database takes these rows, now or later: it failed at once, not when its lease is over.
            logger.exception("the rows of job %s cannot be written", job.id)
            state, values, apply = "failed", {"error": _unexpected(error).error()}, None
        else:
            return


def _finish(
    runtime: Runtime,
    job: Job,
    lease: Lease,
    state: str,
    values: dict[str, Any],
    apply: Callable[..., None] | None = None,
) -> None:
    """The last move and the rows that belong to it, in one transaction; nothing when the lease was lost."""
    if state == "lost":
        logger.warning("job %s was taken from this worker; nothing of it is written", job.id)
        return
    with runtime.db.write() as session:
        if not repository.held(session, lease):
            logger.warning("job %s ended after its lease; nothing of it is written", job.id)
            return
        if state == "released":
            repository.release(session, lease)
            return
        if apply is not None:
            apply(session)
        repository.finish(session, lease, state, values)
        current = repository.get(session, job.id)
        assert current is not None
        service.settle(session, current)

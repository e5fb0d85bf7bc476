"""What a job has come to stays, however it ends; and only its own worker writes it."""

import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import update

from workbench.db.session import now
from workbench.db.tables import Job
from workbench.jobs import runner, service, sweeper
from workbench.jobs.context import JobContext, LeaseLost
from workbench.jobs.kinds import JobFailed, JobKind, Outcome
from workbench.jobs.runner import WorkerIdentity
from workbench.runtime import Runtime

MakeKind = Callable[..., JobKind]
Queued = Callable[..., str]
Read = Callable[[str], Job]
SOME = {"parts": 1}


def _cancel(context: JobContext) -> None:
    with context.runtime.db.write() as session:
        service.cancel(session, context.job.id)
    while context.abort_reason is None:
        time.sleep(0.01)
    # Also what ended while it was being cancelled.
    context.keep_result({"parts": 2})
    context.check()


def _fail(_: JobContext) -> None:
    raise JobFailed("broken", "It broke.", "Mend it.")


def _tell(_: JobContext) -> None:
    raise JobFailed("broken", "It broke.", "Mend it.", {"parts": 3})


def _slip(_: JobContext) -> None:
    raise ValueError


@pytest.mark.parametrize(
    ("end", "state", "result"),
    [
        (_cancel, "cancelled", {"parts": 2}),
        (_fail, "failed", SOME),
        (_tell, "failed", {"parts": 3}),
        (_slip, "failed", SOME),
        (lambda _: None, "succeeded", {"all": True}),
    ],
    ids=["cancelled", "failed", "failed with a result", "a mistake", "succeeded"],
)
def test_it_stays(
    runtime: Runtime,
    identity: WorkerIdentity,
    kind: MakeKind,
    queued: Queued,
    job: Read,
    end: Callable[[JobContext], None],
    state: str,
    result: dict[str, Any],
) -> None:
    seen: list[Any] = []

    def run(context: JobContext) -> Outcome:
        context.keep_result(SOME)
        seen.append(job(context.job.id).result)
        end(context)
        return Outcome({"all": True})

    job_id = queued(kind("test_kept", run))
    runner.look(runtime, identity, job_id)
    row = job(job_id)
    assert seen == [SOME]
    assert (row.state, row.result) == (state, result)


def test_of_a_lost_worker(
    runtime: Runtime, identity: WorkerIdentity, kind: MakeKind, queued: Queued, job: Read
) -> None:
    """A measuring job is not tried again, and a worker that was thought to be gone writes nothing any more."""
    refused: list[bool] = []

    def run(context: JobContext) -> Outcome:
        context.keep_result(SOME)
        with runtime.db.write() as session:
            past = now(session) - timedelta(seconds=1)
            session.execute(update(Job).where(Job.id == context.job.id).values(lease_expires_at=past))
        sweeper.sweep(runtime)
        with pytest.raises(LeaseLost):
            context.keep_result({"ghost": True})
        refused.append(True)
        return Outcome({"ghost": True})

    job_id = queued(kind("test_kept_lost", run, measuring=True))
    runner.look(runtime, identity, job_id)
    row = job(job_id)
    assert refused == [True]
    assert (row.state, (row.error or {})["code"], row.result) == ("failed", "worker_lost", SOME)

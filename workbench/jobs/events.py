"""Rows of the event stream, written in the transaction of the change that they tell of."""

from typing import Any

from sqlalchemy.orm import Session

from workbench.db.tables import Job
from workbench.jobs import repository


def job_event(session: Session, kind: str, job: Job) -> None:
    """Tell of a new job, a move, a stage or a step of progress."""
    repository.add_event(
        session,
        kind,
        job.id,
        {
            "state": job.state,
            "stage": job.stage,
            "stage_index": job.stage_index,
            "stage_count": job.stage_count,
            "progress": job.progress,
            "attempt": job.attempt,
            "waiting_for": job.waiting_for,
        },
    )


def changed(session: Session, resource: str, identifier: str, **more: Any) -> None:
    """Tell that a model, dataset, project, run or target is no longer what it was."""
    repository.add_event(session, "changed", None, {"resource": resource, "id": identifier} | more)

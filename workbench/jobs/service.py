"""Creating, cancelling and ending jobs. Rooms use this; nobody else writes job rows."""

from typing import Any

from sqlalchemy.orm import Session

from workbench.db.session import now
from workbench.db.tables import Job
from workbench.errors import Conflict, NotFound
from workbench.jobs import events, repository
from workbench.jobs.dispatch import Queue
from workbench.jobs.kinds import JobKind, kinds


def create(
    session: Session,
    queue: Queue,
    kind: JobKind,
    title: str,
    parameters: dict[str, Any],
    *,
    target_id: str | None = None,
    project_id: str | None = None,
    model_id: str | None = None,
    dataset_id: str | None = None,
    estimate_s: float | None = None,
) -> Job:
    """Queue a job in this transaction; it is announced once that commits."""
    job = Job(
        kind=kind.name,
        title=title,
        measuring=kind.measuring,
        parameters=parameters,
        target_id=target_id,
        project_id=project_id,
        model_id=model_id,
        dataset_id=dataset_id,
        estimate_s=estimate_s,
        created_at=now(session),
    )
    job.published_at = job.created_at
    repository.add(session, job)
    session.refresh(job)
    events.job_event(session, "created", job)
    queue.look_after_commit(session, job)
    return job


def get(session: Session, job_id: str) -> Job:
    job = repository.get(session, job_id)
    if job is None:
        raise NotFound("There is no such job.", code="job_not_found")
    return job


def cancel(session: Session, job_id: str) -> Job:
    """A waiting job ends at once; a running one is told, and its worker ends it within 2 s."""
    job = get(session, job_id)
    if job.state in repository.ACTIVE and not end_unclaimed(session, job, "cancelled", None):
        repository.request_cancel(session, job_id)
    session.refresh(job)
    if job.state not in (*repository.ACTIVE, "cancelled"):
        raise Conflict(
            f"The job has already {job.state}.", code="job_finished", action="Nothing is left to be cancelled."
        )
    return job


def cancel_all(session: Session, **subject: str) -> None:
    """Cancel what is unfinished about a project, model or dataset."""
    for job in repository.active_for(session, **subject):
        cancel(session, job.id)


def unfinished(session: Session, kind: JobKind, parameters: dict[str, Any], **subject: str) -> Job | None:
    """A queued or running job of this kind that does just this, if there is one: asking twice does it once."""
    active = repository.active_for(session, **subject)
    return next((job for job in active if job.kind == kind.name and job.parameters == parameters), None)


def refuse_while_active(session: Session, what: str, **subject: str) -> None:
    """Raise Conflict when unfinished jobs are about this."""
    active = repository.active_for(session, **subject)
    if active:
        raise Conflict(
            f"{what} is in use by the job '{active[0].title}'.",
            code="in_use",
            action="Wait for the job to end, or cancel it first.",
        )


def end_unclaimed(session: Session, job: Job, state: str, error: dict[str, Any] | None) -> bool:
    """End a job that no worker holds; False when one does."""
    if not repository.finish_unclaimed(session, job.id, state, {"error": error}):
        return False
    settle(session, job)
    return True


def settle(session: Session, job: Job) -> None:
    """After a job's last move: let its room put its rows right, and tell the world."""
    session.refresh(job)
    definition = kinds().get(job.kind)
    if job.state != "succeeded" and definition is not None and definition.abandon is not None:
        definition.abandon(session, job)
    events.job_event(session, "state", job)

"""All SQL about jobs. Every move of a job is one conditional UPDATE that carries attempt and lease (DESIGN §5.1)."""

import uuid
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import CursorResult, and_, func, insert, or_, select, update
from sqlalchemy.orm import Session

from workbench.db.base import new_id
from workbench.db.session import now
from workbench.db.tables import EventCounter, Job, JobEvent, Machine, Target, Worker

ACTIVE = ("queued", "running")
WORKER_ALIVE_S = 30.0

# Waiting to be claimed: never begun, or begun by a worker that was lost.
CLAIMABLE = and_(Job.state.in_(ACTIVE), Job.lease_token.is_(None))
HELD = and_(Job.state == "running", Job.lease_token.is_not(None))


@dataclass(frozen=True)
class Lease:
    """The right to work on a job: writes that do not carry it are refused."""

    job_id: str
    attempt: int
    token: str

    def holds(self) -> Any:
        return and_(
            Job.id == self.job_id,
            Job.state == "running",
            Job.attempt == self.attempt,
            Job.lease_token == self.token,
        )


@dataclass(frozen=True)
class Blocked:
    """Why a job cannot be claimed now, in words for the user."""

    reason: str
    news: bool


def identifier(value: str) -> str:
    """`value` as an id; text that is none becomes the nil id, which nothing has."""
    try:
        return str(uuid.UUID(value))
    except ValueError:
        return str(uuid.UUID(int=0))


def get(session: Session, job_id: str) -> Job | None:
    return session.get(Job, identifier(job_id))


def add(session: Session, job: Job) -> None:
    session.add(job)
    session.flush()


def add_event(session: Session, kind: str, job_id: str | None, data: dict[str, Any]) -> int:
    """Append to the event stream; the counter's row lock makes commit order equal to id order."""
    number = session.execute(
        update(EventCounter)
        .where(EventCounter.id == 1)
        .values(value=EventCounter.value + 1)
        .returning(EventCounter.value)
    ).scalar_one()
    session.execute(insert(JobEvent).values(id=number, at=now(session), type=kind, job_id=job_id, data=data))
    return int(number)


def _changed(session: Session, statement: Any) -> bool:
    result = session.execute(statement.execution_options(synchronize_session=False))
    assert isinstance(result, CursorResult)
    return result.rowcount == 1


def claim(
    session: Session, job_id: str, *, worker_id: str, machine_id: str, target_id: str, lease_s: float, measuring: bool
) -> Lease | Blocked | None:
    """Take the lease of a job that may run on this machine now.

    Returns the lease; `Blocked` when it must wait; None when there is nothing to do (finished, running elsewhere).
    """
    _take_turn(session, machine_id)
    job = session.get(Job, job_id, populate_existing=True)
    if job is None or job.state not in ACTIVE or (job.state == "running" and job.lease_token is not None):
        return None
    reason = _obstacle(session, job, machine_id, target_id, measuring)
    if reason is not None:
        return Blocked(reason, news=set_waiting(session, job_id, reason))
    moment = now(session)
    lease = Lease(job_id, job.attempt + 1, new_id())
    values = {
        "state": "running",
        "attempt": lease.attempt,
        "lease_token": lease.token,
        "lease_expires_at": moment + timedelta(seconds=lease_s),
        "machine_id": machine_id,
        "worker_id": worker_id,
        "waiting_for": None,
        "started_at": job.started_at or moment,
        "stage": None,
        "stage_index": 0,
        "progress": 0.0,
    }
    statement = update(Job).where(Job.id == job_id, CLAIMABLE, Job.attempt == job.attempt).values(values)
    return lease if _changed(session, statement) else None


def _take_turn(session: Session, machine_id: str) -> None:
    """Lock the machine's row until commit: two workers of one machine decide one after the other."""
    if not _changed(session, update(Machine).where(Machine.id == machine_id).values(turns=Machine.turns + 1)):
        raise LookupError(f"machine {machine_id} is not registered")


def _obstacle(session: Session, job: Job, machine_id: str, target_id: str, measuring: bool) -> str | None:
    on_machine = select(Job.id, Job.title, Job.measuring).where(HELD, Job.machine_id == machine_id, Job.id != job.id)
    running = session.execute(on_machine.order_by(Job.measuring.desc(), Job.started_at)).all()
    queued_before = (
        select(Job.title)
        .join(Target, Target.id == Job.target_id)
        .where(
            CLAIMABLE,
            Job.measuring,
            Target.machine_id == machine_id,
            or_(Job.created_at < job.created_at, and_(Job.created_at == job.created_at, Job.id < job.id)),
            Job.id != job.id,
        )
        .order_by(Job.created_at)
        .limit(1)
    )
    if measuring and running:
        others = f" and {len(running) - 1} more" if len(running) > 1 else ""
        return f"the machine to be free: '{running[0].title}'{others} is running there"
    if not measuring and running and running[0].measuring:
        return f"the measurement '{running[0].title}' to end"
    before = session.execute(queued_before).scalar_one_or_none()
    if before is not None:
        return f"the measurement '{before}', which was queued earlier"
    return None


def renew(session: Session, lease: Lease, lease_s: float) -> bool:
    expires = now(session) + timedelta(seconds=lease_s)
    return _changed(session, update(Job).where(lease.holds()).values(lease_expires_at=expires))


def held(session: Session, lease: Lease) -> bool:
    """True when the lease still holds; locks the job's row so that it stays so until commit."""
    return _changed(session, update(Job).where(lease.holds()).values(worker_id=Job.worker_id))


def cancel_requested(session: Session, lease: Lease) -> bool | None:
    """True or False; None when the lease is no longer ours."""
    row = session.execute(select(Job.cancel_requested_at).where(lease.holds())).one_or_none()
    return None if row is None else row[0] is not None


def report(session: Session, lease: Lease, values: dict[str, Any]) -> bool:
    """Stage and progress of a running job."""
    return _changed(session, update(Job).where(lease.holds()).values(values))


def finish(session: Session, lease: Lease, state: str, values: dict[str, Any]) -> bool:
    """The last move, with the lease."""
    return _changed(session, update(Job).where(lease.holds()).values(_ended(session, state) | values))


def release(session: Session, lease: Lease) -> bool:
    """Hand a running job back without ending it; the next worker begins its attempt anew."""
    values = {"lease_token": None, "lease_expires_at": None, "published_at": None, "waiting_for": "a worker"}
    return _changed(session, update(Job).where(lease.holds()).values(values))


def finish_unclaimed(session: Session, job_id: str, state: str, values: dict[str, Any]) -> bool:
    """The last move of a job that nobody works on."""
    statement = update(Job).where(Job.id == job_id, CLAIMABLE).values(_ended(session, state) | values)
    return _changed(session, statement)


def finish_lapsed(session: Session, job: Job, state: str, values: dict[str, Any]) -> bool:
    """The last move of a job whose worker was lost; refused when the lease was renewed in between."""
    statement = update(Job).where(_lapsed(session, job)).values(_ended(session, state) | values)
    return _changed(session, statement)


def release_lapsed(session: Session, job: Job) -> bool:
    """Give a job whose worker was lost to the next one; it stays `running`, moving only forward."""
    statement = (
        update(Job)
        .where(_lapsed(session, job))
        .values(lease_token=None, lease_expires_at=None, published_at=None, waiting_for="a worker, for its second try")
    )
    return _changed(session, statement)


def _lapsed(session: Session, job: Job) -> Any:
    return and_(
        Job.id == job.id,
        Job.attempt == job.attempt,
        HELD,
        or_(Job.lease_expires_at.is_(None), Job.lease_expires_at < now(session)),
    )


def _ended(session: Session, state: str) -> dict[str, Any]:
    return {
        "state": state,
        "finished_at": now(session),
        "lease_token": None,
        "lease_expires_at": None,
        "waiting_for": None,
    }


def lapsed(session: Session) -> list[Job]:
    """Jobs whose lease ran out; one that has none at all although held counts as well."""
    moment = now(session)
    expired = or_(Job.lease_expires_at.is_(None), Job.lease_expires_at < moment)
    return list(session.scalars(select(Job).where(HELD, expired)))


def request_cancel(session: Session, job_id: str) -> bool:
    moment = now(session)
    return _changed(
        session,
        update(Job)
        .where(Job.id == job_id, Job.state == "running", Job.cancel_requested_at.is_(None))
        .values(cancel_requested_at=moment),
    )


def to_publish(session: Session, silent_s: float, limit: int = 200) -> list[Job]:
    """Waiting jobs that were not announced for `silent_s` seconds, oldest first."""
    before = now(session) - timedelta(seconds=silent_s)
    statement = (
        select(Job)
        .where(CLAIMABLE, or_(Job.published_at.is_(None), Job.published_at < before))
        .order_by(Job.created_at)
        .limit(limit)
    )
    return list(session.scalars(statement))


def mark_published(session: Session, job_ids: list[str]) -> None:
    session.execute(
        update(Job).where(Job.id.in_(job_ids)).values(published_at=now(session)),
        execution_options={"synchronize_session": False},
    )


def set_waiting(session: Session, job_id: str, reason: str) -> bool:
    statement = update(Job).where(Job.id == job_id, CLAIMABLE, Job.waiting_for.is_distinct_from(reason))
    return _changed(session, statement.values(waiting_for=reason))


def living_workers(session: Session) -> list[Worker]:
    since = now(session) - timedelta(seconds=WORKER_ALIVE_S)
    return list(session.scalars(select(Worker).where(Worker.seen_at > since)))


def active_for(session: Session, **subject: str) -> list[Job]:
    """Unfinished jobs about a project, model or dataset."""
    statement = select(Job).where(Job.state.in_(ACTIVE)).filter_by(**subject)
    return list(session.scalars(statement.order_by(Job.created_at)))


def last_event_id(session: Session) -> int:
    return int(session.execute(select(func.coalesce(func.max(EventCounter.value), 0))).scalar_one())


def events_after(session: Session, event_id: int, limit: int = 500) -> list[JobEvent]:
    return list(session.scalars(select(JobEvent).where(JobEvent.id > event_id).order_by(JobEvent.id).limit(limit)))


def events_of(session: Session, job_id: str, limit: int = 1000) -> list[JobEvent]:
    return list(session.scalars(select(JobEvent).where(JobEvent.job_id == job_id).order_by(JobEvent.id).limit(limit)))


def running_measurement(session: Session, machine_id: str | None) -> Job | None:
    statement = select(Job).where(HELD, Job.measuring, Job.machine_id == machine_id).limit(1)
    return session.scalars(statement).one_or_none()

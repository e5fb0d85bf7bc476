"""SQL about targets, their devices, workers and machines."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import Select, delete, func, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session, selectinload

from workbench.db.tables import Device, Machine, Target, Worker


def get(session: Session, target_id: str) -> Target | None:
    return session.scalars(
        select(Target).options(selectinload(Target.devices)).where(Target.id == target_id)
    ).one_or_none()


def with_devices() -> Select[Target]:
    return select(Target).options(selectinload(Target.devices))


def by_identity(session: Session, identity: str) -> Target | None:
    return session.scalars(select(Target).where(Target.identity == identity)).one_or_none()


def by_machine(session: Session, machine_id: str, since: datetime) -> Target | None:
    """The target of a machine on which another worker lives."""
    statement = (
        select(Target)
        .join(Worker, Worker.target_id == Target.id)
        .where(Target.machine_id == machine_id, Worker.seen_at > since)
        .limit(1)
    )
    return session.scalars(statement).one_or_none()


def living(session: Session, target_ids: Iterable[str], since: datetime) -> dict[str, int]:
    """How many workers live on each of the targets."""
    statement = (
        select(Worker.target_id, func.count())
        .where(Worker.target_id.in_(list(target_ids)), Worker.seen_at > since)
        .group_by(Worker.target_id)
    )
    return {target_id: count for target_id, count in session.execute(statement)}


def add(session: Session, row: Target | Worker) -> None:
    session.add(row)
    session.flush()


def ensure_machine(session: Session, machine_id: str) -> None:
    """The machine's row is there, and this transaction's until it ends: workers that start together register in turn,
    so that the second one finds the target that the first one made."""
    make = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    session.execute(make(Machine).values(id=machine_id, turns=0).on_conflict_do_nothing())
    session.execute(select(Machine.id).where(Machine.id == machine_id).with_for_update())


def beat(session: Session, worker_id: str, target_id: str, moment: datetime, load: dict[str, Any]) -> bool:
    """A sign of life; False when the worker's row is gone."""
    session.execute(update(Target).where(Target.id == target_id).values(last_seen_at=moment, load=load))
    result: Any = session.execute(update(Worker).where(Worker.id == worker_id).values(seen_at=moment))
    return bool(result.rowcount)


def remove_worker(session: Session, worker_id: str) -> None:
    session.execute(delete(Worker).where(Worker.id == worker_id))


def forget_workers(session: Session, before: datetime) -> None:
    session.execute(delete(Worker).where(Worker.seen_at < before))


def replace_devices(session: Session, target: Target, devices: list[Device]) -> None:
    session.execute(delete(Device).where(Device.target_id == target.id))
    session.add_all(devices)
    session.flush()


def name_taken(session: Session, name: str) -> bool:
    return session.execute(select(Target.id).where(Target.name == name)).first() is not None


def sole(session: Session) -> list[Target]:
    return list(session.scalars(with_devices().order_by(Target.created_at).limit(2)))

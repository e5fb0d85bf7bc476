"""SQL about uploads."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import CursorResult, Select, and_, delete, func, or_, select, update
from sqlalchemy.orm import Session

from workbench.db.tables import Job, Upload

SORTABLE = {
    "created_at": Upload.created_at,
    "filename": Upload.filename,
    "size_bytes": Upload.size_bytes,
    "expires_at": Upload.expires_at,
}
# Databases limit how many values one statement may name.
BATCH = 500
FINISHED = ("succeeded", "failed", "cancelled")


def every() -> Select[Upload]:
    return select(Upload)


def get(session: Session, upload_id: str) -> Upload | None:
    return session.get(Upload, upload_id)


def get_many(session: Session, upload_ids: Sequence[str]) -> dict[str, Upload]:
    rows: dict[str, Upload] = {}
    for start in range(0, len(upload_ids), BATCH):
        batch = upload_ids[start : start + BATCH]
        rows.update((row.id, row) for row in session.scalars(select(Upload).where(Upload.id.in_(batch))))
    return rows


def add(session: Session, row: Upload) -> None:
    session.add(row)
    session.flush()


def _count(session: Session, statement: Any) -> int:
    result = session.execute(statement.execution_options(synchronize_session=False))
    assert isinstance(result, CursorResult)
    return result.rowcount


def _changed(session: Session, statement: Any) -> bool:
    return _count(session, statement) == 1


def advance(session: Session, upload_id: str, offset: int, expires_at: datetime) -> bool:
    """Note how far an upload came; False when it is gone."""
    values = {"offset_bytes": offset, "expires_at": expires_at}
    return _changed(session, update(Upload).where(Upload.id == upload_id).values(values))


def assign(session: Session, upload_ids: Sequence[str], job_id: str) -> int:
    """Give free, complete uploads to a job; returns how many were still free."""
    count = 0
    for start in range(0, len(upload_ids), BATCH):
        free = (Upload.id.in_(upload_ids[start : start + BATCH]), Upload.job_id.is_(None))
        count += _count(session, update(Upload).where(*free).values(job_id=job_id, offset_bytes=Upload.size_bytes))
    return count


def of_job(session: Session, job_id: str) -> list[Upload]:
    return list(session.scalars(select(Upload).where(Upload.job_id == job_id).order_by(Upload.filename)))


def delete_of_job(session: Session, job_id: str) -> list[str]:
    return list(session.scalars(delete(Upload).where(Upload.job_id == job_id).returning(Upload.id)))


def delete_unused(session: Session, upload_id: str) -> bool:
    return _changed(session, delete(Upload).where(Upload.id == upload_id, Upload.job_id.is_(None)))


def _stale(moment: datetime) -> Any:
    """Expired without use, or used by a job that has ended."""
    ended = select(Job.id).where(Job.id == Upload.job_id, Job.state.in_(FINISHED)).exists()
    return or_(and_(Upload.job_id.is_(None), Upload.expires_at < moment), ended)


def stale(session: Session, moment: datetime, limit: int) -> list[str]:
    return list(session.scalars(select(Upload.id).where(_stale(moment)).order_by(Upload.id).limit(limit)))


def delete_stale(session: Session, upload_id: str, moment: datetime) -> bool:
    """Delete it when it is still stale: a part may have arrived, or a job have taken it, since."""
    return _changed(session, delete(Upload).where(Upload.id == upload_id, _stale(moment)))


def known(session: Session, upload_ids: Sequence[str]) -> set[str]:
    """Which of (at most BATCH) ids are uploads."""
    return set(session.scalars(select(Upload.id).where(Upload.id.in_(upload_ids))))


def arrived_bytes(session: Session) -> int:
    """Bytes of all uploads, as last noted."""
    return int(session.execute(select(func.coalesce(func.sum(Upload.offset_bytes), 0))).scalar_one())

"""SQL about API tokens."""

from datetime import datetime
from typing import Any

from sqlalchemy import Select, delete, func, or_, select, update
from sqlalchemy.orm import Session

from workbench.db.tables import Token

SORTABLE = {"created_at": Token.created_at, "name": Token.name, "last_used_at": Token.last_used_at}


def every() -> Select[Token]:
    return select(Token)


def add(session: Session, row: Token) -> None:
    session.add(row)
    session.flush()


def name_taken(session: Session, name: str) -> bool:
    return session.execute(select(Token.id).where(Token.name == name)).first() is not None


def _valid(moment: datetime) -> Any:
    return or_(Token.expires_at.is_(None), Token.expires_at > moment)


def by_sha256(session: Session, sha256: str, moment: datetime) -> Token | None:
    """The token with this hash, unless it has expired."""
    return session.scalars(select(Token).where(Token.sha256 == sha256, _valid(moment))).one_or_none()


def count_valid(session: Session, moment: datetime) -> int:
    return int(session.execute(select(func.count()).select_from(Token).where(_valid(moment))).scalar_one())


def touch(session: Session, token_id: str, moment: datetime, unless_since: datetime) -> None:
    """Note the use of a token, unless one was noted since."""
    rarely = or_(Token.last_used_at.is_(None), Token.last_used_at < unless_since)
    session.execute(update(Token).where(Token.id == token_id, rarely).values(last_used_at=moment))


def remove(session: Session, token_id: str) -> bool:
    return session.execute(delete(Token).where(Token.id == token_id).returning(Token.id)).first() is not None

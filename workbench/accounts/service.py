"""Making and checking tokens. They are 256 random bits, so a plain hash hides them as well as a slow one would."""

import hashlib
import hmac
import logging
import re
import secrets
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy.exc import IntegrityError, OperationalError
from sqlalchemy.orm import Session

from workbench.accounts import repository, rules
from workbench.db.session import now
from workbench.db.tables import Token
from workbench.errors import Conflict, NotFound
from workbench.runtime import Runtime
from workbench.settings import Settings

logger = logging.getLogger(__name__)

PREFIX = "wbt_"
SHOWN_CHARS = 8
BOOTSTRAP = "WORKBENCH_TOKEN"
TOUCH_EVERY = timedelta(minutes=1)

_SHAPE = re.compile(r"wbt_[A-Za-z0-9_-]{43}")


@dataclass(frozen=True)
class Identity:
    """Whose token came with a request; `token_id` is None for the bootstrap token."""

    name: str
    token_id: str | None


def digest(secret: str) -> str:
    return hashlib.sha256(secret.encode("utf-8", "backslashreplace")).hexdigest()


def create(session: Session, name: str, expires_in_days: int | None = None) -> tuple[Token, str]:
    """A new token and its secret, which is kept nowhere. Raises Conflict when the name is taken."""
    secret = PREFIX + secrets.token_urlsafe(32)
    moment = now(session)
    row = Token(
        name=name,
        sha256=digest(secret),
        prefix=secret[:SHOWN_CHARS],
        created_at=moment,
        expires_at=None if expires_in_days is None else moment + timedelta(days=expires_in_days),
    )
    taken = Conflict(f"There is already a token '{name}'.", code="name_taken", action="Choose another name.")
    if repository.name_taken(session, name):
        raise taken
    try:
        repository.add(session, row)
    except IntegrityError as error:
        raise taken from error
    return row, secret


def delete(session: Session, token_id: str) -> None:
    if not _is_id(token_id) or not repository.remove(session, token_id):
        raise NotFound("There is no such token.", code="token_not_found")


def count(session: Session) -> int:
    """How many tokens would be accepted now."""
    return repository.count_valid(session, now(session))


def check_start(session: Session | None, settings: Settings, host: str | None = None) -> None:
    """Raise when a server on `host` (by default the setting) would let everybody in, or nobody.

    Without a session, as before the first start, there are no tokens in the database.
    """
    rules.check_bind(settings, host or settings.host, 0 if session is None else count(session))


def authenticate(runtime: Runtime, secret: str) -> Identity | None:
    """Whose secret this is; None when nobody's. Notes the use of a token once a minute."""
    bootstrap = runtime.settings.token
    if bootstrap is not None and hmac.compare_digest(digest(secret), digest(bootstrap)):
        return Identity(BOOTSTRAP, None)
    if not _SHAPE.fullmatch(secret):
        return None
    with runtime.db.read() as session:
        moment = now(session)
        row = repository.by_sha256(session, digest(secret), moment)
    if row is None:
        return None
    if row.last_used_at is None or row.last_used_at < moment - TOUCH_EVERY:
        try:
            with runtime.db.write() as session:
                repository.touch(session, row.id, moment, moment - TOUCH_EVERY)
        except OperationalError:
            # When a token was last used is not worth refusing the request.
            logger.warning("the use of token %s could not be noted", row.prefix, exc_info=True)
    return Identity(row.name, row.id)


def _is_id(value: str) -> bool:
    return re.fullmatch(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", value) is not None

"""Lists paged by cursor, sorted by named fields: one way for every room."""

import base64
import json
import uuid
from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any, Generic, TypeVar

from fastapi import Query
from pydantic import BaseModel
from sqlalchemy import Select, and_, func, or_
from sqlalchemy.orm import Session

from workbench.errors import WorkbenchError

T = TypeVar("T")

Limit = Annotated[int, Query(ge=1, le=200, description="rows of one page")]
Cursor = Annotated[str | None, Query(max_length=2000, description="`next_cursor` of the page before")]
Sort = Annotated[str | None, Query(max_length=60, description="a field name; `-` in front sorts downwards")]


class Page(BaseModel, Generic[T]):
    """One page of a list."""

    items: list[T]
    next_cursor: str | None = None
    total: int


class BadCursor(WorkbenchError):
    status = 422
    code = "invalid_cursor"
    title = "The cursor is not usable"
    action = "Ask for the first page, without a cursor."


class BadSort(WorkbenchError):
    status = 422
    code = "invalid_sort"
    title = "The list cannot be sorted by that"
    action = "Use one of the fields named."


def fetch(
    session: Session,
    statement: Select[T],
    *,
    columns: Mapping[str, Any],
    identity: Any,
    sort: str,
    limit: int,
    cursor: str | None,
) -> tuple[list[T], str | None, int]:
    """Rows of one page, the next cursor, and how many rows there are in all.

    `columns` maps the sortable field names to columns; `identity` (the id column) breaks ties.
    Empty values come last in both directions. A cursor holds the sort value and id of the last row.
    """
    name, descending = sort.removeprefix("-"), sort.startswith("-")
    column = columns.get(name)
    if column is None:
        raise BadSort(f"'{name[:60]}' is not one of: {', '.join(sorted(columns))}.")
    counted = statement.with_only_columns(func.count(), maintain_column_froms=True).order_by(None)
    total = session.execute(counted).scalar_one()
    page = statement.add_columns(column)
    if cursor is not None:
        page = page.where(_after(column, identity, descending, _decode(cursor, sort, column.type.python_type)))
    first = column.desc() if descending else column.asc()
    if _nullable(column):  # asked only where it matters: it keeps the database from using an index
        first = first.nulls_last()
    page = page.order_by(first, identity.desc() if descending else identity.asc()).limit(limit + 1)
    rows = session.execute(page).all()
    following = None
    if len(rows) > limit:
        rows = rows[:limit]
        following = _encode(sort, rows[-1][-1], rows[-1][0].id)
    return [row[0] for row in rows], following, int(total)


def _after(column: Any, identity: Any, descending: bool, position: tuple[Any, str]) -> Any:
    value, last = position
    beyond = identity < last if descending else identity > last
    if value is None:
        return and_(column.is_(None), beyond)
    further = column < value if descending else column > value
    after = or_(further, and_(column == value, beyond))
    return or_(after, column.is_(None)) if _nullable(column) else after


def _nullable(column: Any) -> bool:
    return bool(getattr(getattr(column, "expression", column), "nullable", True))


def _encode(sort: str, value: Any, identity: str) -> str:
    kind = "v"
    if isinstance(value, datetime):
        kind, value = "t", value.isoformat()
    text = json.dumps([sort, kind, value, identity], separators=(",", ":"))
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def _decode(cursor: str, sort: str, python_type: type) -> tuple[Any, str]:
    """The position in a cursor. Its value must have the type of the column: it comes from outside."""
    try:
        text = base64.urlsafe_b64decode(cursor.encode() + b"=" * (-len(cursor) % 4))
        made_for, kind, value, identity = json.loads(text)
        if made_for != sort:
            raise ValueError
        if kind == "t":
            value = datetime.fromisoformat(value)
        if python_type is float and type(value) is int:
            value = float(value)
        if value is not None and type(value) is not python_type:
            raise ValueError
        if isinstance(value, int) and abs(value) >= 1 << 63:
            raise ValueError
        if isinstance(value, datetime) and value.tzinfo is None:
            raise ValueError
        return value, str(uuid.UUID(identity))
    except (ValueError, TypeError, AttributeError, RecursionError, OverflowError) as error:
        raise BadCursor("The cursor is broken, or was made for another sort order.") from error

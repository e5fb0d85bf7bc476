"""A name or an id serves wherever something is named (DESIGN §8); names are checked and kept free here."""

import re
import uuid
from collections.abc import Callable
from typing import Any, TypeVar

from sqlalchemy import Select
from sqlalchemy.orm import Session

from workbench.errors import AmbiguousName, NotFound, WorkbenchError

_NAME = re.compile(r"[^\W_][\w .,()\[\]+@=·-]{0,99}")

Row = TypeVar("Row")


class BadName(WorkbenchError):
    status = 422
    code = "invalid_name"
    title = "The name is not usable"
    action = "Begin with a letter or digit, and use up to 100 letters, digits, spaces and . , ( ) [ ] + - _ @ =."


def checked_name(name: str) -> str:
    """`name` without outer blanks; raises BadName."""
    name = name.strip()
    if not _NAME.fullmatch(name):
        raise BadName(f"'{name[:60]}' cannot be used as a name.")
    return name


def name_from_file(filename: str, fallback: str) -> str:
    """A usable name made from a file name."""
    stem = filename.replace("\\", "/").rstrip("/").rsplit("/", 1)[-1]
    for suffix in (".tar.gz", ".tar.bz2", ".tar.xz"):
        if stem.lower().endswith(suffix):
            stem = stem[: -len(suffix)]
            break
    else:
        stem = stem.rsplit(".", 1)[0] if "." in stem[1:] else stem
    stem = re.sub(r"[^\w .,()\[\]+@=-]", "_", stem).strip(" _.,()[]+@=-")[:80]
    return stem if stem and _NAME.fullmatch(stem) else fallback


def free_name(wanted: str, taken: Callable[[str], bool]) -> str:
    """`wanted`, or `wanted (2)`, `wanted (3)` … where it is taken."""
    if not taken(wanted):
        return wanted
    number = 2
    while taken(f"{wanted} ({number})"):
        number += 1
    return f"{wanted} ({number})"


def find(session: Session, statement: Select[Row], table: Any, ref: str, what: str) -> Row:
    """The row with id or name `ref`. Raises NotFound, or AmbiguousName."""
    try:
        condition = table.id == str(uuid.UUID(ref))
    except ValueError:
        condition = table.name == ref
    rows = list(session.scalars(statement.where(condition).limit(2)))
    if not rows:
        raise NotFound(f"There is no {what} '{ref[:100]}'.", code=f"{what}_not_found")
    if len(rows) > 1:
        raise AmbiguousName(f"Several {what}s are called '{ref[:100]}'.")
    return rows[0]

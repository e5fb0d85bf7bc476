"""Tables and documents as files to download."""

import csv
import io
import json
import re
from collections.abc import Iterable, Sequence
from typing import Any

from fastapi import Response

Cell = str | int | float | bool | None
CSV = "text/csv; charset=utf-8; header=present"
JSON = "application/json"
HTML = "text/html; charset=utf-8"
# A report needs its own style and nothing else: it runs no script and asks nobody for anything.
REPORT_POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:"
# What spreadsheets take for the beginning of a formula, also behind blanks.
_FORMULA = re.compile(r"\s*[=+\-@\t\r\n]")


def csv_text(headings: Sequence[str], rows: Iterable[Sequence[Cell]]) -> str:
    """A table by RFC 4180. Numbers have all their digits; None is an empty cell.

    Texts come from users' files: one that a spreadsheet would take for a formula gets an apostrophe before it.
    """
    file = io.StringIO()
    writer = csv.writer(file, lineterminator="\r\n")
    writer.writerow(headings)
    for row in rows:
        writer.writerow([_cell(value) for value in row])
    return file.getvalue()


def _cell(value: Cell) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return repr(value)
    # The character with the code 0 ends a cell for some readers.
    text = value.replace("\0", "\ufffd")
    return f"'{text}" if _FORMULA.match(text) else text


def json_text(document: Any) -> str:
    return json.dumps(document, indent=2, ensure_ascii=False, allow_nan=False) + "\n"


def attachment(content: str, media_type: str, name: str, suffix: str) -> Response:
    """`content` as a file called after `name`, which comes from users, in letters that no file system refuses."""
    headers = {"Content-Disposition": f'attachment; filename="{safe_name(name)}.{suffix}"'}
    if media_type == HTML:
        headers["Content-Security-Policy"] = REPORT_POLICY
    # What a name from outside left of a broken character must not break the answer.
    return Response(content.encode("utf-8", "replace"), media_type=media_type, headers=headers)


def safe_name(name: str) -> str:
    """A file name of plain ASCII that begins with a letter or digit, without its suffix."""
    return re.sub(r"[^A-Za-z0-9._-]+", "_", name).strip("._-")[:100].rstrip("._-") or "export"

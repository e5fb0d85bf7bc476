"""The rows of a report as files, written while they are read: a report may have millions."""

import json
from collections.abc import Iterator

from workbench.accuracy.schemas import Report
from workbench.accuracy.tables import Rows
from workbench.downloads import csv_text


def csv_parts(columns: list[str], rows: Rows) -> Iterator[bytes]:
    """RFC 4180, the headings first; texts that a spreadsheet would take for formulas get an apostrophe."""
    heading = csv_text(columns, [])
    yield heading.encode()
    for batch in rows.batches():
        text = csv_text(columns, [[row[name] for name in columns] for row in batch])
        yield text[len(heading) :].encode("utf-8", "replace")


def json_parts(report: Report, rows: Rows) -> Iterator[bytes]:
    """`{"report": …, "rows": […]}`."""
    yield b'{\n"report": ' + json.dumps(report.model_dump(mode="json"), allow_nan=False).encode() + b',\n"rows": ['
    first = True
    for batch in rows.batches():
        lines = ",\n".join(json.dumps(row, allow_nan=False) for row in batch)
        yield ("\n" if first else ",\n").encode() + lines.encode()
        first = False
    yield b"\n]}\n"

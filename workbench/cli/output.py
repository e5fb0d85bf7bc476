"""What people read goes to stderr, what programs read goes to stdout; results are both."""

import json
import sys
import unicodedata
from collections.abc import Sequence
from typing import Any, NoReturn

import typer


def note(text: str) -> None:
    """A line for people."""
    sys.stderr.write(text + "\n")
    sys.stderr.flush()


def fail(message: str, action: str, code: int = 1) -> NoReturn:
    """End with an error: one sentence, and what to do."""
    note(f"{message}\n{action}" if action else message)
    raise typer.Exit(code)


def say(text: str) -> None:
    """A part of the result, on stdout."""
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def document(value: Any) -> None:
    """The result as one JSON document, in ASCII so that no terminal or pipe can spoil it."""
    say(json.dumps(value, indent=2))


def harmless(text: str) -> str:
    """`text` without control and format characters but tab and line feed.

    File names, layers and logs come from files of strangers, and a terminal obeys escape sequences.
    """
    return "".join(
        char if char in "\n\t" or unicodedata.category(char) not in ("Cc", "Cf", "Cs", "Zl", "Zp") else "\ufffd"
        for char in text
    )


def table(headings: Sequence[str], rows: Sequence[Sequence[str | None]]) -> None:
    """Aligned columns, never cut. A heading that begins with '>' aligns to the right, as numbers are read."""
    from rich.cells import cell_len

    def one_line(cell: str | None) -> str:
        return "–" if cell in (None, "") else " ".join(harmless(str(cell)).split())

    right = [heading.startswith(">") for heading in headings]
    lines = [[heading.removeprefix(">") for heading in headings], *([one_line(cell) for cell in row] for row in rows)]
    widths = [max(cell_len(line[column]) for line in lines) for column in range(len(headings))]
    for line in lines:
        cells = []
        for cell, width, to_right in zip(line, widths, right, strict=True):
            blank = " " * (width - cell_len(cell))
            cells.append(blank + cell if to_right else cell + blank)
        say("  ".join(cells).rstrip())


def facts(pairs: Sequence[tuple[str, str | None]]) -> None:
    """Names and values, one pair a line; what has no value is left out."""
    known = [(name, value) for name, value in pairs if value not in (None, "")]
    width = max((len(name) for name, _ in known), default=0)
    for name, value in known:
        say(f"{name:<{width}}  {harmless(str(value))}")


def tell_rest(found: dict[str, Any]) -> None:
    """Say that a list was cut, or empty."""
    shown, total = len(found["items"]), found["total"]
    if shown < total:
        note(f"{shown} of {total}; --limit shows more.")
    elif not total:
        note("There is none.")


def deleted(what: str, found: dict[str, Any], as_json: bool) -> None:
    """Say that something is gone."""
    if as_json:
        document({"deleted": found["id"]})
    else:
        note(f"The {what} '{found['name']}' is deleted.")

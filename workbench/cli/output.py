"""What people read goes to stderr, what programs read goes to stdout."""

import sys
from typing import NoReturn

import typer


def note(text: str) -> None:
    """A line for people."""
    sys.stderr.write(text + "\n")
    sys.stderr.flush()


def fail(message: str, action: str, code: int = 1) -> NoReturn:
    """End with an error: one sentence, and what to do."""
    note(f"{message}\n{action}")
    raise typer.Exit(code)

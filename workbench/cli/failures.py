"""Errors of every command: a sentence and what to do on stderr, and an exit code that scripts rely on."""

from typing import Any

import typer
from typer.core import TyperGroup

from workbench.cli.output import harmless, note
from workbench.client import ApiError, BadFiles, ClientError, ServerNotReachable
from workbench.discovery import BadUrl

FAILED = 1
WRONG_USAGE = 2
NOT_REACHABLE = 3
INTERRUPTED = 130
# What the server calls an unusable value is an unusable option or argument here.
UNUSABLE_VALUE = 422


class Commands(TyperGroup):
    """The outermost group: turns the client's errors into exit codes."""

    def invoke(self, ctx: Any) -> Any:
        try:
            return super().invoke(ctx)
        except ClientError as error:
            explain(error)
            raise typer.Exit(exit_code(error)) from error
        except BadUrl as error:
            note(f"{error}\nCorrect WORKBENCH_URL.")
            raise typer.Exit(WRONG_USAGE) from error


def explain(error: ClientError) -> None:
    """Write what happened, and what to do, for people."""
    lines = [error.detail]
    if isinstance(error, ApiError):
        # The first is in the sentence already.
        lines += [f"{item.get('field')}: {item.get('problem')}" for item in error.errors[1:]]
    for line in (*lines, error.action):
        if line:
            note(harmless(line))


def exit_code(error: ClientError) -> int:
    if isinstance(error, ServerNotReachable):
        return NOT_REACHABLE
    if isinstance(error, BadFiles) or (isinstance(error, ApiError) and error.status == UNUSABLE_VALUE):
        return WRONG_USAGE
    return FAILED

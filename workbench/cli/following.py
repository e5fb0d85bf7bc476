"""Waiting for jobs and uploads, with a bar on stderr where a person looks at it."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import typer

from workbench.cli import units
from workbench.cli.failures import FAILED, INTERRUPTED
from workbench.cli.output import harmless, note
from workbench.client import Client, Json

ACTIVE = ("queued", "running")


@contextmanager
def _bar(quiet: bool) -> Iterator[Callable[[str, float, str], None] | None]:
    """A function that draws (what, share done, remark), or None where nobody looks."""
    if quiet or not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn

    columns = (
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        TaskProgressColumn(),
        TextColumn("{task.fields[remark]}", markup=False),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task("", total=1.0, remark="")

        def draw(what: str, done: float, remark: str) -> None:
            progress.update(task, description=harmless(what), completed=done, remark=harmless(remark))

        yield draw


@contextmanager
def sending(quiet: bool) -> Iterator[Callable[[int, int], Any] | None]:
    """What an import calls with the bytes sent and the bytes in all."""
    with _bar(quiet) as draw:
        if draw is None:
            yield None
            return
        yield lambda sent, total: draw("Sending", sent / total if total else 1.0, f"of {units.size(total)}")


def follow(client: Client, job: Json, quiet: bool) -> Json:
    """The job once it has ended, however. Ctrl-C ends the waiting and not the job (raises Exit)."""
    try:
        with _bar(quiet) as draw:
            if draw is None:
                return client.wait(job)
            return client.wait(job, lambda now: draw(now["title"], now["progress"], remark(now)))
    except KeyboardInterrupt:
        note(
            f"The job goes on. 'workbench job watch {job['id']}' shows it again, "
            f"'workbench job cancel {job['id']}' stops it."
        )
        raise typer.Exit(INTERRUPTED) from None


def remark(job: Json) -> str:
    """What a job is at: its stage with the times, or what it waits for."""
    if job["state"] == "queued":
        return f"waits for {job['waiting_for']}" if job["waiting_for"] else "waits"
    parts = [job["stage"] or job["state"]]
    if job["elapsed_s"] is not None:
        about = f" of about {units.seconds(job['estimate_s'])}" if job["estimate_s"] else ""
        parts.append(f"{units.seconds(job['elapsed_s'])}{about}")
    return ", ".join(parts)


def conclude(job: Json) -> None:
    """Nothing for a job that succeeded or goes on; else why it ended, and Exit."""
    if job["state"] == "failed":
        error = job["error"] or {"message": "The job failed.", "action": "Look at its log."}
        note(harmless(f"{error['message']}\n{error['action']}"))
        note(f"Its log: workbench job log {job['id']}")
    elif job["state"] == "cancelled":
        note(f"The job '{harmless(job['title'])}' was cancelled.")
    else:
        return
    raise typer.Exit(FAILED)


def started(job: Json) -> None:
    """Tell how to go on with a job that is not waited for."""
    note(f"Started. 'workbench job watch {job['id']}' shows it, 'workbench job cancel {job['id']}' stops it.")

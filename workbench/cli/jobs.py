"""`workbench job …`."""

import sys
from typing import Annotated

import typer

from workbench.cli import units
from workbench.cli.following import conclude, follow, remark
from workbench.cli.options import Json, Limit
from workbench.cli.output import document, facts, harmless, note, table, tell_rest
from workbench.client import Client
from workbench.client import Json as Document

app = typer.Typer(no_args_is_help=True, help="Jobs: what runs, what waits and why.")

Job = Annotated[str, typer.Argument(metavar="JOB", help="Its id.")]


@app.command("list")
def list_jobs(
    state: Annotated[list[str] | None, typer.Option(help="Such as running; repeatable.")] = None,
    kind: Annotated[str | None, typer.Option(help="Such as benchmark.")] = None,
    project: Annotated[str | None, typer.Option(help="Only of this project (name or id).")] = None,
    limit: Limit = 50,
    as_json: Json = False,
) -> None:
    """List jobs, newest first."""
    with Client() as client:
        project_id = client.project(project)["id"] if project else None
        found = client.jobs(limit, state=state or None, kind=kind, project=project_id)
    if as_json:
        document(found)
        return
    table(
        ("job", "kind", "state", "title", ">done", ">took", "created", "remark"),
        [
            (
                job["id"],
                units.words(job["kind"]),
                job["state"],
                job["title"],
                f"{job['progress'] * 100:.0f} %",
                units.seconds(job["elapsed_s"]),
                units.moment(job["created_at"]),
                _remark(job),
            )
            for job in found["items"]
        ],
    )
    tell_rest(found)


@app.command("show")
def show_job(job: Job, as_json: Json = False) -> None:
    """Show one job."""
    with Client() as client:
        found = client.job(job)
    if as_json:
        document(found)
    else:
        _show(found)


@app.command("watch")
def watch_job(job: Job, as_json: Json = False) -> None:
    """Wait for a job to end; exit code 1 when it failed."""
    with Client() as client:
        found = follow(client, client.job(job), as_json)
    if as_json:
        document(found)
    else:
        _show(found)
    conclude(found)


@app.command("cancel")
def cancel_job(job: Job, as_json: Json = False) -> None:
    """Stop a job: a waiting one at once, a running one within two seconds."""
    with Client() as client:
        found = client.cancel(job)
    if as_json:
        document(found)
    else:
        done = found["state"] == "cancelled"
        note(f"The job '{harmless(found['title'])}' {'is cancelled' if done else 'is told to stop'}.")


@app.command("log")
def show_log(job: Job, as_json: Json = False) -> None:
    """Print the log of a job."""
    with Client() as client:
        text = client.job_log(job)
    if as_json:
        document({"job_id": job, "log": text})
    else:
        sys.stdout.write(harmless(text))


def _remark(job: Document) -> str | None:
    if job["error"]:
        return str(job["error"]["message"])
    return remark(job) if job["state"] in ("queued", "running") else None


def _show(job: Document) -> None:
    error = job["error"] or {}
    facts(
        [
            ("job", job["id"]),
            ("title", job["title"]),
            ("kind", units.words(job["kind"])),
            ("state", job["state"] + (", told to stop" if job["cancel_requested"] and not job["finished_at"] else "")),
            ("at", remark(job) if job["state"] in ("queued", "running") else None),
            ("done", f"{job['progress'] * 100:.0f} %"),
            ("took", units.seconds(job["elapsed_s"])),
            ("error", error.get("message")),
            ("what to do", error.get("action")),
            ("error code", error.get("code")),
            ("created", units.moment(job["created_at"])),
            ("started", units.moment(job["started_at"])),
            ("finished", units.moment(job["finished_at"])),
        ]
    )

"""`workbench project …`."""

from typing import Annotated

import typer

from workbench.cli import options, units
from workbench.cli.following import ACTIVE, conclude, follow, started
from workbench.cli.options import Json, Limit, NoWait, Search, Yes
from workbench.cli.output import deleted, document, facts, note, say, table, tell_rest
from workbench.cli.runs import show_runs, with_slowest
from workbench.client import Client
from workbench.client import Json as Document

app = typer.Typer(no_args_is_help=True, help="Projects: a model, a dataset, a target and a device.")

Project = Annotated[str, typer.Argument(metavar="PROJECT", help="Name or id.")]


@app.command("create")
def create_project(
    model: Annotated[str, typer.Option(help="Name or id.")],
    dataset: Annotated[str, typer.Option(help="Name or id.")],
    target: Annotated[str | None, typer.Option(help="Name or id; default: the only one there is.")] = None,
    device: Annotated[str | None, typer.Option(help="As OpenVINO names it; default: CPU.")] = None,
    precision: Annotated[str | None, typer.Option(help="f32, bf16 or f16; default: the device's own.")] = None,
    no_baseline: Annotated[bool, typer.Option("--no-baseline", help="Measure nothing yet.")] = False,
    duration: Annotated[float | None, typer.Option(help="Seconds of each baseline run; default: 10.")] = None,
    no_wait: NoWait = False,
    as_json: Json = False,
) -> None:
    """Create a project and measure its baseline: latency hint, throughput hint, one stream."""
    with Client() as client:
        made = client.create_project(
            model,
            dataset,
            target=target,
            device=device,
            precision=precision.lower() if precision else None,
            baseline=not no_baseline,
            duration_s=duration,
        )
        project, job = made["project"], made["job"]
        if not made["created"] and not as_json:
            note(f"'{project['name']}' has these four already.")
        if no_wait or job is None:
            runs = client.runs(project=project["id"], sort="created_at")["items"] if job is None else []
            if as_json:
                document(made | {"runs": with_slowest(client, runs)})
                return
            say(project["name"])
            if job is not None:
                started(job)
            elif runs:
                show_runs(runs)
            return
        report(client, project, follow(client, job, as_json), as_json, {"created": made["created"]})


def report(client: Client, project: Document, job: Document, as_json: bool, more: Document | None = None) -> None:
    """What a measuring job that has ended brought: its runs, also when it failed halfway. Raises Exit then."""
    project = client.project(project["id"])
    runs = client.runs(job=job["id"], sort="created_at")["items"]
    if as_json:
        document({"project": project, "runs": with_slowest(client, runs), "job": job} | (more or {}))
    else:
        say(project["name"])
        if runs:
            show_runs(runs)
    conclude(job)


@app.command("list")
def list_projects(
    search: Search = None,
    model: Annotated[str | None, typer.Option(help="Only of this model.")] = None,
    dataset: Annotated[str | None, typer.Option(help="Only of this dataset.")] = None,
    target: Annotated[str | None, typer.Option(help="Only on this target.")] = None,
    state: Annotated[str | None, typer.Option(help="Such as ready or running.")] = None,
    limit: Limit = 50,
    as_json: Json = False,
) -> None:
    """List projects, newest first."""
    with Client() as client:
        found = client.projects(limit, q=search, model=model, dataset=dataset, target=target, state=state)
    if as_json:
        document(found)
        return
    table(
        ("name", "model", "dataset", "target", "device", "state", ">runs", ">best FPS", "verdict"),
        [
            (
                project["name"],
                *((project[part] or {}).get("name") for part in ("model", "dataset", "target")),
                project["device"],
                project["state"],
                str(project["run_count"]),
                units.figure((project["best"] or {}).get("throughput_fps")),
                (project["best"] or {}).get("verdict"),
            )
            for project in found["items"]
        ],
    )
    tell_rest(found)


@app.command("show")
def show_project(project: Project, as_json: Json = False) -> None:
    """Show a project with its runs."""
    with Client() as client:
        found = client.project(project)
        runs = client.runs(project=found["id"], sort="created_at")["items"]
        last = client.job(found["last_job_id"]) if found["last_job_id"] else None
    if as_json:
        document(found | {"runs": runs})
        return
    facts(
        [
            ("name", found["name"]),
            ("id", found["id"]),
            ("state", found["state"] + (f", without {', '.join(found['missing'])}" if found["missing"] else "")),
            *((part, (found[part] or {}).get("name")) for part in ("model", "dataset", "target")),
            ("device", f"{found['device']} {found['device_full_name'] or ''}".strip()),
            ("precision", found["precision"] or "the device's own"),
            ("created", units.moment(found["created_at"])),
            ("job", f"{last['title']} ({last['id']})" if last and last["state"] in ACTIVE else None),
        ]
    )
    if runs:
        say("")
        show_runs(runs)


@app.command("delete")
def delete_project(project: Project, yes: Yes = False, as_json: Json = False) -> None:
    """Delete a project with all its runs."""
    with Client() as client:
        found = client.project(project)
        options.confirm(f"Delete the project '{found['name']}' with its {found['run_count']} runs", yes, as_json)
        client.delete_project(found["id"])
    deleted("project", found, as_json)

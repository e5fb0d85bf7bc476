"""`workbench project export` and `project import`: a project to another server, and from one."""

from pathlib import Path
from typing import Annotated

import typer

from workbench.cli import units
from workbench.cli.following import conclude, follow, sending, started
from workbench.cli.options import Json, NoWait
from workbench.cli.output import document, facts, say
from workbench.client import Client


def add_to(projects: typer.Typer) -> None:
    """Put the commands beside the others about projects."""
    projects.command("export")(export)
    projects.command("import")(import_)


def export(
    project: Annotated[str, typer.Argument(metavar="PROJECT", help="Name or id.")],
    output: Annotated[Path | None, typer.Option("--output", "-o", help="Default: named as the server says.")] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace a file that is there.")] = False,
    without_dataset: Annotated[
        bool, typer.Option("--without-dataset", help="Without pictures: the other server must have the same dataset.")
    ] = False,
    only: Annotated[bool, typer.Option("--only", help="Without the other versions of its model.")] = False,
    no_wait: NoWait = False,
    as_json: Json = False,
) -> None:
    """Write a project with its models, dataset, runs and reports into one file for another server."""
    with Client() as client:
        job = client.packages.export_project(project, dataset=not without_dataset, family=not only)["job"]
        if no_wait:
            started_only(job, as_json)
            return
        job = follow(client, job, as_json)
        if job["state"] != "succeeded":
            if as_json:
                document({"job": job, "package": None, "file": None})
            conclude(job)
        package = client.packages.get(job["result"]["package_id"])
        path = client.packages.download(package["id"], output, force)
    if as_json:
        document({"job": job, "package": package, "file": str(path)})
        return
    say(str(path))
    facts([("size", units.size(package["size_bytes"])), ("SHA-256", package["sha256"])])


def import_(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="What 'project export' wrote.")],
    dataset: Annotated[
        str | None, typer.Option(help="Name or id of the dataset here, of an export without its pictures.")
    ] = None,
    target: Annotated[str | None, typer.Option(help="Name or id; default: the only one there is.")] = None,
    no_wait: NoWait = False,
    as_json: Json = False,
) -> None:
    """Take in a project of another server; all in it is checked first."""
    with Client() as client:
        with sending(as_json) as on_sending:
            job = client.packages.import_project(file, on_sending, dataset=dataset, target=target)["job"]
        if no_wait:
            started_only(job, as_json)
            return
        job = follow(client, job, as_json)
        done = job["state"] == "succeeded"
        project = client.project(job["result"]["project_id"]) if done else None
    if as_json:
        document({"job": job, "project": project})
    conclude(job)
    if project is not None and not as_json:
        told = job["result"]
        say(project["name"])
        say(
            f"{len(told['model_ids'])} models, {len(told['project_ids'])} projects, "
            f"{told['runs']} runs, {told['reports']} reports"
        )


def started_only(job: dict[str, object], as_json: bool) -> None:
    if as_json:
        document({"job": job})
    else:
        started(job)

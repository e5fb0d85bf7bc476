"""`workbench race A B…`: versions measured in turn, each against the first."""

from typing import Annotated

import typer

from workbench.cli import benchmark, making
from workbench.cli.following import conclude, follow, started
from workbench.cli.options import Json, NoWait
from workbench.cli.output import document
from workbench.client import Client
from workbench.client import Json as Document

MOST = 16
OWN = "own"


def race(
    projects: Annotated[list[str], typer.Argument(metavar="A B...", help="Names or ids of projects.")],
    precision: Annotated[
        str | None,
        typer.Option(
            metavar="f32,bf16",
            help="One for all, one for each, or several for a single project; 'own' is the project's.",
        ),
    ] = None,
    streams: Annotated[int | None, typer.Option(min=1, help="Default: as the best run of the first.")] = None,
    batch: Annotated[int | None, typer.Option(min=1, help="Batch size.")] = None,
    requests: Annotated[int | None, typer.Option(min=1, help="Infer requests in flight.")] = None,
    hint: Annotated[str | None, typer.Option(metavar="latency|throughput", help="In place of streams.")] = None,
    budget_s: Annotated[float | None, typer.Option(min=1, max=3600, help="Seconds of measuring; default: 30.")] = None,
    no_wait: NoWait = False,
    as_json: Json = False,
) -> None:
    """Measure versions in turn in one process, so that whatever the machine does meanwhile falls on all alike."""
    named = sides(projects, precision)
    configuration = _configuration(streams, batch, requests, hint)
    with Client() as client:
        found = [client.project(side["project"]) for side in named]
        wanted = [side | {"project": project["id"]} for side, project in zip(named, found, strict=True)]
        job = client.optimization.start_race(wanted, configuration, budget_s)["job"]
        if no_wait:
            if as_json:
                document({"race": None, "job": job})
            else:
                started(job)
            return
        job = follow(client, job, as_json)
        told = client.optimization.race(job["id"])
        if as_json:
            document({"race": told["result"], "job": told["job"]})
        elif told["result"] is not None:
            making.show_race(told["result"])
    conclude(job)


def sides(projects: list[str], precision: str | None) -> list[Document]:
    """`{project, precision}` of each side. Raises BadParameter where names and precisions do not go together."""
    asked = [_precision(part) for part in precision.split(",")] if precision is not None else [None]
    if len(projects) == 1:
        projects = projects * len(asked)
    if len(asked) == 1:
        asked = asked * len(projects)
    if len(asked) != len(projects):
        raise typer.BadParameter(f"{len(projects)} projects, but {len(asked)} precisions.", param_hint="--precision")
    if not 2 <= len(projects) <= MOST:
        raise typer.BadParameter(f"name 2 to {MOST} projects, or one with several precisions.", param_hint="A B...")
    return [{"project": project, "precision": one} for project, one in zip(projects, asked, strict=True)]


def _precision(text: str) -> str | None:
    word = text.strip().lower()
    if word not in (*making.PRECISIONS, OWN):
        known = ", ".join((*making.PRECISIONS, OWN))
        raise typer.BadParameter(f"'{text}' is none of {known}.", param_hint="--precision")
    return word if word != OWN else None


def _configuration(streams: int | None, batch: int | None, requests: int | None, hint: str | None) -> Document | None:
    """None: the server's choice."""
    words = benchmark.hints(hint)
    if len(words) > 1:
        raise typer.BadParameter("a race has one configuration: give one hint.", param_hint="--hint")
    if words and streams is not None:
        raise typer.BadParameter("a hint sets the streams itself: give one of the two.", param_hint="--hint")
    fields = {"hint": words[0] if words else None, "streams": streams, "batch": batch, "requests": requests}
    given = {name: value for name, value in fields.items() if value is not None}
    return given or None

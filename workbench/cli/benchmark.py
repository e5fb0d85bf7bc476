"""`workbench benchmark PROJECT`: which configurations are meant, and what they gave."""

from itertools import product
from typing import Annotated, Any

import typer

from workbench.cli import options
from workbench.cli.following import follow, started
from workbench.cli.options import Json, NoWait
from workbench.cli.output import document, harmless, note
from workbench.cli.projects import report
from workbench.client import Client
from workbench.client import Json as Document

APIS = ("async", "sync")
HINTS = ("latency", "throughput", "cumulative_throughput", "none")
# As the baseline of a project.
DEFAULT: list[dict[str, Any]] = [
    {"hint": "latency"},
    {"hint": "throughput"},
    {"hint": "none", "streams": 1, "batch": 1},
]


def benchmark(
    project: Annotated[str, typer.Argument(metavar="PROJECT", help="Name or id.")],
    streams: Annotated[str | None, typer.Option(metavar="1,2", help="Numbers of streams; ranges such as 1-8.")] = None,
    batch: Annotated[
        str | None, typer.Option(metavar="1..64x2", help="Batch sizes; 1..64x2 are the powers of two up to 64.")
    ] = None,
    requests: Annotated[str | None, typer.Option(metavar="1,2", help="Infer requests in flight.")] = None,
    hint: Annotated[
        str | None, typer.Option(metavar="latency,throughput", help="Hints, in place of streams or beside them.")
    ] = None,
    threads: Annotated[str | None, typer.Option(metavar="1,2", help="Inference threads.")] = None,
    precision: Annotated[str | None, typer.Option(help="f32, bf16 or f16; default: the project's.")] = None,
    api: Annotated[str | None, typer.Option(help="async, or sync: one blocking call after another.")] = None,
    arrivals: Annotated[
        str | None,
        typer.Option(metavar="50,100", help="Requests arrive at random, so many a second; latency from the arrival."),
    ] = None,
    duration: Annotated[float | None, typer.Option(help="Seconds of each run; default: 10.")] = None,
    iterations: Annotated[int | None, typer.Option(min=1, help="Infer requests of each run, not a duration.")] = None,
    shape: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME=1,3,224,224", help="Shape of a dynamic input; repeatable."),
    ] = None,
    synthetic: Annotated[bool, typer.Option("--synthetic", help="Made-up values, not samples of the dataset.")] = False,
    no_layers: Annotated[bool, typer.Option("--no-layers", help="Leave out the instrumented run.")] = False,
    no_start_up: Annotated[
        bool,
        typer.Option("--no-start-up", help="Leave out start-up times and memory: all runs share a process, faster."),
    ] = False,
    go_on: Annotated[
        bool, typer.Option("--continue", help="Measure what the last unfinished benchmark did not come to.")
    ] = False,
    no_wait: NoWait = False,
    as_json: Json = False,
) -> None:
    """Measure a project: every combination of streams, batch, requests, threads and arrivals, and every hint."""
    if duration is not None and iterations is not None:
        raise typer.BadParameter("give a duration or a number of iterations, not both.", param_hint="--iterations")
    given = (streams, batch, requests, hint, threads, precision, api, arrivals, duration, iterations, shape)
    if go_on and (any(value is not None for value in given) or synthetic or no_layers or no_start_up):
        raise typer.BadParameter("goes on as that benchmark was started: leave the rest out.", param_hint="--continue")
    chosen = configurations(
        options.ranges(streams, "--streams"),
        options.ranges(batch, "--batch"),
        options.ranges(requests, "--requests"),
        hints(hint),
        options.ranges(threads, "--threads"),
        precision.lower() if precision else None,
        _api(api),
        options.rates(arrivals, "--arrivals"),
    )
    with Client() as client:
        found = client.project(project)
        if go_on:
            job = client.continue_benchmark(_unfinished(client, found))["job"]
        else:
            job = client.benchmark(
                found["id"],
                chosen,
                duration_s=duration,
                iterations=iterations,
                layers=not no_layers,
                start_up=False if no_start_up else None,
                shapes=options.shapes(shape, "--shape"),
                input="synthetic" if synthetic else "dataset",
            )["job"]
        if no_wait:
            if as_json:
                document({"project": found, "job": job})
            else:
                started(job)
            return
        job = follow(client, job, as_json)
        if not as_json:
            _tell_what_is_missing(job)
        report(client, found, job, as_json)


def _unfinished(client: Client, project: Document) -> str:
    """The id of the newest benchmark of a project that did not succeed; of the newest, where all did."""
    newest = client.jobs(project=project["id"], kind="benchmark", limit=200)["items"]
    if not newest:
        note(f"Nothing of '{harmless(project['name'])}' was measured yet.")
        raise typer.Exit(1)
    return str(next((job["id"] for job in newest if job["state"] != "succeeded"), newest[0]["id"]))


def _tell_what_is_missing(job: Document) -> None:
    for one in (job["result"] or {}).get("failed") or ():
        note(harmless(f"{one['label']}: {one['message']} {one['action']}"))
    if job["state"] in ("failed", "cancelled"):
        note("What was measured is kept; 'workbench benchmark PROJECT --continue' measures the rest.")


def _api(text: str | None) -> str | None:
    if text is not None and text not in APIS:
        raise typer.BadParameter(f"'{text}' is none of {', '.join(APIS)}.", param_hint="--api")
    return text


def hints(text: str | None) -> list[str]:
    """`latency,throughput` as a list. Raises BadParameter for a word that is no hint."""
    found = [part.strip() for part in text.split(",")] if text is not None else []
    for word in found:
        if word not in HINTS:
            raise typer.BadParameter(f"'{word}' is none of {', '.join(HINTS)}.", param_hint="--hint")
    return found


def configurations(
    streams: list[int] | None,
    batches: list[int] | None,
    requests: list[int] | None,
    hints: list[str],
    threads: list[int] | None,
    precision: str | None,
    api: str | None = None,
    arrivals: list[float] | None = None,
) -> list[dict[str, Any]]:
    """What to measure, in order, each once.

    Streams × batches × requests × threads × arrivals where streams are given, or no hint; then hints × the same, as a
    hint sets the streams itself. Without streams, batches, requests and hints, what a baseline measures.
    """
    starts: list[dict[str, Any]] = []
    if streams or not hints:
        starts += [{"hint": "none", "streams": number} for number in streams or (None,)]
    starts += [{"hint": hint} for hint in hints]
    if not (streams or batches or requests or hints):
        starts = DEFAULT
    found: list[dict[str, Any]] = []
    nothing = (None,)
    for start, batch, count, used, rate in product(
        starts, batches or nothing, requests or nothing, threads or nothing, arrivals or nothing
    ):
        fields = {"batch": batch, "requests": count, "threads": used, "precision": precision, "api": api}
        fields |= {"arrivals_per_s": rate, **start}
        one = {name: value for name, value in fields.items() if value is not None}
        if one not in found:
            found.append(one)
    return found

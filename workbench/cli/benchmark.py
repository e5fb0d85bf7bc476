"""`workbench benchmark PROJECT`: which configurations are meant, and what they gave."""

from itertools import product
from typing import Annotated, Any

import typer

from workbench.cli import options
from workbench.cli.following import follow, started
from workbench.cli.options import Json, NoWait
from workbench.cli.output import document
from workbench.cli.projects import report
from workbench.client import Client

HINTS = ("latency", "throughput", "cumulative_throughput", "none")
# As the baseline of a project.
DEFAULT: list[dict[str, Any]] = [
    {"hint": "latency"},
    {"hint": "throughput"},
    {"hint": "none", "streams": 1, "batch": 1},
]


def benchmark(
    project: Annotated[str, typer.Argument(metavar="PROJECT", help="Name or id.")],
    streams: Annotated[str | None, typer.Option(metavar="1,2", help="Numbers of streams.")] = None,
    batch: Annotated[str | None, typer.Option(metavar="1,2,4", help="Batch sizes.")] = None,
    requests: Annotated[str | None, typer.Option(metavar="1,2", help="Infer requests in flight.")] = None,
    hint: Annotated[
        str | None, typer.Option(metavar="latency,throughput", help="Hints, in place of streams or beside them.")
    ] = None,
    threads: Annotated[int | None, typer.Option(min=1, help="Inference threads.")] = None,
    precision: Annotated[str | None, typer.Option(help="f32, bf16 or f16; default: the project's.")] = None,
    duration: Annotated[float | None, typer.Option(help="Seconds of each run; default: 10.")] = None,
    iterations: Annotated[int | None, typer.Option(min=1, help="Infer requests of each run, not a duration.")] = None,
    shape: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME=1,3,224,224", help="Shape of a dynamic input; repeatable."),
    ] = None,
    synthetic: Annotated[bool, typer.Option("--synthetic", help="Made-up values, not samples of the dataset.")] = False,
    no_layers: Annotated[bool, typer.Option("--no-layers", help="Leave out the instrumented run.")] = False,
    no_wait: NoWait = False,
    as_json: Json = False,
) -> None:
    """Measure a project: every combination of streams, batch and requests, and every hint."""
    if duration is not None and iterations is not None:
        raise typer.BadParameter("give a duration or a number of iterations, not both.", param_hint="--iterations")
    chosen = configurations(
        options.numbers(streams, "--streams"),
        options.numbers(batch, "--batch"),
        options.numbers(requests, "--requests"),
        hints(hint),
        threads,
        precision.lower() if precision else None,
    )
    with Client() as client:
        found = client.project(project)
        job = client.benchmark(
            found["id"],
            chosen,
            duration_s=duration,
            iterations=iterations,
            layers=not no_layers,
            shapes=options.shapes(shape, "--shape"),
            input="synthetic" if synthetic else "dataset",
        )["job"]
        if not no_wait:
            report(client, found, follow(client, job, as_json), as_json)
        elif as_json:
            document({"project": found, "job": job})
        else:
            started(job)


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
    threads: int | None,
    precision: str | None,
) -> list[dict[str, Any]]:
    """What to measure, in order, each once.

    Streams × batches × requests where streams are given, or no hint; then hints × batches × requests, as a hint sets
    the streams itself. With none of them, what a baseline measures.
    """
    starts: list[dict[str, Any]] = []
    if streams or not hints:
        starts += [{"hint": "none", "streams": number} for number in streams or (None,)]
    starts += [{"hint": hint} for hint in hints]
    if not (streams or batches or requests or hints):
        starts = DEFAULT
    found: list[dict[str, Any]] = []
    for start, batch, count in product(starts, batches or (None,), requests or (None,)):
        fields = {"batch": batch, "requests": count, "threads": threads, "precision": precision, **start}
        one = {name: value for name, value in fields.items() if value is not None}
        if one not in found:
            found.append(one)
    return found

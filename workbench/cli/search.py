"""`workbench search PROJECT`: the best configurations of a grid, without measuring all of it."""

from typing import Annotated

import typer

from workbench.cli import options, units
from workbench.cli.following import conclude, follow, started
from workbench.cli.options import Json, NoWait
from workbench.cli.output import document, facts, note, say, table
from workbench.client import Client
from workbench.client import Json as Document

OBJECTIVES = ("throughput", "latency", "front")
PERCENTILES = ("median", "p90", "p95", "p99")


def search(
    project: Annotated[str, typer.Argument(metavar="PROJECT", help="Name or id.")],
    objective: Annotated[
        str | None, typer.Option(metavar="throughput|latency|front", help="Default: what the limits leave open.")
    ] = None,
    max_p99_ms: Annotated[float | None, typer.Option(help="Highest latency, of the percentile that counts.")] = None,
    min_fps: Annotated[float | None, typer.Option(help="Lowest throughput.")] = None,
    budget_s: Annotated[float | None, typer.Option(help="Seconds; default: a quarter of the full grid's.")] = None,
    streams: Annotated[
        str | None, typer.Option(metavar="1,2", help="Numbers of streams; default: the device's.")
    ] = None,
    batch: Annotated[str | None, typer.Option(metavar="1,2,4", help="Batch sizes; default: 1 to 32.")] = None,
    percentile: Annotated[
        str | None, typer.Option(metavar="p99", help="The latency that counts: median, p90, p95 or p99.")
    ] = None,
    precision: Annotated[str | None, typer.Option(help="f32, bf16 or f16; default: the project's.")] = None,
    cell_s: Annotated[float | None, typer.Option(help="Seconds of a cell of the full grid; default: 10.")] = None,
    synthetic: Annotated[bool, typer.Option("--synthetic", help="Made-up values, not samples of the dataset.")] = False,
    continues: Annotated[
        str | None,
        typer.Option("--continue", metavar="JOB", help="Go on with an earlier search: keep what it finished."),
    ] = None,
    no_wait: NoWait = False,
    as_json: Json = False,
) -> None:
    """Find the best configurations of a project: streams × batch, in a quarter of the time of the full grid.

    Ends with 0 also where nothing keeps the limits; `best` is then null.
    """
    wanted: Document = {
        "objective": options.one_of(objective, OBJECTIVES, "--objective") or _left_open(max_p99_ms, min_fps, continues),
        "percentile": options.one_of(percentile, PERCENTILES, "--percentile"),
        "max_latency_ms": max_p99_ms,
        "min_fps": min_fps,
        "budget_s": budget_s,
        "streams": options.numbers(streams, "--streams"),
        "batches": options.numbers(batch, "--batch"),
        "precision": precision.lower() if precision else None,
        "cell_s": cell_s,
        "input": "synthetic" if synthetic else None,
        "continues": continues,
    }
    with Client() as client:
        found = client.project(project)
        job = client.search(found["id"], **wanted)["job"]
        if no_wait:
            if as_json:
                document({"project": found, "job": job})
            else:
                started(job)
            return
        job = follow(client, job, as_json)
        ended = client.search_result(job["id"])
    if as_json:
        document({"project": found, **ended})
    elif ended["result"] is not None:
        show(ended["result"])
    if job["state"] != "succeeded":
        note(f"What was finished is kept; 'workbench search PROJECT --continue {job['id']}' goes on.")
    conclude(job)


def _left_open(max_latency_ms: float | None, min_fps: float | None, continues: str | None) -> str | None:
    """With one limit, the other quantity is looked for."""
    if continues is not None or (max_latency_ms is None) == (min_fps is None):
        return None
    return "throughput" if max_latency_ms is not None else "latency"


def show(result: Document) -> None:
    """The front, the best of it, why the search stopped, and what it cost."""
    best = result["best"]
    unit = result["percentile"]
    table(
        ("configuration", ">FPS", ">95 % interval", f">{unit} ms", "within", "verdict", "best", "run"),
        [
            (
                point["label"],
                units.figure(point["throughput_fps"]),
                units.interval(point["throughput_ci95"]),
                units.figure(point["latency_ms"]),
                "yes" if point["within_limits"] else "no",
                point["verdict"],
                "best" if best is not None and point["label"] == best["label"] else None,
                point["run_id"],
            )
            for point in result["front"]
        ],
    )
    say("")
    spent, grid = result["measured_s"], result["grid_s"]
    facts(
        [
            ("best", best["label"] if best is not None else None),
            ("stopped", f"{result['stopped']}: {result['reason']}"),
            ("cells", f"{len(result['points'])} of {result['grid']} measured"),
            (
                "time",
                f"{units.seconds(spent)}, {100 * spent / grid:.0f} % of the {units.seconds(grid)} of the full grid"
                if grid
                else units.seconds(spent),
            ),
        ]
    )
    if result["objective"] != "front" and best is None:
        note("Nothing that was measured keeps the limits.")

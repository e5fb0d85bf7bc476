"""`workbench optimize PROJECT`: the best version and configuration within limits."""

from typing import Annotated

import typer

from workbench.cli import options, units
from workbench.cli.following import conclude, follow, started
from workbench.cli.options import Json, NoWait
from workbench.cli.output import document, facts, note, say, table
from workbench.client import Client
from workbench.client import Json as Document

OBJECTIVES = ("throughput", "latency")
PERCENTILES = ("median", "p90", "p95", "p99")
METHODS = ("precision", "int8", "int8_mixed", "int8_sensitive", "int8_accuracy")


def optimize(
    project: Annotated[str, typer.Argument(metavar="PROJECT", help="Name or id.")],
    objective: Annotated[
        str | None, typer.Option(metavar="throughput|latency", help="Default: what the limits leave open.")
    ] = None,
    max_drop: Annotated[
        str, typer.Option(metavar="1%", help="The accuracy may fall by this: 1% of a share of 1, or 0.01.")
    ] = "1%",
    drop_type: Annotated[
        str, typer.Option(metavar="absolute|relative", help="relative: of what the accuracy was.")
    ] = "absolute",
    metric: Annotated[str | None, typer.Option(help="Default: the one that stands for a report.")] = None,
    max_p99_ms: Annotated[float | None, typer.Option(help="Highest latency, of the percentile that counts.")] = None,
    min_fps: Annotated[float | None, typer.Option(help="Lowest throughput.")] = None,
    percentile: Annotated[
        str | None, typer.Option(metavar="p99", help="The latency that counts: median, p90, p95 or p99.")
    ] = None,
    dataset: Annotated[str | None, typer.Option(help="To calibrate with; default: the project's.")] = None,
    samples: Annotated[int | None, typer.Option(min=1, help="To calibrate with; default: 300, at most half.")] = None,
    method: Annotated[list[str] | None, typer.Option(help=f"Only this way, repeatable: {', '.join(METHODS)}.")] = None,
    budget_s: Annotated[float | None, typer.Option(help="Seconds for all of it; default: 1200.")] = None,
    cell_s: Annotated[float | None, typer.Option(help="Seconds of a configuration; default: 5.")] = None,
    streams: Annotated[str | None, typer.Option(metavar="1,2", help="Default: the device's.")] = None,
    batch: Annotated[str | None, typer.Option(metavar="1,2,4", help="Default: 1 to 32.")] = None,
    continues: Annotated[
        str | None, typer.Option("--continue", metavar="JOB", help="Go on with an earlier one: keep what it did.")
    ] = None,
    no_wait: NoWait = False,
    as_json: Json = False,
) -> None:
    """Find the best version of a model, and its best configuration, that keep limits of accuracy and speed.

    Ends with 0 also where nothing keeps the limits; `winner` is then null.
    """
    wanted: Document = {
        "objective": options.one_of(objective, OBJECTIVES, "--objective") or ("latency" if min_fps else "throughput"),
        "max_drop": options.drop(max_drop, "--max-drop"),
        "drop_type": options.one_of(drop_type, ("absolute", "relative"), "--drop-type"),
        "metric": metric,
        "percentile": options.one_of(percentile, PERCENTILES, "--percentile"),
        "max_latency_ms": max_p99_ms,
        "min_fps": min_fps,
        "calibration": {name: value for name, value in (("dataset", dataset), ("samples", samples)) if value} or None,
        "methods": [options.one_of(name, METHODS, "--method") for name in method] if method else None,
        "budget_s": budget_s,
        "cell_s": cell_s,
        "streams": options.numbers(streams, "--streams"),
        "batches": options.numbers(batch, "--batch"),
        "continues": continues,
    }
    with Client() as client:
        found = client.project(project)
        job = client.optimization.optimize(found["id"], **wanted)["job"]
        if no_wait:
            if as_json:
                document({"project": found, "job": job})
            else:
                started(job)
            return
        job = follow(client, job, as_json)
        ended = client.optimization.optimization(job["id"])
    if as_json:
        document({"project": found, **ended})
    elif ended["result"] is not None:
        show(ended["result"])
    if job["state"] != "succeeded" or (ended["result"] and ended["result"]["stopped"] == "budget"):
        note(f"What was done is kept; 'workbench optimize PROJECT --continue {job['id']}' goes on.")
    conclude(job)


def show(result: Document) -> None:
    """All candidates, the winner, and why."""
    rows = []
    for candidate in [result["original"], *result["candidates"]]:
        shown = candidate["verified"] or candidate["best"]
        accuracy = candidate["accuracy"]
        rows.append(
            (
                candidate["name"],
                candidate["state"].replace("_", " "),
                f"{accuracy['value']:.4g}" if accuracy else None,
                f"{candidate['drop']:.4g}" if candidate["drop"] is not None else None,
                units.figure(shown["throughput_fps"]) if shown else None,
                units.figure(shown["latency_ms"]) if shown else None,
                shown["label"] if shown else None,
                candidate["reason"],
            )
        )
    table(("version", "state", ">accuracy", ">drop", ">FPS", ">ms", "configuration", "why"), rows)
    say("")
    winner = result["winner"]
    facts(
        [
            ("winner", winner["name"] if winner else None),
            ("why", result["reason"]),
            (
                "against the original",
                f"{result['ratio']:.2f} × ({units.interval(result['ratio_ci95']) or 'no interval'})"
                if result["ratio"]
                else None,
            ),
            ("time", f"{units.seconds(result['spent_s'])} of {units.seconds(result['budget_s'])}"),
        ]
    )
    if winner is None:
        note("Nothing keeps the limits.")

"""`workbench versions PROJECT`: all versions of a model beside each other, and which of them none is better than."""

from typing import Annotated

import typer

from workbench.cli import options, units
from workbench.cli.files import Force, Output, give
from workbench.cli.options import Json
from workbench.cli.output import document, harmless, note, say, table
from workbench.client import Client
from workbench.client import Json as Document

AXES = ("latency_ms", "throughput_fps", "size_bytes", "memory_bytes", "accuracy", "distance")
PICKS = ("best", "race")


def versions(
    project: Annotated[str, typer.Argument(metavar="PROJECT", help="Name or id, of any of the versions.")],
    x: Annotated[str, typer.Option(metavar="|".join(AXES), help="One figure of the front.")] = "latency_ms",
    y: Annotated[
        str | None,
        typer.Option(
            metavar="latency_ms|…", help="The other one; default: accuracy, or distance where that is unknown."
        ),
    ] = None,
    pick: Annotated[
        str, typer.Option(metavar="best|race", help="The best run of each for --x, or those of the newest race.")
    ] = "best",
    csv: Annotated[bool, typer.Option("--csv", help="A table for other programs.")] = False,
    output: Output = None,
    force: Force = False,
    as_json: Json = False,
) -> None:
    """Show all versions of a project's model on its target and dataset; 'front' marks those that none beats in both."""
    options.one_of(x, AXES, "--x")
    options.one_of(y, AXES, "--y")
    options.one_of(pick, PICKS, "--pick")
    if csv and as_json:
        raise typer.BadParameter("choose one of --json and --csv.", param_hint="--csv")
    with Client() as client:
        found_project = client.project(project)
        found = client.optimization.versions(found_project["id"], x, y or "accuracy", pick)
        if y is None and not any(item["accuracy"] for item in found["items"]):
            y = "distance" if any(item["distance"] for item in found["items"]) else None
            found = client.optimization.versions(found_project["id"], x, y, pick) if y else found
        if csv or (as_json and output is not None):
            kind = "csv" if csv else "json"
            export = client.optimization.export_versions(found_project["id"], kind, x, y or "accuracy", pick)
            give(export, output, force, as_json)
            return
    if as_json:
        document(found)
    elif output is not None:
        raise typer.BadParameter("say what to write: --json or --csv.", param_hint="--output")
    else:
        _show(found)


def _show(found: Document) -> None:
    items = found["items"]
    names = {item["key"]: _name(item) for item in items}
    table(
        ("version", "made by", "runs in", ">size", ">median", ">FPS", ">accuracy", ">distance", "", "why not"),
        [
            (
                "· " * item["depth"] + item["name"],
                item["method"],
                item["effective_precision"],
                units.size(item["size_bytes"]),
                units.figure(item["run"]["latency_median_ms"], "ms") if item["run"] else None,
                units.figure(item["run"]["throughput_fps"]) if item["run"] else None,
                _value(item["accuracy"]),
                _value(item["distance"]),
                "front" if item["on_front"] else "",
                _why(item, names),
            )
            for item in items
        ],
    )
    say(f"Front of {units.words(found['x'])} and {units.words(found['y'])}.")
    for item in items:
        for remark in item["warnings"]:
            note(harmless(f"{_name(item)}: {remark}"))
    for remark in found["warnings"]:
        note(harmless(remark))


def _name(item: Document) -> str:
    return f"{item['name']} ({item['effective_precision'] or 'not measured'})"


def _why(item: Document, names: dict[str, str]) -> str | None:
    if item["dominated_by"] is not None:
        return f"beaten by {names.get(item['dominated_by'], 'another')}"
    return "; ".join(item["lacks"]) or None


def _value(report: Document | None) -> str | None:
    if report is None:
        return None
    told = f"{report['label']} {report['value']:.4g}"
    return f"{told} {report['unit']}".rstrip()

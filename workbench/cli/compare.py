"""`workbench compare A B…`: runs or projects beside each other."""

from typing import Annotated

import typer

from workbench.cli import units
from workbench.cli.files import Force, Output, give
from workbench.cli.options import Json
from workbench.cli.output import document, harmless, note, say, table
from workbench.client import Client
from workbench.client import Json as Document

FEWEST, MOST = 2, 8
CHANGED = 20


def compare(
    sides: Annotated[list[str], typer.Argument(metavar="A B...", help="Ids of runs, or names or ids of projects.")],
    top: Annotated[int, typer.Option(min=1, help="How many layers to show, what changed most first.")] = CHANGED,
    csv: Annotated[bool, typer.Option("--csv", help="A table for other programs.")] = False,
    html: Annotated[bool, typer.Option("--html", help="One page with charts that opens without a network.")] = False,
    output: Output = None,
    force: Force = False,
    as_json: Json = False,
) -> None:
    """Compare runs or projects; a project stands for its best run. Differences are against the first."""
    if not FEWEST <= len(sides) <= MOST:
        raise typer.BadParameter(f"name {FEWEST} to {MOST} runs or projects.", param_hint="A B...")
    if sum((csv, html, as_json)) > 1:
        raise typer.BadParameter("choose one of --json, --csv and --html.", param_hint="--html")
    if html and output is None:
        raise typer.BadParameter("say where to write the page.", param_hint="--output")
    with Client() as client:
        if csv or html or (as_json and output is not None):
            kind = "html" if html else "csv" if csv else "json"
            give(client.export_comparison(sides, kind), output, force, as_json)
            return
        found = client.compare(sides)
    if as_json:
        document(found)
    elif output is not None:
        raise typer.BadParameter("say what to write: --json, --csv or --html.", param_hint="--output")
    else:
        _show(found, top)


def _show(found: Document, top: int) -> None:
    for place, side in enumerate(found["sides"]):
        run = side["run"]
        told = f"{side['project']['name']}: {run['label']}, {run['effective_precision']}, {run['verdict']}"
        say(harmless(f"{_letter(place)}  {told}"))
    for warning in found["warnings"]:
        note(harmless(warning["message"]))
    say("")
    others = range(1, len(found["sides"]))
    table(
        (
            "figure",
            *(f">{_letter(place)}" for place in range(len(found["sides"]))),
            *(heading for place in others for heading in (f">{_letter(place)} / A", "95 % interval")),
        ),
        [
            (
                metric["label"],
                *(_value(value, metric["unit"]) for value in metric["values"]),
                *(cell for place in others for cell in _difference(metric["differences"][place])),
            )
            for metric in found["metrics"]
        ],
    )
    if not found["layers"]:
        return
    say("")
    shares = ", ".join(f"{_letter(place)} {units.share(part)}" for place, part in enumerate(found["accounted"]))
    say(f"Layers, what changed most first (accounted for: {shares} of the time):")
    table(
        (
            "original layers",
            "type",
            *(f">{_letter(place)} µs" for place in range(len(found["sides"]))),
            *(heading for place in others for heading in (f">{_letter(place)} − A", f">{_letter(place)} / A")),
        ),
        [
            (
                row["label"],
                row["type"],
                *(units.figure(cell["time_us"]) if cell else None for cell in row["sides"]),
                *(cell for place in others for cell in (_signed(row["delta_us"][place]), _ratio(row["ratio"][place]))),
            )
            for row in found["layers"][:top]
        ],
    )
    if len(found["layers"]) > top:
        note(f"{top} of {len(found['layers'])} rows; --top shows more, --csv all.")


def _letter(place: int) -> str:
    return chr(ord("A") + place)


def _value(value: Document | None, unit: str) -> str | None:
    if value is None:
        return None
    return units.size(value["value"]) if unit == "bytes" else units.figure(value["value"], unit)


def _difference(difference: Document | None) -> tuple[str | None, str | None]:
    if difference is None:
        return None, None
    if difference.get("absolute_ci95") is not None:
        # Of accuracy: what counts is the difference, not the ratio.
        low, high = difference["absolute_ci95"]
        told = f"{low:+.4f} to {high:+.4f}"
        return f"{difference['absolute']:+.4f}", told if difference["certain"] else f"{told}, not certain"
    bounds = difference["ratio_ci95"]
    if bounds is None:
        return _ratio(difference["ratio"]), None
    told = f"{_ratio(bounds[0])} to {_ratio(bounds[1])}"
    return _ratio(difference["ratio"]), told if difference["certain"] else f"{told}, not certain"


def _ratio(value: float | None) -> str | None:
    return None if value is None else f"{value:.3f}"


def _signed(value: float | None) -> str | None:
    if value is None:
        return None
    return ("-" if value < 0 else "+" if value > 0 else "") + str(units.figure(abs(value)))

"""`workbench report …`: what accuracy was measured, sample by sample."""

from typing import Annotated

import typer

from workbench.cli import units
from workbench.cli.accuracy import show_report
from workbench.cli.files import Force, Output, give
from workbench.cli.options import Json, Limit, Yes, confirm
from workbench.cli.output import document, harmless, note, say, table, tell_rest
from workbench.client import Client
from workbench.client import Json as Document

app = typer.Typer(no_args_is_help=True, help="Accuracy reports: look, filter, compare, export.")

Report = Annotated[str, typer.Argument(metavar="REPORT", help="Its id, or a project for its newest report.")]
Where = Annotated[
    list[str] | None,
    typer.Option("--where", "-w", metavar="'COLUMN OP VALUE'", help="Only rows that meet this; repeatable."),
]
Sort = Annotated[str | None, typer.Option(help="A column; with '-' before it, downwards.")]
CHANGES = ("both_right", "both_wrong", "fixed", "broken")
ID_LENGTH = 36


@app.command("list")
def list_reports(
    project: Annotated[str | None, typer.Option(help="Only of this project.")] = None,
    limit: Limit = 50,
    as_json: Json = False,
) -> None:
    """List reports, newest first."""
    with Client() as client:
        found = client.accuracy.reports(limit, project=project)
    if as_json:
        document(found)
        return
    rows = []
    for report in found["items"]:
        metric = report["metrics"].get(report["primary"]) if report["primary"] else None
        told = f"{metric['label']} {metric['value']:.4g}" if metric else None
        made = units.moment(report["created_at"])
        rows.append((report["id"], units.words(report["kind"]), f"{report['samples']:,}", told, report["engine"], made))
    table(("id", "against", ">samples", "figure", "engine", "made"), rows)
    tell_rest(found)


@app.command("show")
def show(report: Report, as_json: Json = False) -> None:
    """Show the figures of a report, and those of its classes."""
    with Client() as client:
        found = _found(client, report)
        tables = client.accuracy.tables(found["id"])
    if as_json:
        document(found | {"tables": tables})
        return
    show_report(found)
    classes = tables["classes"]
    if classes:
        names = list(dict.fromkeys(name for row in classes for name in row["metrics"]))
        say("")
        table(
            ("class", ">samples", *(f">{units.words(name)}" for name in names)),
            [
                (row["name"], f"{row['samples']:,}", *(_four(row["metrics"].get(name)) for name in names))
                for row in classes
            ],
        )


@app.command("rows")
def rows(
    report: Report,
    where: Where = None,
    sort: Sort = None,
    limit: Annotated[int, typer.Option(min=1, max=500, help="How many at most.")] = 20,
    offset: Annotated[int, typer.Option(min=0, help="Leave out so many.")] = 0,
    classes: Annotated[bool, typer.Option("--classes", help="A row for each class of each sample.")] = False,
    as_json: Json = False,
) -> None:
    """Show the samples of a report, filtered and sorted: -w 'error = true' --sort=-loss."""
    with Client() as client:
        found = _found(client, report)
        chosen = "classes" if classes else "samples"
        page = client.accuracy.rows(found["id"], where or (), sort=sort, limit=limit, offset=offset, table=chosen)
    if as_json:
        document(page)
        return
    _show_rows(page["items"])
    note(f"{len(page['items'])} of {page['total']:,} rows.")


def _show_rows(items: list[Document]) -> None:
    if items:
        names = list(items[0])
        table(
            [f">{name}" if isinstance(items[0][name], int | float) else name for name in names],
            [[_cell(item[name]) for name in names] for item in items],
        )


def _cell(value: object) -> str | None:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return _four(value) if isinstance(value, float) else None if value is None else str(value)


def _four(value: float | None) -> str | None:
    return None if value is None else f"{value:.4g}"


@app.command("compare")
def compare(
    before: Annotated[str, typer.Argument(metavar="BEFORE", help="A report, or a project for its newest.")],
    now: Annotated[str, typer.Argument(metavar="NOW", help="A report, or a project for its newest.")],
    change: Annotated[str | None, typer.Option(metavar="|".join(CHANGES), help="Only samples that changed so.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=500, help="How many samples at most.")] = 20,
    as_json: Json = False,
) -> None:
    """Compare two reports sample by sample, what became worst first."""
    if change is not None and change not in CHANGES:
        raise typer.BadParameter(f"'{change}' is none of {', '.join(CHANGES)}.", param_hint="--change")
    with Client() as client:
        first, second = _found(client, before), _found(client, now)
        found = client.accuracy.compare(second["id"], first["id"], change=change, limit=limit)
    if as_json:
        document(found)
        return
    table(
        ("metric", ">before", ">now", ">difference", "95 % interval"),
        [
            (
                metric["label"],
                _four(metric["before"]),
                _four(metric["now"]),
                f"{metric['difference']:+.4g}",
                f"{metric['ci95'][0]:+.3g} to {metric['ci95'][1]:+.3g}" if metric["ci95"] else None,
            )
            for metric in found["metrics"].values()
        ],
    )
    say("")
    say(", ".join(f"{count:,} {units.words(name)}" for name, count in found["counts"].items()))
    table(
        ("sample", "name", "change", ">loss before", ">loss now"),
        [
            (
                str(row["sample"]),
                row["name"],
                units.words(row["change"]),
                _four(row["before"].get("loss")),
                _four(row["now"].get("loss")),
            )
            for row in found["items"]
        ],
    )


@app.command("export")
def export(
    report: Report,
    format: Annotated[str, typer.Option("--format", "-f", help="csv or json.")] = "csv",
    where: Where = None,
    sort: Sort = None,
    classes: Annotated[bool, typer.Option("--classes", help="A row for each class of each sample.")] = False,
    output: Output = None,
    force: Force = False,
) -> None:
    """Write the rows of a report as CSV, or the report with its rows as JSON."""
    if format not in ("csv", "json"):
        raise typer.BadParameter(f"'{format}' is neither csv nor json.", param_hint="--format")
    with Client() as client:
        found = client.accuracy.export(
            _found(client, report)["id"], format, where or (), sort, "classes" if classes else "samples"
        )
    give(found, output, force)


@app.command("delete")
def delete(report: Report, yes: Yes = False, as_json: Json = False) -> None:
    """Delete a report."""
    with Client() as client:
        found = _found(client, report)
        confirm(f"Delete the report {found['id']} of {found['samples']:,} samples", yes, as_json)
        client.accuracy.delete(found["id"])
    if as_json:
        document({"deleted": found["id"]})
    else:
        note(f"The report {found['id']} is deleted.")


def _found(client: Client, what: str) -> Document:
    """The report with an id, or the newest of a project. Raises ApiError, Exit."""
    if len(what) == ID_LENGTH and what.count("-") == 4:
        from workbench.client import ApiError

        try:
            return client.accuracy.report(what)
        except ApiError as error:
            if error.code != "report_not_found":
                raise
    project = client.project(what)
    items = client.accuracy.reports(1, project=project["id"])["items"]
    if not items:
        note(f"'{harmless(project['name'])}' has no reports.\nMake one with 'workbench accuracy PROJECT'.")
        raise typer.Exit(1)
    newest: Document = items[0]
    return newest

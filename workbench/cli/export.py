"""`workbench run export`, `run findings` and `project report`: what was measured, out of the page."""

from pathlib import Path
from typing import Annotated

import typer

from workbench.cli import units
from workbench.cli.files import Force, Output, give, told
from workbench.cli.options import Json
from workbench.cli.output import document, harmless, note, say
from workbench.client import ApiError, Client
from workbench.client import Json as Document

FORMATS = ("csv", "json")


def add_to(runs: typer.Typer, projects: typer.Typer) -> None:
    """Put the commands beside the others about runs and projects."""
    runs.command("export")(export)
    runs.command("findings")(findings)
    projects.command("report")(report)


def export(
    what: Annotated[str, typer.Argument(metavar="PROJECT|RUN", help="A project for all its runs, or the id of a run.")],
    format: Annotated[str, typer.Option("--format", "-f", help="csv or json.")] = "csv",
    layers: Annotated[bool, typer.Option("--layers", help="The executed layers of the run.")] = False,
    output: Output = None,
    force: Force = False,
) -> None:
    """Export runs, or the layers of a run; the JSON of a run is a baseline for 'workbench check'."""
    if format not in FORMATS:
        raise typer.BadParameter(f"'{format}' is neither csv nor json.", param_hint="--format")
    with Client() as client:
        if layers:
            found = client.export_layers(what, format)
        else:
            try:
                found = client.export_run(what, format)
            except ApiError as error:
                if error.code != "run_not_found":
                    raise
                found = client.export_runs(what, format)
    give(found, output, force)


def report(
    project: Annotated[str, typer.Argument(metavar="PROJECT", help="Name or id.")],
    output: Output = None,
    force: Force = False,
    as_json: Json = False,
) -> None:
    """Write a report of a project: one HTML page with charts that opens without a network."""
    with Client() as client:
        if as_json and output is None:
            give(client.project_report(project, "json"), None, force)
            return
        path = client.project_report(project).write(Path(output) if output is not None else None, force)
    told(path, as_json)


def findings(
    run: Annotated[str, typer.Argument(metavar="RUN", help="Its id.")],
    rules: Annotated[bool, typer.Option("--rules", help="Also what the rules that found nothing looked at.")] = False,
    as_json: Json = False,
) -> None:
    """Show what stands out in a run, why, and what to do."""
    with Client() as client:
        found = client.findings(run)
    if as_json:
        document(found)
        return
    for number, finding in enumerate(found["findings"]):
        if number:
            say("")
        _show(finding)
    if not found["findings"]:
        note("No rule found anything.")
    if rules:
        say("")
        for rule in found["rules"]:
            if rule["outcome"] != "found":
                say(harmless(f"{units.words(rule['outcome'])}: {rule['title']} {rule['reason']}"))


def _show(finding: Document) -> None:
    say(harmless(f"[{finding['severity']}] {finding['title']}"))
    say(harmless(f"  {finding['summary']}"))
    for item in finding["evidence"]:
        say(harmless(f"    {item['label']}: {_evidence(item['value'])}{' ' + item['unit'] if item['unit'] else ''}"))
    say(harmless(f"  {finding['advice']}"))
    if finding["action"]["command"]:
        say(harmless(f"  $ {finding['action']['command']}"))


def _evidence(value: str | float) -> str:
    """A number with about four digits, a count as it is."""
    if isinstance(value, str):
        return value
    return f"{value:,.0f}" if float(value).is_integer() else str(units.figure(value))

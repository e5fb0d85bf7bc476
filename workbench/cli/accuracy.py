"""`workbench accuracy PROJECT`, and how a project's model is read."""

from pathlib import Path
from typing import Annotated

import typer

from workbench.cli import units
from workbench.cli.following import conclude, follow, started
from workbench.cli.options import Json, NoWait
from workbench.cli.output import document, fail, harmless, note, say, table
from workbench.client import ApiError, BadFiles, Client
from workbench.client import Json as Document

KINDS = {"annotations": "annotations", "parent": "parent_predictions", "distance": "tensor_distance"}
ENGINES = ("workbench", "accuracy-checker")
MOST_YAML_BYTES = 200_000

Project = Annotated[str, typer.Argument(metavar="PROJECT", help="Name or id.")]


def accuracy(
    project: Project,
    kind: Annotated[
        str, typer.Option(metavar="annotations|parent|distance", help="What the model's answers are held against.")
    ] = "annotations",
    samples: Annotated[int | None, typer.Option(min=1, help="Only so many samples; default: all.")] = None,
    seed: Annotated[int, typer.Option(min=0, help="Of the choice of samples.")] = 0,
    per_layer: Annotated[
        bool, typer.Option("--per-layer", help="Of distances: layers too, not outputs alone.")
    ] = False,
    engine: Annotated[
        str,
        typer.Option(metavar="workbench|accuracy-checker", help="Who measures; Accuracy Checker needs its toolchain."),
    ] = "workbench",
    config: Annotated[Path | None, typer.Option(help="A configuration of Accuracy Checker of your own.")] = None,
    least: Annotated[
        list[str] | None,
        typer.Option("--min", metavar="METRIC=VALUE", help="Exit with 1 when the metric is lower; repeatable."),
    ] = None,
    no_wait: NoWait = False,
    as_json: Json = False,
) -> None:
    """Measure the accuracy of a project's model, with 95 % intervals."""
    if kind not in KINDS:
        raise typer.BadParameter(f"'{kind}' is none of {', '.join(KINDS)}.", param_hint="--kind")
    if engine not in ENGINES:
        raise typer.BadParameter(f"'{engine}' is none of {', '.join(ENGINES)}.", param_hint="--engine")
    if engine == "accuracy-checker" and kind != "annotations":
        raise typer.BadParameter("Accuracy Checker compares with annotations only.", param_hint="--kind")
    if config is not None and engine != "accuracy-checker":
        raise typer.BadParameter("is for --engine accuracy-checker.", param_hint="--config")
    if no_wait and least:
        raise typer.BadParameter("has to wait for the figures: leave out --no-wait.", param_hint="--min")
    limits = [_limit(text) for text in least or []]
    wanted: Document = {"kind": "accuracy_checker" if engine == "accuracy-checker" else KINDS[kind]}
    if samples is not None:
        wanted["subset"] = {"count": samples, "seed": seed}
    if per_layer:
        wanted["per_layer"] = True
    if config is not None:
        wanted["yaml"] = text_of(config)
    with Client() as client:
        found = client.project(project)
        job = client.accuracy.start(found["id"], **wanted)["job"]
        if no_wait:
            if as_json:
                document({"project": found, "job": job})
            else:
                started(job)
            return
        job = follow(client, job, as_json)
        report = client.accuracy.report(job["result"]["report_id"]) if job["state"] == "succeeded" else None
        if as_json:
            document({"project": client.project(found["id"]), "report": report, "job": job})
        elif report is not None:
            say(harmless(found["name"]))
            show_report(report)
    conclude(job)
    assert report is not None
    _hold(report, limits)


def _limit(text: str) -> tuple[str, float]:
    name, separator, value = text.rpartition("=")
    try:
        number = float(value)
    except ValueError:
        number = float("nan")
    if not separator or not name or number != number:
        raise typer.BadParameter(
            f"'{text}' is not of the form METRIC=VALUE, such as accuracy@top1=0.7.", param_hint="--min"
        )
    return name.strip(), number


def _hold(report: Document, limits: list[tuple[str, float]]) -> None:
    """Tell of each limit whether it is kept; Exit with 1 when one is not."""
    missed = False
    for name, least in limits:
        metric = report["metrics"].get(name)
        if metric is None:
            there = ", ".join(report["metrics"]) or "none"
            fail(f"The report has no metric '{harmless(name)}'.", f"Its metrics are: {harmless(there)}.", 2)
        low = metric["value"] < least
        missed = missed or low
        note(f"{harmless(name)} = {metric['value']:.6g} is {'below' if low else 'not below'} {least:g}.")
    if missed:
        raise typer.Exit(1)


def show_report(report: Document) -> None:
    """The figures of a report, each with its interval."""
    rate = f", {units.figure(report['samples_per_s'])} a second" if report["samples_per_s"] else ""
    against = f", against {report['reference']['name']}" if report["reference"] else ""
    say(
        harmless(
            f"{report['samples']:,} samples on {report['device']}, {report['effective_precision']}{rate}{against}; "
            f"report {report['id']}"
        )
    )
    table(
        ("metric", "name", ">value", "95 % interval"),
        [
            (
                metric["label"],
                name,
                f"{metric['value']:.6g}{' ' + metric['unit'] if metric['unit'] else ''}",
                f"{metric['ci95'][0]:.4g} to {metric['ci95'][1]:.4g}" if metric["ci95"] else None,
            )
            for name, metric in report["metrics"].items()
        ],
    )
    for remark in report["notes"]:
        note(harmless(remark))


def reading(
    project: Project,
    given: Annotated[Path | None, typer.Option("--set", metavar="FILE.yaml", help="Keep what this file says.")] = None,
    reset: Annotated[bool, typer.Option("--reset", help="Go back to what is guessed.")] = False,
    accuracy_checker: Annotated[
        bool, typer.Option("--accuracy-checker", help="The YAML, read or written, is Accuracy Checker's.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Show how a project's model is read, as YAML; or set it."""
    format = "accuracy_checker" if accuracy_checker else "workbench"
    if given is not None and reset:
        raise typer.BadParameter("set it or reset it, not both.", param_hint="--reset")
    with Client() as client:
        if given is not None:
            found = _set(client, project, given, format)
        elif reset:
            found = client.accuracy.forget_reading(project)
        elif accuracy_checker:
            text = client.accuracy.export_reading(project, format).text
            if as_json:
                document({"yaml": text})
            else:
                say(harmless(text).rstrip("\n"))
            return
        else:
            found = client.accuracy.reading(project)
    if as_json:
        document(found)
        return
    say(harmless(found["yaml"]).rstrip("\n"))
    if found["source"] == "guessed":
        note("")
        note("Guessed:")
        for guess in found["guesses"]:
            note(harmless(f"  {guess['field']}: {guess['reason']}"))
    for sentence in found["missing"]:
        note(harmless(sentence))


def _set(client: Client, project: str, path: Path, format: str) -> Document:
    """Keep a reading; what of a foreign YAML is left out is told. Mistakes come with file, line and column."""
    text = text_of(path)
    if format == "accuracy_checker":
        for one in client.accuracy.check_reading(project, yaml=text, format=format)["unsupported"]:
            note(harmless(f"{path}:{one['line']}:{one['column']}: left out: {one['message']}"))
    try:
        return client.accuracy.set_reading(project, yaml=text, format=format)
    except ApiError as error:
        if error.code != "invalid_reading":
            raise
        for item in error.errors:
            place = f"{path}:{item['line']}:{item['column']}: " if item.get("line") else f"{path}: "
            note(harmless(f"{place}{item.get('problem')}"))
        raise typer.Exit(2) from error


def text_of(path: Path) -> str:
    """Raises BadFiles."""
    try:
        if path.stat().st_size > MOST_YAML_BYTES:
            raise BadFiles(f"'{path}' is far larger than such a file.", "Give the right file.")
        return path.read_text(encoding="utf-8")
    except OSError as error:
        raise BadFiles(f"'{path}' cannot be read: {error.strerror}.", "Check the file.") from error
    except UnicodeDecodeError as error:
        raise BadFiles(f"'{path}' is not text in UTF-8.", "Save it as UTF-8.") from error

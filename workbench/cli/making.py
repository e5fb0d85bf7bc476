"""What the commands that make a version of a model share: what is measured of it, and how it is told."""

from collections.abc import Callable
from typing import Annotated, Any

import typer

from workbench.cli import options, units
from workbench.cli.following import conclude, follow, started
from workbench.cli.output import document, facts, fail, harmless, note, say, table
from workbench.client import ApiError, Client
from workbench.client import Json as Document

Project = Annotated[str, typer.Argument(metavar="PROJECT", help="Name or id.")]
Name = Annotated[str | None, typer.Option(help="Of the new model.")]
Dataset = Annotated[str | None, typer.Option(help="To calibrate with; default: the project's.")]
Samples = Annotated[
    int | None, typer.Option(min=1, help="To calibrate with; default: 300, at most half of the dataset.")
]
Percent = Annotated[float | None, typer.Option(help="Of the dataset, in place of --samples.")]
Seed = Annotated[int, typer.Option(min=0, help="Of the choice of samples.")]
Ignore = Annotated[list[str] | None, typer.Option(help="An operation that keeps its precision; repeatable.")]
IgnorePattern = Annotated[
    list[str] | None, typer.Option(metavar="RE", help="Operations whose name begins so; repeatable.")
]
IgnoreType = Annotated[list[str] | None, typer.Option(metavar="TYPE", help="Operations of a type; repeatable.")]
NoBenchmark = Annotated[bool, typer.Option("--no-benchmark", help="Do not measure it in turn with its parent.")]
NoLayers = Annotated[bool, typer.Option("--no-layers", help="Leave out the instrumented run.")]
NoAccuracy = Annotated[bool, typer.Option("--no-accuracy", help="Make no reports.")]
JudgeSamples = Annotated[int | None, typer.Option(min=1, help="Of the reports; default: all that are left.")]
Budget = Annotated[float | None, typer.Option(min=1, max=3600, help="Seconds of measuring in turn.")]
Precision = Annotated[
    str | None, typer.Option(metavar="f32,bf16", help="Of the parent; default: f32 and what the device prefers.")
]

PRECISIONS = ("f32", "bf16", "f16")


def calibration(dataset: str | None, samples: int | None, percent: float | None, seed: int) -> Document:
    if samples is not None and percent is not None:
        raise typer.BadParameter("give --samples or --percent, not both.", param_hint="--percent")
    fields = {"dataset": dataset, "samples": samples, "percent": percent, "seed": seed}
    return {name: value for name, value in fields.items() if value is not None}


def ignored(names: list[str] | None, patterns: list[str] | None, types: list[str] | None) -> Document:
    return {"names": names or [], "patterns": patterns or [], "types": types or []}


def measure(
    no_benchmark: bool,
    no_layers: bool,
    no_accuracy: bool,
    samples: int | None,
    budget_s: float | None,
    precision: str | None,
) -> Document:
    wanted: Document = {"benchmark": not no_benchmark, "layers": not no_layers, "accuracy": not no_accuracy}
    if samples is not None:
        wanted["samples"] = samples
    if budget_s is not None:
        wanted["budget_s"] = budget_s
    if precision is not None:
        wanted["precisions"] = [part.strip().lower() for part in precision.split(",")]
        for part in wanted["precisions"]:
            if part not in PRECISIONS:
                raise typer.BadParameter(f"'{part}' is none of {', '.join(PRECISIONS)}.", param_hint="--precision")
    return wanted


def make(project: str, start: Callable[[Client, str], Document], no_wait: bool, as_json: bool) -> None:
    """Start making a version, wait for it and tell what it came to. Exit with 1 where its job failed, or its accuracy
    could not be held."""
    with Client() as client:
        found = client.project(project)
        job = start(client, found["id"])["job"]
        if no_wait:
            if as_json:
                document({"project": None, "parent_project": found, "job": job})
            else:
                started(job)
            return
        job = follow(client, job, as_json)
        told = client.optimization.version(job["id"])
        result = told["result"]
        if as_json:
            document(summary(client, found, told["job"], result))
        elif result is not None:
            show(client, found, result)
    conclude(job)
    control = (result or {}).get("control")
    if control is not None and not control["reached"]:
        fail(f"The accuracy could not be held: {_drop(control)}.", "What was reached is kept.", 1)


def summary(client: Client, parent: Document, job: Document, result: Document | None) -> Document:
    """What `--json` prints: what was not reached is null."""
    told = dict(result or {})
    return {
        "project": _there(client.project, told.get("project_id")),
        "model": _there(client.model, told.get("model_id")),
        "parent": _there(client.model, told.get("parent_id") or (parent["model"] or {}).get("id")),
        "parent_project": parent,
        "size_ratio": told.get("size_ratio"),
        "throughput_ratio": told.get("throughput_ratio"),
        "metrics": told.get("metrics") or {},
        **{
            name: told.get(name)
            for name in (
                "size_bytes", "parent_size_bytes", "race", "control", "calibration_samples", "calibration_s",
                "report_id", "parent_report_id", "distance_report_id", "notes",
            )
        },
        "job": job,
    }  # fmt: skip


def _there(get: Callable[[str], Document], identifier: str | None) -> Document | None:
    """None for what is not there, or was deleted meanwhile."""
    if identifier is None:
        return None
    try:
        return get(identifier)
    except ApiError as error:
        if error.status != 404:
            raise
        return None


def show(client: Client, parent: Document, result: Document) -> None:
    project = _there(client.project, result["project_id"])
    samples = result["calibration_samples"]
    seconds = units.seconds(result["calibration_s"])
    facts(
        [
            ("project", project["name"] if project else result["project_id"]),
            ("model", project["model"]["name"] if project and project["model"] else result["model_id"]),
            ("made of", parent["model"]["name"] if parent["model"] else None),
            (
                "size",
                f"{units.size(result['size_bytes'])}, {result['size_ratio']:.2f} times smaller than "
                f"{units.size(result['parent_size_bytes'])}",
            ),
            ("calibrated", f"with {samples:,} samples in {seconds}" if samples is not None else None),
        ]
    )
    if result["control"] is not None:
        say(harmless(f"accuracy held: {_drop(result['control'])}"))
        _steps(result["control"]["steps"])
    if result["race"] is not None:
        show_race(result["race"])
        if result["throughput_ratio"] is not None:
            say(f"{result['throughput_ratio']:.2f} times the throughput of the fastest before")
    if result["metrics"]:
        table(
            ("metric", ">before", ">after", ">difference", "95 % interval"),
            [
                (
                    pair["after"]["label"],
                    f"{pair['before']['value']:.6g}",
                    f"{pair['after']['value']:.6g}",
                    f"{pair['difference']:+.4g}",
                    _interval(pair["difference_ci95"]),
                )
                for pair in result["metrics"].values()
            ],
        )
    if result["distance_report_id"] is not None:
        report = _there(client.accuracy.report, result["distance_report_id"])
        for metric in report["metrics"].values() if report is not None else ():
            say(
                harmless(
                    f"distance to the parent's outputs: {metric['label']} {metric['value']:.6g} {metric['unit']}"
                ).rstrip()
            )
    for remark in result["notes"]:
        note(harmless(remark))


def show_race(race: Document) -> None:
    """The sides of a race, against the first of them."""
    say(harmless(f"measured in turn, {race['label']}:"))
    table(
        ("project", "runs in", ">FPS", ">median", ">ratio", "95 % interval"),
        [
            (
                side["project"],
                side["effective_precision"],
                units.figure(side["throughput_fps"]),
                units.figure(side["latency_median_ms"], "ms"),
                f"{side['ratio']:.3f}",
                _interval(side["ratio_ci95"]),
            )
            for side in race["sides"]
        ],
    )
    for remark in race["warnings"]:
        note(harmless(remark))


def _interval(ends: list[float] | None) -> str | None:
    return f"{ends[0]:.4g} to {ends[1]:.4g}" if ends else None


def _drop(control: Document) -> str:
    of = "" if control["drop_type"] == "absolute" else " of it"
    return (
        f"{control['label']} {control['original']:.4g} → {control['final']:.4g}, a drop of {control['drop']:.4g}{of} "
        f"with {control['max_drop']:.4g} allowed"
    )


def _steps(steps: list[Any]) -> None:
    if steps:
        table(
            (">step", "put back", ">metric", ">drop", "kept"),
            [
                (
                    str(step["number"]),
                    ", ".join(step["operations"][:3]) + (" …" if len(step["operations"]) > 3 else ""),
                    units.figure(step["value"]),
                    units.figure(step["drop"]),
                    "yes" if step["kept"] else "no",
                )
                for step in steps
            ],
        )


def limit(
    max_drop: str | None, drop_type: str | None, metric: str | None, ranking_samples: int | None
) -> Document | None:
    """Accuracy control; None where no drop was given."""
    if max_drop is None:
        for value, option in ((drop_type, "--drop-type"), (metric, "--metric"), (ranking_samples, "--ranking-samples")):
            if value is not None:
                raise typer.BadParameter("is for holding the accuracy: give --max-drop too.", param_hint=option)
        return None
    if drop_type not in (None, "absolute", "relative"):
        raise typer.BadParameter(f"'{drop_type}' is none of absolute, relative.", param_hint="--drop-type")
    wanted = {
        "max_drop": options.drop(max_drop, "--max-drop"),
        "drop_type": drop_type,
        "metric": metric,
        "ranking_samples": ranking_samples,
    }
    return {name: value for name, value in wanted.items() if value is not None}

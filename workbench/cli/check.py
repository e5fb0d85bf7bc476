"""`workbench check PROJECT --baseline …`: whether a project got slower, as an exit code that may fail a build."""

import re
import uuid
from pathlib import Path
from typing import Annotated, Any

import typer

from workbench.cli import benchmark, junit, units
from workbench.cli.following import conclude, follow, started
from workbench.cli.options import Json, NoWait
from workbench.cli.output import document, facts, harmless, note, say
from workbench.client import Client, baselines
from workbench.client import Json as Document

UNDECIDED = 4
EXIT_CODES = {"passed": 0, "regression": 1, "noisy": UNDECIDED, "contended": UNDECIDED}
_SHARE = re.compile(r"\s*([0-9]+(?:\.[0-9]*)?|\.[0-9]+)\s*(%?)\s*")


def check(
    project: Annotated[str, typer.Argument(metavar="PROJECT", help="Name or id.")],
    baseline: Annotated[
        str,
        typer.Option(metavar="RUN_OR_FILE", help="Id of a run; or what 'run show --json' or 'check --json' printed."),
    ],
    max_slowdown: Annotated[str, typer.Option(metavar="5%", help="More time than this is a regression.")] = "5%",
    max_p99_ms: Annotated[float | None, typer.Option(help="A p99 above this is a regression, too.")] = None,
    budget_s: Annotated[float | None, typer.Option(help="Seconds of measuring at most; default: 60.")] = None,
    streams: Annotated[int | None, typer.Option(min=1, help="Streams, in place of those of the baseline.")] = None,
    batch: Annotated[int | None, typer.Option(min=1, help="Batch size, likewise.")] = None,
    requests: Annotated[int | None, typer.Option(min=1, help="Infer requests in flight, likewise.")] = None,
    hint: Annotated[str | None, typer.Option(metavar="latency", help="Hint, likewise.")] = None,
    threads: Annotated[int | None, typer.Option(min=1, help="Inference threads, likewise.")] = None,
    precision: Annotated[str | None, typer.Option(help="f32, bf16 or f16, likewise.")] = None,
    junit_file: Annotated[
        Path | None, typer.Option("--junit", metavar="FILE", help="Write a JUnit XML file there.")
    ] = None,
    no_wait: NoWait = False,
    as_json: Json = False,
) -> None:
    """Measure a project in turn with a baseline, and tell whether it got slower.

    Exit codes: 0 passed, 1 regression (or the check failed), 4 too noisy or too contended to tell.
    """
    wanted: Document = {"max_slowdown": share(max_slowdown), "max_p99_ms": max_p99_ms, "budget_s": budget_s}
    if junit_file is not None and not junit_file.absolute().parent.is_dir():
        raise typer.BadParameter(f"there is no folder '{junit_file.absolute().parent}'.", param_hint="--junit")
    changes: Document = {"streams": streams, "batch": batch, "requests": requests, "threads": threads}
    changes |= {"precision": precision.lower() if precision else None, "hint": _hint(hint)}
    changes = {name: value for name, value in changes.items() if value is not None}
    source = baseline_of(baseline)
    with Client() as client:
        found = client.project(project)
        if changes:
            wanted["configuration"] = changed(_configuration(client, source), changes)
        started_check = client.check(found["id"], **source, **wanted)
        job = started_check["job"]
        if no_wait:
            if as_json:
                document(started_check)
            else:
                started(job)
            return
        follow(client, job, as_json)
        ended = client.check_result(job["id"])
        if junit_file is not None:
            junit.write(junit_file, ended)
        if as_json:
            document(ended)
        result = ended["result"]
        if result is None:
            conclude(ended["job"])
            note("The check left no result that this version can read.")
            raise typer.Exit(1)
        if not as_json:
            show(ended)
    raise typer.Exit(EXIT_CODES[result["verdict"]])


def share(text: str) -> float:
    """`5%` or `0.05` as 0.05. Raises BadParameter, also for a bare 5: it could be meant as either."""
    match = _SHARE.fullmatch(text)
    value = float(match[1]) / (100 if match[2] else 1) if match else 0.0
    if match is None or value <= 0 or value >= 10 or (not match[2] and value >= 1):
        raise typer.BadParameter(f"'{text}' is no share such as 5% or 0.05.", param_hint="--max-slowdown")
    return value


def baseline_of(text: str) -> Document:
    """`{"baseline_run": id}`, or `{"baseline": figures}` of a file. Raises BadParameter and BaselineUnreadable."""
    path = Path(text)
    if path.is_file():
        return {"baseline": baselines.read(path)}
    try:
        return {"baseline_run": str(uuid.UUID(text))}
    except ValueError:
        raise typer.BadParameter(f"'{text}' is neither a file nor the id of a run.", param_hint="--baseline") from None


def _configuration(client: Client, source: Document) -> Document:
    """That of the baseline, as far as it is told."""
    if "baseline" in source:
        return dict(source["baseline"]["configuration"])
    return dict(client.run(source["baseline_run"])["configuration"] or {})


def changed(configuration: Document, changes: Document) -> Document:
    """`configuration` with `changes`. A hint chooses the streams itself, so each of the two displaces the other."""
    merged = configuration | changes
    if "streams" in changes and "hint" not in changes:
        merged["hint"] = "none"
    if "hint" in changes and changes["hint"] != "none" and "streams" not in changes:
        merged.pop("streams", None)
    return {name: value for name, value in merged.items() if value is not None}


def _hint(text: str | None) -> str | None:
    found = benchmark.hints(text)
    if len(found) > 1:
        raise typer.BadParameter("a check measures one configuration.", param_hint="--hint")
    return found[0] if found else None


def show(ended: Document) -> None:
    """The verdict, and the figures that it stands on, for people."""
    result: dict[str, Any] = ended["result"]
    baseline, current, conditions = result["baseline"], result["current"], result["conditions"]
    say(f"{result['verdict']}: {harmless(result['reason'])}")
    bounds = result["slowdown_ci95"]
    interval = f" (95 %: {_signed(bounds[0])} to {_signed(bounds[1])})" if bounds else ""
    limit = f", limit {_signed(result['max_slowdown'])}"
    p99_limit = f", limit {result['max_p99_ms']:g} ms" if result["max_p99_ms"] is not None else ""
    left_out = conditions.get("disturbed_rounds")
    how = "baseline and project in turn" if result["interleaved"] else "against recorded figures"
    facts(
        [
            ("project", ended["project"]["name"]),
            ("baseline", _baseline(baseline)),
            ("configuration", str(current.get("label") or "")),
            ("slowdown", f"{_signed(result['slowdown'])}{interval}{limit}"),
            ("throughput", f"{_rate(current)}, baseline {_rate(baseline)}"),
            ("p99", f"{units.figure(result['p99_ms'], 'ms')}{p99_limit}" if result["p99_ms"] is not None else None),
            (
                "measured",
                f"{result['rounds']} rounds in {units.figure(result['measured_s'], 's')}, {how}"
                + (f"; {left_out} more were disturbed" if left_out else ""),
            ),
            ("others used", f"{units.share(conditions.get('cpu_others'))} of the CPU"),
            ("run", result["run_id"]),
        ]
    )
    for warning in result["warnings"]:
        note(f"Note: {harmless(warning)}")


def _baseline(figures: Document) -> str:
    parts = [figures.get("model_name"), f"run {figures['run_id']}" if figures.get("run_id") else None]
    return ", ".join(str(part) for part in parts if part) or "recorded figures"


def _rate(figures: Document) -> str:
    return units.figure(figures.get("throughput_fps"), "FPS") or "not known"


def _signed(value: float | None) -> str:
    return "not known" if value is None else f"{100 * value:+.1f} %"

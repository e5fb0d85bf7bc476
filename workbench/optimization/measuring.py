"""Versions measured in turn, each kept as a run of its own project."""

import uuid
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from workbench.accuracy.service import Unusable
from workbench.benchmarks import service as benchmarks
from workbench.benchmarks.schemas import BenchmarkWanted, Configuration
from workbench.db.tables import Dataset, Model, Project
from workbench.jobs.context import JobContext
from workbench.optimization import planning
from workbench.optimization.answers import EngineRace, checked
from workbench.optimization.schemas import Precision, RaceResult, RaceResultSide
from workbench.targets.driver import Span, run_operation

# Beside the budget: reading, compiling and warming up all of them.
SLACK_S = 1800.0


def race(
    context: JobContext,
    sides: Sequence[tuple[str, Precision | None]],
    configuration: Configuration,
    budget_s: float,
    span: Span,
    folder: str,
    configurations: Sequence[Configuration] | None = None,
) -> RaceResult:
    """Measure projects, each with an inference precision (None: its own), in turn in one process.

    `configurations`: of each side its own, in place of `configuration`. Each side is kept as a run at once. Raises
    Conflict for a project that is not whole, JobFailed.
    """
    given = list(configurations) if configurations is not None else [configuration] * len(sides)
    asked = [one.model_copy(update={"precision": precision}) for one, (_, precision) in zip(given, sides, strict=True)]
    with context.runtime.db.read() as session:
        parts = [planning.parts(session, project_id) for project_id, _ in sides]
    inputs: dict[str, Path] = {}
    parameters = []
    for number, (part, one) in enumerate(zip(parts, asked, strict=True)):
        more, own = _side(context, number, *part, one)
        inputs |= more
        parameters.append(own)
    result, out = run_operation(
        context,
        "race",
        {"sides": parameters, "budget_s": budget_s, "seed": uuid.UUID(context.job.id).int % 2**31},
        inputs,
        folder=folder,
        span=span,
        timeout_s=budget_s + SLACK_S,
    )
    answer = checked(EngineRace, result)
    if len(answer.sides) != len(sides):
        raise Unusable(f"it tells of {len(answer.sides)} sides of {len(sides)}")
    told = []
    for number, (side, part, one) in enumerate(zip(answer.sides, parts, asked, strict=True)):
        file = out / f"latencies-{number}.npz"
        if file.is_file():
            file.rename(out / "latencies.npz")
        measured: dict[str, Any] = side.result
        run_id = benchmarks.keep_run(context, part[0], one, one.label(), dict(measured), out, source="race")
        told.append(_told(part[0], part[1], sides[number][1], run_id, measured, side.ratio, side.ratio_ci95))
    return RaceResult(
        configuration=configuration,
        label=configuration.label(),
        sides=told,
        rounds=answer.rounds,
        measured_s=answer.measured_s,
        warnings=answer.warnings,
    )


def _side(
    context: JobContext, number: int, project: Project, model: Model, dataset: Dataset, configuration: Configuration
) -> tuple[dict[str, Path], dict[str, Any]]:
    """(inputs, parameters) of one side, in a folder of its own."""
    wanted = BenchmarkWanted(configurations=[configuration])
    inputs = benchmarks.engine_inputs(context, model, dataset, wanted)
    parameters = benchmarks.engine_parameters(project, model, wanted, configuration, "dataset" in inputs)
    for name in ("model", "dataset"):
        if parameters[name] is not None:
            parameters[name] = parameters[name].replace("inputs/", f"inputs/side-{number}/", 1)
    return {f"side-{number}/{name}": path for name, path in inputs.items()}, parameters


def _told(
    project: Project,
    model: Model,
    precision: Precision | None,
    run_id: str,
    measured: dict[str, Any],
    ratio: float,
    ratio_ci95: list[float] | None,
) -> RaceResultSide:
    return RaceResultSide(
        project_id=project.id,
        project=project.name,
        model_id=model.id,
        precision=precision,
        effective_precision=measured["effective_precision"],
        run_id=run_id,
        throughput_fps=measured["throughput_fps"],
        throughput_ci95=measured.get("throughput_ci95"),
        latency_median_ms=measured["latency_ms"]["median"],
        latency_median_ci95=measured.get("latency_median_ci95"),
        latency_p99_ms=measured["latency_ms"].get("p99"),
        peak_memory_bytes=measured.get("peak_memory_bytes"),
        ratio=ratio,
        ratio_ci95=ratio_ci95,
        verdict=measured["verdict"],
    )

"""The job kind `benchmark`: each configuration measured in an engine process of its own, kept once it is done."""

from pathlib import Path
from typing import Any

from workbench.benchmarks import repository
from workbench.benchmarks.keeping import add_artifact, keep_run, publish
from workbench.benchmarks.schemas import BenchmarkWanted, Configuration
from workbench.benchmarks.shapes import shapes_for
from workbench.datasets import service as datasets
from workbench.db.tables import Dataset, Model, Project
from workbench.jobs import events
from workbench.jobs.context import JobContext
from workbench.jobs.kinds import JobFailed, JobKind, Outcome, register
from workbench.models import service as models
from workbench.targets.driver import Span, run_operation

SLACK_S = 1800.0
# Of the time of one configuration, the clean run takes this part; the instrumented run takes the rest.
CLEAN_PART = 0.75


def _benchmark(context: JobContext) -> Outcome:
    wanted = BenchmarkWanted.model_validate(context.parameters)
    with context.runtime.db.read() as session:
        found = repository.parts(session, str(context.job.project_id))
    if found is None:
        raise JobFailed("project_archived", "The model or dataset of the project is gone.", "Create the project anew.")
    project, model, dataset = found
    inputs = engine_inputs(context, model, dataset, wanted)
    count = len(wanted.configurations)
    run_ids: list[str] = []
    for number, configuration in enumerate(wanted.configurations):
        label = configuration.label()
        prefix = f"{label}: " if count == 1 else f"{number + 1} of {count}, {label}: "
        start, end = number / count, (number + 1) / count
        middle = start + (end - start) * (CLEAN_PART if wanted.layers else 1.0)
        parameters = engine_parameters(project, model, wanted, configuration, "dataset" in inputs)
        result, out = run_operation(
            context,
            "benchmark",
            parameters,
            inputs,
            folder=f"run-{number}",
            span=Span(start, middle, prefix),
            timeout_s=(wanted.duration_s or 600.0) + SLACK_S,
        )
        run_ids.append(keep_run(context, project, configuration, label, result, out))
        if wanted.layers:
            _measure_layers(context, parameters, inputs, number, run_ids[-1], Span(middle, end, prefix + "layers, "))
    return Outcome({"run_ids": run_ids, "project_id": project.id})


def engine_inputs(context: JobContext, model: Model, dataset: Dataset, wanted: BenchmarkWanted) -> dict[str, Path]:
    xml, weights = models.files(context.runtime, model)
    inputs = {"model.xml": xml, "model.bin": weights}
    if wanted.input == "dataset":
        inputs["dataset"] = datasets.folder(context.runtime, dataset)
    return inputs


def engine_parameters(
    project: Project, model: Model, wanted: BenchmarkWanted, configuration: Configuration, with_dataset: bool
) -> dict[str, Any]:
    """What the engine's `benchmark` and `layers` operations take."""
    inputs = model.inputs or []
    return {
        "model": "inputs/model.xml",
        "dataset": "inputs/dataset" if with_dataset else None,
        "device": project.device,
        **configuration.model_dump(),
        "precision": configuration.precision or project.precision,
        "duration_s": None if wanted.iterations else wanted.duration_s or 10.0,
        "iterations": wanted.iterations,
        "preprocessing": model.preprocessing,
        "layouts": {port["name"]: port["layout"] for port in inputs if port.get("layout")},
        "shapes": shapes_for(inputs, wanted.shapes),
        "seed": 0,
    }


def _measure_layers(
    context: JobContext,
    parameters: dict[str, Any],
    inputs: dict[str, Path],
    number: int,
    run_id: str,
    span: Span,
) -> None:
    """The instrumented run. That it fails does not undo the run; the reason is kept beside it."""
    project_id = str(context.job.project_id)
    try:
        result, out = run_operation(
            context,
            "layers",
            parameters | {"duration_s": None, "iterations": None},
            inputs,
            folder=f"layers-{number}",
            span=span,
            timeout_s=SLACK_S,
        )
    except JobFailed as failure:
        context.check()
        with context.transaction() as session:
            repository.set_layers(session, run_id, layers_error=failure.error())
            events.changed(session, "runs", run_id, project_id=project_id)
        return
    stored = publish(context, out, result.pop("artifact", None), "layers.json.gz")
    with context.transaction() as session:
        if stored is not None:
            add_artifact(session, stored)
            repository.set_layers(session, run_id, layers=result, layers_artifact_id=stored.id)
        events.changed(session, "runs", run_id, project_id=project_id)


BENCHMARK = register(JobKind("benchmark", _benchmark, measuring=True))

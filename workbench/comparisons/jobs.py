"""The job kind `check`: a project and its baseline measured in turn in one engine process, and the verdict kept."""

import uuid
from pathlib import Path
from typing import Any

from workbench.benchmarks import service as benchmarks
from workbench.benchmarks.schemas import BenchmarkWanted
from workbench.comparisons import repository
from workbench.comparisons.plan import CheckPlan
from workbench.db.tables import Dataset, Model, Project
from workbench.jobs.context import JobContext
from workbench.jobs.kinds import JobFailed, JobKind, Outcome, register
from workbench.targets.driver import run_operation

# Reading, compiling and warming up two models.
SLACK_S = 1800.0
# What the result tells of each side, beside names: all that a later check, and a reader, needs.
FIGURES = (
    "device", "hint", "streams", "requests", "batch", "threads", "requested_precision", "effective_precision",
    "throughput_fps", "throughput_ci95", "latency_ms", "latency_median_ci95", "samples", "duration_s", "compile_ms",
    "first_inference_ms", "peak_memory_bytes", "verdict", "verdict_reason",
)  # fmt: skip


def _check(context: JobContext) -> Outcome:
    plan = CheckPlan.model_validate(context.parameters)
    with context.runtime.db.read() as session:
        project = repository.project(session, context.job.project_id)
        model = repository.model(session, project.model_id) if project else None
        dataset = repository.dataset(session, project.dataset_id) if project else None
        again = plan.baseline
        old_model = repository.model(session, again.model_id) if again else None
        old_dataset = repository.dataset(session, again.dataset_id) if again else None
    if project is None or model is None or dataset is None:
        raise JobFailed("project_archived", "The model or dataset of the project is gone.", "Create the project anew.")
    if again is not None and old_model is None:
        raise JobFailed("baseline_gone", "The model of the baseline was deleted meanwhile.", "Start the check again.")
    inputs, current = _side(context, "current", project, model, dataset, plan)
    baseline = None
    if again is not None and old_model is not None:
        more, baseline = _side(context, "baseline", project, old_model, old_dataset or dataset, plan)
        inputs |= more
        baseline |= {"device": again.device, "precision": plan.configuration.precision or again.precision}
    result, out = run_operation(
        context,
        "duel",
        {
            "current": current,
            "baseline": baseline,
            "recorded": plan.recorded.model_dump() if plan.recorded else None,
            "max_slowdown": plan.max_slowdown,
            "max_p99_ms": plan.max_p99_ms,
            "budget_s": plan.budget_s,
            # The order of the slices is another one each time.
            "seed": uuid.UUID(context.job.id).int % 2**31,
        },
        inputs,
        folder="duel",
        timeout_s=plan.budget_s + SLACK_S,
    )
    measured, before = result.pop("current"), result.pop("baseline")
    told = _told(measured) | _names(project, model)
    told_before = _recorded(plan) if before is None else _told(before) | _names(None, old_model)
    told_before |= {"run_id": again.run_id if again else told_before.get("run_id")}
    run_id = benchmarks.keep_run(
        context, project, plan.configuration, plan.configuration.label(), measured, out, source="check"
    )
    label = {"label": plan.configuration.label(), "configuration": plan.configuration.model_dump()}
    return Outcome(
        result
        | {
            "baseline": label | told_before,
            "current": label | told | {"run_id": run_id},
            "configuration": plan.configuration.model_dump(),
            "warnings": plan.warnings + list(result["warnings"]),
            "run_id": run_id,
        }
    )


def _side(
    context: JobContext, side: str, project: Project, model: Model, dataset: Dataset, plan: CheckPlan
) -> tuple[dict[str, Path], dict[str, Any]]:
    """(inputs, parameters) of one of the two, in a folder of its own."""
    # A shape that was measured is meant for inputs that leave theirs open; a changed model may have fixed another.
    shapes = {
        port["name"]: plan.shapes[port["name"]]
        for port in model.inputs or []
        if port["name"] in plan.shapes and not all(isinstance(size, int) for size in port.get("shape") or ["?"])
    }
    wanted = BenchmarkWanted(configurations=[plan.configuration], shapes=shapes or None, input=plan.input)
    inputs = benchmarks.engine_inputs(context, model, dataset, wanted)
    parameters = benchmarks.engine_parameters(project, model, wanted, plan.configuration, "dataset" in inputs)
    for name in ("model", "dataset"):
        if parameters[name] is not None:
            parameters[name] = parameters[name].replace("inputs/", f"inputs/{side}/", 1)
    return {f"{side}/{name}": path for name, path in inputs.items()}, parameters


def _told(measured: dict[str, Any]) -> dict[str, Any]:
    provenance = measured.get("provenance") or {}
    return {name: measured.get(name) for name in FIGURES} | {
        "model_sha256": provenance.get("model_sha256"),
        "machine": provenance.get("cpu"),
        "openvino": provenance.get("openvino"),
        "input": (measured.get("input") or {}).get("description"),
    }


def _names(project: Project | None, model: Model | None) -> dict[str, Any]:
    found: dict[str, Any] = {}
    if project is not None:
        found |= {"project_id": project.id, "project": project.name}
    if model is not None:
        found |= {"model_id": model.id, "model_name": model.name}
    return found


def _recorded(plan: CheckPlan) -> dict[str, Any]:
    assert plan.recorded is not None
    return plan.recorded.model_dump(exclude={"configuration"})


CHECK = register(JobKind("check", _check, measuring=True))

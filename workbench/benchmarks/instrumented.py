"""The instrumented run of a configuration: times of its layers, kept with a run that was measured without."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from workbench.benchmarks import repository
from workbench.benchmarks.keeping import add_artifact, publish
from workbench.jobs import events
from workbench.jobs.context import JobContext
from workbench.jobs.kinds import JobFailed
from workbench.targets.driver import Span, run_operation

TIMEOUT_S = 1800.0


def measure_layers(
    context: JobContext,
    run_id: str,
    project_id: str,
    parameters: Mapping[str, Any],
    inputs: Mapping[str, Path],
    folder: str,
    span: Span,
) -> bool:
    """Add the layers to a run. That it fails does not undo the run: the reason is kept beside it, and False told."""
    try:
        result, out = run_operation(
            context, "layers", _closed_loop(parameters), inputs, folder=folder, span=span, timeout_s=TIMEOUT_S
        )
    except JobFailed as failure:
        context.check()
        with context.transaction() as session:
            repository.set_layers(session, run_id, layers_error=failure.error())
            events.changed(session, "runs", run_id, project_id=project_id)
        return False
    stored = publish(context, out, result.pop("artifact", None), "layers.json.gz")
    with context.transaction() as session:
        if stored is not None:
            add_artifact(session, stored)
            repository.set_layers(session, run_id, layers=result, layers_artifact_id=stored.id)
        events.changed(session, "runs", run_id, project_id=project_id)
    return stored is not None


def _closed_loop(parameters: Mapping[str, Any]) -> dict[str, Any]:
    """The instrumented run asks how long layers take, whoever waits for them: its loop is closed and asynchronous."""
    changed: dict[str, Any] = {"duration_s": None, "iterations": None, "arrivals_per_s": None}
    if parameters["api"] == "sync":
        changed |= {"api": "async", "requests": 1}
    return dict(parameters) | changed

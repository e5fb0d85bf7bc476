"""Runs and layers as files."""

from typing import Annotated, Literal

from fastapi import APIRouter, Query, Response
from sqlalchemy import select

from workbench.benchmarks import exporting, layer_tables, recorded, service
from workbench.benchmarks.schemas import run_view
from workbench.db.tables import Project
from workbench.downloads import CSV, JSON, attachment, json_text
from workbench.errors import ERROR_RESPONSES
from workbench.names import find
from workbench.runtime import RuntimeDep

router = APIRouter(prefix="/runs", tags=["runs"], responses=ERROR_RESPONSES)


@router.get("/export", response_class=Response)
def export_runs(
    runtime: RuntimeDep,
    project: Annotated[str, Query(max_length=200, description="id or name")],
    format: Literal["csv", "json"] = "csv",
) -> Response:
    """All runs of a project as a file."""
    with runtime.db.read() as session:
        row = find(session, select(Project), Project, project, "project")
        runs = recorded.runs(session, row.id)
    if format == "csv":
        return attachment(exporting.runs_csv(runs), CSV, f"{row.name} runs", "csv")
    document = {"project": {"id": row.id, "name": row.name}, "runs": [run.model_dump(mode="json") for run in runs]}
    return attachment(json_text(document), JSON, f"{row.name} runs", "json")


@router.get("/{run_id}/export", response_class=Response)
def export_run(runtime: RuntimeDep, run_id: str, format: Literal["csv", "json"] = "json") -> Response:
    """One run as a file; the JSON is what `workbench check --baseline` takes."""
    with runtime.db.read() as session:
        run = run_view(service.get(session, run_id))
    if format == "csv":
        return attachment(exporting.runs_csv([run]), CSV, f"run {run.label}", "csv")
    return attachment(json_text(run.model_dump(mode="json")), JSON, f"run {run.label}", "json")


@router.get("/{run_id}/layers/export", response_class=Response)
def export_run_layers(runtime: RuntimeDep, run_id: str, format: Literal["csv", "json"] = "csv") -> Response:
    """The executed layers of a run as a file."""
    with runtime.db.read() as session:
        row = service.get(session, run_id)
    layers = layer_tables.layers(runtime, row)
    if format == "csv":
        return attachment(exporting.layers_csv(layers), CSV, f"layers {row.label}", "csv")
    return attachment(json_text(layers.model_dump(mode="json", by_alias=True)), JSON, f"layers {row.label}", "json")

"""`/runs`: what was measured."""

import json
from typing import Annotated

from fastapi import APIRouter, Query, Response

from workbench.benchmarks import (
    continuing,
    export_routes,
    finding_routes,
    latencies,
    layer_tables,
    repository,
    search_routes,
    service,
)
from workbench.benchmarks.layer_schemas import Layers
from workbench.benchmarks.schemas import BenchmarkJob, Latencies, Run, run_view
from workbench.db.tables import Run as RunRow
from workbench.errors import ERROR_RESPONSES, NotFound
from workbench.jobs.repository import identifier
from workbench.jobs.schemas import job_view
from workbench.models.graph_schemas import Graph
from workbench.paging import Cursor, Limit, Page, Sort, fetch
from workbench.runtime import RuntimeDep

router = APIRouter(tags=["runs"], responses=ERROR_RESPONSES)
# Before `/runs/{run_id}`: `/runs/export` is no run.
router.include_router(export_routes.router)
router.include_router(finding_routes.router)
router.include_router(search_routes.router)

SORTABLE = {
    "created_at": RunRow.created_at,
    "throughput_fps": RunRow.throughput_fps,
    "latency_median_ms": RunRow.latency_median_ms,
    "latency_p99_ms": RunRow.latency_p99_ms,
    "label": RunRow.label,
    "verdict": RunRow.verdict,
}


@router.get("/runs")
def list_runs(
    runtime: RuntimeDep,
    limit: Limit = 50,
    cursor: Cursor = None,
    sort: Sort = None,
    project: Annotated[str | None, Query(max_length=200, description="id or name")] = None,
    job: Annotated[str | None, Query(max_length=36)] = None,
) -> Page[Run]:
    """Runs, newest first."""
    with runtime.db.read() as session:
        project_id = service.project_id(session, project) if project else None
        rows, following, total = fetch(
            session,
            repository.statement(project_id, identifier(job) if job else None),
            columns=SORTABLE,
            identity=RunRow.id,
            sort=sort or "-created_at",
            limit=limit,
            cursor=cursor,
        )
        return Page(items=[run_view(row) for row in rows], next_cursor=following, total=total)


@router.get("/runs/{run_id}")
def get_run(runtime: RuntimeDep, run_id: str) -> Run:
    """One run."""
    with runtime.db.read() as session:
        return run_view(service.get(session, run_id))


@router.delete("/runs/{run_id}", status_code=204)
def delete_run(runtime: RuntimeDep, run_id: str) -> None:
    """Delete a run for good."""
    with runtime.db.write() as session:
        service.delete(session, runtime.storage, run_id)


@router.get("/runs/{run_id}/latencies")
def get_run_latencies(runtime: RuntimeDep, run_id: str) -> Latencies:
    """Every latency of the run (thinned out to 2,000), their histogram, and how they drift."""
    with runtime.db.read() as session:
        row = service.get(session, run_id)
    if row.latencies_artifact_id is None:
        raise NotFound("The latencies of this run were not kept.", code="latencies_not_found")
    path = runtime.storage.artifact(row.latencies_artifact_id, "latencies.npz")
    if not path.is_file():
        raise NotFound("The latencies of this run are gone from the store.", code="latencies_not_found")
    return latencies.read(path)


@router.get("/runs/{run_id}/layers")
def get_run_layers(runtime: RuntimeDep, run_id: str) -> Layers:
    """Every executed layer with its time, precision and the original layers fused into it."""
    with runtime.db.read() as session:
        row = service.get(session, run_id)
    return layer_tables.layers(runtime, row)


@router.get("/runs/{run_id}/graph", response_model=Graph)
def get_run_graph(runtime: RuntimeDep, run_id: str) -> Response:
    """The graph that executed, with the time of each of its layers."""
    with runtime.db.read() as session:
        row = service.get(session, run_id)
    content = json.dumps(layer_tables.graph(runtime.storage, row), separators=(",", ":"), allow_nan=False)
    return Response(content, media_type="application/json")


@router.post("/benchmarks/{job_id}/continue", status_code=202, tags=["benchmarks"])
def continue_benchmark(runtime: RuntimeDep, job_id: str) -> BenchmarkJob:
    """Measure what a benchmark that was cancelled or lost did not come to."""
    with runtime.db.write() as session:
        return BenchmarkJob(job=job_view(continuing.continue_job(session, runtime.queue, job_id)))

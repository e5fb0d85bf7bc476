"""Optimised versions of a project's model, under `/projects`; and what the jobs that made them came to."""

from typing import Annotated, Literal

from fastapi import APIRouter, Query, Response

from workbench.downloads import CSV, JSON, attachment, json_text
from workbench.errors import ERROR_RESPONSES
from workbench.optimization import optimizing, racing, service, versions, versions_table
from workbench.optimization.schemas import (
    Axis,
    CompressWanted,
    OptimizeJob,
    OptimizeWanted,
    QuantizeWanted,
    RaceJob,
    RaceWanted,
    SensitivityJob,
    SensitivityWanted,
    VersionJob,
    Versions,
)
from workbench.projects import service as projects
from workbench.runtime import RuntimeDep

router = APIRouter(tags=["optimization"], responses=ERROR_RESPONSES)


@router.post("/projects/{ref}/quantizations", status_code=202)
def start_quantization(runtime: RuntimeDep, ref: str, wanted: QuantizeWanted) -> VersionJob:
    """Make an INT8 version of a project's model, with a project of its own; measure both."""
    with runtime.db.write() as session:
        return service.version_view(service.start_version(session, runtime, ref, wanted))


@router.post("/projects/{ref}/compressions", status_code=202)
def start_compression(runtime: RuntimeDep, ref: str, wanted: CompressWanted) -> VersionJob:
    """Make a version with smaller weights, with a project of its own; measure both."""
    with runtime.db.write() as session:
        return service.version_view(service.start_version(session, runtime, ref, wanted))


@router.get("/quantizations/{job_id}")
def get_quantization(runtime: RuntimeDep, job_id: str) -> VersionJob:
    """What a quantisation or compression came to; also while it runs, as far as it got."""
    with runtime.db.read() as session:
        return service.version_job(session, job_id)


@router.post("/projects/{ref}/sensitivities", status_code=202)
def start_sensitivity(runtime: RuntimeDep, ref: str, wanted: SensitivityWanted) -> SensitivityJob:
    """Rank the quantised operations of a model by how much each hurts."""
    with runtime.db.write() as session:
        return service.ranking_view(service.start_ranking(session, runtime, ref, wanted))


@router.get("/sensitivities/{job_id}")
def get_sensitivity(runtime: RuntimeDep, job_id: str) -> SensitivityJob:
    """A ranking of operations."""
    with runtime.db.read() as session:
        return service.ranking_job(session, job_id)


@router.get("/projects/{ref}/sensitivity")
def get_newest_sensitivity(runtime: RuntimeDep, ref: str) -> SensitivityJob | None:
    """The newest ranking that there is of a project, finished or not; null for none."""
    with runtime.db.read() as session:
        return service.newest_ranking(session, ref)


@router.post("/races", status_code=202)
def start_race(runtime: RuntimeDep, wanted: RaceWanted) -> RaceJob:
    """Measure versions in turn, in one process. Their projects must share target and device."""
    with runtime.db.write() as session:
        return racing.view(racing.start(session, runtime, wanted))


@router.get("/races/{job_id}")
def get_race(runtime: RuntimeDep, job_id: str) -> RaceJob:
    """What a race came to."""
    with runtime.db.read() as session:
        return racing.get(session, job_id)


@router.post("/projects/{ref}/optimizations", status_code=202)
def start_optimization(runtime: RuntimeDep, ref: str, wanted: OptimizeWanted) -> OptimizeJob:
    """Find the best version and configuration within limits."""
    with runtime.db.write() as session:
        return optimizing.view(optimizing.start(session, runtime, ref, wanted))


@router.get("/optimizations/{job_id}")
def get_optimization(runtime: RuntimeDep, job_id: str) -> OptimizeJob:
    """What the search for the best version came to; also while it runs, as far as it got."""
    with runtime.db.read() as session:
        return optimizing.get(session, job_id)


PickQuery = Annotated[
    Literal["best", "race"],
    Query(description="the run that stands for a version: its best for `x`, or that of the newest race"),
]


@router.get("/projects/{ref}/versions")
def get_versions(
    runtime: RuntimeDep, ref: str, x: Axis = "latency_ms", y: Axis = "accuracy", pick: PickQuery = "best"
) -> Versions:
    """All versions of the project's model on its target and dataset, with the front of two axes."""
    with runtime.db.read() as session:
        return versions.versions(session, ref, x, y, pick)


@router.get("/projects/{ref}/versions/export", response_class=Response)
def export_versions(
    runtime: RuntimeDep,
    ref: str,
    x: Axis = "latency_ms",
    y: Axis = "accuracy",
    pick: PickQuery = "best",
    format: Literal["csv", "json"] = "csv",
) -> Response:
    """The same as a file."""
    with runtime.db.read() as session:
        found = versions.versions(session, ref, x, y, pick)
        name = f"versions {projects.get(session, ref).name}"
    if format == "csv":
        return attachment(versions_table.versions_csv(found), CSV, name, "csv")
    return attachment(json_text(found.model_dump(mode="json")), JSON, name, "json")

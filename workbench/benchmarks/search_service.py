"""Rules of guided searches: starting, going on with one, and what is known of one that runs."""

import re
from typing import Any

from pydantic import ValidationError
from sqlalchemy.orm import Session

from workbench.benchmarks import repository
from workbench.benchmarks.search_jobs import SEARCH, cell_of, configuration
from workbench.benchmarks.search_schemas import DEFAULT_BATCHES, SearchJob, SearchPoint, SearchResult, SearchWanted
from workbench.db.tables import Job, Project, Run
from workbench.errors import Conflict, NotFound, WorkbenchError
from workbench.jobs import service as jobs
from workbench.jobs.dispatch import Queue
from workbench.jobs.schemas import job_view

ACTIVE = ("queued", "running")
# What makes measurements comparable.
SAME = ("precision", "shapes", "input")
# Cells of a grid whose streams the device chooses, for the estimate.
USUAL_STREAMS = 3
OVERHEAD_S = 2.0
BUDGET_PART = 0.25


class BadSearch(WorkbenchError):
    status = 422
    code = "invalid_fields"
    title = "A field has an unusable value"
    action = "Correct the field, or give all of them instead of those of the earlier search."


def start(session: Session, queue: Queue, project: Project, wanted: SearchWanted) -> Job:
    """Queue a search on the project's target.

    Raises Conflict (`project_archived`, `in_use` while the search to continue runs, `search_differs`), NotFound
    (`search_not_found`), BadSearch.
    """
    if project.target_id is None:
        raise Conflict("The target of this project is gone.", code="project_archived", action="Create it anew.")
    known: list[str] = []
    if wanted.continues is not None:
        earlier = _job(session, wanted.continues)
        if earlier.project_id != project.id:
            raise NotFound("There is no such search of this project.", code="search_not_found")
        if earlier.state in ACTIVE:
            raise Conflict(
                "The search to continue has not ended yet.", code="in_use", action="Wait for it, or cancel it first."
            )
        wanted = _continued(earlier, wanted)
        known = list(dict.fromkeys([*_known(earlier), *(run.id for run in repository.of_jobs(session, [earlier.id]))]))
    return jobs.create(
        session,
        queue,
        SEARCH,
        f"Search {_title(wanted)} · {project.name}",
        wanted.model_dump() | {"known_runs": known},
        target_id=project.target_id,
        project_id=project.id,
        model_id=project.model_id,
        dataset_id=project.dataset_id,
        estimate_s=wanted.budget_s or estimate_s(wanted),
    )


def estimate_s(wanted: SearchWanted) -> float:
    """What a search takes by default."""
    cells = len(set(wanted.streams or range(USUAL_STREAMS))) * len(set(wanted.batches or DEFAULT_BATCHES))
    return BUDGET_PART * cells * (wanted.cell_s + OVERHEAD_S)


def _title(wanted: SearchWanted) -> str:
    if wanted.objective == "front":
        return "for the front"
    limits = []
    if wanted.max_latency_ms is not None:
        limits.append(f"{wanted.percentile} ≤ {wanted.max_latency_ms:g} ms")
    if wanted.min_fps is not None:
        limits.append(f"≥ {wanted.min_fps:g} FPS")
    return f"for {'throughput' if wanted.objective == 'throughput' else wanted.percentile}" + (
        f" with {', '.join(limits)}" if limits else ""
    )


def _continued(earlier: Job, wanted: SearchWanted) -> SearchWanted:
    """What the earlier search was asked for, with what is given now."""
    before: dict[str, Any] = {
        name: value for name, value in earlier.parameters.items() if name in SearchWanted.model_fields
    }
    try:
        both = SearchWanted.model_validate(before | wanted.model_dump(exclude_unset=True))
    except ValidationError as error:
        raise BadSearch(f"With what the earlier search was asked for: {error.errors()[0]['msg']}.") from error
    for name in SAME:
        if getattr(both, name) != before.get(name):
            raise Conflict(
                f"The search to continue measured with another {name}: its runs say nothing about this one.",
                code="search_differs",
                action=f"Leave out {name}, or start a search of its own.",
            )
    return both


def _known(job: Job) -> list[str]:
    found: list[str] = job.parameters.get("known_runs") or []
    return found


def _job(session: Session, job_id: str) -> Job:
    try:
        found = jobs.get(session, job_id) if re.fullmatch(r"[0-9a-f-]{36}", job_id) else None
    except (NotFound, ValueError):
        found = None
    if found is None or found.kind != SEARCH.name:
        raise NotFound("There is no such search.", code="search_not_found")
    return found


def get(session: Session, job_id: str) -> SearchJob:
    """A search with its result; while it runs, and where it did not come to its end, with what it has finished.

    Raises NotFound `search_not_found`.
    """
    job = _job(session, job_id)
    runs = repository.with_ids(session, _known(job)) + repository.of_jobs(session, [job.id])
    told = (job.result or {}).get("search")
    if told is not None:
        result = SearchResult.model_validate(told)
        there = {run.id for run in runs}
        # Runs may have been deleted since.
        for point in (*result.points, *result.front, *([result.best] if result.best else [])):
            point.run_id = point.run_id if point.run_id in there else None
        return SearchJob(job=job_view(job), result=result)
    return SearchJob(job=job_view(job), result=_so_far(job, runs) if runs else None)


def _so_far(job: Job, runs: list[Run]) -> SearchResult:
    """What the finished cells say by themselves."""
    wanted = SearchWanted.model_validate(job.parameters)
    latest = {cell: run for run in runs if (cell := cell_of(run)) is not None}
    names = ("p99", "p95", "p90", "median")
    usable = (name for name in names[names.index(wanted.percentile) :] if name == "median" or _all_have(latest, name))
    percentile = next(usable)
    points = [_point(run, cell, wanted, percentile) for cell, run in sorted(latest.items())]
    for point in points:
        point.on_front = not any(_beats(other, point) for other in points)
    allowed = [point for point in points if point.within_limits]
    best = None
    if wanted.objective == "throughput" and allowed:
        best = max(allowed, key=lambda point: point.throughput_fps)
    elif wanted.objective == "latency" and allowed:
        best = min(allowed, key=lambda point: point.latency_ms)
    cells = len(set(wanted.streams or range(USUAL_STREAMS))) * len(set(wanted.batches or DEFAULT_BATCHES))
    running = job.state in ACTIVE
    return SearchResult(
        objective=wanted.objective,
        percentile=percentile,  # type: ignore[arg-type]
        best=best,
        front=sorted((point for point in points if point.on_front), key=lambda point: point.latency_ms),
        points=points,
        skipped=[],
        grid=cells,
        measured_s=sum(point.measured_s for point in points),
        grid_s=cells * (wanted.cell_s + OVERHEAD_S),
        stopped="cancelled",
        reason="The search has not ended yet: these are the cells that are finished."
        if running
        else f"The search {'was cancelled' if job.state == 'cancelled' else 'failed'}: "
        "these are the cells that it had finished; to go on, continue it.",
    )


def _all_have(runs: dict[tuple[int, int], Run], percentile: str) -> bool:
    return all(run.result["latency_ms"].get(percentile) is not None for run in runs.values())


def _point(run: Run, cell: tuple[int, int], wanted: SearchWanted, percentile: str) -> SearchPoint:
    latency = run.result["latency_ms"][percentile]
    asked = configuration(wanted, *cell)
    return SearchPoint(
        run_id=run.id,
        configuration=asked,
        label=asked.label(),
        throughput_fps=run.throughput_fps,
        throughput_ci95=run.result.get("throughput_ci95"),
        latency_ms=latency,
        latency_ci95=run.result.get("latency_median_ci95") if percentile == "median" else None,
        measured_s=run.result["duration_s"],
        on_front=True,
        within_limits=(wanted.max_latency_ms is None or latency <= wanted.max_latency_ms)
        and (wanted.min_fps is None or run.throughput_fps >= wanted.min_fps),
        verdict=run.verdict,
    )


def _beats(other: SearchPoint, one: SearchPoint) -> bool:
    mine, theirs = (one.throughput_fps, one.latency_ms), (other.throughput_fps, other.latency_ms)
    return mine != theirs and theirs[0] >= mine[0] and theirs[1] <= mine[1]

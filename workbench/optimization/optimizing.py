"""How the search for the best version is queued, continued, and told of."""

from typing import Any

from pydantic import ValidationError
from sqlalchemy.orm import Session

from workbench.db.tables import Job
from workbench.errors import Conflict, NotFound
from workbench.jobs import service as jobs
from workbench.jobs.schemas import job_view
from workbench.optimization import judging, metric_names, planning
from workbench.optimization.jobs import OPTIMIZE
from workbench.optimization.schemas import OptimizeJob, OptimizeResult, OptimizeWanted
from workbench.projects import service as projects
from workbench.runtime import Runtime

ACTIVE = ("queued", "running")
# What makes figures of two searches comparable.
SAME = ("metric", "drop_type", "percentile", "calibration")


def start(session: Session, runtime: Runtime, ref: str, wanted: OptimizeWanted) -> Job:
    """Queue the search. Raises NotFound, and Conflict for all that is known to speak against it."""
    project, _, dataset = planning.parts(session, projects.usable(session, ref).id)
    calibration = planning.calibrating(session, runtime, dataset, wanted.calibration, judged=True)
    kind = judging.labels_or_parent(session, runtime, project, calibration.left_out())
    if wanted.metric is not None and kind == "annotations":
        planned = judging.planned(session, runtime, project, calibration.left_out())
        metric_names.require_known(wanted.metric, planned["reading"])
    parameters: dict[str, Any] = wanted.model_dump(mode="json")
    if wanted.continues is not None:
        parameters |= _continued(session, project.id, wanted)
    limits = [f"drop ≤ {wanted.max_drop:g}"]
    limits += [f"{wanted.percentile} ≤ {wanted.max_latency_ms:g} ms"] if wanted.max_latency_ms is not None else []
    limits += [f"≥ {wanted.min_fps:g} FPS"] if wanted.min_fps is not None else []
    job = jobs.create(
        session,
        runtime.queue,
        OPTIMIZE,
        f"Find the best ({', '.join(limits)}) · {project.name}"[:500],
        parameters,
        target_id=project.target_id,
        project_id=project.id,
        model_id=project.model_id,
        dataset_id=project.dataset_id,
        estimate_s=wanted.budget_s,
    )
    projects.note_job(session, project, job.id)
    return job


def _continued(session: Session, project_id: str, wanted: OptimizeWanted) -> dict[str, Any]:
    """What an earlier search has done, for this one. Raises Conflict."""
    try:
        earlier = _job(session, str(wanted.continues))
    except NotFound:
        earlier = None
    if earlier is None or earlier.project_id != project_id:
        # It is the body that names it, not the address.
        raise Conflict(
            "There is no such search of this project.",
            code="optimization_not_found",
            action="Start one of its own, or name one of this project.",
        )
    if earlier.state in ACTIVE:
        raise Conflict(
            "The search to continue has not ended yet.", code="in_use", action="Wait for it, or cancel it first."
        )
    now = wanted.model_dump(mode="json")
    for name in SAME:
        if now[name] != earlier.parameters.get(name):
            raise Conflict(
                f"The search to continue had another {name}: its figures say nothing about this one.",
                code="search_differs",
                action=f"Give the same {name}, or start a search of its own.",
            )
    known = [earlier.id, *(earlier.parameters.get("known_jobs") or [])]
    # With other limits, what was made and judged still holds; which of it is kept is decided anew.
    return {"done": earlier.result or {}, "known_jobs": known[:20]}


def _job(session: Session, job_id: str) -> Job:
    try:
        job = jobs.get(session, job_id)
    except (NotFound, ValueError):
        job = None
    if job is None or job.kind != OPTIMIZE.name:
        raise NotFound("There is no such search for the best version.", code="optimization_not_found")
    return job


def get(session: Session, job_id: str) -> OptimizeJob:
    """Raises NotFound, also for jobs of other kinds."""
    return view(_job(session, job_id))


def view(job: Job) -> OptimizeJob:
    """As far as it got: each step is written down."""
    told = (job.result or {}).get("optimize")
    try:
        result = OptimizeResult.model_validate(told) if told else None
    except ValidationError:
        result = None
    if result is not None and job.state in ("cancelled", "failed"):
        result.stopped = "cancelled"
        result.reason = "It did not come to its end: continue it, and it goes on with what it has done."
    return OptimizeJob(job=job_view(job), result=result)

"""The job kind `race`: versions measured in turn. How it is queued, run, and told of."""

from typing import Any

from pydantic import ValidationError
from sqlalchemy.orm import Session

from workbench.benchmarks import service as benchmarks
from workbench.benchmarks.schemas import Configuration
from workbench.db.tables import Job, Project
from workbench.errors import Conflict, NotFound
from workbench.jobs import service as jobs
from workbench.jobs.context import JobContext
from workbench.jobs.kinds import JobKind, Outcome, register
from workbench.jobs.schemas import job_view
from workbench.optimization import measuring, planning
from workbench.optimization.schemas import RaceJob, RaceResult, RaceWanted
from workbench.optimization.versioning import usual_configuration
from workbench.projects import service as projects
from workbench.runtime import Runtime
from workbench.targets.driver import Span

# Starting, and for each side compiling and warming up.
AROUND_S = 4.0
SIDE_S = 3.0


def start(session: Session, runtime: Runtime, wanted: RaceWanted) -> Job:
    """Queue a race. Raises NotFound for a project, Conflict where they cannot be measured side by side."""
    sides = [(projects.usable(session, side.project), side.precision) for side in wanted.sides]
    first = sides[0][0]
    for project, _ in sides:
        planning.parts(session, project.id)
        _beside(first, project)
    if len({(project.id, precision or project.precision) for project, precision in sides}) < len(sides):
        raise Conflict(
            "Two sides are the same project in the same precision.",
            code="sides_alike",
            action="Name each version once, or with another precision.",
        )
    configuration = wanted.configuration or usual_configuration(benchmarks.best(session, first.id))
    if configuration.arrivals_per_s is not None:
        raise Conflict(
            "Versions are measured in turn with all infer requests busy; this configuration lets them arrive.",
            code="configuration_not_possible",
            action="Leave arrivals_per_s out.",
        )
    names = ", ".join(dict.fromkeys(project.name for project, _ in sides))
    job = jobs.create(
        session,
        runtime.queue,
        RACE,
        f"Measure in turn · {names}"[:500],
        {
            "sides": [[project.id, precision] for project, precision in sides],
            "configuration": configuration.model_dump(),
            "budget_s": wanted.budget_s,
        },
        target_id=first.target_id,
        project_id=first.id,
        model_id=first.model_id,
        dataset_id=first.dataset_id,
        estimate_s=AROUND_S + SIDE_S * len(sides) + wanted.budget_s,
    )
    projects.note_job(session, first, job.id)
    return job


def _beside(first: Project, other: Project) -> None:
    if (first.target_id, first.device) != (other.target_id, other.device):
        raise Conflict(
            f"'{other.name}' is not measured on the same target and device as '{first.name}'.",
            code="not_comparable",
            action="Name projects that share target and device.",
        )


def _run(context: JobContext) -> Outcome:
    asked: dict[str, Any] = context.parameters
    found = measuring.race(
        context,
        [(str(project_id), precision) for project_id, precision in asked["sides"]],
        Configuration.model_validate(asked["configuration"]),
        float(asked["budget_s"]),
        Span(),
        "race",
    )
    return Outcome({"race": found.model_dump(mode="json"), "run_ids": [side.run_id for side in found.sides]})


def get(session: Session, job_id: str) -> RaceJob:
    """Raises NotFound, also for jobs of other kinds."""
    job = jobs.get(session, job_id)
    if job.kind != RACE.name:
        raise NotFound("This job is no race.", code="race_not_found")
    return view(job)


def view(job: Job) -> RaceJob:
    told = (job.result or {}).get("race")
    try:
        result = RaceResult.model_validate(told) if told else None
    except ValidationError:
        result = None
    return RaceJob(job=job_view(job), result=result)


RACE = register(JobKind("race", _run, measuring=True))

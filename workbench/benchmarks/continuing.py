"""Going on with a benchmark that was cancelled, failed or lost: what it did not come to, as a job of its own."""

import json
from collections import Counter
from collections.abc import Sequence

from sqlalchemy.orm import Session

from workbench.benchmarks import repository, service
from workbench.benchmarks.schemas import BenchmarkWanted, Configuration
from workbench.db.tables import Job
from workbench.errors import Conflict
from workbench.jobs import events
from workbench.jobs import service as jobs
from workbench.jobs.dispatch import Queue

ENDED = ("succeeded", "failed", "cancelled")


def continue_job(session: Session, queue: Queue, job_id: str) -> Job:
    """Queue what neither job `job_id` nor those that it continues or that continue it have measured.

    Raises NotFound `job_not_found`, and Conflict: `not_a_benchmark`, `project_archived`, `in_use` while one of these
    jobs is unfinished, `nothing_to_continue`.
    """
    job = jobs.get(session, job_id)
    if job.kind != "benchmark":
        raise Conflict("This job measures no configurations.", code="not_a_benchmark", action="Name a benchmark.")
    found = repository.parts(session, str(job.project_id))
    if found is None:
        raise Conflict(
            "The project of this benchmark is gone, or its model or dataset.",
            code="project_archived",
            action="Create the project anew.",
        )
    project = found[0]
    family = relatives(repository.benchmark_jobs(session, project.id), job.id)
    active = [one for one in family if one.state not in ENDED]
    if active:
        raise Conflict(
            f"The job '{active[0].title}' measures them.",
            code="in_use",
            action="Wait for the job to end, or cancel it first.",
        )
    first = family[0]
    wanted = BenchmarkWanted.model_validate(first.parameters)
    runs = repository.of_jobs(session, [one.id for one in family])
    left = remaining(wanted.configurations, [run.result.get("configuration") for run in runs])
    if not left:
        raise Conflict(
            "All configurations of this benchmark are measured.",
            code="nothing_to_continue",
            action="Start another benchmark to measure them again.",
        )
    wanted.configurations = left
    count = f"{len(left)} setting{'s' if len(left) != 1 else ''}"
    made = service.start(session, queue, project, wanted, f"Benchmark {count}, continued", continues=job.id)
    project.last_job_id = made.id
    session.flush()
    events.changed(session, "projects", project.id)
    return made


def relatives(candidates: Sequence[Job], job_id: str) -> list[Job]:
    """The job itself, those that it continues, and all that continue one of them; in the order of `candidates`, which
    is that of their creation."""
    known = {job.id for job in candidates}
    before = {job.id: str(job.parameters.get("continues")) for job in candidates}

    def origin(one: str) -> str:
        while before[one] in known:
            one = before[one]
        return one

    first = origin(job_id)
    return [job for job in candidates if origin(job.id) == first]


def remaining(wanted: Sequence[Configuration], measured: Sequence[object]) -> list[Configuration]:
    """Of the configurations that are `wanted`, in their order, those without a run; one that is wanted twice needs two.

    `measured` are the configurations of the runs as they were asked for, or None.
    """
    done = Counter(_key(Configuration.model_validate(one)) for one in measured if isinstance(one, dict))
    left = []
    for configuration in wanted:
        key = _key(configuration)
        if done[key]:
            done[key] -= 1
        else:
            left.append(configuration)
    return left


def _key(configuration: Configuration) -> str:
    return json.dumps(configuration.model_dump(), sort_keys=True)

"""Rules of this room: what is told of the jobs that make and rank versions."""

from pydantic import ValidationError
from sqlalchemy.orm import Session

from workbench.db.tables import Job
from workbench.errors import NotFound
from workbench.jobs import service as jobs
from workbench.jobs.schemas import job_view
from workbench.optimization import repository
from workbench.optimization.jobs import COMPRESS, QUANTIZE, SENSITIVITY
from workbench.optimization.judging import before_after, judge
from workbench.optimization.making import Made, make_version
from workbench.optimization.schemas import SensitivityJob, SensitivityResult, VersionJob, VersionResult
from workbench.optimization.starting import start_ranking, start_version
from workbench.projects import service as projects

# What the rooms above this one call, too.
__all__ = ["Made", "before_after", "judge", "make_version", "start_ranking", "start_version"]


def version_job(session: Session, job_id: str) -> VersionJob:
    """Raises NotFound, also for jobs of other kinds."""
    job = jobs.get(session, job_id)
    if job.kind not in (QUANTIZE.name, COMPRESS.name):
        raise NotFound("This job made no version.", code="quantization_not_found")
    return version_view(job)


def version_view(job: Job) -> VersionJob:
    """As far as it got: the result is written part after part, and stays when the job does not come to its end."""
    try:
        result = VersionResult.model_validate(job.result) if job.result else None
    except ValidationError:
        # Not that far yet, or written by another version of this program.
        result = None
    return VersionJob(job=job_view(job), result=result)


def ranking_job(session: Session, job_id: str) -> SensitivityJob:
    """Raises NotFound, also for jobs of other kinds."""
    job = jobs.get(session, job_id)
    if job.kind != SENSITIVITY.name:
        raise NotFound("This job ranked nothing.", code="sensitivity_not_found")
    return ranking_view(job)


def newest_ranking(session: Session, ref: str) -> SensitivityJob | None:
    """Of a project, finished or not. Raises NotFound for the project."""
    job = repository.newest_job(session, projects.get(session, ref).id, SENSITIVITY.name)
    return ranking_view(job) if job is not None else None


def ranking_view(job: Job) -> SensitivityJob:
    told = (job.result or {}).get("sensitivity")
    try:
        result = SensitivityResult.model_validate(told) if told else None
    except ValidationError:
        result = None
    return SensitivityJob(job=job_view(job), result=result)

"""`/system/sample`: the sample project, for a first visit."""

from fastapi import APIRouter
from pydantic import BaseModel, Field

from workbench.errors import ERROR_RESPONSES, Conflict
from workbench.jobs import service as jobs
from workbench.jobs.schemas import Job, job_view
from workbench.models import service as models
from workbench.runtime import RuntimeDep
from workbench.sample.jobs import NAME, SAMPLE
from workbench.targets import service as targets

router = APIRouter(prefix="/system", tags=["system"], responses=ERROR_RESPONSES)


class SampleWanted(BaseModel):
    target: str | None = Field(default=None, max_length=200)
    duration_s: float = Field(default=10.0, ge=0.1, le=3600, description="of each baseline run")


class SampleJob(BaseModel):
    job: Job


@router.post("/sample", status_code=202)
def make_sample(runtime: RuntimeDep, wanted: SampleWanted | None = None) -> SampleJob:
    """Make a small model and dataset on the server, import both, and measure them."""
    wanted = wanted or SampleWanted()
    with runtime.db.write() as session:
        target = targets.get(session, wanted.target) if wanted.target else targets.default(session)
        if models.exists(session, NAME):
            raise Conflict(
                "The sample is already here.",
                code="sample_exists",
                action=f"Open its project, or delete the model '{NAME}' to have it made again.",
            )
        parameters = {"duration_s": wanted.duration_s}
        job = jobs.create(
            session, runtime.queue, SAMPLE, "Make the sample project", parameters, target_id=target.id, estimate_s=25.0
        )
        return SampleJob(job=job_view(job))

"""What the API tells of projects, and takes."""

from datetime import datetime
from typing import Literal

from pydantic import BaseModel, Field

from workbench.jobs.schemas import Job

ProjectState = Literal["new", "queued", "running", "ready", "error", "cancelled", "archived"]
Precision = Literal["f32", "bf16", "f16"]


class ProjectModel(BaseModel):
    id: str
    name: str
    task: str | None
    precision: str | None
    size_bytes: int


class ProjectDataset(BaseModel):
    id: str
    name: str
    format: str | None
    count: int
    unit: Literal["image"] = "image"


class ProjectTarget(BaseModel):
    id: str
    name: str


class BestRun(BaseModel):
    """The run with the highest throughput."""

    run_id: str
    throughput_fps: float
    latency_median_ms: float
    latency_p99_ms: float | None
    verdict: str


class ProjectAccuracy(BaseModel):
    """The figure that stands for the newest report against annotations."""

    report_id: str
    metric: str
    label: str
    value: float
    ci95: list[float] | None


class Project(BaseModel):
    """One model, dataset, target and device."""

    id: str
    name: str
    model: ProjectModel | None
    dataset: ProjectDataset | None
    target: ProjectTarget | None
    device: str
    device_full_name: str | None
    precision: Precision | None = Field(description="inference precision of its runs; null: the device's default")
    parent_id: str | None
    state: ProjectState
    missing: list[str] = Field(description="what an archived project lacks: model, dataset or target")
    best: BestRun | None
    accuracy: ProjectAccuracy | None = Field(default=None, description="null: no report against annotations yet")
    run_count: int
    last_job_id: str | None
    created_at: datetime


class ProjectWanted(BaseModel):
    """Model, dataset and target by id or name."""

    model: str = Field(max_length=200)
    dataset: str = Field(max_length=200)
    target: str | None = Field(default=None, max_length=200, description="default: the only target there is")
    device: str = Field(default="CPU", max_length=64, pattern=r"^[A-Z][A-Za-z0-9_.:,()\- ]*$")
    precision: Precision | None = None
    baseline: bool = Field(default=True, description="measure at once: latency hint, throughput hint, 1 stream")
    duration_s: float = Field(default=10.0, ge=0.1, le=3600, description="of each baseline run")


class ProjectJob(BaseModel):
    project: Project
    job: Job | None
    created: bool = Field(description="false: a project of these four was there already")


class Reason(BaseModel):
    """Why something does not fit."""

    part: Literal["model", "dataset", "target", "device"]
    code: str
    message: str
    action: str
    blocking: bool = True


class Compatibility(BaseModel):
    compatible: bool
    reasons: list[Reason]
    estimate_s: float | None = Field(description="of the baseline, in seconds")

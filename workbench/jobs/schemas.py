"""What the API tells of jobs."""

from datetime import UTC, datetime
from typing import Any, Literal

from pydantic import BaseModel, Field

from workbench.db.tables import Job as JobRow

JobState = Literal["queued", "running", "succeeded", "failed", "cancelled"]


class JobError(BaseModel):
    """Why a job failed: a stable code, one sentence, and what to do."""

    code: str
    message: str
    action: str


class Job(BaseModel):
    """One unit of asynchronous work."""

    id: str
    kind: str
    state: JobState
    title: str
    measuring: bool = Field(description="owns its machine while it runs")
    stage: str | None
    stage_index: int
    stage_count: int
    progress: float = Field(description="0 to 1")
    elapsed_s: float | None
    estimate_s: float | None = Field(description="how long the whole job is expected to run, in seconds")
    waiting_for: str | None = Field(description="what a waiting job waits for")
    cancel_requested: bool
    attempt: int
    error: JobError | None
    result: dict[str, Any] | None
    target_id: str | None
    project_id: str | None
    model_id: str | None
    dataset_id: str | None
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None


class JobEvent(BaseModel):
    """One row of a job's history."""

    id: int
    at: datetime
    type: str
    data: dict[str, Any]


class JobEvents(BaseModel):
    items: list[JobEvent]


def job_view(row: JobRow) -> Job:
    end = row.finished_at or datetime.now(UTC)
    elapsed = None if row.started_at is None else max(0.0, (end - row.started_at).total_seconds())
    return Job(
        id=row.id,
        kind=row.kind,
        state=row.state,  # type: ignore[arg-type]  # the schema holds it to these
        title=row.title,
        measuring=row.measuring,
        stage=row.stage,
        stage_index=row.stage_index,
        stage_count=row.stage_count,
        progress=row.progress,
        elapsed_s=elapsed,
        estimate_s=row.estimate_s,
        waiting_for=row.waiting_for,
        cancel_requested=row.cancel_requested_at is not None,
        attempt=row.attempt,
        error=JobError(**row.error) if row.error else None,
        result=row.result,
        target_id=row.target_id,
        project_id=row.project_id,
        model_id=row.model_id,
        dataset_id=row.dataset_id,
        created_at=row.created_at,
        started_at=row.started_at,
        finished_at=row.finished_at,
    )

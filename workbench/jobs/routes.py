"""`/jobs`: what runs, what waits and why."""

from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import PlainTextResponse
from sqlalchemy import select

from workbench.db.tables import Job as JobRow
from workbench.errors import ERROR_RESPONSES
from workbench.jobs import repository, service
from workbench.jobs.schemas import Job, JobEvent, JobEvents, JobState, job_view
from workbench.paging import Cursor, Limit, Page, Sort, fetch
from workbench.runtime import RuntimeDep

router = APIRouter(prefix="/jobs", tags=["jobs"], responses=ERROR_RESPONSES)

LOG_TAIL_BYTES = 4_000_000
SORTABLE = {
    "created_at": JobRow.created_at,
    "started_at": JobRow.started_at,
    "finished_at": JobRow.finished_at,
    "kind": JobRow.kind,
    "state": JobRow.state,
}


@router.get("")
def list_jobs(
    runtime: RuntimeDep,
    limit: Limit = 50,
    cursor: Cursor = None,
    sort: Sort = None,
    state: Annotated[list[JobState] | None, Query(description="only these states")] = None,
    kind: Annotated[str | None, Query(max_length=40)] = None,
    project: Annotated[str | None, Query(max_length=36)] = None,
    model: Annotated[str | None, Query(max_length=36)] = None,
    dataset: Annotated[str | None, Query(max_length=36)] = None,
) -> Page[Job]:
    """Jobs, newest first."""
    statement = select(JobRow)
    if state:
        statement = statement.where(JobRow.state.in_(state))
    if kind:
        statement = statement.where(JobRow.kind == kind)
    for column, value in ((JobRow.project_id, project), (JobRow.model_id, model), (JobRow.dataset_id, dataset)):
        if value is not None:
            statement = statement.where(column == repository.identifier(value))
    with runtime.db.read() as session:
        rows, following, total = fetch(
            session,
            statement,
            columns=SORTABLE,
            identity=JobRow.id,
            sort=sort or "-created_at",
            limit=limit,
            cursor=cursor,
        )
        return Page(items=[job_view(row) for row in rows], next_cursor=following, total=total)


@router.get("/{job_id}")
def get_job(runtime: RuntimeDep, job_id: str) -> Job:
    """One job."""
    with runtime.db.read() as session:
        return job_view(service.get(session, job_id))


@router.get("/{job_id}/events")
def get_job_events(runtime: RuntimeDep, job_id: str) -> JobEvents:
    """Every move and step of a job, oldest first."""
    with runtime.db.read() as session:
        service.get(session, job_id)
        rows = repository.events_of(session, job_id)
        return JobEvents(items=[JobEvent(id=row.id, at=row.at, type=row.type, data=row.data) for row in rows])


@router.get("/{job_id}/log", response_class=PlainTextResponse)
def get_job_log(runtime: RuntimeDep, job_id: str) -> PlainTextResponse:
    """The log of a job (its last 4 MB), as plain text."""
    with runtime.db.read() as session:
        service.get(session, job_id)
    path = runtime.storage.job_log(job_id)
    if not path.is_file():
        return PlainTextResponse("")
    with path.open("rb") as file:
        size = path.stat().st_size
        file.seek(max(0, size - LOG_TAIL_BYTES))
        return PlainTextResponse(file.read().decode("utf-8", "replace"))


@router.post("/{job_id}/cancel", status_code=202)
def cancel_job(runtime: RuntimeDep, job_id: str) -> Job:
    """Stop a job: a waiting one at once, a running one within two seconds."""
    with runtime.db.write() as session:
        return job_view(service.cancel(session, job_id))

"""`/projects`: create, list, look at, delete; and what fits together."""

from typing import Annotated, Literal

from fastapi import APIRouter, Query, Response
from fastapi.responses import PlainTextResponse

from workbench.accuracy import service as accuracy
from workbench.accuracy.reading_schemas import ProjectReading, ReadingChecked, ReadingWanted
from workbench.accuracy.schemas import ReportJob, ReportWanted
from workbench.benchmarks import service as benchmarks
from workbench.benchmarks.schemas import BenchmarkJob, BenchmarkWanted
from workbench.benchmarks.search_schemas import SearchJob, SearchWanted
from workbench.datasets import service as datasets
from workbench.db.tables import Project as ProjectRow
from workbench.downloads import safe_name
from workbench.errors import ERROR_RESPONSES
from workbench.jobs.schemas import job_view
from workbench.models import service as models
from workbench.paging import Cursor, Limit, Page, Sort, fetch
from workbench.projects import repository, service
from workbench.projects.schemas import Compatibility, Project, ProjectJob, ProjectState, ProjectWanted
from workbench.runtime import RuntimeDep
from workbench.targets import service as targets

router = APIRouter(prefix="/projects", tags=["projects"], responses=ERROR_RESPONSES)

SORTABLE = {
    "created_at": ProjectRow.created_at,
    "name": ProjectRow.name,
    "device": ProjectRow.device,
    "throughput_fps": repository.BEST_FPS,
}
Ref = Annotated[str | None, Query(max_length=200, description="id or name")]


@router.get("")
def list_projects(
    runtime: RuntimeDep,
    limit: Limit = 50,
    cursor: Cursor = None,
    sort: Sort = None,
    q: Annotated[str | None, Query(max_length=100, description="part of the name")] = None,
    model: Ref = None,
    dataset: Ref = None,
    target: Ref = None,
    state: ProjectState | None = None,
) -> Page[Project]:
    """Projects, newest first."""
    with runtime.db.read() as session:
        statement = repository.statement(
            q,
            models.get(session, model).id if model else None,
            datasets.get(session, dataset).id if dataset else None,
            targets.get(session, target).id if target else None,
            state,
        )
        rows, following, total = fetch(
            session,
            statement,
            columns=SORTABLE,
            identity=ProjectRow.id,
            sort=sort or "-created_at",
            limit=limit,
            cursor=cursor,
        )
        return Page(items=service.views(session, rows), next_cursor=following, total=total)


@router.get("/compatibility")
def get_compatibility(
    runtime: RuntimeDep,
    model: Ref = None,
    dataset: Ref = None,
    target: Ref = None,
    device: Annotated[str | None, Query(max_length=64)] = None,
) -> Compatibility:
    """Whether these fit together, why not, and how long the baseline would take."""
    with runtime.db.read() as session:
        reasons = service.judge(
            session,
            models.get(session, model) if model else None,
            datasets.get(session, dataset) if dataset else None,
            service.named_target(session, target),
            device,
        )
    return Compatibility(
        compatible=not any(reason.blocking for reason in reasons),
        reasons=reasons,
        estimate_s=benchmarks.estimate_s(benchmarks.BASELINE, 10.0),
    )


@router.post(
    "",
    status_code=202,
    responses={200: {"model": ProjectJob, "description": "It was there already"}},
)
def create_project(runtime: RuntimeDep, wanted: ProjectWanted, response: Response) -> ProjectJob:
    """Create a project and measure its baseline; the same four again give the same project."""
    with runtime.db.write() as session:
        made = service.create(session, runtime, wanted)
    if not made.created:
        response.status_code = 200
    return made


@router.get("/{ref}")
def get_project(runtime: RuntimeDep, ref: str) -> Project:
    """One project, by id or name."""
    with runtime.db.read() as session:
        return service.views(session, [service.get(session, ref)])[0]


@router.delete("/{ref}", status_code=204)
def delete_project(runtime: RuntimeDep, ref: str) -> None:
    """Delete a project with all its runs."""
    with runtime.db.write() as session:
        service.delete(session, runtime, ref)


@router.post("/{ref}/benchmarks", status_code=202)
def start_benchmark(runtime: RuntimeDep, ref: str, wanted: BenchmarkWanted) -> BenchmarkJob:
    """Measure configurations of a project, one after another."""
    with runtime.db.write() as session:
        project = service.usable(session, ref)
        job = benchmarks.start(session, runtime.queue, project, wanted)
        service.note_job(session, project, job.id)
        return BenchmarkJob(job=job_view(job))


@router.post("/{ref}/searches", status_code=202)
def start_search(runtime: RuntimeDep, ref: str, wanted: SearchWanted) -> SearchJob:
    """Look for the best configurations of a project."""
    with runtime.db.write() as session:
        project = service.usable(session, ref)
        job = benchmarks.start_search(session, runtime.queue, project, wanted)
        service.note_job(session, project, job.id)
        return SearchJob(job=job_view(job))


@router.get("/{ref}/reading")
def get_reading(runtime: RuntimeDep, ref: str) -> ProjectReading:
    """How the project's model is read: as the user said, else as guessed from the model."""
    with runtime.db.read() as session:
        return accuracy.reading(session, runtime, service.get(session, ref))


@router.put("/{ref}/reading")
def set_reading(runtime: RuntimeDep, ref: str, wanted: ReadingWanted) -> ProjectReading:
    """Keep a reading, given as such or as YAML; mistakes come with line and column."""
    with runtime.db.write() as session:
        return accuracy.set_reading(session, runtime, service.get(session, ref), wanted)


@router.delete("/{ref}/reading")
def forget_reading(runtime: RuntimeDep, ref: str) -> ProjectReading:
    """Go back to what is guessed."""
    with runtime.db.write() as session:
        return accuracy.forget_reading(session, runtime, service.get(session, ref))


@router.post("/{ref}/reading/check")
def check_reading(runtime: RuntimeDep, ref: str, wanted: ReadingWanted) -> ReadingChecked:
    """Look at a reading without keeping it: mistakes with line and column."""
    with runtime.db.read() as session:
        return accuracy.checked(session, runtime, service.get(session, ref), wanted)


@router.get("/{ref}/reading/export", response_class=PlainTextResponse)
def export_reading(
    runtime: RuntimeDep, ref: str, format: Literal["workbench", "accuracy_checker"] = "workbench"
) -> PlainTextResponse:
    """The reading as YAML, of the workbench or of Accuracy Checker."""
    with runtime.db.read() as session:
        project = service.get(session, ref)
        text = accuracy.exported(session, runtime, project, format)
    headers = {"Content-Disposition": f'attachment; filename="{safe_name(project.name)}.yaml"'}
    return PlainTextResponse(text, headers=headers)


@router.post("/{ref}/reports", status_code=202)
def start_report(runtime: RuntimeDep, ref: str, wanted: ReportWanted) -> ReportJob:
    """Measure the accuracy of a project's model."""
    with runtime.db.write() as session:
        project = service.usable(session, ref)
        job = accuracy.start(session, runtime, project, wanted)
        service.note_job(session, project, job.id)
        return ReportJob(job=job_view(job))

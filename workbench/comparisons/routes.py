"""`/comparisons` and `/checks`."""

from typing import Annotated, Literal

from fastapi import APIRouter, Query, Response
from pydantic import StringConstraints

from workbench.comparisons import checks, exporting, html, service, summary
from workbench.comparisons.schemas import CheckJob, CheckWanted, Comparison
from workbench.downloads import CSV, HTML, JSON, attachment, json_text
from workbench.errors import ERROR_RESPONSES
from workbench.runtime import RuntimeDep

router = APIRouter(responses=ERROR_RESPONSES)

Sides = Annotated[
    list[Annotated[str, StringConstraints(min_length=1, max_length=500)]],
    Query(min_length=2, max_length=8, description="two or more: the id of a run, or the id or name of a project"),
]


@router.get("/comparisons", tags=["comparisons"])
def get_comparison(runtime: RuntimeDep, side: Sides) -> Comparison:
    """Runs or projects beside each other; a project stands for its best run. Differences are against the first."""
    return service.compare(runtime, side)


@router.get("/comparisons/export", tags=["comparisons"], response_class=Response)
def export_comparison(runtime: RuntimeDep, side: Sides, format: Literal["csv", "json", "html"] = "csv") -> Response:
    """The comparison as a file; `html` is one page that opens without a network."""
    found = service.compare(runtime, side)
    name = f"comparison of {found.sides[0].project.name}"
    if format == "html":
        return attachment(html.comparison_report(found), HTML, name, "html")
    if format == "csv":
        return attachment(exporting.comparison_csv(found), CSV, name, "csv")
    return attachment(json_text(found.model_dump(mode="json")), JSON, name, "json")


@router.get("/projects/{ref}/summary", tags=["projects"], response_class=Response)
def get_project_summary(runtime: RuntimeDep, ref: str, format: Literal["html", "json"] = "html") -> Response:
    """All about a project in one file; `html` is one page with charts that opens without a network."""
    found = summary.summarise(runtime, ref)
    name = f"report of {found.project.name}"
    if format == "html":
        return attachment(html.project_report(found), HTML, name, "html")
    return attachment(json_text(found.model_dump(mode="json", by_alias=True)), JSON, name, "json")


@router.post("/checks", tags=["checks"], status_code=202)
def start_check(runtime: RuntimeDep, wanted: CheckWanted) -> CheckJob:
    """Measure a project against a baseline, and decide whether it got slower."""
    with runtime.db.write() as session:
        return checks.start(session, runtime, wanted)


@router.get("/checks/{job_id}", tags=["checks"])
def get_check(runtime: RuntimeDep, job_id: str) -> CheckJob:
    """What a check found."""
    with runtime.db.read() as session:
        return checks.view(session, job_id)

"""`/reports` and `/predictions`; the readings and reports of a project are under `/projects`."""

from typing import Annotated, Literal

from fastapi import APIRouter, Query
from fastapi.responses import FileResponse, StreamingResponse

from workbench.accuracy.schemas import (
    Prediction,
    PredictionJob,
    PredictionWanted,
    Report,
    ReportComparison,
    ReportKind,
    ReportRows,
    ReportSample,
    ReportTables,
)
from workbench.errors import ERROR_RESPONSES
from workbench.paging import Cursor, Limit, Page, Sort
from workbench.runtime import RuntimeDep

router = APIRouter(tags=["accuracy"], responses=ERROR_RESPONSES)

Where = Annotated[
    list[Annotated[str, Query(max_length=1000)]],
    Query(max_length=20, description="conditions that all hold: COLUMN OP VALUE, OP one of = != < > <= >= contains in"),
]
RowSort = Annotated[str | None, Query(max_length=100, description="a column; with '-' before it, downwards")]
Offset = Annotated[int, Query(ge=0, le=100_000_000)]
RowLimit = Annotated[int, Query(ge=1, le=500)]


@router.get("/reports")
def list_reports(
    runtime: RuntimeDep,
    limit: Limit = 50,
    cursor: Cursor = None,
    sort: Sort = None,
    project: Annotated[str | None, Query(max_length=200, description="id or name")] = None,
    kind: ReportKind | None = None,
) -> Page[Report]:
    """Reports, newest first."""
    raise NotImplementedError


@router.get("/reports/{report_id}")
def get_report(runtime: RuntimeDep, report_id: str) -> Report:
    raise NotImplementedError


@router.delete("/reports/{report_id}", status_code=204)
def delete_report(runtime: RuntimeDep, report_id: str) -> None:
    raise NotImplementedError


@router.get("/reports/{report_id}/tables")
def get_report_tables(runtime: RuntimeDep, report_id: str) -> ReportTables:
    """Classes, confusion matrix and curves."""
    raise NotImplementedError


@router.get("/reports/{report_id}/samples")
def list_report_samples(
    runtime: RuntimeDep,
    report_id: str,
    where: Where = [],  # noqa: B006
    sort: RowSort = None,
    offset: Offset = 0,
    limit: RowLimit = 100,
    table: Literal["samples", "classes"] = "samples",
) -> ReportRows:
    """Rows of the table of samples that meet all conditions; `classes` has a row for each class of each sample."""
    raise NotImplementedError


@router.get("/reports/{report_id}/samples/{row}")
def get_report_sample(runtime: RuntimeDep, report_id: str, row: int) -> ReportSample:
    """One row with what is drawn over its picture; `row` is the value of its column `row`."""
    raise NotImplementedError


@router.get("/reports/{report_id}/files/{name}", response_class=FileResponse)
def get_report_file(runtime: RuntimeDep, report_id: str, name: str) -> FileResponse:
    """A mask or picture of a report."""
    raise NotImplementedError


@router.get("/reports/{report_id}/export", response_class=StreamingResponse)
def export_report(
    runtime: RuntimeDep,
    report_id: str,
    format: Literal["csv", "json"] = "csv",
    where: Where = [],  # noqa: B006
    sort: RowSort = None,
) -> StreamingResponse:
    """All rows that meet the conditions as CSV, or the report and its rows as JSON."""
    raise NotImplementedError


@router.get("/reports/{report_id}/comparison")
def compare_reports(
    runtime: RuntimeDep,
    report_id: str,
    before: Annotated[str, Query(max_length=36, description="the report that this one is compared with")],
    change: Literal["both_right", "both_wrong", "fixed", "broken"] | None = None,
    offset: Offset = 0,
    limit: RowLimit = 100,
) -> ReportComparison:
    """Sample by sample: right before and wrong now, and the other way round; worst changes first."""
    raise NotImplementedError


@router.post("/predictions", status_code=202)
def predict(runtime: RuntimeDep, wanted: PredictionWanted) -> PredictionJob:
    """Try a picture."""
    raise NotImplementedError


@router.get("/predictions/{prediction_id}")
def get_prediction(runtime: RuntimeDep, prediction_id: str) -> Prediction:
    raise NotImplementedError


@router.get("/predictions/{prediction_id}/files/{name}", response_class=FileResponse)
def get_prediction_file(runtime: RuntimeDep, prediction_id: str, name: str) -> FileResponse:
    """The picture, a mask, a picture made by the model, or an importance map."""
    raise NotImplementedError

"""`/reports` and `/predictions`; the readings and reports of a project are under `/projects`."""

from pathlib import Path
from typing import Annotated, Literal

from fastapi import APIRouter, Query
from fastapi.responses import FileResponse, StreamingResponse

from workbench.accuracy import comparing_reports, exporting, predictions, service, views
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
from workbench.db.tables import Report as ReportRow
from workbench.downloads import CSV, JSON, safe_name
from workbench.errors import ERROR_RESPONSES
from workbench.paging import Cursor, Limit, Page, Sort, fetch
from workbench.runtime import RuntimeDep

router = APIRouter(tags=["accuracy"], responses=ERROR_RESPONSES)

SORTABLE = {
    "created_at": ReportRow.created_at,
    "samples": ReportRow.samples,
    "primary_value": ReportRow.primary_value,
    "kind": ReportRow.kind,
}
# Files never change under their address; pictures are data of users, so the browser must not run them.
FILE_HEADERS = {
    "Cache-Control": "private, max-age=31536000, immutable",
    "Content-Security-Policy": "default-src 'none'; sandbox",
    "X-Content-Type-Options": "nosniff",
}
FILE_TYPES = {".png": "image/png", ".jpg": "image/jpeg", ".jpeg": "image/jpeg"}

# Together, with every character as 12 of an address, they stay below the 64 kB that a line of HTTP may have.
Where = Annotated[
    list[Annotated[str, Query(max_length=400)]],
    Query(max_length=10, description="conditions that all hold: COLUMN OP VALUE, OP one of = != < > <= >= contains in"),
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
    with runtime.db.read() as session:
        rows, following, total = fetch(
            session,
            service.reports(session, project, kind),
            columns=SORTABLE,
            identity=ReportRow.id,
            sort=sort or "-created_at",
            limit=limit,
            cursor=cursor,
        )
        return Page(items=[views.report_view(row) for row in rows], next_cursor=following, total=total)


@router.get("/reports/{report_id}")
def get_report(runtime: RuntimeDep, report_id: str) -> Report:
    with runtime.db.read() as session:
        return views.report_view(service.get(session, report_id))


@router.delete("/reports/{report_id}", status_code=204)
def delete_report(runtime: RuntimeDep, report_id: str) -> None:
    with runtime.db.write() as session:
        service.delete(session, runtime.storage, report_id)


@router.get("/reports/{report_id}/tables")
def get_report_tables(runtime: RuntimeDep, report_id: str) -> ReportTables:
    """Classes, confusion matrix and curves."""
    return service.report_tables(runtime, _row(runtime, report_id))


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
    found = service.table(runtime, _row(runtime, report_id), table).rows(where, sort)
    return ReportRows(items=found.page(offset, limit), total=len(found), offset=offset)


@router.get("/reports/{report_id}/samples/{row}")
def get_report_sample(runtime: RuntimeDep, report_id: str, row: int) -> ReportSample:
    """One row with what is drawn over its picture; `row` is the value of its column `row`."""
    with runtime.db.read() as session:
        return service.sample(session, runtime, service.get(session, report_id), row)


@router.get("/reports/{report_id}/files/{name}", response_class=FileResponse)
def get_report_file(runtime: RuntimeDep, report_id: str, name: str) -> FileResponse:
    """A mask or picture of a report."""
    path = service.file(runtime, _row(runtime, report_id), name)
    return _file(path)


@router.get("/reports/{report_id}/export", response_class=StreamingResponse)
def export_report(
    runtime: RuntimeDep,
    report_id: str,
    format: Literal["csv", "json"] = "csv",
    where: Where = [],  # noqa: B006
    sort: RowSort = None,
    table: Literal["samples", "classes"] = "samples",
) -> StreamingResponse:
    """All rows that meet the conditions as CSV, or the report and its rows as JSON."""
    row = _row(runtime, report_id)
    kept = service.table(runtime, row, table)
    rows = kept.rows(where, sort)
    if format == "csv":
        parts, media = exporting.csv_parts(list(kept.types), rows), CSV
    else:
        parts, media = exporting.json_parts(views.report_view(row), rows), JSON
    what = "by class " if table == "classes" else ""
    name = safe_name(f"report {row.kind} {what}{row.created_at:%Y-%m-%d}")
    headers = {"Content-Disposition": f'attachment; filename="{name}.{format}"'}
    return StreamingResponse(parts, media_type=media, headers=headers)


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
    with runtime.db.read() as session:
        old, new = service.get(session, before), service.get(session, report_id)
    reports = views.report_view(old), views.report_view(new)
    comparing_reports.require_alike(*reports)
    pairs = comparing_reports.Pairs(service.table(runtime, old), service.table(runtime, new))
    chosen = pairs.chosen(change)
    return ReportComparison(
        before=reports[0],
        now=reports[1],
        counts=pairs.counts(),
        items=pairs.rows(chosen[offset : offset + limit]),
        total=len(chosen),
        offset=offset,
        metrics=comparing_reports.metrics(pairs, *reports),
    )


@router.post("/predictions", status_code=202)
def predict(runtime: RuntimeDep, wanted: PredictionWanted) -> PredictionJob:
    """Try a picture."""
    with runtime.db.write() as session:
        return predictions.start(session, runtime, wanted)


@router.get("/predictions/{prediction_id}")
def get_prediction(runtime: RuntimeDep, prediction_id: str) -> Prediction:
    with runtime.db.read() as session:
        return predictions.get(session, prediction_id)


@router.get("/predictions/{prediction_id}/files/{name}", response_class=FileResponse)
def get_prediction_file(runtime: RuntimeDep, prediction_id: str, name: str) -> FileResponse:
    """The picture, a mask, a picture made by the model, or an importance map."""
    with runtime.db.read() as session:
        return _file(predictions.file(session, runtime, prediction_id, name))


def _row(runtime: RuntimeDep, report_id: str) -> ReportRow:
    with runtime.db.read() as session:
        return service.get(session, report_id)


def _file(path: Path) -> FileResponse:
    media = FILE_TYPES.get(path.suffix.lower(), "application/octet-stream")
    return FileResponse(path, media_type=media, headers=FILE_HEADERS)

"""Rules of reports: finding, looking at one sample, deleting."""

import json
import re
import struct
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from sqlalchemy import Select
from sqlalchemy.orm import Session

from workbench.accuracy import comparing_reports, keeping, repository, schemas, tables, views
from workbench.accuracy.adopting import adopted_report, exported_report
from workbench.accuracy.adopting import require_files as require_report_files
from workbench.accuracy.jobs import make as make_report
from workbench.accuracy.jobs import tell
from workbench.accuracy.keeping import DRAWN, FILES, LINE_BYTES, OFFSETS, TABLES, Unusable, storable, unusable
from workbench.accuracy.reading_schemas import ProjectReading, ReadingChecked, ReadingWanted
from workbench.accuracy.readings import check, forget_reading, known_of, of_project, set_reading, view
from workbench.accuracy.schemas import ReportSample, ReportTables
from workbench.accuracy.starting import plan as plan_report
from workbench.accuracy.starting import start
from workbench.accuracy.views import report_view
from workbench.datasets import service as datasets
from workbench.db.tables import Project, Report
from workbench.errors import Conflict, NotFound
from workbench.jobs.dispatch import once
from workbench.names import find
from workbench.runtime import Runtime
from workbench.storage.store import Storage

# What the rooms of projects and of optimisation call, too.
__all__ = [
    "Unusable", "adopted_report", "exported_report", "forget_reading", "make_report", "of_project", "plan_report",
    "report_view", "require_report_files", "set_reading", "start", "storable", "unusable",
]  # fmt: skip

_ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def project(session: Session, ref: str) -> Project:
    return find(session, repository.projects(), Project, ref, "project")


def reports(session: Session, ref: str | None, kind: str | None) -> Select[Report]:
    """Those of a project and of a kind."""
    return repository.statement(project(session, ref).id if ref is not None else None, kind)


def get(session: Session, report_id: str) -> Report:
    row = repository.get(session, report_id) if _ID.fullmatch(report_id) else None
    if row is None:
        raise NotFound("There is no such report.", code="report_not_found")
    return row


def report(session: Session, report_id: str) -> schemas.Report:
    return views.report_view(get(session, report_id))


def newest(session: Session, project_id: str, kind: str = "annotations") -> schemas.Report | None:
    """The report that stands for a project."""
    row = repository.newest(session, project_id, kind)
    return views.report_view(row) if row is not None else None


def difference_ci95(runtime: Runtime, before: schemas.Report | None, now: schemas.Report | None) -> list[float] | None:
    """Interval of the difference of the figures that stand for two reports, paired over their samples; None where
    they do not allow it."""
    if before is None or now is None or before.primary is None or before.primary != now.primary:
        return None
    try:
        comparing_reports.require_alike(before, now)
        with runtime.db.read() as session:
            rows = get(session, before.id), get(session, now.id)
        pairs = comparing_reports.Pairs(table(runtime, rows[0]), table(runtime, rows[1]))
    except (NotFound, comparing_reports.NotComparable):
        return None
    ends: list[float] | None = comparing_reports.metrics(pairs, before, now)[now.primary]["ci95"]
    return ends if len(pairs) == pairs.now.data.num_rows == pairs.before.data.num_rows else None


def delete(session: Session, storage: Storage, report_id: str) -> None:
    row = get(session, report_id)
    tell(session, row)
    artifact_id = repository.remove(session, row)
    if artifact_id is not None:
        _remove_files(session, storage, [artifact_id])


def forget_project(session: Session, storage: Storage, project_id: str) -> None:
    """Before a project is deleted: the rows of its artifacts now, their files after the commit."""
    found = repository.artifacts_of_project(session, project_id)
    if found:
        repository.remove_artifacts(session, found)
        _remove_files(session, storage, found)


def _remove_files(session: Session, storage: Storage, artifact_ids: Sequence[str]) -> None:
    def remove(_: Any) -> None:
        for artifact_id in artifact_ids:
            tables.forget(storage.artifact(artifact_id))
            storage.delete_artifact(artifact_id)

    once(session, "after_commit", remove)


# Readings


def reading(session: Session, runtime: Runtime, row: Project) -> ProjectReading:
    return view(of_project(session, runtime, row))


def checked(session: Session, runtime: Runtime, row: Project, wanted: ReadingWanted) -> ReadingChecked:
    model = repository.model(session, row.model_id)
    if model is None:
        raise Conflict("The model of this project is gone.", code="project_archived", action="Create it anew.")
    return check(wanted, known_of(runtime, model, repository.dataset(session, row.dataset_id)))


def exported(session: Session, runtime: Runtime, row: Project, format: str) -> str:
    """The reading as YAML. Raises Conflict `not_for_accuracy_checker`."""
    read = of_project(session, runtime, row)
    if format == "workbench":
        return view(read).yaml
    from workbench.accuracy import checker_config
    from workbench.accuracy.for_checker import facts_of

    try:
        facts = facts_of(row.name, row.device, row.precision, read.known, read.reading)
        return checker_config.write(facts, read.reading)
    except checker_config.NotForChecker as error:
        raise Conflict(
            f"Accuracy Checker has no words for this: {error}.",
            code="not_for_accuracy_checker",
            action="Export it in the workbench's own form.",
        ) from error


# The parts of a report


def table(runtime: Runtime, row: Report, name: str = "samples") -> tables.Table:
    """The rows of a report. Raises NotFound where it has no such table."""
    path = _path(runtime.storage, row, tables.SAMPLES if name == "samples" else tables.CLASSES)
    if path is None:
        raise NotFound(f"The report has no table of {name}.", code="table_not_found")
    return tables.table(path)


def report_tables(runtime: Runtime, row: Report) -> ReportTables:
    path = _path(runtime.storage, row, TABLES)
    return ReportTables.model_validate_json(path.read_bytes()) if path is not None else ReportTables()


def file(runtime: Runtime, row: Report, name: str) -> Path:
    path = _path(runtime.storage, row, FILES, name)
    if path is None:
        raise NotFound("The report has no such file.", code="file_not_found")
    return path


def _path(storage: Storage, row: Report, *parts: str) -> Path | None:
    if row.artifact_id is None:
        return None
    path = storage.artifact(row.artifact_id, *parts)
    return path if path.is_file() else None


def sample(session: Session, runtime: Runtime, row: Report, number: int) -> ReportSample:
    """One row, what is drawn over it, and its picture where the dataset is still there. Raises NotFound."""
    rows = table(runtime, row).data
    if not 0 <= number < rows.num_rows:
        raise NotFound(f"The report has no row {number}.", code="row_not_found")
    values: dict[str, Any] = rows.slice(number, 1).to_pylist()[0]
    line = _drawn_line(runtime.storage, row, number)
    files = f"{views.PREFIX}/reports/{row.id}/files"
    image, width, height = _picture(session, runtime, row, values.get("sample"))
    other, _, _ = _picture(session, runtime, row, values.get("other"))
    return ReportSample(
        row=values,
        image=image,
        other_image=other,
        width=width,
        height=height,
        annotation=views.drawn(line.get("annotation"), files),
        prediction=views.drawn(line.get("prediction"), files),
    )


def _drawn_line(storage: Storage, row: Report, number: int) -> dict[str, Any]:
    drawn, offsets = _path(storage, row, DRAWN), _path(storage, row, OFFSETS)
    if drawn is None or offsets is None:
        return {}
    with offsets.open("rb") as file:
        file.seek(8 * number)
        data = file.read(8)
    if len(data) < 8:
        return {}
    with drawn.open("rb") as file:
        file.seek(struct.unpack("<Q", data)[0])
        try:
            line = keeping.finite(json.loads(file.readline(LINE_BYTES)))
        except (ValueError, RecursionError):
            return {}
    return line if isinstance(line, dict) else {}


def _picture(session: Session, runtime: Runtime, row: Report, number: Any) -> tuple[str | None, int | None, int | None]:
    """Address, width and height of the picture of a sample."""
    dataset = repository.dataset(session, row.dataset_id)
    if dataset is None or dataset.artifact_id is None or not isinstance(number, int):
        return None, None, None
    if not 0 <= number < dataset.count:
        return None, None, None
    record = datasets.reader(runtime, dataset).sample(number)
    return f"{views.PREFIX}/datasets/{dataset.id}/samples/{number}/image", record["width"], record["height"]

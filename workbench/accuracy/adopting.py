"""Reports that were made elsewhere: their tables, drawings and figures are checked, and kept as they came."""

import json
import math
import struct
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any, get_args

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from workbench.accuracy import keeping
from workbench.accuracy.keeping import DRAWN, FILES, LINE_BYTES, MOST_ROWS, OFFSETS, TABLES, Unusable, unusable
from workbench.accuracy.reading_schemas import Reading
from workbench.accuracy.schemas import Column, ReportKind, ReportTables
from workbench.accuracy.tables import CLASSES, SAMPLES
from workbench.datasets.schemas import Subset
from workbench.db.base import new_id
from workbench.db.tables import Report
from workbench.engine import images

PARQUET_BYTES = 16 * 1024**3
compute: Any = pc
# Of a kept result, beside what an engine tells.
_OWN = ("reading", "subset", "without", "precision", "engine", "model_sha256", "reference", "headline", "rows")
_ENGINE = tuple(name for name in keeping.EngineReport.model_fields if name != "samples")


class Own(BaseModel):
    """What the workbench adds to what an engine tells of a report. The model of `reference` is told apart."""

    model_config = ConfigDict(extra="forbid")

    reading: Reading
    subset: Subset | None = None
    without: Subset | None = None
    precision: str | None = Field(default=None, max_length=8)
    engine: str = Field(default="workbench", max_length=100)
    model_sha256: str | None = Field(default=None, pattern="^[0-9a-f]{64}$")
    reference: dict[str, str | None] | None = Field(default=None, max_length=3)
    headline: dict[str, Any] | None = None
    rows: int | None = Field(default=None, ge=0, le=MOST_ROWS)


def exported_report(row: Report) -> dict[str, Any]:
    """The document of a report, as `adopted_report` takes it; ids of this server are left out."""
    result = dict(row.result)
    if result.get("reference"):
        result["reference"] = {name: result["reference"].get(name) for name in ("name", "sha256")}
    return {
        "kind": row.kind,
        "task": row.task,
        "samples": row.samples,
        "result": result,
        "created_at": row.created_at.isoformat(),
    }


def adopted_report(document: Mapping[str, Any], project_id: str, created_at: datetime) -> Report:
    """A row of a report whose document has the shape and the sense of one. Raises Unusable."""
    result = document["result"]
    if document["kind"] not in get_args(ReportKind) or not isinstance(result, dict):
        raise Unusable("a report is of no known kind")
    unknown = set(result) - set(_OWN) - set(_ENGINE)
    if unknown:
        raise Unusable(f"a report has the unknown field '{min(unknown)[:60]}'")
    report = keeping.checked(
        {name: result[name] for name in _ENGINE if name in result} | {"samples": document["samples"]}
    )
    try:
        own = Own.model_validate({name: result[name] for name in _OWN if name in result})
    except ValidationError as error:
        raise unusable(error) from error
    if report.samples > MOST_ROWS:
        raise Unusable("a report has more samples than any dataset")
    primary = report.metrics.get(report.primary) if report.primary is not None else None
    headline = primary.model_dump(mode="json") | {"metric": report.primary} if primary is not None else None
    if own.headline != headline or document["task"] != own.reading.task or result.get("primary") != report.primary:
        raise Unusable("the figure that stands for a report is not one of its metrics")
    return Report(
        id=new_id(),
        project_id=project_id,
        job_id=None,
        kind=document["kind"],
        task=own.reading.task,
        samples=report.samples,
        primary_metric=report.primary,
        primary_value=primary.value if primary is not None else None,
        result=dict(result),
        created_at=created_at,
    )


def require_files(folder: Path, row: Report) -> None:
    """The files of a report are what its document tells of. Raises Unusable."""
    result: dict[str, Any] = row.result
    columns = [Column.model_validate(column) for column in result["columns"]]
    table = _table(folder / SAMPLES, columns)
    count = table.num_rows
    if result.get("rows", count) != count:
        raise Unusable(f"a report tells of {result['rows']} rows and has {count}")
    _require_classes(folder / CLASSES, result)
    _require_drawn(folder, count)
    _require_tables(folder / TABLES)
    _require_pictures(folder / FILES)
    if row.task == "classification" and row.kind == "annotations" and result.get("engine") == "workbench":
        _require_accuracy(table, result["metrics"])


def _require_classes(path: Path, result: Mapping[str, Any]) -> None:
    if "class_columns" not in result and path.is_file():
        # Of a report that was made before they were told.
        _table(path, _columns_of(path))
        return
    told = result.get("class_columns")
    if (told is not None) != path.is_file():
        raise Unusable("the table of classes and its columns do not belong together")
    if told is not None:
        _table(path, [Column.model_validate(column) for column in told])


def _columns_of(path: Path) -> list[Column]:
    kinds = {str(kind): name for name, kind in keeping._TYPES.items()}
    try:
        schema = pq.read_schema(path)
        found = [{"name": field.name, "label": "", "type": kinds.get(str(field.type))} for field in schema]
        return [Column.model_validate(column) for column in found]
    except (pa.ArrowException, OSError, ValueError) as error:
        raise Unusable(f"{path.name} cannot be read") from error


def _table(path: Path, columns: list[Column]) -> Any:
    """A Parquet file with just these columns, its rows in order. Raises Unusable."""
    expected = pa.schema([(column.name, keeping._TYPES[column.type]) for column in columns])
    try:
        with pq.ParquetFile(path) as file:
            if not file.schema_arrow.equals(expected, check_metadata=False):
                raise Unusable(f"{path.name} has other columns than its report tells")
            told = file.metadata
            size = sum(told.row_group(number).total_byte_size for number in range(told.num_row_groups))
            if told.num_rows > MOST_ROWS or size > PARQUET_BYTES:
                raise Unusable(f"{path.name} is too large")
            table = file.read()
        table.validate(full=True)
    except (pa.ArrowException, OSError, ValueError) as error:
        raise Unusable(f"{path.name} cannot be read") from error
    numbers = table.column("row").to_numpy(zero_copy_only=False) if "row" in table.column_names else None
    if numbers is None or any(int(number) != place for place, number in enumerate(numbers.tolist())):
        raise Unusable(f"the rows of {path.name} are not numbered in order")
    for column in columns:
        if column.type == "text":
            longest = compute.max(compute.utf8_length(table.column(column.name))).as_py()
            if longest is not None and longest > keeping.TEXT_CHARACTERS:
                raise Unusable(f"a text in the column '{column.name}' is too long")
    return table


def _require_drawn(folder: Path, rows: int) -> None:
    drawn, offsets = folder / DRAWN, folder / OFFSETS
    if not drawn.is_file() and not offsets.is_file():
        return
    if not (drawn.is_file() and offsets.is_file()) or offsets.stat().st_size != 8 * rows:
        raise Unusable(f"{OFFSETS} does not belong to {DRAWN}")
    places = struct.unpack(f"<{rows}Q", offsets.read_bytes())
    begins = 0
    with drawn.open("rb") as file:
        for number in range(rows):
            line = file.readline(LINE_BYTES)
            if places[number] != begins or len(line) >= LINE_BYTES:
                raise Unusable(f"{OFFSETS} does not tell where row {number} of {DRAWN} begins")
            begins += len(line)
            shown = _json(line, DRAWN)
            if not isinstance(shown, dict) or set(shown) - {"annotation", "prediction"}:
                raise Unusable(f"row {number} of {DRAWN} is none")
        if file.read(1):
            raise Unusable(f"{DRAWN} has more rows than its report")


def _require_tables(path: Path) -> None:
    if not path.is_file() or path.stat().st_size > keeping.TABLES_BYTES:
        raise Unusable(f"{path.name} is missing or too large")
    try:
        ReportTables.model_validate(_json(path.read_bytes(), path.name))
    except ValidationError as error:
        raise Unusable(f"{path.name}: {str(error)[:200]}") from error


def _require_pictures(folder: Path) -> None:
    if not folder.is_dir():
        return
    for path in folder.iterdir():
        if not keeping.FILE_NAME.fullmatch(path.name) or path.is_symlink() or not path.is_file():
            raise Unusable(f"a picture is called '{path.name[:60]}'")
        if images.decode(path) is None:
            raise Unusable(f"the picture '{path.name[:60]}' cannot be decoded")


def _require_accuracy(table: Any, metrics: Mapping[str, Any]) -> None:
    """The accuracies are those of the rows: rank 0 is right, an empty one wrong where there is a label."""
    if "rank" not in table.column_names or "label" not in table.column_names:
        return
    labelled = table.filter(compute.greater_equal(table.column("label"), 0))
    ranks = [rank if rank is not None else -1 for rank in labelled.column("rank").to_pylist()]
    for name, metric in metrics.items():
        top = name.removeprefix("accuracy@top")
        if top == name or not top.isdecimal() or not ranks:
            continue
        found = sum(0 <= rank < int(top) for rank in ranks) / len(ranks)
        if not math.isclose(found, metric["value"], rel_tol=1e-9, abs_tol=1e-12):
            raise Unusable(f"'{name}' is not what the rows of the report come to")


def _json(data: bytes, what: str) -> Any:
    try:
        return json.loads(data, parse_constant=_no_constant)
    except (ValueError, RecursionError) as error:
        raise Unusable(f"{what} is no JSON") from error


def _no_constant(name: str) -> float:
    raise ValueError(name)

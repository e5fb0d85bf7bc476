"""Turns what the engine wrote into a report's artifact. It ran files of strangers, so all of it is checked:

`samples.jsonl` and `classes.jsonl` → Parquet with the columns that the result names; `drawn.jsonl` with its offsets;
`tables.json`; and pictures and masks under names of one form.
"""

import json
import math
import re
import shutil
import struct
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from pydantic import BaseModel, Field, ValidationError

from workbench.accuracy.schemas import Column, Metric, ReportTables
from workbench.accuracy.tables import CLASSES, SAMPLES
from workbench.jobs.kinds import JobFailed

ROW_GROUP = 8192
LINE_BYTES = 16 * 1024**2
MOST_ROWS = 50_000_000
MOST_CLASSES = 100_000
TEXT_CHARACTERS = 2000
# Whole numbers beyond are none of a figure, and no float may have them.
MOST_NUMBER = 1 << 1000
TABLES_BYTES = 256 * 1024**2
TABLES, DRAWN, OFFSETS, FILES = "tables.json", "drawn.jsonl", "drawn.offsets", "files"
FILE_NAME = re.compile(r"(?:[a-z]{1,20}/)?[a-z0-9][a-z0-9_.-]{0,100}\.(?:png|jpg|jpeg)")
_COLUMN_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_@.-]{0,99}")
_TYPES = {"integer": pa.int64(), "number": pa.float64(), "boolean": pa.bool_(), "text": pa.string()}
FIRST = [
    Column(name="row", label="Row", type="integer", description="number of the row in the report"),
    Column(name="sample", label="Sample", type="integer", description="its number in the dataset"),
    Column(name="name", label="Name", type="text"),
]
OF_CLASS = [
    Column(name="label", label="Label", type="integer", description="number of the label"),
    Column(name="label_name", label="Class", type="text"),
]


class EngineReport(BaseModel):
    """What the operations `accuracy` and `tensor_distance` tell."""

    samples: int = Field(ge=0)
    metrics: dict[str, Metric] = Field(max_length=1000)
    primary: str | None = None
    columns: list[Column] = Field(max_length=500)
    class_columns: list[Column] | None = Field(default=None, max_length=500)
    effective_precision: str = Field(max_length=100)
    device: str = Field(max_length=200)
    elapsed_s: float = Field(ge=0, allow_inf_nan=False)
    samples_per_s: float | None = Field(default=None, allow_inf_nan=False)
    inference: dict[str, Any] | None = None
    limits: dict[str, Any] | None = None
    notes: list[str] = Field(default_factory=list, max_length=100)
    model_classes: list[str] | None = Field(default=None, max_length=MOST_CLASSES)


class Unusable(JobFailed):
    def __init__(self, what: str) -> None:
        super().__init__(
            "engine_result_unusable",
            f"The engine's result cannot be used: {what}.",
            "Look at the job's log and report it.",
        )


def unusable(error: ValidationError) -> Unusable:
    """What is wrong first; names in it may be those of strangers."""
    first = error.errors()[0]
    return Unusable(f"{'.'.join(str(part) for part in first['loc'])}: {first['msg']}"[:400])


def checked(result: dict[str, Any]) -> EngineReport:
    """Raises Unusable."""
    try:
        report = EngineReport.model_validate(
            storable(result) | {name: finite(storable(result.get(name))) for name in ("inference", "limits")}
        )
    except ValidationError as error:
        raise unusable(error) from error
    for name, metric in report.metrics.items():
        numbers = [metric.value, *(metric.ci95 or [])]
        if len(name) > 100 or not all(math.isfinite(number) for number in numbers):
            raise Unusable(f"the metric '{name[:60]}' is no finite number")
        if metric.ci95 is not None and len(metric.ci95) != 2:
            raise Unusable(f"the interval of '{name[:60]}' has not two ends")
    if report.primary is not None and report.primary not in report.metrics:
        report.primary = None
    for column in [*report.columns, *(report.class_columns or [])]:
        if not _COLUMN_NAME.fullmatch(column.name):
            raise Unusable(f"a column is called '{column.name[:60]}'")
    return report


def storable(value: Any, most: int | None = TEXT_CHARACTERS) -> Any:
    """The same with texts that any database takes: no character 0, no half of a surrogate pair, none beyond `most`."""
    if isinstance(value, str):
        return value[:most].replace("\0", "\ufffd").encode("utf-8", "replace").decode()
    if isinstance(value, list):
        return [storable(item, most) for item in value]
    if isinstance(value, dict):
        return {storable(str(name)): storable(item, most) for name, item in value.items()}
    return value


def keep(report: EngineReport, out: Path, folder: Path) -> int:
    """Write the artifact of a report from the engine's `out` into the new `folder`; returns how many rows it has."""
    folder.mkdir()
    columns = with_first(report.columns, FIRST)
    rows = write_table(out / "samples.jsonl", columns, folder / SAMPLES)
    report.columns = columns
    if report.class_columns is not None and (out / "classes.jsonl").is_file():
        report.class_columns = with_first(report.class_columns, [*FIRST, *OF_CLASS])
        write_table(out / "classes.jsonl", report.class_columns, folder / CLASSES)
    else:
        report.class_columns = None
    _keep_drawn(out, folder, rows)
    _keep_tables(out / TABLES, folder / TABLES)
    keep_files(out / FILES, folder / FILES)
    return rows


def with_first(columns: Sequence[Column], first: Sequence[Column]) -> list[Column]:
    """The columns that every table begins with, then the others, each once."""
    given = {column.name: column for column in columns}
    names = {column.name for column in first}
    return [given.get(column.name, column) for column in first] + [
        column for column in given.values() if column.name not in names
    ]


def write_table(source: Path, columns: Sequence[Column], target: Path) -> int:
    """JSON Lines → Parquet; a value that is missing or not finite is null. Raises Unusable for a wrong one."""
    schema = pa.schema([(column.name, _TYPES[column.type]) for column in columns])
    texts = [column.name for column in columns if column.type == "text"]
    count = 0
    with pq.ParquetWriter(target, schema, compression="zstd", use_dictionary=texts) as writer:
        for lines in _groups(source):
            values: dict[str, list[Any]] = {column.name: [] for column in columns}
            for line in lines:
                row = _record(line, source.name)
                if row.get("row") != count:
                    raise Unusable(f"row {count} of {source.name} is numbered {str(row.get('row'))[:20]}")
                count += 1
                for column in columns:
                    values[column.name].append(_value(row.get(column.name), column))
            try:
                writer.write_table(pa.table(values, schema=schema), row_group_size=ROW_GROUP)
            except (pa.ArrowInvalid, pa.ArrowTypeError, OverflowError) as error:
                raise Unusable(f"{source.name}: {error}") from error
    return count


def _groups(source: Path) -> Iterator[list[bytes]]:
    """Lines in groups of a row group's size. A file that is not there has none."""
    if source.is_symlink() or not source.is_file():
        return
    group: list[bytes] = []
    count = 0
    with source.open("rb") as file:
        while line := file.readline(LINE_BYTES):
            count += 1
            if len(line) >= LINE_BYTES or count > MOST_ROWS:
                raise Unusable(f"{source.name} is too large")
            group.append(line)
            if len(group) == ROW_GROUP:
                yield group
                group = []
    if group:
        yield group


def _record(line: bytes, name: str) -> dict[str, Any]:
    try:
        record = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise Unusable(f"a line of {name} is no JSON") from error
    if not isinstance(record, dict):
        raise Unusable(f"a line of {name} is no object")
    return record


def _value(value: Any, column: Column) -> Any:
    if value is None:
        return None
    kind = type(value)
    if column.type == "number" and kind in (int, float) and not (kind is int and abs(value) > MOST_NUMBER):
        return float(value) if math.isfinite(value) else None
    if column.type == "text" and kind is str:
        return value.encode("utf-8", "replace").decode()[:TEXT_CHARACTERS]
    if (column.type == "integer" and kind is int and abs(value) < 1 << 62) or (
        column.type == "boolean" and kind is bool
    ):
        return value
    raise Unusable(f"{str(value)[:40]!r} is no value of the column '{column.name}' ({column.type})")


def _keep_drawn(out: Path, folder: Path, rows: int) -> None:
    """What is drawn over the pictures, with where the line of each row begins."""
    drawn, offsets = out / DRAWN, out / OFFSETS
    if not all(path.is_file() and not path.is_symlink() for path in (drawn, offsets)):
        return
    size, told = drawn.stat().st_size, offsets.stat().st_size
    if told != 8 * rows:
        raise Unusable(f"{OFFSETS} has {told} bytes for {rows} rows")
    places = struct.unpack(f"<{rows}Q", offsets.read_bytes())
    if any(place >= size for place in places):
        raise Unusable(f"{OFFSETS} tells of places behind the end of {DRAWN}")
    drawn.rename(folder / DRAWN)
    offsets.rename(folder / OFFSETS)


def _keep_tables(source: Path, target: Path) -> None:
    tables = ReportTables()
    if source.is_file() and not source.is_symlink():
        if source.stat().st_size > TABLES_BYTES:
            raise Unusable(f"{source.name} is too large")
        try:
            tables = ReportTables.model_validate(finite(json.loads(source.read_bytes())))
        except (ValueError, RecursionError) as error:
            raise Unusable(f"{source.name}: {str(error)[:300]}") from error
    target.write_text(tables.model_dump_json())


def finite(value: Any) -> Any:
    """The same without numbers that JSON does not have."""
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, list):
        return [finite(item) for item in value]
    if isinstance(value, dict):
        return {name: finite(item) for name, item in value.items()}
    return value


def keep_files(source: Path, target: Path) -> list[str]:
    """Move pictures and masks, `masks/1.png` as `masks-1.png`: in an address a name is one word."""
    kept: list[str] = []
    if not source.is_dir() or source.is_symlink():
        return kept
    target.mkdir()
    for path in sorted(source.rglob("*")):
        name = path.relative_to(source).as_posix()
        if path.is_symlink() or not path.is_file() or not FILE_NAME.fullmatch(name):
            if path.is_symlink() or not path.is_dir():
                raise Unusable(f"it made a file called '{name[:60]}'")
            continue
        shutil.move(path, target / flat(name))
        kept.append(flat(name))
    return kept


def flat(name: str) -> str:
    return name.replace("/", "-")

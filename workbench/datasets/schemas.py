"""What the API tells of datasets, and takes."""

from datetime import datetime
from typing import Any, Literal

from pydantic import BaseModel, Field

from workbench.db.tables import Dataset as DatasetRow
from workbench.jobs.schemas import Job

Format = Literal["imagenet_txt", "imagenet_folders", "voc", "coco", "not_annotated"]


class Check(BaseModel):
    """One thing that was examined at import."""

    check: str
    ok: bool
    detail: str | None = None


class Warn(BaseModel):
    """What is wrong in a dataset: where, and how to put it right."""

    file: str | None = None
    line: int | None = None
    problem: str
    fix: str | None = None


class Dataset(BaseModel):
    """Samples with annotations, or without, in one internal form."""

    id: str
    name: str
    state: Literal["importing", "ready"]
    format: Format | None
    tasks: list[str]
    annotated: bool
    count: int
    unit: Literal["image"] = "image"
    labels: list[str] | None
    class_counts: dict[str, int] | None = Field(description="label index → samples or objects")
    checks: list[Check]
    warnings: list[Warn]
    size_bytes: int
    parent_id: str | None
    project_count: int
    job_id: str | None
    created_at: datetime


class DatasetJob(BaseModel):
    dataset: Dataset
    job: Job


class Subset(BaseModel):
    """A reproducible choice of samples, in proportion to the classes."""

    count: int = Field(ge=1, le=10_000_000)
    seed: int = Field(default=0, ge=0, le=2**31 - 1)


class DatasetImport(BaseModel):
    """An archive or files that were uploaded, or a path on the server."""

    name: str | None = Field(default=None, max_length=100)
    format: Literal["auto"] | Format = "auto"
    uploads: list[str] = Field(default_factory=list, max_length=20_000)
    path: str | None = Field(default=None, max_length=4000)
    subset: Subset | None = None


class DatasetChange(BaseModel):
    name: str = Field(max_length=100)


class SubsetWanted(Subset):
    name: str | None = Field(default=None, max_length=100)


class Box(BaseModel):
    """`bbox` is [x, y, width, height] in pixels of the picture."""

    label: int | None = None
    label_name: str | None = None
    bbox: list[float]
    difficult: bool = False
    crowd: bool = False


class Sample(BaseModel):
    id: int
    file: str
    width: int
    height: int
    label: int | None = None
    label_name: str | None = None
    boxes: list[Box]
    has_mask: bool
    thumbnail: str
    image: str


class Samples(BaseModel):
    items: list[Sample]
    next_cursor: str | None
    total: int


def dataset_view(row: DatasetRow, project_count: int) -> Dataset:
    values: dict[str, Any] = {name: getattr(row, name) for name in ("id", "name", "state", "format", "annotated")}
    return Dataset(
        **values,
        tasks=row.tasks or [],
        count=row.count,
        labels=row.labels,
        class_counts=row.class_counts,
        checks=[Check.model_validate(item) for item in row.checks or []],
        warnings=[Warn.model_validate(item) for item in row.warnings or []],
        size_bytes=row.size_bytes,
        parent_id=row.parent_id,
        project_count=project_count,
        job_id=row.job_id,
        created_at=row.created_at,
    )

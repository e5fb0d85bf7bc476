"""What the API tells of datasets, and takes."""

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field

from workbench.db.tables import Dataset as DatasetRow
from workbench.jobs.schemas import Job

Format = Literal[
    "imagenet_txt", "imagenet_folders", "voc", "coco", "yolo", "open_images", "wider_face", "common_segmentation",
    "cityscapes", "camvid", "common_super_resolution", "lfw", "vggface2", "generated", "not_annotated",
]  # fmt: skip


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
    colors: list[list[int]] | None = Field(default=None, description="red, green, blue of each label, where it says so")
    skeleton: list[list[int]] | None = Field(default=None, description="key points that are joined")
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
    url: str | None = Field(
        default=None, max_length=4000, description="http, https or s3; only where an admin allows it"
    )
    subset: Subset | None = None


class DatasetChange(BaseModel):
    name: str = Field(max_length=100)


class SubsetWanted(Subset):
    name: str | None = Field(default=None, max_length=100)


class Erase(BaseModel):
    """White rectangles of a share of the picture."""

    share: float = Field(default=0.1, ge=0.01, le=0.2)
    images: int = Field(default=10, ge=1, le=20, description="new pictures for each original")


class Noise(BaseModel):
    """Salt and pepper on a share of the pixels."""

    share: float = Field(default=0.05, ge=0.01, le=0.05)
    images: int = Field(default=10, ge=1, le=20)


class Light(BaseModel):
    """(value - 128)·contrast + 128, then times brightness; each on the original, one new picture for each pair."""

    brightness: float = Field(ge=0.1, le=3)
    contrast: float = Field(ge=0.1, le=3)


class Augmentations(BaseModel):
    """Every entry makes new pictures beside each original; the same seed makes the same."""

    seed: int = Field(default=0, ge=0, le=2**31 - 1)
    flip_horizontal: bool = False
    flip_vertical: bool = False
    erase: Erase | None = None
    noise: Noise | None = None
    light: list[Light] = Field(default_factory=list, max_length=20)
    rotations_deg: list[Annotated[float, Field(ge=-180, le=180)]] = Field(
        default_factory=list, max_length=20, description="against the clock, each one picture"
    )
    blur_sigmas: list[Annotated[float, Field(ge=0.1, le=20)]] = Field(
        default_factory=list, max_length=10, description="pixels"
    )
    jpeg_qualities: list[Annotated[int, Field(ge=1, le=100)]] = Field(default_factory=list, max_length=10)


class Synthetic(BaseModel):
    """Noise for benchmarks only; not for calibration or accuracy."""

    count: int = Field(default=100, ge=1, le=10_000)
    width: int = Field(default=224, ge=1, le=8192)
    height: int = Field(default=224, ge=1, le=8192)
    distribution: Literal["uniform", "gaussian"] = "uniform"
    seed: int = Field(default=0, ge=0, le=2**31 - 1)


class Generate(BaseModel):
    """A dataset without annotations from pictures: uploads, another dataset, a sample set, or noise; one of them."""

    name: str | None = Field(default=None, max_length=100)
    uploads: list[str] = Field(default_factory=list, max_length=20_000)
    dataset: str | None = Field(default=None, max_length=200)
    sample_set: Literal["digits", "shapes", "textures"] | None = None
    synthetic: Synthetic | None = None
    augmentations: Augmentations = Augmentations()


class GenerateCount(BaseModel):
    """How many pictures `Generate` will make; the job makes exactly as many."""

    originals: int
    total: int


class PreviewWanted(BaseModel):
    """One picture with each augmentation: an upload, or a sample of a dataset or sample set."""

    upload: str | None = Field(default=None, max_length=36)
    dataset: str | None = Field(default=None, max_length=200)
    sample_set: Literal["digits", "shapes", "textures"] | None = None
    sample: int = Field(default=0, ge=0, le=2**31 - 1)
    augmentations: Augmentations = Augmentations()


class PreviewPicture(BaseModel):
    """`image` is a data URL of a JPEG of at most 320 pixels a side."""

    title: str
    image: str


class Preview(BaseModel):
    items: list[PreviewPicture]


class SplitWanted(BaseModel):
    """Two datasets without a common sample, in proportion to the classes: to calibrate with and to validate with."""

    calibration: int = Field(ge=1, le=10_000_000)
    validation: int | None = Field(default=None, ge=1, le=10_000_000, description="default: all others")
    seed: int = Field(default=0, ge=0, le=2**31 - 1)


class SplitJob(BaseModel):
    calibration: Dataset
    validation: Dataset
    job: Job


class Histogram(BaseModel):
    """`edges` has one more than `counts`."""

    edges: list[float]
    counts: list[int]


class Statistics(BaseModel):
    """What a dataset's pictures and boxes are like; sizes in pixels, areas of boxes as shares of their picture."""

    widths: Histogram
    heights: Histogram
    box_sizes: Histogram | None = Field(description="square root of a box's area in pixels")
    box_areas: Histogram | None
    boxes_per_sample: Histogram | None
    small: int | None = Field(default=None, description="boxes below 32² pixels, as COCO counts them")
    medium: int | None = None
    large: int | None = Field(default=None, description="above 96² pixels")


class Box(BaseModel):
    """`bbox` is [x, y, width, height] in pixels of the picture."""

    label: int | None = None
    label_name: str | None = None
    bbox: list[float]
    difficult: bool = False
    crowd: bool = False
    segmentation: Any = Field(default=None, description="polygons or an RLE object, as COCO's")
    keypoints: list[list[float]] | None = Field(default=None, description="x, y, 0 absent, 1 hidden, 2 visible")


class Sample(BaseModel):
    id: int
    file: str
    name: str = Field(default="", description="the picture's path in what was imported")
    width: int
    height: int
    label: int | None = None
    label_name: str | None = None
    boxes: list[Box]
    has_mask: bool
    thumbnail: str
    image: str
    mask: str | None = Field(
        default=None, description="PNG of one channel: 0 background, k the label k - 1, 255 (16 bit: 65535) ignored"
    )
    target: str | None = Field(default=None, description="the picture to be restored")
    landmarks: list[list[float]] | None = None
    identity: str | None = None


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
        colors=row.colors,
        skeleton=row.skeleton,
        class_counts=row.class_counts,
        checks=[Check.model_validate(item) for item in row.checks or []],
        warnings=[Warn.model_validate(item) for item in row.warnings or []],
        size_bytes=row.size_bytes,
        parent_id=row.parent_id,
        project_count=project_count,
        job_id=row.job_id,
        created_at=row.created_at,
    )

"""What the API tells of accuracy reports and predictions, and takes."""

from datetime import datetime
from typing import Any, Literal

from pydantic import BaseModel, Field

from workbench.accuracy.reading_schemas import Reading
from workbench.datasets.schemas import Subset
from workbench.jobs.schemas import Job

ReportKind = Literal["annotations", "parent_predictions", "tensor_distance", "accuracy_checker"]


class Metric(BaseModel):
    """A figure over all samples, full digits. `value` is a share of 1 unless `unit` says otherwise."""

    value: float
    ci95: list[float] | None = Field(default=None, description="bootstrap over samples")
    label: str
    unit: str = ""
    better: Literal["higher", "lower"] | None = "higher"
    description: str = ""


class Column(BaseModel):
    """A column of the table of samples."""

    name: str
    label: str
    type: Literal["integer", "number", "text", "boolean"]
    unit: str = ""
    description: str = ""


class ClassRow(BaseModel):
    """One class; which figures there are depends on the task (precision, recall, f1, ap, iou …)."""

    label: int
    name: str
    samples: int = Field(description="samples, objects or pixels annotated with it")
    metrics: dict[str, float | None]


class Confusion(BaseModel):
    """Cells that are not zero: [annotated, predicted, count]. Index len(labels) is the background, or nothing."""

    labels: list[str]
    cells: list[list[int]]


class Curve(BaseModel):
    """One line of a chart: precision over recall of a class, or TAR over FAR."""

    label: int | None
    name: str
    x: list[float]
    y: list[float]
    threshold: list[float] | None = Field(default=None, description="score at each point")


class Curves(BaseModel):
    """Charts that the task has: `precision_recall`, `roc`, `error_distribution`."""

    kind: Literal["precision_recall", "roc", "error_distribution"]
    x_label: str
    y_label: str
    curves: list[Curve]


class ReportTables(BaseModel):
    classes: list[ClassRow] = Field(default_factory=list)
    confusion: Confusion | None = None
    curves: list[Curves] = Field(default_factory=list)


class Report(BaseModel):
    """An accuracy result: metrics, and a row for every sample."""

    id: str
    kind: ReportKind
    project_id: str
    job_id: str | None
    dataset_id: str | None = Field(description="null when it was deleted")
    model_id: str | None
    model_sha256: str | None
    task: str
    samples: int
    metrics: dict[str, Metric]
    primary: str | None = Field(description="the name of the metric that stands for the report")
    columns: list[Column]
    class_columns: list[Column] | None = Field(default=None, description="of the rows by class; null: there are none")
    reading: Reading | None
    effective_precision: str
    device: str
    elapsed_s: float
    samples_per_s: float | None
    subset: Subset | None
    without: Subset | None = Field(default=None, description="samples that were left out, as those of a calibration")
    reference: dict[str, Any] | None = Field(description="the parent model whose predictions or tensors were compared")
    engine: str = Field(description="workbench, or accuracy-checker with its version")
    notes: list[str]
    created_at: datetime


class ReportWanted(BaseModel):
    kind: ReportKind = "annotations"
    subset: Subset | None = Field(default=None, description="default: the whole dataset")
    without: Subset | None = Field(
        default=None, description="samples to leave out, as those that a model was calibrated with"
    )
    precision: Literal["f32", "bf16", "f16"] | None = Field(default=None, description="default: the project's")
    per_layer: bool = Field(default=False, description="of tensor_distance: layers too, not outputs alone")
    yaml: str | None = Field(default=None, max_length=200_000, description="a configuration of Accuracy Checker")


class ReportJob(BaseModel):
    job: Job


class Box(BaseModel):
    """`bbox` is [x, y, width, height] in pixels of the picture; `segmentation` an RLE object or polygons, as COCO's."""

    label: int | None
    name: str | None
    bbox: list[float]
    score: float | None = None
    segmentation: Any = None
    keypoints: list[list[float]] | None = None
    matched: bool | None = Field(default=None, description="annotated and predicted meet")
    difficult: bool = False
    crowd: bool = False


class ScoredClass(BaseModel):
    label: int | None
    name: str
    score: float


class Drawn(BaseModel):
    """What is drawn over, or beside, a picture: an annotation or a prediction. Files are addresses under the API."""

    classes: list[ScoredClass] | None = None
    boxes: list[Box] | None = None
    mask: str | None = Field(
        default=None, description="PNG of one channel: 0 background, k the label k - 1, 255 ignored"
    )
    picture: str | None = None
    points: list[list[float]] | None = None
    similarity: float | None = None


class ReportSample(BaseModel):
    """A row with all that is needed to look at it. `image` is the address of the picture."""

    row: dict[str, Any]
    image: str | None
    other_image: str | None = Field(default=None, description="of a pair of faces")
    width: int | None
    height: int | None
    annotation: Drawn | None
    prediction: Drawn | None


class ReportRows(BaseModel):
    """`total` counts the rows that the conditions leave."""

    items: list[dict[str, Any]]
    total: int
    offset: int


class ComparedRow(BaseModel):
    """One sample in both reports. `change`: right or wrong before and now; `delta` is the loss now minus before."""

    sample: int
    name: str
    change: Literal["both_right", "both_wrong", "fixed", "broken"]
    before: dict[str, Any]
    now: dict[str, Any]
    delta: float | None


class ReportComparison(BaseModel):
    before: Report
    now: Report
    counts: dict[str, int]
    items: list[ComparedRow]
    total: int
    offset: int
    metrics: dict[str, dict[str, Any]] = Field(
        description="name → before, now, difference and ci95 of the difference, paired over the samples that both have"
    )


class ImportanceWanted(BaseModel):
    """RISE (Petsiuk, Das, Saenko 2018)."""

    masks: int = Field(default=2000, ge=10, le=20_000)
    grid: int = Field(default=8, ge=2, le=32)
    probability: float = Field(default=0.5, gt=0, lt=1)
    seed: int = Field(default=0, ge=0, le=2**31 - 1)
    classes: int = Field(default=5, ge=1, le=20, description="of the highest scores")


class PredictionWanted(BaseModel):
    """Try a picture: of a project, or of a model on a target's device before there is one."""

    project: str | None = Field(default=None, max_length=200)
    model: str | None = Field(default=None, max_length=200)
    target: str | None = Field(default=None, max_length=200)
    device: str = Field(default="CPU", max_length=64)
    reading: Reading | None = Field(default=None, description="default: the project's, or as guessed from the model")
    dataset: str | None = Field(default=None, max_length=200)
    sample: int | None = Field(default=None, ge=0)
    second_sample: int | None = Field(default=None, ge=0, description="of a pair of faces")
    uploads: list[str] = Field(default_factory=list, max_length=2, description="one picture, or a pair of faces")
    mask_upload: str | None = Field(default=None, max_length=36, description="PNG, white where the hole is; inpainting")
    with_parent: bool = Field(default=False, description="also by the model that this one was made from")
    importance: ImportanceWanted | None = None


class ImportanceMap(BaseModel):
    """`heat` is the address of a PNG of one channel, 0 to 255, as large as the picture."""

    label: int
    name: str
    score: float
    heat: str


class PredictionResult(BaseModel):
    prediction: Drawn
    parent: Drawn | None
    image: str
    other_image: str | None
    width: int
    height: int
    labels: list[str] | None
    importance: list[ImportanceMap]
    inference_ms: float
    effective_precision: str
    reading: Reading


class Prediction(BaseModel):
    """A picture that was tried; kept for a week."""

    id: str
    job: Job
    project_id: str | None
    model_id: str | None
    result: PredictionResult | None
    created_at: datetime


class PredictionJob(BaseModel):
    prediction: Prediction
    job: Job

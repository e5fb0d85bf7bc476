"""What the API tells of models, and takes."""

from datetime import datetime
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from workbench.db.tables import Model as ModelRow
from workbench.jobs.schemas import Job

Task = Literal[
    "classification",
    "object_detection",
    "instance_segmentation",
    "semantic_segmentation",
    "inpainting",
    "super_resolution",
    "style_transfer",
    "facial_landmark_detection",
    "face_recognition",
    "text_classification",
    "generic",
]
Dimension = int | str


class Port(BaseModel):
    """An input or output; a dimension is a number, `?`, or a range such as `1..8`."""

    name: str
    names: list[str] = Field(default_factory=list)
    shape: list[Dimension] | None
    type: str
    layout: str | None = None
    layout_source: str | None = None
    channels: int | None = Field(default=None, description="what the graph takes where the dimension is open, if not 3")


class OperationCount(BaseModel):
    type: str
    count: int
    gflop: float | None = None
    giop: float | None = None
    parameters: int | None = None


class UnknownOperation(BaseModel):
    type: str
    count: int
    names: list[str] = Field(default_factory=list)


class Analysis(BaseModel):
    """Computed from the graph that OpenVINO loaded. Multiply-add counts as 2; memory is in bytes."""

    ir_version: int | None = None
    opset: list[str] = Field(default_factory=list)
    gflop: float | None = Field(default=None, description="10⁹ floating point operations of one inference")
    giop: float | None = Field(default=None, description="10⁹ integer operations of one inference")
    gflop_expression: str | None = Field(default=None, description="with dynamic dimensions: a formula in them")
    giop_expression: str | None = None
    parameters: int | None = None
    weight_bytes: int | None = None
    minimum_memory_bytes: int | None = Field(default=None, description="activations, freed as early as possible")
    maximum_memory_bytes: int | None = Field(default=None, description="activations, never freed")
    sparsity: float | None = Field(default=None, description="share of weights that are zero, 0 to 1")
    precisions: list[str] = Field(default_factory=list)
    operations: list[OperationCount] = Field(default_factory=list)
    unknown_operations: list[UnknownOperation] = Field(default_factory=list)
    layers: int | None = None
    dynamic: bool = False
    symbols: dict[str, Any] = Field(default_factory=dict)
    batch: int | None = None
    quantized: bool = False
    task_reason: str | None = None


class Preprocessing(BaseModel):
    """How a picture becomes the model's input: resize, colour, then (value - mean) / scale per channel."""

    # A word that is not known is a mistake of whoever wrote it.
    model_config = ConfigDict(extra="forbid")

    color: Literal["RGB", "BGR", "GRAY"] | None = None
    resize: Literal["stretch", "letterbox", "crop", "fit"] = Field(
        default="stretch",
        description="letterbox: within, padded; crop: around, the middle cut out; fit: within, at the top left",
    )
    mean: list[float] | None = Field(default=None, max_length=16)
    scale: list[float] | None = Field(default=None, max_length=16)
    crop_fraction: float = Field(
        default=1.0, gt=0.1, le=1, description="of crop: side of what is cut out / shorter side (0.875: 224 of 256)"
    )
    pad_value: int = Field(default=114, ge=0, le=255)
    interpolation: Literal["nearest", "linear", "cubic", "area"] = "linear"


class Model(BaseModel):
    """An OpenVINO IR, immutable once made."""

    id: str
    name: str
    state: Literal["importing", "ready"]
    task: Task | None
    task_source: Literal["user", "guessed"]
    precision: str | None
    framework: str | None
    source_format: str | None
    size_bytes: int
    sha256: str | None
    inputs: list[Port] | None
    outputs: list[Port] | None
    analysis: Analysis | None
    preprocessing: Preprocessing | None
    conversion: dict[str, Any] | None
    parent_id: str | None
    project_count: int
    job_id: str | None
    created_at: datetime


class ModelJob(BaseModel):
    model: Model
    job: Job


class InputOverride(BaseModel):
    """A shape or layout that replaces the one of the source file."""

    name: str = Field(max_length=500)
    shape: list[Dimension] | None = Field(default=None, max_length=16)
    layout: str | None = Field(default=None, max_length=40)


class ModelImport(BaseModel):
    """Files that were uploaded, or a path on the server."""

    name: str | None = Field(default=None, max_length=100)
    task: Task | None = None
    precision: Literal["FP16", "FP32"] | None = Field(default=None, description="default: FP16; IR stays as it is")
    uploads: list[str] = Field(default_factory=list, max_length=500)
    path: str | None = Field(default=None, max_length=4000)
    inputs: list[InputOverride] | None = Field(default=None, max_length=100)
    outputs: list[str] | None = Field(default=None, max_length=100)
    preprocessing: Preprocessing | None = None


class ModelChange(BaseModel):
    name: str | None = Field(default=None, max_length=100)
    task: Task | None = None
    preprocessing: Preprocessing | None = None


class ModelFold(BaseModel):
    """What becomes part of a new model: colour order, mean, scale, layout and type; the size where asked."""

    name: str | None = Field(default=None, max_length=100)
    preprocessing: Preprocessing | None = Field(default=None, description="default: the model's own")
    input: str | None = Field(default=None, max_length=500, description="default: the one with most channels")
    resize: bool = Field(default=False, description="pictures of any size come in and are stretched, bilinear")


class ModelLayers(BaseModel):
    items: list[dict[str, Any]]


def model_view(row: ModelRow, project_count: int) -> Model:
    return Model(
        id=row.id,
        name=row.name,
        state=row.state,  # type: ignore[arg-type]
        task=row.task,  # type: ignore[arg-type]
        task_source=row.task_source,  # type: ignore[arg-type]
        precision=row.precision,
        framework=row.framework,
        source_format=row.source_format,
        size_bytes=row.size_bytes,
        sha256=row.sha256,
        inputs=[Port.model_validate(port) for port in row.inputs] if row.inputs is not None else None,
        outputs=[Port.model_validate(port) for port in row.outputs] if row.outputs is not None else None,
        analysis=Analysis.model_validate(row.analysis) if row.analysis is not None else None,
        preprocessing=Preprocessing.model_validate(row.preprocessing) if row.preprocessing is not None else None,
        conversion=row.conversion,
        parent_id=row.parent_id,
        project_count=project_count,
        job_id=row.job_id,
        created_at=row.created_at,
    )

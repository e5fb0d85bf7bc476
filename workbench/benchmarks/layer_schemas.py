"""What the API tells of the layers of a run, and of what they say."""

from typing import Any, Literal

from pydantic import BaseModel, Field

from workbench.benchmarks.schemas import Configuration
from workbench.targets.schemas import Ceilings

Bound = Literal["compute", "memory", "overhead"]
ConversionKind = Literal["precision", "layout"]


class LayerOriginal(BaseModel):
    name: str
    type: str | None = None
    inferred: bool | None = Field(default=None, description="true: not in OpenVINO's record, placed by its neighbours")


class Converts(BaseModel):
    """From which precision or layout to which."""

    source: str = Field(alias="from", serialization_alias="from")
    to: str


class Layer(BaseModel):
    """An executed layer and the original layers fused into it."""

    order: int
    name: str
    type: str
    primitive: str | None = None
    runtime_precision: str | None = None
    time_us: float | None = Field(description="null: below the resolution of 1 µs, or not executed")
    share: float = Field(description="of the time of all layers, 0 to 1")
    status: Literal["executed", "below_resolution", "not_executed"]
    originals: list[LayerOriginal]
    inputs: list[dict[str, Any]] = Field(default_factory=list)
    outputs: list[dict[str, Any]] = Field(default_factory=list)
    attributes: dict[str, Any] = Field(default_factory=dict)
    flop: int | None = Field(default=None, description="of one inference, a multiply-add counted as 2")
    bytes: int | None = Field(default=None, description="read and written by one inference, weights included")
    weight_bytes: int | None = None
    gflops: float | None = Field(default=None, description="achieved, in GFLOP/s")
    gbps: float | None = Field(default=None, description="achieved, in GB/s")
    intensity: float | None = Field(default=None, description="FLOP for each byte")
    bound: Bound | None = Field(default=None, description="null: the target's ceilings or the layer's work are unknown")
    roof_share: float | None = Field(default=None, description="achieved of what the ceilings allow at this intensity")
    conversion: ConversionKind | None = Field(default=None, description="the layer only converts")
    converts: Converts | None = None


class LayerType(BaseModel):
    type: str
    precision: str | None
    time_us: float
    share: float
    count: int


class LayerPrecision(BaseModel):
    precision: str | None
    time_us: float
    share: float
    count: int


class Conversion(BaseModel):
    """All layers that convert from one precision or layout to another, charged at the layer that converts."""

    source: str = Field(alias="from", serialization_alias="from")
    to: str
    kind: ConversionKind
    count: int
    time_us: float
    share: float


class Layers(BaseModel):
    """From the separate instrumented run; the headline numbers come from the clean one."""

    run_id: str
    total_us: float
    iterations: int | None
    note: str | None
    layers: list[Layer]
    by_type: list[LayerType]
    by_precision: list[LayerPrecision] = Field(default_factory=list)
    conversions: list[Conversion] = Field(default_factory=list)
    ceilings: Ceilings | None = Field(default=None, description="of the device; null until they were measured")


class Evidence(BaseModel):
    label: str
    value: float | str
    unit: str | None = None


class FindingAction(BaseModel):
    """What helps, as something the page or the command line can start."""

    kind: Literal["benchmark", "search", "import_model", "quantize", "ceilings", "preprocessing", "none"]
    label: str
    project_id: str | None = Field(default=None, description="that it is done in; null: the project of the run")
    ignored: list[str] = Field(default_factory=list, description="operations that a quantisation would leave out")
    configurations: list[Configuration] = Field(default_factory=list, description="what a benchmark would measure")
    command: str | None = Field(default=None, description="the same on the command line")


class Finding(BaseModel):
    """Something that the recorded facts of a run tell, with its evidence and what to do."""

    rule: str
    severity: Literal["high", "medium", "info"]
    title: str
    summary: str
    advice: str
    evidence: list[Evidence]
    layers: list[int] = Field(default_factory=list, description="order of the executed layers that it is about")
    action: FindingAction


class RuleOutcome(BaseModel):
    """What became of a rule that found nothing."""

    rule: str
    title: str
    outcome: Literal["found", "fine", "not_applicable"]
    reason: str


class Findings(BaseModel):
    run_id: str
    findings: list[Finding]
    rules: list[RuleOutcome]

"""What the API takes and tells of optimised versions, sensitivity, races and the search for the best version."""

from typing import Literal, Self

from pydantic import BaseModel, Field, model_validator

from workbench.accuracy.schemas import Metric
from workbench.benchmarks.schemas import Configuration
from workbench.jobs.schemas import Job

Precision = Literal["f32", "bf16", "f16"]
DropType = Literal["absolute", "relative"]
CompressionMetric = Literal[
    "weight_quantization_error", "hessian_input_activation", "mean_activation_variance", "max_activation_variance",
    "mean_activation_magnitude",
]  # fmt: skip
USUAL_SAMPLES = 300


class Calibration(BaseModel):
    """Samples that a model is calibrated with. They are left out of the reports that judge it, where both come from the
    same dataset."""

    dataset: str | None = Field(default=None, max_length=200, description="default: the project's")
    samples: int | None = Field(default=None, ge=1, le=100_000, description="default: 300, at most half of the dataset")
    percent: float | None = Field(default=None, gt=0, le=100, description="of the dataset, instead of a number")
    seed: int = Field(default=0, ge=0, le=2**31 - 1)

    @model_validator(mode="after")
    def _one_size(self) -> Self:
        if self.samples is not None and self.percent is not None:
            raise ValueError("give a number of samples or a percentage, not both")
        return self


class IgnoredScope(BaseModel):
    """Operations that keep their precision: by name, by a regular expression over names, or by type."""

    names: list[str] = Field(default_factory=list, max_length=20_000)
    patterns: list[str] = Field(default_factory=list, max_length=1000)
    types: list[str] = Field(default_factory=list, max_length=1000)


class AccuracyControl(BaseModel):
    """Operations are put back to their precision, the most harmful first, until the drop is within the limit."""

    metric: str | None = Field(default=None, max_length=100, description="default: the one that stands for a report")
    max_drop: float = Field(default=0.01, gt=0, le=1000, description="in the unit of the metric, or a share of it")
    drop_type: DropType = "absolute"
    ranking_samples: int | None = Field(default=None, ge=1, le=100_000, description="default: 300")


class Measure(BaseModel):
    """What is measured of a new version, beside the version that it was made from."""

    benchmark: bool = Field(default=True, description="both in turn, in one process")
    configuration: Configuration | None = Field(default=None, description="default: that of the parent's best run")
    precisions: list[Precision] | None = Field(
        default=None, max_length=3, description="of the parent; default: f32 and what the device prefers"
    )
    budget_s: float = Field(default=20.0, ge=1, le=3600, description="of measuring in turn")
    layers: bool = Field(default=True, description="an instrumented run of the new version")
    accuracy: bool = Field(
        default=True, description="reports of both: against annotations, else the distance of their outputs"
    )
    samples: int | None = Field(default=None, ge=1, le=10_000_000, description="of the reports; default: all others")


class QuantizeWanted(BaseModel):
    """INT8 by post-training quantisation (NNCF)."""

    name: str | None = Field(default=None, max_length=100, description="of the new model")
    calibration: Calibration = Calibration()
    preset: Literal["performance", "mixed"] = Field(
        default="performance", description="performance: symmetric; mixed: activations asymmetric"
    )
    target_device: Literal["auto", "ANY", "CPU", "CPU_SPR", "GPU", "NPU"] = "auto"
    model_type: Literal["auto", "none", "transformer"] = "auto"
    fast_bias_correction: bool = True
    smooth_quant: bool | None = Field(default=None, description="default: as NNCF does for the type of the model")
    smooth_quant_alpha: float | None = Field(default=None, ge=0, le=1)
    ignored: IgnoredScope = IgnoredScope()
    accuracy: AccuracyControl | None = Field(default=None, description="null: whatever the accuracy")
    measure: Measure = Measure()


class CompressWanted(BaseModel):
    """Smaller weights; activations keep their precision."""

    name: str | None = Field(default=None, max_length=100)
    mode: Literal["fp16", "int8_sym", "int8_asym", "int4_sym", "int4_asym"] = "int8_asym"
    group_size: int | None = Field(default=None, ge=-1, le=65_536, description="weights with a common scale; -1: a row")
    ratio: float | None = Field(default=None, ge=0, le=1, description="of the weights in INT4, the others in INT8")
    all_layers: bool = Field(default=False, description="first and last layers in INT4 too")
    sensitivity_metric: CompressionMetric | None = Field(
        default=None, description="which weights stay in INT8; all but the first need calibration data"
    )
    awq: bool = False
    scale_estimation: bool = False
    calibration: Calibration | None = Field(default=None, description="null: without data")
    ignored: IgnoredScope = IgnoredScope()
    measure: Measure = Measure()

    @model_validator(mode="after")
    def _data_where_needed(self) -> Self:
        aware = self.sensitivity_metric not in (None, "weight_quantization_error")
        if self.calibration is None and (aware or self.awq or self.scale_estimation):
            raise ValueError("this needs data: give a calibration")
        four = self.mode.startswith("int4")
        if not four and (self.group_size is not None or self.ratio is not None or self.all_layers or self.awq):
            raise ValueError("group_size, ratio, all_layers and awq are for INT4")
        return self


class SensitivityWanted(BaseModel):
    """Of a quantised project: its operations. Of another one: it is quantised first, with `quantize`."""

    measure: Literal["auto", "metric", "distance"] = Field(
        default="auto", description="the metric where there are annotations, else the distance of the outputs"
    )
    metric: str | None = Field(default=None, max_length=100)
    samples: int = Field(default=100, ge=1, le=100_000)
    seed: int = Field(default=0, ge=0, le=2**31 - 1)
    quantize: QuantizeWanted = QuantizeWanted()


class SensitiveOperation(BaseModel):
    """Operations that share quantisers, and what the model is like when only they keep their precision."""

    rank: int
    operations: list[str] = Field(description="names as in the graph and in `ignored.names`")
    types: list[str]
    value: float = Field(description="of the measure, without quantising these")
    gain: float = Field(description="how much better than the quantised model; larger: it hurts more")
    quantizers: int


class SensitivityResult(BaseModel):
    measure: Literal["metric", "distance"]
    metric: str
    label: str
    unit: str = ""
    better: Literal["higher", "lower"]
    original: float | None = Field(description="of the model before quantisation; of distances 0")
    quantized: float
    samples: int
    operations: list[SensitiveOperation]
    model_id: str | None = Field(description="the quantised model; null where it was not kept")
    parent_id: str
    options: QuantizeWanted | None = Field(description="how it was quantised, for doing it again without some")
    elapsed_s: float


class RaceSide(BaseModel):
    project: str = Field(max_length=200)
    precision: Precision | None = Field(default=None, description="default: the project's")


class RaceWanted(BaseModel):
    """Versions measured in turn in one process: their ratios are free of what the machine does meanwhile."""

    sides: list[RaceSide] = Field(min_length=2, max_length=16)
    configuration: Configuration | None = Field(default=None, description="default: that of the first one's best run")
    budget_s: float = Field(default=30.0, ge=1, le=3600)


class RaceResultSide(BaseModel):
    project_id: str
    project: str
    model_id: str
    precision: Precision | None
    effective_precision: str
    run_id: str
    throughput_fps: float
    throughput_ci95: list[float] | None
    latency_median_ms: float
    latency_median_ci95: list[float] | None
    latency_p99_ms: float | None
    peak_memory_bytes: int | None
    ratio: float = Field(description="throughput over that of the first side")
    ratio_ci95: list[float] | None
    verdict: str


class RaceResult(BaseModel):
    configuration: Configuration
    label: str
    sides: list[RaceResultSide]
    rounds: int
    measured_s: float
    warnings: list[str]


class ControlStep(BaseModel):
    """One step of accuracy control: operations put back to their precision, or a measurement."""

    number: int
    operations: list[str]
    types: list[str] = Field(default_factory=list)
    value: float | None = Field(description="the metric after this step")
    drop: float | None
    kept: bool = Field(description="false: it did not help and was undone")
    message: str


class ControlResult(BaseModel):
    metric: str
    label: str
    max_drop: float
    drop_type: DropType
    original: float
    quantized: float = Field(description="before anything was put back")
    final: float
    drop: float
    reached: bool
    samples: int
    steps: list[ControlStep]


class BeforeAfter(BaseModel):
    """A figure of the parent and of the new version, on the same samples."""

    before: Metric
    after: Metric
    difference: float
    difference_ci95: list[float] | None


class VersionResult(BaseModel):
    """What making a version came to. Parts that were not reached, or not asked for, are null."""

    model_id: str
    project_id: str
    parent_id: str = Field(description="the model it was made from")
    parent_project_id: str
    size_bytes: int
    parent_size_bytes: int
    size_ratio: float = Field(description="parent over new: 4 is a quarter of the size")
    calibration_samples: int | None
    calibration_s: float
    race: RaceResult | None
    throughput_ratio: float | None = Field(description="over the fastest precision of the parent")
    report_id: str | None
    parent_report_id: str | None
    metrics: dict[str, BeforeAfter]
    distance_report_id: str | None = Field(description="tensor distance, where there are no annotations")
    control: ControlResult | None
    notes: list[str]


class VersionJob(BaseModel):
    """A quantisation or compression; `result` also while it runs, as far as it got."""

    job: Job
    result: VersionResult | None = None


class SensitivityJob(BaseModel):
    job: Job
    result: SensitivityResult | None = None


class RaceJob(BaseModel):
    job: Job
    result: RaceResult | None = None


class OptimizeWanted(BaseModel):
    """The best version and configuration within limits."""

    objective: Literal["throughput", "latency"] = "throughput"
    max_drop: float = Field(default=0.01, ge=0, le=1000)
    drop_type: DropType = "absolute"
    metric: str | None = Field(default=None, max_length=100)
    percentile: Literal["median", "p90", "p95", "p99"] = "p99"
    max_latency_ms: float | None = Field(default=None, gt=0, le=1e6)
    min_fps: float | None = Field(default=None, gt=0, le=1e9)
    calibration: Calibration = Calibration()
    methods: list[Literal["precision", "int8", "int8_mixed", "int8_sensitive", "int8_accuracy"]] | None = Field(
        default=None, max_length=5, description="default: those that make sense for model, data and device"
    )
    budget_s: float = Field(default=1200.0, ge=30, le=86_400)
    cell_s: float = Field(default=5.0, ge=0.5, le=600, description="seconds for a configuration, of the search")
    streams: list[int] | None = Field(default=None, min_length=1, max_length=64)
    batches: list[int] | None = Field(default=None, min_length=1, max_length=32)
    continues: str | None = Field(
        default=None, max_length=36, description="an earlier one that ended; what it has done is not done again"
    )

    @model_validator(mode="after")
    def _limits(self) -> Self:
        if self.objective == "throughput" and self.min_fps is not None:
            raise ValueError("a throughput is what is looked for: give max_latency_ms, not min_fps")
        if self.objective == "latency" and self.max_latency_ms is not None:
            raise ValueError("a latency is what is looked for: give min_fps, not max_latency_ms")
        return self


class CandidateConfiguration(BaseModel):
    run_id: str | None
    configuration: Configuration
    label: str
    throughput_fps: float
    throughput_ci95: list[float] | None
    latency_ms: float = Field(description="of the percentile that was asked for, or the nearest that is known")
    verdict: str


class Candidate(BaseModel):
    """A version with an inference precision."""

    name: str
    method: str = Field(description="original, precision, int8, int8_mixed, int8_sensitive, int8_accuracy")
    precision: Precision | None = None
    model_id: str | None
    project_id: str | None
    state: Literal["winner", "kept", "rejected", "failed", "not_tried"]
    reason: str = Field(description="why, in a sentence")
    accuracy: Metric | None = None
    drop: float | None = None
    drop_ci95: list[float] | None = None
    report_id: str | None = None
    best: CandidateConfiguration | None = None
    verified: CandidateConfiguration | None = Field(default=None, description="measured again from scratch")


class OptimizeResult(BaseModel):
    winner: Candidate | None
    original: Candidate
    candidates: list[Candidate]
    ratio: float | None = Field(
        description="of the objective, winner against the original at its own best; 2: twice as good"
    )
    ratio_ci95: list[float] | None
    reason: str
    stopped: Literal["done", "budget", "cancelled"]
    spent_s: float
    budget_s: float


class OptimizeJob(BaseModel):
    job: Job
    result: OptimizeResult | None = None


Axis = Literal["latency_ms", "throughput_fps", "size_bytes", "memory_bytes", "accuracy", "distance"]


class VersionRun(BaseModel):
    run_id: str
    label: str
    throughput_fps: float
    throughput_ci95: list[float] | None
    latency_median_ms: float
    latency_median_ci95: list[float] | None
    latency_p99_ms: float | None
    peak_memory_bytes: int | None
    verdict: str


class VersionReport(BaseModel):
    report_id: str
    metric: str
    label: str
    unit: str
    better: Literal["higher", "lower"] | None
    value: float
    ci95: list[float] | None
    samples: int


class Version(BaseModel):
    """A model of a family, as it executes in one inference precision."""

    key: str
    project_id: str | None
    model_id: str
    name: str
    method: str = Field(description="original, int8, fp16, int8 weights, int4 weights, folded …")
    parent_id: str | None = Field(description="the model it was made from")
    depth: int
    model_precision: str | None
    effective_precision: str | None = Field(description="null: not measured yet")
    size_bytes: int
    run: VersionRun | None
    accuracy: VersionReport | None
    distance: VersionReport | None
    on_front: bool
    dominated_by: str | None = Field(description="key of a version that is at least as good in both")
    lacks: list[str] = Field(description="why it is not on the plot: 'not measured', 'no accuracy report' …")
    warnings: list[str]


class Versions(BaseModel):
    """All versions of a model on a target with a dataset; the front is that of the two axes."""

    x: Axis
    y: Axis
    items: list[Version]
    warnings: list[str]

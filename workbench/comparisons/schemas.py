"""What the API takes and tells of comparisons and checks."""

from typing import Any, Literal, Self

from pydantic import BaseModel, Field, model_validator

from workbench.benchmarks.schemas import Configuration, Run
from workbench.jobs.schemas import Job
from workbench.projects.schemas import Project


class Side(BaseModel):
    """One of the things compared; the first is what the others are compared with."""

    key: str = Field(description="as it was asked for")
    project: Project
    run: Run


class Value(BaseModel):
    value: float
    ci95: list[float] | None = None


class Difference(BaseModel):
    """Against the first side. `ratio` is this side / the first."""

    absolute: float
    ratio: float | None
    ratio_ci95: list[float] | None = Field(description="null where one of the two has no interval")
    certain: bool | None = Field(description="whether the interval excludes no difference; null without an interval")


class Metric(BaseModel):
    """`values` and `differences` have one entry a side; the first difference is null."""

    name: str
    label: str
    unit: str
    better: Literal["higher", "lower"] | None
    values: list[Value | None]
    differences: list[Difference | None]


class ComparisonWarning(BaseModel):
    """Why the sides do not measure the same thing, or cannot be trusted."""

    code: str
    message: str


class LayerSide(BaseModel):
    """The executed layers of a side that hold the originals of a row."""

    time_us: float | None
    share: float
    orders: list[int]
    names: list[str]
    types: list[str]
    precisions: list[str]


class LayerDifference(BaseModel):
    """A group of original layers that every side executes as a whole, and its time on each side."""

    key: str
    label: str
    type: str
    originals: list[str]
    sides: list[LayerSide | None]
    delta_us: list[float | None] = Field(description="against the first side")
    ratio: list[float | None]
    only_in: int | None = Field(default=None, description="the side that alone has it")


class TypeDifference(BaseModel):
    type: str
    time_us: list[float | None]
    share: list[float | None]


class Comparison(BaseModel):
    sides: list[Side]
    metrics: list[Metric]
    warnings: list[ComparisonWarning]
    layers: list[LayerDifference] = Field(description="what changed most first; empty where a side has no layers")
    accounted: list[float | None] = Field(description="for each side, the share of its layers' time in matched rows")
    types: list[TypeDifference]


class CheckBaseline(BaseModel):
    """A baseline from a file: what `workbench check --json` or `workbench run show --json` printed."""

    run_id: str | None = Field(default=None, max_length=36)
    model_sha256: str | None = Field(default=None, max_length=64)
    configuration: Configuration | None = None
    throughput_fps: float = Field(gt=0)
    throughput_ci95: list[float] | None = Field(default=None, min_length=2, max_length=2)
    latency_ms: dict[str, float | None] = Field(default_factory=dict, max_length=20)
    verdict: str | None = Field(default=None, max_length=32)
    machine: str | None = Field(default=None, max_length=200, description="CPU that it was measured on")
    effective_precision: str | None = Field(default=None, max_length=32)


class CheckWanted(BaseModel):
    """Is the project slower than a baseline? Both are measured in turn where both can run here."""

    project: str = Field(max_length=200, description="id or name")
    baseline_run: str | None = Field(default=None, max_length=36)
    baseline: CheckBaseline | None = None
    configuration: Configuration | None = Field(default=None, description="default: the baseline's")
    max_slowdown: float = Field(default=0.05, gt=0, lt=10, description="0.05: a throughput 5 % lower is a regression")
    max_p99_ms: float | None = Field(default=None, gt=0, le=1e6)
    budget_s: float = Field(default=60.0, ge=2, le=3600, description="of measuring at most; it ends when it knows")

    @model_validator(mode="after")
    def _one_baseline(self) -> Self:
        if (self.baseline_run is None) == (self.baseline is None):
            raise ValueError("give a run or a recorded baseline, one of the two")
        return self


CheckVerdict = Literal["passed", "regression", "noisy", "contended"]


class CheckResult(BaseModel):
    """`slowdown` 0.05 means that the project takes 5 % longer for the same work than the baseline."""

    verdict: CheckVerdict
    reason: str
    interleaved: bool = Field(description="false: compared with recorded figures")
    slowdown: float | None
    slowdown_ci95: list[float] | None
    max_slowdown: float
    max_p99_ms: float | None
    p99_ms: float | None
    rounds: int
    measured_s: float
    baseline: dict[str, Any]
    current: dict[str, Any]
    conditions: dict[str, Any] = Field(description="cpu_others, spread, drift, frequency over all rounds")
    configuration: Configuration
    warnings: list[str] = Field(default_factory=list)
    run_id: str | None = Field(default=None, description="the project's measurement, kept as a run")


class CheckJob(BaseModel):
    job: Job
    project: Project
    result: CheckResult | None = None

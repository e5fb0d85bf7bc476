"""What the API takes and tells of comparisons and checks."""

from typing import Annotated, Any, Literal, Self

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
    absolute_ci95: list[float] | None = Field(default=None, description="of accuracy, whose difference is what counts")
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
    layers: list[LayerDifference] = Field(
        description="what changed most first; empty where fewer than two sides have layers of one network"
    )
    accounted: list[float | None] = Field(
        description="for each side, the share of its layers' time in matched rows; null where it is not among the rows"
    )
    types: list[TypeDifference]


# Samples a second: far more than any device gives, and far fewer than anybody would wait for.
Rate = Annotated[float, Field(ge=1e-9, le=1e12, allow_inf_nan=False)]


class CheckBaseline(BaseModel):
    """A baseline from a file: what `workbench check --json` or `workbench run show --json` printed."""

    run_id: str | None = Field(default=None, max_length=36)
    model_sha256: str | None = Field(default=None, max_length=64)
    configuration: Configuration | None = None
    throughput_fps: Rate
    throughput_ci95: list[Rate] | None = Field(default=None, min_length=2, max_length=2)
    latency_ms: dict[Annotated[str, Field(max_length=32)], Annotated[float, Field(allow_inf_nan=False)] | None] = Field(
        default_factory=dict, max_length=20
    )
    verdict: str | None = Field(default=None, max_length=32)
    machine: str | None = Field(default=None, max_length=200, description="CPU that it was measured on")
    effective_precision: str | None = Field(default=None, max_length=32)

    @model_validator(mode="after")
    def _around(self) -> Self:
        if self.throughput_ci95 is not None:
            low, high = self.throughput_ci95
            if not low <= self.throughput_fps <= high:
                raise ValueError("the interval of the throughput does not hold the throughput")
        return self


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


class CheckCriterion(BaseModel):
    """One of the things that a check decides; the verdict is the worst of them."""

    name: Literal["throughput", "p99"]
    verdict: CheckVerdict
    reason: str


class CheckRound(BaseModel):
    """One block of measuring: two slices of each side in turn."""

    at_s: float
    slowdown: float
    quiet: bool = Field(description="false: others used the machine, and it does not count")


class CheckResult(BaseModel):
    """`slowdown` 0.05 means that the project takes 5 % longer for the same work than the baseline."""

    verdict: CheckVerdict
    reason: str
    interleaved: bool = Field(description="false: compared with recorded figures")
    slowdown: float | None
    slowdown_ci95: list[float] | None = Field(description="holds also after repeated looks; null when contended")
    max_slowdown: float
    max_p99_ms: float | None
    p99_ms: float | None
    rounds: int = Field(description="that count")
    measured_s: float
    baseline: dict[str, Any]
    current: dict[str, Any]
    conditions: dict[str, Any] = Field(description="cpu_others, spread, drift, frequency over all rounds")
    configuration: Configuration
    warnings: list[str] = Field(default_factory=list)
    run_id: str | None = Field(default=None, description="the project's measurement, kept as a run")
    criteria: list[CheckCriterion] = Field(default_factory=list)
    series: list[CheckRound] = Field(
        default_factory=list,
        description="the rounds in order, also those left out; thinned out when there are more than 500",
    )


class CheckJob(BaseModel):
    job: Job
    project: Project
    result: CheckResult | None = None

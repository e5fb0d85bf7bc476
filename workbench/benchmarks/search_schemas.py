"""What the API takes and tells of guided searches."""

from typing import Literal, Self

from pydantic import BaseModel, Field, model_validator

from workbench.benchmarks.schemas import Configuration
from workbench.jobs.schemas import Job

DEFAULT_BATCHES = [1, 2, 4, 8, 16, 32]
Percentile = Literal["median", "p90", "p95", "p99"]


class SearchWanted(BaseModel):
    """Look for the best configurations of a grid without measuring all of it.

    `throughput`: the highest throughput whose latency stays within `max_latency_ms`; `latency`: the lowest latency at
    `min_fps` or more; `front`: every configuration that no other one beats in both.
    """

    objective: Literal["throughput", "latency", "front"] = "front"
    percentile: Percentile = Field(default="p99", description="the latency that counts")
    max_latency_ms: float | None = Field(default=None, gt=0, le=1e6)
    min_fps: float | None = Field(default=None, gt=0, le=1e9)
    budget_s: float | None = Field(default=None, ge=5, le=86_400, description="default: a quarter of the grid's time")
    streams: list[int] | None = Field(default=None, min_length=1, max_length=64, description="default: the device's")
    batches: list[int] | None = Field(default=None, min_length=1, max_length=32, description="default: 1 to 32")
    precision: Literal["f32", "bf16", "f16"] | None = Field(default=None, description="default: the project's")
    cell_s: float = Field(default=10.0, ge=0.5, le=600, description="seconds that a cell of the full grid would take")
    input: Literal["dataset", "synthetic"] = "dataset"
    shapes: dict[str, list[int]] | None = Field(default=None, max_length=100, description="for dynamic dimensions")
    continues: str | None = Field(
        default=None,
        max_length=36,
        description="an earlier search that ended: what it finished is not measured again, and what is not given here "
        "is as it was there",
    )

    @model_validator(mode="after")
    def _limits(self) -> Self:
        if self.objective == "throughput" and self.min_fps is not None:
            raise ValueError("a throughput is what is looked for: give max_latency_ms, not min_fps")
        if self.objective == "latency" and self.max_latency_ms is not None:
            raise ValueError("a latency is what is looked for: give min_fps, not max_latency_ms")
        for values, most in ((self.streams, 1024), (self.batches, 65_536)):
            if values and any(not 1 <= value <= most for value in values):
                raise ValueError(f"numbers of streams and batches are from 1, at most {most}")
        return self


class SearchPoint(BaseModel):
    """A cell of the grid that was measured."""

    run_id: str | None = Field(description="null for cells that were only looked at briefly")
    configuration: Configuration
    label: str
    throughput_fps: float
    throughput_ci95: list[float] | None
    latency_ms: float
    latency_ci95: list[float] | None
    measured_s: float
    on_front: bool
    within_limits: bool
    verdict: str


class SearchSkipped(BaseModel):
    """A cell that was not measured, and why it need not be."""

    configuration: Configuration
    label: str
    reason: str


class SearchResult(BaseModel):
    """What a search found; also while it runs, as far as it got."""

    objective: str
    percentile: Percentile
    best: SearchPoint | None = Field(description="null: nothing is within the limits, or the whole front was asked for")
    front: list[SearchPoint]
    points: list[SearchPoint]
    skipped: list[SearchSkipped]
    grid: int = Field(description="cells of the full grid")
    measured_s: float
    grid_s: float = Field(description="what measuring the whole grid would take")
    stopped: Literal["resolved", "budget", "cancelled"]
    reason: str = Field(description="why it stopped, in a sentence")


class SearchJob(BaseModel):
    job: Job
    result: SearchResult | None = None

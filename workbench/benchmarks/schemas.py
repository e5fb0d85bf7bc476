"""What the API tells of runs and layers, and takes as configurations."""

from datetime import datetime
from typing import Any, Literal, Self

from pydantic import BaseModel, Field, model_validator

from workbench.db.tables import Run as RunRow
from workbench.jobs.schemas import Job, JobError

Hint = Literal["latency", "throughput", "cumulative_throughput", "none"]
Verdict = Literal["stable", "noisy", "throttled", "contended"]


class Configuration(BaseModel):
    """One configuration to measure: a hint, or streams × requests × batch."""

    hint: Hint = "none"
    streams: int | None = Field(default=None, ge=1, le=1024)
    requests: int | None = Field(
        default=None, ge=1, le=4096, description="infer requests in flight; default: one a stream"
    )
    batch: int | None = Field(default=None, ge=1, le=65536, description="default: the model's own")
    threads: int | None = Field(default=None, ge=1, le=4096)
    precision: Literal["f32", "bf16", "f16"] | None = Field(default=None, description="default: the project's")
    api: Literal["async", "sync"] = Field(default="async", description="sync: one infer request after another")
    arrivals_per_s: float | None = Field(
        default=None,
        gt=0,
        le=1_000_000,
        description="open loop: infer requests arrive at random (Poisson) at this mean rate, and latency counts from "
        "the arrival; null keeps all requests busy",
    )

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if self.hint != "none" and self.streams is not None:
            raise ValueError("choose a hint or a number of streams, not both: a hint sets the streams itself")
        if self.api == "sync" and self.arrivals_per_s is not None:
            raise ValueError("requests that arrive by themselves need the async api")
        if self.api == "sync" and self.requests not in (None, 1):
            raise ValueError("the sync api has one request at a time: leave requests out")
        return self

    def label(self) -> str:
        """What people call this configuration."""
        name = (
            f"{self.hint.replace('_', ' ')} hint" if self.hint != "none" else f"{self.streams or 1} × {self.batch or 1}"
        )
        parts = [name]
        if self.hint != "none" and self.batch not in (None, 1):
            parts.append(f"batch {self.batch}")
        if self.requests is not None:
            parts.append(f"{self.requests} requests")
        if self.threads is not None:
            parts.append(f"{self.threads} threads")
        if self.precision is not None:
            parts.append(self.precision)
        if self.api == "sync":
            parts.append("sync")
        if self.arrivals_per_s is not None:
            parts.append(f"{self.arrivals_per_s:g} arrivals/s")
        return ", ".join(parts)


class BenchmarkWanted(BaseModel):
    """Configurations to measure one after another in one job."""

    configurations: list[Configuration] = Field(min_length=1, max_length=400)
    duration_s: float | None = Field(default=None, ge=0.1, le=3600, description="of each run; default 10 s")
    iterations: int | None = Field(
        default=None, ge=1, le=10_000_000, description="infer requests instead of a duration"
    )
    layers: bool = Field(default=True, description="add a separate instrumented run for layer times")
    start_up: bool = Field(default=True, description="add the time to compile from OpenVINO's cache")
    shapes: dict[str, list[int]] | None = Field(default=None, max_length=100, description="for dynamic dimensions")
    input: Literal["dataset", "synthetic"] = "dataset"

    @model_validator(mode="after")
    def _one_end(self) -> Self:
        if self.duration_s is not None and self.iterations is not None:
            raise ValueError("give a duration or a number of iterations, not both")
        for shape in (self.shapes or {}).values():
            if not shape or len(shape) > 16 or any(not 1 <= size <= 1_000_000 for size in shape):
                raise ValueError("a shape has 1 to 16 dimensions, each from 1 to 1,000,000")
        return self


class BenchmarkJob(BaseModel):
    job: Job


class Latency(BaseModel):
    """Of single requests, in milliseconds; a percentile is null when the run has too few samples for it."""

    min: float
    mean: float
    median: float
    p90: float | None
    p95: float | None
    p99: float | None
    p999: float | None = None
    max: float


class Window(BaseModel):
    start_s: float
    throughput_fps: float
    median_ms: float | None = None


Scenario = Literal["SingleStream", "MultiStream", "Offline", "Server"]


class OpenLoop(BaseModel):
    """What came of requests that arrived by themselves."""

    arrivals_per_s: float = Field(description="the mean rate asked for, in infer requests a second")
    arrived: int
    completed: int
    achieved_per_s: float
    kept_up: bool = Field(description="false: requests arrived faster than they were done, and latency grew with time")
    service_ms: float | None = Field(description="median time of a request without its wait, in ms")
    wait_ms: float | None = Field(description="median wait from arrival to start, in ms")


class Run(BaseModel):
    """One measured configuration. Runs are kept, all of them."""

    id: str
    project_id: str
    job_id: str | None
    label: str
    source: Literal["benchmark", "search", "check", "race"] = Field(description="what the run was measured for")
    scenario: Scenario = Field(description="the load, in the words of MLPerf LoadGen")
    configuration: Configuration | None = Field(description="as it was asked for; null for runs of older versions")
    device: str
    hint: Hint
    streams: int | None
    requests: int | None
    batch: int | None
    threads: int | None
    requested_precision: str | None
    effective_precision: str
    input: dict[str, Any] = Field(description="what was fed in: real samples or synthetic values")
    throughput_fps: float
    throughput_ci95: list[float] | None
    latency_ms: Latency
    latency_median_ci95: list[float] | None
    samples: int
    duration_s: float
    read_ms: float | None
    reshape_ms: float | None
    compile_ms: float | None
    compile_cached_ms: float | None
    first_inference_ms: float | None
    memory_bytes: dict[str, int | None]
    peak_memory_bytes: int | None
    verdict: Verdict
    verdict_reason: str
    windows: list[Window]
    spread: float | None
    drift: float | None
    cpu_others: float | None
    warmup: dict[str, Any] | None
    open_loop: OpenLoop | None
    provenance: dict[str, Any]
    imported: dict[str, Any] | None = Field(
        default=None, description="measured elsewhere: openvino, cpu, and when it came here"
    )
    has_layers: bool
    layers_summary: dict[str, Any] | None
    layers_error: JobError | None
    created_at: datetime


class Histogram(BaseModel):
    """Counts between edges, in milliseconds."""

    edges: list[float]
    counts: list[int]


class DriftPoint(BaseModel):
    t_s: float
    median_ms: float
    p99_ms: float


class Latencies(BaseModel):
    """The latencies of a run: in order (thinned out), as histogram, and over time."""

    count: int
    latency_ms: list[float]
    completed_s: list[float]
    histogram: Histogram
    drift: list[DriftPoint]


_FROM_RESULT = (
    "input",
    "throughput_ci95",
    "latency_ms",
    "latency_median_ci95",
    "samples",
    "duration_s",
    "read_ms",
    "reshape_ms",
    "compile_ms",
    "compile_cached_ms",
    "first_inference_ms",
    "peak_memory_bytes",
    "verdict_reason",
    "windows",
    "spread",
    "drift",
    "cpu_others",
    "warmup",
    "open_loop",
    "configuration",
    "provenance",
    "imported",
)


def scenario(row: RunRow) -> Scenario:
    """MLPerf LoadGen's word for the load: Server for an open loop; else SingleStream for one request of one sample,
    MultiStream for one request of several, Offline for several requests at once."""
    if row.result.get("open_loop"):
        return "Server"
    if (row.requests or 1) > 1:
        return "Offline"
    return "MultiStream" if (row.batch or 1) > 1 else "SingleStream"


def run_view(row: RunRow) -> Run:
    result: dict[str, Any] = row.result
    columns = (
        "id",
        "project_id",
        "job_id",
        "label",
        "device",
        "hint",
        "streams",
        "requests",
        "batch",
        "threads",
        "requested_precision",
        "effective_precision",
        "throughput_fps",
        "verdict",
        "created_at",
    )
    values: dict[str, Any] = {name: getattr(row, name) for name in columns}
    values |= {name: result.get(name) for name in _FROM_RESULT}
    values |= {
        "memory_bytes": result.get("memory_bytes") or {},
        "source": result.get("source") or "benchmark",
        "scenario": scenario(row),
        "has_layers": row.layers_artifact_id is not None,
        "layers_summary": row.layers,
        "layers_error": row.layers_error,
    }
    return Run.model_validate(values)

"""What the API tells of targets and devices."""

from datetime import datetime
from typing import Any, Literal

from pydantic import BaseModel, Field

from workbench.jobs.schemas import Job


class Device(BaseModel):
    """An accelerator as OpenVINO names it, with what it can do."""

    name: str
    full_name: str
    type: str | None = None
    architecture: str | None = None
    capabilities: list[str] = Field(default_factory=list)
    precisions: list[str] = Field(default_factory=list)
    default_precision: str | None = None
    streams_range: list[int] | None = None
    requests_range: list[int] | None = None
    optimal_requests: int | None = None


class UnavailableDevice(BaseModel):
    """A device that is not usable, with the reason."""

    name: str
    reason: str


class Ceilings(BaseModel):
    """What a device can reach at most, from a short measurement; the roof that layers are compared with."""

    device: str
    measured_at: datetime
    openvino: str | None = None
    memory_gbps: float = Field(description="read and written together, in GB/s")
    compute_gflops: dict[str, float] = Field(description="by precision, in GFLOP/s (GOP/s for integers)")
    notes: list[str] = Field(default_factory=list)


class CeilingsWanted(BaseModel):
    device: str = Field(default="CPU", max_length=64)


class Target(BaseModel):
    """A machine to measure on."""

    id: str
    name: str
    kind: Literal["local", "ssh"]
    state: Literal["online", "offline"]
    workers: int
    info: dict[str, Any] | None = Field(description="OpenVINO, CPU, memory, operating system, as the probe found them")
    devices: list[Device]
    unavailable: list[UnavailableDevice]
    ceilings: list[Ceilings] = Field(default_factory=list)
    last_seen_at: datetime | None
    probed_at: datetime | None
    created_at: datetime


class TargetLoad(BaseModel):
    """How busy a machine is, as its worker last told."""

    at: datetime | None
    cpu_percent: float | None = None
    per_core: list[float] | None = None
    memory_used_bytes: int | None = None
    memory_total_bytes: int | None = None
    load_average: list[float] | None = None
    disk_free_bytes: int | None = None
    measuring_job: Job | None = None


class TargetJob(BaseModel):
    target: Target
    job: Job


class TargetChange(BaseModel):
    name: str = Field(min_length=1, max_length=100)

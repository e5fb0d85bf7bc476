"""What the API tells of the server."""

from datetime import datetime
from typing import Literal

from pydantic import BaseModel, Field


class UsedBy(BaseModel):
    """Bytes in the data folder by what they are for."""

    models: int
    datasets: int
    runs: int = Field(description="latencies and layers of runs")
    uploads: int
    jobs: int = Field(description="logs of jobs, and of the server")
    database: int = Field(description="0 where the database does not tell")
    other: int


class Disk(BaseModel):
    """The disk that the data folder is on, in bytes."""

    total: int
    free: int
    used_by: UsedBy


class Worker(BaseModel):
    """A living worker process."""

    id: str
    target_id: str
    target: str = Field(description="the name of its target")
    hostname: str
    pid: int
    version: str
    seen_at: datetime


class System(BaseModel):
    """The server and what it works with."""

    version: str
    openvino: str | None = Field(description="version of the installed OpenVINO")
    database: Literal["sqlite", "postgresql"]
    broker: Literal["embedded", "redis"]
    data_dir: str
    disk: Disk
    require_token: bool
    workers: list[Worker]


class Health(BaseModel):
    """The server answers, and so does its database."""

    status: Literal["ok"] = "ok"


class CheckResult(BaseModel):
    """One thing that must be right."""

    name: str
    ok: bool
    detail: str = Field(description="what was found")
    action: str | None = Field(description="what to do when it is not right")


class Doctor(BaseModel):
    """Everything that was looked at; `ok` when all of it is right."""

    ok: bool
    checks: list[CheckResult]

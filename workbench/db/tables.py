"""The tables. Large data (weights, latencies, layers, samples) is in the artifact store, named from here."""

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from workbench.db.base import Base, BigInt, Id, Identified

JOB_STATES = ("queued", "running", "succeeded", "failed", "cancelled")
ASSET_STATES = ("importing", "ready")


def _one_of(column: str, values: tuple[str, ...]) -> str:
    return f"{column} IN ({', '.join(repr(value) for value in values)})"


class Artifact(Identified, Base):
    """A folder in the store; its row is written after the folder is complete and removed before it."""

    __tablename__ = "artifacts"

    kind: Mapped[str] = mapped_column(String(32))
    size_bytes: Mapped[int] = mapped_column(BigInt)
    sha256: Mapped[str] = mapped_column(String(64))


class Upload(Identified, Base):
    """A resumable upload (tus 1.0); its bytes are a file in the store."""

    __tablename__ = "uploads"

    filename: Mapped[str] = mapped_column(String(1024))
    size_bytes: Mapped[int] = mapped_column(BigInt)
    offset_bytes: Mapped[int] = mapped_column(BigInt, default=0)
    expires_at: Mapped[datetime] = mapped_column(index=True)
    job_id: Mapped[str | None] = mapped_column(ForeignKey("jobs.id", ondelete="SET NULL"))


class Model(Identified, Base):
    __tablename__ = "models"
    __table_args__ = (
        CheckConstraint(_one_of("state", ASSET_STATES), name="state"),
        Index("ix_models_created_at", "created_at"),
    )

    name: Mapped[str] = mapped_column(String(200), unique=True)
    state: Mapped[str] = mapped_column(String(16), default="importing")
    task: Mapped[str | None] = mapped_column(String(40))
    task_source: Mapped[str] = mapped_column(String(16), default="guessed")
    precision: Mapped[str | None] = mapped_column(String(32))
    framework: Mapped[str | None] = mapped_column(String(32))
    source_format: Mapped[str | None] = mapped_column(String(64))
    size_bytes: Mapped[int] = mapped_column(BigInt, default=0)
    sha256: Mapped[str | None] = mapped_column(String(64), index=True)
    inputs: Mapped[list[Any] | None]
    outputs: Mapped[list[Any] | None]
    analysis: Mapped[dict[str, Any] | None]
    preprocessing: Mapped[dict[str, Any] | None]
    conversion: Mapped[dict[str, Any] | None]
    artifact_id: Mapped[str | None] = mapped_column(ForeignKey("artifacts.id"))
    parent_id: Mapped[str | None] = mapped_column(ForeignKey("models.id", ondelete="SET NULL"))
    job_id: Mapped[str | None] = mapped_column(ForeignKey("jobs.id", ondelete="SET NULL"))


class Dataset(Identified, Base):
    __tablename__ = "datasets"
    __table_args__ = (
        CheckConstraint(_one_of("state", ASSET_STATES), name="state"),
        Index("ix_datasets_created_at", "created_at"),
    )

    name: Mapped[str] = mapped_column(String(200), unique=True)
    state: Mapped[str] = mapped_column(String(16), default="importing")
    format: Mapped[str | None] = mapped_column(String(32))
    tasks: Mapped[list[Any] | None]
    annotated: Mapped[bool] = mapped_column(default=False)
    count: Mapped[int] = mapped_column(default=0)
    labels: Mapped[list[Any] | None]
    colors: Mapped[list[Any] | None]
    skeleton: Mapped[list[Any] | None]
    statistics: Mapped[dict[str, Any] | None]
    class_counts: Mapped[dict[str, Any] | None]
    checks: Mapped[list[Any] | None]
    warnings: Mapped[list[Any] | None]
    size_bytes: Mapped[int] = mapped_column(BigInt, default=0)
    artifact_id: Mapped[str | None] = mapped_column(ForeignKey("artifacts.id"))
    parent_id: Mapped[str | None] = mapped_column(ForeignKey("datasets.id", ondelete="SET NULL"))
    job_id: Mapped[str | None] = mapped_column(ForeignKey("jobs.id", ondelete="SET NULL"))


class Machine(Base):
    """A physical machine by its boot id; its row is the lock that measuring jobs take turns on."""

    __tablename__ = "machines"

    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    turns: Mapped[int] = mapped_column(BigInt, default=0)


class Target(Identified, Base):
    __tablename__ = "targets"

    name: Mapped[str] = mapped_column(String(200), unique=True)
    kind: Mapped[str] = mapped_column(String(16), default="local")
    identity: Mapped[str | None] = mapped_column(String(64), unique=True)
    machine_id: Mapped[str | None] = mapped_column(String(64), index=True)
    info: Mapped[dict[str, Any] | None]
    unavailable: Mapped[list[Any] | None]
    ceilings: Mapped[dict[str, Any] | None]
    load: Mapped[dict[str, Any] | None]
    last_seen_at: Mapped[datetime | None]
    probed_at: Mapped[datetime | None]

    devices: Mapped[list["Device"]] = relationship(
        lazy="raise", order_by="Device.name", cascade="all, delete-orphan", passive_deletes=True
    )


class Device(Base):
    __tablename__ = "devices"

    target_id: Mapped[str] = mapped_column(ForeignKey("targets.id", ondelete="CASCADE"), primary_key=True)
    name: Mapped[str] = mapped_column(String(64), primary_key=True)
    full_name: Mapped[str] = mapped_column(String(200))
    properties: Mapped[dict[str, Any]]


class Worker(Identified, Base):
    """A living worker process; the row is renewed while it lives and ignored when it stopped doing so."""

    __tablename__ = "workers"

    target_id: Mapped[str] = mapped_column(ForeignKey("targets.id", ondelete="CASCADE"), index=True)
    machine_id: Mapped[str] = mapped_column(String(64))
    hostname: Mapped[str] = mapped_column(String(200))
    pid: Mapped[int]
    version: Mapped[str] = mapped_column(String(32))
    seen_at: Mapped[datetime]


class Project(Identified, Base):
    __tablename__ = "projects"
    __table_args__ = (
        UniqueConstraint("model_id", "dataset_id", "target_id", "device"),
        Index("ix_projects_created_at", "created_at"),
    )

    name: Mapped[str] = mapped_column(String(500), index=True)
    model_id: Mapped[str | None] = mapped_column(ForeignKey("models.id", ondelete="SET NULL"))
    dataset_id: Mapped[str | None] = mapped_column(ForeignKey("datasets.id", ondelete="SET NULL"), index=True)
    target_id: Mapped[str | None] = mapped_column(ForeignKey("targets.id", ondelete="SET NULL"), index=True)
    device: Mapped[str] = mapped_column(String(64))
    precision: Mapped[str | None] = mapped_column(String(8))
    parent_id: Mapped[str | None] = mapped_column(ForeignKey("projects.id", ondelete="SET NULL"), index=True)
    last_job_id: Mapped[str | None] = mapped_column(Id)
    reading: Mapped[dict[str, Any] | None]


class Run(Identified, Base):
    __tablename__ = "runs"
    __table_args__ = (
        Index("ix_runs_project_id_throughput_fps", "project_id", "throughput_fps"),
        Index("ix_runs_created_at", "created_at"),
    )

    project_id: Mapped[str] = mapped_column(ForeignKey("projects.id", ondelete="CASCADE"))
    job_id: Mapped[str | None] = mapped_column(ForeignKey("jobs.id", ondelete="SET NULL"), index=True)
    label: Mapped[str] = mapped_column(String(100))
    device: Mapped[str] = mapped_column(String(64))
    hint: Mapped[str] = mapped_column(String(32))
    streams: Mapped[int | None]
    requests: Mapped[int | None]
    batch: Mapped[int | None]
    threads: Mapped[int | None]
    requested_precision: Mapped[str | None] = mapped_column(String(8))
    effective_precision: Mapped[str] = mapped_column(String(32))
    throughput_fps: Mapped[float]
    latency_median_ms: Mapped[float]
    latency_p99_ms: Mapped[float | None]
    verdict: Mapped[str] = mapped_column(String(16))
    result: Mapped[dict[str, Any]]
    layers: Mapped[dict[str, Any] | None]
    layers_error: Mapped[dict[str, Any] | None]
    latencies_artifact_id: Mapped[str | None] = mapped_column(ForeignKey("artifacts.id"))
    layers_artifact_id: Mapped[str | None] = mapped_column(ForeignKey("artifacts.id"))


class Report(Identified, Base):
    """An accuracy result; its rows, predictions and tables are in the artifact."""

    __tablename__ = "reports"
    __table_args__ = (Index("ix_reports_created_at", "created_at"),)

    project_id: Mapped[str] = mapped_column(ForeignKey("projects.id", ondelete="CASCADE"), index=True)
    job_id: Mapped[str | None] = mapped_column(ForeignKey("jobs.id", ondelete="SET NULL"), index=True)
    dataset_id: Mapped[str | None] = mapped_column(ForeignKey("datasets.id", ondelete="SET NULL"), index=True)
    model_id: Mapped[str | None] = mapped_column(ForeignKey("models.id", ondelete="SET NULL"), index=True)
    kind: Mapped[str] = mapped_column(String(32))
    task: Mapped[str] = mapped_column(String(40))
    samples: Mapped[int]
    primary_metric: Mapped[str | None] = mapped_column(String(100))
    primary_value: Mapped[float | None]
    result: Mapped[dict[str, Any]]
    artifact_id: Mapped[str | None] = mapped_column(ForeignKey("artifacts.id"))


class Prediction(Identified, Base):
    """A picture that was tried."""

    __tablename__ = "predictions"
    __table_args__ = (Index("ix_predictions_created_at", "created_at"),)

    job_id: Mapped[str | None] = mapped_column(ForeignKey("jobs.id", ondelete="SET NULL"), index=True)
    project_id: Mapped[str | None] = mapped_column(ForeignKey("projects.id", ondelete="CASCADE"), index=True)
    model_id: Mapped[str | None] = mapped_column(ForeignKey("models.id", ondelete="SET NULL"), index=True)
    result: Mapped[dict[str, Any] | None]
    artifact_id: Mapped[str | None] = mapped_column(ForeignKey("artifacts.id"))


class Package(Identified, Base):
    """An archive that leaves the workbench: a deployment package, or the export of a project."""

    __tablename__ = "packages"
    __table_args__ = (Index("ix_packages_created_at", "created_at"),)

    project_id: Mapped[str] = mapped_column(ForeignKey("projects.id", ondelete="CASCADE"), index=True)
    model_id: Mapped[str | None] = mapped_column(ForeignKey("models.id", ondelete="SET NULL"), index=True)
    job_id: Mapped[str | None] = mapped_column(ForeignKey("jobs.id", ondelete="SET NULL"), index=True)
    kind: Mapped[str] = mapped_column(String(16))
    name: Mapped[str] = mapped_column(String(200))
    filename: Mapped[str] = mapped_column(String(200))
    size_bytes: Mapped[int] = mapped_column(BigInt)
    sha256: Mapped[str] = mapped_column(String(64))
    result: Mapped[dict[str, Any]]
    artifact_id: Mapped[str | None] = mapped_column(ForeignKey("artifacts.id"))


class Job(Identified, Base):
    """One unit of asynchronous work. Only `jobs.repository` writes `state`, `attempt` and the lease."""

    __tablename__ = "jobs"
    __table_args__ = (
        CheckConstraint(_one_of("state", JOB_STATES), name="state"),
        Index("ix_jobs_created_at", "created_at"),
        Index("ix_jobs_project_id_created_at", "project_id", "created_at"),
        Index("ix_jobs_state_created_at", "state", "created_at"),
    )

    kind: Mapped[str] = mapped_column(String(40), index=True)
    title: Mapped[str] = mapped_column(String(500))
    state: Mapped[str] = mapped_column(String(16), default="queued")
    measuring: Mapped[bool]
    target_id: Mapped[str | None] = mapped_column(ForeignKey("targets.id", ondelete="SET NULL"))
    project_id: Mapped[str | None] = mapped_column(Id)
    model_id: Mapped[str | None] = mapped_column(Id)
    dataset_id: Mapped[str | None] = mapped_column(Id)
    parameters: Mapped[dict[str, Any]]
    result: Mapped[dict[str, Any] | None]
    error: Mapped[dict[str, Any] | None]

    stage: Mapped[str | None] = mapped_column(String(200))
    stage_index: Mapped[int] = mapped_column(default=0)
    stage_count: Mapped[int] = mapped_column(default=0)
    progress: Mapped[float] = mapped_column(default=0.0)
    estimate_s: Mapped[float | None]
    waiting_for: Mapped[str | None] = mapped_column(String(500))

    attempt: Mapped[int] = mapped_column(default=0)
    lease_token: Mapped[str | None] = mapped_column(String(36))
    lease_expires_at: Mapped[datetime | None]
    machine_id: Mapped[str | None] = mapped_column(String(64))
    worker_id: Mapped[str | None] = mapped_column(Id)
    published_at: Mapped[datetime | None]
    cancel_requested_at: Mapped[datetime | None]
    started_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]


class EventCounter(Base):
    """One row; taking the next number holds its lock until commit, so events become visible in their order."""

    __tablename__ = "event_counter"

    id: Mapped[int] = mapped_column(primary_key=True)
    value: Mapped[int] = mapped_column(BigInt)


class JobEvent(Base):
    """What the browser hears; `id` is the SSE event id."""

    __tablename__ = "job_events"

    id: Mapped[int] = mapped_column(BigInt, primary_key=True, autoincrement=False)
    at: Mapped[datetime]
    type: Mapped[str] = mapped_column(String(16))
    job_id: Mapped[str | None] = mapped_column(ForeignKey("jobs.id", ondelete="CASCADE"), index=True)
    data: Mapped[dict[str, Any]]


class Token(Identified, Base):
    __tablename__ = "tokens"

    name: Mapped[str] = mapped_column(String(100), unique=True)
    sha256: Mapped[str] = mapped_column(String(64), unique=True)
    prefix: Mapped[str] = mapped_column(String(16))
    last_used_at: Mapped[datetime | None]
    expires_at: Mapped[datetime | None]

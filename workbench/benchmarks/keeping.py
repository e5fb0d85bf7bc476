"""Keeps what an engine measured: the run with its latencies, at once and whatever comes after."""

from pathlib import Path
from typing import Any, Literal

from sqlalchemy.orm import Session

from workbench.benchmarks import repository
from workbench.benchmarks.schemas import Configuration
from workbench.db.base import new_id
from workbench.db.tables import Artifact, Project, Run
from workbench.jobs import events
from workbench.jobs.context import JobContext
from workbench.storage.store import StoredArtifact

Source = Literal["benchmark", "search", "check", "race"]


def keep_run(
    context: JobContext,
    project: Project,
    configuration: Configuration,
    label: str,
    result: dict[str, Any],
    out: Path,
    source: Source = "benchmark",
) -> str:
    """A finished run is kept at once: what comes after may be cancelled or lost. Returns its id.

    `result` is what the engine told of one configuration, `source` what it was measured for.
    """
    stored = publish(context, out, result.pop("latencies", None), "latencies.npz")
    latency = result["latency_ms"]
    row = Run(
        id=new_id(),
        project_id=project.id,
        job_id=context.job.id,
        label=label,
        device=result["device"],
        hint=configuration.hint,
        streams=result["streams"],
        requests=result["requests"],
        batch=result["batch"],
        threads=result["threads"],
        requested_precision=configuration.precision or project.precision,
        effective_precision=result["effective_precision"],
        throughput_fps=result["throughput_fps"],
        latency_median_ms=latency["median"],
        latency_p99_ms=latency["p99"],
        verdict=result["verdict"],
        result=result | {"source": source, "configuration": configuration.model_dump()},
    )
    with context.transaction() as session:
        if stored is not None:
            add_artifact(session, stored)
            row.latencies_artifact_id = stored.id
        repository.add(session, row)
        events.changed(session, "runs", row.id, project_id=project.id)
    return row.id


def publish(context: JobContext, out: Path, named: object, expected: str) -> StoredArtifact | None:
    """Put one file of an operation into the store under its expected name."""
    path = out / expected
    if named is None or path.is_symlink() or not path.is_file():
        return None
    folder = context.work / f"artifact-{new_id()}"
    folder.mkdir()
    path.rename(folder / expected)
    return context.runtime.storage.publish(folder)


def add_artifact(session: Session, stored: StoredArtifact) -> None:
    repository.add(session, Artifact(id=stored.id, kind="run", size_bytes=stored.size_bytes, sha256=stored.sha256))

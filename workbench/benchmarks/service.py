"""Rules of benchmarks: the baseline, how long it takes, what a run keeps."""

import re
from collections.abc import Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from workbench.benchmarks import repository
from workbench.benchmarks.adopting import (
    Unfit,
    adopted_run,
    exported_run,
    mark_imported,
    require_latencies,
    require_layers,
)
from workbench.benchmarks.advisor.gathering import findings
from workbench.benchmarks.instrumented import measure_layers
from workbench.benchmarks.jobs import BENCHMARK, engine_inputs, engine_parameters
from workbench.benchmarks.keeping import keep_run
from workbench.benchmarks.recorded import best, layers, runs
from workbench.benchmarks.schemas import BenchmarkWanted, Configuration
from workbench.benchmarks.search_jobs import find_cells
from workbench.benchmarks.search_service import estimate_s as search_estimate_s
from workbench.benchmarks.search_service import start as start_search
from workbench.db.tables import Job, Project, Run
from workbench.errors import Conflict, NotFound
from workbench.jobs import events
from workbench.jobs import service as jobs
from workbench.jobs.dispatch import Queue, once
from workbench.names import find
from workbench.storage.store import Storage

# What other rooms that measure, compare and report call, too.
__all__ = [
    "Unfit", "adopted_run", "best", "engine_inputs", "engine_parameters", "exported_run", "find_cells",
    "findings", "keep_run", "layers",
    "mark_imported", "measure_layers", "require_latencies", "require_layers", "runs", "search_estimate_s",
    "start_search",
]  # fmt: skip

BASELINE = [
    Configuration(hint="latency"),
    Configuration(hint="throughput"),
    Configuration(hint="none", streams=1, batch=1),
]
DEFAULT_DURATION_S = 10.0
# Beside the measuring itself: compile and warm-up; start and compile again without and with the cache where start-up
# times are wanted; and the instrumented run.
AROUND_CELL_S = 1.5
AROUND_RUN_S = 3.0
AROUND_LAYERS_S = 5.0


def estimate_s(
    configurations: Sequence[Configuration], duration_s: float | None, layers: bool = True, start_up: bool = True
) -> float:
    """Expected seconds of a benchmark job."""
    around = AROUND_RUN_S if start_up else AROUND_CELL_S
    each = (duration_s or DEFAULT_DURATION_S) + around + (AROUND_LAYERS_S if layers else 0.0)
    return each * len(configurations)


def start(
    session: Session,
    queue: Queue,
    project: Project,
    wanted: BenchmarkWanted,
    title: str | None = None,
    continues: str | None = None,
) -> Job:
    """Queue the measurements of `wanted` on the project's target; `continues` is the job that did not come to them."""
    if project.target_id is None:
        raise Conflict("The target of this project is gone.", code="project_archived", action="Create it anew.")
    count = len(wanted.configurations)
    label = title or (f"Benchmark {wanted.configurations[0].label()}" if count == 1 else f"Benchmark {count} settings")
    return jobs.create(
        session,
        queue,
        BENCHMARK,
        f"{label} · {project.name}",
        wanted.model_dump() | ({"continues": continues} if continues else {}),
        target_id=project.target_id,
        project_id=project.id,
        model_id=project.model_id,
        dataset_id=project.dataset_id,
        estimate_s=estimate_s(wanted.configurations, wanted.duration_s, wanted.layers, wanted.start_up),
    )


def start_baseline(session: Session, queue: Queue, project: Project, duration_s: float) -> Job:
    wanted = BenchmarkWanted(configurations=BASELINE, duration_s=duration_s)
    return start(session, queue, project, wanted, "Baseline")


def project_id(session: Session, ref: str) -> str:
    """The id of the project `ref`."""
    return find(session, select(Project), Project, ref, "project").id


def get(session: Session, run_id: str) -> Run:
    try:
        row = repository.get(session, run_id) if re.fullmatch(r"[0-9a-f-]{36}", run_id) else None
    except ValueError:
        row = None
    if row is None:
        raise NotFound("There is no such run.", code="run_not_found")
    return row


def delete(session: Session, storage: Storage, run_id: str) -> None:
    row = get(session, run_id)
    artifacts = [name for name in (row.latencies_artifact_id, row.layers_artifact_id) if name is not None]
    forget_artifacts(session, storage, artifacts)
    session.delete(row)
    events.changed(session, "runs", row.id, project_id=row.project_id)


def forget_artifacts(session: Session, storage: Storage, artifact_ids: list[str]) -> None:
    """Remove the rows of artifacts now, and their files after the commit."""
    if not artifact_ids:
        return
    repository.remove_artifacts(session, artifact_ids)

    def remove(_: Any) -> None:
        for artifact_id in artifact_ids:
            storage.delete_artifact(artifact_id)

    once(session, "after_commit", remove)

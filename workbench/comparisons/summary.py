"""All about one project, as a report needs it."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from pydantic import BaseModel, Field
from sqlalchemy.orm import Session

from workbench import __version__
from workbench.benchmarks import service as benchmarks
from workbench.benchmarks.layer_schemas import Findings, Layers
from workbench.benchmarks.schemas import Run
from workbench.comparisons.service import model_of
from workbench.db.tables import Project as ProjectRow
from workbench.models.schemas import Model
from workbench.projects import service as projects
from workbench.projects.schemas import Project
from workbench.runtime import Runtime
from workbench.targets import service as targets


class ProjectSummary(BaseModel):
    """A project with all that was measured of it."""

    generated_at: datetime
    workbench: str = Field(description="version that wrote this")
    project: Project
    model: Model | None = Field(description="null: it was deleted")
    machine: dict[str, Any] | None = Field(description="of the target, as its probe found it")
    runs: list[Run] = Field(description="oldest first")
    best: Run | None = Field(
        description="the run that stands for the project: the fastest stable one, else the fastest"
    )
    front: list[str] = Field(description="runs that no other beats in both throughput and median latency")
    layers: Layers | None = Field(description="of the best run that has some")
    findings: Findings | None = Field(description="of the best run")


def summarise(runtime: Runtime, ref: str) -> ProjectSummary:
    """Raises NotFound."""
    with runtime.db.read() as session:
        row = projects.get(session, ref)
        project = projects.views(session, [row])[0]
        model = model_of(session, row)
        machine = _machine(session, row)
        runs = benchmarks.runs(session, row.id)
        best_row = benchmarks.best(session, row.id)
        with_layers = _with_layers(runs, best_row.id if best_row is not None else None)
        layers_row = benchmarks.get(session, with_layers) if with_layers is not None else None
    return ProjectSummary(
        generated_at=datetime.now(UTC),
        workbench=__version__,
        project=project,
        model=model,
        machine=machine,
        runs=runs,
        best=next((run for run in runs if best_row is not None and run.id == best_row.id), None),
        front=front(runs),
        layers=benchmarks.layers(runtime, layers_row) if layers_row is not None else None,
        findings=benchmarks.findings(runtime, best_row) if best_row is not None else None,
    )


def _machine(session: Session, row: ProjectRow) -> dict[str, Any] | None:
    return targets.get(session, row.target_id).info if row.target_id is not None else None


def _with_layers(runs: Sequence[Run], best: str | None) -> str | None:
    """The run whose layers stand for the project: of those with layers the best one, else the fastest stable one."""
    known = [run for run in runs if run.has_layers]
    if not known:
        return None
    return max(known, key=lambda run: (run.id == best, run.verdict == "stable", run.throughput_fps)).id


def front(runs: Sequence[Run]) -> list[str]:
    """The Pareto front by throughput and median latency, fastest answer first. Runs that are not stable count only
    where there are no others; those whose requests arrived by themselves never do."""
    closed = [run for run in runs if run.open_loop is None]
    stable = [run for run in closed if run.verdict == "stable"]
    ordered = sorted(stable or closed, key=lambda run: (run.latency_ms.median, -run.throughput_fps))
    found: list[Run] = []
    for run in ordered:
        if not found or run.throughput_fps > found[-1].throughput_fps:
            found.append(run)
    return [run.id for run in found]

"""Rules of comparisons: what stands for a project, and what is compared."""

import uuid
from collections.abc import Sequence

from sqlalchemy.orm import Session

from workbench.accuracy import service as accuracy
from workbench.accuracy.schemas import Report
from workbench.benchmarks import service as benchmarks
from workbench.benchmarks.schemas import run_view
from workbench.comparisons import comparing
from workbench.comparisons.measured import Measured
from workbench.comparisons.schemas import Comparison, Side
from workbench.db.tables import Project as ProjectRow
from workbench.db.tables import Run as RunRow
from workbench.errors import Conflict, NotFound
from workbench.models import service as models
from workbench.models.schemas import Model
from workbench.projects import service as projects
from workbench.runtime import Runtime


def compare(runtime: Runtime, keys: Sequence[str]) -> Comparison:
    """Each key is the id of a run, or the id or name of a project; the first is what the others are compared with.

    Raises NotFound, and Conflict for a project without runs.
    """
    with runtime.db.read() as session:
        found = [_measured(session, key) for key in keys]
    first = found[0][3]
    return comparing.compare(
        [
            Measured(
                side,
                model,
                benchmarks.layers(runtime, row),
                report,
                accuracy.difference_ci95(runtime, first, report) if place else None,
            )
            for place, (side, model, row, report) in enumerate(found)
        ]
    )


def _measured(session: Session, key: str) -> tuple[Side, Model | None, RunRow, Report | None]:
    project, row = _resolve(session, key)
    side = Side(key=key, project=projects.views(session, [project])[0], run=run_view(row))
    return side, model_of(session, project), row, accuracy.newest(session, project.id)


def model_of(session: Session, project: ProjectRow) -> Model | None:
    """The model that a project measures; None when it was deleted."""
    if project.model_id is None:
        return None
    return models.views(session, [models.get(session, project.model_id)])[0]


def _resolve(session: Session, key: str) -> tuple[ProjectRow, RunRow]:
    if _is_id(key):
        try:
            row = benchmarks.get(session, str(uuid.UUID(key)))
        except NotFound:
            pass
        else:
            return projects.get(session, row.project_id), row
    try:
        project = projects.get(session, key)
    except NotFound as error:
        raise NotFound(
            f"There is no run or project '{key[:100]}'.",
            code="side_not_found",
            action="Give the id of a run, or the id or name of a project.",
        ) from error
    best = benchmarks.best(session, project.id)
    if best is None:
        raise Conflict(
            f"'{project.name}' has no runs to compare.",
            code="no_runs",
            action="Benchmark the project first.",
        )
    return project, best


def _is_id(key: str) -> bool:
    try:
        uuid.UUID(key)
    except ValueError:
        return False
    return True

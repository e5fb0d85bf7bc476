"""What is recorded of runs, as other rooms read it."""

from sqlalchemy.orm import Session

from workbench.benchmarks import layer_tables, repository
from workbench.benchmarks.layer_schemas import Layers
from workbench.benchmarks.schemas import Run, run_view
from workbench.db.tables import Run as RunRow
from workbench.errors import NotFound
from workbench.runtime import Runtime


def runs(session: Session, project_id: str) -> list[Run]:
    """All runs of a project, oldest first."""
    return [run_view(row) for row in repository.of_project(session, project_id)]


def best(session: Session, project_id: str) -> RunRow | None:
    """The run that stands for a project: the highest throughput among the stable ones, else the highest at all."""
    return repository.best(session, project_id)


def layers(runtime: Runtime, row: RunRow) -> Layers | None:
    """The layers of a run under the roof of its device; None where they were not measured or are gone."""
    try:
        return layer_tables.layers(runtime, row)
    except NotFound:
        return None

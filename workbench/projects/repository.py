"""SQL about projects."""

from collections.abc import Iterable

from sqlalchemy import RowMapping, Select, case, func, or_, select, update
from sqlalchemy.orm import Session

from workbench.db.tables import Dataset, Device, Job, Model, Project, Run, Target

# A project's state is that of its newest job, unless something it needs is gone.
STATE = case(
    (or_(Project.model_id.is_(None), Project.dataset_id.is_(None), Project.target_id.is_(None)), "archived"),
    (Job.state.is_(None), "new"),
    (Job.state == "succeeded", "ready"),
    (Job.state == "failed", "error"),
    else_=Job.state,
)
_BEST = (
    select(Run.project_id, func.max(Run.throughput_fps).label("throughput_fps"))
    .group_by(Run.project_id)
    .subquery("best")
)
BEST_FPS = _BEST.c.throughput_fps


def statement(
    query: str | None = None,
    model_id: str | None = None,
    dataset_id: str | None = None,
    target_id: str | None = None,
    state: str | None = None,
    with_best: bool = False,
) -> Select[Project]:
    """Projects that match; `with_best` joins what `BEST_FPS` stands in."""
    wanted = select(Project)
    if with_best:
        wanted = wanted.outerjoin(_BEST, _BEST.c.project_id == Project.id)
    if state is not None:
        wanted = wanted.outerjoin(Job, Job.id == Project.last_job_id).where(STATE == state)
    if query:
        wanted = wanted.where(Project.name.icontains(query, autoescape=True))
    for column, value in (
        (Project.model_id, model_id),
        (Project.dataset_id, dataset_id),
        (Project.target_id, target_id),
    ):
        if value is not None:
            wanted = wanted.where(column == value)
    return wanted


def get(session: Session, project_id: str) -> Project | None:
    return session.get(Project, project_id)


def add(session: Session, row: Project) -> None:
    session.add(row)
    session.flush()
    session.refresh(row)


def same(session: Session, model_id: str, dataset_id: str, target_id: str, device: str) -> Project | None:
    return session.scalars(
        select(Project).filter_by(model_id=model_id, dataset_id=dataset_id, target_id=target_id, device=device)
    ).one_or_none()


def name_taken(session: Session, name: str) -> bool:
    return session.execute(select(Project.id).where(Project.name == name).limit(1)).first() is not None


def states(session: Session, ids: Iterable[str]) -> dict[str, str]:
    rows = session.execute(
        select(Project.id, STATE).outerjoin(Job, Job.id == Project.last_job_id).where(Project.id.in_(list(ids)))
    )
    return {project_id: state for project_id, state in rows}


def run_counts(session: Session, ids: Iterable[str]) -> dict[str, int]:
    rows = session.execute(
        select(Run.project_id, func.count()).where(Run.project_id.in_(list(ids))).group_by(Run.project_id)
    )
    return {project_id: count for project_id, count in rows}


def best_runs(session: Session, ids: Iterable[str]) -> dict[str, RowMapping]:
    """The fastest run of each project; of equals, the newest. Rows with the columns that a list shows."""
    place = func.row_number().over(
        partition_by=Run.project_id, order_by=(Run.throughput_fps.desc(), Run.created_at.desc())
    )
    ranked = (
        select(
            Run.id,
            Run.project_id,
            Run.throughput_fps,
            Run.latency_median_ms,
            Run.latency_p99_ms,
            Run.verdict,
            place.label("place"),
        )
        .where(Run.project_id.in_(list(ids)))
        .subquery()
    )
    return {row["project_id"]: row for row in session.execute(select(ranked).where(ranked.c.place == 1)).mappings()}


def models(session: Session, ids: Iterable[str]) -> dict[str, RowMapping]:
    columns = (Model.id, Model.name, Model.task, Model.precision, Model.size_bytes)
    return {row["id"]: row for row in session.execute(select(*columns).where(Model.id.in_(list(ids)))).mappings()}


def datasets(session: Session, ids: Iterable[str]) -> dict[str, RowMapping]:
    columns = (Dataset.id, Dataset.name, Dataset.format, Dataset.count)
    return {row["id"]: row for row in session.execute(select(*columns).where(Dataset.id.in_(list(ids)))).mappings()}


def targets(session: Session, ids: Iterable[str]) -> dict[str, RowMapping]:
    chosen = select(Target.id, Target.name).where(Target.id.in_(list(ids)))
    return {row["id"]: row for row in session.execute(chosen).mappings()}


def device_names(session: Session, target_ids: Iterable[str]) -> dict[tuple[str, str], str]:
    rows = session.execute(
        select(Device.target_id, Device.name, Device.full_name).where(Device.target_id.in_(list(target_ids)))
    )
    return {(target_id, name): full_name for target_id, name, full_name in rows}


def set_last_job(session: Session, project_id: str, job_id: str) -> None:
    session.execute(update(Project).where(Project.id == project_id).values(last_job_id=job_id))


def children(session: Session, project_id: str) -> list[Project]:
    return list(session.scalars(select(Project).where(Project.parent_id == project_id)))


def run_artifacts(session: Session, project_id: str) -> list[str]:
    rows = session.execute(
        select(Run.latencies_artifact_id, Run.layers_artifact_id).where(Run.project_id == project_id)
    )
    return [artifact_id for row in rows for artifact_id in row if artifact_id is not None]

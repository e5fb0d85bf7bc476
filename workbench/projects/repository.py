"""SQL about projects."""

from collections.abc import Iterable

from sqlalchemy import RowMapping, Select, and_, bindparam, case, delete, func, not_, or_, select, update
from sqlalchemy.orm import Session, aliased

from workbench.db.tables import Artifact, Dataset, Device, Job, Model, Package, Project, Report, Run, Target

_ARCHIVED = or_(Project.model_id.is_(None), Project.dataset_id.is_(None), Project.target_id.is_(None))
# What the state of a project is called, by that of its newest job; the others keep their name.
_CALLED = {"succeeded": "ready", "failed": "error"}
_OF_JOB = {called: state for state, called in _CALLED.items()}
# A project's state is that of its newest job, unless something it needs is gone.
STATE = case(
    (_ARCHIVED, "archived"),
    (Job.state.is_(None), "new"),
    *((Job.state == state, called) for state, called in _CALLED.items()),
    else_=Job.state,
)
_JOB_STATE = select(Job.state).where(Job.id == Project.last_job_id).correlate(Project).scalar_subquery()
# Of every project by itself: the index of runs by project and throughput answers it at once.
BEST_FPS = (
    select(func.max(Run.throughput_fps))
    .where(Run.project_id == Project.id)
    .correlate(Project)
    .scalar_subquery()
    .label("best_fps")
)


# Built once: putting it together takes longer than running it.
_ITS = aliased(Run)
_BEST = (
    select(_ITS.id)
    .where(_ITS.project_id == Project.id)
    .order_by(_ITS.throughput_fps.desc(), _ITS.created_at.desc())
    .limit(1)
    .correlate(Project)
    .scalar_subquery()
)
_REPORTED = aliased(Report)
_NEWEST_REPORT = (
    select(_REPORTED.id)
    .where(_REPORTED.project_id == Project.id, _REPORTED.kind == "annotations")
    .order_by(_REPORTED.created_at.desc(), _REPORTED.id.desc())
    .limit(1)
    .correlate(Project)
    .scalar_subquery()
)
_COUNT = select(func.count(_ITS.id)).where(_ITS.project_id == Project.id).correlate(Project).scalar_subquery()
_DETAILS = (
    select(
        Project.id,
        STATE.label("state"),
        _COUNT.label("run_count"),
        Model.name.label("model_name"),
        Model.task.label("model_task"),
        Model.precision.label("model_precision"),
        Model.size_bytes.label("model_size_bytes"),
        Dataset.name.label("dataset_name"),
        Dataset.format.label("dataset_format"),
        Dataset.count.label("dataset_count"),
        Target.name.label("target_name"),
        Device.full_name.label("device_full_name"),
        Run.id.label("run_id"),
        Run.throughput_fps,
        Run.latency_median_ms,
        Run.latency_p99_ms,
        Run.verdict,
        Report.id.label("report_id"),
        Report.result["headline"].label("headline"),
    )
    .outerjoin(Job, Job.id == Project.last_job_id)
    .outerjoin(Model, Model.id == Project.model_id)
    .outerjoin(Dataset, Dataset.id == Project.dataset_id)
    .outerjoin(Target, Target.id == Project.target_id)
    .outerjoin(Device, and_(Device.target_id == Project.target_id, Device.name == Project.device))
    .outerjoin(Run, Run.id == _BEST)
    .outerjoin(Report, Report.id == _NEWEST_REPORT)
    .where(Project.id.in_(bindparam("ids", expanding=True)))
)


def statement(
    query: str | None = None,
    model_id: str | None = None,
    dataset_id: str | None = None,
    target_id: str | None = None,
    state: str | None = None,
) -> Select[Project]:
    """Projects that match."""
    wanted = select(Project)
    # The same as STATE == state, asked of each project by itself: a join reads all jobs, and those only grow.
    if state == "archived":
        wanted = wanted.where(_ARCHIVED)
    elif state == "new":
        wanted = wanted.where(not_(_ARCHIVED), _JOB_STATE.is_(None))
    elif state is not None:
        wanted = wanted.where(not_(_ARCHIVED), _JOB_STATE == _OF_JOB.get(state, state))
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


def details(session: Session, ids: Iterable[str]) -> dict[str, RowMapping]:
    """What a list shows of each project beside its own columns, in one query: `state`, `run_count`, and the columns
    of its model, dataset, target, device, best run (of equals, the newest) and newest report against annotations, null
    where there is none."""
    return {row["id"]: row for row in session.execute(_DETAILS, {"ids": list(ids)}).mappings()}


def set_last_job(session: Session, project_id: str, job_id: str) -> None:
    session.execute(update(Project).where(Project.id == project_id).values(last_job_id=job_id))


def children(session: Session, project_id: str) -> list[Project]:
    return list(session.scalars(select(Project).where(Project.parent_id == project_id)))


def run_artifacts(session: Session, project_id: str) -> list[str]:
    rows = session.execute(
        select(Run.latencies_artifact_id, Run.layers_artifact_id).where(Run.project_id == project_id)
    )
    return [artifact_id for row in rows for artifact_id in row if artifact_id is not None]


def forget_packages(session: Session, project_id: str) -> list[str]:
    """Delete the packages of a project; returns the artifacts that had them, whose files go after the commit."""
    found = session.scalars(select(Package.artifact_id).where(Package.project_id == project_id))
    artifacts = [artifact_id for artifact_id in found if artifact_id is not None]
    session.execute(delete(Package).where(Package.project_id == project_id))
    session.execute(delete(Artifact).where(Artifact.id.in_(artifacts)))
    return artifacts

"""SQL about runs."""

from typing import Any

from sqlalchemy import Select, case, delete, select, update
from sqlalchemy.orm import Session

from workbench.db.tables import Artifact, Dataset, Job, Model, Project, Run


def statement(project_id: str | None = None, job_id: str | None = None) -> Select[Run]:
    wanted = select(Run)
    if project_id is not None:
        wanted = wanted.where(Run.project_id == project_id)
    if job_id is not None:
        wanted = wanted.where(Run.job_id == job_id)
    return wanted


def get(session: Session, run_id: str) -> Run | None:
    return session.get(Run, run_id)


def project_of(session: Session, project_id: str) -> Project:
    """The project of a run, which is there as long as the run is."""
    return session.get_one(Project, project_id)


def of_project(session: Session, project_id: str) -> list[Run]:
    """All runs of a project, oldest first."""
    return list(session.scalars(statement(project_id).order_by(Run.created_at, Run.id)))


def best(session: Session, project_id: str) -> Run | None:
    """Of a project: the highest throughput among the stable runs, else among all; of equals, the newest."""
    order = (case((Run.verdict == "stable", 0), else_=1), Run.throughput_fps.desc(), Run.created_at.desc())
    return session.scalars(statement(project_id).order_by(*order).limit(1)).one_or_none()


def add(session: Session, row: Run | Artifact) -> None:
    session.add(row)
    session.flush()


def set_layers(session: Session, run_id: str, **values: Any) -> None:
    session.execute(update(Run).where(Run.id == run_id).values(**values))


def remove_artifacts(session: Session, artifact_ids: list[str]) -> None:
    session.execute(update(Run).where(Run.latencies_artifact_id.in_(artifact_ids)).values(latencies_artifact_id=None))
    session.execute(update(Run).where(Run.layers_artifact_id.in_(artifact_ids)).values(layers_artifact_id=None))
    session.execute(delete(Artifact).where(Artifact.id.in_(artifact_ids)))


def parts(session: Session, project_id: str) -> tuple[Project, Model, Dataset] | None:
    """A project with the model and dataset it measures; None when one of them is gone."""
    row = session.execute(
        select(Project, Model, Dataset)
        .join(Model, Model.id == Project.model_id)
        .join(Dataset, Dataset.id == Project.dataset_id)
        .where(Project.id == project_id)
    ).one_or_none()
    return None if row is None else (row[0], row[1], row[2])


def benchmark_jobs(session: Session, project_id: str) -> list[Job]:
    """All jobs that measure configurations of a project, oldest first. Whoever asks in a transaction that writes is
    alone with the project until it commits."""
    session.execute(select(Project.id).where(Project.id == project_id).with_for_update())
    wanted = select(Job).where(Job.project_id == project_id, Job.kind == "benchmark")
    return list(session.scalars(wanted.order_by(Job.created_at, Job.id)))


def of_jobs(session: Session, job_ids: list[str]) -> list[Run]:
    return list(session.scalars(select(Run).where(Run.job_id.in_(job_ids))))


def with_ids(session: Session, run_ids: list[str]) -> list[Run]:
    """Of these runs, those that are still there."""
    return list(session.scalars(select(Run).where(Run.id.in_(run_ids)).order_by(Run.created_at, Run.id)))


def target_of(session: Session, project_id: str) -> str | None:
    """The id of the target that a project measures on."""
    return session.scalar(select(Project.target_id).where(Project.id == project_id))

"""SQL about reports and predictions."""

from datetime import datetime

from sqlalchemy import Select, delete, select, update
from sqlalchemy.orm import Session

from workbench.db.tables import Artifact, Dataset, Job, Model, Prediction, Project, Report


def statement(project_id: str | None = None, kind: str | None = None) -> Select[Report]:
    wanted = select(Report)
    if project_id is not None:
        wanted = wanted.where(Report.project_id == project_id)
    if kind is not None:
        wanted = wanted.where(Report.kind == kind)
    return wanted


def projects() -> Select[Project]:
    return select(Project)


def get(session: Session, report_id: str) -> Report | None:
    return session.get(Report, report_id)


def newest(session: Session, project_id: str, kind: str) -> Report | None:
    """The newest report of a kind of a project."""
    ordered = statement(project_id, kind).order_by(Report.created_at.desc(), Report.id.desc())
    return session.scalars(ordered.limit(1)).one_or_none()


def add(session: Session, row: Report | Prediction | Artifact) -> None:
    session.add(row)
    session.flush()


def remove(session: Session, row: Report | Prediction) -> str | None:
    """Delete a row and its artifact's; returns the id of the artifact, whose files go after the commit."""
    artifact_id = row.artifact_id
    session.delete(row)
    session.flush()
    if artifact_id is not None:
        session.execute(delete(Artifact).where(Artifact.id == artifact_id))
    return artifact_id


def artifacts_of_project(session: Session, project_id: str) -> list[str]:
    found: list[str | None] = []
    for table in (Report, Prediction):
        found += session.scalars(select(table.artifact_id).where(table.project_id == project_id))
    return [artifact_id for artifact_id in found if artifact_id is not None]


def remove_artifacts(session: Session, artifact_ids: list[str]) -> None:
    for table in (Report, Prediction):
        session.execute(update(table).where(table.artifact_id.in_(artifact_ids)).values(artifact_id=None))
    session.execute(delete(Artifact).where(Artifact.id.in_(artifact_ids)))


def project(session: Session, project_id: str | None) -> Project | None:
    return session.get(Project, project_id) if project_id is not None else None


def model(session: Session, model_id: str | None) -> Model | None:
    return session.get(Model, model_id) if model_id is not None else None


def dataset(session: Session, dataset_id: str | None) -> Dataset | None:
    return session.get(Dataset, dataset_id) if dataset_id is not None else None


def parts(session: Session, project_id: str) -> tuple[Project, Model, Dataset] | None:
    """A project with the model and dataset it measures; None when one of them is gone."""
    row = session.execute(
        select(Project, Model, Dataset)
        .join(Model, Model.id == Project.model_id)
        .join(Dataset, Dataset.id == Project.dataset_id)
        .where(Project.id == project_id)
    ).one_or_none()
    return None if row is None else (row[0], row[1], row[2])


def prediction(session: Session, prediction_id: str) -> Prediction | None:
    return session.get(Prediction, prediction_id)


def prediction_with_job(session: Session, prediction_id: str) -> tuple[Prediction, Job | None] | None:
    row = session.execute(
        select(Prediction, Job).outerjoin(Job, Job.id == Prediction.job_id).where(Prediction.id == prediction_id)
    ).one_or_none()
    return None if row is None else (row[0], row[1])


def old_predictions(session: Session, before: datetime) -> list[Prediction]:
    return list(session.scalars(select(Prediction).where(Prediction.created_at < before).limit(1000)))

"""SQL about what a check measures."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from workbench.db.tables import Dataset, Model, Project


def model(session: Session, model_id: str | None) -> Model | None:
    """A model that can be measured."""
    row = session.get(Model, model_id) if model_id is not None else None
    return row if row is not None and row.state == "ready" and row.artifact_id is not None else None


def model_by_hash(session: Session, sha256: str) -> Model | None:
    """The newest model of exactly these bytes."""
    found = select(Model).where(Model.sha256 == sha256, Model.state == "ready", Model.artifact_id.is_not(None))
    return session.scalars(found.order_by(Model.created_at.desc()).limit(1)).first()


def dataset(session: Session, dataset_id: str | None) -> Dataset | None:
    """A dataset that can be read."""
    row = session.get(Dataset, dataset_id) if dataset_id is not None else None
    return row if row is not None and row.state == "ready" and row.artifact_id is not None else None


def project(session: Session, project_id: str | None) -> Project | None:
    return session.get(Project, project_id) if project_id is not None else None

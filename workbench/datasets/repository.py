"""SQL about datasets."""

from collections.abc import Iterable

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from workbench.db.tables import Artifact, Dataset, Project


def statement(query: str | None, data_format: str | None, state: str | None) -> Select[Dataset]:
    wanted = select(Dataset)
    if query:
        wanted = wanted.where(Dataset.name.icontains(query, autoescape=True))
    if data_format:
        wanted = wanted.where(Dataset.format == data_format)
    if state:
        wanted = wanted.where(Dataset.state == state)
    return wanted


def add(session: Session, row: Dataset | Artifact) -> None:
    session.add(row)
    session.flush()


def get(session: Session, dataset_id: str) -> Dataset | None:
    return session.get(Dataset, dataset_id)


def being_made_of(session: Session, dataset_id: str) -> list[Dataset]:
    """Subsets and the like that are not ready yet."""
    return list(session.scalars(select(Dataset).where(Dataset.parent_id == dataset_id, Dataset.state == "importing")))


def name_taken(session: Session, name: str) -> bool:
    return session.execute(select(Dataset.id).where(Dataset.name == name)).first() is not None


def project_counts(session: Session, dataset_ids: Iterable[str]) -> dict[str, int]:
    counted = (
        select(Project.dataset_id, func.count())
        .where(Project.dataset_id.in_(list(dataset_ids)))
        .group_by(Project.dataset_id)
    )
    return {dataset_id: count for dataset_id, count in session.execute(counted) if dataset_id}


def remove(session: Session, row: Dataset) -> str | None:
    """Delete the rows of a dataset and its artifact; returns the artifact's id, whose files go after the commit."""
    artifact_id = row.artifact_id
    session.delete(row)
    session.flush()
    if artifact_id is not None:
        artifact = session.get(Artifact, artifact_id)
        if artifact is not None:
            session.delete(artifact)
    return artifact_id

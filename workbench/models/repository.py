"""SQL about models."""

from collections.abc import Iterable

from sqlalchemy import Select, delete, func, select
from sqlalchemy.orm import Session

from workbench.db.tables import Artifact, Model, Project


def statement(query: str | None, task: str | None, state: str | None, family: str | None = None) -> Select[Model]:
    """`family`: the id of a model; what it was made from, and all that was made of these."""
    wanted = select(Model)
    if family:
        above = select(Model.id, Model.parent_id).where(Model.id == family).cte("above", recursive=True)
        above = above.union(select(Model.id, Model.parent_id).where(Model.id == above.c.parent_id))
        below = select(above.c.id).cte("below", recursive=True)
        below = below.union(select(Model.id).where(Model.parent_id == below.c.id))
        wanted = wanted.where(Model.id.in_(select(below.c.id)))
    if query:
        wanted = wanted.where(Model.name.icontains(query, autoescape=True))
    if task:
        wanted = wanted.where(Model.task == task)
    if state:
        wanted = wanted.where(Model.state == state)
    return wanted


def add(session: Session, row: Model | Artifact) -> None:
    session.add(row)
    session.flush()


def get(session: Session, model_id: str) -> Model | None:
    return session.get(Model, model_id)


def name_taken(session: Session, name: str) -> bool:
    return session.execute(select(Model.id).where(Model.name == name)).first() is not None


def project_counts(session: Session, model_ids: Iterable[str]) -> dict[str, int]:
    counted = (
        select(Project.model_id, func.count()).where(Project.model_id.in_(list(model_ids))).group_by(Project.model_id)
    )
    return {model_id: count for model_id, count in session.execute(counted) if model_id}


def remove(session: Session, row: Model) -> str | None:
    """Delete the rows of a model and its artifact; returns the artifact's id, whose files go after the commit."""
    artifact_id = row.artifact_id
    session.delete(row)
    session.flush()
    if artifact_id is not None:
        artifact = session.get(Artifact, artifact_id)
        if artifact is not None:
            session.delete(artifact)
    return artifact_id


def remove_artifact(session: Session, artifact_id: str) -> None:
    session.execute(delete(Artifact).where(Artifact.id == artifact_id))

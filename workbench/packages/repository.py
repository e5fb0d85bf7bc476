"""SQL about packages."""

from sqlalchemy import Select, delete, select
from sqlalchemy.orm import Session

from workbench.db.tables import Artifact, Package


def statement(project_id: str | None = None, kind: str | None = None) -> Select[Package]:
    wanted = select(Package)
    if project_id is not None:
        wanted = wanted.where(Package.project_id == project_id)
    if kind is not None:
        wanted = wanted.where(Package.kind == kind)
    return wanted


def get(session: Session, package_id: str) -> Package | None:
    return session.get(Package, package_id)


def add(session: Session, row: Package, artifact: Artifact) -> None:
    session.add(artifact)
    session.flush()
    session.add(row)
    session.flush()


def remove(session: Session, row: Package) -> str | None:
    """Delete a row and its artifact's; returns the id of the artifact, whose files go after the commit."""
    artifact_id = row.artifact_id
    session.delete(row)
    session.flush()
    if artifact_id is not None:
        session.execute(delete(Artifact).where(Artifact.id == artifact_id))
    return artifact_id

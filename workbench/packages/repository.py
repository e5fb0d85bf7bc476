"""SQL about packages."""

from collections.abc import Iterable

from sqlalchemy import Select, delete, select
from sqlalchemy.orm import Session

from workbench.db.tables import Artifact, Dataset, Model, Package, Project, Report, Run, Target


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


# What an export is gathered from, and an import leaves


def ancestors(session: Session, model: Model) -> list[Model]:
    """What a model was made from, the first one first."""
    found: list[Model] = []
    while model.parent_id is not None and (parent := session.get(Model, model.parent_id)) is not None:
        found.insert(0, parent)
        model = parent
    return found


def family(session: Session, model: Model) -> list[Model]:
    """A model with all that it was made from and all that was made of these: parents before their children."""
    found = [*ancestors(session, model), model][:1]
    level = [found[0].id]
    while level:
        made = select(Model).where(Model.parent_id.in_(level)).order_by(Model.created_at, Model.id)
        children = list(session.scalars(made))
        found += children
        level = [child.id for child in children]
    return found


def family_projects(session: Session, row: Project, model_ids: list[str]) -> list[Project]:
    """The projects of these models beside `row`: with its dataset, on its target; oldest first."""
    wanted = select(Project).where(
        Project.model_id.in_(model_ids), Project.dataset_id == row.dataset_id, Project.target_id == row.target_id
    )
    return list(session.scalars(wanted.order_by(Project.created_at, Project.id)))


def project(session: Session, project_id: str | None) -> Project | None:
    return session.get(Project, project_id) if project_id is not None else None


def target(session: Session, target_id: str | None) -> Target | None:
    return session.get(Target, target_id) if target_id is not None else None


def runs(session: Session, project_id: str) -> list[Run]:
    """Oldest first."""
    return list(session.scalars(select(Run).where(Run.project_id == project_id).order_by(Run.created_at, Run.id)))


def reports(session: Session, project_id: str) -> list[Report]:
    """Oldest first."""
    wanted = select(Report).where(Report.project_id == project_id)
    return list(session.scalars(wanted.order_by(Report.created_at, Report.id)))


def artifact_sha256(session: Session, artifact_id: str | None) -> str:
    return session.get_one(Artifact, artifact_id).sha256


def artifact_sizes(session: Session, artifact_ids: list[str]) -> dict[str, int]:
    """Id → bytes."""
    found = session.execute(select(Artifact.id, Artifact.size_bytes).where(Artifact.id.in_(artifact_ids)))
    return {artifact_id: size for artifact_id, size in found}


def dataset_of(session: Session, sha256: str) -> Dataset | None:
    """The oldest dataset with just this content."""
    wanted = select(Dataset).join(Artifact, Artifact.id == Dataset.artifact_id).where(Artifact.sha256 == sha256)
    return session.scalars(wanted.where(Dataset.state == "ready").order_by(Dataset.created_at).limit(1)).one_or_none()


def name_taken(session: Session, table: type[Model] | type[Dataset] | type[Project], name: str) -> bool:
    return session.execute(select(table.id).where(table.name == name).limit(1)).first() is not None


def insert(session: Session, rows: Iterable[Artifact | Model | Dataset | Project | Run | Report]) -> None:
    """Written at once, in this order: what others refer to comes first."""
    for row in rows:
        session.add(row)
    session.flush()

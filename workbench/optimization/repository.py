"""SQL about versions of models and the jobs that make them."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from workbench.db.tables import Dataset, Job, Model, Project, Report


def model(session: Session, model_id: str | None) -> Model | None:
    return session.get(Model, model_id) if model_id is not None else None


def dataset(session: Session, dataset_id: str | None) -> Dataset | None:
    return session.get(Dataset, dataset_id) if dataset_id is not None else None


def project(session: Session, project_id: str | None) -> Project | None:
    return session.get(Project, project_id) if project_id is not None else None


def newest_job(session: Session, project_id: str, kind: str) -> Job | None:
    wanted = select(Job).where(Job.project_id == project_id, Job.kind == kind)
    return session.scalars(wanted.order_by(Job.created_at.desc(), Job.id.desc()).limit(1)).one_or_none()


def reports(session: Session, project_id: str, kind: str, limit: int = 50) -> list[Report]:
    """The newest reports of a kind of a project, newest first."""
    wanted = select(Report).where(Report.project_id == project_id, Report.kind == kind)
    return list(session.scalars(wanted.order_by(Report.created_at.desc(), Report.id.desc()).limit(limit)))


def projects_beside(session: Session, project: Project, model_ids: list[str]) -> dict[str, Project]:
    """Projects of these models with the dataset, target and device of a project, by model."""
    wanted = select(Project).where(
        Project.model_id.in_(model_ids),
        Project.dataset_id == project.dataset_id,
        Project.target_id == project.target_id,
        Project.device == project.device,
    )
    return {str(row.model_id): row for row in session.scalars(wanted)}

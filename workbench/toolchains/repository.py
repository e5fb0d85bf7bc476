"""What toolchains ask of the database."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from workbench.db.tables import Job


def installing(session: Session, name: str) -> Job | None:
    """The unfinished installation of a toolchain."""
    active = select(Job).where(Job.kind == "toolchain_install", Job.state.in_(("queued", "running")))
    return next((job for job in session.scalars(active) if job.parameters.get("name") == name), None)

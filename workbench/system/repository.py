"""SQL about the server as a whole."""

from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from workbench.db.tables import Artifact, Device, Target


def artifact_bytes(session: Session) -> dict[str, int]:
    """Bytes of all artifacts by their kind."""
    statement = select(Artifact.kind, func.sum(Artifact.size_bytes)).group_by(Artifact.kind)
    return {kind: int(size) for kind, size in session.execute(statement)}


def database_bytes(session: Session) -> int:
    """What the database takes on its disk."""
    if session.get_bind().dialect.name == "postgresql":
        return int(session.execute(text("SELECT pg_database_size(current_database())")).scalar_one())
    pages = session.execute(text("PRAGMA page_count")).scalar_one()
    size = session.execute(text("PRAGMA page_size")).scalar_one()
    return int(pages) * int(size)


def ask(session: Session) -> None:
    """The shortest question that only a living database answers."""
    session.execute(text("SELECT 1")).scalar_one()


def target_names(session: Session) -> dict[str, str]:
    return {row.id: row.name for row in session.execute(select(Target.id, Target.name))}


def devices(session: Session) -> dict[str, list[str]]:
    """Names of the devices of each target, by the target's name; a target that was not probed has none."""
    statement = (
        select(Target.name, Device.name)
        .outerjoin(Device, Device.target_id == Target.id)
        .order_by(Target.name, Device.name)
    )
    found: dict[str, list[str]] = {}
    for target, device in session.execute(statement):
        found.setdefault(target, [])
        if device is not None:
            found[target].append(device)
    return found

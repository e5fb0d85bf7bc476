"""Rules of packages: keeping, finding, handing out, deleting. What makes them is in modules of their own."""

import re
from pathlib import Path
from typing import Any

from sqlalchemy import Select
from sqlalchemy.orm import Session

from workbench.db.base import new_id
from workbench.db.tables import Artifact, Package
from workbench.errors import NotFound
from workbench.jobs import events
from workbench.jobs.context import JobContext
from workbench.jobs.dispatch import once
from workbench.packages import repository, schemas
from workbench.projects import service as projects
from workbench.runtime import Runtime
from workbench.storage.store import Storage, StoredArtifact

# Names of the files of a package's artifact; under `Package.filename` the archive leaves.
ARCHIVE = "package.tar.gz"
LOG = "trial.log"
_ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def packages(session: Session, project: str | None, kind: str | None) -> Select[Package]:
    """Those of a project (id or name) and of a kind."""
    return repository.statement(projects.get(session, project).id if project is not None else None, kind)


def get(session: Session, package_id: str) -> Package:
    row = repository.get(session, package_id) if _ID.fullmatch(package_id) else None
    if row is None:
        raise NotFound("There is no such package.", code="package_not_found")
    return row


def view(row: Package, with_log: bool = True) -> schemas.Package:
    """`with_log`: lists leave the log of the trial out."""
    told: dict[str, Any] = row.result
    trial = told.get("trial")
    if trial is not None and not with_log:
        trial = trial | {"log": ""}
    return schemas.Package(
        id=row.id,
        kind=row.kind,  # type: ignore[arg-type]
        name=row.name,
        filename=row.filename,
        project_id=row.project_id,
        model_id=row.model_id,
        job_id=row.job_id,
        devices=told.get("devices") or [],
        configuration=told.get("configuration"),
        size_bytes=row.size_bytes,
        sha256=row.sha256,
        parts=told.get("parts") or [],
        trial=trial,
        options=told.get("options") or {},
        created_at=row.created_at,
    )


def keep(
    session: Session,
    context: JobContext,
    stored: StoredArtifact,
    *,
    project_id: str,
    model_id: str | None,
    kind: schemas.PackageKind,
    name: str,
    filename: str,
    size_bytes: int,
    sha256: str,
    result: dict[str, Any],
) -> Package:
    """The row of a package whose `stored` artifact has the archive as ARCHIVE, of `size_bytes` and `sha256`, and
    perhaps LOG. `result`: the fields devices, configuration, parts, trial and options of `schemas.Package`."""
    row = Package(
        id=new_id(),
        project_id=project_id,
        model_id=model_id,
        job_id=context.job.id,
        kind=kind,
        name=name,
        filename=filename,
        size_bytes=size_bytes,
        sha256=sha256,
        result=result,
        artifact_id=stored.id,
    )
    artifact = Artifact(id=stored.id, kind="package", size_bytes=stored.size_bytes, sha256=stored.sha256)
    repository.add(session, row, artifact)
    events.changed(session, "packages", row.id, project_id=project_id)
    return row


def archive(runtime: Runtime, row: Package) -> Path:
    """The file of a package. Raises NotFound."""
    return _file(runtime.storage, row, ARCHIVE)


def log(runtime: Runtime, row: Package) -> str:
    """What was said when it was tried. Raises NotFound where it was not (an export)."""
    return _file(runtime.storage, row, LOG).read_text(encoding="utf-8", errors="replace")


def _file(storage: Storage, row: Package, name: str) -> Path:
    path = storage.artifact(row.artifact_id, name) if row.artifact_id is not None else None
    if path is None or not path.is_file():
        raise NotFound("The package has no such file.", code="file_not_found")
    return path


def delete(session: Session, storage: Storage, package_id: str) -> None:
    row = get(session, package_id)
    events.changed(session, "packages", row.id, project_id=row.project_id)
    artifact_id = repository.remove(session, row)
    if artifact_id is not None:
        once(session, "after_commit", lambda _: storage.delete_artifact(artifact_id))

"""Rules of datasets."""

from pathlib import Path
from typing import Any

from sqlalchemy.orm import Session

from workbench.datasets import repository, schemas
from workbench.datasets.internal_form import DatasetReader as DatasetReader
from workbench.datasets.internal_form import thumbnail_name
from workbench.db.tables import Artifact, Dataset
from workbench.errors import Conflict, NotFound
from workbench.jobs import events
from workbench.jobs import service as jobs
from workbench.jobs.dispatch import once
from workbench.names import checked_name, find, free_name, name_from_file
from workbench.runtime import Runtime
from workbench.storage.store import Storage, StoredArtifact


def get(session: Session, ref: str) -> Dataset:
    return find(session, repository.statement(None, None, None), Dataset, ref, "dataset")


def ready(session: Session, ref: str) -> Dataset:
    """A dataset that can be worked with."""
    row = get(session, ref)
    if row.state != "ready" or row.artifact_id is None:
        raise Conflict(
            f"The dataset '{row.name}' is still being imported.",
            code="dataset_not_ready",
            action="Wait until its import has ended.",
        )
    return row


def create(
    session: Session, name: str | None, filename: str, parent_id: str | None = None, guess: str | None = None
) -> Dataset:
    """A dataset that is being imported. A name that the user chose must be free; a guessed one is made so.

    It is guessed from `filename`, unless `guess` is one already.
    """
    if name is not None:
        name = checked_name(name)
        if repository.name_taken(session, name):
            raise Conflict(f"Another dataset is called '{name}'.", code="name_taken", action="Choose another name.")
    else:
        guess = guess or name_from_file(filename, "dataset")
        name = free_name(guess, lambda text: repository.name_taken(session, text))
    row = Dataset(name=name, state="importing", parent_id=parent_id)
    repository.add(session, row)
    session.refresh(row)
    return row


def complete(session: Session, dataset_id: str, stored: StoredArtifact, facts: dict[str, Any]) -> None:
    """The import's last step: the dataset becomes usable, in the transaction that ends its job."""
    row = repository.get(session, dataset_id)
    if row is None:
        raise Conflict("The dataset was deleted meanwhile.", code="dataset_gone", action="Import it again.")
    repository.add(session, Artifact(id=stored.id, kind="dataset", size_bytes=stored.size_bytes, sha256=stored.sha256))
    row.artifact_id = stored.id
    row.state = "ready"
    row.size_bytes = stored.size_bytes
    row.format = facts["format"]
    row.tasks = facts["tasks"]
    row.annotated = facts["format"] not in ("not_annotated", "generated")
    row.count = facts["count"]
    row.labels = facts.get("labels")
    row.colors = facts.get("colors")
    row.skeleton = facts.get("skeleton")
    row.statistics = facts.get("statistics")
    row.class_counts = {str(key): value for key, value in (facts.get("class_counts") or {}).items()}
    row.checks = facts.get("checks")
    row.warnings = facts.get("warnings")
    session.flush()
    events.changed(session, "datasets", row.id)


def abandon(session: Session, dataset_id: str | None) -> None:
    """An import that failed or was cancelled leaves no dataset."""
    row = repository.get(session, dataset_id) if dataset_id else None
    if row is not None and row.state == "importing":
        repository.remove(session, row)
        events.changed(session, "datasets", row.id)


def rename(session: Session, ref: str, name: str) -> Dataset:
    row = get(session, ref)
    name = checked_name(name)
    if name != row.name and repository.name_taken(session, name):
        raise Conflict(f"Another dataset is called '{name}'.", code="name_taken", action="Choose another name.")
    row.name = name
    session.flush()
    events.changed(session, "datasets", row.id)
    return row


def delete(session: Session, storage: Storage, ref: str) -> None:
    """Remove a dataset. Its projects stay, read-only; refused while jobs use it or make others of it."""
    row = get(session, ref)
    jobs.refuse_while_active(session, f"'{row.name}'", dataset_id=row.id)
    for made in [row, *repository.being_made_of(session, row.id)]:
        if made.state == "importing" and made.job_id is not None:
            jobs.refuse_while_active(session, f"'{row.name}'", id=made.job_id)
    artifact_id = repository.remove(session, row)
    events.changed(session, "datasets", row.id)
    if artifact_id is not None:
        once(session, "after_commit", lambda _: storage.delete_artifact(artifact_id))


def views(session: Session, rows: list[Dataset]) -> list[schemas.Dataset]:
    counts = repository.project_counts(session, [row.id for row in rows])
    return [schemas.dataset_view(row, counts.get(row.id, 0)) for row in rows]


def folder(runtime: Runtime, row: Dataset) -> Path:
    """Where the internal form of a ready dataset is."""
    assert row.artifact_id is not None
    return runtime.storage.artifact(row.artifact_id)


def reader(runtime: Runtime, row: Dataset) -> DatasetReader:
    return DatasetReader(folder(runtime, row))


def refuse_noise(runtime: Runtime, row: Dataset, purpose: str) -> None:
    """Raises Conflict `dataset_is_noise` for a dataset, or a part of one, that was made of noise."""
    if reader(runtime, row).facts.get("synthetic"):
        raise Conflict(
            f"'{row.name}' is made of noise, for benchmarks only: {purpose} on it means nothing.",
            code="dataset_is_noise",
            action="Use a dataset of real pictures.",
        )


def sample_file(runtime: Runtime, row: Dataset, number: int, member: str) -> Path:
    """A file of a sample: its "thumbnail", or what `member` of its index line names. Raises NotFound."""
    if not 0 <= number < row.count:
        raise NotFound(f"'{row.name}' has no sample {number}.", code="sample_not_found")
    assert row.artifact_id is not None
    if member == "thumbnail":
        name: str | None = thumbnail_name(number)
    else:
        name = reader(runtime, row).sample(number).get(member)
    if name is None:
        raise NotFound(f"Sample {number} of '{row.name}' has no {member}.", code="sample_not_found")
    path = runtime.storage.artifact(row.artifact_id, *name.split("/"))
    if not path.is_file():
        raise NotFound("The picture is not there.", code="sample_not_found")
    return path

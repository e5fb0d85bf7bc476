"""Rules of models."""

import gzip
import json
import re
from pathlib import Path
from typing import Any

from sqlalchemy.orm import Session

from workbench.db.tables import Artifact, Model
from workbench.errors import Conflict, WorkbenchError
from workbench.jobs import events
from workbench.jobs import service as jobs
from workbench.jobs.dispatch import once
from workbench.models import repository, schemas
from workbench.models.storing import GRAPH_FILE, analyze_and_store
from workbench.names import checked_name, find, free_name, name_from_file
from workbench.runtime import Runtime
from workbench.storage.store import Storage, StoredArtifact

# What other rooms that make models call, too.
__all__ = ["GRAPH_FILE", "analyze_and_store"]

LAYERS_FILE = "analysis_layers.json.gz"
# Where the analysis of a model that was imported before graphs were kept names the artifact with its graph.
_LATER_GRAPH = "graph_artifact_id"


class NothingToImport(WorkbenchError):
    status = 422
    code = "nothing_to_import"
    title = "No file was named"
    action = "Give either finished uploads or a path on the server."


def get(session: Session, ref: str) -> Model:
    return find(session, repository.statement(None, None, None), Model, ref, "model")


def family(session: Session, model_id: str) -> list[Model]:
    """What a model was made from, and all that was made of these, the oldest first; ready ones alone."""
    rows = session.scalars(repository.statement(None, None, "ready", model_id))
    return sorted(rows, key=lambda row: (row.created_at, row.id))


def exists(session: Session, name: str) -> bool:
    return repository.name_taken(session, name)


def ready(session: Session, ref: str) -> Model:
    """A model that can be worked with."""
    row = get(session, ref)
    if row.state != "ready" or row.artifact_id is None:
        raise Conflict(
            f"The model '{row.name}' is still being imported.",
            code="model_not_ready",
            action="Wait until its import has ended.",
        )
    return row


def create(
    session: Session, name: str | None, filename: str, task: str | None, preprocessing: dict[str, Any] | None
) -> Model:
    """A model that is being imported. A name that the user chose must be free; a guessed one is made so."""
    if name is not None:
        name = checked_name(name)
        if repository.name_taken(session, name):
            raise Conflict(f"Another model is called '{name}'.", code="name_taken", action="Choose another name.")
    else:
        name = free_name(name_from_file(filename, "model"), lambda text: repository.name_taken(session, text))
    row = Model(
        name=name,
        state="importing",
        task=task,
        task_source="user" if task else "guessed",
        preprocessing=preprocessing,
    )
    repository.add(session, row)
    session.refresh(row)
    return row


def create_child(session: Session, parent: Model, name: str | None, usual: str) -> Model:
    """A child that is being made of a model: called `name`, else as `usual` or like it."""
    usual = free_name(usual, lambda text: repository.name_taken(session, text))
    row = create(session, name if name is not None else usual, usual, parent.task, None)
    row.task_source = parent.task_source
    row.parent_id = parent.id
    session.flush()
    return row


def keep_preprocessing(session: Session, model_id: str, left: dict[str, Any]) -> None:
    """What is still to be done outside of the model."""
    row = repository.get(session, model_id)
    if row is not None:
        row.preprocessing = schemas.Preprocessing.model_validate(left).model_dump()
        session.flush()


def complete(session: Session, model_id: str, stored: StoredArtifact, facts: dict[str, Any]) -> None:
    """The import's last step: the model becomes usable, in the transaction that ends its job."""
    row = repository.get(session, model_id)
    if row is None:
        raise Conflict("The model was deleted meanwhile.", code="model_gone", action="Import it again.")
    repository.add(session, Artifact(id=stored.id, kind="model", size_bytes=stored.size_bytes, sha256=stored.sha256))
    row.artifact_id = stored.id
    row.state = "ready"
    for field in ("precision", "framework", "source_format", "sha256", "size_bytes", "inputs", "outputs", "conversion"):
        setattr(row, field, facts[field])
    row.analysis = facts["analysis"]
    if row.task_source == "guessed":
        row.task = facts["task"]
    session.flush()
    events.changed(session, "models", row.id)


def abandon(session: Session, model_id: str | None) -> None:
    """An import that failed or was cancelled leaves no model."""
    row = repository.get(session, model_id) if model_id else None
    if row is not None and row.state == "importing":
        repository.remove(session, row)
        events.changed(session, "models", row.id)


def change(session: Session, ref: str, wanted: schemas.ModelChange) -> Model:
    row = get(session, ref)
    if wanted.name is not None:
        name = checked_name(wanted.name)
        if name != row.name and repository.name_taken(session, name):
            raise Conflict(f"Another model is called '{name}'.", code="name_taken", action="Choose another name.")
        row.name = name
    if "task" in wanted.model_fields_set and wanted.task is not None:
        row.task, row.task_source = wanted.task, "user"
    if "preprocessing" in wanted.model_fields_set:
        row.preprocessing = wanted.preprocessing.model_dump() if wanted.preprocessing else None
    session.flush()
    events.changed(session, "models", row.id)
    return row


def delete(session: Session, storage: Storage, ref: str) -> None:
    """Remove a model. Its projects stay, read-only; refused while jobs use it."""
    row = get(session, ref)
    jobs.refuse_while_active(session, f"'{row.name}'", model_id=row.id)
    graph_id = (row.analysis or {}).get(_LATER_GRAPH)
    artifact_id = repository.remove(session, row)
    events.changed(session, "models", row.id)
    if graph_id is not None:
        _forget(session, storage, graph_id)
    if artifact_id is not None:
        once(session, "after_commit", lambda _: storage.delete_artifact(artifact_id))


def graph_path(storage: Storage, row: Model) -> Path:
    """The file with the graph of a ready model. Raises Conflict where it was imported before graphs were kept."""
    beside = (row.analysis or {}).get(_LATER_GRAPH)
    for artifact_id in (beside, row.artifact_id):
        if artifact_id is not None and (path := storage.artifact(artifact_id, GRAPH_FILE)).is_file():
            return path
    raise Conflict(
        f"The graph of '{row.name}' was not drawn up yet: it was imported before graphs were kept.",
        code="graph_not_made",
        action="Have it made, which takes a few seconds: POST to this address, or 'Draw the graph' on the page.",
    )


def keep_graph(session: Session, storage: Storage, model_id: str, stored: StoredArtifact) -> None:
    """The last step of drawing up the graph of an older model; one that was made before is replaced."""
    row = repository.get(session, model_id)
    if row is None:
        raise Conflict("The model was deleted meanwhile.", code="model_gone", action="Import it again.")
    analysis = dict(row.analysis or {})
    earlier = analysis.get(_LATER_GRAPH)
    repository.add(session, Artifact(id=stored.id, kind="graph", size_bytes=stored.size_bytes, sha256=stored.sha256))
    row.analysis = analysis | {_LATER_GRAPH: stored.id}
    session.flush()
    if earlier is not None:
        _forget(session, storage, earlier)
    events.changed(session, "models", row.id)


def _forget(session: Session, storage: Storage, artifact_id: str) -> None:
    """Remove the row of an artifact now, and its files after the commit."""
    repository.remove_artifact(session, artifact_id)
    once(session, "after_commit", lambda _: storage.delete_artifact(artifact_id))


def views(session: Session, rows: list[Model]) -> list[schemas.Model]:
    counts = repository.project_counts(session, [row.id for row in rows])
    return [schemas.model_view(row, counts.get(row.id, 0)) for row in rows]


def files(runtime: Runtime, row: Model) -> tuple[Path, Path]:
    """Paths of the `.xml` and `.bin` of a ready model."""
    assert row.artifact_id is not None
    return (
        runtime.storage.artifact(row.artifact_id, "model.xml"),
        runtime.storage.artifact(row.artifact_id, "model.bin"),
    )


def layers(runtime: Runtime, row: Model) -> list[dict[str, Any]] | None:
    """Every operation of a ready model; None for one without a table of them."""
    path = runtime.storage.artifact(str(row.artifact_id), LAYERS_FILE)
    if not path.is_file():
        return None
    with gzip.open(path, "rt", encoding="utf-8") as file:
        found: list[dict[str, Any]] = json.load(file)
    return found


def download_name(name: str) -> str:
    """A file name in plain ASCII."""
    return re.sub(r"[^A-Za-z0-9._-]+", "_", name).strip("._") or "model"


_MAIN = (".xml", ".onnx", ".tflite", ".pdmodel", ".meta", ".pb", ".pbtxt")


def main_file(names: list[str]) -> str:
    """The file that gives a model its name: the topology, or the folder of a SavedModel."""
    for suffix in _MAIN:
        for name in names:
            if name.lower().endswith(suffix):
                folder, _, file = name.rpartition("/")
                return folder if file in ("saved_model.pb", "saved_model.pbtxt") and folder else name
    return names[0] if names else "model"

"""`/models`: import, look at, change, download, delete."""

import gzip
from collections.abc import Iterator
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import StreamingResponse

from workbench.db.tables import Model as ModelRow
from workbench.errors import ERROR_RESPONSES, NotFound
from workbench.jobs import events
from workbench.jobs import service as jobs
from workbench.jobs.schemas import job_view
from workbench.models import repository, service
from workbench.models.graph_schemas import Graph
from workbench.models.jobs import MODEL_FOLD, MODEL_GRAPH, MODEL_IMPORT
from workbench.models.schemas import Model, ModelChange, ModelFold, ModelImport, ModelJob, ModelLayers, Task
from workbench.paging import Cursor, Limit, Page, Sort, fetch
from workbench.runtime import RuntimeDep
from workbench.server_paths import server_path
from workbench.storage.zipstream import zip_stream
from workbench.uploads import service as uploads

router = APIRouter(prefix="/models", tags=["models"], responses=ERROR_RESPONSES)

SORTABLE = {
    "created_at": ModelRow.created_at,
    "name": ModelRow.name,
    "size_bytes": ModelRow.size_bytes,
    "task": ModelRow.task,
    "precision": ModelRow.precision,
}


@router.get("")
def list_models(
    runtime: RuntimeDep,
    limit: Limit = 50,
    cursor: Cursor = None,
    sort: Sort = None,
    q: Annotated[str | None, Query(max_length=100, description="part of the name")] = None,
    task: Task | None = None,
    state: Annotated[str | None, Query(pattern="^(importing|ready)$")] = None,
    family: Annotated[
        str | None, Query(max_length=200, description="id or name: what this model was made from, and all made of it")
    ] = None,
) -> Page[Model]:
    """Models, newest first."""
    with runtime.db.read() as session:
        rows, following, total = fetch(
            session,
            repository.statement(q, task, state, service.get(session, family).id if family else None),
            columns=SORTABLE,
            identity=ModelRow.id,
            sort=sort or "-created_at",
            limit=limit,
            cursor=cursor,
        )
        return Page(items=service.views(session, rows), next_cursor=following, total=total)


@router.post("", status_code=202)
def import_model(runtime: RuntimeDep, wanted: ModelImport) -> ModelJob:
    """Import a model from finished uploads or from a path on the server."""
    if bool(wanted.uploads) == bool(wanted.path):
        raise service.NothingToImport("Give either 'uploads' or 'path', not both or none.")
    if wanted.path:
        server_path(runtime.settings, wanted.path)
    preprocessing = wanted.preprocessing.model_dump() if wanted.preprocessing else None
    with runtime.db.write() as session:
        names = uploads.names(session, wanted.uploads) if wanted.uploads else [str(wanted.path)]
        row = service.create(session, wanted.name, service.main_file(names), wanted.task, preprocessing)
        parameters = wanted.model_dump(include={"path", "precision", "outputs"}) | {
            "name": row.name,
            "inputs": [item.model_dump() for item in wanted.inputs] if wanted.inputs else None,
        }
        job = jobs.create(session, runtime.queue, MODEL_IMPORT, f"Import {row.name}", parameters, model_id=row.id)
        if wanted.uploads:
            uploads.take(session, runtime.storage, wanted.uploads, job.id)
        row.job_id = job.id
        session.flush()
        events.changed(session, "models", row.id)
        return ModelJob(model=service.views(session, [row])[0], job=job_view(job))


@router.get("/{ref}")
def get_model(runtime: RuntimeDep, ref: str) -> Model:
    """One model, by id or name."""
    with runtime.db.read() as session:
        return service.views(session, [service.get(session, ref)])[0]


@router.patch("/{ref}")
def change_model(runtime: RuntimeDep, ref: str, change: ModelChange) -> Model:
    """Change name, task or preprocessing."""
    with runtime.db.write() as session:
        return service.views(session, [service.change(session, ref, change)])[0]


@router.delete("/{ref}", status_code=204)
def delete_model(runtime: RuntimeDep, ref: str) -> None:
    """Delete a model; its projects stay and become read-only."""
    with runtime.db.write() as session:
        service.delete(session, runtime.storage, ref)


@router.get("/{ref}/layers")
def get_model_layers(runtime: RuntimeDep, ref: str) -> ModelLayers:
    """Every operation of the model with its FLOP, parameters and bytes."""
    with runtime.db.read() as session:
        row = service.ready(session, ref)
    items = service.layers(runtime, row)
    if items is None:
        raise NotFound("This model has no table of layers.", code="layers_not_found")
    return ModelLayers.model_validate({"items": items})


@router.get("/{ref}/download", response_class=StreamingResponse)
def download_model(runtime: RuntimeDep, ref: str) -> StreamingResponse:
    """The IR (`.xml` and `.bin`) as a zip archive."""
    with runtime.db.read() as session:
        row = service.ready(session, ref)
        xml, weights = service.files(runtime, row)
    stem = service.download_name(row.name)
    parts: Iterator[bytes] = zip_stream([(f"{stem}.xml", xml), (f"{stem}.bin", weights)])
    headers = {"Content-Disposition": f'attachment; filename="{stem}.zip"'}
    return StreamingResponse(parts, media_type="application/zip", headers=headers)


@router.get("/{ref}/graph", response_model=Graph)
def get_model_graph(runtime: RuntimeDep, request: Request, ref: str) -> Response:
    """The graph of a model."""
    with runtime.db.read() as session:
        row = service.ready(session, ref)
    # As the engine wrote it: taking 50,000 nodes apart and putting them together again takes seconds.
    content = service.graph_path(runtime.storage, row).read_bytes()
    headers = {"Vary": "Accept-Encoding"}
    if "gzip" in request.headers.get("accept-encoding", "").lower():
        headers["Content-Encoding"] = "gzip"
    else:
        content = gzip.decompress(content)
    return Response(content, media_type="application/json", headers=headers)


@router.post("/{ref}/graph", status_code=202)
def make_model_graph(runtime: RuntimeDep, ref: str) -> ModelJob:
    """Draw up the graph of a model that was imported before graphs were kept."""
    with runtime.db.write() as session:
        row = service.ready(session, ref)
        job = jobs.unfinished(session, MODEL_GRAPH, {}, model_id=row.id) or jobs.create(
            session, runtime.queue, MODEL_GRAPH, f"Graph of {row.name}", {}, model_id=row.id
        )
        return ModelJob(model=service.views(session, [row])[0], job=job_view(job))


@router.post("/{ref}/fold", status_code=202)
def fold_preprocessing(runtime: RuntimeDep, ref: str, wanted: ModelFold) -> ModelJob:
    """Make a child of a model whose input takes pictures as they are decoded: the preprocessing is inside."""
    with runtime.db.write() as session:
        parent = service.ready(session, ref)
        given = wanted.preprocessing.model_dump() if wanted.preprocessing else parent.preprocessing or {}
        parameters = {
            "parent_id": parent.id,
            "preprocessing": given,
            "input": wanted.input,
            "resize": wanted.resize,
        }
        row = service.create_child(session, parent, wanted.name, f"{parent.name} folded")
        title = f"Fold the preprocessing into {parent.name}"
        job = jobs.create(session, runtime.queue, MODEL_FOLD, title, parameters, model_id=row.id)
        row.job_id = job.id
        session.flush()
        events.changed(session, "models", row.id)
        return ModelJob(model=service.views(session, [row])[0], job=job_view(job))

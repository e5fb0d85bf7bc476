"""`/uploads`: tus 1.0.0 with creation, creation-with-upload, expiration and termination."""

import asyncio
import logging
from typing import Annotated, Any

import anyio
from fastapi import APIRouter, Depends, Header, Request, Response
from pydantic import WithJsonSchema
from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect

from workbench.db.tables import Upload as UploadRow
from workbench.errors import ERROR_RESPONSES, PROBLEM, Problem, WorkbenchError
from workbench.paging import Cursor, Limit, Page, Sort, fetch
from workbench.runtime import Runtime, RuntimeDep
from workbench.uploads import repository, service, tus
from workbench.uploads.files import Appender
from workbench.uploads.schemas import Upload, upload_view

logger = logging.getLogger(__name__)

# Chunks of the network are small; the disk is asked once for about this much.
WRITE_BYTES = 1 << 20
IDLE_S = 30.0


class WrongContentType(WorkbenchError):
    status = 415
    code = "unsupported_content_type"
    title = "The type of the body is not the one of an upload"
    action = f"Send 'Content-Type: {tus.CONTENT_TYPE}'."


class TooSlow(WorkbenchError):
    status = 408
    code = "upload_stalled"
    title = "The upload stalled"
    action = "Ask for the offset with HEAD and go on from there."


_VERSION_SCHEMA = WithJsonSchema({"type": "string", "const": tus.VERSION, "title": "Tus-Resumable"})


def spoken_version(tus_resumable: Annotated[str, Header(), _VERSION_SCHEMA] = "") -> None:
    if tus_resumable != tus.VERSION:
        raise tus.WrongVersion(f"The request speaks version {tus_resumable[:20] or 'none'}.")


def _answers(*statuses: int) -> dict[int | str, dict[str, Any]]:
    texts = {
        408: "No data came for 30 s; what came before is kept",
        410: "The upload has expired",
        412: "Another version of tus",
        413: "Larger than announced or allowed",
        415: "Not the content type of an upload",
        423: "Another request is sending this upload",
        507: "The disk of the server is full; what came before is kept",
    }
    return {s: {"model": Problem, "description": texts[s], "content": {PROBLEM: {}}} for s in statuses}


_OFFSET = {"Upload-Offset": {"description": "bytes that have arrived", "schema": {"type": "integer"}}}
_EXPIRES = {"Upload-Expires": {"description": "an HTTP date", "schema": {"type": "string"}}}
_BODY = {
    "requestBody": {"content": {tus.CONTENT_TYPE: {"schema": {"type": "string", "format": "binary"}}}},
}

router = APIRouter(prefix="/uploads", tags=["uploads"], responses=ERROR_RESPONSES, route_class=tus.TusRoute)
speaks_tus = Depends(spoken_version)


@router.options("", status_code=204)
def get_upload_options(runtime: RuntimeDep) -> Response:
    """What this server can do, as tus says it."""
    return Response(
        status_code=204,
        headers={
            "Tus-Extension": tus.EXTENSIONS,
            "Tus-Max-Size": str(runtime.settings.upload_max_bytes),
        },
    )


@router.post(
    "",
    status_code=201,
    dependencies=[speaks_tus],
    responses=_answers(408, 412, 413, 507)
    | {201: {"headers": _OFFSET | _EXPIRES | {"Location": {"schema": {"type": "string"}}}}},
    openapi_extra=_BODY,
)
async def create_upload(
    request: Request,
    response: Response,
    runtime: RuntimeDep,
    upload_length: Annotated[int, Header(ge=0, description="bytes of the whole file")],
    upload_metadata: Annotated[
        str,
        Header(
            max_length=8000,
            description="`filename` and its value in base64",
            examples=["filename bW9kZWwub25ueA=="],
        ),
    ],
) -> Upload:
    """Announce a file. Its first bytes, or all, may come along as the body."""
    filename = tus.parse_metadata(upload_metadata).get("filename")
    if filename is None:
        raise tus.BadMetadata("It does not name the file.")
    row = await run_in_threadpool(service.create, runtime, upload_length, filename)
    offset = 0
    if _content_type(request) == tus.CONTENT_TYPE:
        try:
            noted, offset = await _append(request, runtime, row.id, 0)
        except WorkbenchError:
            # The answer is an error without a Location, so nobody could go on.
            await run_in_threadpool(service.delete, runtime, row.id)
            raise
        row = noted or row
    response.headers["Location"] = f"{request.url.path.rstrip('/')}/{row.id}"
    response.headers["Upload-Offset"] = str(offset)
    response.headers["Upload-Expires"] = tus.format_expires(row.expires_at)
    return upload_view(row, offset)


@router.get("")
def list_uploads(runtime: RuntimeDep, limit: Limit = 50, cursor: Cursor = None, sort: Sort = None) -> Page[Upload]:
    """Uploads, newest first."""
    with runtime.db.read() as session:
        rows, following, total = fetch(
            session,
            repository.every(),
            columns=repository.SORTABLE,
            identity=UploadRow.id,
            sort=sort or "-created_at",
            limit=limit,
            cursor=cursor,
        )
    items = [upload_view(row, service.offset_of(runtime.storage, row)) for row in rows]
    return Page(items=items, next_cursor=following, total=total)


@router.get("/{upload_id}", responses=_answers(410))
def get_upload(runtime: RuntimeDep, upload_id: str) -> Upload:
    """One upload."""
    with runtime.db.read() as session:
        row, offset = service.get(session, runtime.storage, upload_id)
    return upload_view(row, offset)


@router.head(
    "/{upload_id}",
    dependencies=[speaks_tus],
    response_class=Response,
    responses=_answers(410, 412) | {200: {"headers": _OFFSET | _EXPIRES}},
)
def get_upload_offset(runtime: RuntimeDep, upload_id: str) -> Response:
    """How far an upload came, in `Upload-Offset`."""
    with runtime.db.read() as session:
        row, offset = service.get(session, runtime.storage, upload_id)
    return Response(
        headers={
            "Cache-Control": "no-store",
            "Upload-Offset": str(offset),
            "Upload-Length": str(row.size_bytes),
            "Upload-Metadata": tus.format_metadata(row.filename),
            "Upload-Expires": tus.format_expires(row.expires_at),
        }
    )


@router.patch(
    "/{upload_id}",
    status_code=204,
    dependencies=[speaks_tus],
    responses=_answers(408, 410, 412, 413, 415, 423, 507) | {204: {"headers": _OFFSET | _EXPIRES}},
    openapi_extra=_BODY,
)
async def append_to_upload(
    request: Request,
    runtime: RuntimeDep,
    upload_id: str,
    upload_offset: Annotated[int, Header(ge=0, description="where the part begins; it must be where the upload ends")],
) -> Response:
    """Send the next part of a file."""
    if _content_type(request) != tus.CONTENT_TYPE:
        raise WrongContentType("A part is sent as plain bytes.")
    row, offset = await _append(request, runtime, upload_id, upload_offset)
    headers = {"Upload-Offset": str(offset)}
    if row is not None:
        headers["Upload-Expires"] = tus.format_expires(row.expires_at)
    return Response(status_code=204, headers=headers)


@router.delete("/{upload_id}", status_code=204, dependencies=[speaks_tus], responses=_answers(412, 423))
def delete_upload(runtime: RuntimeDep, upload_id: str) -> Response:
    """Forget an upload that no job uses."""
    service.delete(runtime, upload_id)
    return Response(status_code=204)


def _content_type(request: Request) -> str:
    return request.headers.get("content-type", "").partition(";")[0].strip().lower()


async def _append(request: Request, runtime: Runtime, upload_id: str, offset: int) -> tuple[UploadRow | None, int]:
    """Stream the body into the file; the row as noted, and the new offset."""
    length = request.headers.get("content-length", "")
    announced = int(length) if length.isascii() and length.isdigit() else None
    appender, room = await run_in_threadpool(service.open_appender, runtime, upload_id, offset, announced)
    try:
        await _receive(request, appender, room, runtime.settings.upload_chunk_max_bytes)
    finally:
        # What has arrived is kept and the lock given up, also when the request is cancelled.
        with anyio.CancelScope(shield=True):
            row = await run_in_threadpool(service.close_appender, runtime, upload_id, appender)
    return row, appender.offset


async def _receive(request: Request, appender: Appender, room: int, limit: int) -> None:
    stream = request.stream()
    waiting = bytearray()
    count = 0
    try:
        while True:
            try:
                async with asyncio.timeout(IDLE_S):
                    data = await anext(stream, None)
            except TimeoutError as error:
                raise TooSlow(f"No data came for {IDLE_S:.0f} s.") from error
            except ClientDisconnect:
                logger.info("an upload broke off at %d bytes", appender.offset + len(waiting))
                return
            if data is None:
                return
            count += len(data)
            if count > min(room, limit):
                waiting.clear()
                await run_in_threadpool(appender.rewind)
                service.check_part(count, room, limit)
            waiting += data
            if len(waiting) >= WRITE_BYTES:
                # Emptied first: what a full disk refuses must not be written a second time below.
                block, waiting = bytes(waiting), bytearray()
                await run_in_threadpool(appender.write, block)
    finally:
        if waiting:
            with anyio.CancelScope(shield=True):
                await run_in_threadpool(appender.write, bytes(waiting))

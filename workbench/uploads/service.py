"""The rules of uploads: creating, appending, handing over to a job, forgetting."""

import logging
import re
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from sqlalchemy import event
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from workbench.db.base import new_id
from workbench.db.session import now
from workbench.db.tables import Upload
from workbench.errors import Conflict, NotFound, WorkbenchError
from workbench.runtime import Runtime
from workbench.settings import GIB
from workbench.storage.store import Storage
from workbench.uploads import files, repository
from workbench.uploads.names import check_filename as check_filename
from workbench.uploads.names import clash as clash

logger = logging.getLogger(__name__)

ORPHAN_AGE_S = 3600.0

_ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


class UploadNotFound(NotFound):
    code = "upload_not_found"
    action = "Start the upload again."


class UploadExpired(WorkbenchError):
    status = 410
    code = "upload_expired"
    title = "The upload has expired"
    action = "Start the upload again."


class UploadTooLarge(WorkbenchError):
    status = 413
    code = "upload_too_large"
    title = "The upload is too large"
    action = "Send less, or raise WORKBENCH_UPLOAD_MAX_BYTES on the server."


class OffsetMismatch(Conflict):
    code = "upload_offset_mismatch"
    title = "The part does not begin where the upload ends"
    action = "Ask for the offset with HEAD and go on from there."


class UploadInUse(Conflict):
    code = "upload_in_use"
    title = "A job uses this upload"
    action = "Upload the file again for another use."


class UploadIncomplete(Conflict):
    code = "upload_incomplete"
    title = "The upload is not complete"
    action = "Send the rest of the file first."


@dataclass(frozen=True)
class TakenUpload:
    """A complete file that belongs to a job now; `filename` is a checked relative path."""

    id: str
    filename: str
    path: Path
    size_bytes: int


def create(runtime: Runtime, size_bytes: int, filename: str) -> Upload:
    """Make room for a file of `size_bytes`. Raises UploadTooLarge, BadFilename, DiskFull."""
    limit = runtime.settings.upload_max_bytes
    if size_bytes > limit:
        raise UploadTooLarge(f"A file may have up to {limit / GIB:.1f} GiB; this one has {size_bytes / GIB:.1f} GiB.")
    check_filename(filename)
    runtime.storage.require_room(size_bytes)
    identifier = new_id()
    path = runtime.storage.upload(identifier)
    files.create(path)
    try:
        with runtime.db.write() as session:
            moment = now(session)
            expires = moment + timedelta(seconds=runtime.settings.upload_expires_s)
            row = Upload(id=identifier, filename=filename, size_bytes=size_bytes, created_at=moment, expires_at=expires)
            repository.add(session, row)
            return row
    except BaseException:
        runtime.storage.discard(path)
        raise


def get(session: Session, storage: Storage, upload_id: str) -> tuple[Upload, int]:
    """The upload and its offset. Raises UploadNotFound, UploadExpired."""
    path = _path(storage, upload_id)
    row = repository.get(session, upload_id)
    offset = files.size(path)
    if row is None or offset is None:
        raise UploadNotFound("There is no such upload.")
    if row.job_id is None and row.expires_at < now(session):
        raise UploadExpired("Nothing arrived for too long.")
    return row, offset


def offset_of(storage: Storage, row: Upload) -> int:
    """What has arrived of an upload; 0 when its file is lost."""
    return files.size(storage.upload(row.id)) or 0


def open_appender(runtime: Runtime, upload_id: str, offset: int, announced: int | None) -> tuple[files.Appender, int]:
    """The locked file and how many more bytes it takes. `announced` is the Content-Length of the part.

    Raises UploadNotFound, UploadExpired, UploadInUse, OffsetMismatch, UploadTooLarge, UploadLocked, DiskFull.
    """
    with runtime.db.read() as session:
        row, _ = get(session, runtime.storage, upload_id)
    if row.job_id is not None:
        raise UploadInUse("The upload was handed over to a job.")
    appender = files.Appender(runtime.storage.upload(upload_id))
    try:
        if appender.start != offset:
            raise OffsetMismatch(f"{appender.start} bytes have arrived, the part begins at {offset}.")
        room = row.size_bytes - appender.start
        if announced is not None:
            check_part(announced, room, runtime.settings.upload_chunk_max_bytes)
            runtime.storage.require_room(announced)
    except BaseException:
        appender.close()
        raise
    return appender, room


def check_part(count: int, room: int, limit: int) -> None:
    """Raise UploadTooLarge when a part of `count` bytes goes past the end of the file or past the limit of a part."""
    if count > room:
        raise UploadTooLarge(
            f"The part goes past the announced end of the file, of which {room} bytes are missing.",
            code="upload_past_end",
            action="Send as many bytes as were announced in Upload-Length.",
        )
    if count > limit:
        raise UploadTooLarge(
            f"A part may have up to {limit} bytes.",
            code="upload_part_too_large",
            action="Send the file in smaller parts.",
        )


def close_appender(runtime: Runtime, upload_id: str, appender: files.Appender) -> Upload | None:
    """Sync the file and note the progress; None when it could not be noted, which does not touch the file."""
    appender.close()
    try:
        with runtime.db.write() as session:
            expires = now(session) + timedelta(seconds=runtime.settings.upload_expires_s)
            repository.advance(session, upload_id, appender.offset, expires)
            return repository.get(session, upload_id)
    except OperationalError:
        logger.warning("the progress of upload %s could not be noted", upload_id, exc_info=True)
        return None


def delete(runtime: Runtime, upload_id: str) -> None:
    """Forget an upload. Raises UploadNotFound, UploadInUse, UploadLocked."""
    path = _path(runtime.storage, upload_id)
    with files.unused(path) as free:
        if not free:
            raise files.UploadLocked("A request is appending to this upload.")
        with runtime.db.write() as session:
            if not repository.delete_unused(session, upload_id):
                if repository.get(session, upload_id) is None:
                    raise UploadNotFound("There is no such upload.")
                raise UploadInUse("The upload was handed over to a job.")
        runtime.storage.discard(path)


def names(session: Session, upload_ids: Sequence[str]) -> list[str]:
    """The file names of uploads, in the order of `upload_ids`. Raises UploadNotFound."""
    return [row.filename for row in _rows(session, upload_ids)]


def take(session: Session, storage: Storage, upload_ids: Sequence[str], job_id: str) -> list[TakenUpload]:
    """Hand complete, unused uploads over to a job that is already in this transaction.

    The order of `upload_ids` is kept. Raises UploadNotFound, UploadIncomplete, UploadInUse, Conflict.
    """
    if len(set(upload_ids)) != len(upload_ids):
        raise Conflict("An upload is named twice.", code="upload_repeated", action="Name each upload once.")
    taken = []
    for row in _rows(session, upload_ids):
        path = storage.upload(row.id)
        arrived = files.size(path)
        if arrived is None:
            raise UploadNotFound(f"The file of the upload '{row.filename}' is gone.")
        if arrived != row.size_bytes:
            raise UploadIncomplete(f"{arrived} of {row.size_bytes} bytes of '{row.filename}' have arrived.")
        if row.job_id is not None:
            raise UploadInUse(f"'{row.filename}' was handed over to another job.")
        taken.append(TakenUpload(row.id, row.filename, path, arrived))
    twice = clash([upload.filename for upload in taken])
    if twice is not None:
        raise Conflict(
            f"'{twice}' cannot be stored beside the other files.",
            code="upload_names_clash",
            action="Give every file of one import its own name.",
        )
    if repository.assign(session, upload_ids, job_id) != len(taken):
        raise UploadInUse("One of the uploads was handed over to another job at this moment.")
    return taken


def _rows(session: Session, upload_ids: Sequence[str]) -> list[Upload]:
    for upload_id in upload_ids:
        if not is_id(upload_id):
            raise UploadNotFound("One of the ids is not the id of an upload.")
    rows = repository.get_many(session, upload_ids)
    for upload_id in upload_ids:
        if upload_id not in rows:
            raise UploadNotFound(f"There is no upload '{upload_id}'.")
    return [rows[upload_id] for upload_id in upload_ids]


def of_job(session: Session, storage: Storage, job_id: str) -> list[TakenUpload]:
    """What was handed over to a job, by name."""
    return [
        TakenUpload(row.id, row.filename, storage.upload(row.id), row.size_bytes)
        for row in repository.of_job(session, job_id)
    ]


def release(session: Session, storage: Storage, job_id: str) -> None:
    """A job needs its uploads no longer: rows in this transaction, files after its commit."""
    paths = [storage.upload(upload_id) for upload_id in repository.delete_of_job(session, job_id)]

    def discard(_: Session) -> None:
        for path in paths:
            storage.discard(path)

    if paths:
        event.listen(session, "after_commit", discard, once=True)


def sweep(runtime: Runtime) -> int:
    """Remove expired uploads, those of ended jobs, and files without a row; returns how many."""
    with runtime.db.read() as session:
        stale = repository.stale(session, now(session), repository.BATCH)
    removed = 0
    for upload_id in stale:
        path = runtime.storage.upload(upload_id)
        with files.unused(path) as free:
            if not free:
                continue
            with runtime.db.write() as session:
                gone = repository.delete_stale(session, upload_id, now(session))
            if gone:
                runtime.storage.discard(path)
                removed += 1
    return removed + _remove_orphans(runtime)


def arrived_bytes(session: Session) -> int:
    """What all uploads take on the disk, as last noted."""
    return repository.arrived_bytes(session)


def _remove_orphans(runtime: Runtime) -> int:
    """Files that a crash left between creating the file and committing its row."""
    before = time.time() - ORPHAN_AGE_S
    old = [path for path in runtime.storage.resolve("uploads").iterdir() if files.untouched_since(path, before)]
    removed = 0
    for start in range(0, len(old), repository.BATCH):
        batch = old[start : start + repository.BATCH]
        with runtime.db.read() as session:
            known = repository.known(session, [path.name for path in batch if is_id(path.name)])
        for path in batch:
            if path.name not in known:
                runtime.storage.discard(path)
                removed += 1
    return removed


def is_id(text: str) -> bool:
    """True for an id as the database writes it."""
    return _ID.fullmatch(text) is not None


def _path(storage: Storage, upload_id: str) -> Path:
    if not is_id(upload_id):
        raise UploadNotFound("There is no such upload.")
    return storage.upload(upload_id)

"""Files to the server in parts (tus 1.0.0), going on where a broken connection left off."""

import base64
import time
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO

from workbench.client.connection import Connection, ref
from workbench.client.errors import ApiError, BadFiles, ClientError, ServerNotReachable

CHUNK_BYTES = 8 * 1024**2
VERSION = {"Tus-Resumable": "1.0.0"}
PART = {**VERSION, "Content-Type": "application/offset+octet-stream"}
# Waits before the next attempt; the count begins anew with every part that arrives.
RETRY_AFTER_S = (0.2, 0.5, 1.0, 2.0, 5.0, 10.0)
# Stalled, the offset moved, another request still holds it, the server or its database is away.
PASSING = (408, 409, 423, 429, 502, 503, 504)

Sent = Callable[[int], None]


def upload(connection: Connection, path: Path, name: str, sent: Sent | None = None) -> str:
    """Send a file under the relative name `name`; returns the upload's id.

    `sent` is called with the number of bytes that each part added. Raises ApiError, ServerNotReachable, BadFiles.
    """
    try:
        with path.open("rb") as file:
            return _send(connection, file, path.stat().st_size, name, sent or (lambda count: None))
    except OSError as error:
        raise BadFiles(f"'{path}' cannot be read: {error.strerror or error}.", "Check the file.") from error


def _send(connection: Connection, file: BinaryIO, size: int, name: str, sent: Sent) -> str:
    headers = {
        **PART,
        "Upload-Length": str(size),
        "Upload-Metadata": "filename " + base64.b64encode(name.encode("utf-8", "surrogateescape")).decode(),
    }
    # The first part comes along with the announcement: one request for a small file.
    first = file.read(CHUNK_BYTES) if size <= CHUNK_BYTES else b""
    created = connection.request("POST", "/uploads", headers=headers, content=first).json()
    upload_id, offset = str(created["id"]), int(created["offset_bytes"])
    sent(offset)
    address = f"/uploads/{ref(upload_id)}"
    failures = 0
    while offset < size:
        before = offset
        try:
            file.seek(offset)
            content = file.read(min(CHUNK_BYTES, size - offset))
            if not content:
                raise BadFiles(f"'{name}' became shorter while it was sent.", "Send it again.")
            answer = connection.request(
                "PATCH", address, headers=PART | {"Upload-Offset": str(offset)}, content=content
            )
            offset = int(answer.headers["Upload-Offset"])
        except (ServerNotReachable, ApiError) as error:
            offset = _resume(connection, address, error, failures)
            failures += 1
        if offset != before:
            failures = 0 if offset > before else failures
            sent(offset - before)
    return upload_id


def _resume(connection: Connection, address: str, error: ClientError, failures: int) -> int:
    """The offset to go on from, after a wait; raises `error` when that does not help."""
    for attempt in range(failures, len(RETRY_AFTER_S)):
        if isinstance(error, ApiError) and error.status not in PASSING:
            raise error
        time.sleep(RETRY_AFTER_S[attempt])
        try:
            return int(connection.request("HEAD", address, headers=VERSION).headers["Upload-Offset"])
        except (ServerNotReachable, ApiError) as again:
            error = again
    raise error

"""What the tus protocol puts into headers (https://tus.io/protocols/resumable-upload, version 1.0.0).

`X-HTTP-Method-Override` is left out on purpose: a method that hides in a header would pass by rules that go by method.
"""

import base64
import binascii
from datetime import datetime
from email.utils import format_datetime

from fastapi.routing import APIRoute
from starlette.datastructures import MutableHeaders
from starlette.types import Message, Receive, Scope, Send

from workbench.errors import WorkbenchError

VERSION = "1.0.0"
EXTENSIONS = "creation,creation-with-upload,expiration,termination"
CONTENT_TYPE = "application/offset+octet-stream"


class WrongVersion(WorkbenchError):
    status = 412
    code = "unsupported_tus_version"
    title = "This version of the tus protocol is not spoken here"
    action = f"Send the header 'Tus-Resumable: {VERSION}'."


class BadMetadata(WorkbenchError):
    status = 422
    code = "invalid_upload_metadata"
    title = "The header Upload-Metadata is not usable"
    action = "Send 'Upload-Metadata: filename <the name in base64>'."


def parse_metadata(header: str) -> dict[str, str]:
    """Comma-separated pairs of a key and a value in base64; a value may be missing. Values are UTF-8."""
    pairs: dict[str, str] = {}
    for item in header.split(","):
        key, _, encoded = item.strip().partition(" ")
        if not key or not key.isascii() or key in pairs:
            raise BadMetadata("It has an empty, repeated or non-ASCII key.")
        try:
            pairs[key] = base64.b64decode(encoded.strip(), validate=True).decode("utf-8")
        except (binascii.Error, ValueError) as error:
            raise BadMetadata(f"The value of '{key[:40]}' is not UTF-8 in base64.") from error
    return pairs


def format_metadata(filename: str) -> str:
    return "filename " + base64.b64encode(filename.encode()).decode()


def format_expires(moment: datetime) -> str:
    """An HTTP date (RFC 9110 §5.6.7), as `Upload-Expires` wants it."""
    return format_datetime(moment, usegmt=True)


class TusRoute(APIRoute):
    """Puts `Tus-Resumable` on every answer, errors included."""

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def tagged(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers.setdefault("Tus-Resumable", VERSION)
                headers.setdefault("Tus-Version", VERSION)
            await send(message)

        await super().handle(scope, receive, tagged)

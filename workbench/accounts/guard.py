"""Stands before every request. What it lets through without a token is named here, each with its reason."""

import logging
from collections.abc import MutableMapping
from typing import Any

from sqlalchemy.exc import SQLAlchemyError
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from workbench.accounts.doorkeeper import Doorkeeper, TooManyAttempts, presented
from workbench.accounts.hosts import Hosts, same_origin
from workbench.accounts.service import Identity
from workbench.errors import Forbidden, Problem, Unauthorized, WorkbenchError, respond
from workbench.runtime import Runtime

logger = logging.getLogger(__name__)

API = "/api/v1"
BODY_MAX_BYTES = 1 << 20
SAFE_METHODS = ("GET", "HEAD", "OPTIONS")

WHOAMI = f"{API}/tokens/whoami"
OPEN_ROUTES = {
    # Load balancers and `docker compose` have no token; it tells only whether the database answers.
    ("GET", f"{API}/system/health"),
    ("HEAD", f"{API}/system/health"),
    # Where a token is handed in for a cookie.
    ("POST", f"{API}/tokens/session"),
    # Drops the cookie of whoever asks; it must work when the token in it is no longer valid.
    ("DELETE", f"{API}/tokens/session"),
    # The page asks here whether it has to show the login.
    ("GET", WHOAMI),
}

SECURITY_HEADERS = {
    b"content-security-policy": (
        b"default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; object-src 'none'; "
        b"base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
    ),
    b"x-content-type-options": b"nosniff",
    b"referrer-policy": b"no-referrer",
    b"x-frame-options": b"DENY",
    b"cross-origin-opener-policy": b"same-origin",
    b"cross-origin-resource-policy": b"same-origin",
}


class HostNotAllowed(Forbidden):
    code = "host_not_allowed"
    title = "This server does not go by that name"
    action = "Use the address that the server printed, or add the name to WORKBENCH_ALLOWED_HOSTS on the server."


class OriginNotAllowed(Forbidden):
    code = "origin_not_allowed"
    title = "Another site sent this request"
    action = "Open the page of the workbench itself and do it there."


class UnusableAddress(WorkbenchError):
    title = "The address is not usable"
    action = "Leave out the character with the code 0."


class BodyTooLarge(WorkbenchError):
    status = 413
    code = "too_large"
    title = "The body of the request is too large"
    action = "Send less; files are sent in parts to /api/v1/uploads."


class Guard:
    """ASGI middleware: Host, Origin, fetch metadata, size of the body, token; and headers on every answer.

    A request that passes carries in its state `doorkeeper`, and `identity` (None without a valid token).
    """

    def __init__(self, app: ASGIApp, runtime: Runtime) -> None:
        self._app = app
        self._settings = runtime.settings
        self._hosts = Hosts(runtime.settings)
        self._doorkeeper = Doorkeeper(runtime)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1008})
            return
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        no_store = is_api(scope)

        async def secured(message: Message) -> None:
            if message["type"] == "http.response.start":
                _add_headers(message, no_store)
            await send(message)

        try:
            limit = self._check(scope)
            identity = await self._authenticate(scope)
        except WorkbenchError as error:
            logger.warning("%s %r refused: %s (%s)", scope["method"], scope["path"], error.code, error.detail)
            await respond(error.problem(), _error_headers(error))(scope, receive, secured)
        except SQLAlchemyError:
            logger.exception("the database cannot be asked for a token")
            await respond(_NO_DATABASE, {"Retry-After": "2"})(scope, receive, secured)
        else:
            state: MutableMapping[str, Any] = scope.setdefault("state", {})
            state["identity"] = identity
            state["doorkeeper"] = self._doorkeeper
            # The room of uploads counts for itself, to keep what fits.
            await self._app(scope, receive if _is_upload(scope) else _limited(receive, limit), secured)

    def _check(self, scope: Scope) -> int:
        """Refuse what other sites could have caused; returns how many bytes the body may have."""
        headers = scope["headers"]
        host = _only(headers, b"host")
        if host is None or not self._hosts.allows(host):
            raise HostNotAllowed(f"The request is for the host {(host or '')[:100]!r}.")
        origins = [value for name, value in headers if name == b"origin"]
        for origin in origins:
            if not same_origin(origin.decode("latin-1"), host, scope["scheme"]):
                raise OriginNotAllowed(f"The request comes from {origin.decode('latin-1')[:100]!r}.")
        site = _only(headers, b"sec-fetch-site")
        if site not in (None, "same-origin", "none") and not _is_page_visit(scope):
            raise OriginNotAllowed("The browser says that the request comes from another site.", code="cross_site")
        if "\x00" in scope["path"] or b"%00" in scope["query_string"]:
            # No name holds it, files and PostgreSQL refuse it: better here than in every room.
            raise UnusableAddress("The address contains the character with the code 0.")
        limit = BODY_MAX_BYTES
        if _is_upload(scope):
            limit = self._settings.upload_chunk_max_bytes
        length = _only(headers, b"content-length")
        if length is not None and (not length.isdecimal() or int(length[:20]) > limit):
            raise BodyTooLarge(f"It may have up to {limit} bytes.")
        return limit

    async def _authenticate(self, scope: Scope) -> Identity | None:
        """Whose request this is. Raises Unauthorized, TooManyAttempts."""
        method, path = scope["method"], scope["path"]
        asks_who = (method, path) == ("GET", WHOAMI)
        needed = self._settings.token_needed and not _is_open(scope)
        if not needed and not asks_who:
            return None
        secret = presented(dict(scope["headers"]))
        identity = None
        if secret is not None:
            client = scope.get("client")
            try:
                identity = await run_in_threadpool(self._doorkeeper.identify, client[0] if client else "", secret)
            except TooManyAttempts:
                if needed:
                    raise
        if needed and identity is None:
            if secret is None:
                raise Unauthorized("The request carries no token.")
            raise Unauthorized("The token is not valid, or has expired.", code="token_invalid")
        return identity


def is_api(scope: Scope) -> bool:
    """True for everything that could be routed to the API, whatever prefix a proxy or mount puts before it."""
    path: str = scope["path"]
    return "api" in path.lower().split("/")


def _is_open(scope: Scope) -> bool:
    # The page itself (outside of the API) holds no data, and without it nobody could log in.
    if not is_api(scope):
        method: str = scope["method"]
        return method in ("GET", "HEAD")
    return (scope["method"], scope["path"]) in OPEN_ROUTES


def _is_page_visit(scope: Scope) -> bool:
    """A link on another site that leads to our page; it cannot be read from there, nor does it change anything."""
    mode = _only(scope["headers"], b"sec-fetch-mode")
    kind = _only(scope["headers"], b"sec-fetch-dest")
    return scope["method"] == "GET" and mode == "navigate" and kind == "document" and not is_api(scope)


def _is_upload(scope: Scope) -> bool:
    place = f"{API}/uploads"
    method: str = scope["method"]
    path: str = scope["path"]
    return (method == "PATCH" and path.startswith(f"{place}/")) or (method == "POST" and path == place)


def _only(headers: list[tuple[bytes, bytes]], name: bytes) -> str | None:
    """The value of a header; what is sent twice is joined, and so fits no rule."""
    values = [value.decode("latin-1") for key, value in headers if key == name]
    return ", ".join(values) if values else None


def _limited(receive: Receive, limit: int) -> Receive:
    """A body without announced length is counted as it comes."""
    count = 0

    async def counted() -> Message:
        nonlocal count
        message = await receive()
        if message["type"] == "http.request":
            count += len(message.get("body", b""))
            if count > limit:
                raise HTTPException(413, BodyTooLarge.title)
        return message

    return counted


def _add_headers(message: Message, no_store: bool) -> None:
    headers = message.setdefault("headers", [])
    present = {name.lower() for name, _ in headers}
    # A route may be stricter (files of users are sandboxed), so its own header wins.
    headers = [*headers, *((name, value) for name, value in SECURITY_HEADERS.items() if name not in present)]
    if no_store and b"cache-control" not in present:
        headers.append((b"cache-control", b"no-store"))
    message["headers"] = headers


def _error_headers(error: WorkbenchError) -> dict[str, str]:
    if isinstance(error, TooManyAttempts):
        return {"Retry-After": str(error.wait_s)}
    if error.status == 401:
        return {"WWW-Authenticate": "Bearer"}
    return {}


_NO_DATABASE = Problem(
    title="The database does not answer",
    status=503,
    code="database_unavailable",
    detail="The server cannot reach its database at the moment, so it cannot check the token.",
    action="Try again; if it stays so, run 'workbench doctor' on the server.",
)

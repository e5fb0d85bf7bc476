"""Checks the secret that a request brings, and lets nobody guess fast."""

import math

from starlette.requests import cookie_parser

from workbench.accounts import service
from workbench.accounts.service import Identity
from workbench.accounts.throttle import Throttle
from workbench.errors import WorkbenchError
from workbench.runtime import Runtime

COOKIE = "workbench_session"


class TooManyAttempts(WorkbenchError):
    status = 429
    code = "too_many_attempts"
    title = "Too many wrong tokens"

    def __init__(self, wait_s: float) -> None:
        self.wait_s = math.ceil(wait_s)
        super().__init__(
            "This client sent too many wrong tokens.", action=f"Wait for {self.wait_s} s and check the token."
        )


class Doorkeeper:
    """One per server process."""

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime
        self._throttle = Throttle()

    def identify(self, client: str, secret: str) -> Identity | None:
        """Whose secret this is, None when nobody's. Raises TooManyAttempts. Asks the database."""
        digest = service.digest(secret)
        wait = self._throttle.wait_s(client, digest)
        if wait > 0:
            raise TooManyAttempts(wait)
        identity = service.authenticate(self._runtime, secret)
        if identity is None:
            self._throttle.failed(client, digest)
        else:
            self._throttle.succeeded(digest)
        return identity


def presented(headers: dict[bytes, bytes]) -> str | None:
    """The secret in `Authorization: Bearer …`, else in the session cookie. A broken header is none."""
    authorization = headers.get(b"authorization")
    if authorization is not None:
        kind, _, secret = authorization.decode("latin-1").partition(" ")
        return secret.strip() or None if kind.lower() == "bearer" else None
    cookies = cookie_parser(headers.get(b"cookie", b"").decode("latin-1"))
    return cookies.get(COOKIE) or None

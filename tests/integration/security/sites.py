"""A running server with its guard, and what the API says it can do."""

import http.client
import re
from collections.abc import Iterator
from dataclasses import dataclass

import httpx

from tests.server import client_of
from workbench.runtime import Runtime

BOOTSTRAP = "Zk3-x9_QmT7.vB2nL8wRf5~yHc"
API = "/api/v1"
NOWHERE = "00000000-0000-7000-8000-000000000000"
TOKENS = f"{API}/tokens"
SESSION = f"{API}/tokens/session"
WHOAMI = f"{API}/tokens/whoami"

SECURITY_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}


@dataclass(frozen=True)
class Operation:
    method: str
    path: str
    queries: tuple[str, ...] = ()

    def at(self, value: str = NOWHERE) -> str:
        return re.sub(r"\{[^}]+\}", lambda _: value, self.path)


@dataclass(frozen=True)
class Site:
    """A running server and what it says it can do."""

    client: httpx.Client
    runtime: Runtime
    operations: list[Operation]
    connection: http.client.HTTPConnection

    def raw(self, method: str, target: str, headers: dict[str, str] | None = None) -> tuple[int, bytes]:
        """One request whose target is sent exactly as it is given."""
        self.connection.putrequest(method, target, skip_accept_encoding=True)
        for name, value in (headers or {}).items():
            self.connection.putheader(name, value)
        try:
            self.connection.endheaders()
            answer = self.connection.getresponse()
            return answer.status, answer.read()
        except BaseException:
            self.connection.close()
            raise


def site_of(runtime: Runtime) -> Iterator[Site]:
    with client_of(runtime) as client:
        headers = {"Authorization": f"Bearer {runtime.settings.token}"}
        document = client.get(f"{API}/openapi.json", headers=headers).json()
        operations = [
            Operation(method.upper(), path, tuple(p["name"] for p in told.get("parameters", []) if p["in"] == "query"))
            for path, methods in document["paths"].items()
            for method, told in methods.items()
        ]
        assert len(operations) >= 15
        connection = http.client.HTTPConnection(client.base_url.host, client.base_url.port, timeout=20)
        yield Site(client, runtime, operations, connection)
        connection.close()


def code(answer: httpx.Response) -> str:
    assert answer.headers["Content-Type"] == "application/problem+json", answer.text
    problem = answer.json()
    assert problem["status"] == answer.status_code
    assert problem["title"]
    assert problem["detail"]
    assert problem["action"]
    return str(problem["code"])


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}

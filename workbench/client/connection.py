"""Requests and answers: JSON in, JSON out, every failure as one of this package's errors."""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from types import TracebackType
from typing import Any, Self
from urllib.parse import quote, urlsplit

import httpx

from workbench.client.errors import ApiError, ServerNotReachable

Json = dict[str, Any]

PREFIX = "/api/v1"
TIMEOUT = httpx.Timeout(60.0, connect=5.0, pool=5.0)
PAGE = 200
LOOPBACK = ("localhost", "127.0.0.1", "::1")


class Connection:
    """One server, spoken to over kept-alive connections. Not for several threads at once."""

    def __init__(self, url: str, token: str | None = None, transport: httpx.BaseTransport | None = None) -> None:
        self.url = url.rstrip("/")
        self._http = httpx.Client(
            base_url=self.url + PREFIX,
            headers={"Authorization": f"Bearer {token}"} if token else {},
            timeout=TIMEOUT,
            transport=transport,
            # A proxy of the environment cannot reach the loopback of this machine.
            trust_env=urlsplit(self.url).hostname not in LOOPBACK,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        self._http.close()

    def request(
        self,
        method: str,
        path: str,
        *,
        query: Mapping[str, Any] | None = None,
        body: Any = None,
        headers: Mapping[str, str] | None = None,
        content: bytes | None = None,
    ) -> httpx.Response:
        """An answer with a status below 300; raises ApiError, ServerNotReachable."""
        given = {name: value for name, value in (query or {}).items() if value is not None}
        with self._reachable():
            answer = self._http.request(
                method,
                path,
                params=given or None,
                json=body,
                headers=dict(headers) if headers else None,
                content=content,
            )
        self._refuse(answer)
        return answer

    @contextmanager
    def stream(self, path: str) -> Iterator[httpx.Response]:
        """A long answer, to be read in parts."""
        with self._reachable(), self._http.stream("GET", path) as answer:
            if answer.status_code >= 300:
                answer.read()
                self._refuse(answer)
            yield answer

    def get(self, path: str, **query: Any) -> Json:
        return self._document(self.request("GET", path, query=query))

    def post(self, path: str, body: Any = None) -> Json:
        return self._document(self.request("POST", path, body=body))

    def put(self, path: str, body: Any) -> Json:
        return self._document(self.request("PUT", path, body=body))

    def patch(self, path: str, body: Any) -> Json:
        return self._document(self.request("PATCH", path, body=body))

    def delete(self, path: str) -> None:
        self.request("DELETE", path)

    def items(self, path: str, limit: int | None = None, **query: Any) -> Json:
        """`{items, total}` of a list, over as many pages as it takes; `limit` None: all of it."""
        found: list[Json] = []
        cursor: str | None = None
        while True:
            wanted = PAGE if limit is None else min(PAGE, limit - len(found))
            page = self.get(path, limit=wanted, cursor=cursor, **query)
            found += page["items"]
            cursor = page["next_cursor"]
            if cursor is None or (limit is not None and len(found) >= limit):
                return {"items": found, "total": page["total"]}

    @contextmanager
    def _reachable(self) -> Iterator[None]:
        try:
            yield
        except httpx.TimeoutException as error:
            raise ServerNotReachable(
                f"The server on {self.url} did not answer in time.",
                "Try again; look at the server's log if it stays so.",
            ) from error
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise ServerNotReachable(
                f"No server answers on {self.url}.",
                "Start one with 'workbench up', or set WORKBENCH_URL to where it is.",
            ) from error

    def _document(self, answer: httpx.Response) -> Json:
        try:
            content = answer.json()
        except ValueError:
            content = None
        if not isinstance(content, dict):
            raise self._stranger()
        return content

    def _refuse(self, answer: httpx.Response) -> None:
        """Raise what the server says in its problem document."""
        if answer.status_code < 300:
            return
        try:
            problem = json.loads(answer.content)
        except ValueError:
            problem = None
        if not isinstance(problem, dict) or not isinstance(problem.get("code"), str):
            # A HEAD has no body to explain itself with.
            if answer.request.method != "HEAD":
                raise self._stranger()
            problem = {"code": "request_failed"}
        title = str(problem.get("title") or "The request failed")
        action = str(problem.get("action") or "")
        if answer.status_code == 401:
            action = "Set WORKBENCH_TOKEN to a token of this server (the page makes them under Settings)."
        raise ApiError(
            code=problem["code"],
            title=title,
            detail=str(problem.get("detail") or title),
            action=action,
            status=answer.status_code,
            errors=problem.get("errors"),
        )

    def _stranger(self) -> ServerNotReachable:
        return ServerNotReachable(
            f"What answers on {self.url} is not a workbench.",
            "Set WORKBENCH_URL to the address that 'workbench up' printed.",
        )


def ref(name_or_id: str) -> str:
    """A name or id as one segment of a path. Raises ApiError for an empty one, which would name the whole list."""
    text = name_or_id.strip()
    if not text or text.strip(".") == "":
        raise ApiError(
            "invalid_reference",
            "Nothing is named",
            f"'{name_or_id}' is neither a name nor an id.",
            "Give one of the names that the list shows.",
            422,
        )
    return quote(text, safe="")

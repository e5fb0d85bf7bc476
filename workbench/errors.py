"""Errors that a user meets: a stable code, one sentence, and what to do, as `application/problem+json`."""

import errno
import logging
from collections.abc import Mapping
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel
from sqlalchemy.exc import DataError, OperationalError
from starlette.exceptions import HTTPException

logger = logging.getLogger(__name__)

PROBLEM = "application/problem+json"


class Problem(BaseModel):
    """The body of every error answer (RFC 9457, with `code` and `action` added)."""

    type: str = "about:blank"
    title: str
    status: int
    code: str
    detail: str
    action: str
    errors: list[dict[str, Any]] | None = None


class WorkbenchError(Exception):
    """A domain error; subclasses or callers give the status and a code that never changes."""

    status = 400
    code = "invalid_request"
    title = "The request cannot be carried out"
    action = "Correct the request and send it again."

    def __init__(
        self,
        detail: str,
        *,
        code: str | None = None,
        action: str | None = None,
        title: str | None = None,
        status: int | None = None,
    ) -> None:
        super().__init__(detail)
        self.detail = detail
        self.code = code or type(self).code
        self.action = action or type(self).action
        self.title = title or type(self).title
        self.status = status or type(self).status

    def problem(self) -> Problem:
        return Problem(title=self.title, status=self.status, code=self.code, detail=self.detail, action=self.action)


class NotFound(WorkbenchError):
    status = 404
    code = "not_found"
    title = "Not found"
    action = "Look at the list for what exists."


class Conflict(WorkbenchError):
    status = 409
    code = "conflict"
    title = "This does not fit the present state"
    action = "Reload and look at the present state."


class AmbiguousName(Conflict):
    code = "ambiguous_name"
    title = "More than one thing has this name"
    action = "Use the id."


class Unauthorized(WorkbenchError):
    status = 401
    code = "token_required"
    title = "A token is needed"
    action = "Send a token as 'Authorization: Bearer …', or log in on the page."


class Forbidden(WorkbenchError):
    status = 403
    code = "forbidden"
    title = "Refused"
    action = "Use the address and the page that this server gives."


class DiskFull(WorkbenchError):
    status = 507
    code = "disk_full"
    title = "The disk of the server is full"
    action = "Delete what is no longer needed (Settings, Storage), or give the data folder more room."


def respond(problem: Problem, headers: Mapping[str, str] | None = None) -> JSONResponse:
    return JSONResponse(
        _whole(problem.model_dump(exclude_none=True)),
        status_code=problem.status,
        media_type=PROBLEM,
        headers=dict(headers) if headers else None,
    )


def _whole(value: Any) -> Any:
    """The same without half characters: JSON can say half of a pair of surrogates, and what was sent is quoted."""
    if isinstance(value, str):
        return value.encode("utf-8", "replace").decode()
    if isinstance(value, list):
        return [_whole(item) for item in value]
    if isinstance(value, dict):
        return {name: _whole(item) for name, item in value.items()}
    return value


ERROR_RESPONSES: dict[int | str, dict[str, Any]] = {
    status: {"model": Problem, "description": text, "content": {PROBLEM: {}}}
    for status, text in (
        (400, "The request is malformed"),
        (401, "A token is needed"),
        (403, "Refused by the security rules"),
        (404, "Not found"),
        (409, "Does not fit the present state"),
        (413, "The body is too large"),
        (422, "A field has an unusable value"),
    )
}

_HTTP_CODES = {404: "not_found", 405: "method_not_allowed", 406: "not_acceptable", 413: "too_large"}


def _validation(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError)
    fields = [
        {"field": ".".join(str(part) for part in item["loc"]), "problem": item["msg"]} for item in error.errors()[:50]
    ]
    first = fields[0] if fields else {"field": "body", "problem": "unusable"}
    return respond(
        Problem(
            title="A field has an unusable value",
            status=422,
            code="invalid_fields",
            detail=f"{first['field']}: {first['problem']}",
            action="Correct the fields named in 'errors'.",
            errors=fields,
        )
    )


def _http(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HTTPException)
    return respond(
        Problem(
            title=str(error.detail),
            status=error.status_code,
            code=_HTTP_CODES.get(error.status_code, "http_error"),
            detail=f"{request.method} {request.url.path}: {error.detail}",
            action="Look at the API description at /api/v1/openapi.json.",
        ),
        error.headers,
    )


def _domain(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, WorkbenchError)
    headers = {"WWW-Authenticate": "Bearer"} if error.status == 401 else None
    return respond(error.problem(), headers)


def _database(request: Request, error: Exception) -> JSONResponse:
    logger.error("database not usable", exc_info=error)
    return respond(
        Problem(
            title="The database does not answer",
            status=503,
            code="database_unavailable",
            detail="The server cannot reach its database at the moment.",
            action="Try again; if it stays so, run 'workbench doctor' on the server.",
        ),
        {"Retry-After": "2"},
    )


def _data(request: Request, error: Exception) -> JSONResponse:
    # PostgreSQL keeps no NUL in a text; SQLite would. Asked here, where every query of every room passes.
    logger.warning("%s %s holds what the database cannot: %s", request.method, request.url.path, error)
    return respond(
        Problem(
            title="A field has an unusable value",
            status=422,
            code="unusable_value",
            detail="A value holds what the database cannot keep, such as the character with the code 0.",
            action="Leave out control characters and send it again.",
        )
    )


def _os_error(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, OSError)
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return respond(DiskFull("Nothing more can be written to the data folder.").problem())
    return _unexpected(request, error)


def _unexpected(request: Request, error: Exception) -> JSONResponse:
    logger.error("unexpected error in %s %s", request.method, request.url.path, exc_info=error)
    return respond(
        Problem(
            title="The server made a mistake",
            status=500,
            code="internal_error",
            detail="An unexpected error was written to the server's log.",
            action="Download the log (Settings) and report it.",
        )
    )


def install(app: FastAPI) -> None:
    """Make every error of `app` a problem document."""
    app.add_exception_handler(RequestValidationError, _validation)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(WorkbenchError, _domain)
    app.add_exception_handler(OperationalError, _database)
    app.add_exception_handler(DataError, _data)
    app.add_exception_handler(OSError, _os_error)
    app.add_exception_handler(Exception, _unexpected)

"""`/tokens`: API tokens, and the cookie that carries one for the page.

Cookies do not know ports: other servers on the same host name see the cookie. It is therefore confined to the path
of the API, and what several users share a machine for is better reached under a host name of its own.
"""

from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response

from workbench.accounts import repository, service
from workbench.accounts.doorkeeper import COOKIE, Doorkeeper, TooManyAttempts
from workbench.accounts.schemas import Login, NewToken, Token, TokenCreate, WhoAmI, token_view
from workbench.accounts.service import Identity
from workbench.db.tables import Token as TokenRow
from workbench.errors import ERROR_RESPONSES, PROBLEM, Problem, Unauthorized, respond
from workbench.paging import Cursor, Limit, Page, Sort, fetch
from workbench.runtime import RuntimeDep

router = APIRouter(prefix="/tokens", tags=["tokens"], responses=ERROR_RESPONSES)

SESSION_S = 30 * 24 * 3600
COOKIE_PATH = "/api"


def _doorkeeper(request: Request) -> Doorkeeper:
    doorkeeper: Doorkeeper = request.state.doorkeeper
    return doorkeeper


def _identity(request: Request) -> Identity | None:
    identity: Identity | None = request.state.identity
    return identity


@router.get("")
def list_tokens(runtime: RuntimeDep, limit: Limit = 50, cursor: Cursor = None, sort: Sort = None) -> Page[Token]:
    """API tokens, newest first, without their secrets."""
    with runtime.db.read() as session:
        rows, following, total = fetch(
            session,
            repository.every(),
            columns=repository.SORTABLE,
            identity=TokenRow.id,
            sort=sort or "-created_at",
            limit=limit,
            cursor=cursor,
        )
        return Page(items=[token_view(row) for row in rows], next_cursor=following, total=total)


@router.post("", status_code=201)
def create_token(runtime: RuntimeDep, body: TokenCreate) -> NewToken:
    """Make a token. Its secret is in this answer and nowhere else."""
    with runtime.db.write() as session:
        row, secret = service.create(session, body.name, body.expires_in_days)
        return NewToken(**token_view(row).model_dump(), token=secret)


@router.get("/whoami")
def get_whoami(runtime: RuntimeDep, identity: Annotated[Identity | None, Depends(_identity)]) -> WhoAmI:
    """Whether this server asks for a token, and whether this client has one."""
    return WhoAmI(
        required=runtime.settings.token_needed,
        authenticated=identity is not None,
        name=identity.name if identity else None,
    )


@router.post(
    "/session",
    response_model=WhoAmI,
    responses={429: {"model": Problem, "description": "Too many wrong tokens", "content": {PROBLEM: {}}}},
)
def create_session(
    request: Request,
    response: Response,
    runtime: RuntimeDep,
    body: Login,
    doorkeeper: Annotated[Doorkeeper, Depends(_doorkeeper)],
) -> WhoAmI | Response:
    """Log the page in: a valid token is kept in a cookie that scripts cannot read."""
    client = request.client.host if request.client else ""
    secret = body.token.strip()
    try:
        identity = doorkeeper.identify(client, secret)
    except TooManyAttempts as error:
        return respond(error.problem(), {"Retry-After": str(error.wait_s)})
    if identity is None:
        raise Unauthorized(
            "The token is not valid, or has expired.",
            code="token_invalid",
            action="Check the token and enter it again.",
        )
    response.set_cookie(
        COOKIE,
        secret,
        max_age=SESSION_S,
        path=COOKIE_PATH,
        httponly=True,
        samesite="strict",
        secure=request.url.scheme == "https",
    )
    return WhoAmI(required=runtime.settings.token_needed, authenticated=True, name=identity.name)


@router.delete("/session", status_code=204)
def delete_session(request: Request) -> Response:
    """Log the page out: the cookie goes, the token stays valid."""
    response = Response(status_code=204)
    response.delete_cookie(
        COOKIE, path=COOKIE_PATH, httponly=True, samesite="strict", secure=request.url.scheme == "https"
    )
    return response


@router.delete("/{token_id}", status_code=204)
def delete_token(runtime: RuntimeDep, token_id: str) -> Response:
    """Make a token invalid, at once."""
    with runtime.db.write() as session:
        service.delete(session, token_id)
    return Response(status_code=204)

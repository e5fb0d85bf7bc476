"""When a server may start (DESIGN §9): loopback is free, every other address needs a token that is a secret."""

import re

from workbench.errors import WorkbenchError
from workbench.settings import Settings, is_loopback

MIN_TOKEN_CHARS = 24
MIN_DISTINCT_CHARS = 8

_MAKE_ONE = "Make one with: python3 -c 'import secrets; print(secrets.token_urlsafe(32))'"
# What a bearer token may consist of (RFC 6750 §2.1); it must also fit into a cookie.
_USABLE = re.compile(r"[A-Za-z0-9._~+/-]+={0,2}")
_DEFAULTS = ("changethis", "changeme", "password", "secret", "default", "example", "12345", "qwerty", "yourtoken")


class WeakToken(WorkbenchError):
    code = "weak_token"
    title = "WORKBENCH_TOKEN is not a secret"
    action = f"{_MAKE_ONE}, and set WORKBENCH_TOKEN to it."


class LoginRequired(WorkbenchError):
    code = "login_required"
    title = "The server would be open to everybody who reaches its address"
    action = f"Set WORKBENCH_TOKEN to a random text, or stay on 127.0.0.1. {_MAKE_ONE}."


def check_bootstrap_token(token: str | None) -> None:
    """Raise WeakToken for a bootstrap token that is short, a known default or hardly random. None passes."""
    if token is None:
        return
    if len(token) < MIN_TOKEN_CHARS:
        raise WeakToken(f"It has {len(token)} characters; at least {MIN_TOKEN_CHARS} are needed.")
    if not _USABLE.fullmatch(token):
        raise WeakToken(
            "It has characters that a header cannot carry; letters, digits and '-', '_', '.', '~', '+', '/' are fine.",
            title="WORKBENCH_TOKEN cannot be sent",
        )
    plain = "".join(char for char in token.lower() if char.isalnum())
    known = next((word for word in _DEFAULTS if word in plain), None)
    if known is not None:
        raise WeakToken(f"It contains '{known}', as in instructions and examples.")
    if len(set(token)) < MIN_DISTINCT_CHARS:
        raise WeakToken(f"It has only {len(set(token))} different characters.")


def check_bind(settings: Settings, host: str, token_count: int) -> None:
    """Raise LoginRequired when a server on `host` would let everybody in, or (`--require-token`) nobody.

    `token_count` is the number of valid tokens in the database. Raises WeakToken as well.
    """
    check_bootstrap_token(settings.token)
    if settings.token is not None or token_count > 0:
        return
    if not is_loopback(host):
        raise LoginRequired(f"{host} is not a loopback address, and there is no token yet.")
    if settings.require_token:
        raise LoginRequired(
            "A token is required, and there is none yet, so nobody could log in.",
            title="Nobody could log in",
        )

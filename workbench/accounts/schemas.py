"""What the API takes and tells of tokens."""

from datetime import datetime
from typing import Annotated

from pydantic import BaseModel, Field, StringConstraints

from workbench.db.tables import Token as TokenRow

TokenName = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=100, pattern=r"^[^\x00-\x1f\x7f]*$")
]


class TokenCreate(BaseModel):
    """A new token."""

    name: TokenName = Field(description="what it is for; unique")
    expires_in_days: int | None = Field(default=None, ge=1, le=3650, description="empty: it does not expire")


class Token(BaseModel):
    """An API token, without its secret."""

    id: str
    name: str
    prefix: str = Field(description="how the secret begins, to recognise it by")
    created_at: datetime
    last_used_at: datetime | None = Field(description="to the minute")
    expires_at: datetime | None


class NewToken(Token):
    """A token that was just made."""

    token: str = Field(description="the secret; it is shown this once and stored as a hash only")


class Login(BaseModel):
    """A token, to be kept in a cookie of the browser."""

    token: str = Field(min_length=1, max_length=500)


class WhoAmI(BaseModel):
    """How the server sees this client."""

    required: bool = Field(description="whether this server asks for a token")
    authenticated: bool = Field(description="whether a valid token came with the request")
    name: str | None = Field(description="the name of that token")


def token_view(row: TokenRow) -> Token:
    return Token(
        id=row.id,
        name=row.name,
        prefix=row.prefix,
        created_at=row.created_at,
        last_used_at=row.last_used_at,
        expires_at=row.expires_at,
    )

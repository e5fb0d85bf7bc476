"""`workbench token …`."""

from typing import Annotated

import typer

from workbench.cli import units
from workbench.cli.options import Json, Limit
from workbench.cli.output import deleted, document, fail, note, say, table, tell_rest
from workbench.client import Client

app = typer.Typer(no_args_is_help=True, help="Tokens: who may use the API.")


@app.command("create")
def create_token(
    name: Annotated[str, typer.Argument(help="What it is for.")],
    expires_in_days: Annotated[int | None, typer.Option(min=1, help="Default: it does not expire.")] = None,
    as_json: Json = False,
) -> None:
    """Make a token and print its secret, this once."""
    with Client() as client:
        made = client.create_token(name, expires_in_days)
    if as_json:
        document(made)
    else:
        say(made["token"])
        note("It is shown this once; keep it, and set WORKBENCH_TOKEN to it where it is used.")


@app.command("list")
def list_tokens(limit: Limit = 50, as_json: Json = False) -> None:
    """List tokens, without their secrets."""
    with Client() as client:
        found = client.tokens(limit)
    if as_json:
        document(found)
        return
    table(
        ("name", "begins with", "created", "last used", "expires"),
        [
            (
                token["name"],
                token["prefix"],
                units.moment(token["created_at"]),
                units.moment(token["last_used_at"]),
                units.moment(token["expires_at"]),
            )
            for token in found["items"]
        ],
    )
    tell_rest(found)


@app.command("revoke")
def revoke_token(
    token: Annotated[str, typer.Argument(metavar="TOKEN", help="Name or id.")], as_json: Json = False
) -> None:
    """Make a token invalid, at once."""
    with Client() as client:
        named = [item for item in client.tokens()["items"] if token in (item["id"], item["name"])]
        if not named:
            fail(f"There is no token '{token}'.", "Look at 'workbench token list'.")
        client.revoke_token(named[0]["id"])
    deleted("token", named[0], as_json)

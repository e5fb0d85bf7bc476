"""`workbench toolchain …`."""

from pathlib import Path
from typing import Annotated, Any

import typer

from workbench.cli import units
from workbench.cli.following import conclude, follow, started
from workbench.cli.options import Json, NoWait
from workbench.cli.output import document, facts, say, table
from workbench.client import Client

app = typer.Typer(no_args_is_help=True, help="Toolchains: environments for tools that need an older OpenVINO.")

Name = Annotated[str, typer.Argument(metavar="NAME", help="As 'workbench toolchain list' names it.")]


@app.command("list")
def list_toolchains(as_json: Json = False) -> None:
    """List toolchains, installed or not."""
    with Client() as client:
        found = client.toolchains()
    if as_json:
        document(found)
        return
    table(
        ("name", "state", "version", "Python", ">size", "tools"),
        [
            (
                item["name"],
                item["state"],
                item["version"],
                item["python"] or f"missing: {item['python_needed']}",
                units.size(item["size_bytes"]) if item["size_bytes"] is not None else None,
                ", ".join(item["tools"]),
            )
            for item in found["items"]
        ],
    )


@app.command("show")
def show_toolchain(name: Name, as_json: Json = False) -> None:
    """Show a toolchain."""
    with Client() as client:
        found = client.toolchain(name)
    if as_json:
        document(found)
    else:
        _show(found)


@app.command("install")
def install_toolchain(
    name: Name,
    wheels: Annotated[
        Path | None,
        typer.Option("--wheels", help="A folder with the wheels of the lock file; nothing is downloaded then."),
    ] = None,
    no_wait: NoWait = False,
    as_json: Json = False,
) -> None:
    """Install a toolchain: about 900 MB, two to four minutes."""
    with Client() as client:
        made = client.install_toolchain(name, str(wheels.absolute()) if wheels is not None else None)
        if no_wait:
            document(made) if as_json else started(made["job"])
            return
        job = follow(client, made["job"], as_json)
        found = client.toolchain(name)
    if as_json:
        document({"toolchain": found, "job": job})
    conclude(job)
    if not as_json:
        _show(found)


@app.command("remove")
def remove_toolchain(name: Name) -> None:
    """Remove an installed toolchain."""
    with Client() as client:
        client.remove_toolchain(name)
    say(f"Removed '{name}'.")


def _show(found: dict[str, Any]) -> None:
    facts(
        [
            ("name", found["name"]),
            ("what", found["title"]),
            ("state", found["state"]),
            ("version", found["version"]),
            ("Python", found["python"] or f"missing, needs {found['python_needed']}"),
            ("packages", str(found["packages"])),
            ("size", units.size(found["size_bytes"]) if found["size_bytes"] is not None else None),
            ("tools", ", ".join(found["tools"])),
            ("installed", units.moment(found["installed_at"]) if found["installed_at"] else None),
            ("problem", found["problem"]),
        ]
    )

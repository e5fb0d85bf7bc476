"""`workbench doctor`: what is right on this machine and what is not."""

import os
from pathlib import Path
from typing import Annotated, Any

import typer

from workbench import discovery
from workbench.cli import serve
from workbench.cli.failures import FAILED
from workbench.cli.options import Json
from workbench.cli.output import document, note, table
from workbench.client import Client


def doctor(
    data_dir: Annotated[Path | None, typer.Option(help="Where everything is kept.")] = None, as_json: Json = False
) -> None:
    """Check OpenVINO, folders, database, broker and devices; needs no server.

    With WORKBENCH_URL, the server there is asked instead.
    """
    if os.environ.get("WORKBENCH_URL") and data_dir is None:
        with Client() as client:
            found = client.doctor()
    else:
        found = _examine(data_dir)
    if as_json:
        document(found)
    else:
        table(
            ("check", "result", "found"),
            [(check["name"], "right" if check["ok"] else "WRONG", check["detail"]) for check in found["checks"]],
        )
        for check in found["checks"]:
            if not check["ok"] and check["action"]:
                note(f"{check['name']}: {check['action']}")
    if not found["ok"]:
        raise typer.Exit(FAILED)


def _examine(data_dir: Path | None) -> dict[str, Any]:
    from workbench.system.checks import run_checks

    settings = serve.settings_from(data_dir=data_dir)
    server = discovery.running()
    serving = server is not None and server.data_dir == settings.data_dir.absolute()
    checks = [
        {"name": check.name, "ok": check.ok, "detail": check.detail, "action": check.action}
        for check in run_checks(settings, serving=serving)
    ]
    return {"ok": all(check["ok"] for check in checks), "checks": checks}

"""`workbench doctor`: what is right on this machine and what is not."""

import os
import platform
import subprocess
import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from workbench import discovery
from workbench.cli import serve
from workbench.cli.failures import FAILED
from workbench.cli.options import Json
from workbench.cli.output import document, note, table
from workbench.client import Client

LEAST_PYTHON = (3, 11)
SILENT = 7
REPORTS = f"""
import sys
from workbench.engine.quiet import silence
silence()
try:
    import openvino_telemetry
except ImportError:
    sys.exit({SILENT})
"""
REPORTS_WITHIN_S = 30.0


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
    if server is not None and server.data_dir != settings.data_dir.absolute():
        server = None
    checks = [
        _python(),
        *(
            _result(check.name, check.ok, check.detail, check.action)
            for check in run_checks(settings, serving=server is not None)
        ),
        _telemetry(),
        _server(server),
    ]
    return {"ok": all(check["ok"] for check in checks), "checks": checks}


def _result(name: str, ok: bool, detail: str, action: str | None) -> dict[str, Any]:
    return {"name": name, "ok": ok, "detail": detail, "action": None if ok else action}


def _python() -> dict[str, Any]:
    needed = ".".join(map(str, LEAST_PYTHON))
    found = f"{platform.python_version()}, {sys.executable}"
    return _result("Python", sys.version_info >= LEAST_PYTHON, found, f"Install Python {needed} or later.")


def _telemetry() -> dict[str, Any]:
    """In a process prepared as every process is that loads OpenVINO, the module that would report must not load."""
    try:
        code = subprocess.run([sys.executable, "-c", REPORTS], timeout=REPORTS_WITHIN_S, check=False).returncode
    except (OSError, subprocess.TimeoutExpired) as error:
        return _result("telemetry", False, f"could not be checked: {error}", "Report this.")
    if code == SILENT:
        return _result("telemetry", True, "off: nothing is sent by OpenVINO or NNCF", None)
    return _result("telemetry", False, "what OpenVINO reports with can be loaded", "Report this.")


def _server(server: discovery.Server | None) -> dict[str, Any]:
    """A server need not run; one that runs has to answer."""
    if server is None:
        return _result("server", True, "none runs over this data folder; 'workbench up' starts one", None)
    with Client(server.url, server.token) as client:
        if client.healthy():
            return _result("server", True, f"answers on {server.url}", None)
    return _result(
        "server", False, f"does not answer on {server.url}", "Look at its log in the data folder, and start it again."
    )

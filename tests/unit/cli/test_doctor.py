"""What the doctor looks at beside the checks that it shares with the server."""

import json
import socket
import sys
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from workbench import discovery
from workbench.cli import doctor
from workbench.cli.main import app
from workbench.system import checks
from workbench.system.checks import Check


@pytest.fixture(autouse=True)
def shared(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No server, and one shared check that is right."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.setattr(checks, "run_checks", lambda settings, serving: [Check("disk", True, "9 GiB free")])


def examined(data_dir: Path, code: int = 0) -> dict[str, dict[str, Any]]:
    """Checks by name."""
    result = CliRunner().invoke(app, ["doctor", "--json", "--data-dir", str(data_dir)])
    assert result.exit_code == code, result.output
    document = json.loads(result.stdout)
    assert document["ok"] is (code == 0)
    return {check["name"]: check for check in document["checks"]}


def announce(data_dir: Path, port: int) -> None:
    discovery.announce(f"http://127.0.0.1:{port}", data_dir, None)


def test_a_machine_without_a_server_is_right(tmp_path: Path) -> None:
    found = examined(tmp_path)
    assert set(found) == {"Python", "disk", "telemetry", "server"}
    assert sys.executable in found["Python"]["detail"]
    assert "workbench up" in found["server"]["detail"]
    assert all(check["action"] is None for check in found.values())


def test_a_server_that_does_not_answer_is_wrong(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    announce(tmp_path, port)
    found = examined(tmp_path, code=1)
    assert not found["server"]["ok"]
    assert str(port) in found["server"]["detail"]
    assert found["server"]["action"]


def test_a_server_over_another_folder_is_not_meant(tmp_path: Path) -> None:
    announce(tmp_path / "other", 1)
    assert examined(tmp_path)["server"]["ok"]


def test_an_old_python_is_wrong(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor, "LEAST_PYTHON", (99, 1))
    found = examined(tmp_path, code=1)
    assert found["Python"]["action"] == "Install Python 99.1 or later."


def test_telemetry_that_could_report_is_wrong(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor, "REPORTS", "import json")
    assert not examined(tmp_path, code=1)["telemetry"]["ok"]

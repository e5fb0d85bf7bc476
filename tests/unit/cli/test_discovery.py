"""Which server a client finds, and what a server leaves behind for it."""

import json
import os
import stat
import subprocess
import sys
from pathlib import Path
from typing import Any

import psutil
import pytest

from workbench import discovery
from workbench.discovery import BadUrl, Server


@pytest.fixture(autouse=True)
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The state file, in a folder of the test's own."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    monkeypatch.delenv("WORKBENCH_URL", raising=False)
    monkeypatch.delenv("WORKBENCH_TOKEN", raising=False)
    return tmp_path / "workbench" / "server.json"


def write(state: Path, **content: Any) -> None:
    state.parent.mkdir(parents=True, exist_ok=True)
    state.write_text(json.dumps({"url": "http://127.0.0.1:7", "data_dir": "/data", "token": None} | content))


class TestAnnounce:
    def test_the_file_is_for_its_owner_only(self, state: Path) -> None:
        discovery.announce("http://127.0.0.1:7", Path("/data"), "wbt_secret")
        assert stat.S_IMODE(state.stat().st_mode) == 0o600
        assert [path.name for path in state.parent.iterdir()] == ["server.json"]
        assert json.loads(state.read_text()) == {
            "url": "http://127.0.0.1:7",
            "pid": os.getpid(),
            "pid_started": psutil.Process().create_time(),
            "data_dir": "/data",
            "token": "wbt_secret",
        }

    def test_withdraw_takes_it_back(self, state: Path) -> None:
        discovery.announce("http://127.0.0.1:7", Path("/data"), None)
        discovery.withdraw()
        assert not state.exists()
        discovery.withdraw()

    def test_withdraw_leaves_what_a_later_server_announced(self, state: Path) -> None:
        write(state, pid=os.getppid())
        discovery.withdraw()
        assert state.exists()

    def test_a_state_folder_that_cannot_be_made_stops_no_server(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        file = tmp_path / "file"
        file.write_text("")
        monkeypatch.setenv("XDG_STATE_HOME", str(file))
        discovery.announce("http://127.0.0.1:7", Path("/data"), None)
        assert discovery.running() is None


class TestRunning:
    def test_a_living_server_is_found(self) -> None:
        discovery.announce("http://127.0.0.1:7", Path("/data"), "wbt_secret")
        assert discovery.running() == Server("http://127.0.0.1:7", "wbt_secret", True, Path("/data"))

    def test_a_dead_process_is_no_server(self, state: Path) -> None:
        process = subprocess.Popen([sys.executable, "-c", "pass"])
        process.wait()
        write(state, pid=process.pid)
        assert discovery.running() is None

    def test_another_process_under_the_same_id_is_no_server(self, state: Path) -> None:
        write(state, pid=os.getpid(), pid_started=psutil.Process().create_time() - 3600)
        assert discovery.running() is None

    @pytest.mark.parametrize("text", ["", "{", "[]", "null", '{"pid": 1}', '{"pid": "1", "url": "http://a"}'])
    def test_a_broken_file_is_as_none(self, state: Path, text: str) -> None:
        write(state)
        state.write_text(text)
        assert discovery.running() is None

    def test_an_address_that_is_none_is_not_followed(self, state: Path) -> None:
        write(state, pid=os.getpid(), url="file:///etc/passwd")
        assert discovery.running() is None


class TestFind:
    def test_the_usual_port_when_nothing_is_known(self) -> None:
        assert discovery.find() == Server("http://127.0.0.1:5665")

    def test_the_announced_server_comes_before_it(self) -> None:
        discovery.announce("http://127.0.0.1:7", Path("/data"), "wbt_secret")
        assert discovery.find() == Server("http://127.0.0.1:7", "wbt_secret", True, Path("/data"))

    def test_the_environment_comes_first(self, monkeypatch: pytest.MonkeyPatch) -> None:
        discovery.announce("http://127.0.0.1:7", Path("/data"), "wbt_secret")
        monkeypatch.setenv("WORKBENCH_URL", "https://team.example/workbench/")
        assert discovery.find() == Server("https://team.example/workbench")
        monkeypatch.setenv("WORKBENCH_TOKEN", "wbt_mine")
        assert discovery.find() == Server("https://team.example/workbench", "wbt_mine")

    def test_the_environment_may_name_the_announced_one(self, monkeypatch: pytest.MonkeyPatch) -> None:
        discovery.announce("http://127.0.0.1:7", Path("/data"), "wbt_secret")
        monkeypatch.setenv("WORKBENCH_URL", "http://127.0.0.1:7/")
        assert discovery.find() == Server("http://127.0.0.1:7", "wbt_secret", True, Path("/data"))

    @pytest.mark.parametrize(
        "url",
        ["ftp://host", "host:5665", "http://", "http://host:port", "http://a?b", "http://user@host", "http://[::1"],
    )
    def test_what_is_no_address_is_refused(self, url: str, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("WORKBENCH_URL", url)
        with pytest.raises(BadUrl):
            discovery.find()

"""Exit codes, and what goes to which stream, with a server of the test's own."""

import json
from collections.abc import Callable
from typing import Any

import httpx
import pytest
from typer.testing import CliRunner, Result

from workbench.cli import following
from workbench.cli.main import app
from workbench.client import client as client_module
from workbench.client import waiting
from workbench.client.connection import Connection

PROBLEM = {"title": "Refused", "code": "in_use", "detail": "It is in use.", "action": "Wait.", "status": 409}
JOB: dict[str, Any] = {
    "id": "j1",
    "kind": "benchmark",
    "state": "running",
    "title": "Benchmark",
    "stage": "1 of 2: measure",
    "progress": 0.5,
    "elapsed_s": 3.2,
    "estimate_s": 20.0,
    "waiting_for": None,
    "cancel_requested": False,
    "error": None,
    "created_at": "2026-01-02T03:04:05Z",
    "started_at": None,
    "finished_at": None,
}


class FakeServer:
    """Answers by method and path; `heard` are the bodies that came."""

    def __init__(self) -> None:
        self.answers: dict[tuple[str, str], Callable[[], httpx.Response]] = {}
        self.heard: dict[tuple[str, str], Any] = {}

    def answer(self, method: str, path: str, *bodies: Any, status: int = 200) -> None:
        """`bodies` one after another, the last one for ever."""
        waiting = list(bodies)
        self.answers[method, path] = lambda: httpx.Response(
            status, json=waiting.pop(0) if len(waiting) > 1 else waiting[0]
        )

    def __call__(self, request: httpx.Request) -> httpx.Response:
        key = (request.method, request.url.path.removeprefix("/api/v1"))
        self.heard[key] = json.loads(request.content) if request.content else None
        return self.answers[key]()


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> FakeServer:
    fake = FakeServer()

    def connected(url: str, token: str | None, transport: object) -> Connection:
        return Connection(url, token, httpx.MockTransport(fake))

    monkeypatch.setattr(client_module, "Connection", connected)
    monkeypatch.setattr(waiting, "FIRST_PAUSE_S", 0.001)
    return fake


def run(*arguments: str) -> Result:
    return CliRunner().invoke(app, list(arguments))


class TestExitCodes:
    def test_refused(self, server: FakeServer) -> None:
        server.answer("GET", "/models/net", {"id": "m1", "name": "net"})
        server.answer("DELETE", "/models/m1", PROBLEM, status=409)
        result = run("model", "delete", "net", "--yes")
        assert (result.exit_code, result.stdout) == (1, "")
        assert result.stderr == "It is in use.\nWait.\n"

    def test_a_value_that_the_server_refuses_is_wrong_usage(self, server: FakeServer) -> None:
        errors = [{"field": "a", "problem": "bad"}, {"field": "b", "problem": "worse"}]
        server.answer("POST", "/projects", PROBLEM | {"code": "invalid_fields", "errors": errors}, status=422)
        result = run("project", "create", "--model", "m", "--dataset", "d")
        assert result.exit_code == 2
        assert "b: worse" in result.stderr

    @pytest.mark.parametrize(
        "arguments",
        [
            ("model", "import"),
            ("model", "import", "/nowhere/net.onnx"),
            ("benchmark", "p", "--streams", "none"),
            ("benchmark", "p", "--duration", "1", "--iterations", "5"),
            ("benchmark", "p", "--batch", "8-1"),
            ("benchmark", "p", "--api", "fast"),
            ("benchmark", "p", "--arrivals", "0"),
            ("benchmark", "p", "--continue", "--streams", "1"),
            ("run", "fly"),
            ("demo", "--duration", "0"),
        ],
    )
    def test_wrong_usage(self, arguments: tuple[str, ...], server: FakeServer) -> None:
        result = run(*arguments)
        assert (result.exit_code, result.stdout) == (2, "")

    def test_an_unusable_address(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("WORKBENCH_URL", "ftp://x")
        result = run("model", "list")
        assert (result.exit_code, result.stdout) == (2, "")
        assert "WORKBENCH_URL" in result.stderr

    def test_nobody_there(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("WORKBENCH_URL", "http://127.0.0.1:1")
        result = run("model", "list", "--json")
        assert (result.exit_code, result.stdout) == (3, "")
        assert "workbench up" in result.stderr

    @pytest.mark.parametrize(("state", "code"), [("succeeded", 0), ("failed", 1), ("cancelled", 1)])
    def test_a_job_that_is_watched(self, state: str, code: int, server: FakeServer) -> None:
        error = {"code": "model_corrupt", "message": "It is damaged.", "action": "Send it again."}
        last = JOB | {"state": state, "error": error if state == "failed" else None}
        server.answer("GET", "/jobs/j1", JOB, JOB, last)
        result = run("job", "watch", "j1", "--json")
        assert (result.exit_code, json.loads(result.stdout)) == (code, last)
        if state == "failed":
            assert result.stderr.startswith("It is damaged.\nSend it again.\n")


class TestBenchmark:
    def test_no_wait_gives_the_job(self, server: FakeServer) -> None:
        server.answer("GET", "/projects/net%20on%20photos", {"id": "p1", "name": "net on photos"})
        server.answers["GET", "/projects/net on photos"] = server.answers["GET", "/projects/net%20on%20photos"]
        server.answer("POST", "/projects/p1/benchmarks", {"job": JOB}, status=202)
        result = run(
            "benchmark", "net on photos", "--streams", "1,2", "--shape", "x=1,3", "--synthetic", "--no-wait", "--json"
        )
        assert result.exit_code == 0
        assert json.loads(result.stdout)["job"] == JOB
        assert server.heard["POST", "/projects/p1/benchmarks"] == {
            "configurations": [{"hint": "none", "streams": 1}, {"hint": "none", "streams": 2}],
            "layers": True,
            "shapes": {"x": [1, 3]},
            "input": "synthetic",
        }


class TestWaiting:
    def test_ctrl_c_leaves_the_job_and_says_so(self, server: FakeServer, monkeypatch: pytest.MonkeyPatch) -> None:
        def interrupted(*_: object) -> None:
            raise KeyboardInterrupt

        server.answer("GET", "/jobs/j1", JOB)
        monkeypatch.setattr("workbench.client.waiting.time.sleep", interrupted)
        result = run("job", "watch", "j1", "--json")
        assert (result.exit_code, result.stdout) == (130, "")
        assert "workbench job cancel j1" in result.stderr
        assert ("POST", "/jobs/j1/cancel") not in server.heard

    def test_remarks(self) -> None:
        assert following.remark(JOB) == "1 of 2: measure, 3 s of about 20 s"
        queued = JOB | {"state": "queued", "elapsed_s": None}
        assert following.remark(queued) == "waits"
        assert following.remark(queued | {"waiting_for": "Baseline · net"}) == "waits for Baseline · net"


def test_the_version(server: FakeServer) -> None:
    from workbench import __version__

    result = run("--version")
    assert (result.exit_code, result.stdout) == (0, f"workbench {__version__}\n")


def test_a_log_cannot_drive_the_terminal(server: FakeServer) -> None:
    server.answers["GET", "/jobs/j1/log"] = lambda: httpx.Response(200, text="line\n\x1b[2Jgone\n")
    assert run("job", "log", "j1").stdout == "line\n\ufffd[2Jgone\n"


def test_a_token_is_revoked_by_name(server: FakeServer) -> None:
    tokens = [{"id": "t1", "name": "ci"}, {"id": "t2", "name": "page"}]
    server.answer("GET", "/tokens", {"items": tokens, "next_cursor": None, "total": 2})
    server.answers["DELETE", "/tokens/t2"] = lambda: httpx.Response(204)
    assert run("token", "revoke", "page").exit_code == 0
    assert ("DELETE", "/tokens/t2") in server.heard
    assert run("token", "revoke", "nobody").exit_code == 1


FOLDING = {"model": {"id": "m2", "name": "net folded"}, "job": JOB}


class TestFold:
    def test_waits_and_shows_the_child(self, server: FakeServer) -> None:
        server.answer("POST", "/models/net/fold", FOLDING, status=202)
        server.answer("GET", "/jobs/j1", JOB | {"state": "succeeded"})
        server.answer("GET", "/models/m2", {"id": "m2", "name": "bytes in"})
        result = run("model", "fold", "net", "--name", "bytes in", "--resize", "--json")
        assert result.exit_code == 0, result.stderr
        assert json.loads(result.stdout)["model"] == {"id": "m2", "name": "bytes in"}
        assert server.heard["POST", "/models/net/fold"] == {"name": "bytes in", "resize": True}

    def test_what_cannot_be_folded_leaves_no_model(self, server: FakeServer) -> None:
        error = {"code": "preprocessing_not_foldable", "message": "It cannot.", "action": "Leave it outside."}
        server.answer("POST", "/models/net/fold", FOLDING, status=202)
        server.answer("GET", "/jobs/j1", JOB | {"state": "failed", "error": error})
        result = run("model", "fold", "net", "--json")
        assert (result.exit_code, json.loads(result.stdout)["model"]) == (1, None)
        assert server.heard["POST", "/models/net/fold"] == {"resize": False}

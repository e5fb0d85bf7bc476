"""Stopping in order: jobs are told, engines end, and the next start goes on."""

import contextlib
import signal
import time
from pathlib import Path

import psutil
import pytest

from tests.integration.material import pictures, small_onnx
from tests.integration.stack import Stack, running


@pytest.mark.slow
def test_sigterm_while_measuring(tmp_path: Path) -> None:
    stack = Stack(tmp_path)
    with running(stack):
        stack.up()
        model = stack.import_model(small_onnx(tmp_path / "small.onnx"))
        dataset = stack.import_dataset(pictures(tmp_path / "pictures"))
        body = {"model": model["id"], "dataset": dataset["id"], "duration_s": 60}
        job_id = stack.post("/projects", body)["job"]["id"]
        stack.until(lambda: stack.engines("up"), 30, "an engine to run")
        engines = stack.engines("up")

        process = stack.processes.pop("up")
        asked = time.monotonic()
        process.send_signal(signal.SIGTERM)
        assert process.wait(20) == 0
        assert time.monotonic() - asked < 14  # nobody had to be killed for it
        assert not [engine for engine in engines if engine.is_running() and engine.status() != psutil.STATUS_ZOMBIE]
        assert not (tmp_path / "state" / "workbench" / "server.json").exists()

        stack.up()
        job = stack.finished(job_id, 40)
        assert (job["state"], job["error"]["code"]) == ("failed", "worker_stopped")


def test_sigterm_with_pages_open(tmp_path: Path) -> None:
    """A page that listens to events does not hold the server up."""
    stack = Stack(tmp_path)
    with running(stack):
        stack.up()
        with contextlib.ExitStack() as pages:
            streams = [pages.enter_context(stack.client.stream("GET", "/events")) for _ in range(3)]
            assert all(next(stream.iter_lines()) == "retry: 1000" for stream in streams)
            process = stack.processes.pop("up")
            process.send_signal(signal.SIGTERM)
            assert process.wait(14) == 0
        assert "Traceback" not in (tmp_path / "up.log").read_text()

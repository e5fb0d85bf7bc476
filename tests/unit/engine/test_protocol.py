"""What an engine process says and how it ends."""

import io
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest

from tests.unit.engine.networks import classifier, save
from workbench.engine import protocol
from workbench.engine.protocol import Emitter

ROOT = Path(__file__).parents[3]


class Process:
    """An engine process with the operations of the tests, or with its own."""

    def __init__(self, work: Path, kind: str, module: str = "tests.unit.engine.operations", **more: Any) -> None:
        (work / "operation.json").write_text(json.dumps({"kind": kind, "parameters": {"a": 1}} | more))
        self.process = subprocess.Popen(
            [sys.executable, "-m", module, "run", "operation.json"],
            cwd=work,
            env=os.environ | {"PYTHONPATH": str(ROOT)},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def finish(self, timeout: float = 30.0) -> tuple[int, list[dict[str, Any]], str]:
        """Exit code, events, stderr; stdin stays open until it ends."""
        assert self.process.stdout is not None
        assert self.process.stderr is not None
        self.process.wait(timeout)
        out, errors = self.process.stdout.read(), self.process.stderr.read()
        return self.process.returncode, [json.loads(line) for line in out.splitlines()], errors

    def begun(self) -> None:
        """Wait for the first event."""
        assert self.process.stdout is not None
        assert json.loads(self.process.stdout.readline())["event"] == "stage"

    def close(self) -> None:
        self.process.kill()
        self.process.wait()
        for stream in (self.process.stdin, self.process.stdout, self.process.stderr):
            if stream is not None:
                stream.close()


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Any]:
    started: list[Process] = []

    def make(kind: str, **more: Any) -> Process:
        started.append(Process(tmp_path, kind, **more))
        return started[-1]

    yield make
    for process in started:
        process.close()


class TestResult:
    def test_events_and_nothing_else_on_stdout(self, start: Any, tmp_path: Path) -> None:
        code, events, errors = start("good").finish()
        assert code == 0
        assert [event["event"] for event in events] == ["stage", "log", "progress", "result"]
        assert events[2] == {"event": "progress", "done": 1, "total": 2, "unit": "samples"}
        assert "a print" in errors
        assert "a native print" in errors
        assert (tmp_path / "out" / "file").read_text() == "artifact"
        result = events[-1]["result"]
        assert result["given"] == {"a": 1}
        assert result["cwd"] == result["work"] == tmp_path.name
        assert result["core"] == 0, "core dumps are off"
        assert not result["openvino"], "only what the operation needs is imported"

    def test_numbers_of_numpy_and_paths_are_plain(self, start: Any, tmp_path: Path) -> None:
        code, events, _ = start("numbers").finish()
        assert code == 0
        assert events[-1]["result"] == {"float": 0.5, "int": 7, "path": str(tmp_path / "x")}

    @pytest.mark.parametrize("kind", ["not_a_number", "an_object"])
    def test_what_json_does_not_know_is_a_mistake(self, start: Any, kind: str) -> None:
        code, events, _ = start(kind).finish()
        assert code == 1
        assert [event["event"] for event in events] == ["error"]
        assert events[0]["code"] == "internal_error"


class TestErrors:
    def test_an_engine_error_keeps_its_words(self, start: Any) -> None:
        code, events, errors = start("refused").finish()
        assert code == 1
        assert events == [
            {
                "event": "error",
                "code": "model_corrupt",
                "message": "The file is damaged.",
                "action": "Export it again.",
                "detail": {"file": "a.onnx"},
            }
        ]
        assert "Traceback" in errors

    def test_no_memory(self, start: Any) -> None:
        code, events, _ = start("no_memory").finish()
        assert (code, events[-1]["code"]) == (1, "out_of_memory")

    def test_an_unexpected_exception(self, start: Any) -> None:
        code, events, errors = start("a_mistake").finish()
        assert (code, events[-1]["code"]) == (1, "internal_error")
        assert "ZeroDivisionError: first line" in events[-1]["message"]
        assert "second line" in errors

    def test_an_unknown_kind(self, start: Any) -> None:
        code, events, _ = start("nonsense").finish()
        assert (code, events[-1]["code"]) == (1, "invalid_operation")

    def test_wrong_usage(self) -> None:
        done = subprocess.run(
            [sys.executable, "-m", "workbench.engine", "benchmark"], capture_output=True, cwd=ROOT, check=False
        )
        assert done.returncode == 2
        assert b"usage" in done.stderr


class TestEnding:
    def test_when_stdin_closes(self, start: Any) -> None:
        engine = start("sleep")
        engine.begun()
        engine.process.stdin.close()
        engine.process.stdin = None
        assert engine.process.wait(5) == protocol.EXIT_STDIN_CLOSED

    def test_when_the_lease_goes_stale(self, start: Any, tmp_path: Path) -> None:
        lease = tmp_path / "lease"
        lease.touch()
        engine = start("sleep", lease_file="lease", lease_timeout_s=1.5)
        engine.begun()
        for _ in range(4):
            time.sleep(0.5)
            lease.touch()
        assert engine.process.poll() is None, "it works on while its lease is renewed"
        began = time.monotonic()
        assert engine.process.wait(6) == protocol.EXIT_LEASE_STALE
        assert time.monotonic() - began < 4

    def test_when_the_lease_is_gone(self, start: Any) -> None:
        engine = start("sleep", lease_file="lease", lease_timeout_s=60)
        assert engine.finish(6)[0] == protocol.EXIT_LEASE_STALE

    @pytest.mark.parametrize("kind", ["sleep", "native_sleep"])
    def test_at_once_on_sigterm(self, start: Any, kind: str) -> None:
        engine = start(kind)
        engine.begun()
        began = time.monotonic()
        engine.process.terminate()
        assert engine.process.wait(5) == -signal.SIGTERM
        assert time.monotonic() - began < 0.5

    def test_when_nobody_reads_any_more(self, start: Any) -> None:
        engine = start("talk")
        assert engine.process.stdout.readline()
        engine.process.stdout.close()
        engine.process.stdout = None
        assert engine.process.wait(5) == protocol.EXIT_STDIN_CLOSED


class TestEmitter:
    def test_progress_is_told_at_most_five_times_a_second_and_at_the_end(self) -> None:
        stream = io.StringIO()
        emit = Emitter(stream)
        emit.stage("work", 1, 1)
        for done in range(1, 1001):
            emit.progress(done, 1000, "samples")
        told = [json.loads(line)["done"] for line in stream.getvalue().splitlines()[1:]]
        assert told[0] == 1
        assert told[-1] == 1000
        assert len(told) < 10


class TestMeasuring:
    """A benchmark in its own process, as a worker runs it."""

    @pytest.fixture
    def engine(self, start: Any, tmp_path: Path) -> Process:
        save(classifier(), tmp_path / "inputs")
        parameters = {"model": "inputs/model.xml", "device": "CPU", "duration_s": 30}
        process: Process = start("benchmark", module="workbench.engine", parameters=parameters)
        assert process.process.stdout is not None
        for line in process.process.stdout:
            if json.loads(line).get("name") == "measure":
                return process
        raise AssertionError("it never measured")

    def test_a_cancel_reaches_the_loop_at_once_and_leaves_no_process(self, engine: Process) -> None:
        (helper,) = psutil.Process(engine.process.pid).children()
        began = time.monotonic()
        engine.process.terminate()
        assert engine.process.wait(5) == -signal.SIGTERM
        assert time.monotonic() - began < 0.5
        # Whoever starts the engine kills its whole group; this is about an engine that dies alone.
        helper.wait(5)

    def test_it_ends_with_whoever_started_it(self, engine: Process) -> None:
        assert engine.process.stdin is not None
        engine.process.stdin.close()
        engine.process.stdin = None
        assert engine.process.wait(5) == protocol.EXIT_STDIN_CLOSED


def test_a_probe_from_start_to_end(start: Any) -> None:
    began = time.monotonic()
    code, events, _ = start("probe", module="workbench.engine").finish()
    assert code == 0
    result = events[-1]["result"]
    assert "CPU" in [device["name"] for device in result["devices"]]
    assert time.monotonic() - began < 10

"""Programs of a package know nothing of the worker, and end when they overstep a limit or the job ends."""

import contextlib
import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from workbench.jobs.context import Aborted
from workbench.packages import sandbox
from workbench.packages.sandbox import Failed


class Context:
    """The part of a job's context that is asked here."""

    def __init__(self, memory_fraction: float = 0.9) -> None:
        self.runtime = SimpleNamespace(settings=SimpleNamespace(engine_memory_fraction=memory_fraction))
        self.stop: Any = None
        self.aborted = False

    def check(self) -> None:
        if self.aborted:
            raise Aborted("cancelled")

    @contextlib.contextmanager
    def stopped_by(self, stop: Any) -> Iterator[None]:
        self.stop = stop
        yield

    def abort(self) -> None:
        self.aborted = True
        self.stop()


def run(folder: Path, code: str, context: Any = None, timeout_s: float = 30.0) -> str:
    said: list[str] = []
    given: Any = context or Context()
    told = sandbox.run(given, [sys.executable, "-I", "-c", code], folder, said.append, timeout_s)
    assert said[1:] == told.splitlines()
    return told


def test_its_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WORKBENCH_TOKEN", "secret")
    monkeypatch.setenv("PYTHONPATH", "/somewhere")
    told = run(tmp_path, "import os; print(sorted(os.environ), os.getcwd())")
    assert "secret" not in told
    assert {"WORKBENCH_TOKEN", "PYTHONPATH", "LD_LIBRARY_PATH"}.isdisjoint(eval(told.partition("]")[0] + "]"))  # noqa: S307
    assert told.endswith(str(tmp_path))


def test_a_failure(tmp_path: Path) -> None:
    with pytest.raises(Failed, match="exit code 3"):
        run(tmp_path, "raise SystemExit(3)")
    with pytest.raises(Failed, match="signal 11"):
        run(tmp_path, "import os; os.kill(os.getpid(), 11)")


def test_too_long(tmp_path: Path) -> None:
    with pytest.raises(Failed, match="more than 1 s"):
        run(tmp_path, "import time; time.sleep(60)", timeout_s=1.0)


def test_too_much_output(tmp_path: Path) -> None:
    with pytest.raises(Failed, match="more than 200 kB"):
        run(tmp_path, "while True: print('x' * 999)")
    with pytest.raises(Failed, match="more than 200 kB"):
        run(tmp_path, "import sys\nwhile True: sys.stdout.write('x')")


def test_too_much_memory(tmp_path: Path) -> None:
    with pytest.raises(Failed, match="memory"):
        run(tmp_path, "import time; x = bytearray(10**8); time.sleep(60)", Context(memory_fraction=1e-4))


def test_it_ends_with_the_job_and_all_that_it_started(tmp_path: Path) -> None:
    context = Context()
    code = (
        "import subprocess, sys, time, pathlib\n"
        "child = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)'])\n"
        "pathlib.Path('pid').write_text(str(child.pid))\ntime.sleep(60)"
    )

    def cancel() -> None:
        while not (tmp_path / "pid").exists() or not (tmp_path / "pid").read_text():
            time.sleep(0.02)
        context.abort()

    threading.Thread(target=cancel).start()
    started = time.monotonic()
    with pytest.raises(Aborted):
        run(tmp_path, code, context)
    assert time.monotonic() - started < 30
    pid = int((tmp_path / "pid").read_text())
    assert_gone(pid)


def assert_gone(pid: int) -> None:
    for _ in range(100):
        state = Path(f"/proc/{pid}/stat")
        if not state.exists() or state.read_text().rpartition(")")[2].split()[0] == "Z":
            return
        time.sleep(0.05)
    os.kill(pid, 9)
    pytest.fail("it lives on")


def test_it_ends_with_its_worker(tmp_path: Path) -> None:
    code = "import os, pathlib, time; pathlib.Path('pid').write_text(str(os.getpid())); time.sleep(60)"
    program = (
        "import pathlib, sys\nfrom tests.unit.packages.test_sandbox import run\n"
        f"run(pathlib.Path(sys.argv[1]), {code!r})"
    )
    worker = subprocess.Popen([sys.executable, "-c", program, tmp_path], cwd=Path(__file__).parents[3])
    while not (tmp_path / "pid").exists() or not (tmp_path / "pid").read_text():
        assert worker.poll() is None
        time.sleep(0.02)
    worker.kill()
    worker.wait()
    assert_gone(int((tmp_path / "pid").read_text()))

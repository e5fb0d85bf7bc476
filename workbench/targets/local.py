"""Starts an engine process on this machine: its own process group, limits, stdin as its lifeline (DESIGN §4)."""

import contextlib
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import psutil

from workbench.engine.quiet import environment

LINE_BYTES = 8 * 1024**2
KILL_AFTER_S = 1.0
END_S = 10.0
PACKAGE_PARENT = Path(__file__).parents[2]


class LocalProcess:
    """A running engine. `lines()` yields what it says; `kill()` may be called from any thread, any time."""

    def __init__(self, program: Sequence[str], operation: Path, stderr: Path, memory_limit_bytes: int) -> None:
        """`program` gets "run" and the name of the operation's file."""
        self.memory_limit_bytes = memory_limit_bytes
        self.over_memory = False
        self._errors = stderr.open("ab")
        self.process = subprocess.Popen(
            [*program, "run", operation.name],
            cwd=operation.parent,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._errors,
            env=_environment(),
            start_new_session=True,
        )
        self._watcher = threading.Thread(target=self._watch_memory, daemon=True)
        self._watcher.start()

    def lines(self) -> Iterator[bytes]:
        """Complete lines of its standard output until it ends; an over-long line ends it."""
        assert self.process.stdout is not None
        while line := self.process.stdout.readline(LINE_BYTES):
            if len(line) >= LINE_BYTES:
                self.kill()
                return
            yield line

    def kill(self) -> None:
        """End the whole process group: gently, and for certain a second later."""
        self._signal(signal.SIGTERM)
        timer = threading.Timer(KILL_AFTER_S, self._signal, (signal.SIGKILL,))
        timer.daemon = True
        timer.start()

    def _signal(self, number: signal.Signals) -> None:
        # Not after it was reaped: the number may belong to another process by then.
        if self.process.returncode is None:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self.process.pid, number)

    def _watch_memory(self) -> None:
        try:
            process = psutil.Process(self.process.pid)
            while self.process.returncode is None:
                if process.memory_info().rss > self.memory_limit_bytes:
                    self.over_memory = True
                    self._signal(signal.SIGKILL)
                    return
                time.sleep(0.5)
        except psutil.Error:
            return

    def close(self) -> int:
        """Reap it; returns its exit code (negative: the signal that ended it)."""
        try:
            # Its stdin stays open meanwhile: closing it tells a process that nobody wants its work any more.
            code = self.process.wait(timeout=END_S)
        except subprocess.TimeoutExpired:
            self._signal(signal.SIGKILL)
            code = self.process.wait()
        if self.process.stdin is not None:
            with contextlib.suppress(OSError):
                self.process.stdin.close()
        assert self.process.stdout is not None
        self.process.stdout.close()
        self._errors.close()
        return code


def of_module(module: str) -> list[str]:
    """The program that is a module of this package; never one from the folder of the operation (`-P`)."""
    return [sys.executable, "-P", "-m", module]


def _environment() -> dict[str, str]:
    """The worker's environment without its secrets: an engine handles hostile files.

    The package is found where this one was, and (with `-P`) never in the folder of the operation.
    """
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("WORKBENCH_")}
    path = os.pathsep.join(filter(None, (str(PACKAGE_PARENT), inherited.get("PYTHONPATH"))))
    return inherited | environment() | {"PYTHONPATH": path}

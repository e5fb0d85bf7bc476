"""Programs of a package, run as on a machine that knows nothing of the workbench: an environment with four variables,
limits of time, memory, output and file size, and an end as soon as the job ends."""

import contextlib
import os
import shutil
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import psutil

from workbench.jobs.context import JobContext

MOST_OUTPUT_BYTES = 200_000
MOST_FILE_BYTES = 4 * 1024**3
_PATH = "/usr/local/bin:/usr/bin:/bin"
_POLL_S = 0.5


class Failed(Exception):
    """A program did not do what it should; a sentence for people."""


def run(
    context: JobContext, program: Sequence[str | Path], folder: Path, say: Callable[[str], None], timeout_s: float
) -> str:
    """Run `program` in `folder`; returns what it wrote, which `say` gets line by line.

    Raises Failed where it does not end with 0, or oversteps a limit; Aborted.
    """
    context.check()
    say(f"$ {' '.join(str(part) for part in program)}")
    process = subprocess.Popen(
        [*_tied(), *(str(part) for part in program)],
        cwd=folder,
        env=environment(folder),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        start_new_session=True,
    )
    _limit(process.pid)
    watch = _Watch(process, timeout_s, psutil.virtual_memory().total * context.runtime.settings.engine_memory_fraction)
    assert process.stdout is not None
    parts: list[str] = []
    with context.stopped_by(lambda: end(process)), process.stdout as stream:
        left = MOST_OUTPUT_BYTES
        try:
            while left > 0 and (line := stream.readline(left)):
                left -= len(line)
                text = line.decode("utf-8", "replace").rstrip("\n")
                parts.append(text)
                say(text)
            if left <= 0:
                watch.reason = f"it wrote more than {MOST_OUTPUT_BYTES // 1000} kB"
                end(process)
        except BaseException:
            end(process)
            raise
    code = process.wait()
    context.check()
    if watch.reason is not None:
        raise Failed(f"{Path(program[0]).name} was stopped: {watch.reason}.")
    if code != 0:
        why = f"signal {-code}" if code < 0 else f"exit code {code}"
        raise Failed(f"{Path(program[0]).name} ended with {why}.")
    return "\n".join(parts)


def _tied() -> list[str]:
    """What makes the kernel end the program with the thread that started it: a killed worker leaves no orphan."""
    setpriv = shutil.which("setpriv")
    return [setpriv, "--pdeathsig", "KILL", "--"] if setpriv is not None else []


def environment(folder: Path) -> Mapping[str, str]:
    """Nothing of the worker's: no PYTHONPATH, no LD_LIBRARY_PATH, no secret."""
    return {"PATH": _PATH, "HOME": str(folder), "TMPDIR": str(folder), "LANG": "C.UTF-8"}


def end(process: "subprocess.Popen[bytes]") -> None:
    """The whole group, at once."""
    if process.returncode is None:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)


def _limit(pid: int) -> None:
    with contextlib.suppress(psutil.Error, OSError):
        process = psutil.Process(pid)
        process.rlimit(psutil.RLIMIT_CORE, (0, 0))
        process.rlimit(psutil.RLIMIT_FSIZE, (MOST_FILE_BYTES, MOST_FILE_BYTES))


class _Watch:
    """Ends a process that takes too long or too much memory; `reason` tells which."""

    def __init__(self, process: "subprocess.Popen[bytes]", timeout_s: float, memory_bytes: float) -> None:
        self.reason: str | None = None
        self._process, self._end_at, self._memory = process, time.monotonic() + timeout_s, memory_bytes
        self._timeout_s = timeout_s
        threading.Thread(target=self._look, name="trial", daemon=True).start()

    def _look(self) -> None:
        while self._process.returncode is None and self.reason is None:
            if time.monotonic() > self._end_at:
                self.reason = f"it took more than {self._timeout_s:.0f} s"
            elif self._used() > self._memory:
                self.reason = "it took more memory than it may have"
            else:
                time.sleep(_POLL_S)
                continue
            end(self._process)

    def _used(self) -> int:
        total = 0
        with contextlib.suppress(psutil.Error):
            one = psutil.Process(self._process.pid)
            for process in [one, *one.children(recursive=True)]:
                with contextlib.suppress(psutil.Error):
                    total += process.memory_info().rss
        return total

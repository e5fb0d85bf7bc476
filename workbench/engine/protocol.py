"""How an engine process is spoken to: one operation in, JSON lines out (DESIGN §4)."""

import contextlib
import importlib
import json
import os
import resource
import signal
import sys
import threading
import time
import traceback
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn, TextIO

Run = Callable[[Mapping[str, Any], Path, "Emitter"], dict[str, Any]]

OPERATIONS: Mapping[str, str] = {
    "probe": "workbench.engine.probe:run",
    "convert": "workbench.engine.convert:run",
    "analyze": "workbench.engine.analyze:run",
    "benchmark": "workbench.engine.benchmark:run",
    "sweep": "workbench.engine.sweep:run",
    "layers": "workbench.engine.layers:run",
    "search": "workbench.engine.search:run",
    "duel": "workbench.engine.duel:run",
    "race": "workbench.engine.race:run",
    "ceilings": "workbench.engine.ceilings:run",
    "graph": "workbench.engine.graph:run",
    "accuracy": "workbench.engine.accuracy:run",
    "tensor_distance": "workbench.engine.tensor_distance:run",
    "predict": "workbench.engine.predict:run",
    "fold_preprocessing": "workbench.engine.folding:run",
    "quantize": "workbench.engine.quantize:run",
    "sensitivity": "workbench.engine.sensitivity:run",
    "compress_weights": "workbench.engine.compress_weights:run",
    "package": "workbench.engine.packaging:run",
}

EXIT_ERROR = 1
EXIT_USAGE = 2
EXIT_STDIN_CLOSED = 3
EXIT_LEASE_STALE = 4
WATCH_EVERY_S = 1.0
PROGRESS_EVERY_S = 0.2


class EngineError(Exception):
    """Ends an operation: a stable code, one sentence that a user understands, and the action that helps."""

    def __init__(self, code: str, message: str, action: str, detail: Mapping[str, Any] | None = None) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.action = action
        self.detail = detail


@dataclass(frozen=True)
class Operation:
    """What the operation file says; `work` is its folder, which all its paths are relative to."""

    kind: str
    parameters: Mapping[str, Any]
    work: Path
    lease_file: Path | None
    lease_timeout_s: float


class Emitter:
    """Writes events, one JSON object a line. When nobody reads them any more, the process ends."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._lock = threading.Lock()
        self._progressed = 0.0

    def _emit(self, event: Mapping[str, Any]) -> None:
        line = json.dumps(event, allow_nan=False, default=_plain) + "\n"
        with self._lock:
            try:
                self._stream.write(line)
                self._stream.flush()
            except BrokenPipeError:
                os._exit(EXIT_STDIN_CLOSED)

    def stage(self, name: str, index: int, count: int) -> None:
        """Enter stage `index` (from 1) of `count`."""
        self._progressed = 0.0
        self._emit({"event": "stage", "name": name, "index": index, "count": count})

    def progress(self, done: float, total: float, unit: str) -> None:
        """A fact about the stage; at most five a second are told, and always the last."""
        moment = time.monotonic()
        if done < total and moment - self._progressed < PROGRESS_EVERY_S:
            return
        self._progressed = moment
        self._emit({"event": "progress", "done": done, "total": total, "unit": unit})

    def log(self, message: str, level: str = "info") -> None:
        self._emit({"event": "log", "level": level, "message": message})

    def partial(self, name: str, data: Mapping[str, Any]) -> None:
        """A finished part of the work, with its files in `out/`: kept at once, whatever comes after."""
        self._emit({"event": "partial", "name": name, "data": dict(data)})

    def result(self, result: Mapping[str, Any]) -> None:
        self._emit({"event": "result", "result": dict(result)})

    def error(self, error: EngineError) -> None:
        event = {"event": "error", "code": error.code, "message": error.message, "action": error.action}
        if error.detail is not None:
            event["detail"] = dict(error.detail)  # type: ignore[assignment]
        self._emit(event)


def _plain(value: object) -> object:
    """Numbers of numpy as Python's own, paths as text; TypeError for everything else that JSON does not know."""
    item = getattr(value, "item", None)
    if callable(item):
        return item()
    if isinstance(value, Path):
        return str(value)
    raise TypeError(f"{type(value).__name__} has no place in an event")


def read_operation(path: Path) -> Operation:
    """Read an operation file. Raises ValueError, KeyError or OSError."""
    content = json.loads(path.read_text())
    lease = content.get("lease_file")
    work = path.parent.resolve()
    return Operation(
        kind=content["kind"],
        parameters=content.get("parameters", {}),
        work=work,
        lease_file=work / lease if lease else None,
        lease_timeout_s=float(content.get("lease_timeout_s", 20.0)),
    )


def main(operations: Mapping[str, str], arguments: Sequence[str]) -> int:
    """Run one operation of the table `operations` (kind → "module:function"); returns the exit code, for `end`.

    Before the operation is imported: fd 1 leads to stderr (what native code prints must not mix with the events),
    telemetry and core dumps are off, the working folder is the operation's own. While it runs, the process ends by
    itself with exit code 3 when its stdin closes, and 4 when its lease file is gone or older than the time-out.
    """
    if len(arguments) != 2 or arguments[0] != "run":
        sys.stderr.write("usage: run OPERATION.json\n")
        return EXIT_USAGE
    emit = Emitter(take_stdout())
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    # The kernel's own action, also where the parent ignores or blocks it: a handler in Python would wait until a long
    # native call, such as a compilation, returns.
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGTERM})
    try:
        operation = read_operation(Path(arguments[1]))
        place = operations[operation.kind]
    except (OSError, ValueError, KeyError) as error:
        emit.error(EngineError("invalid_operation", f"The operation cannot be read: {error}.", "Report this."))
        return EXIT_ERROR
    threading.Thread(target=_watch_stdin, name="stdin", daemon=True).start()
    if operation.lease_file is not None:
        watched = (operation.lease_file, operation.lease_timeout_s)
        threading.Thread(target=_watch_lease, args=watched, name="lease", daemon=True).start()
    os.chdir(operation.work)
    (operation.work / "out").mkdir(exist_ok=True)
    return _run(place, operation, emit)


def end(code: int) -> NoReturn:
    """End the process now. Tearing down OpenVINO takes time and may crash, after the result was told."""
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(OSError, ValueError):
            stream.flush()
    os._exit(code)


def _run(place: str, operation: Operation, emit: Emitter) -> int:
    from workbench.engine.quiet import silence

    silence()
    module, _, function = place.partition(":")
    try:
        run: Run = getattr(importlib.import_module(module), function)
        emit.result(run(operation.parameters, operation.work, emit))
    except EngineError as error:
        traceback.print_exc()
        emit.error(error)
        return EXIT_ERROR
    except MemoryError:
        traceback.print_exc()
        emit.error(
            EngineError(
                "out_of_memory",
                "The model needed more memory than this machine may give it.",
                "Use fewer streams, a smaller batch or smaller shapes, or a machine with more memory.",
            )
        )
        return EXIT_ERROR
    except Exception as error:
        traceback.print_exc()
        emit.error(
            EngineError(
                "internal_error",
                f"The engine made a mistake ({type(error).__name__}: {_first_line(error)}).",
                "Look at the job's log and report it.",
            )
        )
        return EXIT_ERROR
    return 0


def _first_line(error: BaseException) -> str:
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return lines[0][:300] if lines else "no message"


def take_stdout() -> TextIO:
    """A private copy of stdout; what native code prints goes to stderr from here on."""
    sys.stdout.flush()
    private = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    return private


def _watch_stdin() -> None:
    """Whoever started this process holds its stdin open; when that ends, so does the work."""
    with contextlib.suppress(OSError):
        while os.read(0, 4096):
            pass
    os._exit(EXIT_STDIN_CLOSED)


def _watch_lease(path: Path, timeout_s: float) -> None:
    """A lease that is not renewed belongs to nobody: stop before somebody else begins."""
    while True:
        time.sleep(WATCH_EVERY_S)
        try:
            age = time.time() - path.stat().st_mtime
        except FileNotFoundError:
            os._exit(EXIT_LEASE_STALE)
        except OSError:
            continue
        if age > timeout_s:
            os._exit(EXIT_LEASE_STALE)

"""Runs one engine operation for a job, wherever its target is, and turns events into the job's progress."""

import json
import math
import shutil
import signal
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil

from workbench.jobs.context import JobContext
from workbench.jobs.kinds import JobFailed
from workbench.targets.local import LocalProcess, of_module

ENGINE = "workbench.engine"
# Takes a finished part of an operation: its name, its data, and the folder its files are in.
OnPartial = Callable[[str, dict[str, Any], Path], None]
STDERR_TAIL_BYTES = 20_000


@dataclass(frozen=True)
class Span:
    """The part of a job's progress, 0…1, that an operation covers, and where its stages stand among the job's."""

    start: float = 0.0
    end: float = 1.0
    prefix: str = ""


def run_operation(
    context: JobContext,
    kind: str,
    parameters: Mapping[str, Any],
    inputs: Mapping[str, Path],
    *,
    folder: str,
    copies: Mapping[str, Path] | None = None,
    module: str = ENGINE,
    program: Sequence[str] | None = None,
    span: Span | None = None,
    timeout_s: float = 3600.0,
    on_partial: OnPartial | None = None,
) -> tuple[dict[str, Any], Path]:
    """Run operation `kind`; returns its result and its `out/` folder (inside the job's work folder).

    `program` stands in for a module of this package: the interpreter of a toolchain with its script.
    `on_partial` is called, in this thread, for each finished part of the operation while the rest goes on.

    `inputs` are linked and `copies` copied to `inputs/` of the operation's own folder; user files that were not
    examined yet are copied, so that whatever is no regular file of its own stands out as foreign.
    Raises JobFailed with the engine's own code, or `engine_crashed`, `out_of_memory`, `timed_out`.
    """
    span = span or Span()
    work = context.work / folder
    (work / "inputs").mkdir(parents=True)
    for name, path in inputs.items():
        place = work / "inputs" / name
        place.parent.mkdir(parents=True, exist_ok=True)
        place.symlink_to(path.absolute(), target_is_directory=path.is_dir())
    for name, path in (copies or {}).items():
        place = work / "inputs" / name
        place.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, place)
    operation = {
        "kind": kind,
        "parameters": dict(parameters),
        "lease_file": f"../{context.lease_file.name}",
        "lease_timeout_s": context.runtime.settings.lease_s + context.runtime.settings.renew_every_s,
    }
    (work / "operation.json").write_text(json.dumps(operation))
    context.check()
    limit = int(psutil.virtual_memory().total * context.runtime.settings.engine_memory_fraction)
    process = LocalProcess(program or of_module(module), work / "operation.json", work / "stderr.txt", limit)
    listener = _Listener(context, span, work / "out", on_partial)
    deadline = _Deadline(process, timeout_s)
    try:
        with context.stopped_by(process.kill), deadline:
            for line in process.lines():
                listener.hear(line)
    finally:
        if listener.result is None:
            process.kill()
        code = process.close()
        _keep_noise(context, work / "stderr.txt")
    context.check()
    if listener.error is not None:
        raise listener.error
    if listener.result is None or code != 0:
        raise _died(code, process, deadline)
    return listener.result, work / "out"


class _Deadline:
    """Kills the process when its time is over."""

    def __init__(self, process: LocalProcess, timeout_s: float) -> None:

        self.timeout_s = timeout_s
        self.passed = False
        self._process = process
        self._timer = threading.Timer(timeout_s, self._fire)
        self._timer.daemon = True

    def _fire(self) -> None:
        self.passed = True
        self._process.kill()

    def __enter__(self) -> "_Deadline":
        self._timer.start()
        return self

    def __exit__(self, *details: object) -> None:
        self._timer.cancel()


class _Listener:
    """Takes one JSON line after another. What an engine says is checked: it ran hostile files."""

    def __init__(self, context: JobContext, span: Span, out: Path, on_partial: OnPartial | None) -> None:
        self.context = context
        self.span = span
        self._out = out
        self._on_partial = on_partial
        self.result: dict[str, Any] | None = None
        self.error: JobFailed | None = None
        self._index, self._count = 1, 1

    def hear(self, line: bytes) -> None:
        part = None
        try:
            event = json.loads(line)
            kind = event["event"]
            match kind:
                case "partial" if isinstance(event["data"], dict):
                    part = str(event["name"])[:64], event["data"]
                case "stage":
                    self._stage(event)
                case "progress":
                    self._progress(event)
                case "log":
                    self.context.log(str(event["message"])[:4000], str(event.get("level", "info"))[:10])
                case "result" if isinstance(event["result"], dict):
                    self.result = event["result"]
                case "error":
                    detail = event.get("detail")
                    self.error = JobFailed(
                        str(event["code"])[:64],
                        str(event["message"])[:2000],
                        str(event["action"])[:2000],
                        _problems(detail),
                    )
                    if detail:
                        self.context.log_json("detail", detail)
        except (ValueError, KeyError, TypeError):
            self.context.log(f"an unreadable line from the engine: {line[:200]!r}", "warning")
        # Outside of the try: an error of whoever keeps the part is no unreadable line.
        if part is not None and self._on_partial is not None:
            self._on_partial(*part, self._out)

    def _stage(self, event: dict[str, Any]) -> None:
        self._count = max(1, min(int(event["count"]), 1000))
        self._index = max(1, min(int(event["index"]), self._count))
        name = self.span.prefix + str(event["name"])[:100]
        self.context.stage(name, self._index, self._count, self._at(0.0))

    def _progress(self, event: dict[str, Any]) -> None:
        done, total = float(event["done"]), float(event["total"])
        if math.isfinite(done) and math.isfinite(total) and total > 0:
            self.context.progress(self._at(min(max(done / total, 0.0), 1.0)))

    def _at(self, fraction: float) -> float:
        within = (self._index - 1 + fraction) / self._count
        return self.span.start + (self.span.end - self.span.start) * within


def _problems(detail: Any) -> dict[str, Any] | None:
    """What is wrong in the user's files, by file and line: shown where they were given, not in the log alone."""
    if not isinstance(detail, dict) or not isinstance(detail.get("problems"), list):
        return None
    return {key: detail[key] for key in ("problems", "count") if key in detail}


def _keep_noise(context: JobContext, path: Path) -> None:
    """The end of what the process wrote to stderr goes into the job's log."""
    with path.open("rb") as file:
        size = path.stat().st_size
        file.seek(max(0, size - STDERR_TAIL_BYTES))
        text = file.read().decode("utf-8", "replace").strip()
    if text:
        context.log("standard error of the engine:\n" + text)


def _died(code: int, process: LocalProcess, deadline: _Deadline) -> JobFailed:
    if deadline.passed:
        return JobFailed(
            "timed_out",
            f"The operation did not end within {deadline.timeout_s:.0f} s.",
            "Try a smaller model or input, or look at the job's log.",
        )
    if process.over_memory:
        return JobFailed(
            "out_of_memory",
            "The model needed more memory than this machine may give it.",
            "Use fewer streams, a smaller batch or smaller shapes, or a machine with more memory.",
        )
    if code == -signal.SIGKILL:
        return JobFailed(
            "engine_killed",
            "The engine process was killed from outside, most often because the machine ran out of memory.",
            "Free memory on the machine, or use fewer streams, a smaller batch or smaller shapes.",
        )
    return JobFailed(
        "engine_crashed",
        f"The engine process ended without a result ({_how(code)}).",
        "Look at the job's log; the model may be damaged or may hit a defect of OpenVINO.",
    )


def _how(code: int) -> str:
    return f"signal {-code}" if code < 0 else f"exit code {code}"

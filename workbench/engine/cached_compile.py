"""How long a program waits for a model that is in OpenVINO's cache, measured as such a program would: in a process of
its own, where nothing is warm. (A second compilation in the process of the first takes half the time, cache or not.)

    python -m workbench.engine.cached_compile

reads one JSON line {model, device, properties, shapes, batch, layouts} from stdin, gets ready, answers
{"ready": true}, waits for another line, compiles, and answers {"ms": …, "hit": …}. It ends when stdin does.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from workbench.engine.configuration import Configuration, Properties
from workbench.engine.protocol import Emitter, EngineError, end, take_stdout

# A model that takes longer than this to compile is not compiled once more only to fill the cache.
TOO_LONG_MS = 30_000.0


def measure(
    wanted: Configuration, properties: Properties, compile_ms: float, work: Path, emit: Emitter
) -> float | None:
    """Fill a cache of its own in `work` and time a compilation from it, in ms; None, with the reason in the log, where
    the device keeps no cache or filling it would take too long."""
    if compile_ms > TOO_LONG_MS:
        emit.log("Compiling takes so long that it was not repeated for the time from the cache.")
        return None
    folder = Path(tempfile.mkdtemp(prefix="cache-", dir=work))
    order = {
        "model": str(wanted.model),
        "device": wanted.device,
        "properties": {**properties.own, "CACHE_DIR": str(folder)},
        "behind": properties.behind,
        "shapes": dict(wanted.shapes),
        "batch": wanted.batch,
        "layouts": dict(wanted.layouts),
    }
    try:
        with _Process(order) as process:
            # The other process starts while this one fills the cache.
            _compile(order)
            return process.timed()
    except (EngineError, OSError, ValueError, RuntimeError) as error:
        emit.log(f"The time to compile from the cache could not be taken: {error}.", "warning")
        return None
    finally:
        shutil.rmtree(folder, ignore_errors=True)


class _Process:
    """The process that compiles from the cache."""

    def __init__(self, order: Mapping[str, Any]) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "workbench.engine.cached_compile"], stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )
        self._say(json.dumps(order))

    def __enter__(self) -> _Process:
        return self

    def timed(self) -> float | None:
        if not self._hear().get("ready"):
            raise ValueError("the process did not get ready")
        self._say("{}")
        answer = self._hear()
        return float(answer["ms"]) if answer.get("hit") else None

    def _say(self, line: str) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(line.encode() + b"\n")
        self._process.stdin.flush()

    def _hear(self) -> dict[str, Any]:
        assert self._process.stdout is not None
        answer: dict[str, Any] = json.loads(self._process.stdout.readline() or b"{}")
        return answer

    def __exit__(self, *details: object) -> None:
        # Its answer was the last thing wanted of it, and it holds nothing that must be put in order.
        self._process.kill()
        self._process.wait()
        for stream in (self._process.stdin, self._process.stdout):
            if stream is not None:
                stream.close()


def _compile(order: Mapping[str, Any]) -> None:
    core, model = _prepare(order)
    core.compile_model(model, order["device"], order["properties"])


def _prepare(order: Mapping[str, Any]) -> tuple[Any, Any]:
    import openvino as ov

    from workbench.engine.loading import load

    core = ov.Core()
    Properties({}, order["behind"]).apply(core)
    core.get_property(order["device"].partition(":")[0], "SUPPORTED_PROPERTIES")
    loaded = load(core, Path(order["model"]), order["device"], order["shapes"], order["batch"], order["layouts"])
    return core, loaded.model


def main() -> int:
    from workbench.engine.quiet import silence

    silence()
    answers = take_stdout()
    line = sys.stdin.readline()
    if not line:
        return 1
    order = json.loads(line)
    core, model = _prepare(order)
    print(json.dumps({"ready": True}), file=answers, flush=True)
    if not sys.stdin.readline():
        return 1
    started = time.perf_counter()
    compiled = core.compile_model(model, order["device"], order["properties"])
    spent = (time.perf_counter() - started) * 1e3
    hit = bool(compiled.get_property("LOADED_FROM_CACHE"))
    print(json.dumps({"ms": spent, "hit": hit}), file=answers, flush=True)
    return 0


if __name__ == "__main__":
    end(main())

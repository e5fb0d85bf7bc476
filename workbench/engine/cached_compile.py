"""How long a program waits for a model that is in OpenVINO's cache, measured as such a program would: in a process of
its own, where nothing is warm. (A second compilation in the process of the first takes half the time, cache or not.)

    python -m workbench.engine.cached_compile

reads one JSON line {model, device, properties, behind, shapes, batch, layouts} from stdin, gets ready, answers
{"ready": true}, waits for another line, compiles, and answers {"ms": …, "hit": …}. It ends when stdin does.
"""

from __future__ import annotations

import json
import select
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, Any

from workbench.engine.configuration import Configuration, Properties
from workbench.engine.protocol import Emitter, EngineError, end, take_stdout

# A model that takes longer than this to compile is not compiled once more only to fill the cache.
TOO_LONG_MS = 30_000.0


class CachedCompile:
    """The other process, from its start, which takes a while and should not fall into a measurement, to its answer."""

    def __init__(self, order: Mapping[str, Any], emit: Emitter) -> None:
        self._order = order
        self._emit = emit
        self._failed: str | None = None
        self._ready = False
        self._process = subprocess.Popen(
            [sys.executable, "-m", "workbench.engine.cached_compile"], stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )
        self._say(order)

    def ready(self) -> bool:
        """Whether the process waits without using the CPU (or has failed, which is told later)."""
        if not self._ready and self._failed is None and select.select([self._answers], [], [], 0)[0]:
            try:
                self._ready = self._hear().get("ready") is True
            except ValueError as error:
                self._failed = str(error)
        return self._ready or self._failed is not None

    def measure(self) -> dict[str, float | None]:
        """compile_cached_ms, and cache_fill_ms, the time to compile in this process once more and write the cache;
        None, with the reason in the log, where the device keeps no cache or something fails."""
        fill_ms = None
        try:
            if not self._ready:
                raise ValueError(self._failed or "the process that should compile took too long to start")
            started = time.perf_counter()
            _compile(self._order)
            fill_ms = (time.perf_counter() - started) * 1e3
            self._say({})
            answer = self._hear()
            if answer["hit"]:
                return {"compile_cached_ms": float(answer["ms"]), "cache_fill_ms": fill_ms}
            self._emit.log("The device keeps no cache of compiled models.")
        except (EngineError, OSError, ValueError, KeyError, RuntimeError) as error:
            self._emit.log(f"The time to compile from the cache could not be taken: {error}.", "warning")
        return {"compile_cached_ms": None, "cache_fill_ms": fill_ms}

    def stop(self) -> None:
        """End the process: it holds nothing that must be put in order."""
        self._process.kill()
        self._process.wait()
        for stream in (self._process.stdin, self._process.stdout):
            if stream is not None:
                # Closing sends what is still buffered, which nobody reads any more.
                with suppress(BrokenPipeError):
                    stream.close()

    @property
    def _answers(self) -> IO[bytes]:
        assert self._process.stdout is not None
        return self._process.stdout

    def _say(self, what: Mapping[str, Any]) -> None:
        assert self._process.stdin is not None
        try:
            self._process.stdin.write(json.dumps(what).encode() + b"\n")
            self._process.stdin.flush()
        except BrokenPipeError:
            self._failed = "the process that should compile has ended"

    def _hear(self) -> dict[str, Any]:
        try:
            answer: dict[str, Any] = json.loads(self._answers.readline())
        except ValueError as error:
            raise ValueError("the process that should compile has ended") from error
        return answer


@contextmanager
def prepared(
    wanted: Configuration, properties: Properties, compile_ms: float, work: Path, emit: Emitter
) -> Iterator[CachedCompile | None]:
    """Start the other process, with a cache of its own in `work`; None where filling it would take too long."""
    if compile_ms > TOO_LONG_MS:
        emit.log("Compiling takes so long that it is not repeated for the time from the cache.")
        yield None
        return
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
        process = CachedCompile(order, emit)
        try:
            yield process
        finally:
            process.stop()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


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
    """The other process."""
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

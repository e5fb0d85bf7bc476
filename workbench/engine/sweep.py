"""The `sweep` operation: many configurations of one model, one after another in one process (DESIGN §6).

A process that has measured before gives the same throughput and latency, but not the same start-up times and memory
(docs/benchmarks.md, "Reusing a process"). So these are told for the first configuration of the process only.
"""

from __future__ import annotations

import ctypes
import gc
import traceback
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from workbench.engine import cells, configuration, errors, measuring, provenance
from workbench.engine.inputs import Kept
from workbench.engine.memory import HighWater
from workbench.engine.protocol import Emitter, EngineError

# Figures of a start, which only a fresh process gives.
_OF_THE_START = ("read_ms", "reshape_ms", "compile_ms", "first_inference_ms")


def run(parameters: Mapping[str, Any], work: Path, emit: Emitter) -> dict[str, Any]:
    """Measure configurations of one model.

    `parameters`: those of `benchmark` that all have in common, and `cells`, a list of {number, label, configuration}:
    its place (from 0) among `total` ones, what people call it, and what is its own. Each is told as a part "cell" with
    number and result (as that of `benchmark`, without the time from the cache) when it is done, its latencies being in
    `out/latencies-{number}.npz`; or as a part "cell_failed" with number, code, message and action.
    Returns how many were `measured` and `failed`. Raises nothing that is about one configuration only.
    """
    common = {name: value for name, value in parameters.items() if name not in ("cells", "total")}
    total = int(parameters.get("total") or len(parameters["cells"]))
    kept = Kept()
    measured = failed = 0
    for before, one in enumerate(parameters["cells"]):
        number = int(one["number"])
        try:
            told = _Told(emit, number, total, str(one["label"]))
            wanted = common | dict(one["configuration"])
            result = _one(wanted, work, f"latencies-{number}.npz", told, kept, before)
        except Exception as error:
            traceback.print_exc()
            wrong = _as_engine_error(error)
            failed += 1
            emit.partial(
                "cell_failed",
                {"number": number, "code": wrong.code, "message": wrong.message, "action": wrong.action},
            )
        else:
            measured += 1
            emit.partial("cell", {"number": number, "result": result})
        free()
    return {"measured": measured, "failed": failed}


def _one(parameters: Mapping[str, Any], work: Path, file: str, emit: _Told, kept: Kept, before: int) -> dict[str, Any]:
    """The result of one configuration. All that it needed is free when this returns."""
    noted = provenance.begin()
    wanted = configuration.read(parameters, work)
    emit.step("read")
    import openvino as ov

    water = HighWater()
    cell = cells.prepare(ov.Core(), wanted, emit, step=emit.step, water=water, kept=kept)
    result = cell.facts | measuring.measure(cell, work / "out" / file, emit, step=emit.step)
    water.mark("measure")
    result |= {"memory_bytes": dict(water.stages), "peak_memory_bytes": water.peak}
    if before:
        result |= dict.fromkeys(_OF_THE_START) | {"memory_bytes": {}, "peak_memory_bytes": None}
    result |= {"compile_cached_ms": None, "cache_fill_ms": None}
    result["provenance"] = provenance.complete(noted, wanted.model, cell.settings) | {"measured_before": before}
    return result


def free() -> None:
    """Give back what is no longer used, so that the next configuration begins where this one did."""
    gc.collect()
    with suppress(OSError, AttributeError):
        ctypes.CDLL(None).malloc_trim(0)


def _as_engine_error(error: Exception) -> EngineError:
    if isinstance(error, EngineError):
        return error
    if isinstance(error, MemoryError):
        return errors.out_of_memory()
    return EngineError(
        "internal_error",
        f"The engine made a mistake ({type(error).__name__}: {errors.sentence(error)}).",
        "Look at the job's log and report it.",
    )


class _Told(Emitter):
    """Tells of one configuration among `total`: each is a stage of its own, whose progress is that of its measuring."""

    def __init__(self, emit: Emitter, number: int, total: int, label: str) -> None:
        super().__init__(emit._stream)
        self._prefix = f"{number + 1} of {total}, {label}: " if total > 1 else ""
        self._place = number + 1, total
        self._step = ""
        self.step: Callable[[str], None] = self._enter

    def _enter(self, name: str) -> None:
        self._step = name
        if name != "first inference":
            self.stage(self._prefix + name, *self._place)

    def progress(self, done: float, total: float, unit: str) -> None:
        if self._step == "measure":
            super().progress(done, total, unit)

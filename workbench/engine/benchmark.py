"""The `benchmark` operation: one configuration measured in a process of its own (DESIGN §6)."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from workbench.engine import cached_compile, cells, configuration, measuring, provenance
from workbench.engine.memory import HighWater
from workbench.engine.protocol import Emitter

_STEPS = ("read", "compile", "prepare input", "warm up", "measure", "compile from cache")


def run(parameters: Mapping[str, Any], work: Path, emit: Emitter) -> dict[str, Any]:
    """Measure one configuration.

    `parameters`: model, device, and optionally dataset, hint, streams, requests, batch, threads, precision, duration_s,
    iterations (infer requests, rounded up to whole rounds of those in flight), preprocessing, layouts, shapes, seed,
    api, arrivals_per_s; see `configuration.Configuration`; and start_up (default true): also the time to compile from
    OpenVINO's cache.
    Times are in ms, sizes in bytes; `latency_ms` is of single infer requests, `throughput_fps` counts samples.
    Writes `out/latencies.npz` (latency_ms float32 and completed_s float64, in order of completion).

    Raises the errors of `configuration.read`, `loading.load`, `compiling.compile_model`, `inputs.prepare` and
    `inference_failed`.
    """
    noted = provenance.begin()
    wanted = configuration.read(parameters, work)
    start_up = parameters.get("start_up") is not False
    step = _stepper(emit, _STEPS if start_up else _STEPS[:-1])
    step("read")
    import openvino as ov

    water = HighWater()
    core = ov.Core()
    cell = cells.prepare(core, wanted, emit, step=step, water=water)
    facts, settings = cell.facts, cell.settings
    with contextlib.ExitStack() as stack:
        cached = None
        if start_up:
            prepared = cached_compile.prepared(wanted, cell.properties, facts["compile_ms"], work, emit)
            cached = stack.enter_context(prepared)
        calm: Callable[[], bool] = cached.ready if cached else lambda: True
        result = facts | measuring.measure(cell, work / "out" / "latencies.npz", emit, step=step, calm=calm)
        water.mark("measure")
        result |= {"memory_bytes": dict(water.stages), "peak_memory_bytes": water.peak}
        # What the measurement held is freed before the model is compiled again.
        del cell, core
        step("compile from cache")
        result |= cached.measure() if cached else {"compile_cached_ms": None, "cache_fill_ms": None}
    result["provenance"] = provenance.complete(noted, wanted.model, settings)
    return result


def _stepper(emit: Emitter, names: tuple[str, ...]) -> Callable[[str], None]:
    """The steps of a run, each once, as stages of the operation; those without a stage belong to the one before."""

    told: set[str] = set()

    def step(name: str) -> None:
        if name in names and name not in told:
            told.add(name)
            emit.stage(name, names.index(name) + 1, len(names))

    return step

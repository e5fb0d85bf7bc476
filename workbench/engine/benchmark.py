"""The `benchmark` operation: one configuration measured (DESIGN §6)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from workbench.engine import cached_compile, cells, configuration, machine, provenance, statistics
from workbench.engine.cached_compile import CachedCompile
from workbench.engine.configuration import DEFAULT_DURATION_S, Configuration
from workbench.engine.memory import HighWater
from workbench.engine.pipeline import Pipeline
from workbench.engine.protocol import Emitter
from workbench.engine.verdict import Conditions, Moment, judge
from workbench.engine.warm_up import limit_s, warm_up

_STAGES = ("read", "compile", "prepare input", "warm up", "measure", "compile from cache")


def run(parameters: Mapping[str, Any], work: Path, emit: Emitter) -> dict[str, Any]:
    """Measure one configuration.

    `parameters`: model, device, and optionally dataset, hint, streams, requests, batch, threads, precision, duration_s,
    iterations (infer requests, rounded up to whole rounds of those in flight), preprocessing, layouts, shapes, seed;
    see `configuration.Configuration`.
    Times are in ms, sizes in bytes; `latency_ms` is of single infer requests, `throughput_fps` counts samples.
    Writes `out/latencies.npz` (latency_ms float32 and completed_s float64, in order of completion).

    Raises the errors of `configuration.read`, `loading.load`, `compiling.compile_model`, `inputs.prepare` and
    `inference_failed`.
    """
    noted = provenance.begin()
    wanted = configuration.read(parameters, work)
    _stage(emit, 0)
    import openvino as ov

    water = HighWater()
    core = ov.Core()
    cell = cells.prepare(core, wanted, emit, step=_stepper(emit), water=water)
    facts, settings, batch, pipeline = cell.facts, cell.settings, cell.batch, cell.pipeline
    with cached_compile.prepared(wanted, cell.properties, facts["compile_ms"], work, emit) as cached:
        result = facts | _measure(pipeline, batch, wanted, cached, water, work, emit)
        # What the measurement held is freed before the model is compiled again.
        del cell, pipeline, core
        _stage(emit, 5)
        result |= cached.measure() if cached else {"compile_cached_ms": None, "cache_fill_ms": None}
    result["provenance"] = provenance.complete(noted, wanted.model, settings)
    return result


def _measure(
    pipeline: Pipeline,
    batch: int,
    wanted: Configuration,
    cached: CachedCompile | None,
    water: HighWater,
    work: Path,
    emit: Emitter,
) -> dict[str, Any]:
    """Warm up and measure."""
    duration = wanted.duration_s
    if duration is None and wanted.iterations is None:
        duration = DEFAULT_DURATION_S
    warmed = warm_up(pipeline, batch, limit_s(duration), cached.ready if cached else lambda: True)

    _stage(emit, 4)
    before = Moment.now()
    flow = pipeline.flow(duration, wanted.iterations, tick=_teller(emit, duration, wanted.iterations))
    after = Moment.now()
    pipeline.drain()
    water.mark("measure")

    latency, completed = np.asarray(flow.latency_ms), np.asarray(flow.completed_s)
    np.savez_compressed(work / "out" / "latencies.npz", latency_ms=latency.astype(np.float32), completed_s=completed)
    rate = flow.count * batch / flow.duration_s
    cut = statistics.windows(latency, completed, len(pipeline.requests))
    conditions = Conditions.between(before, after, machine.logical_cores())
    return {
        "warmup": warmed,
        "samples": flow.count,
        "inferences": flow.count * batch,
        "duration_s": flow.duration_s,
        "throughput_fps": rate,
        "throughput_ci95": statistics.throughput_interval(rate, cut),
        "latency_ms": statistics.latency_summary(latency),
        "latency_median_ci95": statistics.median_interval(latency),
        "windows": statistics.window_rows(cut, batch),
        **judge(cut, conditions),
        "memory_bytes": dict(water.stages),
        "peak_memory_bytes": water.peak,
        "latencies": "out/latencies.npz",
    }


def _stage(emit: Emitter, number: int) -> None:
    emit.stage(_STAGES[number], number + 1, len(_STAGES))


def _stepper(emit: Emitter) -> Callable[[str], None]:
    """The steps of making a cell, as stages of the operation."""
    numbers = {"compile": 1, "prepare input": 2, "first inference": 3}

    def step(name: str) -> None:
        if name in numbers:
            _stage(emit, numbers[name])

    return step


def _teller(emit: Emitter, duration_s: float | None, iterations: int | None) -> Callable[[float, int], None]:
    """Reports how far the measurement is, in whichever of the two limits is nearer."""

    def tell(seconds: float, requests: int) -> None:
        if iterations is not None and (duration_s is None or requests / iterations > seconds / duration_s):
            emit.progress(requests, iterations, "inferences")
        elif duration_s is not None:
            emit.progress(round(min(seconds, duration_s), 2), duration_s, "seconds")

    return tell

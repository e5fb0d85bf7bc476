"""The `layers` operation: a separate, instrumented run for the time of each executed layer (DESIGN §6)."""

from __future__ import annotations

import dataclasses
import gzip
import json
import math
import time
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from workbench.engine import (
    compiling,
    configuration,
    devices,
    errors,
    execution_graph,
    inputs,
    loading,
    originals,
    precision,
)
from workbench.engine import (
    work as layer_work,
)
from workbench.engine.analyze.graph import Graph
from workbench.engine.configuration import Configuration
from workbench.engine.execution_graph import Layer
from workbench.engine.pipeline import Pipeline
from workbench.engine.protocol import Emitter

if TYPE_CHECKING:
    import openvino as ov

_STAGES = ("read", "compile", "prepare input", "warm up", "measure layers")
DEFAULT_ITERATIONS = 100
DEFAULT_DURATION_S = 3.0
# Few against the inferences that are measured: see `without_warm_up`.
WARM_UP_COUNT = 10
WARM_UP_S = 1.0
_PREFIX = "subgraph"
NOTE = (
    "Times are from a separate run with OpenVINO's counters on, averages over its inferences in whole microseconds; a "
    "layer that takes less than one is below their resolution."
)
INFERRED = " OpenVINO's record leaves out {} of the model's layers; they are placed by their neighbours in the graph."

# Layer name → mean time in µs.
Times = dict[str, float]


def run(parameters: Mapping[str, Any], work: Path, emit: Emitter) -> dict[str, Any]:
    """Measure the layers of one configuration; `parameters` as for `benchmark`, by default 100 inferences or 3 s.

    Writes `out/layers.json.gz`: layers (see `_rows`), by_type, by_precision, conversions, total_us. `executed` counts
    the layers that run in an inference, `original` those of the model that compute, `inferred` those of the latter that
    OpenVINO's record does not place. Raises the same errors as `benchmark`.
    """
    wanted = configuration.read(parameters, work)
    _stage(emit, 0)
    import openvino as ov

    core = ov.Core()
    devices.check(core, wanted.device)
    properties = configuration.properties(core, wanted, profiling=True)
    properties.apply(core)
    loaded = loading.load(core, wanted.model, wanted.device, wanted.shapes, wanted.batch, wanted.layouts)

    _stage(emit, 1)
    compiled = compiling.compile_model(core, loaded.model, wanted.device, properties.own)
    effective, _ = precision.of_compiled(compiled.model, compiled.settings)
    requests = wanted.requests or compiled.number("OPTIMAL_NUMBER_OF_INFER_REQUESTS") or 1

    _stage(emit, 2)
    prepared = inputs.prepare(loaded, wanted, requests, emit)

    times, count = _measure(compiled, requests, prepared, wanted, emit)
    found = execution_graph.layers(compiled.model.get_runtime_model(), loaded.model)
    graph = Graph(loaded.model)
    inferred = originals.complete(found, graph)
    rows = _rows(found, times, graph)
    total = sum(row["time_us"] or 0.0 for row in rows)
    table = {
        "layers": rows,
        "by_type": _grouped(rows, total, {"type": "type", "precision": "runtime_precision"}),
        "by_precision": _grouped(rows, total, {"precision": "runtime_precision"}),
        "conversions": _conversions(rows, total),
        "total_us": round(total, 3),
    }
    with gzip.open(work / "out" / "layers.json.gz", "wt", encoding="utf-8", compresslevel=6) as file:
        json.dump(table, file, allow_nan=False)
    return {
        "iterations": count,
        "total_us": table["total_us"],
        "executed": sum(row["status"] != "not_executed" for row in rows),
        "original": execution_graph.operation_count(loaded.model),
        "inferred": inferred,
        "effective_precision": effective,
        "streams": compiled.number("NUM_STREAMS"),
        "requests": requests,
        "batch": loaded.batch,
        "input": prepared.facts,
        "by_type": table["by_type"],
        "by_precision": table["by_precision"],
        "conversions": table["conversions"],
        "artifact": "out/layers.json.gz",
        "layers_note": NOTE + (INFERRED.format(inferred) if inferred else ""),
    }


def _measure(
    compiled: compiling.Compiled, requests: int, prepared: inputs.Inputs, wanted: Configuration, emit: Emitter
) -> tuple[Times, int]:
    """Mean time of each layer, and over how many inferences."""
    _stage(emit, 3)
    if not _cumulative(compiled):
        return one_by_one(compiled.model, prepared, wanted, emit)
    pipeline = Pipeline(compiled.model, requests, prepared.sets, wanted.device)
    pipeline.first()
    pipeline.fill()
    pipeline.flow(WARM_UP_S, WARM_UP_COUNT)
    pipeline.drain()
    warmed, before = pipeline.started, _counters(pipeline.requests)

    _stage(emit, 4)
    duration, iterations = _limits(wanted)
    goal = iterations or DEFAULT_ITERATIONS
    pipeline.fill()
    pipeline.flow(duration, iterations, tick=lambda _, done: emit.progress(min(done, goal), goal, "inferences"))
    pipeline.drain()
    count = pipeline.started - warmed
    after = _counters(pipeline.requests)
    return without_warm_up(before, warmed, after, count, compiled.number("NUM_STREAMS") or 1), count


def one_by_one(
    compiled: ov.CompiledModel, prepared: inputs.Inputs, wanted: Configuration, emit: Emitter
) -> tuple[Times, int]:
    """The same for devices whose counters are those of the last inference: they are read after each."""
    duration, iterations = _limits(wanted)
    goal = iterations or DEFAULT_ITERATIONS
    sums: Times = {}
    count = 0
    try:
        request = compiled.create_infer_request()
        for number in range(WARM_UP_COUNT):
            request.infer(dict(enumerate(prepared.sets[number % len(prepared.sets)])))
        _stage(emit, 4)
        started = time.perf_counter()
        while count < (iterations or math.inf) and time.perf_counter() - started < (duration or math.inf):
            request.infer(dict(enumerate(prepared.sets[count % len(prepared.sets)])))
            for name, time_us in _counters([request]).items():
                sums[name] = sums.get(name, 0.0) + time_us
            count += 1
            emit.progress(min(count, goal), goal, "inferences")
    except RuntimeError as error:
        raise errors.of_inference(error, wanted.device) from error
    return {name: time_us / count for name, time_us in sums.items()}, count


def _limits(wanted: Configuration) -> tuple[float | None, int | None]:
    """(seconds, inferences), of which the nearer ends the run."""
    if wanted.duration_s is None and wanted.iterations is None:
        return DEFAULT_DURATION_S, DEFAULT_ITERATIONS
    return wanted.duration_s, wanted.iterations


def without_warm_up(before: Times, warmed: int, after: Times, count: int, streams: int) -> Times:
    """The mean over the `count` measured inferences alone, where `after` is the mean over these and the `warmed` ones
    before them, whose mean was `before`. Both are cut to whole µs, so the error is below (warmed + count) / count µs.

    With several streams each has counters of its own, and which requests went where is not told: then `after` is the
    best there is.
    """
    if streams != 1:
        return after
    total = warmed + count
    return {
        name: max(0.0, (total * mean - warmed * before.get(name, mean)) / count) if mean > 0 else 0.0
        for name, mean in after.items()
    }


def _cumulative(compiled: compiling.Compiled) -> bool:
    """The CPU's counters are means over all inferences since compilation, those of others are of the last one."""
    executing = compiled.settings.get("EXECUTION_DEVICES")
    return isinstance(executing, list) and all(str(name).startswith("CPU") for name in executing)


def _counters(requests: Sequence[Any]) -> Times:
    """Mean of the infer requests' counters, by layer, in µs; with several streams the requests see different ones."""
    sums: Times = {}
    for request in requests:
        for info in request.get_profiling_info():
            time_us = info.real_time.total_seconds() * 1e6
            sums[info.node_name] = sums.get(info.node_name, 0.0) + time_us
    return {name: time_us / len(requests) for name, time_us in sums.items()}


def _rows(found: list[Layer], times: Times, graph: Graph) -> list[dict[str, Any]]:
    """The table: layers in order of execution with time, share, status, and work (of one inference of the batch that
    ran; see `work.Work`) with the rates it was done at.

    `executed`: with a time; `below_resolution`: it runs, in less than a microsecond; `not_executed`: inputs, outputs,
    and what was computed while compiling.
    """
    times = {_plain_name(name): time_us for name, time_us in times.items()}
    each = [times.get(_plain_name(layer.name), 0.0) for layer in found]
    total = sum(each)
    rows = []
    for layer, time_us, done in zip(found, each, layer_work.of_layers(found, graph, each), strict=True):
        if time_us > 0:
            status = "executed"
        else:
            status = "not_executed" if layer.constant or layer.port else "below_resolution"
        rows.append(
            {
                "order": layer.order,
                "name": layer.name,
                "type": layer.type,
                "primitive": layer.primitive,
                "runtime_precision": layer.runtime_precision,
                "time_us": round(time_us, 3) if time_us > 0 else None,
                "share": round(time_us / total, 6) if total else 0.0,
                "status": status,
                "originals": layer.originals,
                "inputs": layer.inputs,
                "outputs": layer.outputs,
                "attributes": layer.attributes,
                **dataclasses.asdict(done),
                **layer_work.rates(done, time_us),
            }
        )
    return rows


def _plain_name(name: str) -> str:
    """HETERO puts "subgraph0: " before the names in its counters."""
    head, colon, rest = name.partition(": ")
    return rest if colon and head.startswith(_PREFIX) and head[len(_PREFIX) :].isdecimal() else name


def _grouped(rows: Iterable[dict[str, Any]], total_us: float, keys: Mapping[str, str]) -> list[dict[str, Any]]:
    """Time, share and count of the layers that run, by `keys` (name in the result → field of the row), slowest
    first."""
    groups: dict[tuple[Any, ...], dict[str, Any]] = {}
    for row in rows:
        if row["status"] == "not_executed":
            continue
        key = tuple(row[field] for field in keys.values())
        group = groups.setdefault(key, dict(zip(keys, key, strict=True)) | {"time_us": 0.0, "share": 0.0, "count": 0})
        group["time_us"] += row["time_us"] or 0.0
        group["count"] += 1
    for group in groups.values():
        group["share"] = round(group["time_us"] / total_us, 6) if total_us else 0.0
        group["time_us"] = round(group["time_us"], 3)
    return sorted(groups.values(), key=lambda group: -group["time_us"])


def _conversions(rows: Iterable[dict[str, Any]], total_us: float) -> list[dict[str, Any]]:
    """The layers that only convert, by what into what, with the time of these layers themselves."""
    flat = [row | row["converts"] for row in rows if row["conversion"] is not None]
    return _grouped(flat, total_us, {"from": "from", "to": "to", "kind": "conversion"})


def _stage(emit: Emitter, number: int) -> None:
    emit.stage(_STAGES[number], number + 1, len(_STAGES))

"""The `search` operation: the best cells of a grid streams × batch, without measuring all of it.

`front` says what to measure next; here it is done: several compiled models live in one process and are measured in
slices in turn.
"""

from __future__ import annotations

import gc
import math
import os
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from workbench.engine import cells, configuration, machine, provenance, search_result
from workbench.engine.cells import Cell, Slice
from workbench.engine.configuration import invalid
from workbench.engine.front import LOOKING_PART, Search, Step, name
from workbench.engine.goals import OBJECTIVES, Goal
from workbench.engine.inputs import Kept
from workbench.engine.observed import PERCENTILES, Key, Known, Measured
from workbench.engine.protocol import Emitter, EngineError

if TYPE_CHECKING:
    import openvino as ov

DEFAULT_BATCHES = (1, 2, 4, 8, 16, 32)
# Where a device does not tell how many streams it can have.
DEFAULT_STREAMS = (1, 2, 4)
MAX_LIVE = 8
# Of the memory that is free at the start, for compiled models.
MEMORY_PART = 0.3
# What is wrong then is wrong with every cell.
HOPELESS = (
    "dataset_unreadable",
    "device_not_available",
    "input_not_supported",
    "model_corrupt",
    "model_dynamic_shape",
    "operation_not_supported",
)


def run(parameters: Mapping[str, Any], work: Path, emit: Emitter) -> dict[str, Any]:
    """Search a grid.

    `parameters`: those of `benchmark` that all cells have in common; streams and batches, lists (None: the device's
    range in powers of two; 1 to 32); objective, percentile, max_latency_ms, min_fps, see `Goal`; cell_s, what a cell of
    the full grid would be measured for; budget_s (None: a quarter of the grid's time); known, cells that an earlier
    search finished: [{streams, batch, throughput_fps, latency_ms, samples}].
    A finished cell is told at once as a part "cell" with streams, batch and result (as that of `benchmark`, without the
    time from the cache), its latencies being in `out/latencies-{streams}-{batch}.npz`.
    Returns what `search_result.outcome` tells.

    Raises the errors of `cells.prepare` that every cell would meet, or the first one where no cell can be measured.
    """
    import openvino as ov

    core = ov.Core()
    search = Search(
        _numbers(parameters, "streams") or default_streams(core, str(parameters.get("device"))),
        _numbers(parameters, "batches") or DEFAULT_BATCHES,
        _goal(parameters),
        float(parameters.get("cell_s") or 10.0),
        parameters.get("budget_s"),
        _known(parameters.get("known") or ()),
        MAX_LIVE,
    )
    doing = Doing(search, core, parameters, work, emit)
    gc.collect()
    gc.freeze()
    emit.stage("look at cells", 1, 2)
    looking, since = True, 0.0
    while doing.step():
        if looking and not search.looking:
            looking, since = False, search.spent_s
            emit.stage("measure in turn", 2, 2)
        total = LOOKING_PART * search.budget if looking else search.budget - since
        emit.progress(round(max(0.0, min(search.spent_s - since, total)), 2), round(max(total, 0.01), 2), "seconds")
    if not search.cells and doing.first_error is not None:
        raise doing.first_error
    return search_result.outcome(search, doing.results)


@dataclass
class Doing:
    """Does one step of a search after another. `results` are those of the finished cells."""

    search: Search
    core: ov.Core
    parameters: Mapping[str, Any]
    work: Path
    emit: Emitter
    results: dict[Key, dict[str, Any]] = field(default_factory=dict)
    live: dict[Key, Cell] = field(default_factory=dict)
    slices: dict[Key, list[Slice]] = field(default_factory=dict)
    first_error: EngineError | None = None

    def __post_init__(self) -> None:
        self._kept = Kept()
        self._noted = provenance.begin()
        self._provenance: dict[str, Any] | None = None
        self._free_bytes = machine.describe()["available_memory_bytes"] or 0
        self._resident = resident_bytes()
        self._began = time.perf_counter()

    def step(self) -> bool:
        """Do the next step; False when there is none. All time since the step before counts as the search's."""
        step = self.search.next()
        if step.kind == "stop":
            return False
        if step.kind in ("look", "slice"):
            self._measure(step)
        else:
            if step.kind == "finish":
                self._finish(step.key)
            self._free(step.key)
            self.search.spent_s += self._passed()
        return True

    def pause(self) -> None:
        """What happens from here to `resume` is none of the search's time."""
        self.search.spent_s += self._passed()

    def resume(self) -> None:
        self._began = time.perf_counter()

    def _passed(self) -> float:
        now = time.perf_counter()
        passed, self._began = now - self._began, now
        return passed

    def _measure(self, step: Step) -> None:
        key, search = step.key, self.search
        began = time.perf_counter()
        try:
            cell = self._live(key)
            prepared = time.perf_counter() - began
            if cell.facts["streams"] not in (None, key[0]):
                self._clamped(key, cell)
                return
            with cells.resting(cell):
                found = cell.slice(step.seconds)
        except EngineError as error:
            self._failed(key, error)
            return
        flow = found.flow
        latency = np.asarray(flow.latency_ms, dtype=np.float64)
        measured = Measured(flow.count * cell.batch / flow.duration_s, flow.duration_s, latency)
        if step.kind == "look":
            search.looked(key, measured, prepared, self._passed(), len(cell.pipeline.requests))
            self._make_room()
        else:
            self.slices.setdefault(key, []).append(found)
            search.sliced(key, measured, self._passed())

    def _live(self, key: Key) -> Cell:
        if key not in self.live:
            if len(self.live) >= self.search.max_live:
                self._free(self.search.least_wanted(self.live))
            changed = {"streams": key[0], "batch": key[1], "hint": None, "requests": None}
            wanted = configuration.read({**self.parameters, **changed}, self.work)
            self.live[key] = cells.prepare(self.core, wanted, self.emit, kept=self._kept)
        return self.live[key]

    def _make_room(self) -> None:
        """How many compiled models may live: what they have taken so far tells what one takes."""
        grown = max(1, resident_bytes() - self._resident) / len(self.live)
        self.search.max_live = max(1, min(MAX_LIVE, int(MEMORY_PART * self._free_bytes / grown)))
        while len(self.live) > self.search.max_live:
            self._free(self.search.least_wanted(self.live))

    def _free(self, key: Key) -> None:
        self.live.pop(key, None)

    def _clamped(self, key: Key, cell: Cell) -> None:
        """The device runs it with another number of streams: so it does for the whole row."""
        actual = cell.facts["streams"]
        self._free(key)
        for batch in self.search.batches:
            self.search.failed(
                (key[0], batch),
                f"{cell.wanted.device} runs it with {actual} stream{'s' if actual != 1 else ''}: "
                f"the same as {name((actual, batch))}",
            )
        self.search.spent_s += self._passed()

    def _failed(self, key: Key, error: EngineError) -> None:
        """A cell that cannot be measured; with it those that would fail alike."""
        if error.code in HOPELESS:
            raise error
        self.first_error = self.first_error or error
        self._free(key)
        alike = [key]
        if error.code == "batch_not_supported":
            alike += [other for other in self.search.grid if other[1] == key[1]]
        elif error.code == "out_of_memory":
            alike += [other for other in self.search.grid if other[0] >= key[0] and other[1] >= key[1]]
        for other in alike:
            self.search.failed(other, error.message)
        self.search.spent_s += self._passed()

    def _finish(self, key: Key) -> None:
        """Tell the run of a cell."""
        cell = self._live(key)
        file = f"latencies-{key[0]}-{key[1]}.npz"
        result = cell.facts | search_result.pooled(cell, self.slices[key], self.work / "out" / file)
        if self._provenance is None:
            # The hash of a large model takes time, and is the same for all.
            self._provenance = provenance.complete(self._noted, cell.wanted.model, cell.settings)
        result["provenance"] = self._provenance | {"properties": provenance.properties(cell.settings)}
        self.results[key] = result
        self.emit.partial("cell", {"streams": key[0], "batch": key[1], "result": result})


def default_streams(core: ov.Core, device: str) -> Sequence[int]:
    """Powers of two in the device's range, and the end of the range."""
    try:
        last = int(core.get_property(device, "RANGE_FOR_STREAMS")[1])
    except Exception:
        return DEFAULT_STREAMS
    return sorted({2**power for power in range(last.bit_length()) if 2**power <= last} | {max(1, last)})


def resident_bytes() -> int:
    """Memory of this process that is resident now."""
    try:
        return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except (OSError, IndexError, ValueError):
        return 0


def _numbers(parameters: Mapping[str, Any], named: str) -> list[int]:
    values = parameters.get(named) or []
    if not isinstance(values, list) or not all(isinstance(value, int) and value >= 1 for value in values):
        raise invalid(named, values, "Give whole numbers from 1.")
    return sorted(set(values))


def _goal(parameters: Mapping[str, Any]) -> Goal:
    objective, percentile = parameters.get("objective") or "front", parameters.get("percentile") or "p99"
    if objective not in OBJECTIVES:
        raise invalid("objective", objective, f"Choose one of {', '.join(OBJECTIVES)}.")
    if percentile not in PERCENTILES:
        raise invalid("percentile", percentile, f"Choose one of {', '.join(PERCENTILES)}.")
    limits: list[float | None] = []
    for limit in ("max_latency_ms", "min_fps"):
        value = parameters.get(limit)
        if value is not None and (not isinstance(value, int | float) or not math.isfinite(value) or value <= 0):
            raise invalid(limit, value, "Give a number above 0.")
        limits.append(value)
    return Goal(objective, percentile, *limits)


def _known(given: Sequence[Mapping[str, Any]]) -> dict[Key, Known]:
    return {
        (int(one["streams"]), int(one["batch"])): Known(
            float(one["throughput_fps"]), dict(one["latency_ms"]), int(one["samples"])
        )
        for one in given
    }

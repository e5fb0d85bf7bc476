"""A configuration made ready to measure. Several may live in one process, and be measured in turn.

A benchmark makes one and measures it to the end; a search and a comparison make several and take slices of them in
turn, so that what the machine does in between falls on all of them alike.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from workbench.engine import compiling, configuration, devices, inputs, loading, machine, precision
from workbench.engine.configuration import Configuration, Properties
from workbench.engine.inputs import Kept
from workbench.engine.loading import Loaded
from workbench.engine.memory import HighWater
from workbench.engine.open_loop import Served
from workbench.engine.pipeline import Flow, Pipeline
from workbench.engine.protocol import Emitter
from workbench.engine.synchronous import SynchronousPipeline
from workbench.engine.verdict import Conditions, Moment
from workbench.engine.warm_up import warm_up

if TYPE_CHECKING:
    import openvino as ov

Step = Callable[[str], None]


@dataclass(frozen=True)
class Slice:
    """A stretch of work of one cell without a break, and what happened on the machine meanwhile."""

    flow: Flow
    conditions: Conditions


@dataclass
class Cell:
    """A compiled model with its infer requests and their inputs.

    `facts` are what is known before anything is measured: device, hint, streams, requests, batch, threads,
    effective_precision, runtime_precisions, requested_precision, input, read_ms, reshape_ms, compile_ms,
    first_inference_ms. `settings` are the properties in effect.
    """

    wanted: Configuration
    properties: Properties
    pipeline: Pipeline
    batch: int
    facts: dict[str, Any]
    settings: dict[str, Any]
    busy: bool = field(default=False)

    def warm(self, longest_s: float, calm: Callable[[], bool] = lambda: True) -> dict[str, Any]:
        """Run until the latency has settled; requests stay in flight. Returns inferences, seconds and the reason."""
        warmed = warm_up(self.pipeline, self.batch, longest_s, calm)
        self.busy = True
        return warmed

    def slice(
        self,
        duration_s: float | None,
        count: int | None = None,
        tick: Callable[[float, int], None] | None = None,
    ) -> Slice:
        """Measure for `duration_s` or `count` infer requests, whichever ends first; requests stay in flight."""
        if not self.busy:
            self.pipeline.fill()
            self.busy = True
        before = Moment.now()
        flow = self.pipeline.flow(duration_s, count, tick=tick)
        after = Moment.now()
        return Slice(flow, Conditions.between(before, after, machine.logical_cores()))

    def serve(
        self,
        duration_s: float | None,
        count: int | None = None,
        tick: Callable[[float, int], None] | None = None,
    ) -> tuple[Served, Conditions]:
        """Measure with requests that arrive by themselves, `wanted.arrivals_per_s` of them a second, for `duration_s`
        or until `count` of them have arrived; nothing is in flight afterwards."""
        rate = self.wanted.arrivals_per_s
        if rate is None:
            raise ValueError("this configuration says nothing of arrivals")
        self.rest()
        before = Moment.now()
        served = self.pipeline.serve(rate, duration_s, count, self.wanted.seed, tick)
        after = Moment.now()
        return served, Conditions.between(before, after, machine.logical_cores())

    def rest(self) -> None:
        """Let what is in flight end, so that another cell has the machine for itself."""
        if self.busy:
            self.pipeline.drain()
            self.busy = False


def prepare(
    core: ov.Core,
    wanted: Configuration,
    emit: Emitter,
    *,
    step: Step = lambda name: None,
    water: HighWater | None = None,
    kept: Kept | None = None,
) -> Cell:
    """Read, reshape, compile, make the inputs, and do the first inference.

    `step` hears "read", "compile", "prepare input" and "first inference" as they begin; `water` gets a mark after each.
    Inputs that are in `kept` are not made again, and new ones are put there.
    Raises the errors of `loading.load`, `compiling.compile_model`, `inputs.prepare` and `inference_failed`.
    """
    mark = water.mark if water is not None else _no_mark
    step("read")
    devices.check(core, wanted.device)
    properties = configuration.properties(core, wanted)
    properties.apply(core)
    mark("start")
    loaded = loading.load(core, wanted.model, wanted.device, wanted.shapes, wanted.batch, wanted.layouts)
    mark("read")
    for note in loaded.notes:
        emit.log(note, "warning")
    step("compile")
    compiled = compiling.compile_model(core, loaded.model, wanted.device, properties.own)
    mark("compile")
    return _ready(wanted, properties, loaded, compiled, emit, step, mark, kept)


def _ready(
    wanted: Configuration,
    properties: Properties,
    loaded: Loaded,
    compiled: compiling.Compiled,
    emit: Emitter,
    step: Step,
    mark: Step,
    kept: Kept | None,
) -> Cell:
    effective, runtime_precisions = precision.of_compiled(compiled.model, compiled.settings)
    requests = wanted.requests or compiled.number("OPTIMAL_NUMBER_OF_INFER_REQUESTS") or 1
    if wanted.api == "sync":
        requests = 1
    step("prepare input")
    prepared = inputs.prepare(loaded, wanted, requests, emit, kept)
    mark("inputs")
    pipeline = (
        SynchronousPipeline(compiled.model, prepared.sets, wanted.device)
        if wanted.api == "sync"
        else Pipeline(compiled.model, requests, prepared.sets, wanted.device)
    )
    step("first inference")
    first_ms = pipeline.first()
    mark("first_inference")
    facts = {
        "device": wanted.device,
        "hint": wanted.hint,
        "streams": compiled.number("NUM_STREAMS"),
        "requests": requests,
        "batch": loaded.batch,
        "threads": compiled.number("INFERENCE_NUM_THREADS"),
        "effective_precision": effective,
        "runtime_precisions": runtime_precisions,
        "requested_precision": wanted.precision,
        "input": prepared.facts,
        "read_ms": loaded.read_ms,
        "reshape_ms": loaded.reshape_ms,
        "compile_ms": compiled.compile_ms,
        "first_inference_ms": first_ms,
    }
    return Cell(wanted, properties, pipeline, loaded.batch, facts, compiled.settings)


def _no_mark(name: str) -> None:
    """Memory is not asked for."""


@contextlib.contextmanager
def resting(*cells: Cell) -> Iterator[None]:
    """Whatever happens inside, nothing is in flight afterwards."""
    try:
        yield
    finally:
        for cell in cells:
            cell.rest()

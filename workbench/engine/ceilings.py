"""The `ceilings` operation: what a device reaches at most, the roof that layers are held against (DESIGN §6).

Compute: chains of large convolutions and of matrix products in each precision that the device executes; a multiply-add
counts as 2. Memory: streaming through a working set well above the last-level cache, bytes read and bytes written
counted once each (not what the hardware reads in order to write). Each figure is the best of several tries of several
patterns: noise only makes a machine slower.

The roofline itself: Williams, Waterman, Patterson, "Roofline: an insightful visual performance model for multicore
architectures", Communications of the ACM 52 (4), 2009. The memory patterns follow McCalpin's STREAM (copy, add).
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any

from workbench.engine import devices, machine
from workbench.engine.ceiling_models import Pattern, add, convolutions, products, weights_read
from workbench.engine.precision import COMPUTE, executed
from workbench.engine.probe import version
from workbench.engine.protocol import Emitter, EngineError

if TYPE_CHECKING:
    import openvino as ov

EACH_S = 0.6
LEAST_TRIES = 4
# Name in the result → the precisions in which the kernels then really run.
PRECISIONS: Mapping[str, tuple[str, ...]] = {"f32": ("f32",), "bf16": ("bf16",), "f16": ("f16",), "i8": ("i8", "u8")}
# Large enough that start and end of a chain do not count, small enough that a chain takes some ten milliseconds here.
SHAPES: Sequence[Callable[[bool], Pattern]] = (
    lambda integers: convolutions(128, 56, integers),
    lambda integers: convolutions(256, 28, integers),
    lambda integers: products(512, integers),
    lambda integers: products(1024, integers),
)
# Of the working set of the memory patterns, and how often the caches must fit into it.
SMALLEST_BYTES, LARGEST_BYTES = 192 << 20, 2 << 30
TIMES_CACHE = 4
# From this share of the processors' time on, other programs' work is worth a note.
OTHERS = 0.1


def run(parameters: Mapping[str, Any], work: Path, emit: Emitter) -> dict[str, Any]:
    """Measure `parameters["device"]` with all its threads.

    Returns openvino, memory_gbps, compute_gflops ({f32, bf16, f16, i8}, only what the device really executes), notes,
    and measurements (every pattern with its figure). Raises `device_not_available`, `ceilings_failed`.
    """
    import openvino as ov

    device = str(parameters.get("device") or "CPU")
    core = ov.Core()
    devices.check(core, device)
    seconds = float(parameters.get("each_s") or EACH_S)
    measured: list[dict[str, Any]] = []
    started, busy, own = time.monotonic(), machine.cpu_seconds()[0], machine.own_cpu_seconds()
    compute, notes = _compute(core, device, seconds, measured, emit)
    size, size_notes = working_set(machine.cache_bytes(), machine.available_bytes())
    memory, memory_notes = _memory(core, device, size, seconds, measured, emit)
    if not compute or memory is None:
        raise EngineError(
            "ceilings_failed",
            f"{device} ran none of the models that measure what it can reach.",
            "Look at the job's log, and at the device's driver.",
            {"notes": notes},
        )
    others = machine.cpu_seconds()[0] - busy - (machine.own_cpu_seconds() - own)
    share = others / (time.monotonic() - started) / machine.logical_cores()
    if share > OTHERS:
        notes.append(f"Other programs used {share:.0%} of the processors meanwhile: measure again on a quiet machine.")
    return {
        "openvino": version(),
        "memory_gbps": round(memory, 2),
        "compute_gflops": compute,
        "notes": [*notes, *size_notes, *memory_notes],
        "measurements": measured,
    }


def _compute(
    core: ov.Core, device: str, seconds: float, measured: list[dict[str, Any]], emit: Emitter
) -> tuple[dict[str, float], list[str]]:
    """The best of all shapes, by precision; a precision that other kernels run than its own is left out and noted."""
    emit.stage("compute", 1, 2)
    best: dict[str, float] = {}
    notes: list[str] = []
    total, done = len(PRECISIONS) * len(SHAPES), 0
    for name, kernels in PRECISIONS.items():
        for shape in SHAPES:
            done += 1
            pattern = shape(name == "i8")
            hint = "f32" if name == "i8" else name
            try:
                compiled = _compile(core, device, pattern.model, hint)
                ran = _kernels(compiled)
                if not ran or not set(ran) <= set(kernels):
                    instead = ran.most_common(1)[0][0] if ran else "unknown"
                    notes.append(f"{name} is left out: {device} executes it in {instead}.")
                    break
                figure = pattern.work / _fastest_s(compiled, pattern, device, seconds) / 1e9
            except RuntimeError as error:
                emit.log(f"{name}, {pattern.name}: {error}", "warning")
                notes.append(f"{name} is left out: {device} does not run it.")
                break
            measured.append({"precision": name, "pattern": pattern.name, "gflops": round(figure, 1)})
            best[name] = max(best.get(name, 0.0), round(figure, 1))
            emit.progress(done, total, "models")
    return best, notes


def _memory(
    core: ov.Core, device: str, size: int, seconds: float, measured: list[dict[str, Any]], emit: Emitter
) -> tuple[float | None, list[str]]:
    """The best of all patterns in GB/s, and which it was."""
    emit.stage("memory", 2, 2)
    figures: dict[str, float] = {}
    for make, tensors in ((add, 3), (weights_read, 1)):
        pattern = make(size // tensors)
        try:
            compiled = _compile(core, device, pattern.model, "f32")
            figures[pattern.name] = pattern.work / _fastest_s(compiled, pattern, device, seconds) / 1e9
        except RuntimeError as error:
            emit.log(f"{pattern.name}: {error}", "warning")
        emit.progress(len(figures), 3, "patterns")
    if device == "CPU":
        figures["copy by all threads (numpy)"] = copy_gbps(size // 2, seconds)
    emit.progress(3, 3, "patterns")
    measured += [{"pattern": name, "gbps": round(figure, 2)} for name, figure in figures.items()]
    if not figures:
        return None, []
    name = max(figures, key=lambda item: figures[item])
    others = ", ".join(f"{other} {figure:.1f}" for other, figure in figures.items() if other != name)
    note = f"Memory is the best of several patterns, here the {name}, through {size >> 20} MiB"
    return figures[name], [f"{note} (in GB/s: {others})." if others else f"{note}."]


def working_set(cache: int | None, available: int | None) -> tuple[int, list[str]]:
    """Bytes to stream through so that `cache` bytes of last-level cache play no part, within reason and an eighth of
    what memory is free; and what to say of it."""
    wanted = max(SMALLEST_BYTES, TIMES_CACHE * (cache or 0))
    size = min(wanted, LARGEST_BYTES, LARGEST_BYTES if available is None else max(available // 8, 1 << 24))
    size -= size % (3 << 20)
    if size < wanted * 0.9:
        return size, ["The caches are large against what memory was measured with: its figure may be too high."]
    return size, []


def copy_gbps(size: int, seconds: float) -> float:
    """Copy `size` bytes with a thread for each core, its own part each; bytes read and written, in GB/s."""
    import numpy as np

    threads = machine.usable_cores()
    source, target = np.ones(size, np.uint8), np.zeros(size, np.uint8)
    bounds = [size * number // threads for number in range(threads + 1)]
    parts = [slice(bounds[number], bounds[number + 1]) for number in range(threads)]
    fastest, end, tries = float("inf"), time.perf_counter() + seconds, 0
    with ThreadPoolExecutor(threads) as pool:
        while tries < LEAST_TRIES or time.perf_counter() < end:
            started = time.perf_counter()
            list(pool.map(lambda part: np.copyto(target[part], source[part]), parts))
            fastest = min(fastest, time.perf_counter() - started)
            tries += 1
    return 2 * size / fastest / 1e9


def _compile(core: ov.Core, device: str, model: ov.Model, precision: str) -> ov.CompiledModel:
    settings: dict[str, Any] = {"INFERENCE_PRECISION_HINT": precision, "PERFORMANCE_HINT": "LATENCY"}
    if device != "CPU":
        settings["PERF_COUNT"] = True
    return core.compile_model(model, device, settings)


def _kernels(compiled: ov.CompiledModel) -> Counter[str]:
    """The precisions in which the convolutions and matrix products of a compiled model run."""
    found: Counter[str] = Counter()
    for node in compiled.get_runtime_model().get_ordered_ops():
        record = {name: value.astype(str) for name, value in node.get_rt_info().items()}
        if record.get("layerType", "").lower().replace("_", "") in COMPUTE:
            found[executed(record) or "unknown"] += 1
    return found


def _fastest_s(compiled: ov.CompiledModel, pattern: Pattern, device: str, seconds: float) -> float:
    """The shortest of several inferences; the first, which finishes preparations, is left out.

    On the CPU it is the time of the inference; elsewhere the sum of the layers' own times, as the way of the input to
    the device and back is not part of a roof.
    """
    request = compiled.create_infer_request()
    for number in range(len(pattern.model.inputs)):
        data = request.get_input_tensor(number).data
        # Pages that were never written are all one page of zeros, which the cache holds.
        data[...] = pattern.fill(number, data.shape)
    request.infer()
    fastest, tries, end = float("inf"), 0, time.perf_counter() + seconds
    while tries < LEAST_TRIES or time.perf_counter() < end:
        request.infer()
        spent = request.latency / 1e3
        if device != "CPU":
            spent = sum(info.real_time.total_seconds() for info in request.get_profiling_info()) or spent
        fastest = min(fastest, spent)
        tries += 1
    return fastest

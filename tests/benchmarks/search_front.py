"""Guided search against the full grid, interleaved, on real models.

    python -m tests.benchmarks.search_front --models squeezenet resnet50 sample --cell-s 3

For each model: the cells of the full grid are measured one after another as a sweep does, and between them the search
does its steps, in proportion, so that what the machine does falls on both alike. Then all cells of both fronts are
measured again, in slices in turn: that is the reference by which both are judged. A cell of the grid's front counts as
found where the search's front has one with at least 97 % of its throughput and at most 103 % of its latency, both as
in the reference. Prints a Markdown table; ends with 1 where a model misses the yardstick.

The latency is the one that the search could use (see its column). About three minutes a model on two cores.
"""

import argparse
import io
import math
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from tests.benchmarks.light_models import with_random_weights
from tests.benchmarks.machine import describe
from workbench.engine.quiet import silence

silence()

import openvino as ov  # noqa: E402

from workbench.engine import cells, configuration, search_result, sweep  # noqa: E402
from workbench.engine.cells import Cell, Slice  # noqa: E402
from workbench.engine.front import Search, name  # noqa: E402
from workbench.engine.goals import Goal  # noqa: E402
from workbench.engine.inputs import Kept  # noqa: E402
from workbench.engine.observed import PERCENTILES, Key, pareto  # noqa: E402
from workbench.engine.protocol import Emitter, EngineError  # noqa: E402
from workbench.engine.search import Doing, default_streams  # noqa: E402
from workbench.engine.warm_up import limit_s  # noqa: E402

TIME_WITHIN = 0.25
NEAR = 0.03
REFERENCE_ROUNDS = 6
REFERENCE_SLICE_S = 0.7


@dataclass(frozen=True)
class Figures:
    """Throughput and latencies of one cell."""

    fps: float
    latency_ms: np.ndarray

    def latency(self, percentile: str) -> float:
        return float(np.percentile(self.latency_ms, PERCENTILES[percentile]))


def say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def sample(folder: Path) -> Path:
    """The network of the sample project, untrained."""
    import onnx

    from workbench.sample.network import build

    model, _ = build(None)
    onnx.save(model, folder / "sample.onnx")
    path = folder / "sample.xml"
    ov.save_model(ov.convert_model(folder / "sample.onnx"), path, compress_to_fp16=False)
    return path


class Bench:
    """One model on this machine."""

    def __init__(self, model: Path, options: argparse.Namespace) -> None:
        self.core = ov.Core()
        self.options = options
        self.emit = Emitter(io.StringIO())
        self.work = model.parent
        (self.work / "out").mkdir(exist_ok=True)
        self.parameters = {"model": model.name, "device": "CPU", "precision": options.precision}
        self.kept = Kept()

    def prepare(self, key: Key) -> Cell:
        wanted = configuration.read({**self.parameters, "streams": key[0], "batch": key[1]}, self.work)
        return cells.prepare(self.core, wanted, self.emit, kept=self.kept)

    def grid_cell(self, key: Key) -> Figures:
        """One cell as a sweep measures it: prepared, warmed up, measured, freed."""
        cell = self.prepare(key)
        with cells.resting(cell):
            cell.warm(limit_s(self.options.cell_s))
            found = figures(cell, [cell.slice(self.options.cell_s)])
        del cell
        sweep.free()
        return found

    def search(self, streams: Sequence[int], batches: Sequence[int]) -> Doing:
        search = Search(
            streams, batches, Goal("front", self.options.percentile), self.options.cell_s, self.options.budget_s
        )
        return Doing(search, self.core, self.parameters, self.work, self.emit)

    def reference(self, keys: Sequence[Key]) -> dict[Key, Figures]:
        """All of them, in slices in turn."""
        live = {key: self.prepare(key) for key in keys}
        slices: dict[Key, list[Slice]] = {key: [] for key in keys}
        for turn in range(REFERENCE_ROUNDS + 1):
            for key, cell in live.items():
                with cells.resting(cell):
                    found = cell.slice(REFERENCE_SLICE_S)
                if turn:  # the first one warms up
                    slices[key].append(found)
        return {key: figures(live[key], slices[key]) for key in keys}


def figures(cell: Cell, slices: Sequence[Slice]) -> Figures:
    """Over several slices, the median of their throughputs."""
    rates = [one.flow.count * cell.batch / one.flow.duration_s for one in slices]
    return Figures(float(np.median(rates)), np.concatenate([np.asarray(one.flow.latency_ms) for one in slices]))


def hypervolume(points: Sequence[tuple[float, float]], slowest: float) -> float:
    """Area that (throughput, latency) points dominate, below latency `slowest`, latency as a logarithm: of two that are
    equally far apart in ratio, none counts more."""
    area, covered = 0.0, 0.0
    for fps, latency in sorted(points, key=lambda point: -point[0]):
        height = math.log(slowest / latency)
        if height > covered:
            area += fps * (height - covered)
            covered = height
    return area


def compare(model: str, path: Path, options: argparse.Namespace) -> bool:
    """Run both on one model, and print its row; whether it is within the yardstick."""
    bench = Bench(path, options)
    streams = options.streams or list(default_streams(bench.core, "CPU"))
    # What a process pays once is nobody's time here.
    del_first = bench.prepare((streams[0], 1))
    del del_first
    doing = bench.search(streams, options.batches)
    doing.pause()
    doing.search.spent_s = 0.0
    grid: dict[Key, Figures] = {}
    grid_s = 0.0
    more = True
    for number, key in enumerate(doing.search.grid):
        began = time.perf_counter()
        try:
            grid[key] = bench.grid_cell(key)
        except EngineError as error:
            say(f"{model} {name(key)}: {error.message}")
        grid_s += time.perf_counter() - began
        doing.resume()
        # In proportion: the search has had its part of the grid's time so far.
        while more and doing.search.spent_s < TIME_WITHIN * grid_s:
            more = doing.step()
        doing.pause()
        if key in grid:
            say(f"{model} {number + 1} of {len(doing.search.grid)}: {name(key)} {grid[key].fps:.1f} FPS")
    doing.resume()
    while more:
        more = doing.step()
    search = doing.search
    told = search_result.outcome(search, doing.results)
    percentile = told["percentile"]
    doing.live.clear()
    sweep.free()
    found = [(key[0], key[1]) for key in told["front"]]
    keys = list(grid)
    on_front = pareto([(grid[key].fps, grid[key].latency(percentile)) for key in keys])
    grid_front = [key for key, on_it in zip(keys, on_front, strict=True) if on_it]
    say(f"{model}: grid's front {[name(key) for key in grid_front]}, search's {[name(key) for key in found]}")
    reference = bench.reference(sorted({*grid_front, *found}))
    points = {key: (one.fps, one.latency(percentile)) for key, one in reference.items()}
    true_front = [
        key for key, on_it in zip(grid_front, pareto([points[key] for key in grid_front]), strict=True) if on_it
    ]
    missed = [key for key in true_front if not any(within(points[other], points[key]) for other in found)]
    slowest = 1.1 * max(latency for _, latency in points.values())
    volume = hypervolume([points[key] for key in found], slowest) / hypervolume(
        [points[key] for key in grid_front], slowest
    )
    share = search.spent_s / grid_s
    good = share <= TIME_WITHIN and not missed
    row = [
        model,
        f"{len(streams)} × {len(options.batches)}",
        f"{grid_s:.1f}",
        f"{search.spent_s:.1f}",
        f"{share:.3f}",
        percentile,
        f"{len(search.cells)}",
        ", ".join(name(key) for key in true_front),
        ", ".join(name(key) for key in found),
        ", ".join(name(key) for key in missed) or "none",
        f"{volume:.4f}",
        str(told["stopped"]),
        "yes" if good else "**no**",
    ]
    print("| " + " | ".join(row) + " |", flush=True)
    say(f"{model}: {told['reason']}")
    for key in sorted(points):
        grid_told = f"{grid[key].fps:.2f} / {grid[key].latency(percentile):.3f}" if key in grid else "–"
        say(f"  {name(key)}: reference {points[key][0]:.2f} FPS / {points[key][1]:.3f} ms, grid {grid_told}")
    return good


def within(other: tuple[float, float], one: tuple[float, float]) -> bool:
    return other[0] >= (1 - NEAR) * one[0] and other[1] <= (1 + NEAR) * one[1]


def main() -> int:
    parser = argparse.ArgumentParser(description="Compare guided search with the full grid on this machine.")
    parser.add_argument("--models", nargs="+", default=["squeezenet", "resnet50", "sample"])
    parser.add_argument("--cell-s", type=float, default=3.0, help="seconds of a cell of the grid")
    parser.add_argument("--streams", nargs="+", type=int, help="default: the device's")
    parser.add_argument("--batches", nargs="+", type=int, default=[1, 2, 3, 4, 6, 8, 12, 16])
    parser.add_argument("--percentile", default="p99", choices=list(PERCENTILES))
    parser.add_argument("--precision", default="f32", choices=["f32", "bf16", "f16"])
    parser.add_argument("--budget-s", type=float, help="of the search; default: its own")
    options = parser.parse_args()
    print(f"{describe()}\n\nCommand: `{' '.join(['search_front', *sys.argv[1:]])}`\n")
    heads: list[Any] = [
        "model", "grid", "grid s", "search s", "search / grid", "latency", "cells looked at", "grid's front", "found",
        "missed", "hypervolume", "stopped", "within 25 % and 3 %",
    ]  # fmt: skip
    print("| " + " | ".join(heads) + " |\n" + "|---" * len(heads) + "|", flush=True)
    good = True
    for model in options.models:
        with tempfile.TemporaryDirectory(prefix="search-front-") as folder:
            path = sample(Path(folder)) if model == "sample" else with_random_weights(model, Path(folder))
            good &= compare(model, path, options)
        sweep.free()
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())

"""Does a process that has measured other configurations before give other numbers than a fresh one?

    python -m tests.benchmarks.reused_process --pairs 8

For each model and setting, pairs of processes: a fresh one makes the setting ready, and one that has measured other
settings before does, after everything of these was freed (`gc`, `malloc_trim`). Then the two are measured in short
slices in turn, so that what the machine does meanwhile falls on both alike. Prints a Markdown table with the median of
the pairs' ratios (reused / fresh) and its 95 % interval; throughput and latency of a pair are medians over its slices.
`fast_ms` is the 10th percentile of the latencies in the fastest slice, which other work on the machine disturbs least;
`cpu_ms` is the CPU time of a request, of all threads.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np

from tests.benchmarks.light_models import with_random_weights
from tests.benchmarks.machine import describe
from workbench.engine.quiet import environment, silence
from workbench.engine.statistics import median_interval

ROOT = Path(__file__).resolve().parents[2]
SETTINGS: dict[str, dict[str, Any]] = {
    "1 × 1": {"streams": 1, "batch": 1},
    "2 × 4": {"streams": 2, "batch": 4},
}
OTHERS = ({"streams": 2, "batch": 2}, {"hint": "latency"}, {"streams": 1, "batch": 8})
FIGURES = (
    "fps",
    "median_ms",
    "fast_ms",
    "cpu_ms",
    "compile_ms",
    "first_inference_ms",
    "start_bytes",
    "peak_bytes",
    "grown_bytes",
)


class Measurer:
    """A process that measures what it is told, one setting after another."""

    def __init__(self) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.benchmarks.reused_process", "--serve"],
            cwd=ROOT,
            env=os.environ | environment(),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def prepare(self, model: Path, setting: dict[str, Any]) -> dict[str, float]:
        """Make a setting ready and warm it up; its figures of the start."""
        return self._ask({"model": str(model), "setting": setting})

    def slice(self, seconds: float) -> dict[str, float]:
        return self._ask({"slice": seconds})

    def free(self) -> dict[str, float]:
        return self._ask({})

    def _ask(self, order: dict[str, Any]) -> dict[str, float]:
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(json.dumps(order) + "\n")
        self.process.stdin.flush()
        answer: dict[str, float] = json.loads(self.process.stdout.readline())
        return answer

    def close(self) -> None:
        self.process.kill()
        self.process.wait()


def serve() -> None:
    """Do what each line of stdin says, in this process."""
    silence()
    import io

    import openvino as ov

    from workbench.engine import cells, configuration, memory
    from workbench.engine.protocol import Emitter, take_stdout
    from workbench.engine.sweep import free

    answers = take_stdout()
    cell: cells.Cell | None = None
    for line in sys.stdin:
        order = json.loads(line)
        told: dict[str, float] = {}
        if "slice" in order:
            assert cell is not None
            used, already = time.process_time(), cell.pipeline.started
            found = cell.slice(order["slice"])
            cell.rest()
            cpu_ms = 1e3 * (time.process_time() - used) / (cell.pipeline.started - already)
            rate = found.flow.count * cell.batch / found.flow.duration_s
            told = {"fps": rate, "median_ms": float(np.median(found.flow.latency_ms))}
            told["fast_ms"] = float(np.quantile(found.flow.latency_ms, 0.1))
            told["cpu_ms"] = cpu_ms
        elif "setting" in order:
            memory.reset()
            water = memory.HighWater()
            wanted = configuration.read({"device": "CPU", "model": order["model"], **order["setting"]}, Path("/"))
            cell = cells.prepare(ov.Core(), wanted, Emitter(io.StringIO()), water=water)
            cell.warm(1.0)
            cell.rest()
            water.mark("measure")
            start, peak = water.stages["start"] or 0, water.peak or 0
            told = {name: cell.facts[name] for name in ("compile_ms", "first_inference_ms")}
            told |= {"start_bytes": start, "peak_bytes": peak, "grown_bytes": peak - start}
        else:
            cell = None
            free()
        print(json.dumps(told), file=answers, flush=True)


def compare(name: str, model: Path, setting: str, options: argparse.Namespace) -> None:
    """The pairs of one row, and the row."""
    pairs: list[tuple[dict[str, float], dict[str, float]]] = []
    for number in range(options.pairs):
        fresh, reused = Measurer(), Measurer()
        try:
            for other in OTHERS:
                reused.prepare(model, other)
                reused.slice(options.slice)
                reused.free()
            # Which of the two comes first changes from pair to pair.
            order = (fresh, reused) if number % 2 else (reused, fresh)
            facts = {one: one.prepare(model, SETTINGS[setting]) for one in order}
            slices: dict[Measurer, list[dict[str, float]]] = {fresh: [], reused: []}
            for _ in range(options.slices):
                for one in order:
                    slices[one].append(one.slice(options.slice))
            for one in order:
                facts[one] |= {name: statistics.median(found[name] for found in slices[one]) for name in FIGURES[:2]}
                facts[one]["cpu_ms"] = statistics.median(found["cpu_ms"] for found in slices[one])
                facts[one]["fast_ms"] = min(found["fast_ms"] for found in slices[one])
            pairs.append((facts[fresh], facts[reused]))
        finally:
            fresh.close()
            reused.close()
    cells = [name, setting]
    for figure in FIGURES:
        ratios = [second[figure] / first[figure] for first, second in pairs]
        low, high = median_interval(np.asarray(ratios)) or (min(ratios), max(ratios))
        cells.append(f"{statistics.median(ratios):.3f} ({low:.3f} to {high:.3f})")
    print("| " + " | ".join(cells) + " |", flush=True)


def main() -> int:
    parser = argparse.ArgumentParser(description="Compare a reused process with a fresh one.")
    parser.add_argument("--serve", action="store_true", help=argparse.SUPPRESS)
    parser.add_argument("--pairs", type=int, default=8)
    parser.add_argument("--slices", type=int, default=20, help="of each process of a pair")
    parser.add_argument("--slice", type=float, default=0.25, help="seconds of a slice")
    parser.add_argument("--models", nargs="+", default=["squeezenet", "resnet50"])
    options = parser.parse_args()
    if options.serve:
        serve()
        return 0
    print(f"{describe()}\n\n{options.pairs} pairs of {options.slices} × {options.slice:g} s, reused / fresh\n")
    names = ["model", "streams × batch", *FIGURES]
    print("| " + " | ".join(names) + " |\n" + "|---" * len(names) + "|", flush=True)
    with tempfile.TemporaryDirectory(prefix="reused-") as folder:
        for name in options.models:
            model = with_random_weights(name, Path(folder))
            for setting in SETTINGS:
                compare(name, model, setting, options)
    return 0


if __name__ == "__main__":
    sys.exit(main())

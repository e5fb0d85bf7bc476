"""The engine against OpenVINO's own `benchmark_app`: the same model, settings and precision, in turn A B A B.

    python tests/benchmarks/parity_benchmark_app.py --pairs 5 --duration 10

prints a Markdown table. Each measurement is a process of its own. The ratio of a row is the median of the ratios of its
pairs; the yardstick is 1 % for throughput and 2 % for the median latency, on a machine that does nothing else: a pair
in which others used more than `--others` of the CPU on either side is told and measured again.

A second table compares the measuring loops alone: in one process, on one compiled model, in slices of a second in turn.
What differs from process to process, such as where memory lies, and slow changes of the machine cancel out there.

The two differ on purpose in three points, which the settings here make equal or which do not matter over 10 s: by
default `benchmark_app` feeds bytes to image inputs (`-ip f32` here), warms up with a single inference, and counts the
time until the last request ends.
"""

import argparse
import contextlib
import io
import json
import os
import re
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from tests.benchmarks.light_models import with_random_weights  # noqa: E402
from tests.benchmarks.machine import describe  # noqa: E402
from workbench.engine.machine import cpu_seconds  # noqa: E402
from workbench.engine.protocol import Emitter  # noqa: E402
from workbench.engine.quiet import environment  # noqa: E402

THROUGHPUT_WITHIN = 0.01
MEDIAN_WITHIN = 0.02

# Runs benchmark_app as it is and tells its results without the rounding of its report.
APP = """
import json, sys
from openvino.tools.benchmark import benchmark, main
inner = benchmark.Benchmark.main_loop
def main_loop(self, requests, *rest):
    found = inner(self, requests, *rest)
    told = {"fps": found[0], "median_ms": found[1], "requests": len(requests)}
    sys.stderr.write("RESULT " + json.dumps(told) + "\\n")
    return found
benchmark.Benchmark.main_loop = main_loop
sys.exit(main.main())
"""


@dataclass(frozen=True)
class Setting:
    """What both sides are told."""

    name: str
    app: tuple[str, ...]
    engine: dict[str, Any]


SETTINGS = {
    "single": Setting(
        "1 stream, 1 request", ("-hint", "none", "-nstreams", "1", "-nireq", "1"), {"streams": 1, "requests": 1}
    ),
    "latency": Setting("latency hint", ("-hint", "latency"), {"hint": "latency"}),
    "throughput": Setting("throughput hint", ("-hint", "throughput"), {"hint": "throughput"}),
    "batch": Setting(
        "2 streams, batch 4",
        ("-hint", "none", "-nstreams", "2", "-nireq", "2", "-b", "4"),
        {"streams": 2, "requests": 2, "batch": 4},
    ),
}


@dataclass(frozen=True)
class Outcome:
    fps: float
    median_ms: float
    precision: str
    streams: str
    requests: int
    verdict: str = ""


class Others:
    """The share of the machine's CPU that processes other than this one and its children used in the `with` block."""

    share = 0.0

    def __enter__(self) -> "Others":
        self._began, self._busy, self._own = time.monotonic(), cpu_seconds()[0], self._own_seconds()
        return self

    def __exit__(self, *details: object) -> None:
        used = (cpu_seconds()[0] - self._busy) - (self._own_seconds() - self._own)
        self.share = max(0.0, used / (time.monotonic() - self._began) / (os.cpu_count() or 1))

    @staticmethod
    def _own_seconds() -> float:
        times = os.times()
        return times.user + times.system + times.children_user + times.children_system


def wait_until_quiet(limit: float, longest_s: float) -> None:
    """Until others have used less than `limit` of the CPU for two seconds, or `longest_s` are over."""
    end = time.monotonic() + longest_s
    while time.monotonic() < end:
        with Others() as others:
            time.sleep(2.0)
        if others.share < limit:
            return


def run_app(model: Path, setting: Setting, precision: str, duration: float, batched: bool) -> Outcome:
    """One run of benchmark_app."""
    options = ["-m", str(model), "-d", "CPU", "-api", "async", "-t", f"{duration:g}", "-infer_precision", precision]
    layout = ["-layout", "[N,C,H,W]"] if batched else []
    done = subprocess.run(
        [sys.executable, "-c", APP, *options, "-ip", "f32", *layout, *setting.app],
        env=os.environ | environment(),
        capture_output=True,
        text=True,
        check=False,
    )
    text = done.stdout + done.stderr
    found = re.search(r"^RESULT (.*)$", text, re.MULTILINE)
    if done.returncode or found is None:
        raise SystemExit(f"benchmark_app failed:\n{text[-3000:]}")
    result = json.loads(found[1])
    return Outcome(
        result["fps"],
        result["median_ms"],
        _told(text, r"INFERENCE_PRECISION_HINT: <Type: '(\w+)'>"),
        _told(text, r"NUM_STREAMS: (\d+)"),
        result["requests"],
    )


def run_engine(model: Path, setting: Setting, precision: str, duration: float) -> Outcome:
    """One run of the engine, in a work folder as a worker makes it."""
    with _work_folder(model) as work:
        parameters = {"model": "inputs/model.xml", "device": "CPU", "precision": precision, "duration_s": duration}
        operation = {"kind": "benchmark", "parameters": parameters | setting.engine}
        (work / "operation.json").write_text(json.dumps(operation))
        process = subprocess.Popen(
            [sys.executable, "-m", "workbench.engine", "run", "operation.json"],
            cwd=work,
            env=os.environ | environment() | {"PYTHONPATH": str(ROOT)},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        assert process.stdout is not None
        assert process.stderr is not None
        events = [json.loads(line) for line in process.stdout]
        errors = process.stderr.read()
        process.wait()
    last = events[-1] if events else {}
    if last.get("event") != "result":
        raise SystemExit(f"the engine failed: {last}\n{errors[-3000:]}")
    found = last["result"]
    streams, requests = str(found["streams"]), int(found["requests"])
    median = float(found["latency_ms"]["median"])
    return Outcome(found["throughput_fps"], median, found["effective_precision"], streams, requests, found["verdict"])


@contextlib.contextmanager
def _work_folder(model: Path) -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="parity-") as folder:
        inputs = Path(folder) / "inputs"
        inputs.mkdir()
        for suffix in (".xml", ".bin"):
            (inputs / f"model{suffix}").symlink_to(model.with_suffix(suffix))
        yield Path(folder)


def _told(text: str, pattern: str) -> str:
    found = re.search(pattern, text)
    short = {"float32": "f32", "bfloat16": "bf16", "float16": "f16"}
    return short.get(found[1], found[1]) if found else "?"


def compare(name: str, model: Path, setting: Setting, options: argparse.Namespace) -> bool:
    """Measure the pairs of one row and print it; whether it is within the yardstick."""
    pairs: list[tuple[Outcome, Outcome]] = []
    disturbed = 0
    while len(pairs) < options.pairs:
        wait_until_quiet(options.others, options.wait)
        with Others() as others:
            app = run_app(model, setting, options.precision, options.duration, "batch" in setting.engine)
        share = others.share
        with others:
            engine = run_engine(model, setting, options.precision, options.duration)
        share = max(share, others.share)
        if (app.precision, app.streams, app.requests) != (engine.precision, engine.streams, engine.requests):
            raise SystemExit(f"the two sides did not run the same: {app} and {engine}")
        keep = share <= options.others or disturbed >= options.again
        told = f"{name}, {setting.name}: {app.fps:.2f} and {engine.fps:.2f} FPS, {app.median_ms:.4f} and "
        told += f"{engine.median_ms:.4f} ms, {engine.verdict}, others used {100 * share:.1f} % of the CPU"
        print(told + ("" if keep else ": measured again"), file=sys.stderr, flush=True)
        if keep:
            pairs.append((app, engine))
        else:
            disturbed += 1
    fps = [engine.fps / app.fps for app, engine in pairs]
    median = [engine.median_ms / app.median_ms for app, engine in pairs]
    within = (
        abs(statistics.median(fps) - 1) <= THROUGHPUT_WITHIN and abs(statistics.median(median) - 1) <= MEDIAN_WITHIN
    )
    cells = [
        name,
        setting.name,
        pairs[0][1].precision,
        pairs[0][1].streams,
        str(pairs[0][1].requests),
        f"{statistics.median(app.fps for app, _ in pairs):.2f}",
        f"{statistics.median(engine.fps for _, engine in pairs):.2f}",
        _ratio(fps),
        f"{statistics.median(app.median_ms for app, _ in pairs):.4f}",
        f"{statistics.median(engine.median_ms for _, engine in pairs):.4f}",
        _ratio(median),
        f"{sum(engine.verdict == 'stable' for _, engine in pairs)} of {len(pairs)}",
        str(disturbed),
        "yes" if within else "**no**",
    ]
    print("| " + " | ".join(cells) + " |", flush=True)
    return within


def compare_loops(name: str, model: Path, setting: Setting, options: argparse.Namespace) -> bool:
    """Slices of both loops in turn on one compiled model; prints a row."""
    import numpy as np
    import openvino as ov
    from openvino.tools.benchmark.benchmark import Benchmark

    from workbench.engine import compiling, configuration, inputs, loading
    from workbench.engine.pipeline import Pipeline
    from workbench.engine.statistics import median_interval

    wanted = configuration.read({"device": "CPU", "precision": options.precision} | setting.engine, model.parent)
    core = ov.Core()
    loaded = loading.load(core, model, "CPU", {}, wanted.batch, {})
    compiled = compiling.compile_model(core, loaded.model, "CPU", configuration.properties(core, wanted).own)
    requests = wanted.requests or compiled.number("OPTIMAL_NUMBER_OF_INFER_REQUESTS") or 1
    prepared = inputs.prepare(loaded, wanted, requests, Emitter(io.StringIO()))
    pipeline = Pipeline(compiled.model, requests, prepared.sets, "CPU")
    app = Benchmark("CPU", requests, None, options.slice, "async", True)
    queue = app.create_infer_requests(compiled.model)
    for request, row in zip(queue, prepared.sets, strict=False):
        for number, tensor in enumerate(row):
            request.get_input_tensor(number).data[:] = tensor.data
    samples = [0] * loaded.batch
    fps: list[float] = []
    median: list[float] = []
    disturbed = -1  # the first pair warms up
    while len(fps) < options.slices:
        with Others() as others:
            theirs = app.main_loop(queue, _Samples(), samples, 50, False)
            pipeline.fill()
            flow = pipeline.flow(options.slice)
            pipeline.drain()
        if disturbed < 0 or (others.share > options.others and disturbed < 10 * options.again):
            disturbed += 1
            continue
        fps.append(flow.count * loaded.batch / flow.duration_s / float(theirs[0]))
        median.append(float(np.median(flow.latency_ms)) / float(theirs[1]))
    cells = [name, setting.name, str(options.slices), str(disturbed)]
    for values in (fps, median):
        interval = median_interval(np.asarray(values)) or [min(values), max(values)]
        cells.append(f"{statistics.median(values):.4f} ({interval[0]:.4f}–{interval[1]:.4f})")
    within = (
        abs(statistics.median(fps) - 1) <= THROUGHPUT_WITHIN and abs(statistics.median(median) - 1) <= MEDIAN_WITHIN
    )
    print("| " + " | ".join([*cells, "yes" if within else "**no**"]) + " |", flush=True)
    return within


class _Samples:
    """What benchmark_app's loop asks of its data queue when inputs stay as they are."""

    def get_next_batch_size(self) -> int:
        return 1


def _ratio(values: list[float]) -> str:
    return f"{statistics.median(values):.4f} ({min(values):.3f}–{max(values):.3f})"


def main() -> int:
    parser = argparse.ArgumentParser(description="Compare the engine with benchmark_app on this machine.")
    parser.add_argument("--pairs", type=int, default=5)
    parser.add_argument("--duration", type=float, default=10.0, help="seconds of each measurement")
    parser.add_argument("--precision", default="f32", choices=["f32", "bf16", "f16"])
    parser.add_argument("--models", nargs="+", default=["squeezenet", "resnet50"])
    parser.add_argument("--settings", nargs="+", default=["single", "throughput"], choices=list(SETTINGS))
    parser.add_argument("--others", type=float, default=0.05, help="share of the CPU that others may use")
    parser.add_argument("--again", type=int, default=5, help="pairs of a row measured again (slices: 10×)")
    parser.add_argument("--wait", type=float, default=60.0, help="seconds to wait for a quiet machine before a pair")
    parser.add_argument("--slices", type=int, default=20, help="slices of the second table; 0 for none")
    parser.add_argument("--slice", type=float, default=1.0, help="seconds of a slice")
    options = parser.parse_args()
    print(f"{describe()}\n\n{options.pairs} pairs of {options.duration:g} s, A = benchmark_app, B = engine\n")
    good = True
    with tempfile.TemporaryDirectory(prefix="parity-models-") as folder:
        models = {name: with_random_weights(name, Path(folder)) for name in options.models}
        rows = [(name, path, SETTINGS[setting]) for name, path in models.items() for setting in options.settings]
        if options.pairs:
            _head(
                "model", "setting", "precision", "streams", "requests", "A FPS", "B FPS", "B/A (pairs)", "A median ms",
                "B median ms", "B/A (pairs)", "stable runs", "pairs repeated", "within 1 % and 2 %",
            )  # fmt: skip
            for row in rows:
                good &= compare(*row, options)
        if options.slices:
            print(f"\nThe loops alone, {options.slices} slices of {options.slice:g} s each in turn\n")
            _head(
                "model",
                "setting",
                "slices",
                "repeated",
                "throughput B/A (95 %)",
                "median B/A (95 %)",
                "within 1 % and 2 %",
            )
            for row in rows:
                good &= compare_loops(*row, options)
    return 0 if good else 1


def _head(*names: str) -> None:
    print("| " + " | ".join(names) + " |\n" + "|---" * len(names) + "|", flush=True)


if __name__ == "__main__":
    sys.exit(main())

"""The operation `quantize` against the same call of NNCF written by hand.

    python -m tests.benchmarks.calibration_by_hand [--rounds 3] [--samples 300] [--slices 30] [--model resnet50]

The model is a light one of the onnx package with random weights, the samples are seeded JPEGs of 500 × 375. By hand: a
loop of cv2.imread, resize and normalise as the transformation of an `nncf.Dataset`. Both are done in one process in
turn; the wall time is that from the files to the saved IR. The yardstick is a ratio of 1.1. Core-seconds of the process
are told beside it: on a machine that others use, too, they say more.

Then the two INT8 models and their parent, in f32 and in what the device prefers, run in slices in turn (each round in
another order), so that slow changes of the machine cancel out; the yardstick is 0.97 of the gain by hand. Prints
Markdown tables; ends with 1 where one of the yardsticks is missed, or the two models do not have the same operations
quantised.
"""

import argparse
import contextlib
import io
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from tests.benchmarks import light_models, machine
from tests.benchmarks.accuracy_speed import MEAN, SCALE, pictures, reading
from workbench.engine.protocol import Emitter
from workbench.engine.quiet import silence

TIME_WITHIN = 1.1
GAIN_WITHIN = 0.97


def ours(work: Path, model: Path, dataset: Path, count: int, preset: str = "performance") -> tuple[float, Path]:
    """Wall time in seconds, and the IR."""
    from workbench.engine import quantize

    (work / "out").mkdir(parents=True, exist_ok=True)
    given = {
        "model": str(model),
        "dataset": str(dataset),
        "calibration": {"count": count, "seed": 0},
        "reading": reading(),
        "preset": preset,
        "target_device": "CPU",
    }
    started = time.perf_counter()
    quantize.run(given, work, Emitter(io.StringIO()))
    return time.perf_counter() - started, work / "out" / "model.xml"


def by_hand(work: Path, model: Path, dataset: Path, count: int, preset: str = "performance") -> tuple[float, Path]:
    """Wall time in seconds, and the IR."""
    import nncf
    import openvino as ov

    from workbench.engine import samples

    read = samples.read(dataset)
    numbers = samples.chosen(read, {"count": count, "seed": 0})
    files = [dataset / str(record["file"]) for record in read.records(numbers)]
    work.mkdir(parents=True, exist_ok=True)
    mean, scale = np.array(MEAN, np.float32), np.array(SCALE, np.float32)

    def transform(path: Path) -> Any:
        image = cv2.imread(str(path))
        assert image is not None
        image = cv2.resize(cv2.cvtColor(image, cv2.COLOR_BGR2RGB), (224, 224))
        values = (image.astype(np.float32) - mean) / scale
        return np.ascontiguousarray(values.transpose(2, 0, 1)[None])

    cv2.setNumThreads(0)
    started = time.perf_counter()
    with contextlib.redirect_stdout(io.StringIO()):
        made = nncf.quantize(
            ov.Core().read_model(model),
            nncf.Dataset(files, transform),
            preset=nncf.QuantizationPreset(preset),
            target_device=nncf.TargetDevice.CPU,
            subset_size=count,
        )
    ov.save_model(made, work / "model.xml", compress_to_fp16=False)
    return time.perf_counter() - started, work / "model.xml"


def quantizers(model: Path) -> list[tuple[str, tuple[float, ...]]]:
    """The quantisers of an IR: their names, and the ends of their ranges, averaged over channels."""
    import openvino as ov

    found = []
    for node in ov.Core().read_model(model).get_ordered_ops():
        if node.get_type_name() == "FakeQuantize":
            ends = (node.input_value(port).get_node().get_data() for port in range(1, 5))
            found.append((node.get_friendly_name(), tuple(float(np.mean(values)) for values in ends)))
    return sorted(found)


def differences(one: Path, other: Path) -> list[str]:
    """What is not quantised alike; empty for the same operations with the same ranges (to a thousandth)."""
    import openvino as ov

    from workbench.engine import quantized_layers

    counts = [quantized_layers.quantized(ov.Core().read_model(path)) for path in (one, other)]
    told = [] if counts[0] == counts[1] else [f"operations: {counts[0]} and {counts[1]}"]
    pairs = dict(quantizers(one)), dict(quantizers(other))
    told += [f"only in one: {name}" for name in sorted(set(pairs[0]) ^ set(pairs[1]))]
    for name in sorted(set(pairs[0]) & set(pairs[1])):
        if not np.allclose(pairs[0][name], pairs[1][name], rtol=1e-3, atol=1e-6):
            told.append(f"{name}: {pairs[0][name]} and {pairs[1][name]}")
    return told


def flowing(model: Path, precision: str | None) -> tuple[Callable[[float], float], str]:
    """A function that keeps all requests busy for some seconds and tells inferences a second; and the precision."""
    import openvino as ov

    from workbench.engine import compiling, configuration, inputs, loading
    from workbench.engine.pipeline import Pipeline
    from workbench.engine.precision import of_compiled

    wanted = configuration.read({"device": "CPU", "precision": precision, "hint": "throughput"}, model.parent)
    core = ov.Core()
    loaded = loading.load(core, model, "CPU", {}, None, {})
    compiled = compiling.compile_model(core, loaded.model, "CPU", configuration.properties(core, wanted).own)
    requests = compiled.number("OPTIMAL_NUMBER_OF_INFER_REQUESTS") or 1
    prepared = inputs.prepare(loaded, wanted, requests, Emitter(io.StringIO()))
    pipeline = Pipeline(compiled.model, requests, prepared.sets, "CPU")

    def run(seconds: float) -> float:
        pipeline.fill()
        flow = pipeline.flow(seconds)
        pipeline.drain()
        return flow.count / flow.duration_s

    return run, of_compiled(compiled.model, compiled.settings)[0]


def compare_times(folder: Path, model: Path, dataset: Path, count: int, rounds: int) -> tuple[bool, Path, Path]:
    """Both in turn, each first in every second round; prints a table."""
    sides = {"ours": ours, "by hand": by_hand}
    paths: dict[str, Path] = {}
    seconds: dict[str, list[float]] = {"ours": [], "by hand": []}
    cores: dict[str, list[float]] = {"ours": [], "by hand": []}
    for number in range(-1, rounds):
        # The first round warms up: imports, and files in memory.
        for name in sorted(sides, reverse=bool(number % 2)):
            before = time.process_time()
            spent, paths[name] = sides[name](folder / name.replace(" ", "-"), model, dataset, count)
            if number >= 0:
                seconds[name].append(spent)
                cores[name].append(time.process_time() - before)
            print(f"{name}: {spent:.2f} s", file=sys.stderr, flush=True)
    ratios = [one / other for one, other in zip(seconds["ours"], seconds["by hand"], strict=True)]
    ratio, spread = statistics.median(ratios), f"{min(ratios):.3f}–{max(ratios):.3f}"
    medians = [statistics.median(seconds[name]) for name in ("by hand", "ours")]
    costs = [statistics.median(cores[name]) for name in ("by hand", "ours")]
    good = ratio <= TIME_WITHIN
    print(
        "| samples | by hand s | ours s | ours / by hand (rounds) | within 1.1 | core-s by hand | ours | ratio |\n"
        "|---|---|---|---|---|---|---|---|\n"
        f"| {count} | {medians[0]:.2f} | {medians[1]:.2f} | {ratio:.3f} ({spread}) | {'yes' if good else '**no**'} "
        f"| {costs[0]:.1f} | {costs[1]:.1f} | {costs[1] / costs[0]:.3f} |\n"
    )
    return good, paths["ours"], paths["by hand"]


def compare_gains(parent: Path, own: Path, hand: Path, slices: int, seconds: float) -> bool:
    """Slices of all in turn; prints a table."""
    sides = {
        "parent f32": flowing(parent, "f32"),
        "parent": flowing(parent, None),
        "ours": flowing(own, None),
        "by hand": flowing(hand, None),
    }
    rng = np.random.default_rng(0)
    fps: dict[str, list[float]] = {name: [] for name in sides}
    for number in range(-1, slices):
        for place in rng.permutation(len(sides)):
            name = list(sides)[int(place)]
            found = sides[name][0](seconds)
            if number >= 0:
                fps[name].append(found)
    print("| model | precision | FPS | gain over parent f32 | gain over parent |\n|---|---|---|---|---|")
    for name, (_, label) in sides.items():
        gains = [statistics.median(np.divide(fps[name], fps[of]).tolist()) for of in ("parent f32", "parent")]
        print(f"| {name} | {label} | {statistics.median(fps[name]):.1f} | {gains[0]:.3f} | {gains[1]:.3f} |")
    ratios = np.divide(fps["ours"], fps["by hand"]).tolist()
    ratio = statistics.median(ratios)
    good = bool(ratio >= GAIN_WITHIN)
    print(f"\ngain ours / gain by hand: {ratio:.4f} ({slices} slices); at least 0.97: {'yes' if good else '**no**'}")
    return good


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--samples", type=int, default=300)
    parser.add_argument("--slices", type=int, default=30)
    parser.add_argument("--slice", type=float, default=1.0, help="seconds")
    parser.add_argument("--model", default="resnet50")
    given = parser.parse_args()
    silence()
    print(f"{machine.describe()}; {given.model} with random weights\n")
    with tempfile.TemporaryDirectory(prefix="by-hand-") as name:
        folder = Path(name)
        dataset = pictures(folder / "dataset", given.samples)
        parent = light_models.with_random_weights(given.model, folder)
        good, own, hand = compare_times(folder, parent, dataset, given.samples, given.rounds)
        unlike = differences(own, hand)
        print("The same operations are quantised, with the same ranges.\n" if not unlike else "\n".join(unlike) + "\n")
        good &= compare_gains(parent, own, hand, given.slices, given.slice)
    return 0 if good and not unlike else 1


if __name__ == "__main__":
    sys.exit(main())

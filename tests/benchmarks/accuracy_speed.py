"""How close an accuracy run comes to what the machine allows.

    python -m tests.benchmarks.accuracy_speed [--rounds 5] [--samples 400] [--memory]

For a ResNet-50 and a SqueezeNet (the onnx package's light models with random weights) on seeded JPEGs of 500 × 375:
samples per second of an accuracy run against the limit, cores / (core-seconds of one inference + those of one decode
and resize). Both are measured in the same process with all cores busy, in turn with the accuracy runs, so that what
else the machine does falls on all of them. Two ratios are told. `by_clock` compares samples per second, and needs a
quiet machine. `by_core_seconds` holds on a busy one, too: (core-seconds of inference + of decode and resize) /
core-seconds of the run, times the share of what others left of the cores that the run used (from /proc/stat).
`--memory`: peak resident memory for n and 4n samples.
"""

import argparse
import io
import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from tests.benchmarks import light_models, machine
from workbench.accuracy.reading_schemas import Reading, for_engine
from workbench.engine.protocol import Emitter
from workbench.engine.quiet import silence

MODELS = ("resnet50", "squeezenet")
WIDTH, HEIGHT = 500, 375
MEAN, SCALE = [123.675, 116.28, 103.53], [58.395, 57.12, 57.375]


def pictures(folder: Path, count: int) -> Path:
    """A dataset in the internal form; the pictures have detail at all sizes, as photographs have."""
    rng = np.random.default_rng(0)
    (folder / "images").mkdir(parents=True)
    lines = []
    for number in range(count):
        image = np.zeros((HEIGHT, WIDTH, 3), np.float32)
        for side in (3, 8, 24, 70, 200):
            small = rng.normal(0, 1, (side * HEIGHT // WIDTH + 1, side, 3)).astype(np.float32)
            image += cv2.resize(small, (WIDTH, HEIGHT), interpolation=cv2.INTER_CUBIC) * (60 / side**0.35)
        name = f"images/{number:06d}.jpg"
        cv2.imwrite(str(folder / name), np.clip(image + 120, 0, 255).astype(np.uint8), [cv2.IMWRITE_JPEG_QUALITY, 92])
        record = {"id": number, "file": name, "source": name, "width": WIDTH, "height": HEIGHT, "label": number % 1000}
        lines.append(json.dumps(record).encode() + b"\n")
    (folder / "index.jsonl").write_bytes(b"".join(lines))
    starts = np.cumsum([0] + [len(line) for line in lines])[:-1]
    (folder / "index.offsets").write_bytes(starts.astype("<u8").tobytes())
    (folder / "dataset.json").write_text(json.dumps({"labels": [f"class {number}" for number in range(1000)]}))
    return folder


def reading() -> dict[str, Any]:
    given = {
        "task": "classification",
        "decoding": {"family": "classification", "activation": "softmax"},
        "preprocessing": {"color": "RGB", "resize": "stretch", "mean": MEAN, "scale": SCALE},
    }
    return for_engine(Reading.model_validate(given))


@dataclass(frozen=True)
class Moment:
    """`own_s`: processor time of this process, `idle_s`: of nobody, summed over cores."""

    clock_s: float
    own_s: float
    idle_s: float

    @classmethod
    def now(cls) -> "Moment":
        fields = Path("/proc/stat").read_text().split("\n", 1)[0].split()
        idle = (int(fields[4]) + int(fields[5])) / os.sysconf("SC_CLK_TCK")
        return cls(time.perf_counter(), time.process_time(), idle)


class Watch(Emitter):
    """Notes when the judging of samples begins and ends."""

    def __init__(self) -> None:
        super().__init__(io.StringIO())
        self.moments: list[Moment] = []

    def stage(self, name: str, index: int, count: int) -> None:
        if name in ("judge samples", "figures"):
            self.moments.append(Moment.now())
        super().stage(name, index, count)


def accuracy_run(
    work: Path, model: Path, dataset: Path, precision: str | None, emit: Emitter | None = None
) -> dict[str, Any]:
    from workbench.engine import accuracy

    (work / "out").mkdir(parents=True, exist_ok=True)
    given = {
        "model": str(model),
        "dataset": str(dataset),
        "device": "CPU",
        "precision": precision,
        "reading": reading(),
    }
    return accuracy.run(given, work, emit or Emitter(io.StringIO()))


def inference(model: Path, precision: str | None) -> Callable[[float], tuple[float, float]]:
    """Inferences alone, of the model as the accuracy run compiles it: a second, and core-seconds of one."""
    import openvino as ov

    from workbench.engine import feeding

    served = feeding.open_model(ov.Core(), model, {"device": "CPU", "precision": precision}, reading())
    requests = ov.AsyncInferQueue(served.compiled, served.requests)
    image = np.random.default_rng(1).integers(0, 256, (224, 224, 3)).astype(np.uint8)
    feeds = {served.main: served.picture_tensor(served.main, image)}

    def once() -> int:
        for _ in range(served.requests):
            requests.start_async(feeds, share_inputs=True)
        return served.requests

    def run(seconds: float) -> tuple[float, float]:
        return repeated(once, seconds, requests.wait_all)

    run(1.0)
    return run


def preparation(dataset: Path) -> Callable[[float], tuple[float, float]]:
    """Pictures that are decoded and resized, with a thread for each core: a second, and core-seconds of one."""
    from workbench.engine import flow, images
    from workbench.engine.configuration import Preprocessing

    cv2.setNumThreads(1)
    files = sorted((dataset / "images").iterdir())[:100]
    how = Preprocessing()

    def one(path: Path) -> None:
        image = images.decode(path)
        assert image is not None
        images.resize(image, 224, 224, how)

    def run(seconds: float) -> tuple[float, float]:
        with ThreadPoolExecutor(flow.cores()) as pool:
            return repeated(lambda: len(list(pool.map(one, files))), seconds)

    return run


def repeated(once: Callable[[], int], seconds: float, finish: Callable[[], None] = lambda: None) -> tuple[float, float]:
    count = 0
    started = Moment.now()
    while time.perf_counter() - started.clock_s < seconds:
        count += once()
    finish()
    ended = Moment.now()
    return count / (ended.clock_s - started.clock_s), (ended.own_s - started.own_s) / count


def measure(folder: Path, model: Path, dataset: Path, precision: str | None, rounds: int) -> dict[str, Any]:
    infer, prepare = inference(model, precision), preparation(dataset)
    told: dict[str, list[float]] = {}
    label = ""
    for _ in range(rounds):
        parts = [infer(2.0), prepare(1.0)]
        watch = Watch()
        found = accuracy_run(folder / "work", model, dataset, precision, watch)
        parts += [infer(2.0), prepare(1.0)]
        infer_rate, infer_cost = ((parts[0][place] + parts[2][place]) / 2 for place in (0, 1))
        prepare_rate, prepare_cost = ((parts[1][place] + parts[3][place]) / 2 for place in (0, 1))
        start, end = watch.moments
        own, idle = end.own_s - start.own_s, end.idle_s - start.idle_s
        spent = found["limits"]
        label = found["effective_precision"]
        limit = 1 / (1 / infer_rate + 1 / prepare_rate)
        cost = own / found["samples"]
        figures = {
            "samples_per_s": found["samples_per_s"],
            "limit_per_s": limit,
            "by_clock": found["samples_per_s"] / limit,
            "infer_core_ms": 1e3 * infer_cost,
            "prepare_core_ms": 1e3 * prepare_cost,
            "run_core_ms": 1e3 * cost,
            "used_of_free": own / (own + max(0.0, idle)),
            "by_core_seconds": (infer_cost + prepare_cost) / cost * own / (own + max(0.0, idle)),
            "metrics_share": (spent["judge_core_s"] + spent["finish_core_s"] / found["samples"]) / cost,
        }
        for name, value in figures.items():
            told.setdefault(name, []).append(value)
        print("    " + ", ".join(f"{name} {value:.3f}" for name, value in figures.items()), flush=True)
    return {"precision": label, **{name: statistics.median(values) for name, values in told.items()}}


def peak_mib(folder: Path, model: Path, dataset: Path, count: int) -> float:
    """Peak resident memory of a process that judges `count` samples (rounds of the dataset's)."""
    code = (
        "import sys; from pathlib import Path; from tests.benchmarks import accuracy_speed as own; "
        "own.silence(); print(own.judged_peak(*map(Path, sys.argv[1:4])))"
    )
    told = subprocess.run(
        [sys.executable, "-c", code, str(folder / f"memory{count}"), str(model), str(dataset)],
        check=True, capture_output=True, text=True,
    )  # fmt: skip
    return float(told.stdout.split()[-1])


def judged_peak(work: Path, model: Path, dataset: Path) -> float:
    accuracy_run(work, model, dataset, "f32")
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--samples", type=int, default=400)
    parser.add_argument("--models", default=",".join(MODELS))
    parser.add_argument("--precisions", default="f32,default")
    parser.add_argument("--memory", action="store_true")
    given = parser.parse_args()
    silence()
    print(machine.describe())
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        dataset = pictures(folder / "dataset", given.samples)
        size = sum(path.stat().st_size for path in (dataset / "images").iterdir()) / given.samples
        print(f"{given.samples} JPEGs of {WIDTH}×{HEIGHT}, {size / 1024:.0f} KiB each")
        for kind in given.models.split(","):
            model = light_models.with_random_weights(kind, folder)
            for precision in given.precisions.split(","):
                print(f"  {kind}, {precision}")
                found = measure(folder, model, dataset, None if precision == "default" else precision, given.rounds)
                print(json.dumps({"model": kind} | found))
            if given.memory:
                more = pictures(folder / f"more-{kind}", 4 * given.samples)
                small = peak_mib(folder, model, dataset, given.samples)
                large = peak_mib(folder, model, more, 4 * given.samples)
                print(f"  {kind}: peak {small:.0f} MiB for {given.samples}, {large:.0f} MiB for {4 * given.samples}")


if __name__ == "__main__":
    main()

"""The `tensor_distance` operation: how far a model's tensors lie from those of its parent, on the same pictures."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from workbench.engine import accuracy, feeding, flow, images, samples
from workbench.engine.feeding import Begun, Pool, Served
from workbench.engine.intake import Fed, Intake
from workbench.engine.protocol import Emitter, EngineError
from workbench.engine.report_files import ReportFiles
from workbench.engine.shown_layers import Layer, common_layers, passes_of, show
from workbench.engine.tasks import metric
from workbench.engine.tasks.task import Column, Reading

if TYPE_CHECKING:
    import numpy as np
    import openvino as ov
    from numpy.typing import NDArray

STAGES = ("read", "compile", "compare samples", "figures")
# More rows than these of layers are left out; the table of layers has their means.
MOST_LAYER_ROWS = 200_000
_SMALLEST_DB = 20.0

COLUMNS = [
    Column("output", "Output", "text", description="an output of the model, or a layer"),
    Column("kind", "Kind", "text", description="output or layer"),
    Column("mse", "MSE", "number", description="mean of the squared differences"),
    Column("max_abs", "Largest difference", "number"),
    Column("cosine", "Cosine", "number", description="of the angle between the two tensors, 1 for one direction"),
    Column("sqnr_db", "SQNR", "number", unit="dB", description="10·log₁₀(Σa²/Σ(a−b)²); empty where nothing differs"),
    Column("error", "Wrong", "boolean", description="SQNR below 20 dB"),
    Column("loss", "Loss", "number", description="Σ(a−b)²/Σa², 0 is equal"),
]


@dataclass(frozen=True)
class Distance:
    """Of two tensors, `a` of the parent. `sqnr_db` is None where they are equal, -inf never: where the parent's is all
    zero it is None, too, and `loss` 1."""

    mse: float
    max_abs: float
    cosine: float
    sqnr_db: float | None
    loss: float


def distance(a: NDArray[Any], b: NDArray[Any]) -> Distance:
    """Raises EngineError `decoding_mismatch` for tensors of different sizes; what is not finite counts as far away."""
    import numpy as np

    if a.shape != b.shape:
        raise EngineError(
            "decoding_mismatch",
            f"The parent's tensor has the shape {list(a.shape)}, the model's {list(b.shape)}.",
            "Compare models with the same inputs and outputs.",
        )
    first, second = (np.ravel(values).astype(np.float32, copy=False) for values in (a, b))
    if not first.size:
        return Distance(0.0, 0.0, 1.0, None, 0.0)
    apart = first - second
    # Sums of squares in double precision: float32 loses digits from about a million values.
    noise = float(np.einsum("i,i->", apart, apart, dtype=np.float64))
    signal = float(np.einsum("i,i->", first, first, dtype=np.float64))
    other = float(np.einsum("i,i->", second, second, dtype=np.float64))
    dot = float(np.einsum("i,i->", first, second, dtype=np.float64))
    largest = float(max(apart.max(), -apart.min()))
    if not math.isfinite(noise) or not math.isfinite(signal):
        return Distance(math.inf, math.inf, 0.0, None, 1.0)
    length = math.sqrt(signal) * math.sqrt(other)
    cosine = min(1.0, max(-1.0, dot / length)) if length else float(signal == other)
    sqnr = 10 * math.log10(signal / noise) if noise and signal else None
    return Distance(noise / first.size, largest, cosine, sqnr, noise / signal if signal else float(noise > 0))


@dataclass
class Sums:
    """Of one output or layer over the samples: a handful of numbers, whatever their count."""

    count: int = 0
    mse: float = 0.0
    max_abs: float = 0.0
    cosine: float = 0.0
    sqnr_db: float = 0.0
    finite: int = 0

    def add(self, found: Distance) -> None:
        self.count += 1
        self.mse += found.mse
        self.max_abs = max(self.max_abs, found.max_abs)
        self.cosine += found.cosine
        if found.sqnr_db is not None:
            self.sqnr_db += found.sqnr_db
            self.finite += 1

    def means(self) -> dict[str, float | None]:
        return {
            "mse": self.mse / self.count,
            "max_abs": self.max_abs,
            "cosine": self.cosine / self.count,
            "sqnr_db": self.sqnr_db / self.finite if self.finite else None,
        }


def run(parameters: Mapping[str, Any], work: Path, emit: Emitter) -> dict[str, Any]:
    """Compare a model's outputs with those of reference_model, and its layers with `per_layer`.

    Other parameters, and the files written, are those of `accuracy`; of the reading only task, preprocessing and
    image_input matter. Layers are the operations of the same name and shape in both models; what is computed stays in
    the precision that executes. Raises EngineError `reading_invalid`, `decoding_mismatch`, `dataset_unreadable`,
    `no_samples`, and those of `feeding.open_model`.
    """
    emit.stage(STAGES[0], 1, len(STAGES))
    reading = _plain(parameters["reading"])
    reference = _plain(parameters.get("reference_reading") or parameters["reading"])
    if not parameters.get("reference_model"):
        raise EngineError("reading_invalid", "There is no model to compare with.", "Choose the parent model.")
    dataset = samples.read(work / str(parameters.get("dataset") or "inputs/dataset"))
    accuracy.check_dataset(dataset, "generic", against_parent=True)
    numbers = samples.chosen(dataset, parameters.get("subset"), parameters.get("without"))
    import openvino as ov

    core = ov.Core()
    parent = accuracy.of_reference(parameters)
    comparison = _Comparison(core, work, dataset, numbers, emit)
    emit.stage(STAGES[1], 2, len(STAGES))
    pair = comparison.open(parameters, reading), comparison.open(parent, reference)
    layers = common_layers(pair[0].model, pair[1].model) if parameters.get("per_layer") else []
    passes = passes_of(layers)
    comparison.passes = 1 + len(passes)
    comparison.layer_rows = len(layers) * len(numbers) <= MOST_LAYER_ROWS
    emit.stage(STAGES[2], 3, len(STAGES))
    started = time.perf_counter()
    comparison.compare(pair, [reading, reference], _output_names(pair), "output")
    for part in passes:
        names = [layer.name for layer in part]
        changed = (
            comparison.open(parameters, reading, partial(show, names=names)),
            comparison.open(parent, reference, partial(show, names=names)),
        )
        comparison.compare(changed, [reading, reference], names, "layer", requests=1)
    elapsed = max(time.perf_counter() - started, 1e-9)
    emit.stage(STAGES[3], 4, len(STAGES))
    return comparison.result(pair[0], layers, elapsed)


def _plain(reading: Reading) -> Reading:
    """The picture goes in as the reading says; holes, crops and second inputs belong to tasks."""
    kept = {"family": "super_resolution", "scale": 1, "luminance_only": False, "second_input": None}
    decoding = reading["decoding"]
    if decoding["family"] not in ("super_resolution", "inpainting", "points", "embedding"):
        decoding = kept
    return {**reading, "decoding": decoding}


class _Comparison:
    def __init__(
        self, core: ov.Core, work: Path, dataset: samples.Dataset, numbers: Sequence[int], emit: Emitter
    ) -> None:
        self._core, self._work, self._dataset, self._numbers, self._emit = core, work, dataset, numbers, emit
        self._files = ReportFiles(work / "out", drawn=False)
        self._sums: dict[tuple[str, str], Sums] = {}
        self._unreadable = 0
        self._done = 0
        self._judged = 0
        self._means: dict[int, list[Distance]] = {}
        self.passes = 1
        self.layer_rows = True

    def open(
        self, parameters: Mapping[str, Any], reading: Reading, change: Callable[[ov.Model], None] | None = None
    ) -> Served:
        xml = self._work / str(parameters.get("model") or "inputs/model.xml")
        return feeding.open_model(self._core, xml, parameters, reading, change=change)

    def compare(
        self,
        pair: tuple[Served, Served],
        readings: Sequence[Reading],
        names: Sequence[str],
        kind: str,
        requests: int | None = None,
    ) -> None:
        """One pass over the samples. Of outputs `names` are those of both models, in their order; of layers they stand
        behind the outputs."""
        import cv2

        cv2.setNumThreads(1)
        # By their places: an output and a layer may bear the same name.
        places = [list(map(str, range(len(served.ports.outputs))))[-len(names) :] for served in pair]
        threads = min(requests or flow.cores(), flow.cores())
        ahead = 1 if requests is None else 0
        pools = [Pool(served, threads * (ahead + 1), by_place=True) for served in pair]
        intakes = [Intake(served, reading, self._dataset) for served, reading in zip(pair, readings, strict=True)]

        def prepare(record: Mapping[str, Any]) -> list[Fed] | None:
            image = images.decode(self._dataset.path(str(record["file"])))
            return None if image is None else [make(image, record) for make in intakes]

        def start(feds: list[Fed]) -> tuple[list[Fed], list[Begun]]:
            return feds, [pool.start(fed.feeds) for pool, fed in zip(pools, feds, strict=True)]

        def finish(running: tuple[list[Fed], list[Begun]]) -> list[Distance]:
            found = [pool.outputs(begun) for pool, begun in zip(pools, running[1], strict=True)]
            own, parents = ([side[name] for name in names] for side, names in zip(found, places, strict=True))
            distances = [distance(parent, mine) for parent, mine in zip(parents, own, strict=True)]
            for pool, begun in zip(pools, running[1], strict=True):
                pool.give_back(begun)
            return distances

        def take(position: int, record: Mapping[str, Any], found: list[Distance] | None) -> None:
            self._take(record, found, names, kind)
            self._done += 1
            self._emit.progress(self._done, len(self._numbers) * self.passes, "samples")

        way = flow.Flow(prepare, start, finish, take, threads=threads, ahead=ahead, under_way=threads * (ahead + 1) + 2)
        way.run(self._dataset.records(self._numbers))

    def _take(self, record: Mapping[str, Any], found: list[Distance] | None, names: Sequence[str], kind: str) -> None:
        if found is None:
            self._unreadable += kind == "output"
            return
        self._judged += kind == "output"
        for name, one in zip(names, found, strict=True):
            self._sums.setdefault((kind, name), Sums()).add(one)
            if kind == "output" or self.layer_rows:
                self._files.row(
                    {
                        "sample": record["id"],
                        "name": str(record.get("source") or record["file"]),
                        "output": name,
                        "kind": kind,
                        **vars(one),
                        "error": one.loss > 10 ** (-_SMALLEST_DB / 10),
                    }
                )
        if kind == "output":
            for place, one in enumerate(found):
                self._means.setdefault(place, []).append(one)

    def result(self, served: Served, layers: Sequence[Layer], elapsed: float) -> dict[str, Any]:
        if not self._judged:
            raise accuracy.no_samples(f"None of the {len(self._numbers)} samples can be read.")
        types = {layer.name: layer.type for layer in layers}
        table = [
            {
                "label": place,
                "name": name if kind == "output" else f"{name} ({types[name]})",
                "samples": sums.count,
                "metrics": sums.means(),
            }
            for place, ((kind, name), sums) in enumerate(self._sums.items())
        ]
        self._files.finish({"classes": table, "confusion": None, "curves": []})
        notes = list(dict.fromkeys(served.notes))
        if self._unreadable:
            notes.append(f"Pictures that cannot be decoded, left out: {self._unreadable}.")
        if not self.layer_rows:
            notes.append("Layers have no row for each sample, as there would be too many; the table has their means.")
        if layers:
            notes.append("To be seen, each layer became an output: layers are not joined then as they are in use.")
        metrics = self._metrics()
        if "sqnr_db" not in metrics:
            notes.append("No output differs from the parent's: the ratio of signal to noise is infinite.")
        return {
            "samples": self._judged,
            "metrics": metrics,
            "primary": "sqnr_db" if "sqnr_db" in metrics else "cosine",
            "columns": [vars(column) for column in (metric.SAMPLE, metric.NAME, *COLUMNS)],
            "effective_precision": served.effective_precision,
            "device": served.device,
            "elapsed_s": elapsed,
            "samples_per_s": self._judged * self.passes / elapsed,
            "inference": served.facts(),
            "limits": {"cores": flow.cores()},
            "notes": notes,
            "model_classes": None,
        }

    def _metrics(self) -> dict[str, dict[str, Any]]:
        """Means over samples and outputs; the interval is over samples."""
        import numpy as np

        def over(name: str) -> NDArray[np.float64]:
            columns = [[getattr(one, name) for one in found] for found in self._means.values()]
            values = np.array(columns, dtype=np.float64)
            finite = np.isfinite(values)
            counts = finite.sum(axis=0)
            sums = np.where(finite, values, 0.0).sum(axis=0)
            return np.asarray(sums[counts > 0] / counts[counts > 0])

        told = {
            "mse": ("MSE", "", "lower", "mean of the squared differences"),
            "max_abs": ("Largest difference", "", "lower", "mean over samples"),
            "cosine": ("Cosine", "", "higher", "mean over samples"),
            "sqnr_db": ("SQNR", "dB", "higher", "mean over samples that differ"),
        }
        metrics = {}
        for name, (label, unit, better, text) in told.items():
            values = over(name)
            if len(values):
                metrics[name] = metric.mean(values, label, text, unit=unit, better=better)
        return metrics


def _output_names(pair: tuple[Served, Served]) -> list[str]:
    """Raises EngineError `decoding_mismatch` where the models have not as many outputs."""
    own, parents = ([port.name for port in served.ports.outputs] for served in pair)
    if len(own) != len(parents):
        raise EngineError(
            "decoding_mismatch",
            f"The model has {len(own)} outputs, its parent {len(parents)}.",
            "Compare models with the same outputs.",
        )
    return [name if own.count(name) == 1 else f"{name} ({place})" for place, name in enumerate(own)]

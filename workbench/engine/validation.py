"""How good a model in memory is, again and again on the same samples: the metric that a run of accuracy would tell, and
how far its outputs are from those of the original."""

from __future__ import annotations

import math
import tempfile
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from workbench.engine import accuracy, calibration, feeding, flow, images, samples
from workbench.engine.accuracy import Speaker
from workbench.engine.feeding import Begun, Pool, Served
from workbench.engine.intake import Fed, Intake
from workbench.engine.protocol import EngineError
from workbench.engine.tasks import class_map, registry, truths
from workbench.engine.tasks.task import Answer, Facts, Reading, Summary, Truth

if TYPE_CHECKING:
    import numpy as np
    import openvino as ov
    from numpy.typing import NDArray

# Values of an output that are compared, the same ones of each sample: so many tell its error as well as all of them.
MOST_VALUES = 65_536
# What the original's outputs may take of the memory: with many samples and large outputs fewer values are compared.
REMEMBERED_BYTES = 256 * 1024**2
# Below this the output is nothing but zeros, whose error has no measure.
_NOTHING = 1e-30


@dataclass(frozen=True)
class Measured:
    """`value` of the metric, None where only outputs are compared; `distance`: mean over samples and outputs of the
    squared error over the squared values (NMSE), 0 for equal ones, None where nothing was remembered."""

    value: float | None
    distance: float | None


@dataclass(frozen=True)
class Metric:
    name: str
    label: str
    unit: str
    better: str


class Validation:
    """Samples of a dataset with all that judging them takes; pictures are decoded once, as far as the memory allows.

    `parameters`: those of the operation `accuracy`, with `dataset`, `subset` and `without`. `metric`: its name; None
    for the one that stands for a report. `judged`: whether there is anything to judge by; else outputs are compared.
    Raises EngineError as `accuracy.run`, and `metric_unknown`.
    """

    def __init__(
        self, core: ov.Core, work: Path, parameters: Mapping[str, Any], *, judged: bool, metric: str | None = None
    ) -> None:
        self._core, self._work, self._parameters = core, work, dict(parameters)
        self._reading: Reading = parameters["reading"]
        self._task = str(self._reading["task"])
        self._dataset = samples.read(work / str(parameters.get("dataset") or "inputs/dataset"))
        self.judged, self._wanted = judged, metric
        accuracy.check_dataset(self._dataset, self._task, against_parent=not judged)
        if judged:
            self.numbers, self._pairs = accuracy.chosen_samples(self._dataset, self._task, parameters)
        else:
            chosen = samples.chosen(self._dataset, parameters.get("subset"), parameters.get("without"))
            self.numbers, self._pairs = chosen, None
        self._classes = class_map.make(self._reading, self._dataset.labels, self._dataset.label_ids)
        self._kept: dict[int, tuple[Truth, Fed]] = {}
        self._room = calibration.kept_bytes()
        self._guard = threading.Lock()
        self._remembered: dict[int, list[NDArray[np.float32]]] = {}
        self._places: list[NDArray[np.int64]] | None = None
        self.metric: Metric | None = None
        # Those that could be read, once something was measured.
        self.samples = len(self.numbers)

    @property
    def count(self) -> int:
        return len(self.numbers)

    def remember(self, model: ov.Model) -> Measured:
        """Measure the original; its outputs are what later ones are compared with."""
        self._remembered, self._places = {}, None
        return self._measure(model, remember=True)

    def share(self, other: Validation) -> None:
        """Take the prepared samples from `other`, of the same dataset and model, instead of keeping them twice."""
        self._kept.update({number: other._kept[number] for number in self.numbers if number in other._kept})

    def measure(self, model: ov.Model) -> Measured:
        return self._measure(model, remember=False)

    def measure_saved(self, model: ov.Model) -> Measured:
        """Of the file that the model becomes."""
        import openvino as ov

        with tempfile.TemporaryDirectory(prefix="saved-", dir=self._work) as folder:
            xml = Path(folder) / "model.xml"
            ov.save_model(model, xml, compress_to_fp16=False)
            return self.measure(self._core.read_model(xml))

    def better(self, one: float, other: float) -> float:
        """How much better `one` is than `other`, by the metric; negative: worse. 0 where that is no number."""
        assert self.metric is not None
        gain = other - one if self.metric.better == "lower" else one - other
        return gain if math.isfinite(gain) else 0.0

    def _measure(self, model: ov.Model, remember: bool) -> Measured:
        import cv2

        cv2.setNumThreads(1)
        speaker, served, intake = self._opened(model)
        judge = None
        if speaker is not None:
            judge = registry.serving(self._reading).judge(self._reading, self._facts(speaker))
        ahead = max(1, served.requests // flow.cores())
        pool = Pool(served, flow.cores() * (ahead + 1), by_place=True)
        names = [port.name for port in served.ports.outputs]
        found: list[float] = []
        read = 0

        def prepare(record: Mapping[str, Any]) -> tuple[Truth | None, Fed] | None:
            return self._prepared(record, intake)

        def start(prepared: tuple[Truth | None, Fed]) -> tuple[Truth | None, Fed, Begun]:
            return (*prepared, pool.start(prepared[1].feeds))

        def finish(running: tuple[Truth | None, Fed, Begun]) -> tuple[Truth | None, Answer | None, float | None]:
            truth, fed, begun = running
            outputs = pool.outputs(begun)
            values = [outputs[str(place)] for place in range(len(names))]
            number = truth.number if truth is not None else -1
            apart = self._compared(number, values, remember)
            answer = None
            if speaker is not None:
                answer = speaker.answer(dict(zip(names, values, strict=True)), fed)
            pool.give_back(begun)
            return truth, answer, apart

        def take(position: int, record: Any, told: tuple[Truth | None, Answer | None, float | None] | None) -> None:
            nonlocal read
            if told is None:
                return
            read += 1
            truth, answer, apart = told
            if judge is not None and truth is not None and answer is not None:
                judge.add(truth, answer)
            if apart is not None:
                found.append(apart)

        way = flow.Flow(
            prepare, start, finish, take, threads=flow.cores(), ahead=ahead, under_way=flow.cores() * (ahead + 1) + 2
        )
        way.run(self._dataset.records(self.numbers))
        if not read:
            raise accuracy.no_samples(f"None of the {len(self.numbers)} samples can be read.")
        self.samples = read
        value = None if judge is None else self._figure(judge.finish())
        return Measured(value, sum(found) / len(found) if found else None)

    def _opened(self, model: ov.Model) -> tuple[Speaker | None, Served, Intake]:
        given = self._parameters
        if not self.judged:
            served = feeding.open_model(self._core, model, given, self._reading)
            return None, served, Intake(served, self._reading, self._dataset)
        speaker = accuracy.open_speaker(
            self._core, self._work, given, self._reading, self._dataset, self._classes, model=model
        )
        return speaker, speaker.served, speaker.intake

    def _facts(self, speaker: Speaker) -> Facts:
        classes = speaker.classes
        return Facts(
            labels=classes.labels,
            label_ids=self._dataset.label_ids,
            pairs=self._pairs,
            model_classes=classes.map.names or None,
            count=len(self.numbers),
            background=self._dataset.background,
        )

    def _figure(self, summary: Summary) -> float:
        """The metric's value. Raises EngineError `metric_unknown`."""
        metrics = summary.metrics
        if self.metric is None:
            name = self._wanted or summary.primary
            if name is None or name not in metrics:
                known = ", ".join(f"'{one}'" for one in metrics) or "none"
                raise EngineError(
                    "metric_unknown", f"There is no metric '{str(name)[:100]}'.", f"Choose one of these: {known}."
                )
            told = metrics[name]
            self.metric = Metric(name, str(told["label"]), str(told.get("unit") or ""), str(told["better"] or "higher"))
        return float(metrics[self.metric.name]["value"])

    def _prepared(self, record: Mapping[str, Any], intake: Intake) -> tuple[Truth | None, Fed] | None:
        number = int(record["id"])
        kept = self._kept.get(number)
        if kept is not None:
            return kept
        image = images.decode(self._dataset.path(str(record["file"])))
        if image is None:
            return None
        truth = truths.of_sample(self._dataset, record, image, self._task, annotated=self.judged)
        fed = intake(image, record)
        size = sum(int(tensor.byte_size) for tensor in fed.feeds.values())
        size += sum(int(getattr(value, "nbytes", 0)) for value in (*vars(truth).values(), fed.shown, fed.small))
        with self._guard:
            if size <= self._room:
                self._room -= size
                self._kept[number] = (truth, fed)
        return truth, fed

    def _compared(self, number: int, values: Sequence[NDArray[Any]], remember: bool) -> float | None:
        import numpy as np

        if not remember and not self._remembered:
            return None
        with self._guard:
            if self._places is None:
                chance = np.random.default_rng(0)
                most = values_compared(len(self.numbers), len(values))
                self._places = [
                    np.arange(one.size) if one.size <= most else chance.integers(0, one.size, most) for one in values
                ]
        # Outputs of open shape may have fewer values than the first sample's.
        picked = [
            np.asarray(one.reshape(-1)[places[places < one.size]], dtype=np.float32)
            for one, places in zip(values, self._places, strict=True)
        ]
        if remember:
            self._remembered[number] = picked
            return 0.0
        known = self._remembered.get(number)
        return None if known is None else nmse(known, picked)


def values_compared(samples: int, outputs: int) -> int:
    """Of each output and sample; float32."""
    return max(1, min(MOST_VALUES, REMEMBERED_BYTES // (4 * samples * outputs)))


def nmse(original: Sequence[NDArray[np.float32]], now: Sequence[NDArray[np.float32]]) -> float | None:
    """Mean over outputs of Σ (now - original)² / Σ original²; None where no output has values to compare.

    What became no number counts as 1, like an output of zeros.
    """
    import numpy as np

    found = []
    for before, after in zip(original, now, strict=True):
        size = min(before.size, after.size)
        a, b = before[:size].astype(np.float64), after[:size].astype(np.float64)
        power = float(np.dot(a, a))
        if size and power > _NOTHING and np.isfinite(power):
            apart = b - a
            share = float(np.dot(apart, apart)) / power
            found.append(share if np.isfinite(share) else 1.0)
    return float(np.mean(found)) if found else None

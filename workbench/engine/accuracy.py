"""The `accuracy` operation: how right a model is on a dataset, with a row for each sample."""

from __future__ import annotations

import functools
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from workbench.engine import feeding, flow, images, intake, samples
from workbench.engine.feeding import Begun, Pool, Served
from workbench.engine.intake import Fed, Intake
from workbench.engine.protocol import Emitter, EngineError
from workbench.engine.report_files import ReportFiles
from workbench.engine.tasks import class_map, drawing, registry, truths
from workbench.engine.tasks.class_map import Classes
from workbench.engine.tasks.drawing import Names
from workbench.engine.tasks.task import Answer, ClassJudge, Decode, Facts, Judge, ObjectJudge, Reading, Summary, Truth

if TYPE_CHECKING:
    import openvino as ov
    from numpy.typing import NDArray

    from workbench.engine.samples import Dataset

STAGES = ("read", "compile", "judge samples", "figures")
_WITH_LABELS = ("classification", "object_detection", "instance_segmentation", "semantic_segmentation")
# Pictures that are decoded and wait, beyond those that threads and requests hold.
_AHEAD = 4


@dataclass
class Speaker:
    """A model with what makes its inputs and reads its outputs."""

    served: Served
    intake: Intake
    decode: Decode
    reading: Reading
    classes: Classes
    decode_s: float = 0.0
    lock: threading.Lock = field(default_factory=threading.Lock)

    @functools.cached_property
    def pool(self) -> Pool:
        """With a request for every sample that a `Flow` may have begun."""
        return Pool(self.served, flow.cores() * (self.ahead + 1))

    @property
    def ahead(self) -> int:
        return max(1, self.served.requests // flow.cores())

    def answered(self, begun: Begun, fed: Fed) -> Answer:
        """Waits for a request of the pool, and gives it back."""
        answer = self.answer(self.pool.outputs(begun), fed)
        self.pool.give_back(begun)
        return answer

    def answer(self, outputs: Mapping[str, NDArray[Any]], fed: Fed) -> Answer:
        """Decoded; nothing in it lies in the memory of the outputs, which the next sample will use."""
        started = time.thread_time()
        answer = intake.finished(detached(self.decode(outputs, fed.geometry), outputs), fed, self.reading)
        with self.lock:
            self.decode_s += time.thread_time() - started
        return answer


@dataclass
class Prepared:
    """A sample on its way. `feds`: of the model, and of the parent where there is one."""

    truth: Truth
    feds: list[Fed]


@dataclass
class Judged:
    """What the judge needs, and what was written for looking at it."""

    truth: Truth
    answer: Answer
    shown: dict[str, Any]
    annotated: dict[str, Any]


def run(parameters: Mapping[str, Any], work: Path, emit: Emitter) -> dict[str, Any]:
    """Judge a model on a dataset.

    `parameters`: model, dataset, device, reading, and optionally precision, layouts, shapes, subset {count, seed},
    without {count, seed} (left out), reference_model and reference_reading: then the answers of that model stand in for
    the annotations.
    Writes samples.jsonl, classes.jsonl, drawn.jsonl, drawn.offsets, tables.json and files/ into `out/`.
    Raises EngineError `reading_invalid`, `output_not_found`, `decoding_mismatch`, `dataset_unreadable`, `no_samples`,
    and those of `feeding.open_model` and `inference_failed`.
    """
    emit.stage(STAGES[0], 1, len(STAGES))
    reading: Reading = parameters["reading"]
    task = str(reading["task"])
    serving = registry.serving(reading)
    dataset = samples.read(work / str(parameters.get("dataset") or "inputs/dataset"))
    against = bool(parameters.get("reference_model"))
    check_dataset(dataset, task, against)
    classes = class_map.make(reading, dataset.labels, dataset.label_ids)
    numbers, pairs = chosen_samples(dataset, task, parameters)
    import openvino as ov

    core = ov.Core()
    emit.stage(STAGES[1], 2, len(STAGES))
    speakers = [open_speaker(core, work, parameters, reading, dataset, classes)]
    if against:
        given: Reading = parameters.get("reference_reading") or reading
        parent = of_reference(parameters)
        of_parent = class_map.make(given, dataset.labels, dataset.label_ids)
        speakers.append(open_speaker(core, work, parent, given, dataset, of_parent))
    classes = speakers[0].classes
    facts = Facts(
        labels=classes.labels,
        label_ids=dataset.label_ids,
        pairs=pairs,
        model_classes=classes.map.names or None,
        count=len(numbers),
        background=bool(reading["classes"]["background"]) if against else dataset.background,
    )
    judge = serving.judge(reading, facts)
    emit.stage(STAGES[2], 3, len(STAGES))
    process = _Process(dataset, reading, speakers, judge, Names(classes.labels, classes.map.names), work / "out", emit)
    spent = process.run(numbers)
    emit.stage(STAGES[3], 4, len(STAGES))
    started = time.thread_time()
    summary = judge.finish()
    finish_core_s = time.thread_time() - started
    process.finish(summary)
    notes = [*classes.notes, *process.notes(), *summary.notes]
    served = speakers[0].served
    result = {
        "samples": process.judged,
        "metrics": summary.metrics,
        "primary": summary.primary,
        "columns": [vars(column) for column in judge.columns],
        "effective_precision": served.effective_precision,
        "device": served.device,
        "elapsed_s": spent["elapsed_s"],
        "samples_per_s": process.judged / spent["elapsed_s"],
        "inference": served.facts(),
        "limits": {**spent, "finish_core_s": finish_core_s, "cores": flow.cores()},
        "notes": notes,
        "model_classes": list(classes.map.names) or None,
    }
    if process.class_judge is not None:
        result["class_columns"] = [vars(column) for column in process.class_judge.class_columns]
    return result


def of_reference(parameters: Mapping[str, Any]) -> dict[str, Any]:
    """The parameters of the model that another one is held against. The layouts of its inputs may be others: where the
    preprocessing was folded into the other."""
    layouts = parameters.get("reference_layouts")
    return {
        **parameters,
        "model": parameters["reference_model"],
        "layouts": parameters.get("layouts") if layouts is None else layouts,
    }


def check_dataset(dataset: Dataset, task: str, against_parent: bool) -> None:
    """Whether it has what the task is judged by. Raises EngineError `dataset_unreadable`, `no_samples`."""
    if dataset.count == 0:
        raise no_samples("The dataset has no samples.")
    if against_parent:
        return
    if task == "semantic_segmentation":
        dataset.check_masks()
    if task in _WITH_LABELS and not dataset.labels:
        raise EngineError(
            "dataset_unreadable",
            "The dataset has no annotations to judge by.",
            "Choose an annotated dataset, or compare with the predictions of the parent model.",
        )


def no_samples(why: str) -> EngineError:
    return EngineError("no_samples", why, "Choose another dataset or subset, or import the dataset again.")


def chosen_samples(
    dataset: Dataset, task: str, parameters: Mapping[str, Any]
) -> tuple[list[int], list[samples.Pair] | None]:
    """The samples that are judged, by the parameters subset and without; of faces those of the pairs, each once.

    Raises EngineError `no_samples` where nothing is left.
    """
    subset, without = parameters.get("subset"), parameters.get("without")
    if task == "face_recognition" and dataset.pairs:
        pairs, numbers = samples.chosen_pairs(dataset.pairs, subset)
        return numbers, pairs
    numbers = samples.chosen(dataset, subset, without)
    if not numbers:
        raise no_samples("The samples that are left out are all that there are.")
    return numbers, dataset.pairs


def open_speaker(
    core: Any,
    work: Path,
    parameters: Mapping[str, Any],
    reading: Reading,
    dataset: Dataset | None,
    classes: Classes,
    hint: str = "throughput",
    model: ov.Model | None = None,
) -> Speaker:
    """Compile a model, of `parameters` where none is given, and make its decoder. The errors of `run`."""
    xml = work / str(parameters.get("model") or "inputs/model.xml")
    served = feeding.open_model(core, xml if model is None else model, parameters, reading, hint=hint)
    if not classes.labels:
        classes = class_map.unnamed(reading, served.ports)
    decode = registry.serving(reading).decoder(reading, served.ports, classes.map)
    return Speaker(served, Intake(served, reading, dataset), decode, reading, classes)


def detached(answer: Answer, outputs: Mapping[str, NDArray[Any]]) -> Answer:
    """Arrays of the answer that lie in the memory of `outputs` become copies."""
    import numpy as np

    for name, value in vars(answer).items():
        if isinstance(value, np.ndarray) and any(np.may_share_memory(value, values) for values in outputs.values()):
            setattr(answer, name, value.copy())
    return answer


class _Process:
    """The way of the samples through decoding threads, infer requests and the judge."""

    def __init__(
        self,
        dataset: Dataset,
        reading: Reading,
        speakers: Sequence[Speaker],
        judge: Judge,
        names: Names,
        out: Path,
        emit: Emitter,
    ) -> None:
        self._dataset, self._reading, self._speakers = dataset, reading, list(speakers)
        self._judge, self._names, self._emit = judge, names, emit
        self._task = str(reading["task"])
        self._against_parent = len(self._speakers) > 1
        self.class_judge = cast(ClassJudge, judge) if hasattr(judge, "class_rows") else None
        self._object_judge = cast(ObjectJudge, judge) if hasattr(judge, "met") else None
        self.files = ReportFiles(out, classes=self.class_judge is not None)
        self.judged = 0
        self._unreadable: list[str] = []
        self._total = 0
        self._judge_s = 0.0

    def run(self, numbers: Sequence[int]) -> dict[str, float]:
        """Judge these samples; returns what it cost in seconds."""
        import cv2

        cv2.setNumThreads(1)
        self._total = len(numbers)
        threads, ahead = flow.cores(), self._speakers[0].ahead
        way = flow.Flow(
            self._prepare, self._start, self._finish, self._take,
            threads=threads,
            ahead=ahead,
            under_way=threads * (ahead + 1) + _AHEAD,
        )  # fmt: skip
        started, busy = time.perf_counter(), time.process_time()
        way.run(self._dataset.records(numbers))
        elapsed, used = time.perf_counter() - started, time.process_time() - busy
        if not self.judged:
            raise no_samples(f"None of the {len(numbers)} samples can be read.")
        decode_s = sum(speaker.decode_s for speaker in self._speakers)
        python = way.spent.prepare_s + way.spent.take_s + decode_s
        count = self.judged
        return {
            "elapsed_s": max(elapsed, 1e-9),
            "prepare_core_s": way.spent.prepare_s / count,
            "decode_core_s": decode_s / count,
            "judge_core_s": self._judge_s / count,
            "write_core_s": (way.spent.take_s - self._judge_s) / count,
            # What is left of the process's time belongs to the device, on a CPU at least.
            "infer_core_s": max(0.0, used - python) / count,
        }

    def _prepare(self, record: Mapping[str, Any]) -> Prepared | None:
        image = images.decode(self._dataset.path(str(record["file"])))
        if image is None:
            return None
        truth = truths.of_sample(self._dataset, record, image, self._task, annotated=not self._against_parent)
        return Prepared(truth, [speaker.intake(image, record) for speaker in self._speakers])

    def _start(self, prepared: Prepared) -> tuple[Prepared, list[Begun]]:
        return prepared, [
            speaker.pool.start(fed.feeds) for speaker, fed in zip(self._speakers, prepared.feds, strict=True)
        ]

    def _finish(self, running: tuple[Prepared, list[Begun]]) -> Judged:
        prepared, begun = running
        answers = [
            speaker.answered(one, fed) for speaker, one, fed in zip(self._speakers, begun, prepared.feds, strict=True)
        ]
        return self._judged(prepared, answers)

    def _judged(self, prepared: Prepared, answers: Sequence[Answer]) -> Judged:
        """With its masks and pictures written: that takes long, and many threads come here."""
        truth, fed = prepared.truth, prepared.feds[0]
        answer = answers[0]
        stem = f"{truth.number:06d}"
        shown = drawing.save(answer.mask, intake.picture_to_show(answer, fed), self.files.files, stem)
        annotated: dict[str, Any] = {}
        if self._against_parent:
            truth = truths.of_answer(truth, answers[1], self._reading)
            picture = intake.picture_to_show(answers[1], prepared.feds[1])
            annotated = drawing.save(answers[1].mask, picture, self.files.files, f"{stem}-parent")
        elif truth.mask is not None:
            source = self._dataset.path(str(truth.record["mask"]))
            annotated = {"mask": drawing.keep(source, self.files.files, f"masks/{stem}-annotated")}
        elif truth.picture is not None and truth.record.get("target"):
            source = self._dataset.path(str(truth.record["target"]))
            annotated = {"picture": drawing.keep(source, self.files.files, f"pictures/{stem}-annotated")}
        return Judged(truth, answer, shown, annotated)

    def _take(self, position: int, record: Mapping[str, Any], found: Judged | None) -> None:
        if found is None:
            self._unreadable.append(str(record.get("source") or record["file"]))
        else:
            started = time.thread_time()
            row = self._judge.add(found.truth, found.answer)
            matches = self._judge.matches()
            self._judge_s += time.thread_time() - started
            self.judged += 1
            if row is not None:
                self._write(row, found, matches)
        self._emit.progress(position + 1, self._total, "samples")

    def _write(self, row: Mapping[str, Any], found: Judged, matches: Sequence[bool] | None) -> None:
        self.files.row(row)
        if self.class_judge is not None:
            for class_row in self.class_judge.class_rows():
                self.files.class_row(class_row)
        met = self._object_judge.met() if self._object_judge is not None else None
        annotation = drawing.of_truth(found.truth, self._names, met)
        if found.annotated:
            annotation = (annotation or {}) | found.annotated
        self.files.draw(annotation, drawing.of_answer(found.answer, self._names, matches) | found.shown)

    def finish(self, summary: Summary) -> None:
        """Rows that only the end could make, and the tables."""
        for row in summary.late_rows or ():
            self.files.row(row)
            self.files.draw(None, {"similarity": row.get("similarity")})
        self.files.finish(summary.tables)

    def notes(self) -> list[str]:
        found = []
        if self._unreadable:
            shown = ", ".join(f"'{name[:100]}'" for name in self._unreadable[:5])
            more = len(self._unreadable) - 5
            found.append(
                f"Pictures that cannot be decoded, left out: {len(self._unreadable)} ({shown}"
                + (f" and {more} more)." if more > 0 else ").")
            )
        for speaker in self._speakers:
            found += [*speaker.served.notes, *speaker.intake.sentences()]
        return list(dict.fromkeys(found))

"""Accuracy of real models on real data through a real server; prints Markdown tables.

    python -m tests.acceptance.real_models --models FOLDER --datasets FOLDER --accuracy

Each model is imported, put into a project of precision f32 and reported on. A column tells which fields of its reading
were guessed otherwise than its makers say; those are set before the report. Models without annotated data are tried on
pictures, and INT8 and FP16 versions are compared with what they were made from.
"""

from collections.abc import Mapping
from itertools import combinations
from pathlib import Path
from statistics import mean
from typing import Any

import numpy as np

from tests.acceptance import real_material
from tests.acceptance.real_cases import CASES, PAIRS, Case, Pair
from tests.integration.stack import Stack
from tests.server import runtime_of
from workbench.client import Client
from workbench.db.tables import Model
from workbench.settings import Settings

DETECTOR = "object_detection/face-detection-retail-0004-ir/FP32/face-detection-retail-0004.xml"
LANDMARKS = "facial_landmarks/landmarks-regression-retail-0009-ir/FP32/landmarks-regression-retail-0009.xml"
VECTORS = "face_recognition/face-reidentification-retail-0095-ir/{}/face-reidentification-retail-0095.xml"
CIFAR = "classification/cifar10-resnet-tflite/pretrainedResnet{}.tflite"


class Refused(Exception):
    """What the user is told."""


class Trial:
    """Models and datasets of one installation, each imported once."""

    def __init__(self, stack: Stack, models: Path, datasets: Path, work: Path) -> None:
        self.stack, self.models, self.datasets, self.work = stack, models, datasets, work
        self.client = Client(f"http://127.0.0.1:{stack.port}")
        self.bicubic: dict[str, float] = {}
        self._known: dict[str, str] = {}

    def done(self, job: Mapping[str, Any]) -> dict[str, Any]:
        ended = self.stack.finished(job["id"], 1800)
        if ended["state"] != "succeeded":
            raise Refused(f"`{ended['error']['code']}`: {ended['error']['message']}")
        return ended

    def model(self, path: str, **wanted: Any) -> str:
        name = path.removesuffix(Path(path).suffix).replace("/", " ")[-90:]
        if name not in self._known:
            made = self.client.import_model([self.models / path], name=name, **wanted)
            self.done(made["job"])
            self._known[name] = made["model"]["id"]
        return self._known[name]

    def dataset(self, name: str) -> str:
        if name not in self._known:
            made = self.client.import_dataset([self._material(name)], name=name)
            self.done(made["job"])
            self._known[name] = made["dataset"]["id"]
        return self._known[name]

    def _material(self, name: str) -> Path:
        plain, folder = self.datasets / "unannotated_40.zip", self.work / name
        if name == "named_by_synset":
            return real_material.named_by_synset(plain, folder)
        if name.startswith("super_resolution_x"):
            path, self.bicubic[name] = real_material.super_resolution(plain, folder, int(name[-1]))
            return path
        if name == "faces":
            self.faces()
            return folder
        return self.datasets / f"{name}.zip"

    def faces(self) -> list[Path]:
        folder = self.work / "faces"
        if folder.exists():
            return sorted(folder.iterdir())
        coco = self.datasets / "coco_val2017_subset.zip"
        return real_material.faces(self.models / DETECTOR, coco, folder)

    def project(self, model: str, dataset: str) -> str:
        made = self.client.create_project(model, dataset, baseline=False, precision="f32")
        found: str = made["project"]["id"]
        return found

    def report(self, project: str, **wanted: Any) -> dict[str, Any]:
        ended = self.done(self.client.accuracy.start(project, **wanted)["job"])
        return self.client.accuracy.report(ended["result"]["report_id"])

    def correct(self, project: str, truth: Mapping[str, Any]) -> list[str]:
        """Sets what was not guessed as `truth` has it; returns those fields and what was guessed."""
        told = self.client.accuracy.reading(project)
        reading: dict[str, Any] = told["reading"]
        wrong: list[str] = []
        for field, value in truth.items():
            part, _, name = field.partition(".")
            if reading[part].get(name) != value:
                wrong.append(f"{field} {reading[part].get(name)!r}")
                reading[part][name] = value
        if wrong:
            self.client.accuracy.set_reading(project, reading=reading)
        return [*wrong, *told["missing"]]

    def predict(self, model: str, pictures: list[Path]) -> dict[str, Any]:
        made = self.client.accuracy.predict(pictures, model=model)
        self.done(made["job"])
        result: dict[str, Any] = self.client.accuracy.prediction(made["prediction"]["id"])["result"]["prediction"]
        return result


def report_row(trial: Trial, case: Case) -> str:
    name = case.model.rpartition("/")[2]
    try:
        project = trial.project(trial.model(case.model, **case.imported), trial.dataset(case.dataset))
        wrong = trial.correct(project, case.truth)
        report = trial.report(project)
    except Refused as refused:
        return f"| {name} | {case.dataset} | refused | {refused} | | | |"
    expected = case.expected.format(bicubic=trial.bicubic.get(case.dataset, 0))
    guess = "not: " + ", ".join(wrong) if wrong else "yes"
    speed = f"{report['samples_per_s']:.1f} | {report['elapsed_s']:.1f}"
    figures = " / ".join(_figure(report, metric) for metric in case.metrics)
    return f"| {name} | {case.dataset}, {report['samples']} | {figures} | {expected} | {guess} | {speed} |"


def digits_row(trial: Trial) -> str:
    """The project that every installation can make of itself."""
    made = trial.done(trial.stack.post("/system/sample", {"duration_s": 0.2})["job"])["result"]
    trial.done({"id": made["job_id"]})
    project = made["project_id"]
    told = trial.client.accuracy.reading(project)
    report = trial.report(project)
    figures = _figure(report, "accuracy@top1")
    speed = f"{report['samples_per_s']:.1f} | {report['elapsed_s']:.1f}"
    guess = ", ".join(told["missing"]) or "yes"
    return f"| the sample project | digits, {report['samples']} | {figures} | 0.97 or more | {guess} | {speed} |"


def _figure(report: Mapping[str, Any], name: str) -> str:
    found = report["metrics"].get(name)
    if found is None:
        return f"no {name}"
    ends = found["ci95"]
    return f"{name} {found['value']:.4f}" + (f" [{ends[0]:.3f}, {ends[1]:.3f}]" if ends else "")


def pair_row(trial: Trial, pair: Pair) -> str:
    name = pair.child.split("/")[-1].removesuffix(".xml") + " " + pair.child.split("/")[-2]
    try:
        parent, child, dataset = trial.model(pair.parent), trial.model(pair.child), trial.dataset(pair.dataset)
        # As an optimisation makes it; models that are imported have no parent.
        with runtime_of(Settings(data_dir=trial.stack.data_dir)) as runtime, runtime.db.write() as session:
            session.get_one(Model, child).parent_id = parent
        trial.correct(trial.project(parent, dataset), pair.truth)
        project = trial.project(child, dataset)
        trial.correct(project, pair.truth)
        tensors = trial.report(project, kind="tensor_distance")
        answers = trial.report(project, kind="parent_predictions") if pair.metrics else None
    except Refused as refused:
        return f"| {name} | {pair.dataset} | refused: {refused} | | |"
    apart = " / ".join(_figure(tensors, metric) for metric in tensors["metrics"])
    same = " / ".join(_figure(answers, metric) for metric in pair.metrics) if answers else "—"
    return f"| {name} | {pair.dataset}, {tensors['samples']} | {apart} | {same} | {tensors['elapsed_s']:.1f} |"


def face_rows(trial: Trial) -> list[str]:
    """The same face in two pictures against different faces; landmarks in their places."""
    faces = trial.faces()
    rows = []
    for kind in ("FP16", "FP16-INT8"):
        model = trial.model(VECTORS.format(kind))
        again = [real_material.seen_again(face, trial.work / f"again-{face.name}") for face in faces]
        same = [_likeness(trial, model, pair) for pair in zip(faces, again, strict=True)]
        other = [_likeness(trial, model, pair) for pair in list(combinations(faces, 2))[::6]]
        verdict = "apart" if min(same) > max(other) else "they overlap"
        rows.append(
            f"| face-reidentification-retail-0095 {kind} | {len(same)} same faces: {min(same):.2f} to {max(same):.2f} "
            f"(mean {mean(same):.2f}), {len(other)} different: {min(other):.2f} to {max(other):.2f} "
            f"(mean {mean(other):.2f}): {verdict} |"
        )
    model, right = trial.model(LANDMARKS), 0
    for face in faces:
        points = np.array(trial.predict(model, [face])["points"])
        # Eyes above the nose, the nose above the mouth, right of left: coarse, what is no face may pass, too.
        heights = points[:, 1]
        right += int(max(heights[:2]) < heights[2] < min(heights[3:]) and points[0, 0] < points[1, 0])
    rows.append(f"| landmarks-regression-retail-0009 FP32 | eyes, nose and mouth in order on {right} of {len(faces)} |")
    return rows


def _likeness(trial: Trial, model: str, pair: tuple[Path, Path]) -> float:
    return float(trial.predict(model, list(pair))["similarity"])


def cifar_row(trial: Trial) -> str:
    """The quantised versions answer as the one of floats does."""
    pictures = sorted((trial.work / "named_by_synset").glob("*.JPEG"))[::2]
    first = {}
    for version in ("", "_quant", "_large_float"):
        model = trial.model(CIFAR.format(version))
        found = [trial.predict(model, [picture])["classes"][0]["label"] for picture in pictures]
        first[version] = found
    same = [sum(a == b for a, b in zip(first[""], first[v], strict=True)) for v in ("_quant", "_large_float")]
    return f"| cifar10 ResNet | of {len(pictures)}, INT8 answers as float on {same[0]}, the larger one on {same[1]} |"


def tables(stack: Stack, models: Path, datasets: Path, work: Path) -> None:
    trial = Trial(stack, models, datasets, work)
    print("| model | dataset, samples | accuracy | expected | guessed right | samples/s | s |")
    print("|---|---|---|---|---|---|---|")
    for case in CASES:
        print(report_row(trial, case), flush=True)
    print(digits_row(trial), flush=True)
    print("\n| version | dataset, samples | distance of tensors | against the parent's answers | s |")
    print("|---|---|---|---|---|")
    for pair in PAIRS:
        print(pair_row(trial, pair), flush=True)
    print("\n| model | tried on pictures |\n|---|---|")
    for row in [*face_rows(trial), cifar_row(trial)]:
        print(row, flush=True)

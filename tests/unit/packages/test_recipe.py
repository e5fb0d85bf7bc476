"""Recipes are run, and come to what the engine's own operations come to; names of users never become code."""

import io
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any, cast

import numpy as np
import openvino as ov
import pytest
from openvino import opset13 as ops

from tests.unit.datasets.test_adopting import written
from workbench.accuracy.reading_schemas import Reading, for_engine
from workbench.db.tables import Dataset, Model, Project, Report
from workbench.engine import accuracy, compress_weights, folding
from workbench.engine.protocol import Emitter
from workbench.packages import recipe_facts, recipe_text
from workbench.packages.recipe_facts import Facts
from workbench.runtime import Runtime

ROOT = Path(__file__).parents[3]
SIDE = (16, 24)


def convolution(folder: Path, channels: int, *, pooled: bool, inner: int = 3) -> Path:
    """An IR of a seeded convolution: scores of each pixel [1, channels, 16, 24], or of the whole picture."""
    rng = np.random.default_rng(3)
    data = ops.parameter([1, inner, *SIDE], np.float32, name="input")
    data.output(0).set_names({"input"})
    weights = ops.constant(rng.normal(0, 0.3, (channels, inner, 3, 3)).astype(np.float32))
    found = ops.convolution(data, weights, [1, 1], [1, 1], [1, 1], [1, 1])
    if pooled:
        found = ops.softmax(ops.reduce_mean(found, ops.constant([2, 3]), False), 1)
    found.output(0).set_names({"scores"})
    folder.mkdir(parents=True, exist_ok=True)
    ov.save_model(ov.Model([found], [data], "small"), folder / "model.xml", compress_to_fp16=False)
    return folder


def rows_of_boxes(folder: Path, before: int) -> Path:
    """Boxes about the middle of the picture that depend on it: [1, before + 3, 40] of v8, [1, 40, before + 3] of v5."""
    rng = np.random.default_rng(4)
    data = ops.parameter([1, 3, *SIDE], np.float32, name="input")
    data.output(0).set_names({"input"})
    boxes = rng.uniform(2, 9, (1, 40, 4)).astype(np.float32)
    rest = rng.uniform(0.2, 1, (1, 40, before - 1)).astype(np.float32)
    light = ops.divide(ops.reduce_mean(data, ops.constant([1, 2, 3]), False), ops.constant(np.float32(255)))
    rows = ops.constant(np.concatenate([boxes, rest], axis=2)[:, :, : before + 3])
    found = ops.multiply(
        rows, ops.add(ops.constant(np.float32(0.9)), ops.multiply(light, ops.constant(np.float32(0.2))))
    )
    found = ops.transpose(found, ops.constant([0, 2, 1])) if before == 4 else found
    found.output(0).set_names({"output0"})
    folder.mkdir(parents=True, exist_ok=True)
    ov.save_model(ov.Model([found], [data], "boxes"), folder / "model.xml", compress_to_fp16=False)
    return folder


def model_row(inner: int = 3) -> Model:
    inputs = [{"name": "input", "names": ["input"], "shape": [1, inner, *SIDE], "layout": "NCHW"}]
    return Model(name="small", inputs=inputs, preprocessing=None, conversion={}, framework="openvino")


def facts_of(plan: dict[str, Any], judged: str | None) -> Facts:
    kinds = {step["kind"] for step in plan["models"]}
    rest: dict[str, Any] = dict.fromkeys(("project", "chain", "dataset", "report", "run"))
    return Facts(plan=plan, kinds=kinds, judged=judged, **rest)


def import_step(**more: Any) -> dict[str, Any]:
    return {
        "kind": "import", "name": "small", "sha256": "0", "content": "0", "parent": None, "main": "model.xml",
        "kept": True, "inputs": [], "outputs": [], "compress_to_fp16": False, "friendly_name": None,
    } | more  # fmt: skip


def plan_of(*models: dict[str, Any], accuracy: Any = None) -> dict[str, Any]:
    return {
        "project": "small on pictures", "openvino": ov.__version__, "models": list(models) or [import_step()],
        "dataset": {"name": "pictures", "count": 3, "format": "coco"}, "accuracy": accuracy, "benchmark": None,
    }  # fmt: skip


def run(folder: Path, facts: Facts, *arguments: str) -> dict[str, Any]:
    """The script, in a process of its own and away from the workbench."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "recipe.py").write_text(recipe_text.script(facts))
    words = [*arguments, "--out", "made", "--result", "result.json"]
    done = subprocess.run(
        [sys.executable, "recipe.py", *words],
        cwd=folder,
        env={"PATH": os.environ["PATH"], "HOME": str(folder)},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    # Where OpenVINO keeps what it may send: nothing was asked, and nothing sent.
    assert not (folder / "intel").exists()
    found: dict[str, Any] = json.loads((folder / "result.json").read_text())
    return found


# Rows of YOLO v8: boxes anywhere, with scores that are neither all high nor all low.
READINGS = {
    "detection": {"task": "object_detection", "decoding": {"family": "yolo_rows", "version": "v8"}},
    "detection, letterboxed": {
        "task": "object_detection",
        "decoding": {"family": "yolo_rows", "version": "v5", "nms_iou": 0.3},
        "preprocessing": {"resize": "letterbox"},
    },
    "top-k": {"task": "classification", "decoding": {"family": "classification"}, "metrics": {"top_k": [1, 2]}},
    "top-k with a background, letterboxed": {
        "task": "classification",
        "decoding": {"family": "classification", "activation": "softmax"},
        "classes": {"background": True},
        "preprocessing": {"resize": "letterbox", "mean": [10, 20, 30], "scale": [50, 60, 70], "color": "BGR"},
    },
    "top-k by name, cropped": {
        "task": "classification",
        "decoding": {"family": "classification", "output": "scores"},
        "classes": {"label_set": ["C", "x", "a", "b"], "match_by": "name"},
        "preprocessing": {"resize": "crop", "crop_fraction": 0.8, "interpolation": "area", "mean": [9.5], "scale": [3]},
    },
    "segmentation": {"task": "semantic_segmentation", "decoding": {"family": "per_pixel"}},
    "segmentation, fitted": {
        "task": "semantic_segmentation",
        "decoding": {"family": "per_pixel"},
        "classes": {"background": True},
        "metrics": {"include_background": False},
        "preprocessing": {"resize": "fit", "pad_value": 7, "scale": [255]},
    },
}


@pytest.mark.parametrize("name", READINGS)
def test_the_figures_of_the_engine(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    reading = for_engine(Reading.model_validate(READINGS[name]))
    pooled = reading["task"] == "classification"
    detector = reading["task"] == "object_detection"
    dataset = written(tmp_path / "of")
    work = tmp_path / "work"
    count = len(reading["classes"]["label_set"]) if isinstance(reading["classes"]["label_set"], list) else 3
    if detector:
        source = rows_of_boxes(work / "inputs", 4 if reading["decoding"]["version"] == "v8" else 5)
    else:
        source = convolution(work / "inputs", count + reading["classes"]["background"], pooled=pooled)
    (work / "inputs" / "dataset").symlink_to(dataset)
    (work / "out").mkdir()
    parameters = {"model": "inputs/model.xml", "device": "CPU", "precision": "f32", "reading": reading}
    told = accuracy.run({**parameters, "dataset": "inputs/dataset"}, work, Emitter(io.StringIO()))
    assert told["metrics"]
    report = Report(
        kind="annotations", samples=told["samples"], result={**told, "reading": reading, "precision": "f32"}
    )
    monkeypatch.setattr("workbench.datasets.service.folder", lambda runtime, row: dataset)
    runtime, row = cast(Runtime, None), Project(device="CPU")
    how, judged = recipe_facts._accuracy(runtime, report, model_row(), Dataset(), row, [])
    assert how is not None
    found = run(
        tmp_path / "recipe", facts_of(plan_of(accuracy=how), judged), "--source", str(source), "--dataset", str(dataset)
    )
    metrics = found["accuracy"]["metrics"]
    assert metrics
    assert found["accuracy"]["samples"] == told["samples"]
    for metric, figure in metrics.items():
        assert figure["value"] == pytest.approx(told["metrics"][metric]["value"], abs=1e-12), metric


def test_outputs_where_the_decoder_is_the_workbench_s(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    dataset = written(tmp_path / "of")
    source = convolution(tmp_path / "source", 3, pooled=True)
    reading = for_engine(Reading.model_validate({"task": "style_transfer", "decoding": {"family": "style_transfer"}}))
    monkeypatch.setattr("workbench.datasets.service.folder", lambda runtime, row: dataset)
    report = Report(kind="annotations", samples=3, result={"metrics": {}, "reading": reading})
    warnings: list[str] = []
    runtime, row = cast(Runtime, None), Project(device="CPU")
    how, judged = recipe_facts._accuracy(runtime, report, model_row(), Dataset(), row, warnings)
    assert (judged, len(warnings)) == ("statistics", 1)
    found = run(
        tmp_path / "recipe", facts_of(plan_of(accuracy=how), judged), "--source", str(source), "--dataset", str(dataset)
    )
    # Probabilities of three classes: a third on average.
    assert found["accuracy"]["outputs"]["0"]["mean"] == pytest.approx(1 / 3, abs=1e-6)


FOLDED = {"color": "BGR", "resize": "stretch", "mean": [1, 2, 3], "scale": [4, 5, 6], "crop_fraction": 1.0,
          "pad_value": 114, "interpolation": "linear"}  # fmt: skip


@pytest.mark.parametrize("resize", [False, True])
def test_a_folded_model(tmp_path: Path, resize: bool) -> None:
    work = tmp_path / "work"
    source = convolution(work / "inputs", 3, pooled=True)
    (work / "out").mkdir()
    folding.run({"preprocessing": FOLDED, "resize": resize}, work, Emitter(io.StringIO()))
    step = {
        "kind": "fold", "name": "folded", "sha256": "0", "parent": 0, "preprocessing": FOLDED, "resize": resize,
        "place": recipe_facts.place_of(model_row(), None), "content": _content(work / "out" / "model.xml"),
    }  # fmt: skip
    found = run(tmp_path / "recipe", facts_of(plan_of(import_step(), step), None), "--source", str(source))
    assert [one["alike"] for one in found["models"]] == [False, True]


@pytest.mark.parametrize("mode", ["fp16", "int8_sym", "int8_asym"])
def test_a_model_with_smaller_weights(tmp_path: Path, mode: str) -> None:
    work = tmp_path / "work"
    source = convolution(work / "inputs", 64, pooled=True)
    (work / "out").mkdir()
    compress_weights.run({"mode": mode}, work, Emitter(io.StringIO()))
    version = {"resolved": {"mode": mode}, "method": "fp16" if mode == "fp16" else "int8 weights"}
    step = recipe_facts._version(model_row(), Model(name="smaller"), version, Dataset(), [])
    step |= {"name": "smaller", "sha256": "0", "parent": 0, "content": _content(work / "out" / "model.xml")}
    found = run(tmp_path / "recipe", facts_of(plan_of(import_step(), step), None), "--source", str(source))
    assert [one["alike"] for one in found["models"]] == [False, True]


def _content(xml: Path) -> str:
    import hashlib
    import re

    data = re.sub(rb' name="[^"]*"', b"", xml.read_bytes()) + xml.with_suffix(".bin").read_bytes()
    return hashlib.sha256(data).hexdigest()


HOSTILE = '"""\nimport os\nos.system("touch owned")\n# %% \\" \' {plan} \u202e\x07\ud800'


def test_names_never_become_code(tmp_path: Path) -> None:
    """Whatever a name says, it comes out of the script as it went in."""
    plan = plan_of(import_step(name=HOSTILE, main=HOSTILE), accuracy=None)
    plan["project"] = plan["dataset"]["name"] = HOSTILE
    facts = facts_of(plan, None)
    space: dict[str, Any] = {}
    for cell in recipe_text.cells(facts, "ARGUMENTS = None"):
        if cell.title == "The project":
            exec(cell.code, space)  # noqa: S102
        else:
            assert "touch owned" not in cell.title + cell.told + cell.code
    assert space["PLAN"] == plan
    assert "\x07" not in recipe_text.script(facts)
    assert "\u202e" not in recipe_text.script(facts)
    for cell in json.loads(recipe_text.notebook(facts))["cells"]:
        if cell["cell_type"] == "code":
            compile("".join(cell["source"]), cell["id"], "exec")


EVERY_STEP = [
    import_step(),
    {"kind": "fold"} | {"name": "a"},
    {"kind": "quantize"} | {"name": "b"},
    {"kind": "compress"} | {"name": "c"},
]


@pytest.mark.parametrize("judged", [None, "classification", "segmentation", "detection", "statistics"])
@pytest.mark.parametrize("models", [EVERY_STEP[:1], EVERY_STEP])
def test_every_name_in_a_script_is_defined(tmp_path: Path, judged: str | None, models: list[dict[str, Any]]) -> None:
    plan = plan_of(*models, accuracy={"reading": {"decoding": {"family": "ssd"}}} if judged else None)
    plan["benchmark"] = {}
    path = tmp_path / "recipe.py"
    path.write_text(recipe_text.script(facts_of(plan, judged)))
    ruff = [sys.executable, "-m", "ruff", "check", "--isolated", "--select", "F821,F811,E9", str(path)]
    done = subprocess.run(ruff, capture_output=True, text=True, check=False, cwd=ROOT)
    assert done.returncode == 0, done.stdout

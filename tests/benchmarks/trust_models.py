"""The models that the gate is tried on: the sample network as the product makes it, a copy, and slower ones.

Everything is made by the operations that the workbench's own jobs run, each in a process of its own.
"""

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from onnx import helper, numpy_helper

from workbench.engine.quiet import environment

ROOT = Path(__file__).resolve().parents[2]
# Where the slower network branches off: the last activation of the sample network, 128 channels of 16 × 16.
JOINT, CHANNELS, SIDE = "stage3_relu_out", 128, 16
# Widths of the extra branch, in channels: from hardly any work to about a tenth of the network's.
WIDTHS = (4, 8, 12, 16, 20, 24, 32, 40, 48, 56, 64, 80, 96)


class EngineFailed(RuntimeError):
    """An operation that ended without a result."""


def operate(
    kind: str,
    parameters: Mapping[str, Any],
    inputs: Mapping[str, Path],
    out: Path | None = None,
    module: str = "engine",
) -> dict[str, Any]:
    """One operation, as a worker runs it; its result. What it wrote to `out/` goes to the folder `out`."""
    with tempfile.TemporaryDirectory(prefix="trust-") as folder:
        work = Path(folder)
        for name, path in inputs.items():
            place = work / "inputs" / name
            place.parent.mkdir(parents=True, exist_ok=True)
            place.symlink_to(path.absolute())
        (work / "operation.json").write_text(json.dumps({"kind": kind, "parameters": dict(parameters)}))
        with (work / "stderr.txt").open("wb") as errors:
            process = subprocess.Popen(
                [sys.executable, "-P", "-m", f"workbench.{module}", "run", "operation.json"],
                cwd=work,
                env=os.environ | environment() | {"PYTHONPATH": str(ROOT)},
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=errors,
            )
            assert process.stdout is not None
            events = [json.loads(line) for line in process.stdout]
            process.wait()
        last: dict[str, Any] = events[-1] if events else {}
        if last.get("event") != "result":
            raise EngineFailed(f"{kind}: {last}\n{(work / 'stderr.txt').read_text()[-3000:]}")
        if out is not None:
            shutil.copytree(work / "out", out, dirs_exist_ok=True)
    result: dict[str, Any] = last["result"]
    return result


def sample(folder: Path) -> Path:
    """The sample model as ONNX (`digits.onnx`), with its dataset (`digits.zip`) beside it."""
    path = folder / "digits.onnx"
    if not path.is_file():
        operate("make_sample", {}, {}, folder, module="sample.process")
    return path


def slower(source: Path, width: int, target: Path) -> tuple[Path, float]:
    """The network with real work added: a 3×3 convolution to `width` channels, a ReLU, a 1×1 convolution back, and the
    sum with what they came from. Returns the file and the part that its FLOP add."""
    model = onnx.load(source)
    graph = model.graph
    rng = np.random.default_rng(width)
    weights = {
        "extra_narrow": rng.normal(0, (2 / (9 * CHANNELS)) ** 0.5, (width, CHANNELS, 3, 3)),
        "extra_wide": rng.normal(0, (2 / width) ** 0.5, (CHANNELS, width, 1, 1)),
    }
    graph.initializer.extend(numpy_helper.from_array(value.astype(np.float32), name) for name, value in weights.items())
    place = 1 + next(number for number, node in enumerate(graph.node) if JOINT in node.output)
    for node in graph.node[place:]:
        for number, name in enumerate(node.input):
            if name == JOINT:
                node.input[number] = "extra_out"
    added = [
        helper.make_node("Conv", [JOINT, "extra_narrow"], ["extra_a"], "extra_conv", kernel_shape=[3, 3], pads=[1] * 4),
        helper.make_node("Relu", ["extra_a"], ["extra_b"], "extra_relu"),
        helper.make_node("Conv", ["extra_b", "extra_wide"], ["extra_c"], "extra_back", kernel_shape=[1, 1]),
        helper.make_node("Add", ["extra_c", JOINT], ["extra_out"], "extra_sum"),
    ]
    for number, node in enumerate(added):
        graph.node.insert(place + number, node)
    onnx.checker.check_model(model)
    onnx.save(model, target)
    flop = 2.0 * SIDE**2 * CHANNELS * width * (9 + 1)
    return target, flop / 0.399941632e9


def converted(source: Path, folder: Path) -> Path:
    """The IR of a model, as an import makes it; the path of its .xml."""
    if not (folder / "model.xml").is_file():
        folder.mkdir(parents=True, exist_ok=True)
        operate("convert", {"files": [f"inputs/{source.name}"]}, {source.name: source}, folder)
    return folder / "model.xml"


def copied(xml: Path, folder: Path) -> Path:
    """A byte-identical copy of an IR."""
    folder.mkdir(parents=True, exist_ok=True)
    for suffix in (".xml", ".bin"):
        shutil.copyfile(xml.with_suffix(suffix), folder / f"model{suffix}")
    return folder / "model.xml"


def duel(baseline: Path, current: Path, *, max_slowdown: float, budget_s: float, seed: int) -> dict[str, Any]:
    """The operation of a check, as its job starts it."""
    inputs = {
        f"{side}/model{suffix}": xml.with_suffix(suffix)
        for side, xml in (("baseline", baseline), ("current", current))
        for suffix in (".xml", ".bin")
    }
    common = {"device": "CPU", "hint": "latency"}
    parameters = {
        "baseline": common | {"model": "inputs/baseline/model.xml"},
        "current": common | {"model": "inputs/current/model.xml"},
        "max_slowdown": max_slowdown,
        "budget_s": budget_s,
        "seed": seed,
    }
    return operate("duel", parameters, inputs)

"""Real topologies through the command line: each imports, benchmarks and shows its layers.

The light models ship inside the `onnx` package: whole architectures with constant weights. The small fixtures beside
them cover the other formats; `scripts/make_model_fixtures.py` tells how they were made.
"""

from pathlib import Path
from typing import Any

import onnx
import pytest

from tests.integration.stack import ROOT, Stack

pytestmark = pytest.mark.slow

LIGHT = sorted((Path(onnx.__file__).parent / "backend" / "test" / "data" / "light").glob("*.onnx"))
FIXTURES = ROOT / "tests" / "fixtures" / "models"
OTHERS: list[tuple[str, list[str]]] = [
    ("tensorflow", ["tf_saved_model"]),
    ("tensorflow", ["tiny_frozen.pb"]),
    ("tensorflow", ["tiny_frozen.pbtxt"]),
    (
        "tensorflow",
        ["tf_checkpoint/tiny.meta", "tf_checkpoint/tiny.index", "tf_checkpoint/tiny.data-00000-of-00001"],
    ),
    ("tflite", ["tiny.tflite"]),
    ("tflite", ["tiny_int8.tflite"]),
    ("paddle", ["paddle/tiny.pdmodel", "paddle/tiny.pdiparams"]),
]


def test_all_light_models_are_here() -> None:
    assert len(LIGHT) >= 9


def workbench(stack: Stack, *arguments: str) -> Any:
    """The document that a command prints, which must succeed."""
    code, document = stack.command(*arguments)
    assert code == 0, document
    return document


def walk(stack: Stack, dataset: dict[str, Any], files: list[Path], framework: str) -> dict[str, Any]:
    """Import, project, benchmark, layers; returns the model."""
    model: dict[str, Any] = workbench(stack, "model", "import", *map(str, files))["model"]
    assert (model["state"], model["framework"]) == ("ready", framework)
    create = ("project", "create", "--model", model["id"], "--dataset", dataset["id"], "--no-baseline")
    project = workbench(stack, *create)["project"]
    (run,) = workbench(stack, "benchmark", project["id"], "--streams", "1", "--iterations", "3")["runs"]
    assert run["throughput_fps"] > 0
    assert run["latency_ms"]["median"] > 0
    layers = workbench(stack, "run", "layers", run["id"])["layers"]
    executed = [layer for layer in layers if layer["status"] == "executed"]
    assert executed
    assert all(layer["time_us"] > 0 for layer in executed)
    assert any(layer["originals"] for layer in executed)
    return model


@pytest.mark.parametrize("file", LIGHT, ids=[file.stem for file in LIGHT])
def test_light_models(stack: Stack, dataset: dict[str, Any], file: Path) -> None:
    model = walk(stack, dataset, [file], "onnx")
    assert model["analysis"]["unknown_operations"] == []
    assert model["analysis"]["gflop"] > 0.1


@pytest.mark.parametrize(("framework", "names"), OTHERS, ids=[names[0] for _, names in OTHERS])
def test_other_formats(stack: Stack, dataset: dict[str, Any], framework: str, names: list[str]) -> None:
    walk(stack, dataset, [FIXTURES / name for name in names], framework)

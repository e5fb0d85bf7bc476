"""Small real models and datasets that tests make for themselves."""

import zipfile
from pathlib import Path

import cv2
import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper


def small_onnx(path: Path, side: int = 32, channels: int = 16, layers: int = 3, name: str = "small") -> Path:
    """A seeded stack of 3×3 convolutions with a classifier of 10 classes; input 1×3×side×side."""
    rng = np.random.default_rng(11)
    nodes, weights = [], []
    inner, previous = 3, "input"
    for number in range(layers):
        value = rng.normal(0, (2 / (9 * inner)) ** 0.5, (channels, inner, 3, 3)).astype(np.float32)
        weights.append(numpy_helper.from_array(value, f"w{number}"))
        nodes.append(helper.make_node("Conv", [previous, f"w{number}"], [f"c{number}"], f"conv{number}", pads=[1] * 4))
        nodes.append(helper.make_node("Relu", [f"c{number}"], [f"r{number}"], f"relu{number}"))
        inner, previous = channels, f"r{number}"
    nodes.append(helper.make_node("GlobalAveragePool", [previous], ["pooled"], "pool"))
    nodes.append(helper.make_node("Flatten", ["pooled"], ["flat"], "flatten"))
    head = rng.normal(0, 0.3, (channels, 10)).astype(np.float32)
    weights.append(numpy_helper.from_array(head, "head"))
    nodes.append(helper.make_node("MatMul", ["flat", "head"], ["logits"], "classifier"))
    nodes.append(helper.make_node("Softmax", ["logits"], ["output"], "softmax", axis=1))
    graph = helper.make_graph(
        nodes,
        name,
        [helper.make_tensor_value_info("input", TensorProto.FLOAT, [1, 3, side, side])],
        [helper.make_tensor_value_info("output", TensorProto.FLOAT, [1, 10])],
        weights,
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9)
    onnx.checker.check_model(model)
    onnx.save(model, path)
    return path


def pictures(folder: Path, count: int = 6, side: int = 40) -> Path:
    """Seeded PNG pictures without annotations."""
    folder.mkdir(parents=True, exist_ok=True)
    rng = np.random.default_rng(5)
    for number in range(count):
        picture = rng.integers(0, 255, (side, side + number, 3), dtype=np.uint8)
        cv2.imwrite(str(folder / f"{number:03}.png"), picture)
    return folder


def picture_zip(path: Path, count: int = 6) -> Path:
    """The same pictures as a zip archive with ImageNet-style labels."""
    folder = pictures(path.with_suffix(""), count)
    with zipfile.ZipFile(path, "w") as archive:
        for picture in sorted(folder.iterdir()):
            archive.write(picture, f"images/{picture.name}")
        lines = [f"{picture.name} {number % 3}" for number, picture in enumerate(sorted(folder.iterdir()))]
        archive.writestr("annotations.txt", "\n".join(lines) + "\n")
    return path

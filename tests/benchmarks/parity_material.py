"""Models and datasets whose answers are neither right nor wrong everywhere, for comparing two programs' metrics.

A classifier of the squares' colours, a detector of squares and a segmenter by colour, on seeded noisy pictures. Small,
and imperfect on purpose: where everything is right, two metrics agree however they are reckoned.
"""

import json
import zipfile
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

SIDE, CELL, STEP = 96, 24, 12
COLORS = np.array([[200, 60, 60], [60, 60, 200], [60, 190, 60]], np.float32)
NAMES = ["red", "blue", "green"]


@dataclass(frozen=True)
class Scene:
    """A picture (RGB), its squares as [x, y, width, height] with their classes, and a mask: 0 ground, k class k - 1."""

    image: NDArray[np.uint8]
    boxes: list[tuple[int, int, int, int]]
    labels: list[int]
    mask: NDArray[np.uint8]


def scenes(count: int, seed: int = 3) -> list[Scene]:
    rng = np.random.default_rng(seed)
    found = []
    for _ in range(count):
        image = np.full((SIDE, SIDE, 3), 110, np.float32)
        mask = np.zeros((SIDE, SIDE), np.uint8)
        boxes, labels = [], []
        for _ in range(int(rng.integers(1, 4))):
            width, height = (int(value) for value in rng.integers(18, 34, 2))
            x, y = int(rng.integers(0, SIDE - width)), int(rng.integers(0, SIDE - height))
            label = int(rng.integers(0, len(COLORS)))
            image[y : y + height, x : x + width] = COLORS[label]
            mask[y : y + height, x : x + width] = label + 1
            boxes.append((x, y, width, height))
            labels.append(label)
        image += rng.normal(0, 55, image.shape)
        found.append(Scene(np.clip(image, 0, 255).astype(np.uint8), boxes, labels, mask))
    return found


def _png(image: NDArray[np.uint8]) -> bytes:
    return bytes(cv2.imencode(".png", image[..., ::-1] if image.ndim == 3 else image)[1])


def detection_zip(path: Path, made: list[Scene]) -> Path:
    """COCO."""
    images: list[dict[str, object]] = []
    annotations: list[dict[str, object]] = []
    with zipfile.ZipFile(path, "w") as archive:
        for number, scene in enumerate(made):
            name = f"{number:04}.png"
            archive.writestr(f"val2017/{name}", _png(scene.image))
            images.append({"id": number + 1, "file_name": name, "width": SIDE, "height": SIDE})
            for box, label in zip(scene.boxes, scene.labels, strict=True):
                annotations.append(
                    {
                        "id": len(annotations) + 1,
                        "image_id": number + 1,
                        "category_id": label + 1,
                        "bbox": list(box),
                        "area": box[2] * box[3],
                        "iscrowd": 0,
                    }
                )
        categories = [{"id": index + 1, "name": name} for index, name in enumerate(NAMES)]
        document = {"info": {}, "licenses": [], "images": images, "annotations": annotations, "categories": categories}
        archive.writestr("annotations/instances_val2017.json", json.dumps(document))
    return path


def segmentation_zip(path: Path, made: list[Scene]) -> Path:
    """Common Semantic Segmentation, with the ground as a class."""
    colors = [[0, 0, 0], *COLORS.astype(int).tolist()]
    with zipfile.ZipFile(path, "w") as archive:
        for number, scene in enumerate(made):
            archive.writestr(f"Images/{number:04}.png", _png(scene.image))
            archive.writestr(f"Masks/{number:04}.png", _png(np.array(colors, np.uint8)[scene.mask]))
        meta = {
            "label_map": {str(index): name for index, name in enumerate(["ground", *NAMES])},
            "segmentation_colors": colors,
        }
        archive.writestr("dataset_meta.json", json.dumps(meta))
    return path


def classification_zip(path: Path, made: list[Scene]) -> Path:
    """ImageNet with a text file: the class of the first square."""
    with zipfile.ZipFile(path, "w") as archive:
        lines = []
        for number, scene in enumerate(made):
            archive.writestr(f"images/{number:04}.png", _png(scene.image))
            lines.append(f"{number:04}.png {scene.labels[0]}")
        archive.writestr("annotations.txt", "\n".join(lines) + "\n")
        archive.writestr("labels.txt", "\n".join(NAMES) + "\n")
    return path


def _save(path: Path, nodes: list[onnx.NodeProto], weights: dict[str, NDArray[np.generic]], shape: list[int]) -> Path:
    graph = helper.make_graph(
        nodes,
        path.stem,
        [helper.make_tensor_value_info("image", TensorProto.FLOAT, [1, 3, SIDE, SIDE])],
        [helper.make_tensor_value_info("answer", TensorProto.FLOAT, shape)],
        [numpy_helper.from_array(value, name) for name, value in weights.items()],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9)
    onnx.checker.check_model(model)
    onnx.save(model, path)
    return path


def _likeness(colors: NDArray[np.float32]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Weights and bias of a 1×1 convolution: −|pixel − colour|² but for |pixel|², which is the same for all."""
    weight, bias = 2 * colors / 255**2, -(colors**2).sum(1) / 255**2
    return weight[:, :, None, None].astype(np.float32), bias.astype(np.float32)


def segmenter(path: Path) -> Path:
    """Scores [1, 4, 96, 96] of each pixel's likeness to the ground and the three colours, after a 3×3 mean."""
    weight, bias = _likeness(np.vstack([np.full((1, 3), 110, np.float32), COLORS]))
    nodes = [
        helper.make_node("AveragePool", ["image"], ["mean"], kernel_shape=[3, 3], pads=[1] * 4, count_include_pad=0),
        helper.make_node("Conv", ["mean", "weight", "bias"], ["answer"]),
    ]
    return _save(path, nodes, {"weight": weight.astype(np.float32), "bias": bias}, [1, 4, SIDE, SIDE])


def classifier(path: Path) -> Path:
    """Scores [1, 3]: likeness of the best cell to each colour."""
    weight, bias = _likeness(COLORS)
    nodes = [
        helper.make_node("AveragePool", ["image"], ["mean"], kernel_shape=[CELL] * 2, strides=[STEP] * 2),
        helper.make_node("Conv", ["mean", "weight", "bias"], ["like"]),
        helper.make_node("GlobalMaxPool", ["like"], ["best"]),
        helper.make_node("Flatten", ["best"], ["flat"]),
        helper.make_node("Softmax", ["flat"], ["answer"], axis=1),
    ]
    return _save(path, nodes, {"weight": weight.astype(np.float32), "bias": bias}, [1, 3])


def detector(path: Path) -> Path:
    """Rows [1, 1, n, 7] of a DetectionOutput: a box for each cell and colour, its score the likeness of the cell."""
    count = (SIDE - CELL) // STEP + 1
    anchors = [
        (x * STEP / SIDE, y * STEP / SIDE, (x * STEP + CELL) / SIDE, (y * STEP + CELL) / SIDE)
        for y in range(count)
        for x in range(count)
    ]
    rows = len(anchors) * len(COLORS)
    labels = np.repeat(np.arange(len(COLORS)), len(anchors)).astype(np.float32)
    weight, bias = _likeness(COLORS)
    # Distance from the ground makes the score: a cell of bare ground has about none.
    ground = np.full((1, 3), 110, np.float32)
    ground_weight, ground_bias = _likeness(ground)
    weights: dict[str, NDArray[np.generic]] = {
        # Through a sigmoid and uncut, so that hardly any two scores are equal: how ties are ordered is nobody's rule.
        "weight": ((weight - ground_weight) * 4).astype(np.float32),
        "bias": ((bias - ground_bias) * 4).astype(np.float32),
        "shape": np.array([1, 1, rows, 1], np.int64),
        "front": np.stack([np.zeros(rows, np.float32), labels], 1).reshape(1, 1, rows, 2),
        "boxes": np.tile(np.array(anchors, np.float32), (len(COLORS), 1)).reshape(1, 1, rows, 4),
    }
    nodes = [
        helper.make_node("AveragePool", ["image"], ["mean"], kernel_shape=[CELL] * 2, strides=[STEP] * 2),
        helper.make_node("Conv", ["mean", "weight", "bias"], ["like"]),
        helper.make_node("Sigmoid", ["like"], ["share"]),
        helper.make_node("Reshape", ["share", "shape"], ["scores"]),
        helper.make_node("Concat", ["front", "scores", "boxes"], ["answer"], axis=3),
    ]
    return _save(path, nodes, weights, [1, 1, rows, 7])

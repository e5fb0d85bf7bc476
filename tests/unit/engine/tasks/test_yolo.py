"""YOLO with anchors: the numbers a network must say for known boxes, by inverting the papers' equations."""

from typing import Any

import numpy as np
import pytest

from tests.unit.engine.tasks.detectors import (
    centred,
    class_map,
    expect,
    in_input,
    letterbox,
    logit,
    ports,
    reading,
    stretched,
)
from workbench.engine.protocol import EngineError
from workbench.engine.tasks import detection, yolo
from workbench.engine.tasks.task import ClassMap

BOXES = np.array([[10, 20, 60, 90], [100, 30, 180, 110], [5, 5, 25, 35]], dtype=np.float64)
CLASSES, STRENGTHS, SHARES = [1, 0, 2], [0.9, 0.8, 0.7], [0.95, 0.9, 0.85]
SCORES = [0.9 * 0.95, 0.8 * 0.9, 0.7 * 0.85]
GEOMETRIES = [letterbox(200, 120, 416), stretched(200, 120, 416, 416), stretched(200, 120, 320, 192)]
NO = -15.0  # sigmoid of it is 3e-7


def grid(
    geometry: Any, stride: int, anchors: Any, numbers: list[int], *, scale: float = 1.0, classes: int = 3,
    softmax: bool = False, cells: bool = False, activated: bool = False,
) -> np.ndarray:  # fmt: skip
    """[H, W, anchors, 5 + classes] with the boxes of these numbers at their cells, each at anchor number % n."""
    rows, columns = geometry.input_height // stride, geometry.input_width // stride
    made = np.full((rows, columns, len(anchors), 5 + classes), 0.0 if activated else NO)
    for number in numbers:
        x, y, width, height = centred(in_input(BOXES, geometry))[number]
        column, row, at = int(x // stride), int(y // stride), number % len(anchors)
        # b = scale · σ(t) − (scale − 1) / 2 + cell, size = anchor · exp(t)
        inner = np.array([x / stride - column, y / stride - row])
        squashed = (inner + (scale - 1) / 2) / scale
        cell = made[row, column, at]
        unit = stride if cells else 1
        cell[2:4] = np.log([width / (anchors[at][0] * unit), height / (anchors[at][1] * unit)])
        if softmax:
            others = np.full(classes, (1 - SHARES[number]) / (classes - 1))
            others[CLASSES[number]] = SHARES[number]
            cell[5:] = others if activated else np.log(others) + 1.5
        else:
            cell[5 + CLASSES[number]] = SHARES[number] if activated else logit(SHARES[number])
        cell[:2] = squashed if activated else logit(squashed)
        cell[4] = STRENGTHS[number] if activated else logit(STRENGTHS[number])
    return made


def formed(cells: np.ndarray, layout: str) -> np.ndarray:
    rows, columns, anchors, values = cells.shape
    channels_first = cells.transpose(2, 3, 0, 1).reshape(1, anchors * values, rows, columns)
    if layout == "NCHW":
        return channels_first
    if layout == "flat":
        return channels_first.reshape(1, -1)
    if layout == "apart":
        return cells[None]
    if layout == "anchors first":
        return cells.transpose(2, 0, 1, 3)[None]
    return cells.reshape(1, rows, columns, anchors * values)


LAYOUTS = ["NCHW", "NHWC", "flat", "apart", "anchors first"]


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("geometry", GEOMETRIES)
@pytest.mark.parametrize("version", ["v3", "v4"])
def test_three_grids(layout: str, geometry: Any, version: str) -> None:
    """Outputs stand in the order of the network, coarsest first; anchors are the published ones."""
    anchors: Any = yolo.published_anchors(version, 3, 3)
    scales = (1.2, 1.1, 1.05) if version == "v4" else (1.0, 1.0, 1.0)
    outputs = {
        f"out{stride}": formed(
            grid(geometry, stride, anchors[3 * level : 3 * level + 3], [level], scale=scales[level]), layout
        )
        for level, stride in ((2, 32), (1, 16), (0, 8))
    }
    made = ports({name: array.shape for name, array in outputs.items()})
    decode = detection.decoder(reading(family="yolo_anchors", version=version), made, class_map(3))
    expect(decode(outputs, geometry), BOXES, CLASSES, SCORES, 0.05)


def test_anchors_are_the_published_ones() -> None:
    """yolov3.cfg: the coarsest grid of 13 × 13 cells has 116 × 90, 156 × 198, 373 × 326."""
    v3, v4 = yolo.published_anchors("v3", 3, 80), yolo.published_anchors("v4", 3, 80)
    tiny, v2 = yolo.published_anchors("v3", 2, 80), yolo.published_anchors("v2", 1, 80)
    assert v3 is not None
    assert v4 is not None
    assert tiny is not None
    assert v2 is not None
    assert tuple(v3[6:]) == ((116, 90), (156, 198), (373, 326))
    assert (v4[0], v4[8]) == ((12, 16), (459, 401))
    assert tuple(tiny) == ((23, 27), (37, 58), (81, 82), (81, 82), (135, 169), (344, 319))
    assert v2[0] == (0.57273, 0.677385)
    assert yolo.published_anchors("v2", 1, 20) != v2


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("activated", [True, False])
def test_tiny_after_region_yolo(layout: str, activated: bool) -> None:
    """RegionYolo applies the sigmoid to all but sizes, which stay logarithms."""
    geometry = GEOMETRIES[0]
    anchors: Any = yolo.published_anchors("v3", 2, 3)
    outputs = {
        "fine": formed(grid(geometry, 16, anchors[:3], [0, 1], activated=activated), layout),
        "coarse": formed(grid(geometry, 32, anchors[3:], [2], activated=activated), layout),
    }
    made = ports({name: array.shape for name, array in outputs.items()})
    decode = detection.decoder(reading(family="yolo_anchors", activated=activated), made, class_map(3))
    expect(decode(outputs, geometry), BOXES, CLASSES, SCORES, 0.05)


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("activated", [True, False])
def test_v2(layout: str, activated: bool) -> None:
    """Anchors are in cells, classes compete in a softmax; the other classes of the box come below the threshold."""
    geometry = GEOMETRIES[0]
    anchors = [(1.0, 1.5), (2.0, 2.0), (0.5, 0.6), (3.0, 1.0), (4.0, 4.0)]
    cells = grid(geometry, 32, anchors, [0, 1, 2], softmax=True, cells=True, activated=activated)
    outputs = {"out": formed(cells, layout)}
    wanted = reading(family="yolo_anchors", version="v2", anchors=anchors, activated=activated, score_threshold=0.2)
    decode = detection.decoder(wanted, ports({"out": outputs["out"].shape}), class_map(3))
    expect(decode(outputs, geometry), BOXES, CLASSES, SCORES, 0.05)


def test_v2_of_pascal_voc_without_names() -> None:
    """125 channels are 5 · (5 + 20): the anchors are those for Pascal VOC, though nobody told the classes."""
    geometry = GEOMETRIES[0]
    anchors: Any = yolo.published_anchors("v2", 1, 20)
    cells = grid(geometry, 32, anchors, [0, 1, 2], classes=20, softmax=True, cells=True)
    outputs = {"out": formed(cells, "NCHW")}
    wanted = reading(family="yolo_anchors", version="v2", score_threshold=0.2)
    decode = detection.decoder(wanted, ports({"out": (1, 125, 13, 13)}), ClassMap((0, 1, 2), ()))
    expect(decode(outputs, geometry), BOXES, CLASSES, SCORES, 0.05)


def test_named_outputs_and_own_anchors_keep_their_order() -> None:
    geometry = GEOMETRIES[2]
    anchors = [(40, 60), (70, 70), (20, 20), (90, 90)]
    outputs = {
        "a": formed(grid(geometry, 32, anchors[:2], [0]), "NCHW"),
        "b": formed(grid(geometry, 16, anchors[2:], [1, 2]), "NCHW"),
        "c": np.zeros((1, 5)),
    }
    made = ports({name: array.shape for name, array in outputs.items()})
    wanted = reading(family="yolo_anchors", outputs=["a", "b"], anchors=anchors)
    expect(detection.decoder(wanted, made, class_map(3))(outputs, geometry), BOXES, CLASSES, SCORES, 0.05)


def test_a_box_of_two_classes() -> None:
    """As darknet's validation: each class above the threshold has its box."""
    geometry = GEOMETRIES[0]
    anchors: Any = yolo.published_anchors("v3", 3, 3)
    cells = grid(geometry, 8, anchors[:3], [0])
    x, y, _, _ = centred(in_input(BOXES, geometry))[0]
    cells[int(y // 8), int(x // 8), 0, 5] = logit(0.5)
    outputs = {"8": formed(cells, "NCHW")}
    for stride in (16, 32):
        outputs[str(stride)] = formed(grid(geometry, stride, anchors[:3], []), "NCHW")
    made = ports({name: array.shape for name, array in outputs.items()})
    decode = detection.decoder(reading(family="yolo_anchors"), made, class_map(3))
    expect(decode(outputs, geometry), BOXES[[0, 0]], [1, 0], [0.9 * 0.95, 0.9 * 0.5], 0.05)


@pytest.mark.parametrize(
    ("options", "shapes", "code"),
    [
        ({"version": "v2"}, {"a": (1, 24, 4, 4), "b": (1, 24, 2, 2)}, "reading_invalid"),
        ({"anchors": [(1, 1)] * 5}, {"a": (1, 24, 4, 4), "b": (1, 24, 2, 2)}, "reading_invalid"),
        ({"scale_xy": [1.0]}, {"a": (1, 24, 4, 4), "b": (1, 24, 2, 2)}, "reading_invalid"),
        ({}, {"a": (1, 24, 4)}, "decoding_mismatch"),
        ({"outputs": ["z"]}, {"a": (1, 24, 4, 4)}, "output_not_found"),
    ],
)
def test_what_cannot_be_read(options: Any, shapes: Any, code: str) -> None:
    with pytest.raises(EngineError) as caught:
        detection.decoder(reading(family="yolo_anchors", **options), ports(shapes), class_map(3))
    assert caught.value.code == code


def test_channels_that_anchors_do_not_divide() -> None:
    shapes = {"a": (1, 25, 26, 26), "b": (1, 25, 13, 13)}
    decode = detection.decoder(reading(family="yolo_anchors"), ports(shapes), class_map(3))
    with pytest.raises(EngineError) as caught:
        decode({name: np.zeros(shape) for name, shape in shapes.items()}, GEOMETRIES[0])
    assert caught.value.code == "decoding_mismatch"
    assert "3·(5 + classes)" in caught.value.message
    assert "[1, 25, 26, 26]" in caught.value.message

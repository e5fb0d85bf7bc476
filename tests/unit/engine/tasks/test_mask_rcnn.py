"""Mask R-CNN: ellipses drawn into small masks come back as ellipses of the picture."""

from typing import Any

import numpy as np
import pytest
from pycocotools import mask as rle_codec

from tests.unit.engine.tasks.detectors import class_map, expect, in_input, letterbox, logit, ports, reading, stretched
from workbench.engine.protocol import EngineError
from workbench.engine.tasks import instance

BOXES = np.array([[10, 20, 60, 90], [100, 30, 180, 110], [5, 5, 25, 35]], dtype=np.float64)
CLASSES, SCORES = [1, 0, 2], [0.9, 0.6, 0.3]
GEOMETRIES = [letterbox(200, 120, 400), stretched(200, 120, 500, 400)]
SIDE = 28


def ellipse() -> np.ndarray:
    """[SIDE, SIDE] that falls from 1 in the middle to 0.5 at the ellipse that touches the box."""
    at = (np.arange(SIDE) + 0.5) / SIDE * 2 - 1
    distance = np.sqrt(at[:, None] ** 2 + at[None, :] ** 2)
    return np.clip(1 - distance / 2, 0.01, 0.99)


def drawn(box: np.ndarray, width: int = 200, height: int = 120) -> np.ndarray:
    x, y = np.meshgrid(np.arange(width) + 0.5, np.arange(height) + 0.5)
    left, top, right, bottom = box
    across, down = (x - (left + right) / 2) / (right - left) * 2, (y - (top + bottom) / 2) / (bottom - top) * 2
    return np.asarray(across**2 + down**2 < 1)


def same(rle: Any, box: np.ndarray) -> float:
    made = rle_codec.decode(rle).astype(bool)
    assert made.shape == (120, 200)
    expected = drawn(box)
    return float((made & expected).sum() / (made | expected).sum())


@pytest.mark.parametrize("geometry", GEOMETRIES)
@pytest.mark.parametrize("form", ["one", "classes", "with background", "flat", "batch"])
@pytest.mark.parametrize("activation", ["none", "sigmoid"])
def test_masks_of_boxes(geometry: Any, form: str, activation: str) -> None:
    small = logit(ellipse()) if activation == "sigmoid" else ellipse()
    channels = {"classes": 3, "with background": 4}.get(form, 1)
    masks = np.full((3, channels, SIDE, SIDE), -9.0)
    for number, own in enumerate(CLASSES):
        masks[number, 0 if channels == 1 else own + channels - 3] = small
    masks = masks[:, 0] if form == "flat" else masks[:, 0][None] if form == "batch" else masks
    outputs = {
        "masks": masks, "boxes": in_input(BOXES, geometry), "labels": np.array(CLASSES) + 1, "scores": np.array(SCORES),
    }  # fmt: skip
    made = ports({name: array.shape for name, array in outputs.items()}, {"labels": "i64"})
    wanted = reading("instance_segmentation", family="mask_rcnn", mask_activation=activation)
    answer = instance.decoder(wanted, made, class_map(3))(outputs, geometry)
    expect(answer, BOXES, CLASSES, SCORES)
    assert answer.masks is not None
    assert min(same(rle, box) for rle, box in zip(answer.masks, BOXES, strict=True)) > 0.96


def test_rows_of_seven_as_in_open_model_zoo() -> None:
    """reshape_do_2d and masks [n, 90, 15, 15]: a mask for each class, background not among them."""
    geometry = GEOMETRIES[1]
    table = np.zeros((5, 7))
    table[:3, 1], table[:3, 2] = np.array(CLASSES) + 1, SCORES
    table[:3, 3:] = in_input(BOXES, geometry) / [500, 400, 500, 400]
    table[3, 0] = -1
    masks = np.zeros((5, 3, SIDE, SIDE))
    for number, own in enumerate(CLASSES):
        masks[number, own] = ellipse()
    made = ports({"detections": (5, 7), "masks": (5, 3, SIDE, SIDE)})
    decode = instance.decoder(reading("instance_segmentation", family="mask_rcnn"), made, class_map(3))
    answer = decode({"detections": table, "masks": masks}, geometry)
    expect(answer, BOXES, CLASSES, SCORES)
    assert answer.masks is not None
    assert min(same(rle, box) for rle, box in zip(answer.masks, BOXES, strict=True)) > 0.96


def test_a_box_that_leaves_the_picture() -> None:
    """The mask is laid over the whole box, not over what the picture shows of it."""
    box = np.array([[-40.0, 20, 60, 160]])
    geometry = GEOMETRIES[1]
    outputs = {
        "boxes": in_input(box, geometry), "labels": np.array([1]), "scores": np.array([0.9]),
        "masks": ellipse()[None, None],
    }  # fmt: skip
    made = ports({name: array.shape for name, array in outputs.items()}, {"labels": "i64"})
    answer = instance.decoder(reading("instance_segmentation", family="mask_rcnn"), made, class_map(1))(
        outputs, geometry
    )
    assert answer.masks is not None
    assert answer.boxes is not None
    np.testing.assert_allclose(answer.boxes, [[0, 20, 60, 120]], atol=0.01)
    assert same(answer.masks[0], box[0]) > 0.96


def test_fewer_masks_than_boxes() -> None:
    outputs = {
        "boxes": in_input(BOXES, GEOMETRIES[0]), "labels": np.ones(3), "scores": np.array(SCORES),
        "masks": np.zeros((2, 1, 28, 28)),
    }  # fmt: skip
    made = ports({"boxes": (-1, 4), "labels": (-1,), "scores": (-1,), "masks": (-1, 1, 28, 28)})
    decode = instance.decoder(reading("instance_segmentation", family="mask_rcnn"), made, class_map(1))
    with pytest.raises(EngineError) as caught:
        decode(outputs, GEOMETRIES[0])
    assert caught.value.code == "decoding_mismatch"

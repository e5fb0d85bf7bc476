"""DETR and its deformable kin, from logits that are worked out for known shares."""

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
from workbench.engine.tasks import detection

BOXES = np.array([[10, 20, 60, 90], [100, 30, 180, 110], [5, 5, 25, 35]], dtype=np.float64)
CLASSES, SCORES = [1, 0, 2], [0.9, 0.6, 0.3]
GEOMETRIES = [letterbox(200, 120, 400), stretched(200, 120, 512, 256)]


def boxes_of(geometry: Any) -> np.ndarray:
    size = [geometry.input_width, geometry.input_height] * 2
    return np.asarray((centred(in_input(BOXES, geometry)) / size)[None])


@pytest.mark.parametrize("geometry", GEOMETRIES)
@pytest.mark.parametrize("background", [True, False])
def test_softmax_with_none_as_last(geometry: Any, background: bool) -> None:
    """A query whose class is 'none' still gives its strongest other class, if that reaches the threshold."""
    shares = np.full((3, 4 + background), 0.02)
    shares[np.arange(3), np.array(CLASSES) + background] = SCORES
    shares[:, -1] += 1 - shares.sum(axis=1)
    outputs = {"pred_boxes": boxes_of(geometry), "logits": np.log(shares)[None] - 4}
    made = ports({name: array.shape for name, array in outputs.items()})
    decode = detection.decoder(reading(family="detr", background=background), made, class_map(3))
    expect(decode(outputs, geometry), BOXES, CLASSES, SCORES)


@pytest.mark.parametrize("geometry", GEOMETRIES)
def test_sigmoid_without_none(geometry: Any) -> None:
    shares = np.full((3, 3), 1e-5)
    shares[np.arange(3), CLASSES] = SCORES
    shares[0, 2] = 0.5
    outputs = {"b": boxes_of(geometry), "a": logit(shares)[None]}
    made = ports({name: array.shape for name, array in outputs.items()})
    decode = detection.decoder(reading(family="detr", activation="sigmoid"), made, class_map(3))
    expect(decode(outputs, geometry), BOXES[[0, 1, 0, 2]], [1, 0, 2, 2], [0.9, 0.6, 0.5, 0.3])

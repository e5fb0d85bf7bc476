"""YOLO with masks: prototypes that are rectangles of the picture, mixed by known coefficients."""

from typing import Any

import numpy as np
import pytest
from pycocotools import mask as rle_codec

from tests.unit.engine.tasks.detectors import centred, class_map, expect, in_input, letterbox, ports, reading, stretched
from workbench.engine.tasks import instance

BOXES = np.array([[10, 20, 60, 90], [100, 30, 180, 110], [6, 4, 26, 34]], dtype=np.float64)
# What each prototype shows: the upper left quarter of the picture, and its left half.
SHOWN = np.array([[0, 0, 100, 60], [0, 0, 50, 120], [0, 0, 200, 30]], dtype=np.float64)
CLASSES, SCORES = [1, 0, 2], [0.9, 0.6, 0.3]
GEOMETRIES = [letterbox(200, 120, 640), letterbox(200, 120, 640, centred=False), stretched(200, 120, 640, 384)]


def prototypes(geometry: Any) -> np.ndarray:
    """[3, H/4, W/4]: 1 where the centre of the cell is in the shown rectangle, -1 elsewhere."""
    y, x = np.meshgrid(
        (np.arange(geometry.input_height // 4) + 0.5) * 4,
        (np.arange(geometry.input_width // 4) + 0.5) * 4,
        indexing="ij",
    )
    maps = []
    for left, top, right, bottom in in_input(SHOWN, geometry):
        inside = (x >= left) & (x < right) & (y >= top) & (y < bottom)
        maps.append(np.where(inside, 1.0, -1.0))
    return np.stack(maps)


@pytest.mark.parametrize("geometry", GEOMETRIES)
@pytest.mark.parametrize("version", ["v5", "v8"])
@pytest.mark.parametrize("last", [True, False])
def test_masks(geometry: Any, version: str, last: bool) -> None:
    """Box n uses prototype n alone: its mask is where box and rectangle meet."""
    objectness = version == "v5"
    rows = np.zeros((500, 4 + objectness + 3 + 3))
    rows[:, :4] = [600, 300, 1, 1]
    for number, box in enumerate(centred(in_input(BOXES, geometry))):
        rows[number, :4] = box
        if objectness:
            rows[number, 4] = 0.95
        rows[number, 4 + objectness + CLASSES[number]] = SCORES[number] / (0.95 if objectness else 1)
        rows[number, -3 + number] = 5.0
    maps = prototypes(geometry)[None]
    outputs = {
        "output0": rows[None] if objectness else rows.T[None],
        "output1": maps.transpose(0, 2, 3, 1) if last else maps,
    }
    made = ports({name: array.shape for name, array in outputs.items()})
    wanted = reading("instance_segmentation", family="yolo_seg", version=version)
    answer = instance.decoder(wanted, made, class_map(3))(outputs, geometry)
    expect(answer, BOXES, CLASSES, SCORES)
    assert answer.masks is not None
    for rle, box, shown in zip(answer.masks, BOXES, SHOWN, strict=True):
        expected = np.zeros((120, 200), dtype=bool)
        left, top = np.maximum(box[:2], shown[:2]).astype(int)
        right, bottom = np.minimum(box[2:], shown[2:]).astype(int)
        expected[top : max(top, bottom), left : max(left, right)] = True
        found = rle_codec.decode(rle).astype(bool)
        # A cell of the prototypes is 1.25 pixels of the picture.
        assert (found != expected).sum() <= 0.05 * expected.sum() + 2

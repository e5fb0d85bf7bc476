"""YOLO rows: v5, v8 to v11 and X, with rows that are written for known boxes."""

from typing import Any

import numpy as np
import pytest

from tests.unit.engine.tasks.detectors import (
    centred,
    class_map,
    expect,
    in_input,
    letterbox,
    ports,
    reading,
    stretched,
)
from workbench.engine.protocol import EngineError
from workbench.engine.tasks import detection

BOXES = np.array([[10, 20, 60, 90], [100, 30, 180, 110], [5, 5, 25, 35]], dtype=np.float64)
CLASSES, SCORES = [1, 0, 2], [0.9, 0.6, 0.3]
GEOMETRIES = [letterbox(200, 120, 320), letterbox(200, 120, 320, centred=False), stretched(200, 120, 320, 192)]


def cells(geometry: Any) -> int:
    return sum((geometry.input_width // stride) * (geometry.input_height // stride) for stride in (8, 16, 32))


def table(geometry: Any, objectness: bool, classes: int = 3) -> np.ndarray:
    """A row for each cell; the boxes stand in rows 7, 100 and the last."""
    rows = np.zeros((cells(geometry), 4 + objectness + classes))
    rows[:, :4] = [geometry.input_width - 1, geometry.input_height - 1, 1, 1]
    for at, box, own, score in zip((7, 100, -1), centred(in_input(BOXES, geometry)), CLASSES, SCORES, strict=True):
        rows[at, :4] = box
        if objectness:
            rows[at, 4] = 0.95
        rows[at, 4 + objectness + own] = score / 0.95 if objectness else score
    return rows


@pytest.mark.parametrize("geometry", GEOMETRIES)
@pytest.mark.parametrize("version", ["v5", "v8"])
@pytest.mark.parametrize("turned", [True, False])
def test_rows_and_columns(geometry: Any, version: str, turned: bool) -> None:
    array = table(geometry, version == "v5")[None]
    array = array.transpose(0, 2, 1) if turned else array
    decode = detection.decoder(
        reading(family="yolo_rows", version=version), ports({"output0": array.shape}), class_map(3)
    )
    expect(decode({"output0": array}, geometry), BOXES, CLASSES, SCORES)


@pytest.mark.parametrize("version", ["v5", "v8"])
def test_shares_of_exports_for_tensorflow_lite(version: str) -> None:
    geometry = GEOMETRIES[2]
    array = table(geometry, version == "v5")[None]
    array[..., :4] /= [320, 192, 320, 192]
    decode = detection.decoder(reading(family="yolo_rows", version=version), ports({"out": array.shape}), class_map(3))
    expect(decode({"out": array}, geometry), BOXES, CLASSES, SCORES)


def test_a_box_of_two_classes() -> None:
    """As Ultralytics' validation (multi_label): each class above the threshold has its box."""
    geometry = GEOMETRIES[0]
    array = table(geometry, False)[None].transpose(0, 2, 1).copy()
    array[0, 4 + 2, 7] = 0.5
    decode = detection.decoder(
        reading(family="yolo_rows", score_threshold=0.4), ports({"out": array.shape}), class_map(3)
    )
    expect(decode({"out": array}, geometry), BOXES[[0, 1, 0]], [1, 0, 2], [0.9, 0.6, 0.5])


@pytest.mark.parametrize("geometry", GEOMETRIES)
def test_rows_after_the_models_own_nms(geometry: Any) -> None:
    """v10: corners, score and class. Boxes that overlap stay: the model has decided."""
    array = np.zeros((1, 300, 6))
    array[0, :3, :4] = in_input(BOXES, geometry)
    array[0, :3, 4], array[0, :3, 5] = SCORES, CLASSES
    array[0, 3] = array[0, 0] + [0.5, 0.5, 0.5, 0.5, -0.7, 0]
    decode = detection.decoder(reading(family="yolo_rows"), ports({"out": array.shape}), class_map(3))
    answer = decode({"out": array}, geometry)
    assert answer.classes is not None
    assert answer.boxes is not None
    assert answer.classes.tolist() == [1, 0, 2, 1]
    np.testing.assert_allclose(answer.boxes[:3], BOXES, atol=0.01)


def test_two_classes_are_not_taken_for_that() -> None:
    geometry = GEOMETRIES[0]
    array = table(geometry, False, 2 + 1)[None, :, :6]
    decode = detection.decoder(reading(family="yolo_rows"), ports({"out": array.shape}), class_map(2))
    expect(decode({"out": array}, geometry), BOXES[:2], CLASSES[:2], SCORES[:2])


@pytest.mark.parametrize("geometry", GEOMETRIES)
def test_x_with_grid_and_stride(geometry: Any) -> None:
    """x = (t + cell) · stride, w = exp(t) · stride; one box a row, of its strongest class."""
    rows, at = [], 0
    for stride in (8, 16, 32):
        for y in range(geometry.input_height // stride):
            for x in range(geometry.input_width // stride):
                rows.append((stride, x, y))
    array = np.zeros((1, len(rows), 8))
    for number, at in enumerate((33, len(rows) - 5, len(rows) - 40)):
        stride, x, y = rows[at]
        cx, cy, width, height = centred(in_input(BOXES, geometry))[number]
        array[0, at, :4] = [cx / stride - x, cy / stride - y, np.log(width / stride), np.log(height / stride)]
        array[0, at, 4], array[0, at, 5 + CLASSES[number]] = 0.95, SCORES[number] / 0.95
        array[0, at, 5 + (CLASSES[number] + 1) % 3] = 0.1
    decode = detection.decoder(reading(family="yolo_rows", version="x"), ports({"out": array.shape}), class_map(3))
    expect(decode({"out": array}, geometry), BOXES, CLASSES, SCORES)
    with pytest.raises(EngineError) as caught:
        decode({"out": array[:, :-1]}, geometry)
    assert caught.value.code == "decoding_mismatch"
    assert f"{len(rows)} cells" in caught.value.message


def test_nms_is_on_by_default() -> None:
    geometry = GEOMETRIES[0]
    array = table(geometry, False)[None]
    array[0, 200] = array[0, 7]
    array[0, 200, 4:] *= 0.9
    for overlap, count in ((0.65, 3), (None, 4)):
        wanted = reading(family="yolo_rows", nms_iou=overlap)
        answer = detection.decoder(wanted, ports({"out": array.shape}), class_map(3))({"out": array}, geometry)
        assert answer.boxes is not None
        assert len(answer.boxes) == count


def test_what_cannot_be_rows() -> None:
    for shape in ((1, 1000), (1, 3, 8400), (2, 84, 8400)):
        with pytest.raises(EngineError) as caught:
            detection.decoder(reading(family="yolo_rows"), ports({"out": shape}), class_map(80))
        assert caught.value.code == "decoding_mismatch"
        assert "[1, 4 + classes, n]" in caught.value.message

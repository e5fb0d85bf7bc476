"""Faster R-CNN: boxes in pixels of the input, with labels and scores in different forms."""

from typing import Any

import numpy as np
import pytest

from tests.unit.engine.tasks.detectors import class_map, expect, in_input, letterbox, ports, reading
from workbench.engine.protocol import EngineError
from workbench.engine.tasks import detection

BOXES = np.array([[10, 20, 60, 90], [100, 30, 180, 110], [5, 5, 25, 35]], dtype=np.float64)
CLASSES, SCORES = [1, 0, 2], [0.9, 0.6, 0.3]
GEOMETRY = letterbox(200, 120, 400)
PIXELS = in_input(BOXES, GEOMETRY)


def test_three_outputs_as_torchvision_names_them() -> None:
    """Labels are whole numbers, which tells them from scores; the number of boxes is open."""
    outputs: dict[str, Any] = {"2": np.array(SCORES), "0": PIXELS, "1": np.array(CLASSES) + 1}
    made = ports({"2": (-1,), "0": (-1, 4), "1": (-1,)}, {"1": "i64"})
    decode = detection.decoder(reading(family="faster_rcnn"), made, class_map(3))
    expect(decode(outputs, GEOMETRY), BOXES, CLASSES, SCORES)


def test_scores_in_a_fifth_column() -> None:
    outputs = {"dets": np.concatenate([PIXELS, np.array(SCORES)[:, None]], axis=1)[None], "labels": np.array([CLASSES])}
    made = ports({"dets": (1, 3, 5), "labels": (1, 3)})
    decode = detection.decoder(reading(family="faster_rcnn", first_class=0), made, class_map(3))
    expect(decode(outputs, GEOMETRY), BOXES, CLASSES, SCORES)


def test_one_class_needs_no_labels() -> None:
    outputs = {"boxes": np.concatenate([PIXELS, np.array(SCORES)[:, None]], axis=1)}
    decode = detection.decoder(reading(family="faster_rcnn"), ports({"boxes": (-1, 5)}), class_map(1))
    expect(decode(outputs, GEOMETRY), BOXES, [0, 0, 0], SCORES)


def test_nothing_found() -> None:
    outputs = {"boxes": np.zeros((0, 4)), "labels": np.zeros(0), "scores": np.zeros(0)}
    made = ports({"boxes": (-1, 4), "labels": (-1,), "scores": (-1,)})
    expect(
        detection.decoder(reading(family="faster_rcnn"), made, class_map(3))(outputs, GEOMETRY),
        np.zeros((0, 4)),
        [],
        [],
    )


def test_another_number_of_labels_is_refused() -> None:
    made = ports({"boxes": (-1, 4), "labels": (-1,), "scores": (-1,)})
    decode = detection.decoder(reading(family="faster_rcnn"), made, class_map(3))
    with pytest.raises(EngineError) as caught:
        decode({"boxes": PIXELS, "labels": np.ones(2), "scores": np.array(SCORES)}, GEOMETRY)
    assert caught.value.code == "decoding_mismatch"
    assert "3 numbers" in caught.value.message

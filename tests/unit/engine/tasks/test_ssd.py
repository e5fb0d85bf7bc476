"""SSD and its kin: boxes that are known, written as each family defines them."""

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
from workbench.engine.tasks.ssd import generated_priors

BOXES = np.array([[10, 20, 60, 90], [100, 30, 180, 110], [5, 5, 25, 35]], dtype=np.float64)
CLASSES, SCORES = [1, 0, 2], [0.9, 0.6, 0.3]
GEOMETRIES = [stretched(200, 120, 300, 300), letterbox(200, 120, 320), letterbox(200, 120, 320, centred=False)]


def shares(geometry: Any) -> np.ndarray:
    return np.asarray(in_input(BOXES, geometry) / np.array([geometry.input_width, geometry.input_height] * 2))


@pytest.mark.parametrize("geometry", GEOMETRIES)
@pytest.mark.parametrize("background", [True, False])
def test_rows_of_seven(geometry: Any, background: bool) -> None:
    """A row of image -1 ends them; what stands behind it is left from earlier runs."""
    table = np.zeros((1, 1, 6, 7), dtype=np.float32)
    table[0, 0, :3, 1] = np.array(CLASSES) + background
    table[0, 0, :3, 2] = SCORES
    table[0, 0, :3, 3:] = shares(geometry)
    table[0, 0, 3] = [-1, 0, 0, 0, 0, 0, 0]
    table[0, 0, 4] = [0, 1, 0.9, 0.1, 0.1, 0.9, 0.9]
    made = ports({"out": (1, 1, 6, 7), "other": (1, 5)})
    decode = detection.decoder(reading(family="ssd", background=background), made, class_map(3))
    expect(decode({"out": table}, geometry), BOXES, CLASSES, SCORES)


@pytest.mark.parametrize("geometry", GEOMETRIES)
@pytest.mark.parametrize("form", ["corners", "center"])
@pytest.mark.parametrize("normalized", [True, False])
def test_boxes_and_scores(geometry: Any, form: str, normalized: bool) -> None:
    """As UltraFace gives them: corners as shares, scores with the background first."""
    boxes = shares(geometry) if normalized else in_input(BOXES, geometry)
    boxes = centred(boxes) if form == "center" else boxes
    scores = np.zeros((1, 3, 4), dtype=np.float32)
    scores[0, np.arange(3), np.array(CLASSES) + 1] = SCORES
    made = ports({"scores": (1, 3, 4), "boxes": (1, 3, 4)})
    wanted = reading(family="boxes_and_scores", background=True, boxes=form, normalized=normalized)
    decode = detection.decoder(wanted, made, class_map(3))
    answer = decode({"boxes": boxes[None].astype(np.float32), "scores": scores}, geometry)
    expect(answer, BOXES, CLASSES, SCORES)


def test_found_by_shape() -> None:
    """Where names say nothing, the number of columns tells scores from landmarks."""
    made = ports({"441": (1, 3, 10), "440": (1, 3, 2), "442": (1, 3, 4)})
    decode = detection.decoder(reading(family="boxes_and_scores", background=True), made, class_map(1))
    scores = np.array([[[0.2, 0.8], [0.9, 0.1], [0.4, 0.6]]], dtype=np.float32)
    geometry = GEOMETRIES[0]
    outputs = {"442": shares(geometry)[None], "440": scores, "441": np.zeros((1, 3, 10))}
    expect(decode(outputs, geometry), BOXES, [0, 0, 0], [0.8, 0.1, 0.6])


def test_softmax_is_applied_where_asked() -> None:
    made = ports({"boxes": (1, 3, 4), "scores": (1, 3, 3)})
    decode = detection.decoder(
        reading(family="boxes_and_scores", background=True, activation="softmax", score_threshold=0.5),
        made, class_map(2),
    )  # fmt: skip
    logits = np.log([[0.1, 0.7, 0.2], [0.2, 0.2, 0.6], [0.9, 0.05, 0.05]]) + 3
    outputs = {"boxes": shares(GEOMETRIES[0])[None], "scores": logits[None]}
    expect(decode(outputs, GEOMETRIES[0]), BOXES[:2], [0, 1], [0.7, 0.6])


def encoded(priors: np.ndarray, geometry: Any, variances: np.ndarray) -> np.ndarray:
    """SSD's equations 2 the other way round: what the network should say of the boxes for these priors."""
    goal = centred(in_input(BOXES, geometry))
    offsets = np.empty((len(goal), 4))
    offsets[:, :2] = (goal[:, :2] - priors[:, :2]) / priors[:, 2:] / variances[..., :2]
    offsets[:, 2:] = np.log(goal[:, 2:] / priors[:, 2:]) / variances[..., 2:]
    return offsets


@pytest.mark.parametrize("flat", [True, False])
def test_offsets_from_priors_of_an_output(flat: bool) -> None:
    """PriorBox: corners as shares in the first row, variances of each in the second."""
    geometry = GEOMETRIES[1]
    priors = np.array([[40, 60, 70, 80], [200, 100, 100, 120], [30, 90, 40, 30]], dtype=np.float64)
    corners = np.concatenate([priors[:, :2] - priors[:, 2:] / 2, priors[:, :2] + priors[:, 2:] / 2], axis=1) / 320
    own = np.array([[0.1, 0.1, 0.2, 0.2], [0.2, 0.2, 0.1, 0.1], [0.1, 0.2, 0.3, 0.4]])
    scores = np.zeros((3, 4))
    scores[np.arange(3), np.array(CLASSES) + 1] = SCORES
    offsets = encoded(priors, geometry, own)
    outputs: dict[str, Any] = {"priors": np.stack([corners.ravel(), own.ravel()])[None]}
    outputs["loc"] = offsets.reshape(1, 12) if flat else offsets[None]
    outputs["conf"] = scores.reshape(1, 12) if flat else scores[None]
    wanted = reading(
        family="boxes_and_scores", background=True, boxes="prior_offsets", priors_output="priors",
        boxes_output="loc", scores_output="conf",
    )  # fmt: skip
    decode = detection.decoder(wanted, ports({name: array.shape for name, array in outputs.items()}), class_map(3))
    expect(decode(outputs, geometry), BOXES, CLASSES, SCORES)


def test_offsets_from_priors_that_are_generated() -> None:
    geometry = GEOMETRIES[0]
    layers: list[Any] = [
        {"height": 1, "width": 1, "sizes": [(90, 80), (50, 50)]},
        {"height": 1, "width": 1, "sizes": [(30, 30)]},
    ]
    priors = np.array([[150, 150, 90, 80], [150, 150, 50, 50], [150, 150, 30, 30]], dtype=np.float64)
    offsets = encoded(priors, geometry, np.array([0.1, 0.1, 0.2, 0.2]))
    scores = np.zeros((1, 3, 3))
    scores[0, np.arange(3), CLASSES] = SCORES
    wanted = reading(family="boxes_and_scores", boxes="prior_offsets", priors=layers)
    decode = detection.decoder(wanted, ports({"boxes": (1, 3, 4), "scores": (1, 3, 3)}), class_map(3))
    expect(decode({"boxes": offsets[None], "scores": scores}, geometry), BOXES, CLASSES, SCORES)
    with pytest.raises(EngineError) as caught:
        decode({"boxes": offsets[None, :2], "scores": scores[:, :2]}, geometry)
    assert caught.value.code == "decoding_mismatch"


def test_order_of_generated_priors() -> None:
    """Row by row, in a row cell by cell, in a cell anchor by anchor; the step defaults to input / cells."""
    layer = {"height": 2, "width": 3, "sizes": [(10, 20), (7, 7)], "step": None, "offset": 0.5}
    made = generated_priors([layer], 300, 100)
    assert made.tolist()[:3] == [[50, 25, 10, 20], [50, 25, 7, 7], [150, 25, 10, 20]]
    assert made.tolist()[6] == [50, 75, 10, 20]
    assert generated_priors([{**layer, "step": 8, "offset": 0.0}], 300, 100)[-1].tolist() == [16, 8, 7, 7]


def test_priors_must_be_there() -> None:
    with pytest.raises(EngineError) as caught:
        detection.decoder(
            reading(family="boxes_and_scores", boxes="prior_offsets"),
            ports({"boxes": (1, 3, 4), "scores": (1, 3, 3)}), class_map(3),
        )  # fmt: skip
    assert caught.value.code == "reading_invalid"
    assert "decoding.priors" in caught.value.message


@pytest.mark.parametrize("geometry", GEOMETRIES)
def test_tensorflow_detection(geometry: Any) -> None:
    """Top comes before left; boxes before NMS and anchor numbers stand beside; the count cuts."""
    boxes = np.zeros((1, 5, 4), dtype=np.float32)
    boxes[0, :3] = shares(geometry)[:, [1, 0, 3, 2]]
    boxes[0, 3] = [0.1, 0.1, 0.9, 0.9]
    outputs = {
        "detection_anchor_indices": np.arange(5.0)[None],
        "detection_boxes": boxes,
        "detection_classes": np.array([[2, 1, 3, 1, 1]], dtype=np.float32),
        "detection_scores": np.array([[*SCORES, 0.9, 0.0]], dtype=np.float32),
        "num_detections": np.array([3.0], dtype=np.float32),
        "raw_detection_boxes": np.zeros((1, 50, 4)),
        "raw_detection_scores": np.zeros((1, 50, 4)),
    }
    made = ports({name: array.shape for name, array in outputs.items()})
    decode = detection.decoder(reading(family="tf_detection", count_output="num_detections"), made, class_map(3))
    expect(decode(outputs, geometry), BOXES, CLASSES, SCORES)


def test_tensorflow_lite_names_nothing() -> None:
    """Its post-processing gives boxes, classes, scores and count in this order; classes count from 0."""
    geometry = GEOMETRIES[0]
    outputs = {
        "PostProcess": shares(geometry)[None, :, [1, 0, 3, 2]],
        "PostProcess:1": np.array([CLASSES], dtype=np.float32),
        "PostProcess:2": np.array([SCORES], dtype=np.float32),
        "PostProcess:3": np.array([3.0]),
    }
    made = ports({name: array.shape for name, array in outputs.items()})
    decode = detection.decoder(reading(family="tf_detection", first_class=0), made, class_map(3))
    expect(decode(outputs, geometry), BOXES, CLASSES, SCORES)

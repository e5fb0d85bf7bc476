"""What all detectors end in: boxes with scores and classes become the answer about a picture."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from workbench.engine.tasks import nms
from workbench.engine.tasks.task import Answer, ClassMap, Geometry

# So many candidates are looked at by NMS; the strongest. Ultralytics' figure.
_MAX_CANDIDATES = 30_000


@dataclass(frozen=True)
class Candidates:
    """Boxes [n, 4] left, top, right, bottom in pixels of the input, their scores, the model's classes (background not
    counted), and the row of the output that each came from."""

    boxes: NDArray[np.float32]
    scores: NDArray[np.float32]
    classes: NDArray[np.int64]
    rows: NDArray[np.intp]


def from_centers(boxes: NDArray[np.float32]) -> NDArray[np.float32]:
    """[n, 4] centre x, centre y, width, height → left, top, right, bottom."""
    half = boxes[:, 2:4] / 2
    return np.concatenate([boxes[:, :2] - half, boxes[:, :2] + half], axis=1)


def to_pixels(boxes: NDArray[np.float32], geometry: Geometry) -> NDArray[np.float32]:
    """[n, 4] shares of the input, x and y in turn → its pixels."""
    with np.errstate(all="ignore"):
        return np.asarray(boxes * np.array([geometry.input_width, geometry.input_height] * 2, dtype=np.float32))


def sigmoid(values: NDArray[np.float32]) -> NDArray[np.float32]:
    # Of large negative numbers exp overflows to infinity, and 1 / infinity is the 0 that is meant.
    return np.asarray(1 / (1 + np.exp(-values)), dtype=np.float32)


def softmax(values: NDArray[np.float32]) -> NDArray[np.float32]:
    """Along the last axis."""
    powers = np.exp(values - values.max(axis=-1, keepdims=True))
    return np.asarray(powers / powers.sum(axis=-1, keepdims=True), dtype=np.float32)


def activate(values: NDArray[np.float32], how: str) -> NDArray[np.float32]:
    if how == "none":
        return values
    return softmax(values) if how == "softmax" else sigmoid(values)


def one_per_class(boxes: NDArray[np.float32], scores: NDArray[np.float32], threshold: float) -> Candidates:
    """A candidate for each class of a row whose score reaches the threshold; `scores` is [n, classes]."""
    rows, classes = np.nonzero(scores >= threshold)
    values = scores[rows, classes]
    if len(values) > _MAX_CANDIDATES:
        # In their order, so that equal scores keep it.
        strongest = np.sort(np.argpartition(-values, _MAX_CANDIDATES)[:_MAX_CANDIDATES])
        rows, classes, values = rows[strongest], classes[strongest], values[strongest]
    return Candidates(boxes[rows], values, classes.astype(np.int64), rows)


def one_per_row(boxes: NDArray[np.float32], scores: NDArray[np.float32], threshold: float) -> Candidates:
    """A candidate for each row, of its strongest class, where that reaches the threshold."""
    classes = scores.argmax(axis=1) if scores.size else np.zeros(len(scores), dtype=np.int64)
    best = scores[np.arange(len(scores)), classes] if scores.size else np.zeros(len(scores), dtype=np.float32)
    rows = np.flatnonzero(best >= threshold)
    return Candidates(boxes[rows], best[rows], classes[rows].astype(np.int64), rows)


def settle(
    found: Candidates, decoding: Mapping[str, Any], classes: ClassMap, geometry: Geometry, *, suppress: bool = True
) -> tuple[Answer, NDArray[np.intp]]:
    """The answer that remains after threshold, NMS and the limit of detections, and the row of each of its boxes.

    What is no box of the picture goes: not finite, empty, outside of it, or of no class (negative).
    """
    with np.errstate(all="ignore"):
        inside = geometry.boxes_to_picture(found.boxes)
    good = np.isfinite(found.boxes).all(axis=1) & np.isfinite(found.scores) & (found.classes >= 0)
    good &= (found.scores >= decoding["score_threshold"]) & (inside[:, 2:] > inside[:, :2]).all(axis=1)
    order = np.flatnonzero(good)
    order = order[np.argsort(-found.scores[order], kind="stable")][:_MAX_CANDIDATES]
    limit: int = decoding["max_detections"]
    if suppress and decoding["nms_iou"] is not None:
        groups = None if decoding["nms_across_classes"] else found.classes[order]
        with np.errstate(all="ignore"):
            order = order[nms.keep(found.boxes[order], groups, decoding["nms_iou"], limit)]
    order = order[:limit]
    own = found.classes[order]
    answer = Answer(
        boxes=inside[order],
        box_scores=found.scores[order].astype(np.float32),
        labels=np.array([classes.label(int(number)) for number in own], dtype=np.int64),
        classes=own,
    )
    return answer, found.rows[order]

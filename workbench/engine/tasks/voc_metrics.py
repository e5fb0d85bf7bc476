"""Pascal VOC's mean average precision, and what is counted above one score: precision, recall, F1, curves.

Overlap is intersection over union of continuous corners, without "+ 1": a dataset's boxes already end behind their last
pixel (xmax - xmin + 1 wide, as in VOC's development kit). Accuracy Checker's `map` is the same with
`include_boundaries: False`, but for two things: it leaves classes out of the mean that have no prediction, and takes
those in, as 0, that have no annotation. Here, as in VOC and COCO, all annotated classes count and no others.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from workbench.engine.tasks.detection_store import OfClass
from workbench.engine.tasks.matching import IGNORED, RIGHT, WRONG
from workbench.engine.tasks.precision_recall import Floats, average_precision

# Where Store.truth_counts has the annotations that count for Pascal VOC.
_VOC = 4
_MOST_POINTS = 200


def precisions(one: OfClass, kind: str, weights: Floats) -> Floats:
    """Average precision [resamples] of a class; `weights` [resamples, pictures]. NaN where nothing is annotated."""
    positives = weights[:, one.truth_pictures] @ one.truth_counts[:, _VOC].astype(np.float64)
    right = one.states == RIGHT
    end = int(np.flatnonzero(right)[-1]) + 1 if right.any() else 0
    own = weights[:, one.pictures[:end]]
    total = np.cumsum(own * (one.states[:end] != IGNORED), axis=1)
    return average_precision(right[:end], total, own, positives, kind)


def resampled(classes: Iterable[OfClass], kind: str, weights: Floats) -> NDArray[np.float64]:
    """Mean average precision of each resample, over the classes that it has annotations of; NaN where it has none."""
    tables = [precisions(one, kind, weights) for one in classes if one.annotated[_VOC]]
    if not tables:
        return np.full(len(weights), np.nan)
    stacked = np.stack(tables)
    present = np.isfinite(stacked)
    with np.errstate(all="ignore"):
        return np.asarray(np.where(present, stacked, 0).sum(axis=0) / present.sum(axis=0))


def counted(one: OfClass, score: float) -> dict[str, int]:
    """Annotations, and boxes with at least that score: right and wrong ones."""
    above = one.states[one.scores >= score]
    return {
        "annotated": int(one.annotated[_VOC]),
        "right": int((above == RIGHT).sum()),
        "wrong": int((above == WRONG).sum()),
    }


def rates(annotated: int, right: int, wrong: int) -> dict[str, float | None]:
    """Precision, recall and F1; None where they are not defined."""
    return {
        "precision": right / (right + wrong) if right + wrong else None,
        "recall": right / annotated if annotated else None,
        "f1": 2 * right / (annotated + right + wrong) if annotated and right + wrong else None,
    }


def curve(one: OfClass, name: str) -> dict[str, Any] | None:
    """Precision over recall of a class with the score at each point, at most 200; None where there is none."""
    annotated = int(one.annotated[_VOC])
    states, scores = one.states[one.states != IGNORED], one.scores[one.states != IGNORED]
    if not annotated or not len(states):
        return None
    right = np.cumsum(states == RIGHT)
    # Of boxes of one score only the last can be where a threshold cuts. Recall changes at right ones; the last box ends
    # the curve.
    ends = np.flatnonzero(np.r_[scores[1:] != scores[:-1], True])
    points = ends[np.r_[np.diff(right[ends], prepend=0)[:-1] > 0, True]]
    points = points[thinned(len(points))]
    recall, precision = right[points] / annotated, right[points] / (points + 1)
    return {
        "label": one.label,
        "name": name,
        "x": [float(value) for value in recall],
        "y": [float(value) for value in precision],
        "threshold": [float(value) for value in scores[points]],
    }


def thinned(count: int, most: int = _MOST_POINTS) -> NDArray[np.intp]:
    """Which of so many points are kept: evenly, with the first and the last."""
    if count <= most:
        return np.arange(count)
    return np.unique(np.linspace(0, count - 1, most).round().astype(np.intp))


def mean(values: Sequence[float | None]) -> float | None:
    """Of those that are there."""
    there = [value for value in values if value is not None and np.isfinite(value)]
    return sum(there) / len(there) if there else None

"""Precision over recall, and average precision, for one weight of the samples or many at once.

Precision falls at every wrong box, so that its envelope changes at right ones only: those are all that is looked at.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
# Recalls at which COCO reads precision; and Pascal VOC until 2009, with the rounding that all tools since have.
COCO_RECALLS = np.linspace(0.0, 1.0, 101)
VOC_RECALLS = np.arange(0.0, 1.1, 0.1)
_TINY = np.spacing(1)


def curve(right: NDArray[np.bool_], total: Floats, weights: Floats, positives: Floats) -> tuple[Floats, Floats]:
    """Envelope of precision, and recall, at each right box; [resamples, right boxes].

    `right` [n] by falling score; `total` [resamples, n]: cumulated weights of the boxes that count; `weights`
    [resamples, n]; `positives` [resamples]: weighted number of annotations.
    """
    at = np.flatnonzero(right)
    hits = np.cumsum(weights[:, at], axis=1)
    precision = hits / np.maximum(total[:, at], _TINY)
    envelope = np.maximum.accumulate(precision[:, ::-1], axis=1)[:, ::-1]
    with np.errstate(all="ignore"):
        recall = hits / positives[:, None]
    return envelope, recall


def read_at(envelope: Floats, recall: Floats, recalls: Floats) -> Floats:
    """The mean of precision at `recalls`, each read where recall first reaches it, 0 where it never does."""
    reached = np.searchsorted(recalls, recall, side="right")
    return _sum(envelope, reached.astype(np.float64)) / len(recalls)


def integral(envelope: Floats, recall: Floats) -> Floats:
    """The area under the envelope (Pascal VOC since 2010)."""
    return _sum(envelope, recall)


def _sum(heights: Floats, ends: Floats) -> Floats:
    """The area of steps that end there and begin at 0; [resamples, n] → [resamples]."""
    if not ends.shape[1]:
        return np.zeros(len(ends))
    later = (heights[:, 1:] * (ends[:, 1:] - ends[:, :-1])).sum(axis=1)
    return np.asarray(heights[:, 0] * ends[:, 0] + later)


def average_precision(right: NDArray[np.bool_], total: Floats, weights: Floats, positives: Floats, kind: str) -> Floats:
    """[resamples] by `kind`: coco, integral or 11_point; NaN where nothing is annotated."""
    envelope, recall = curve(right, total, weights, positives)
    if kind == "integral":
        found = integral(envelope, recall)
    else:
        found = read_at(envelope, recall, COCO_RECALLS if kind == "coco" else VOC_RECALLS)
    return np.where(positives > 0, found, np.nan)


def average_precision_of_few(right: Sequence[bool], positives: int, kind: str) -> float:
    """The same for the boxes of one sample, of which there are few, without arrays; they all count."""
    points = []
    hits = 0
    for number, is_right in enumerate(right, start=1):
        if is_right:
            hits += 1
            points.append((hits / positives, hits / number))
    total, best, above = 0.0, 0.0, len(points)
    if kind == "11_point":
        reads = VOC_RECALLS.tolist()
        return sum(max((p for r, p in points if r >= read), default=0.0) for read in reads) / len(reads)
    while above:
        above -= 1
        best = max(best, points[above][1])
        total += best / positives
    return total

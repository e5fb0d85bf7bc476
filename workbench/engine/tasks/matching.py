"""Which boxes of one picture meet which annotations: by COCO's rules at ten overlaps, and by Pascal VOC's at one."""

from __future__ import annotations

from itertools import groupby
from operator import itemgetter

import numpy as np
from numpy.typing import NDArray

# COCO's parameters (cocodataset.org, pycocotools): overlaps, and areas in pixels, both ends included.
OVERLAPS = np.linspace(0.5, 0.95, 10)
AREAS = np.array([[0, 1e10], [0, 32**2], [32**2, 96**2], [96**2, 1e10]], dtype=np.float64)
# A lane is an area and an overlap; lane a·10 + t stands in bit a·10 + t of a uint64.
LANES = len(AREAS) * len(OVERLAPS)
_BITS = np.uint64(1) << np.arange(LANES, dtype=np.uint64)
_AREA_BITS = _BITS.reshape(len(AREAS), -1).sum(axis=1, dtype=np.uint64)
# The lanes of the first so many overlaps, and all.
_REACHED = [sum(((1 << count) - 1) << (area * len(OVERLAPS)) for area in range(len(AREAS))) for count in range(11)]
_ALL = (1 << LANES) - 1

WRONG, RIGHT, IGNORED = 0, 1, 2


def coco(
    overlaps: NDArray[np.float64],
    same: NDArray[np.bool_],
    areas: NDArray[np.float64],
    truth_areas: NDArray[np.float64],
    truth_ignored: NDArray[np.bool_],
    crowd: NDArray[np.bool_],
) -> tuple[NDArray[np.uint64], NDArray[np.uint64]]:
    """Bits of the lanes where each box is right, and of those where it does not count; boxes by falling score.

    `overlaps` [n, m] is intersection over union, over the box's own area where the annotation is a crowd; `same` [n, m]
    where the labels agree. In each lane a box takes the free annotation that it overlaps most, the later of equal ones,
    and one that is ignored (crowd, or its area out of range) only where no other is left. A box that takes nothing does
    not count where its own area is out of range.
    """
    out: NDArray[np.uint64] = _outside(areas) @ _AREA_BITS
    right = np.zeros(len(areas), dtype=np.uint64)
    rows, columns = np.nonzero(same & (overlaps >= OVERLAPS[0]))
    if not len(rows):
        return right, out
    amounts = overlaps[rows, columns]
    order = np.lexsort((-columns, -amounts, rows))
    enough = np.searchsorted(OVERLAPS, amounts[order], side="right").tolist()
    void = [
        _ALL if no else int(bits) for no, bits in zip(truth_ignored, _outside(truth_areas) @ _AREA_BITS, strict=True)
    ]
    free = [_ALL] * len(void)
    # All lanes of a box at once, as bits of whole numbers: each takes the first annotation that it may.
    for row, pairs in groupby(zip(rows[order].tolist(), columns[order].tolist(), enough, strict=True), itemgetter(0)):
        choice = [(column, _REACHED[count]) for _, column, count in pairs]
        left, hit = _ALL, 0
        for column, reached in choice:
            lanes = reached & free[column] & left & ~void[column]
            free[column] &= ~lanes
            left &= ~lanes
            hit |= lanes
        unlike = 0
        for column, reached in choice:
            lanes = reached & free[column] & left & void[column]
            if not crowd[column]:
                free[column] &= ~lanes
            left &= ~lanes
            unlike |= lanes
        right[row] = hit
        out[row] = unlike | (int(out[row]) & left)
    return right, out


def _outside(areas: NDArray[np.float64]) -> NDArray[np.bool_]:
    """[n, 4]: of which ranges an area is out."""
    return (areas[:, None] < AREAS[:, 0]) | (areas[:, None] > AREAS[:, 1])


def lane(bits: NDArray[np.uint64], area: int, overlap: int) -> NDArray[np.bool_]:
    """One lane of the bits."""
    return np.asarray((bits >> np.uint64(area * len(OVERLAPS) + overlap)) & np.uint64(1) != 0)


def voc(
    overlaps: NDArray[np.float64], same: NDArray[np.bool_], truth_ignored: NDArray[np.bool_], minimum: float
) -> tuple[NDArray[np.uint8], NDArray[np.intp]]:
    """RIGHT, WRONG or IGNORED for each box, by falling score, and the annotation it met (-1: none).

    A box meets the annotation of its label that it overlaps most, by `minimum` or more; that is wrong when a stronger
    box has met it before, and right otherwise. Where it meets none but overlaps one that is ignored (difficult, crowd),
    it does not count, as often as that happens. (VOC's development kit; of annotations that count and such that are
    ignored, those that count come first, as in Accuracy Checker.)
    """
    states = np.full(len(overlaps), WRONG, dtype=np.uint8)
    met = np.full(len(overlaps), -1, dtype=np.intp)
    if not overlaps.size:
        return states, met
    amounts = np.where(same, overlaps, -1.0)
    counted = np.where(truth_ignored, -1.0, amounts)
    best, most = counted.argmax(axis=1), counted.max(axis=1)
    taken = np.zeros(overlaps.shape[1], dtype=bool)
    for number in np.flatnonzero(amounts.max(axis=1) >= minimum):
        if most[number] >= minimum:
            if not taken[best[number]]:
                taken[best[number]] = True
                states[number], met[number] = RIGHT, best[number]
        else:
            states[number], met[number] = IGNORED, amounts[number].argmax()
    return states, met

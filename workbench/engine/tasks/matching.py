"""Which boxes of one picture meet which annotations: by COCO's rules at ten overlaps, and by Pascal VOC's at one."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

# COCO's parameters (cocodataset.org, pycocotools): overlaps, and areas in pixels, both ends included.
OVERLAPS = np.linspace(0.5, 0.95, 10)
AREAS = np.array([[0, 1e10], [0, 32**2], [32**2, 96**2], [96**2, 1e10]], dtype=np.float64)
# A lane is an area and an overlap; lane a·10 + t stands in bit a·10 + t of a uint64.
LANES = len(AREAS) * len(OVERLAPS)
_BITS = np.uint64(1) << np.arange(LANES, dtype=np.uint64)
_MINIMA = np.tile(OVERLAPS, len(AREAS))
_LANE_NUMBERS = np.arange(LANES)

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
    outside = _outside(areas)
    right = np.zeros(len(areas), dtype=np.uint64)
    out = (outside @ _BITS).astype(np.uint64) if len(areas) else right
    if not overlaps.size:
        return right, out
    near = same & (overlaps >= OVERLAPS[0])
    ignored = _outside(truth_areas).T | truth_ignored  # [lanes, m]
    several = near.sum(axis=1) > 1
    alone = near.any(axis=1) & ~near[:, near[several].any(axis=0)].any(axis=1)
    plain = np.flatnonzero(alone)
    hit, void = _first_come(near[plain].argmax(axis=1), plain, overlaps, ignored, crowd)
    right[plain] = (hit & ~void) @ _BITS
    out[plain] = (void | (~hit & outside[plain])) @ _BITS
    taken = np.zeros_like(ignored)
    for number in np.flatnonzero(near.any(axis=1) & ~alone):
        choice = np.flatnonzero(near[number])
        amount = overlaps[number, choice]
        free = (amount >= _MINIMA[:, None]) & (crowd[choice] | ~taken[:, choice])
        unlike = ignored[:, choice]
        normal = free & ~unlike
        pick = np.where(normal.any(axis=1)[:, None], normal, free)
        best = len(choice) - 1 - np.where(pick, amount, -1.0)[:, ::-1].argmax(axis=1)
        hit = free.any(axis=1)
        void = hit & unlike[_LANE_NUMBERS, best]
        taken[_LANE_NUMBERS[hit], choice[best[hit]]] = True
        right[number] = (hit & ~void) @ _BITS
        out[number] = (void | (~hit & outside[number])) @ _BITS
    return right, out


def _first_come(
    goals: NDArray[np.intp],
    boxes: NDArray[np.intp],
    overlaps: NDArray[np.float64],
    ignored: NDArray[np.bool_],
    crowd: NDArray[np.bool_],
) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Of boxes that are near one annotation only, which no other box with a choice is near: who meets it, and where it
    is ignored, [boxes, lanes]. In each lane that is the first that overlaps it enough, or all of them for a crowd."""
    order = np.argsort(goals, kind="stable")
    goals = goals[order]
    enough = overlaps[boxes[order], goals][:, None] >= _MINIMA
    counts = np.cumsum(enough, axis=0)
    starts = np.flatnonzero(np.r_[True, goals[1:] != goals[:-1]]) if len(goals) else np.empty(0, dtype=np.intp)
    before: NDArray[np.intp] = np.repeat((counts - enough)[starts], np.diff(np.r_[starts, len(goals)]), axis=0)
    hit = np.empty_like(enough)
    hit[order] = enough & (crowd[goals][:, None] | (counts - before == 1))
    void = np.empty_like(enough)
    void[order] = ignored[:, goals].T
    return hit, hit & void


def _outside(areas: NDArray[np.float64]) -> NDArray[np.bool_]:
    """[n, lanes]: where an area is out of the lane's range."""
    wrong = (areas[:, None] < AREAS[:, 0]) | (areas[:, None] > AREAS[:, 1])
    return np.repeat(wrong, len(OVERLAPS), axis=1)


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

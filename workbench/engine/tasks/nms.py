"""Non-maximum suppression: of boxes that overlap the strongest stays."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

# Boxes are looked at in blocks of falling score: most runs end within the first, as soon as enough are kept.
_BLOCK = 128


def overlaps(first: NDArray[np.float32], second: NDArray[np.float32]) -> NDArray[np.float32]:
    """Intersection over union of each of [n, 4] with each of [m, 4] left, top, right, bottom → [n, m].

    Areas are (right - left) · (bottom - top), without the extra pixel of older evaluations. 0 where both are empty.
    """
    left, top, right, bottom = (np.ascontiguousarray(first[:, at])[:, None] for at in range(4))
    other_left, other_top, other_right, other_bottom = (np.ascontiguousarray(second[:, at]) for at in range(4))
    common = np.minimum(right, other_right)
    common -= np.maximum(left, other_left)
    down = np.minimum(bottom, other_bottom)
    down -= np.maximum(top, other_top)
    np.clip(common, 0, None, out=common)
    common *= np.clip(down, 0, None, out=down)
    area = np.clip(right - left, 0, None) * np.clip(bottom - top, 0, None)
    other_area = np.clip(other_right - other_left, 0, None) * np.clip(other_bottom - other_top, 0, None)
    union = area + other_area - common
    shares: NDArray[np.float32] = np.divide(common, union, out=np.zeros_like(common), where=union > 0)
    return shares


def keep(boxes: NDArray[np.float32], groups: NDArray[np.int64] | None, overlap: float, limit: int) -> NDArray[np.intp]:
    """Which of the boxes stay, at most `limit`; they must be sorted by falling score.

    A box goes when a stronger one that stays, of the same group (class; None: of any), overlaps it by more than
    `overlap` (intersection over union). Greedy, as everywhere since Felzenszwalb et al. 2010.
    """
    kept: list[int] = []
    for start in range(0, len(boxes), _BLOCK):
        part = boxes[start : start + _BLOCK]
        own = None if groups is None else groups[start : start + _BLOCK]
        left = np.arange(len(part))
        if kept:
            over = overlaps(boxes[kept], part) > overlap
            if own is not None and groups is not None:
                over &= groups[kept][:, None] == own[None, :]
            left = np.flatnonzero(~over.any(axis=0))
        over = overlaps(part[left], part[left]) > overlap
        if own is not None:
            over &= own[left][:, None] == own[left][None, :]
        alive = np.ones(len(left), dtype=bool)
        for position, index in enumerate(left):
            if alive[position]:
                kept.append(start + int(index))
                if len(kept) == limit:
                    return np.array(kept, dtype=np.intp)
                alive &= ~over[position]
    return np.array(kept, dtype=np.intp)

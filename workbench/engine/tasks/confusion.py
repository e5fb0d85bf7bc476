"""Confusion matrices [annotated, predicted] of whole numbers, and what follows from them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

# Whole numbers that float32 holds.
_EXACT = 2**24


def counted(annotated: NDArray[np.integer], predicted: NDArray[np.integer], classes: int) -> NDArray[np.int64]:
    """[classes, classes]: how often each pair occurs; pairs with a number of `classes` or more are left out.

    The arrays have one shape and no negative numbers.
    """
    if annotated.dtype == predicted.dtype == np.uint8 and classes <= 256 and annotated.size <= _EXACT:
        import cv2

        # A quarter of the time; its counts are float32.
        ranges = [0, classes, 0, classes]
        return np.asarray(cv2.calcHist([annotated, predicted], [0, 1], None, [classes] * 2, ranges), dtype=np.int64)
    side = classes + 1
    if classes > 255:
        # A Python number must fit the array's type.
        annotated, predicted = annotated.astype(np.uint16), predicted.astype(np.uint16)
    pairs = np.minimum(annotated, classes).astype(np.intp).ravel()
    pairs *= side
    pairs += np.minimum(predicted, classes).ravel()
    counts = np.bincount(pairs, minlength=side * side)
    return np.asarray(counts.reshape(side, side)[:classes, :classes], dtype=np.int64)


def cells(matrix: NDArray[np.int64]) -> list[list[int]]:
    """[[annotated, predicted, count]] of the cells that are not zero."""
    rows, columns = np.nonzero(matrix)
    return [[int(row), int(column), int(matrix[row, column])] for row, column in zip(rows, columns, strict=True)]


def share(part: NDArray[np.generic], whole: NDArray[np.generic]) -> NDArray[np.float64]:
    """part / whole, NaN where whole is 0."""
    out = np.full(np.shape(whole), np.nan)
    np.divide(part, whole, out=out, where=np.asarray(whole) > 0)
    return out

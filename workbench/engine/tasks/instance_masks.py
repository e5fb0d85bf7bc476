"""Masks of objects: from a small map of values to a run-length encoded mask as large as the picture, and back."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pycocotools import mask as rle_codec

Rle = dict[str, Any]


def paste(
    values: NDArray[np.float32],
    box: NDArray[np.float32],
    picture: tuple[int, int],
    across: tuple[float, float],
    down: tuple[float, float],
    threshold: float,
) -> Rle:
    """The mask of `picture` (width, height) whose pixels lie in `box` and have a value above `threshold`.

    `values` [h, w] is read bilinearly at the centre of each pixel: pixel x stands at x·across[0] + across[1], where the
    first value's centre is at 0.5 and the last one's at w - 0.5. Beyond them the outermost values go on.
    """
    width, height = picture
    left, top = (max(0, int(np.ceil(edge - 0.5))) for edge in box[:2])
    right, bottom = (min(size, int(np.ceil(edge - 0.5))) for edge, size in zip(box[2:], picture, strict=True))
    if right <= left or bottom <= top or not values.size:
        return encode(np.zeros((0, 0), dtype=bool), 0, 0, width, height)
    x0, x1, x_share = _neighbours(np.arange(left, right), across, values.shape[1])
    y0, y1, y_share = _neighbours(np.arange(top, bottom), down, values.shape[0])
    lines = values[y0] * (1 - y_share)[:, None] + values[y1] * y_share[:, None]
    area = np.take(lines, x0, axis=1) * (1 - x_share) + np.take(lines, x1, axis=1) * x_share
    return encode(area > threshold, left, top, width, height)


def _neighbours(
    pixels: NDArray[np.intp], affine: tuple[float, float], size: int
) -> tuple[NDArray[np.intp], NDArray[np.intp], NDArray[np.float32]]:
    """Index before and after the centre of each pixel, and how far it is on the way between them."""
    at = np.clip((pixels + 0.5) * affine[0] + affine[1] - 0.5, 0, size - 1)
    before = np.floor(at).astype(np.intp)
    return before, np.minimum(before + 1, size - 1), (at - before).astype(np.float32)


def encode(part: NDArray[np.bool_], left: int, top: int, width: int, height: int) -> Rle:
    """COCO's compressed RLE of a mask of `width` × `height` that is `part` [h, w] at (left, top) and 0 elsewhere.

    Only the part is looked at: runs go down the columns, so that each column of it gives runs of its own.
    """
    rows = part.shape[0]
    if not part.any():
        return _compressed([width * height], width, height)
    # A row of zeros below ends each column's last run.
    padded = np.zeros((part.shape[1], rows + 1), dtype=np.int8)
    padded[:, :rows] = part.T
    steps = np.diff(padded.reshape(-1), prepend=0)
    starts, ends = np.flatnonzero(steps == 1), np.flatnonzero(steps == -1)
    starts = (left + starts // (rows + 1)) * height + top + starts % (rows + 1)
    ends = (left + ends // (rows + 1)) * height + top + ends % (rows + 1)
    # Columns of full height join.
    apart = ends[:-1] != starts[1:]
    starts, ends = starts[np.r_[True, apart]], ends[np.r_[apart, True]]
    edges = np.empty(2 * len(starts) + 2, dtype=np.int64)
    edges[0], edges[-1] = 0, width * height
    edges[1:-1:2], edges[2:-1:2] = starts, ends
    counts = np.diff(edges)
    return _compressed((counts[:-1] if counts[-1] == 0 else counts).tolist(), width, height)


def _compressed(counts: list[int], width: int, height: int) -> Rle:
    made: Rle = rle_codec.frPyObjects({"counts": counts, "size": [height, width]}, height, width)
    return made


def of_annotation(box: Mapping[str, Any], width: int, height: int) -> Rle:
    """The mask of an annotated object: polygons, RLE (of counts or compressed), or its box where it has none.

    What is none of these, or of another size than the picture, is taken as if it were not there.
    """
    segmentation = box.get("segmentation")
    try:
        if isinstance(segmentation, str):
            segmentation = json.loads(segmentation)
        if isinstance(segmentation, Mapping):
            return _of_rle(segmentation, width, height)
        if isinstance(segmentation, list):
            # Far out of the picture a polygon shows nothing, but would be drawn point by point.
            limits = np.array([width, height])
            polygons = [
                np.clip(np.array(points, dtype=np.float64).reshape(-1, 2), -limits, 2 * limits).ravel().tolist()
                for points in segmentation
                if len(points) >= 6
            ]
            if polygons:
                merged: Rle = rle_codec.merge(rle_codec.frPyObjects(polygons, height, width))
                return merged
    except (ValueError, TypeError, KeyError, OverflowError):
        pass
    left, top, across, down = np.nan_to_num(np.array(box["bbox"], dtype=np.float64)).tolist()
    left, right = np.clip([left, left + across], 0, width)
    top, bottom = np.clip([top, top + down], 0, height)
    inside = np.array([[left, top, right - left, bottom - top]])
    rectangle: list[Rle] = rle_codec.frPyObjects(inside, height, width)
    return rectangle[0]


def _of_rle(rle: Mapping[str, Any], width: int, height: int) -> Rle:
    """Raises ValueError, TypeError, KeyError unless its runs fill the picture: pycocotools never ends on others."""
    counts = rle["counts"]
    runs = np.array(counts, dtype=np.int64) if isinstance(counts, list) else run_lengths(_bytes(counts))
    if list(rle["size"]) != [height, width] or (runs < 0).any() or runs.sum() != width * height:
        raise ValueError("the runs do not fill the picture")
    if isinstance(counts, list):
        return _compressed(runs.tolist(), width, height)
    return {"size": [height, width], "counts": _bytes(counts)}


def run_lengths(text: bytes) -> NDArray[np.int64]:
    """The runs of a compressed RLE (cocoapi's rleToString): characters from '0' on carry five bits each, the lowest
    first, the sixth says that more follow, the fifth of the last one is the sign; from the fourth run on it is the
    difference to the last but one. Raises ValueError."""
    codes = np.frombuffer(text, dtype=np.uint8).astype(np.int64) - 48
    last = codes & 32 == 0
    if not len(codes) or (codes < 0).any() or (codes > 63).any() or not last[-1]:
        raise ValueError("no compressed RLE")
    starts = np.flatnonzero(np.r_[True, last[:-1]])
    lengths = np.diff(np.r_[starts, len(codes)])
    if lengths.max() > 8:
        raise ValueError("a run is too long")
    places = np.arange(len(codes)) - np.repeat(starts, lengths)
    values = np.add.reduceat((codes & 31) << (5 * places), starts)
    negative = codes[np.flatnonzero(last)] & 16 != 0
    values -= negative.astype(np.int64) << (5 * lengths)
    values[1::2] = np.cumsum(values[1::2])
    values[2::2] = np.cumsum(values[2::2])
    return values


def _bytes(counts: Any) -> bytes:
    return counts.encode("ascii") if isinstance(counts, str) else bytes(counts)

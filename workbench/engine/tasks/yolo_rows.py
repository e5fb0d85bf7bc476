"""YOLO without anchors in the reading: v5, v8 to v11 (Ultralytics) and X (Ge et al. 2021); a row for each cell.

v5 and v8 to v11 give a box for each class above the threshold, as Ultralytics' validation does; X one for each row,
of its strongest class, as its authors' does.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from workbench.engine.tasks import boxes as box_rules
from workbench.engine.tasks import detection_outputs as outs
from workbench.engine.tasks.boxes import Candidates
from workbench.engine.tasks.task import Answer, ClassMap, Decode, Geometry, Outputs, Ports, Reading

_FAMILY = "YOLO rows"


def yolo_rows(reading: Reading, ports: Ports, classes: ClassMap) -> Decode:
    decoding = reading["decoding"]
    version: str = decoding["version"]
    before = 4 if version == "v8" else 5
    background = int(reading["classes"]["background"])
    count = len(classes.names) + background

    def fits(shape: tuple[int, ...]) -> bool:
        return len(shape) == 3 and shape[0] in (1, -1) and all(size < 0 or size > before - 1 for size in shape[1:])

    expected = "[1, 4 + classes, n]" if version == "v8" else "[1, n, 5 + classes]"
    output = outs.find(ports, _FAMILY, "the rows", expected, fits, decoding["output"], hints=("output0",))

    def decode(outputs: Outputs, geometry: Geometry) -> Answer:
        array = outs.values(outputs, output)
        if version == "v8" and ended(array.shape, geometry):
            return box_rules.settle(_after_nms(array[0], background), decoding, classes, geometry, suppress=False)[0]
        table = rows_first(array, before, count, _FAMILY)
        with np.errstate(all="ignore"):
            if version == "x":
                corners, scores = on_grids(table, decoding["strides"], geometry)
                found = box_rules.one_per_row(corners, scores[:, background:], decoding["score_threshold"])
            else:
                corners, scores = corners_and_scores(table, version, geometry)
                found = box_rules.one_per_class(corners, scores[:, background:], decoding["score_threshold"])
        return box_rules.settle(found, decoding, classes, geometry)[0]

    return decode


def rows_first(array: NDArray[np.float32], before: int, classes: int, family: str) -> NDArray[np.float32]:
    """[1, n, columns] or [1, columns, n] → [n, columns]; `before` columns stand before those of the classes.

    Told apart by the number of classes where one axis has it, else columns are fewer than rows.
    """
    if array.ndim != 3 or array.shape[0] != 1:
        raise outs.shape_mismatch(family, f"there must be rows of {before} + classes", array.shape)
    table: NDArray[np.float32] = array[0]
    exact = [axis for axis in (0, 1) if table.shape[axis] == before + classes]
    axis = exact[0] if len(exact) == 1 else int(table.shape[0] >= table.shape[1])
    if table.shape[axis] <= before:
        raise outs.shape_mismatch(family, f"there must be rows of {before} + classes", array.shape)
    return table if axis == 1 else table.T


def corners_and_scores(
    table: NDArray[np.float32], version: str, geometry: Geometry
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Boxes in pixels of the input and a score for each class, of rows of v5 (with objectness) or v8."""
    scores = table[:, 5:] * table[:, 4:5] if version == "v5" else table[:, 4:]
    corners = box_rules.from_centers(table[:, :4])
    # Exports for TensorFlow Lite give shares. A row stands for each cell, so that centres in pixels reach the far edge.
    if len(table) and np.abs(table[:, :2]).max() <= 2:
        corners = box_rules.to_pixels(corners, geometry)
    return corners, scores


def cell_count(strides: Sequence[int], geometry: Geometry) -> int:
    return sum((geometry.input_width // stride) * (geometry.input_height // stride) for stride in strides)


def on_grids(
    table: NDArray[np.float32], strides: Sequence[int], geometry: Geometry
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """X as it leaves the network: centre = (cell + x, y) · stride, size = exp(w, h) · stride.

    Raises EngineError `decoding_mismatch` when the rows are not the cells of these strides.
    """
    if len(table) != cell_count(strides, geometry):
        told = ", ".join(map(str, strides))
        problem = f"grids of strides {told} have {cell_count(strides, geometry)} cells, so there must be as many rows"
        raise outs.shape_mismatch(_FAMILY, problem, table.shape)
    cells, step = _cells(tuple(strides), geometry.input_width, geometry.input_height)
    centers = (table[:, :2] + cells) * step
    corners = box_rules.from_centers(np.concatenate([centers, np.exp(table[:, 2:4]) * step], axis=1))
    return corners, table[:, 5:] * table[:, 4:5]


@lru_cache(maxsize=8)
def _cells(strides: tuple[int, ...], width: int, height: int) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Column and row of each cell [n, 2], and its stride [n, 1]; grid by grid, row by row."""
    cells, steps = [], []
    for stride in strides:
        y, x = np.meshgrid(np.arange(height // stride), np.arange(width // stride), indexing="ij")
        cells.append(np.stack([x, y], axis=-1).reshape(-1, 2))
        steps.append(np.full((cells[-1].shape[0], 1), stride))
    return np.concatenate(cells).astype(np.float32), np.concatenate(steps).astype(np.float32)


def ended(shape: Sequence[int], geometry: Geometry) -> bool:
    """Whether an output of v8's kind is that of v10 or an export with NMS: [1, n, 6], corners, score and class.

    Two classes have rows of 6, too, but then there is a row for each cell.
    """
    if len(shape) != 3 or shape[0] != 1 or shape[2] != 6 or shape[1] <= 6:
        return False
    usual = {cell_count(strides, geometry) for strides in ((8, 16, 32), (8, 16, 32, 64))}
    return shape[1] <= 1000 and shape[1] not in usual


def _after_nms(table: NDArray[np.float32], background: int) -> Candidates:
    numbers = outs.whole_numbers(table[:, 5])
    return Candidates(table[:, :4], table[:, 4], numbers - background, np.arange(len(table)))

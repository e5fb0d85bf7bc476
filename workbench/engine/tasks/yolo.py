"""YOLO with anchors: v2, v3, v4 and their tiny ones (Redmon and Farhadi 2016, 2018; Bochkovskiy et al. 2020).

Each cell of a grid has for each anchor x, y, w, h, objectness and a score for each class. A box is given for each
class whose score (objectness · class) reaches the threshold, as darknet's own validation does.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from workbench.engine.tasks import boxes as box_rules
from workbench.engine.tasks import detection_outputs as outs
from workbench.engine.tasks.boxes import Candidates
from workbench.engine.tasks.task import Answer, ClassMap, Decode, Geometry, Outputs, Port, Ports, Reading

_FAMILY = "YOLO with anchors"
Anchors = Sequence[tuple[float, float]]

# From darknet's .cfg files. Of v2 in cells, else in pixels; finest grid first.
_V2_VOC = ((1.3221, 1.73145), (3.19275, 4.00944), (5.05587, 8.09892), (9.47112, 4.84053), (11.2364, 10.0071))
_V2_COCO = ((0.57273, 0.677385), (1.87446, 2.06253), (3.33843, 5.47434), (7.88282, 3.52778), (9.77052, 9.16828))
_V3 = ((10, 13), (16, 30), (33, 23), (30, 61), (62, 45), (59, 119), (116, 90), (156, 198), (373, 326))
_V4 = ((12, 16), (19, 36), (40, 28), (36, 75), (76, 55), (72, 146), (142, 110), (192, 243), (459, 401))
# The published weights of both tiny ones use anchors 1, 2, 3 in the finer grid: "mask = 1,2,3" in yolov4-tiny.cfg,
# and Open Model Zoo corrects yolov3-tiny.cfg to it.
_TINY = ((23, 27), (37, 58), (81, 82), (81, 82), (135, 169), (344, 319))
# scale_x_y of yolov4.cfg (strides 8, 16, 32) and yolov4-tiny.cfg.
_SCALES = {3: (1.2, 1.1, 1.05), 2: (1.05, 1.05)}


@dataclass(frozen=True)
class _Grids:
    """How the outputs are read; `anchors` has those of each output."""

    anchors: tuple[Anchors, ...]
    scales: tuple[float, ...]
    softmax: bool
    in_cells: bool
    activated: bool
    classes: int


def published_anchors(version: str, outputs: int, classes: int) -> Anchors | None:
    """Those that the authors' weights were trained with; None where there are none for so many grids."""
    if version == "v2":
        return (_V2_VOC if classes == 20 else _V2_COCO) if outputs == 1 else None
    return {3: _V3 if version == "v3" else _V4, 2: _TINY}.get(outputs)


def yolo_anchors(reading: Reading, ports: Ports, classes: ClassMap) -> Decode:
    decoding = reading["decoding"]
    chosen = _outputs(ports, decoding["outputs"])
    known = len(classes.names) + int(reading["classes"]["background"])
    # The channels of v2 for Pascal VOC's 20 classes, however many labels the dataset has.
    grids = _grids(decoding, len(chosen), 20 if 125 in chosen[0].shape else known)
    first = int(reading["classes"]["background"])

    def decode(outputs: Outputs, geometry: Geometry) -> Answer:
        arrays = [outs.values(outputs, port) for port in chosen]
        if decoding["outputs"] is None:
            # Finest first; all have as many numbers a cell, so the size tells.
            arrays.sort(key=lambda array: -array.size)
        with np.errstate(all="ignore"):
            parts = [
                _one_grid(array, grids, number, decoding["score_threshold"], geometry)
                for number, array in enumerate(arrays)
            ]
        found = Candidates(
            np.concatenate([part.boxes for part in parts]),
            np.concatenate([part.scores for part in parts]),
            np.concatenate([part.classes for part in parts]) - first,
            np.concatenate([part.rows for part in parts]),
        )
        return box_rules.settle(found, decoding, classes, geometry)[0]

    return decode


def _outputs(ports: Ports, names: Sequence[str] | None) -> list[Port]:
    chosen = list(ports.outputs) if names is None else [outs.named(ports, name) for name in names]
    good = [port for port in chosen if len(port.shape) in (2, 4, 5)]
    if not good or (names is not None and len(good) < len(chosen)):
        raise outs.mismatch(
            _FAMILY, "each output must be a grid [1, anchors·(5 + classes), H, W] or [1, H, W, …]", ports
        )
    return good


def _grids(decoding: Mapping[str, Any], outputs: int, classes: int) -> _Grids:
    version = decoding["version"]
    anchors: Anchors | None = decoding["anchors"] or published_anchors(version, outputs, classes)
    if anchors is None:
        raise outs.invalid("decoding.anchors", f"there are no published anchors of {version} for {outputs} grids")
    if len(anchors) % outputs:
        raise outs.invalid("decoding.anchors", f"{len(anchors)} anchors cannot be shared by {outputs} grids")
    each = len(anchors) // outputs
    scales = decoding["scale_xy"] or (_SCALES.get(outputs) if version == "v4" else None) or [1.0] * outputs
    if len(scales) != outputs:
        raise outs.invalid("decoding.scale_xy", f"there must be {outputs} numbers, one for each grid")
    groups = tuple(
        tuple((float(w), float(h)) for w, h in anchors[at : at + each]) for at in range(0, len(anchors), each)
    )
    return _Grids(groups, tuple(map(float, scales)), version == "v2", version == "v2", decoding["activated"], classes)


def _one_grid(
    array: NDArray[np.float32], grids: _Grids, number: int, threshold: float, geometry: Geometry
) -> Candidates:
    anchors = np.array(grids.anchors[number], dtype=np.float32)
    cells = _cells(array, len(anchors), grids.classes, geometry)
    rows, columns = cells.shape[:2]
    same: Callable[[NDArray[np.float32]], NDArray[np.float32]] = lambda values: values  # noqa: E731
    squash = same if grids.activated else box_rules.sigmoid
    strength = squash(cells[..., 4])
    # A class's score is at most 1, so that a cell below the threshold cannot have any; cells are few that remain.
    at_y, at_x, at_anchor = np.nonzero(strength >= threshold)
    part = cells[at_y, at_x, at_anchor]
    if grids.activated:
        shares = part[:, 5:]
    else:
        shares = box_rules.softmax(part[:, 5:]) if grids.softmax and len(part) else box_rules.sigmoid(part[:, 5:])
    scores = strength[at_y, at_x, at_anchor][:, None] * shares
    scale = grids.scales[number]
    inner = squash(part[:, :2]) * scale - (scale - 1) / 2
    step = np.array([geometry.input_width / columns, geometry.input_height / rows], dtype=np.float32)
    centers = (inner + np.stack([at_x, at_y], axis=1)) * step
    sizes = np.exp(part[:, 2:4]) * anchors[at_anchor] * (step if grids.in_cells else 1)
    corners = box_rules.from_centers(np.concatenate([centers, sizes], axis=1).astype(np.float32))
    return box_rules.one_per_class(corners, scores.astype(np.float32), threshold)


def _cells(array: NDArray[np.float32], anchors: int, classes: int, geometry: Geometry) -> NDArray[np.float32]:
    """Any form of a grid → [H, W, anchors, 5 + classes]."""
    if array.ndim == 2 and array.shape[0] == 1:
        array = _unflattened(array, anchors, classes, geometry)
    if array.ndim in (4, 5) and array.shape[0] == 1:
        grid: NDArray[np.float32] = array[0]
        if grid.ndim == 4:  # anchors apart, as [H, W, anchors, …] or [anchors, H, W, …]
            if grid.shape[2] == anchors and _fits_input(grid.shape[0], grid.shape[1], geometry) and grid.shape[3] > 5:
                return grid
            if grid.shape[0] == anchors and grid.shape[3] > 5:
                return grid.transpose(1, 2, 0, 3)
        else:
            channels = _channel_axis(grid.shape, anchors, classes, geometry)
            if channels == 0:
                return grid.reshape(anchors, -1, *grid.shape[1:]).transpose(2, 3, 0, 1)
            if channels == 2:
                return grid.reshape(*grid.shape[:2], anchors, -1)
    wanted = f"a grid must have {anchors}·(5 + classes) channels, for {anchors} anchors"
    raise outs.shape_mismatch(_FAMILY, wanted, array.shape)


def _channel_axis(shape: tuple[int, ...], anchors: int, classes: int, geometry: Geometry) -> int | None:
    """0 for [channels, H, W], 2 for [H, W, channels], None when it can be neither."""
    possible = [axis for axis in (0, 2) if shape[axis] % anchors == 0 and shape[axis] // anchors > 5]
    if len(possible) > 1:
        named = [axis for axis in possible if shape[axis] == anchors * (5 + classes)]
        spread = [
            axis
            for axis in possible
            if _fits_input(shape[1 if axis == 0 else 0], shape[2 if axis == 0 else 1], geometry)
        ]
        possible = named if len(named) == 1 else spread or possible
    return possible[0] if possible else None


def _fits_input(rows: int, columns: int, geometry: Geometry) -> bool:
    """Whether a grid has the proportions of the input."""
    return bool(rows and columns) and rows * geometry.input_width == columns * geometry.input_height


def _unflattened(array: NDArray[np.float32], anchors: int, classes: int, geometry: Geometry) -> NDArray[np.float32]:
    """[1, everything], as RegionYolo gives it, → [1, channels, H, W]; the stride is the one that leaves no rest."""
    possible = []
    for stride in (32, 16, 8, 64):
        rows, columns = geometry.input_height // stride, geometry.input_width // stride
        if rows and columns and array.size % (rows * columns * anchors) == 0:
            channels = array.size // (rows * columns)
            if channels // anchors > 5:
                possible.append((channels, rows, columns))
    known = [shape for shape in possible if shape[0] == anchors * (5 + classes)]
    if not possible:
        problem = f"a flattened grid must be {anchors}·(5 + classes) numbers for each cell"
        raise outs.shape_mismatch(_FAMILY, problem, array.shape)
    return array.reshape(1, *(known or possible)[0])

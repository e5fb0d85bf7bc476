"""YOLO with masks (Ultralytics v5, v8 to v11; after YOLACT, Bolya et al. 2019): a mask is a weighted sum of prototypes,
cut out by its box."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from workbench.engine.tasks import boxes as box_rules
from workbench.engine.tasks import detection_outputs as outs
from workbench.engine.tasks import instance_masks
from workbench.engine.tasks.task import Answer, ClassMap, Decode, Geometry, Outputs, Ports, Reading
from workbench.engine.tasks.yolo_rows import corners_and_scores, rows_first

_FAMILY = "YOLO with masks"


def yolo_seg(reading: Reading, ports: Ports, classes: ClassMap) -> Decode:
    decoding = reading["decoding"]
    version: str = decoding["version"]
    before = 4 if version == "v8" else 5
    background = int(reading["classes"]["background"])
    known = [outs.named(ports, decoding["prototypes_output"])] if decoding["prototypes_output"] is not None else []
    output = outs.find(
        ports, _FAMILY, "the rows", "[1, 4 + classes + m, n]", lambda shape: len(shape) == 3, decoding["output"],
        hints=("output0",), taken=known,
    )  # fmt: skip
    prototypes_output = outs.find(
        ports, _FAMILY, "the prototypes", "[1, m, H, W]", lambda shape: len(shape) == 4,
        decoding["prototypes_output"], hints=("proto", "output1"), taken=[output],
    )  # fmt: skip
    threshold = _before_sigmoid(decoding["mask_threshold"])

    def decode(outputs: Outputs, geometry: Geometry) -> Answer:
        prototypes = _prototypes(outs.values(outputs, prototypes_output), geometry)
        count = len(prototypes)
        table = rows_first(outs.values(outputs, output), before, len(classes.names) + background + count, _FAMILY)
        if table.shape[1] <= before + background + count:
            problem = f"rows must have classes beside {before} numbers of the box and {count} coefficients"
            raise outs.shape_mismatch(_FAMILY, problem, table.shape)
        with np.errstate(all="ignore"):
            corners, scores = corners_and_scores(table[:, :-count], version, geometry)
            found = box_rules.one_per_class(corners, scores[:, background:], decoding["score_threshold"])
            answer, rows = box_rules.settle(found, decoding, classes, geometry)
            assert answer.boxes is not None
            maps = table[rows, -count:] @ prototypes.reshape(count, -1)
            maps = maps.reshape(-1, *prototypes.shape[1:])
            answer.masks = [
                _cut_out(values, box, geometry, threshold) for values, box in zip(maps, answer.boxes, strict=True)
            ]
        return answer

    return decode


def _before_sigmoid(share: float) -> float:
    """The value whose sigmoid is `share`: maps are compared before it, which changes no order."""
    if share <= 0 or share >= 1:
        return float("-inf") if share <= 0 else float("inf")
    return float(np.log(share / (1 - share)))


def _prototypes(array: NDArray[np.float32], geometry: Geometry) -> NDArray[np.float32]:
    """[1, m, H, W], or [1, H, W, m] as exports for TensorFlow have it, → [m, H, W]."""
    if array.ndim != 4 or array.shape[0] != 1 or 0 in array.shape:
        raise outs.shape_mismatch(_FAMILY, "the prototypes must be [1, m, H, W]", array.shape)
    grid = array[0]

    def fits(rows: int, columns: int) -> bool:
        return rows * geometry.input_width == columns * geometry.input_height

    last = not fits(*grid.shape[1:]) and fits(*grid.shape[:2])
    return np.ascontiguousarray(grid.transpose(2, 0, 1)) if last else grid


def _cut_out(
    values: NDArray[np.float32], box: NDArray[np.float32], geometry: Geometry, threshold: float
) -> instance_masks.Rle:
    """The mask of the picture from a map [H, W] that spans the whole input."""
    x_share, y_share = values.shape[1] / geometry.input_width, values.shape[0] / geometry.input_height
    across = (geometry.scale_x * x_share, geometry.offset_x * x_share)
    down = (geometry.scale_y * y_share, geometry.offset_y * y_share)
    return instance_masks.paste(values, box, (geometry.width, geometry.height), across, down, threshold)

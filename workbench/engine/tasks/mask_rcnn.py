"""Mask R-CNN (He et al. 2017): a small mask for each box, laid over it."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from workbench.engine.tasks import boxes as box_rules
from workbench.engine.tasks import detection_outputs as outs
from workbench.engine.tasks import instance_masks
from workbench.engine.tasks.faster_rcnn import box_outputs
from workbench.engine.tasks.task import Answer, ClassMap, Decode, Geometry, Outputs, Ports, Reading

_FAMILY = "Mask R-CNN"


def mask_rcnn(reading: Reading, ports: Ports, classes: ClassMap) -> Decode:
    decoding = reading["decoding"]

    def fits(shape: tuple[int, ...]) -> bool:
        return len(shape) in (3, 4, 5) and shape[-1] not in (4, 5, 7)

    names = [decoding[key] for key in ("boxes_output", "labels_output", "scores_output")]
    taken = [outs.named(ports, name) for name in names if name is not None]
    expected = "[n, classes or 1, h, w]"
    mask_output = outs.find(
        ports, _FAMILY, "the masks", expected, fits, decoding["masks_output"], hints=("mask",), taken=taken
    )
    found = box_outputs(ports, _FAMILY, decoding, (4, 5, 7), [mask_output])

    def decode(outputs: Outputs, geometry: Geometry) -> Answer:
        candidates = found.candidates(outputs, geometry)
        answer, rows = box_rules.settle(candidates, decoding, classes, geometry)
        with np.errstate(all="ignore"):
            small = _by_box(outs.values(outputs, mask_output), len(candidates.rows))
            whole = geometry.points_to_picture(candidates.boxes[rows].reshape(-1, 2)).reshape(-1, 4)
            whole = np.clip(whole, -1e6, 1e6)
            assert answer.classes is not None
            answer.masks = []
            for row, own, box in zip(rows, answer.classes, whole, strict=True):
                values = small[row, channel(small.shape[1], int(own), len(classes.names))]
                values = box_rules.activate(values, decoding["mask_activation"])
                answer.masks.append(laid_over(values, box, geometry, decoding["mask_threshold"]))
        return answer

    return decode


def _by_box(array: NDArray[np.float32], count: int) -> NDArray[np.float32]:
    """[n, c, h, w], [n, h, w], [1, n, h, w], [1, n, c, h, w] → [n, c, h, w] with at least `count` masks."""
    if array.ndim == 5 and array.shape[0] == 1:
        array = array[0]
    if array.ndim == 4 and array.shape[0] == 1 and array.shape[1] >= count > 1:
        array = array[0]
    if array.ndim == 3:
        array = array[:, None]
    if array.ndim != 4 or array.shape[0] < count or (count and 0 in array.shape):
        raise outs.shape_mismatch(_FAMILY, f"there must be a mask for each of {count} boxes", array.shape)
    return array


def channel(channels: int, own: int, classes: int) -> int:
    """Which of a box's masks is that of its class; with one mask more than classes the first is the background's."""
    if channels == 1:
        return 0
    return min(own + int(channels == classes + 1), channels - 1)


def laid_over(
    values: NDArray[np.float32], box: NDArray[np.float32], geometry: Geometry, threshold: float
) -> dict[str, object]:
    """A mask [h, w] that spans a box of the picture; beyond its outermost values it falls to 0, as in Detectron."""
    size = np.maximum(box[2:] - box[:2], 1e-6)
    padded = np.pad(np.nan_to_num(values, posinf=1.0, neginf=0.0), 1)
    height, width = values.shape
    across = (float(width / size[0]), float(1 - box[0] * width / size[0]))
    down = (float(height / size[1]), float(1 - box[1] * height / size[1]))
    return instance_masks.paste(padded, box, (geometry.width, geometry.height), across, down, threshold)

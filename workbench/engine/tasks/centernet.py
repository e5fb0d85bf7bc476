"""CenterNet (Zhou et al. 2019): objects are the peaks of a heat map, with size and offset at the peak."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from workbench.engine.tasks import boxes as box_rules
from workbench.engine.tasks import detection_outputs as outs
from workbench.engine.tasks.boxes import Candidates
from workbench.engine.tasks.task import Answer, ClassMap, Decode, Geometry, Outputs, Port, Ports, Reading

_FAMILY = "CenterNet"
# So many peaks are looked at, as in the authors' code.
_PEAKS = 100


def centernet(reading: Reading, ports: Ports, classes: ClassMap) -> Decode:
    decoding = reading["decoding"]
    background = int(reading["classes"]["background"])
    heat_output, size_output, offset_output = _outputs(ports, decoding)

    def decode(outputs: Outputs, geometry: Geometry) -> Answer:
        heat = _map(outs.values(outputs, heat_output), "the heat map", None)
        size = _map(outs.values(outputs, size_output), "the size", heat.shape[1:])
        offset = _map(outs.values(outputs, offset_output), "the offset", heat.shape[1:])
        with np.errstate(all="ignore"):
            numbers, rows, columns = peaks(heat)
            scores = box_rules.activate(heat[numbers, rows, columns], decoding["activation"])
            step = np.array(
                [geometry.input_width / heat.shape[2], geometry.input_height / heat.shape[1]], dtype=np.float32
            )
            centers = (np.stack([columns, rows], axis=1) + offset[:, rows, columns].T) * step
            sizes = size[:, rows, columns].T * (step if decoding["sizes_in"] == "cells" else 1)
            corners = box_rules.from_centers(np.concatenate([centers, sizes], axis=1).astype(np.float32))
        found = Candidates(corners, scores, numbers.astype(np.int64) - background, np.arange(len(corners)))
        return box_rules.settle(found, decoding, classes, geometry)[0]

    return decode


def _outputs(ports: Ports, decoding: Reading) -> tuple[Port, Port, Port]:
    def pairs(shape: tuple[int, ...]) -> bool:
        return len(shape) == 4 and outs.may_be(shape[1], 2)

    names = [decoding[key] for key in ("heatmap_output", "size_output", "offset_output")]
    taken = [outs.named(ports, name) for name in names if name is not None]
    maps = [port for port in ports.outputs if len(port.shape) == 4 and port not in taken]
    many = [port for port in maps if port.shape[1] != 2]
    if names[0] is None and len(many) == 1:
        heat = many[0]
    else:
        heat = outs.find(
            ports, _FAMILY, "the heat map", "[1, classes, H, W]", lambda shape: len(shape) == 4, names[0],
            hints=("heat", "hm"), taken=taken,
        )  # fmt: skip
    taken.append(heat)
    # Exports keep the authors' order: heat map, size, offset.
    hints = ("wh", "width", "size")
    size = outs.find(
        ports, _FAMILY, "the size", "[1, 2, H, W]", pairs, names[1], hints=hints, taken=taken, in_order=True
    )
    taken.append(size)
    offset = outs.find(
        ports, _FAMILY, "the offset", "[1, 2, H, W]", pairs, names[2], hints=("off", "reg"), taken=taken, in_order=True
    )
    return heat, size, offset


def _map(array: NDArray[np.float32], what: str, grid: tuple[int, ...] | None) -> NDArray[np.float32]:
    """[1, c, H, W] → [c, H, W]; of the same grid as the heat map, with two channels."""
    if array.ndim != 4 or array.shape[0] != 1 or 0 in array.shape:
        raise outs.shape_mismatch(_FAMILY, f"{what} must be [1, channels, H, W]", array.shape)
    if grid is not None and array.shape[1:] != (2, *grid):
        raise outs.shape_mismatch(_FAMILY, f"{what} must be [1, 2, {grid[0]}, {grid[1]}]", array.shape)
    return np.asarray(array[0])


def peaks(heat: NDArray[np.float32]) -> tuple[NDArray[np.intp], NDArray[np.intp], NDArray[np.intp]]:
    """Class, row and column of the strongest cells that none of their eight neighbours exceeds.

    The activation keeps the order, so that raw values do.
    """
    best = heat.copy()
    np.maximum(best[:, 1:], heat[:, :-1], out=best[:, 1:])
    np.maximum(best[:, :-1], heat[:, 1:], out=best[:, :-1])
    around = best.copy()
    np.maximum(around[:, :, 1:], best[:, :, :-1], out=around[:, :, 1:])
    np.maximum(around[:, :, :-1], best[:, :, 1:], out=around[:, :, :-1])
    numbers, rows, columns = np.nonzero(heat == around)
    values = heat[numbers, rows, columns]
    strongest = np.argsort(-values, kind="stable")[:_PEAKS]
    return numbers[strongest], rows[strongest], columns[strongest]

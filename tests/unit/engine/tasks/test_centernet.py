"""CenterNet: peaks, their offsets and sizes."""

from typing import Any

import numpy as np
import pytest

from tests.unit.engine.tasks.detectors import (
    centred,
    class_map,
    expect,
    in_input,
    letterbox,
    logit,
    ports,
    reading,
    stretched,
)
from workbench.engine.protocol import EngineError
from workbench.engine.tasks import detection

BOXES = np.array([[10, 20, 60, 90], [100, 30, 180, 110], [5, 5, 25, 35]], dtype=np.float64)
CLASSES, SCORES = [1, 0, 2], [0.9, 0.6, 0.3]
GEOMETRIES = [letterbox(200, 120, 256), stretched(200, 120, 256, 128)]


@pytest.mark.parametrize("geometry", GEOMETRIES)
@pytest.mark.parametrize("sizes_in", ["cells", "pixels"])
@pytest.mark.parametrize("activation", ["sigmoid", "none"])
def test_peaks(geometry: Any, sizes_in: str, activation: str) -> None:
    """Beside each peak stands a lower neighbour, which is none."""
    step = 4
    shape = (geometry.input_height // step, geometry.input_width // step)
    heat = np.full((1, 3, *shape), 1e-6)
    size, offset = np.zeros((1, 2, *shape)), np.zeros((1, 2, *shape))
    for (x, y, width, height), own, score in zip(centred(in_input(BOXES, geometry)), CLASSES, SCORES, strict=True):
        column, row = int(x // step), int(y // step)
        heat[0, own, row, column], heat[0, own, row + 1, column - 1] = score, score - 0.01
        size[0, :, row, column] = np.array([width, height]) / (step if sizes_in == "cells" else 1)
        offset[0, :, row, column] = [x / step - column, y / step - row]
    outputs = {"540": logit(heat) if activation == "sigmoid" else heat, "537": size, "543": offset}
    made = ports({name: array.shape for name, array in outputs.items()})
    decode = detection.decoder(
        reading(family="centernet", sizes_in=sizes_in, activation=activation), made, class_map(3)
    )
    expect(decode(outputs, geometry), BOXES, CLASSES, SCORES)


def test_names_tell_size_from_offset_and_heat() -> None:
    """With two classes all three outputs have two channels."""
    geometry = GEOMETRIES[0]
    heat, size, offset = (np.zeros((1, 2, 64, 64)) for _ in range(3))
    heat[0, 1, 10, 20], size[0, :, 10, 20], offset[0, :, 10, 20] = 0.9, [4, 6], [0.5, 0.25]
    outputs = {"reg": offset, "wh": size, "hm": heat}
    made = ports({name: array.shape for name, array in outputs.items()})
    wanted = reading(family="centernet", activation="none", score_threshold=0.5)
    answer = detection.decoder(wanted, made, class_map(2))(outputs, geometry)
    box = np.array([20.5 - 2, 10.25 - 3, 20.5 + 2, 10.25 + 3]) * 4
    assert answer.boxes is not None
    np.testing.assert_allclose(
        in_input(answer.boxes.astype(float), geometry), [np.maximum(box, [0, 51.2, 0, 0])], atol=1e-3
    )


def test_maps_of_other_grids_are_refused() -> None:
    shapes = {"hm": (1, 3, 64, 64), "wh": (1, 2, 32, 32), "reg": (1, 2, 64, 64)}
    decode = detection.decoder(reading(family="centernet"), ports(shapes), class_map(3))
    with pytest.raises(EngineError) as caught:
        decode({name: np.zeros(shape) for name, shape in shapes.items()}, GEOMETRIES[0])
    assert caught.value.code == "decoding_mismatch"
    assert "[1, 2, 64, 64]" in caught.value.message

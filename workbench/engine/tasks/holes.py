"""What is cut out of a picture for inpainting.

The accuracy operation makes an inpainting model's inputs with it: `hole_mask` says where the hole is, `mask_values`
what the model's mask input gets. After decoding, `images_out.pasted` keeps the picture outside of the hole.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray


def hole_mask(hole: Mapping[str, Any], width: int, height: int, number: int) -> NDArray[np.bool_]:
    """[height, width], True in the hole; `hole` is `reading["decoding"]["hole"]`, width and height those of the input.

    The place follows from the hole's seed and the sample's number alone, so a sample has the same hole in every run.
    """
    generator = np.random.default_rng([int(hole["seed"]), number])
    if hole["kind"] == "rectangle":
        return _rectangle(hole, width, height, generator)
    return _strokes(hole, width, height, generator)


def mask_values(hole: Mapping[str, Any], mask: NDArray[np.bool_]) -> NDArray[np.float32]:
    """[height, width] for the model's mask input: 1 in the hole and 0 elsewhere, or the `inverse`."""
    return (~mask if hole["inverse"] else mask).astype(np.float32)


def _rectangle(hole: Mapping[str, Any], width: int, height: int, generator: np.random.Generator) -> NDArray[np.bool_]:
    """A hole of the size asked for, or as large as the picture, wholly inside of it."""
    hole_width, hole_height = min(int(hole["width"]), width), min(int(hole["height"]), height)
    left = int(generator.integers(0, width - hole_width + 1))
    top = int(generator.integers(0, height - hole_height + 1))
    mask = np.zeros((height, width), dtype=np.bool_)
    mask[top : top + hole_height, left : left + hole_width] = True
    return mask


def _strokes(hole: Mapping[str, Any], width: int, height: int, generator: np.random.Generator) -> NDArray[np.bool_]:
    """`parts` brush strokes with 1 to `vertices` turns, each leg up to `length` long and half to wholly `brush` wide.

    After Yu et al. 2019, "Free-Form Image Inpainting with Gated Convolution", algorithm 1: every other leg goes back,
    so that a stroke looks like somebody rubbing something out.
    """
    import cv2

    canvas = np.zeros((height, width), dtype=np.uint8)
    for _ in range(int(hole["parts"])):
        x, y = float(generator.integers(0, width)), float(generator.integers(0, height))
        direction = generator.uniform(0, 2 * math.pi)
        for leg in range(int(generator.integers(1, int(hole["vertices"]) + 1))):
            angle = direction + generator.uniform(-math.pi / 3, math.pi / 3) + (math.pi if leg % 2 else 0.0)
            length = generator.uniform(1, max(1.0, float(hole["length"])))
            brush = int(generator.integers(-(-int(hole["brush"]) // 2), int(hole["brush"]) + 1))
            to_x = min(max(x + length * math.cos(angle), 0.0), width - 1.0)
            to_y = min(max(y + length * math.sin(angle), 0.0), height - 1.0)
            cv2.line(canvas, (round(x), round(y)), (round(to_x), round(to_y)), 255, brush)
            # Joints are round.
            cv2.circle(canvas, (round(to_x), round(to_y)), brush // 2, 255, -1)
            x, y = to_x, to_y
    return canvas > 0

"""Pictures that come with the workbench: scikit-learn's digits enlarged, and what seeded code draws."""

import gzip
import math
from collections.abc import Callable, Mapping
from functools import cache
from importlib.util import find_spec
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from workbench.datasets.picture_changes import Image, png
from workbench.datasets.seeded import Draws

DIGIT_SIDE = 128
# Strokes of the source are 0 (none) to 16 (full), in 8 × 8 cells.
FULL_STROKE = 16.0
SHAPES_SIZE = 320, 240
TEXTURE_SIDE = 256


def drawn(name: str, number: int) -> tuple[str, bytes]:
    """The file name and the content of a picture of the set `name`; the same at every call.

    Raises IndexError beyond the digits that there are, KeyError for another set.
    """
    return f"{name}-{number:04}.png", png(_SETS[name](number))


def digit(number: int) -> Image:
    """A handwritten digit as dark ink on white paper."""
    ink = cv2.resize(_strokes()[number] / FULL_STROKE, (DIGIT_SIDE, DIGIT_SIDE), interpolation=cv2.INTER_CUBIC)
    grey = np.rint(255.0 * (1.0 - np.clip(ink, 0.0, 1.0))).astype(np.uint8)
    return np.repeat(grey[:, :, None], 3, axis=2)


@cache
def _strokes() -> NDArray[np.float64]:
    """1,797 × 8 × 8: scikit-learn's own file, read without importing scikit-learn, which takes a second."""
    found = find_spec("sklearn")
    assert found is not None
    assert found.submodule_search_locations
    path = Path(found.submodule_search_locations[0]) / "datasets" / "data" / "digits.csv.gz"
    with gzip.open(path, "rt") as file:
        table = np.loadtxt(file, delimiter=",")
    return table[:, :-1].reshape(-1, 8, 8)


def shapes(number: int) -> Image:
    """Three to eight coloured ellipses, rectangles, triangles and lines over a background that fades."""
    draws = Draws(0, "shapes", number)
    width, height = SHAPES_SIZE
    fade = np.linspace(0.0, 1.0, height)[:, None, None]
    first, last = np.array(draws.color(), float), np.array(draws.color(), float)
    image = np.repeat(np.rint(first + (last - first) * fade), width, axis=1).astype(np.uint8)
    for _ in range(draws.integer(3, 8)):
        center = draws.integer(0, width), draws.integer(0, height)
        size = draws.integer(10, 70), draws.integer(10, 70)
        angle, color = draws.between(0, 360), draws.color()
        kind = draws.integer(0, 3)
        if kind == 0:
            cv2.ellipse(image, center, size, angle, 0, 360, color, -1, cv2.LINE_AA)
        elif kind == 1:
            box = cv2.boxPoints((center, (2 * size[0], 2 * size[1]), angle))
            cv2.fillConvexPoly(image, np.rint(box).astype(np.int32), color, cv2.LINE_AA)
        elif kind == 2:
            turns = math.radians(angle) + np.array([0.0, 2.1, 4.2])
            corners = np.array(center) + size[0] * np.stack([np.cos(turns), np.sin(turns)], axis=1)
            cv2.fillConvexPoly(image, np.rint(corners).astype(np.int32), color, cv2.LINE_AA)
        else:
            end = draws.integer(0, width), draws.integer(0, height)
            cv2.line(image, center, end, color, draws.integer(1, 6), cv2.LINE_AA)
    return image


def textures(number: int) -> Image:
    """Clouds, waves or a weave between two colours."""
    draws = Draws(0, "textures", number)
    field = (_clouds, _waves, _weave)[draws.integer(0, 2)](draws)
    low, high = float(field.min()), float(field.max())
    share = ((field - low) / max(high - low, 1e-9))[:, :, None]
    first, last = np.array(draws.color(), float), np.array(draws.color(), float)
    made: Image = np.rint(first + (last - first) * share).astype(np.uint8)
    return made


def _clouds(draws: Draws) -> NDArray[np.float64]:
    """Random grids, each twice as fine and half as strong as the one before."""
    field = np.zeros((TEXTURE_SIDE, TEXTURE_SIDE))
    for octave in range(draws.integer(3, 6)):
        cells = 2 ** (octave + 2)
        grid = draws.units(cells * cells).reshape(cells, cells)
        finer = cv2.resize(grid, (TEXTURE_SIDE, TEXTURE_SIDE), interpolation=cv2.INTER_CUBIC)
        field += np.asarray(finer, np.float64) / 2.0**octave
    return field


def _waves(draws: Draws) -> NDArray[np.float64]:
    rows, columns = np.mgrid[0:TEXTURE_SIDE, 0:TEXTURE_SIDE] / TEXTURE_SIDE
    field = np.zeros((TEXTURE_SIDE, TEXTURE_SIDE))
    for _ in range(draws.integer(2, 5)):
        across, down = draws.between(-24, 24), draws.between(-24, 24)
        field += np.sin(2 * math.pi * (across * columns + down * rows + draws.unit()))
    return field


def _weave(draws: Draws) -> NDArray[np.float64]:
    rows, columns = np.mgrid[0:TEXTURE_SIDE, 0:TEXTURE_SIDE]
    cell, slant = draws.integer(4, 32), draws.between(-1, 1)
    across = np.floor((columns + slant * rows) / cell)
    down = np.floor((rows - slant * columns) / cell)
    field: NDArray[np.float64] = ((across + down) % 2) + 0.3 * ((across * 3 + down * 5) % 7) / 7
    return field


_SETS: Mapping[str, Callable[[int], Image]] = {"digits": digit, "shapes": shapes, "textures": textures}

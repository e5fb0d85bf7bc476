"""What augmentations do to a picture: height × width × 3, uint8, blue green red, as OpenCV has it. Originals stay."""

import math
from collections.abc import Callable, Mapping
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from workbench.datasets.augmentations import Kind, Step
from workbench.datasets.seeded import Draws

Image = NDArray[np.uint8]

WHITE = 255
# Almost lossless, with the colours in full resolution: a further generation of a JPEG picture.
JPEG_QUALITY = 95
# Rows of this many pixels are given noise at a time: 8 bytes of chance for each.
NOISE_BLOCK_PIXELS = 1 << 20


def changed(image: Image, step: Step, seed: int, number: int) -> Image:
    """A new picture of the same size.

    Chance is drawn from `seed`, the `number` of the original and the step alone, so neither the order of the work
    nor other augmentations change it.
    """
    return _CHANGES[step.kind](image, step.values, Draws(seed, number, step.key))


def flip(image: Image, values: tuple[float, ...], draws: Draws) -> Image:
    """1: left to right, 0: upside down."""
    return _own(cv2.flip(image, int(values[0])))


def erase(image: Image, values: tuple[float, ...], draws: Draws) -> Image:
    """A white rectangle on a share of the picture, 1/2 to 2 times as wide in proportion as the picture."""
    height, width = image.shape[:2]
    stretch = 2.0 ** draws.between(-0.5, 0.5)
    share = math.sqrt(values[0])
    wide = min(width, max(1, round(width * share * stretch)))
    high = min(height, max(1, round(height * share / stretch)))
    left, top = draws.integer(0, width - wide), draws.integer(0, height - high)
    made = image.copy()
    made[top : top + high, left : left + wide] = WHITE
    return made


def noise(image: Image, values: tuple[float, ...], draws: Draws) -> Image:
    """Salt (white) or pepper (black) on each pixel with a probability of the given share, both alike."""
    limit = np.uint64(values[0] * 2.0**64)
    made = image.copy()
    rows = max(1, NOISE_BLOCK_PIXELS // image.shape[1])
    for start in range(0, image.shape[0], rows):
        part = made[start : start + rows]
        chance = draws.words(part.shape[0] * part.shape[1]).reshape(part.shape[:2])
        hit = chance < limit
        part[hit] = np.where(chance[hit] & np.uint64(1), WHITE, 0).astype(np.uint8)[:, None]
    return made


def light(image: Image, values: tuple[float, ...], draws: Draws) -> Image:
    """(value - 128) · contrast + 128, then times brightness, rounded and kept within 0 to 255."""
    brightness, contrast = values
    levels = ((np.arange(256.0) - 128.0) * contrast + 128.0) * brightness
    return _own(cv2.LUT(image, np.clip(np.rint(levels), 0, 255).astype(np.uint8)))


def rotate(image: Image, values: tuple[float, ...], draws: Draws) -> Image:
    """By degrees against the clock around the middle; what comes in at the corners is the picture mirrored."""
    height, width = image.shape[:2]
    matrix = cv2.getRotationMatrix2D(((width - 1) / 2, (height - 1) / 2), values[0], 1.0)
    return _own(
        cv2.warpAffine(image, matrix, (width, height), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT_101)
    )


def blur(image: Image, values: tuple[float, ...], draws: Draws) -> Image:
    """A Gaussian of that many pixels."""
    return _own(cv2.GaussianBlur(image, (0, 0), values[0]))


def compress(image: Image, values: tuple[float, ...], draws: Draws) -> Image:
    """What JPEG of that quality leaves of it."""
    return _own(cv2.imdecode(np.frombuffer(_jpeg(image, int(values[0])), np.uint8), cv2.IMREAD_COLOR))


_CHANGES: Mapping[Kind, Callable[[Image, tuple[float, ...], Draws], Image]] = {
    "flip": flip,
    "erase": erase,
    "noise": noise,
    "light": light,
    "rotate": rotate,
    "blur": blur,
    "jpeg": compress,
}


def encoded(image: Image, step: Step, original: Image, kind: str) -> tuple[bytes, str]:
    """A changed picture as a file, and the file's suffix: JPEG for a JPEG `original` and where JPEG is the change
    itself, else PNG."""
    if step.kind == "jpeg":
        # Of the original: compressing what was compressed before would lose more than was asked for.
        return _jpeg(original, int(step.values[0])), ".jpg"
    if kind == "JPEG":
        return _jpeg(image, JPEG_QUALITY, cv2.IMWRITE_JPEG_SAMPLING_FACTOR_444), ".jpg"
    return png(image), ".png"


def png(image: Image) -> bytes:
    _, content = cv2.imencode(".png", image)
    return content.tobytes()


def _jpeg(image: Image, quality: int, sampling: int | None = None) -> bytes:
    flags = [cv2.IMWRITE_JPEG_QUALITY, quality]
    if sampling is not None:
        flags += [cv2.IMWRITE_JPEG_SAMPLING_FACTOR, sampling]
    _, content = cv2.imencode(".jpg", image, flags)
    return content.tobytes()


def _own(image: Any) -> Image:
    """A result of OpenCV, whose types say less than is known."""
    made: Image = np.asarray(image, np.uint8)
    return made

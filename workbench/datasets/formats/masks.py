"""Masks of every source in one form: PNG of one channel, 0 background, k the label k - 1, the highest value ignored.

8 bit with 255 for what is ignored; 16 bit with 65535 where there are more than 253 labels.
"""

import struct
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from workbench.datasets.image_header import Header, NotAnImage, read_header
from workbench.datasets.thumbnails import MAX_PIXELS, alone_if_large

Color = tuple[int, int, int]

# In a rule: what has no label, and what counts neither way.
BACKGROUND = -1
IGNORED = -2
MOST_BYTE_LABELS = 253

_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_GREY, _PALETTE = 0, 3


class BadMask(ValueError):
    """The mask cannot be used: `problem` says why, `fix` what helps."""

    def __init__(self, problem: str, fix: str) -> None:
        super().__init__(problem)
        self.problem = problem
        self.fix = fix


@dataclass(frozen=True)
class MaskRule:
    """Which grey value or palette index, and which colour, is which label (or BACKGROUND, IGNORED).

    `background`: what has no label is a class to be judged. `source` is where classes are told, for the fix of what
    is wrong. A rule is used in many threads.
    """

    labels: int
    values: Mapping[int, int] = field(default_factory=dict)
    colors: Mapping[Color, int] = field(default_factory=dict)
    background: bool = False
    source: str = "the list of classes"

    @property
    def ignore(self) -> int:
        return 255 if self.labels <= MOST_BYTE_LABELS else 65535

    def record(self) -> dict[str, Any]:
        """The member `masks` of `dataset.json`."""
        return {"ignore": self.ignore, "background": self.background}

    def pixel(self, label: int) -> int:
        """The new value of a label, of BACKGROUND or IGNORED."""
        return {BACKGROUND: 0, IGNORED: self.ignore}.get(label, label + 1)

    # One table for each kind of mask; -1 is unknown. 24 bits of colour are 64 MiB, made only if there are colours.

    @cached_property
    def by_value(self) -> NDArray[np.int32]:
        table = np.full(65536, -1, np.int32)
        for value, label in self.values.items():
            table[value] = self.pixel(label)
        return table

    @cached_property
    def by_color(self) -> NDArray[np.int32]:
        table = np.full(2**24, -1, np.int32)
        for (red, green, blue), label in self.colors.items():
            table[red << 16 | green << 8 | blue] = self.pixel(label)
        return table


@dataclass(frozen=True)
class Normalised:
    """The new file's content, and which labels it shows."""

    png: bytes
    labels: list[int]


def normalised(data: bytes, rule: MaskRule, size: tuple[int, int]) -> Normalised:
    """A mask (`data` is the file) of a picture of `size` (width, height) in the one form. Raises BadMask."""
    with alone_if_large(_checked(data, size)):
        return _normalised(data, rule, size)


def _normalised(data: bytes, rule: MaskRule, size: tuple[int, int]) -> Normalised:
    pixels = _mapped(data, rule)
    unknown = pixels < 0
    if unknown.any():
        y, x = divmod(int(unknown.argmax()), size[0])
        raise BadMask(
            f"the pixel at x {x}, y {y} has {_shown(data, x, y)}, which is no class",
            f"add it to {rule.source}, or correct the mask",
        )
    found: NDArray[Any] = pixels.astype(np.uint16 if rule.ignore > 255 else np.uint8)
    counts = cv2.calcHist([found], [0], None, [rule.ignore + 1], [0, rule.ignore + 1])
    present = [int(value) - 1 for value in np.flatnonzero(counts) if value not in (0, rule.ignore)]
    done, encoded = cv2.imencode(".png", found)
    assert done
    return Normalised(encoded.tobytes(), present)


def _mapped(data: bytes, rule: MaskRule) -> NDArray[np.int32]:
    """The new values, -1 for what is unknown."""
    kind = data[25]
    if kind == _PALETTE:
        indices, palette = _indices(data)
        by_color = np.array([_find(rule, color) for color in palette], np.int32)
        used = np.unique(indices)
        if rule.colors and used[-1] < len(palette) and (by_color[used] >= 0).all():
            return np.asarray(by_color[indices], np.int32)
        table = rule.by_value if rule.values else _padded(by_color)
        return np.asarray(table[indices], np.int32)
    image = _decoded(data, cv2.IMREAD_UNCHANGED)
    if image.ndim == 3 and image.shape[2] == 2:
        image = image[:, :, 0]
    if image.ndim == 2:
        return _by_grey(image, rule)
    if image.dtype != np.uint8:
        raise BadMask("the mask has colours of 16 bit", "save it with 8 bit for each colour")
    blue, green, red = (image[:, :, channel] for channel in range(3))
    if rule.colors:
        found = rule.by_color[_packed(red, green, blue)]
        if not rule.values or (found >= 0).all():
            return np.asarray(found, np.int32)
    if rule.values and (red == green).all() and (green == blue).all():
        # Grey values that were saved as a colour picture.
        return np.asarray(rule.by_value[red], np.int32)
    return np.full(red.shape, -1, np.int32) if not rule.colors else np.asarray(found, np.int32)


def _by_grey(image: NDArray[Any], rule: MaskRule) -> NDArray[np.int32]:
    if rule.values:
        return np.asarray(rule.by_value.take(image), np.int32)
    if image.dtype != np.uint8:
        raise BadMask("the mask has grey values of 16 bit", "save it with the colours of its classes")
    return np.asarray(rule.by_color[_packed(image, image, image)], np.int32)


def _packed(red: NDArray[Any], green: NDArray[Any], blue: NDArray[Any]) -> NDArray[np.uint32]:
    packed = red.astype(np.uint32) << 8
    packed |= green
    packed <<= 8
    packed |= blue
    return np.asarray(packed, np.uint32)


def _find(rule: MaskRule, color: Color) -> int:
    label = rule.colors.get(color)
    return -1 if label is None else rule.pixel(label)


def _padded(table: NDArray[np.int32]) -> NDArray[np.int32]:
    return np.concatenate([table, np.full(256 - len(table), -1, np.int32)])


def _checked(data: bytes, size: tuple[int, int]) -> Header:
    """The header of a PNG as large as its picture. Raises BadMask."""
    try:
        header = read_header(data)
    except NotAnImage as error:
        raise BadMask("the mask is not a readable PNG file", "save it as PNG") from error
    if header.kind != "PNG":
        raise BadMask(f"the mask is a {header.kind} file", "save it as PNG")
    if header.width * header.height > MAX_PIXELS:
        raise BadMask(f"the mask has more than {MAX_PIXELS / 1e6:.0f} million pixels", "save it smaller")
    if (header.width, header.height) != size:
        raise BadMask(
            f"the mask has {header.width}x{header.height} pixels, its picture {size[0]}x{size[1]}",
            "make both the same size",
        )
    if len(data) < 33:
        raise BadMask("the mask is not a readable PNG file", "save it as PNG")
    return header


def _decoded(data: bytes, flags: int) -> NDArray[Any]:
    try:
        image = cv2.imdecode(np.frombuffer(data, np.uint8), flags)
    except cv2.error:
        image = None
    if image is None:
        raise BadMask("the mask cannot be decoded; the file is damaged or not complete", "replace the file")
    return np.asarray(image)


def _indices(data: bytes) -> tuple[NDArray[np.uint8], list[Color]]:
    """The palette indices of a PNG, which OpenCV would turn to colours, and its palette.

    A copy of the file calls itself grey (PNG, section 11.2.2): indices are stored as grey values are. Those of less
    than 8 bit are spread over 0…255 by decoders, so that it takes a division to have them back.
    """
    depth = data[24]
    parts = [_SIGNATURE]
    palette: list[Color] = []
    for kind, content in _chunks(data):
        if kind == b"PLTE":
            palette = [(content[at], content[at + 1], content[at + 2]) for at in range(0, len(content) - 2, 3)]
        elif kind in (b"IHDR", b"IDAT", b"IEND"):
            body = content[:9] + bytes([_GREY]) + content[10:] if kind == b"IHDR" else content
            crc = zlib.crc32(kind + body)
            parts += [struct.pack(">I", len(body)), kind, body, struct.pack(">I", crc)]
    grey = _decoded(b"".join(parts), cv2.IMREAD_UNCHANGED)
    if grey.ndim != 2 or grey.dtype != np.uint8 or depth not in (1, 2, 4, 8):
        raise BadMask("the mask cannot be decoded; its header is wrong", "save it as PNG again")
    return np.asarray(grey // (255 // (2**depth - 1)), np.uint8), palette[:256]


def _chunks(data: bytes) -> list[tuple[bytes, bytes]]:
    found = []
    at = len(_SIGNATURE)
    while at + 8 <= len(data):
        (length,) = struct.unpack_from(">I", data, at)
        found.append((data[at + 4 : at + 8], data[at + 8 : at + 8 + length]))
        at += 12 + length
    return found


def _shown(data: bytes, x: int, y: int) -> str:
    """What stands at a pixel of the source, in words."""
    if data[25] == _PALETTE:
        indices, palette = _indices(data)
        index = int(indices[y, x])
        color = f" (colour {list(palette[index])})" if index < len(palette) else ""
        return f"the palette index {index}{color}"
    pixel = _decoded(data, cv2.IMREAD_UNCHANGED)[y, x]
    if np.ndim(pixel) == 0 or len(pixel) == 2:
        return f"the value {int(np.ravel(pixel)[0])}"
    return f"the colour [{int(pixel[2])}, {int(pixel[1])}, {int(pixel[0])}]"

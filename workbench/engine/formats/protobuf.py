"""A bounded reader of the protobuf wire format.

Enough to look into ONNX, TensorFlow and PaddlePaddle files before a native parser does: it never copies a payload,
never recurses by itself, and stops at `limits.MAX_FIELDS`. Encoding: https://protobuf.dev/programming-guides/encoding/
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass

from workbench.engine.formats.limits import MAX_FIELDS

VARINT, FIXED64, LENGTH, FIXED32 = 0, 1, 2, 5


class WireError(ValueError):
    """The bytes are not a protobuf message."""


@dataclass(slots=True)
class Budget:
    """Counts the fields read over a whole file, so that a small file cannot ask for hours of parsing."""

    left: int = MAX_FIELDS


def varint(data: memoryview, at: int) -> tuple[int, int]:
    """Unsigned integer at `at`, and the position behind it."""
    result = shift = 0
    while True:
        if at >= len(data):
            raise WireError("it ends in the middle of a number")
        byte = data[at]
        at += 1
        result |= (byte & 0x7F) << shift
        if byte < 0x80:
            return result & 0xFFFFFFFFFFFFFFFF, at
        shift += 7
        if shift > 63:
            raise WireError("it holds a number of more than 64 bits")


def signed(value: int) -> int:
    """The int64 that a varint stands for."""
    return value - (1 << 64) if value >= 1 << 63 else value


def fields(data: memoryview, budget: Budget) -> Iterator[tuple[int, int, int | memoryview]]:
    """Each field as (number, wire type, value): an int for numbers, a view for strings, bytes and messages.

    Raises WireError where the bytes are no message, or the budget is spent.
    """
    at, end = 0, len(data)
    while at < end:
        budget.left -= 1
        if budget.left < 0:
            raise WireError(f"it has more than {MAX_FIELDS} fields")
        tag, at = varint(data, at)
        number, wire = tag >> 3, tag & 7
        if number == 0:
            raise WireError("it has a field without a number")
        if wire == VARINT:
            value, at = varint(data, at)
            yield number, wire, value
        elif wire == LENGTH:
            size, at = varint(data, at)
            if size > end - at:
                raise WireError(f"it ends {size - (end - at)} bytes too early")
            yield number, wire, data[at : at + size]
            at += size
        elif wire in (FIXED64, FIXED32):
            size = 8 if wire == FIXED64 else 4
            if size > end - at:
                raise WireError(f"it ends {size - (end - at)} bytes too early")
            yield number, wire, int.from_bytes(data[at : at + size], "little")
            at += size
        else:
            raise WireError(f"it has a field of the unknown kind {wire}")


def messages(data: memoryview, number: int, budget: Budget) -> Iterator[memoryview]:
    """The length-delimited values of one field."""
    for found, wire, value in fields(data, budget):
        if found == number and wire == LENGTH:
            assert isinstance(value, memoryview)
            yield value


def text(value: int | memoryview) -> str:
    """A string field; bytes that are no UTF-8 are shown as such rather than refused."""
    if isinstance(value, int):
        raise WireError("a text field holds a number")
    return bytes(value).decode("utf-8", "backslashreplace")


def integers(wire: int, value: int | memoryview) -> list[int]:
    """int64 values of one occurrence of a repeated field, packed or not."""
    if isinstance(value, int):
        if wire != VARINT:
            raise WireError("an integer field holds another kind of number")
        return [signed(value)]
    found, at = [], 0
    while at < len(value):
        number, at = varint(value, at)
        found.append(signed(number))
    return found


def floats(value: memoryview) -> tuple[float, ...]:
    """float32 values of a packed field."""
    if len(value) % 4:
        raise WireError("a list of floats has a broken length")
    return struct.unpack(f"<{len(value) // 4}f", value)

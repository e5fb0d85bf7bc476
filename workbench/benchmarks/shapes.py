"""Sizes for dynamic dimensions: what the user named, else the usual ones, which the run then states."""

from typing import Any

DEFAULT_BATCH = 1
DEFAULT_CHANNELS = 3
DEFAULT_SIDE = 224
DEFAULT_LENGTH = 128


def shapes_for(inputs: list[dict[str, Any]], wanted: dict[str, list[int]] | None) -> dict[str, list[int]] | None:
    """Input name → static shape, for inputs with dynamic dimensions and for those that the user named.

    Unnamed dynamic dimensions become: batch 1, channels 3 or what the graph demands, height and width 224, any other
    128; a bounded dimension `a..b` the nearest value in it. None when every input is static and none was named.
    """
    shapes: dict[str, list[int]] = dict(wanted or {})
    for port in inputs:
        shape = port.get("shape")
        name = port["name"]
        if name in shapes or not shape or all(isinstance(size, int) for size in shape):
            continue
        layout = port.get("layout") or ""
        shapes[name] = [
            _size(size, layout[index] if index < len(layout) else None, index, len(shape), port.get("channels"))
            for index, size in enumerate(shape)
        ]
    return shapes or None


def _size(size: int | str, axis: str | None, index: int, rank: int, channels: int | None) -> int:
    if isinstance(size, int):
        return size
    guess = channels if axis == "C" and channels else _usual(axis, index, rank)
    low, _, high = size.partition("..")
    if low.isdecimal():
        guess = max(guess, int(low))
    if high.isdecimal():
        guess = min(guess, int(high))
    return guess


def _usual(axis: str | None, index: int, rank: int) -> int:
    if axis == "N" or (axis is None and index == 0):
        return DEFAULT_BATCH
    if axis == "C":
        return DEFAULT_CHANNELS
    if axis in ("H", "W") or rank == 4:
        return DEFAULT_SIDE
    return DEFAULT_LENGTH

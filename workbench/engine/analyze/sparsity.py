"""How many weights are zero in execution."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from workbench.engine.analyze.graph import BITS, FLOATS, LOW_BITS, Node, elements
from workbench.engine.analyze.parameters import Weight

_CHUNK = 1 << 24  # elements looked at together, to bound memory


def zeros(weight: Weight) -> int:
    """Weights that are zero in execution: of quantised ones, those on the level that stands for zero."""
    levels = _fake_quantize(weight.constant)
    if levels is not None:
        return _quantised_zeros(weight, levels)
    if weight.kind in FLOATS:
        return _float_zeros(weight)
    return _integer_zeros(weight)


def _float_zeros(weight: Weight) -> int:
    bits = BITS[weight.kind]
    if bits < 8:
        codes = unpack(weight.constant.handle, weight.count, weight.kind)
        # nf4 is a table whose entry 7 is zero; f4e2m1 has a sign bit and zeros below it.
        return int(np.count_nonzero(codes == 7 if weight.kind == "nf4" else (codes & 7) == 0))
    raw = weight.constant.handle.get_data().ravel().view(f"u{bits // 8}")
    magnitude = (1 << (bits - 1)) - 1  # without the sign: -0.0 is zero too
    if weight.kind == "f8e8m0":
        return 0  # powers of two only
    return sum(
        int(np.count_nonzero((raw[at : at + _CHUNK] & raw.dtype.type(magnitude)) == 0))
        for at in range(0, raw.size, _CHUNK)
    )


def unpack(constant: Any, count: int, kind: str) -> npt.NDArray[np.int16]:
    """Values of an integer constant of 1, 2, 4 or 8 bits, flat; packed ones lie low bits first. 4-bit floats come as
    codes."""
    raw = constant.get_data().ravel()
    bits = BITS[kind]
    if bits == 8:
        return np.asarray(raw, np.int16)
    packed = raw.view(np.uint8)
    values = np.empty((packed.size, 8 // bits), np.int16)
    for place in range(8 // bits):
        # u1 is stored from the high bit down.
        shift = 7 - place if bits == 1 else place * bits
        values[:, place] = (packed >> shift) & ((1 << bits) - 1)
    flat = values.ravel()[:count]
    if kind.startswith("i"):
        flat = np.where(flat >= 1 << (bits - 1), flat - (1 << bits), flat).astype(np.int16)
    return flat


def _integer_zeros(weight: Weight) -> int:
    if BITS.get(weight.kind, 0) not in (1, 2, 4, 8):
        return 0
    values = unpack(weight.constant.handle, weight.count, weight.kind)
    zero = _zero_point(weight.constant)
    if zero is None:
        return int(np.count_nonzero(values == 0))
    shape = weight.constant.outputs[0].shape or ()
    try:
        return int(np.count_nonzero(values.reshape(shape) == zero))
    except ValueError:
        return int(np.count_nonzero(values == zero.ravel()[0]))


def _zero_point(constant: Node) -> npt.NDArray[np.float32] | None:
    """The value subtracted from integer weights before they are scaled, if any."""
    node = constant
    for _ in range(3):
        readers = node.outputs[0].readers
        if not readers:
            return None
        reader = constant.graph.nodes[readers[0][0]]
        if reader.type == "Subtract":
            side = reader.source(1 - readers[0][1])
            while side.type in ("Convert", "Reshape") and side.inputs:
                side = side.source(0)
            if side.type != "Constant":
                return None
            kind, shape = side.outputs[0].kind, side.outputs[0].shape or ()
            if kind in LOW_BITS and kind not in FLOATS:
                return unpack(side.handle, elements(shape), kind).astype(np.float32).reshape(shape)
            return np.asarray(side.handle.get_data(), np.float32)
        if reader.type != "Convert":
            return None
        node = reader
    return None


def _fake_quantize(constant: Node) -> Node | None:
    node = constant
    for _ in range(4):
        readers = [constant.graph.nodes[index] for index, number in node.outputs[0].readers if number == 0]
        quantizers = [reader for reader in readers if reader.type == "FakeQuantize"]
        if quantizers:
            return quantizers[0]
        passed = [reader for reader in readers if reader.type in ("Convert", "Reshape", "Transpose") and reader.folded]
        if not passed or passed[0].type != "Convert":
            return None  # a reshaped constant no longer broadcasts with the ranges as it stands
        node = passed[0]
    return None


def _quantised_zeros(weight: Weight, quantizer: Node) -> int:
    """q = round((clamp(w) - il) / (ih - il) * (L - 1)) stands for zero where q == round(-ol / (oh - ol) * (L - 1))."""
    shape = weight.constant.outputs[0].shape or ()
    rank = max(1, len(shape))
    ranges = []
    for number in range(1, 5):
        bounds = quantizer.constant(number)
        own = quantizer.input_port(number).shape or ()
        if bounds is None or len(own) > rank:
            return _float_zeros(weight) if weight.kind in FLOATS else 0
        ranges.append(np.asarray(bounds, np.float64).reshape((1,) * (rank - len(own)) + own))
    low, high, out_low, out_high = ranges
    steps = int(quantizer.attributes.get("levels", 256)) - 1
    scale = steps / np.where(high == low, 1.0, high - low)
    zero_level = np.round(-out_low / np.where(out_high == out_low, 1.0, out_high - out_low) * steps)
    values = _values(weight).reshape(shape or (1,))
    total, rows = 0, max(1, _CHUNK // max(1, elements(values.shape[1:])))
    for at in range(0, values.shape[0], rows):
        part = slice(at, at + rows)

        def rowwise(item: npt.NDArray[np.float64], part: slice = part) -> npt.NDArray[np.float64]:
            return item if item.shape[0] == 1 else item[part]

        bottom = rowwise(np.minimum(low, high))
        clamped = np.clip(values[part].astype(np.float64), bottom, rowwise(np.maximum(low, high)))
        level = np.round((clamped - rowwise(low)) * rowwise(scale))
        total += int(np.count_nonzero(level == rowwise(zero_level)))
    return total


def _values(weight: Weight) -> npt.NDArray[Any]:
    if weight.kind == "bf16":
        bits = weight.constant.handle.get_data().ravel().view(np.uint16)
        return np.asarray((bits.astype(np.uint32) << 16).view(np.float32))
    if weight.kind in FLOATS:
        return np.asarray(weight.constant.handle.get_data()).ravel()
    return unpack(weight.constant.handle, weight.count, weight.kind)

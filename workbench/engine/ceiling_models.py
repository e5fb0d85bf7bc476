"""Models that keep a device as busy as it can be, with the work they stand for."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import openvino as ov
from numpy.typing import NDArray
from openvino import opset13 as op

LINKS = 4
# Activations stay near 1 through a chain of He-initialised layers with ReLU, so these ends lose nothing that matters.
_RANGE = (0.0, 4.0)
_LEVELS = 256
_STEPS = 40.0


@dataclass(frozen=True)
class Pattern:
    """`work`: operations, or bytes read and written, of one inference."""

    name: str
    model: ov.Model
    work: int

    def fill(self, number: int, shape: Sequence[int]) -> NDArray[np.float32]:
        """Values for input `number`: no zeros and no denormals."""
        return np.random.default_rng(number).random(tuple(shape), np.float32) + np.float32(0.5)


def convolutions(channels: int, size: int, integers: bool) -> Pattern:
    """A chain of 3×3 convolutions with ReLU over `channels` × `size` × `size`, quantised to 8 bits for `integers`."""

    def link(data: Any, rng: np.random.Generator) -> Any:
        weights = _weights((channels, channels, 3, 3), rng, integers)
        return op.convolution(data, weights, [1, 1], [1, 1], [1, 1], [1, 1])

    work = LINKS * 2 * channels * channels * 9 * size * size
    return Pattern(
        f"3×3 convolutions {channels}×{size}×{size}", _chain([1, channels, size, size], link, integers), work
    )


def products(size: int, integers: bool) -> Pattern:
    """A chain of products of square matrices with ReLU."""

    def link(data: Any, rng: np.random.Generator) -> Any:
        return op.matmul(data, _weights((size, size), rng, integers), False, True)

    return Pattern(f"matrix products {size}×{size}", _chain([size, size], link, integers), LINKS * 2 * size**3)


def add(size: int) -> Pattern:
    """The sum of two tensors of `size` bytes: two are read, one is written."""
    shape = [size // 4096, 1024]
    left, right = op.parameter(shape, np.float32), op.parameter(shape, np.float32)
    return Pattern("sum of two tensors", ov.Model([op.add(left, right)], [left, right], "add"), 3 * size)


def weights_read(size: int) -> Pattern:
    """A vector times a matrix of `size` bytes, which is read once."""
    rows = size // 4096
    data = op.parameter([1, 1024], np.float32)
    values = np.random.default_rng(0).random((rows, 1024), np.float32) + np.float32(0.5)
    model = ov.Model([op.matmul(data, op.constant(values), False, True)], [data], "weights")
    return Pattern("vector times matrix", model, size)


def _chain(shape: list[int], link: Callable[[Any, np.random.Generator], Any], integers: bool) -> ov.Model:
    rng = np.random.default_rng(0)
    data = op.parameter(shape, np.float32)
    node = _quantised(data) if integers else data
    for _ in range(LINKS):
        node = op.relu(link(node, rng))
        if integers:
            node = _quantised(node)
    return ov.Model([node], [data], "chain")


def _quantised(data: Any) -> Any:
    low, high = (op.constant(np.float32(value)) for value in _RANGE)
    return op.fake_quantize(data, low, high, low, high, _LEVELS)


def _weights(shape: tuple[int, ...], rng: np.random.Generator, integers: bool) -> Any:
    """He et al. 2015: variance 2 / fan-in; for `integers` as int8 with a scale for each output."""
    scale = np.float32((2 / np.prod(shape[1:])) ** 0.5)
    values = rng.normal(0, 1, shape)
    if not integers:
        return op.constant((values * scale).astype(np.float32))
    whole = op.constant(np.clip(np.round(values * _STEPS), -127, 127).astype(np.int8))
    scales = np.full((shape[0], *[1] * (len(shape) - 1)), scale / _STEPS, np.float32)
    return op.multiply(op.convert(whole, np.float32), op.constant(scales))

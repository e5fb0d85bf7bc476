"""Sums of products: convolutions, matrix products, attention."""

from __future__ import annotations

import re

from workbench.engine.analyze.formulas.layer import Formula, Layer, OpenShape, product
from workbench.engine.analyze.formulas.normalization import SOFTMAX


def _convolution(layer: Layer) -> int:
    """Filter [out, in, kernel...]: each output element is a dot product of in * kernel pairs."""
    return 2 * product(layer.shape(1)[1:]) * layer.out()


def _group_convolution(layer: Layer) -> int:
    """Filter [groups, out / groups, in / groups, kernel...]."""
    return 2 * product(layer.shape(1)[2:]) * layer.out()


def _backprop(layer: Layer) -> int:
    """Filter [in, out, kernel...]: each input element is multiplied into out * kernel output elements."""
    return 2 * product(layer.shape(1)[1:]) * layer.size(0)


def _group_backprop(layer: Layer) -> int:
    """Filter [groups, in / groups, out / groups, kernel...]."""
    return 2 * product(layer.shape(1)[2:]) * layer.size(0)


def _deformable(layer: Layer) -> int:
    """A convolution whose inputs are interpolated: for each filter position and channel of an output location four
    weighted neighbours (three linear interpolations of 3, as in Interpolate), and the mask where there is one."""
    weights, out = layer.shape(2), layer.output()
    masked = layer.count > 3
    locations = out[0] * product(out[2:])
    channels = layer.shape(0)[1]
    sampled = locations * channels * product(weights[2:])
    return 2 * product(weights[1:]) * layer.out() + (9 + masked) * sampled


def _matmul(layer: Layer) -> int:
    """Rows times columns; K is the last axis of the first input, or the one before it where that is transposed."""
    first = layer.shape(0)
    inner = first[-2] if layer.attribute("transpose_a") and len(first) > 1 else first[-1]
    return 2 * inner * layer.out()


def _grouped_matmul(layer: Layer) -> int:
    """[tokens, K] or [G, M, K] times [G, N, K]: each row belongs to one group."""
    return 2 * layer.shape(0)[-1] * layer.out()


def _einsum(layer: Layer) -> int:
    """Operands are contracted from left to right; a step multiplies over all its labels and adds where one
    disappears."""
    left, _, result = str(layer.attribute("equation")).replace(" ", "").partition("->")
    terms = left.split(",")
    shapes = [layer.shape(number) for number in range(len(terms))]
    sizes: dict[str, int] = {}
    labelled = [_labels(term, shape, sizes) for term, shape in zip(terms, shapes, strict=True)]
    final = set(_labels(result, None, sizes, max((len(labels) for labels in labelled), default=0)))
    if "->" not in str(layer.attribute("equation")):
        flat = "".join(label for labels in labelled for label in labels)
        final = {label for label in flat if flat.count(label) == 1}
    current, total = set(labelled[0]), 0
    if len(labelled) == 1:
        return product([sizes[label] for label in current]) if current - final else 0
    for number, labels in enumerate(labelled[1:], start=2):
        every = current | set(labels)
        needed = final | {label for later in labelled[number:] for label in later}
        remaining = every & needed
        total += (1 + bool(every - remaining)) * product([sizes[label] for label in every])
        current = remaining
    return total


def _labels(term: str, shape: tuple[int, ...] | None, sizes: dict[str, int], rank: int = 0) -> list[str]:
    letters = re.findall(r"\.\.\.|[A-Za-z]", term)
    found: list[str] = []
    for position, letter in enumerate(letters):
        if letter != "...":
            found.append(letter)
            continue
        # Axes of an ellipsis count from the right; they get labels that no equation can use.
        if shape is None:
            found += [label for label in sizes if label.startswith("#")]
            continue
        hidden = len(shape) - (len(letters) - 1)
        found[position:] = [f"#{hidden - axis}" for axis in range(hidden)]
    if shape is not None:
        if len(found) != len(shape):
            raise OpenShape
        for label, size in zip(found, shape, strict=True):
            sizes[label] = max(size, sizes.get(label, 1))
    return found


def _attention(layer: Layer) -> int:
    """Query [..., L, E], key [..., S, E], value [..., S, V]: scores 2 L S E, scaling L S, mask L S where there is
    one, softmax 5 L S, and 2 L S V. A causal mask is counted as a mask, not as half the work."""
    query, key, value = layer.shape(0), layer.shape(1), layer.shape(2)
    batch = product(layer.output()[:-2])
    rows, columns = query[-2], key[-2]
    masked = bool(layer.attribute("causal")) or (layer.count > 3 and layer.size(3) > 1)
    scores = rows * columns
    return batch * scores * (2 * query[-1] + 1 + masked + SOFTMAX + 2 * value[-1])


FORMULAS: dict[str, Formula] = {
    "Convolution": _convolution,
    "BinaryConvolution": _convolution,
    "GroupConvolution": _group_convolution,
    "ConvolutionBackpropData": _backprop,
    "GroupConvolutionBackpropData": _group_backprop,
    "DeformableConvolution": _deformable,
    "MatMul": _matmul,
    "GroupedMatMul": _grouped_matmul,
    "Einsum": _einsum,
    "ScaledDotProductAttention": _attention,
}

"""Softmax and normalisations."""

from __future__ import annotations

from workbench.engine.analyze.formulas.layer import Formula, Layer, OpenShape, product

SOFTMAX = 5  # maximum, subtraction, exponential, sum, division


def _mvn(layer: Layer) -> int:
    """Sum and subtraction of the mean; with the variance also square, sum and division."""
    return (5 if layer.attribute("normalize_variance", True) else 2) * layer.out()


def _lrn(layer: Layer) -> int:
    """x / (bias + alpha * mean of squares in the region) ** beta: square and sum over the region, then scale, shift,
    the power as exp(beta log), and division."""
    axes = layer.axes(1, len(layer.shape(0)))
    if axes is None:
        raise OpenShape
    region = product([int(layer.attribute("size"))] * len(axes))
    return (2 * region + 6) * layer.out()


def per_element(operations: int) -> Formula:
    """A formula of `operations` for each element of the first output."""
    return lambda layer: operations * layer.out()


FORMULAS: dict[str, Formula] = {
    "Softmax": per_element(SOFTMAX),
    "LogSoftmax": per_element(SOFTMAX),  # maximum, subtraction, exponential, sum, subtraction of the row's logarithm
    "MVN": _mvn,
    "GroupNormalization": per_element(7),  # MVN with variance, then scale and shift of the channel
    "NormalizeL2": per_element(3),  # square, sum, division
    "GRN": per_element(3),
    "LRN": _lrn,
}

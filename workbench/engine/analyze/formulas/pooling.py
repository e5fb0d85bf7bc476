"""Pooling."""

from __future__ import annotations

from workbench.engine.analyze.formulas.layer import Formula, Layer, product


def _pool(layer: Layer) -> int:
    """One comparison or addition for each element under the kernel (the average's division replaces the first
    addition)."""
    return product([int(size) for size in layer.attribute("kernel")]) * layer.out()


def _adaptive(layer: Layer) -> int:
    """Windows of ceil(in / out) elements on each axis."""
    source, out = layer.shape(0)[2:], layer.output()[2:]
    window = [-(-size // max(1, result)) for size, result in zip(source, out, strict=True)]
    return product(window) * layer.out()


FORMULAS: dict[str, Formula] = {
    "MaxPool": _pool,
    "AvgPool": _pool,
    "AdaptiveAvgPool": _adaptive,
    "AdaptiveMaxPool": _adaptive,
}

"""Puts a comparison together from what was measured."""

from collections.abc import Sequence

from workbench.comparisons import layer_rows, matching, warnings
from workbench.comparisons.metrics import Measured, metrics
from workbench.comparisons.schemas import Comparison, ComparisonWarning, LayerDifference


def compare(sides: Sequence[Measured]) -> Comparison:
    """`sides`: two or more; the first is what the others are compared with."""
    told = warnings.of_sides(sides)
    layers = [side.layers.layers if side.layers is not None else None for side in sides]
    measured = [known for known in layers if known is not None]
    rows: list[LayerDifference] = []
    accounted: list[float | None] = [None] * len(sides)
    if len(measured) > 1:
        rows, accounted, by_place = layer_rows.rows(layers)
        if not by_place and not matching.shared_names(measured):
            told.append(
                ComparisonWarning(
                    code="different_models",
                    message="These models have no layer in common: their time is compared by type of layer only.",
                )
            )
            rows, accounted = [], [None] * len(sides)
        elif by_place:
            told.append(
                ComparisonWarning(
                    code="matched_by_place",
                    message="Some layers have other names on the sides and were matched by their place and shape.",
                )
            )
    return Comparison(
        sides=[side.side for side in sides],
        metrics=metrics(sides),
        warnings=told,
        layers=rows,
        accounted=accounted,
        types=layer_rows.types(layers) if measured else [],
    )

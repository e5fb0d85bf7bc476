"""Puts a comparison together from what was measured."""

from collections.abc import Sequence

from workbench.benchmarks.layer_schemas import Layer
from workbench.comparisons import layer_rows, warnings
from workbench.comparisons.measured import Measured
from workbench.comparisons.metrics import metrics
from workbench.comparisons.schemas import Comparison, ComparisonWarning, LayerDifference

FEWEST = 2
# A side with less of its time in layers that another side has, too, is another network: exporters name layers alike
# (n0, n1 …), so some are found anywhere.
SAME_NETWORK = 0.5


def compare(sides: Sequence[Measured]) -> Comparison:
    """`sides`: two or more; the first is what the others are compared with."""
    told = warnings.of_sides(sides)
    layers = [side.layers.layers if side.layers is not None else None for side in sides]
    rows, accounted = _rows(layers, told)
    return Comparison(
        sides=[side.side for side in sides],
        metrics=metrics(sides),
        warnings=told,
        layers=rows,
        accounted=accounted,
        types=layer_rows.types(layers),
    )


def _rows(
    layers: Sequence[Sequence[Layer] | None], told: list[ComparisonWarning]
) -> tuple[list[LayerDifference], list[float | None]]:
    """The rows of layers and the share of time in them; sides that are other networks are left out, and told of."""
    nothing: list[float | None] = [None] * len(layers)
    if sum(known is not None for known in layers) < FEWEST:
        return [], nothing
    rows, accounted, by_place = layer_rows.rows(layers)
    foreign = [place for place, share in enumerate(accounted) if share is not None and share < SAME_NETWORK]
    if foreign:
        alike = [None if place in foreign else known for place, known in enumerate(layers)]
        enough = sum(known is not None for known in alike) >= FEWEST
        who = " and ".join(warnings.name(place) for place in foreign)
        told.append(
            ComparisonWarning(
                code="different_models",
                message=f"{who}: another network, with hardly a layer in common; compared by type of layer only."
                if enough
                else "These networks have hardly a layer in common: compared by type of layer only.",
            )
        )
        if not enough:
            return [], nothing
        rows, accounted, by_place = layer_rows.rows(alike)
    if by_place:
        told.append(
            ComparisonWarning(
                code="matched_by_place",
                message="Some layers have other names on the sides and were matched by their place and shape.",
            )
        )
    return rows, accounted

"""Accuracy among the figures of a comparison: the newest report of each side against annotations."""

import math
from collections.abc import Sequence

from workbench.comparisons.measured import Measured
from workbench.comparisons.schemas import Difference, Metric, Value

NAME = "accuracy"


def accuracy_metric(sides: Sequence[Measured]) -> Metric | None:
    """The figure that stands for the reports; sides whose reports stand for another one have none. None where no side
    has a report."""
    first = next((side.accuracy for side in sides if side.accuracy is not None and side.accuracy.primary), None)
    if first is None or first.primary is None:
        return None
    chosen = first.metrics[first.primary]
    values: list[Value | None] = []
    for side in sides:
        found = side.accuracy.metrics.get(first.primary) if side.accuracy is not None else None
        known = found is not None and side.accuracy is not None and side.accuracy.primary == first.primary
        values.append(Value(value=found.value, ci95=found.ci95) if found is not None and known else None)
    differences = [
        None if place == 0 else _difference(values[0], values[place], side) for place, side in enumerate(sides)
    ]
    return Metric(
        name=NAME,
        label=chosen.label,
        unit=chosen.unit,
        better=chosen.better,
        values=values,
        differences=differences,
    )


def _difference(first: Value | None, other: Value | None, side: Measured) -> Difference | None:
    if first is None or other is None:
        return None
    bounds = side.accuracy_ci95 or independent(first, other)
    return Difference(
        absolute=other.value - first.value,
        absolute_ci95=bounds,
        ratio=other.value / first.value if first.value > 0 else None,
        ratio_ci95=None,
        certain=None if bounds is None else not bounds[0] <= 0.0 <= bounds[1],
    )


def independent(first: Value, other: Value) -> list[float] | None:
    """95 % interval of other - first from the intervals of both, where the samples were not the same: MOVER (Zou and
    Donner, Statistics in Medicine 27, 2008, eq. 2). None where one has no interval."""
    if first.ci95 is None or other.ci95 is None:
        return None
    apart = other.value - first.value
    return [
        apart - math.hypot(other.value - other.ci95[0], first.ci95[1] - first.value),
        apart + math.hypot(other.ci95[1] - other.value, first.value - first.ci95[0]),
    ]

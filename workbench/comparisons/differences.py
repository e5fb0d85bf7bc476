"""Two measured values beside each other: difference, ratio, and how sure the ratio is."""

import math
from collections.abc import Sequence

from workbench.comparisons.schemas import Difference, Value


def difference(first: Value | None, other: Value | None) -> Difference | None:
    """`other` against `first`; None where one of them was not measured."""
    if first is None or other is None:
        return None
    ratio = other.value / first.value if first.value > 0 else None
    bounds = ratio_interval(first, other)
    return Difference(
        absolute=other.value - first.value,
        ratio=ratio,
        ratio_ci95=bounds,
        certain=None if bounds is None else not bounds[0] <= 1.0 <= bounds[1],
    )


def ratio_interval(first: Value, other: Value) -> list[float] | None:
    """95 % interval of other / first from the 95 % intervals of both, taken as independent.

    On the logarithms, where a ratio is a difference, by recovering the variances from the limits (MOVER; Zou and
    Donner, Statistics in Medicine 27, 2008, eq. 2): with d = ln other - ln first and intervals (l, u) of each,

        L = d - √((ln other - l_other)² + (u_first - ln first)²)
        U = d + √((u_other - ln other)² + (ln first - l_first)²)

    It keeps the asymmetry of intervals such as those of a median by order statistics. None where one of the two has
    no interval, or one that does not hold its value or reaches 0.
    """
    logs_1, logs_2 = _logs(first), _logs(other)
    if logs_1 is None or logs_2 is None:
        return None
    (low_1, mid_1, high_1), (low_2, mid_2, high_2) = logs_1, logs_2
    apart = mid_2 - mid_1
    return [
        math.exp(apart - math.hypot(mid_2 - low_2, high_1 - mid_1)),
        math.exp(apart + math.hypot(high_2 - mid_2, mid_1 - low_1)),
    ]


def _logs(value: Value) -> tuple[float, float, float] | None:
    bounds: Sequence[float] | None = value.ci95
    if bounds is None or len(bounds) != 2 or not 0 < bounds[0] <= value.value <= bounds[1]:
        return None
    return math.log(bounds[0]), math.log(value.value), math.log(bounds[1])

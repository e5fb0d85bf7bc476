"""Which versions are beaten by others, in two figures at once. Pure functions."""

from collections.abc import Sequence

# A figure of each axis, None where it is not known.
Point = tuple[float | None, float | None]


def dominated_by(points: Sequence[Point], lower: tuple[bool, bool]) -> list[int | None]:
    """For each point the place of one that is at least as good in both figures and better in one; None for those of the
    front, and for those that lack a figure. `lower`: whether less is better, of each axis.

    Of several that beat a point the one that is best in the first axis is named. Equal points do not beat each other.
    """
    signed = [_signed(point, lower) for point in points]
    found: list[int | None] = []
    for one in signed:
        better = [
            place
            for place, other in enumerate(signed)
            if one is not None and other is not None and other != one and other[0] <= one[0] and other[1] <= one[1]
        ]
        found.append(min(better, key=lambda place: (signed[place], place)) if better else None)
    return found


def _signed(point: Point, lower: tuple[bool, bool]) -> tuple[float, float] | None:
    """So that less is better in both."""
    first, second = point
    if first is None or second is None:
        return None
    return (first if lower[0] else -first, second if lower[1] else -second)

"""Key points of COCO: a list of x, y, visibility for each object, and the skeleton of a category."""

from typing import Any

from workbench.datasets.formats.annotations import is_finite_number

MOST = 1000
Points = list[tuple[float, float, int]]


def read_points(value: Any) -> Points | str | None:
    """The points of an object, None where nothing is said, or what is wrong."""
    if value is None or value == []:
        return None
    if not isinstance(value, list) or len(value) % 3 or len(value) > 3 * MOST:
        return "'keypoints' is not a list of x, y and visibility for each point"
    if not all(is_finite_number(number) for number in value):
        return "'keypoints' has something that is not a number"
    points = [(float(value[at]), float(value[at + 1]), value[at + 2]) for at in range(0, len(value), 3)]
    if any(seen not in (0, 1, 2) for _, _, seen in points):
        return "a visibility in 'keypoints' is not 0, 1 or 2"
    return [(x, y, int(seen)) for x, y, seen in points]


def read_skeleton(category: dict[str, Any]) -> list[tuple[int, int]] | str | None:
    """Joined points, counted from 0 (COCO counts from 1), None where nothing is said, or what is wrong."""
    value, names = category.get("skeleton"), category.get("keypoints")
    if value is None or value == []:
        return None
    count = len(names) if isinstance(names, list) else MOST
    if not isinstance(value, list) or not all(_is_bone(pair, count) for pair in value):
        return f"'skeleton' has not two points from 1 to {count} in each entry"
    return [(pair[0] - 1, pair[1] - 1) for pair in value]


def _is_bone(pair: Any, count: int) -> bool:
    return (
        isinstance(pair, list)
        and len(pair) == 2
        and all(isinstance(end, int) and not isinstance(end, bool) and 1 <= end <= count for end in pair)
    )

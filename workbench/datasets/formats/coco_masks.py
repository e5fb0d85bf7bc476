"""Whether a COCO mask is well-formed; nothing is decoded."""

from typing import Any

from workbench.datasets.formats.annotations import is_finite_number

MAX_NUMBERS = 1_000_000
MAX_SIDE = 65_535


def segmentation_problem(value: Any, picture: tuple[int, int] | None = None) -> str | None:
    """What is wrong with a `segmentation`, None when nothing is.

    Right are a list of polygons [x, y, x, y, …] of three points or more, and an RLE object whose `size` is
    [height, width], that of the `picture` (width, height) where it is known, and whose `counts` are run lengths, or
    these as COCO's compressed text.
    """
    if isinstance(value, list):
        return _polygons_problem(value)
    if isinstance(value, dict):
        return _rle_problem(value, picture)
    return "'segmentation' is neither a list of polygons nor an RLE object"


def _polygons_problem(polygons: list[Any]) -> str | None:
    total = 0
    for polygon in polygons:
        if not isinstance(polygon, list) or len(polygon) < 6 or len(polygon) % 2:
            return "a polygon has not three points or more, two numbers each"
        total += len(polygon)
        if total > MAX_NUMBERS:
            return f"the polygons have more than {MAX_NUMBERS:,} numbers"
        if not all(is_finite_number(number) for number in polygon):
            return "a polygon has something that is not a number"
    return None


def _rle_problem(rle: dict[str, Any], picture: tuple[int, int] | None) -> str | None:
    size, counts = rle.get("size"), rle.get("counts")
    if not isinstance(size, list) or len(size) != 2 or not all(_is_side(side) for side in size):
        return "the RLE has no 'size' [height, width]"
    if picture is not None and (size[1], size[0]) != picture:
        return f"the RLE is of {size[1]}x{size[0]} pixels, its picture has {picture[0]}x{picture[1]}"
    if isinstance(counts, str):
        # Each character carries six bits from '0' on: https://github.com/cocodataset/cocoapi, rleToString.
        if len(counts) > MAX_NUMBERS or any(not 48 <= ord(char) < 112 for char in counts):
            return "the compressed 'counts' of the RLE have impossible characters"
        return None
    if not isinstance(counts, list) or len(counts) > MAX_NUMBERS:
        return "the RLE has no 'counts'"
    if not all(isinstance(count, int) and not isinstance(count, bool) and count >= 0 for count in counts):
        return "the 'counts' of the RLE are not whole numbers"
    if sum(counts) != size[0] * size[1]:
        return f"the 'counts' of the RLE make {sum(counts):,} pixels, its 'size' {size[0] * size[1]:,}"
    return None


def _is_side(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 < value <= MAX_SIDE

"""One line of a YOLO label file: a box, a polygon, or a box with key points, all in shares of the picture."""

import json
import re
from collections.abc import Sequence

from workbench.datasets.formats.annotations import Box

MAX_LINE = 200_000
# Tools round to six digits, and boxes at the edge end a little outside of the picture.
MARGIN = 0.01
WRITE = 'write "class x-centre y-centre width height", each but the class from 0 to 1'

_NUMBER = re.compile(r"[+-]?(\d{1,15}(\.\d{0,30})?|\.\d{1,30})([eE][+-]?\d{1,2})?", re.ASCII)
_CLASS = re.compile(r"\d{1,6}(\.0{1,6})?", re.ASCII)


class LineRefused(ValueError):
    """The line is none: `problem` says why, `fix` what helps."""

    def __init__(self, problem: str, fix: str) -> None:
        super().__init__(problem)
        self.problem = problem
        self.fix = fix


def seems_label(line: str) -> bool:
    """Whether a line has the shape of a label: a whole number and four or more numbers."""
    words = line.split()
    return len(words) >= 5 and _CLASS.fullmatch(words[0]) is not None and all(map(_NUMBER.fullmatch, words[1:]))


def parse_line(line: str, class_count: int | None, key_points: tuple[int, int] | None) -> Box:
    """The object of a line; `key_points` are their number and the values of each, 2 or 3. Raises LineRefused.

    Five values are a box. More are a polygon of three points or more, unless there are key points.
    """
    if len(line) > MAX_LINE:
        raise LineRefused(f"the line is longer than {MAX_LINE:,} characters", "simplify the polygon")
    words = line.split()
    if len(words) < 5:
        raise LineRefused(f"there are {len(words)} values, not 5", WRITE)
    label = _label(words[0], class_count)
    values = [_value(word) for word in words[1:]]
    if len(values) == 4:
        return Box(label, _bbox(values))
    if key_points is not None and len(values) == 4 + key_points[0] * key_points[1]:
        return Box(label, _bbox(values), keypoints=_key_points(values[4:], key_points[1]))
    if key_points is not None:
        wanted = 5 + key_points[0] * key_points[1]
        raise LineRefused(
            f"there are {len(words)} values, not 5 or {wanted} as 'kpt_shape' says", "complete the key points"
        )
    if len(values) < 6 or len(values) % 2:
        raise LineRefused(
            f"there are {len(words)} values; a box has 5, a polygon 7, 9, 11 or more",
            'write "class x-centre y-centre width height" or "class x1 y1 x2 y2 x3 y3"',
        )
    return _polygon(label, values)


def _label(word: str, class_count: int | None) -> int:
    if _CLASS.fullmatch(word) is None:
        raise LineRefused(f"the class {word[:40]!r} is not a whole number", WRITE)
    label = int(word.partition(".")[0])
    if class_count is not None and label >= class_count:
        raise LineRefused(
            f"class {label} is beyond the last of {class_count:,} names", "add its name, or correct the class"
        )
    return label


def _value(word: str) -> float:
    if _NUMBER.fullmatch(word) is None:
        raise LineRefused(f"{word[:40]!r} is not a number", WRITE)
    return float(word)


def _inside(values: Sequence[float]) -> None:
    for value in values:
        if not -MARGIN <= value <= 1 + MARGIN:
            raise LineRefused(
                f"{value:g} is not from 0 to 1",
                "divide pixels by the picture's width and height",
            )


def _bbox(values: Sequence[float]) -> tuple[float, float, float, float]:
    x, y, width, height = values[:4]
    _inside(values[:4])
    if width <= 0 or height <= 0:
        raise LineRefused("the box has no area", "correct its width and height")
    return x - width / 2, y - height / 2, width, height


def _key_points(values: Sequence[float], each: int) -> list[tuple[float, float, int]]:
    found = []
    for at in range(0, len(values), each):
        x, y = values[at], values[at + 1]
        seen = values[at + 2] if each == 3 else 2.0 if x > 0 and y > 0 else 0.0
        if seen not in (0, 1, 2):
            raise LineRefused(f"the visibility {seen:g} is not 0, 1 or 2", "write 0 absent, 1 hidden, 2 visible")
        if seen:
            _inside((x, y))
        found.append((x, y, int(seen)) if seen else (0.0, 0.0, 0))
    return found


def _polygon(label: int, values: Sequence[float]) -> Box:
    _inside(values)
    xs, ys = values[::2], values[1::2]
    left, top, width, height = min(xs), min(ys), max(xs) - min(xs), max(ys) - min(ys)
    if width <= 0 or height <= 0:
        raise LineRefused("the polygon has no area", "correct its points")
    return Box(label, (left, top, width, height), segmentation=json.dumps([list(values)], separators=(",", ":")))

"""How the pixels of Pascal VOC masks map to labels, and `labelmap.txt`, which may say it differently."""

from typing import Any

from workbench.datasets.formats.labels import Labels
from workbench.datasets.formats.tree import FileTree, base
from workbench.datasets.problems import Problems

BACKGROUND = "background"
IGNORE_VALUE = 255
Color = tuple[int, int, int]


def voc_color(index: int) -> Color:
    """The colour of class `index` in VOC masks: its bits, three at a time, from the highest bit of each channel down.

    The function VOClabelcolormap of the VOC development kit, as a formula.
    """
    red = green = blue = 0
    for bit in range(8):
        red |= (index & 1) << (7 - bit)
        green |= (index >> 1 & 1) << (7 - bit)
        blue |= (index >> 2 & 1) << (7 - bit)
        index >>= 3
    return red, green, blue


def read_labelmap(tree: FileTree, problems: Problems) -> Labels | None:
    """`labelmap.txt` with lines `name:red,green,blue:parts:actions`; None where there is none."""
    found = [name for name in tree.files if base(name).lower() == "labelmap.txt"]
    if not found:
        return None
    labels = Labels([], found[0], colors=[])
    assert labels.colors is not None
    for number, line in enumerate(tree.read_text(found[0]).splitlines(), 1):
        text = line.strip()
        if not text or text.startswith("#"):
            continue
        name, _, rest = text.partition(":")
        color = _color(rest.partition(":")[0], voc_color(len(labels.names)))
        if not name.strip() or color is None:
            problems.error(found[0], "this is no label with its colour", 'write "name:255,0,0::"', number)
            continue
        if name.strip() == BACKGROUND:
            labels.background = len(labels.names)
        labels.names.append(name.strip())
        labels.colors.append(color)
    return labels if labels.names else None


def _color(text: str, otherwise: Color) -> Color | None:
    if not text.strip():
        return otherwise
    parts = [part.strip() for part in text.split(",")]
    if len(parts) != 3 or not all(part.isdecimal() and len(part) <= 3 and int(part) < 256 for part in parts):
        return None
    return int(parts[0]), int(parts[1]), int(parts[2])


def mask_classes(names: list[str], given: Labels | None) -> dict[str, Any]:
    """For the reader of masks: which palette index or grey value (`value`), or colour, is which label.

    `label` is null for the background. `ignore` is what counts neither way.
    """
    ignore = {"value": IGNORE_VALUE, "color": list(voc_color(IGNORE_VALUE))}
    if given is not None and (given.background is not None or given.colors):
        colors = given.colors or [voc_color(value) for value in range(len(names))]
        listed = [
            {"value": value, "color": list(color), "label": None if value == given.background else value}
            for value, color in zip(range(len(names)), colors, strict=False)
        ]
        return {"classes": listed, "ignore": ignore}
    classes: list[dict[str, Any]] = [{"value": 0, "color": [0, 0, 0], "label": None}]
    for label in range(min(len(names), IGNORE_VALUE - 1)):
        classes.append({"value": label + 1, "color": list(voc_color(label + 1)), "label": label})
    return {"classes": classes, "ignore": ignore}

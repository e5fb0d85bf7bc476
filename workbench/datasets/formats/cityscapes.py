"""Cityscapes: leftImg8bit/<part>/<city>/…_leftImg8bit.png with gtFine/<part>/<city>/…_gtFine_labelIds.png."""

from workbench.datasets.formats import splits
from workbench.datasets.formats.annotations import Annotations, Check, Finding, Format, Sample
from workbench.datasets.formats.labels import find_labels
from workbench.datasets.formats.masks import IGNORED, MaskRule
from workbench.datasets.formats.tree import FileTree, base, folder_of, stem
from workbench.datasets.problems import Problems

IMAGES = "leftImg8bit"
TRUTHS = ("gtFine", "gtCoarse")
KINDS = ("labelIds", "labelTrainIds")

# https://github.com/mcordts/cityscapesScripts, helpers/labels.py: name, id, colour of the 19 classes that are judged,
# in the order of their train ids. All other ids (unlabeled, ego vehicle, … licence plate) count neither way.
CLASSES: tuple[tuple[str, int, tuple[int, int, int]], ...] = (
    ("road", 7, (128, 64, 128)),
    ("sidewalk", 8, (244, 35, 232)),
    ("building", 11, (70, 70, 70)),
    ("wall", 12, (102, 102, 156)),
    ("fence", 13, (190, 153, 153)),
    ("pole", 17, (153, 153, 153)),
    ("traffic light", 19, (250, 170, 30)),
    ("traffic sign", 20, (220, 220, 0)),
    ("vegetation", 21, (107, 142, 35)),
    ("terrain", 22, (152, 251, 152)),
    ("sky", 23, (70, 130, 180)),
    ("person", 24, (220, 20, 60)),
    ("rider", 25, (255, 0, 0)),
    ("car", 26, (0, 0, 142)),
    ("truck", 27, (0, 0, 70)),
    ("bus", 28, (0, 60, 100)),
    ("train", 31, (0, 80, 100)),
    ("motorcycle", 32, (0, 0, 230)),
    ("bicycle", 33, (119, 11, 32)),
)
LAST_ID = 33


def examine(tree: FileTree, asked: bool) -> Finding:
    if not tree.images:
        return Finding(False, "there are no pictures (png, jpg, bmp, gif, tif, webp)")
    pictures = [name for name in tree.images if stem(name).endswith(f"_{IMAGES}")]
    if not pictures:
        return Finding(False, f"there are no pictures called …_{IMAGES}.png")
    masks = _masks(tree)
    if not masks:
        return Finding(False, "there are no masks called …_gtFine_labelIds.png or …_gtFine_labelTrainIds.png")
    return Finding(True, f"{len(pictures):,} pictures of {IMAGES} and {len(masks):,} masks", masks[0])


def _masks(tree: FileTree) -> list[str]:
    """The masks of the best kind there is."""
    for truth in TRUTHS:
        for kind in KINDS:
            found = [name for name in tree.images if stem(name).endswith(f"_{truth}_{kind}")]
            if found:
                return found
    return []


def _frame(name: str) -> str:
    """City, sequence and frame: what a picture and its mask have in common."""
    return "_".join(stem(name).split("_")[:3])


def _part(name: str) -> str | None:
    return splits.split_of(base(folder_of(folder_of(name))))


def read(tree: FileTree, finding: Finding, problems: Problems) -> Annotations:
    masks = _masks(tree)
    by_ids = stem(masks[0]).endswith(KINDS[0])
    parts = {part for name in masks if (part := _part(name)) is not None}
    # Those of the test part show nothing: its truth is not published.
    chosen = next((part for part in ("val", "train", "test") if part in parts), None)
    pictures = {_frame(name): name for name in tree.images if stem(name).endswith(f"_{IMAGES}")}
    samples = []
    missing = 0
    for mask in masks:
        if chosen is not None and _part(mask) != chosen:
            continue
        image = pictures.get(_frame(mask))
        if image is None:
            missing += 1
            problems.warning(mask, f"there is no picture {_frame(mask)}_{IMAGES}.png", f"add it to {IMAGES}")
        else:
            samples.append(Sample(image, mask, mask=mask))
    if not samples:
        problems.error(masks[0], "no mask has a picture of the same city, sequence and frame", f"add {IMAGES}")
    names = [name for name, _, _ in CLASSES]
    given = find_labels(tree, problems)
    if given is not None and len(given.names) != len(names):
        problems.error(given.source, f"there are {len(given.names):,} labels, not 19", "name the 19 classes or none")
    checks = [
        Check("part of the dataset", True, chosen or "all"),
        Check("pictures", missing == 0, f"{len(samples):,} of {len(samples) + missing:,} masks have theirs"),
        Check("masks", True, f"{KINDS[0] if by_ids else KINDS[1]}, as the published table maps them to 19 classes"),
    ]
    colors = [color for _, _, color in CLASSES]
    labels = given.names if given is not None else names
    return Annotations(["segmentation"], labels, samples, checks, masks=_rule(by_ids), colors=colors)


def _rule(by_ids: bool) -> MaskRule:
    if not by_ids:
        values = {label: label for label in range(len(CLASSES))} | {255: IGNORED}
    else:
        values = dict.fromkeys(range(LAST_ID + 1), IGNORED) | {255: IGNORED}
        values |= {number: label for label, (_, number, _) in enumerate(CLASSES)}
    return MaskRule(len(CLASSES), values, source="the published table of Cityscapes")


FORMAT = Format("cityscapes", examine, read)

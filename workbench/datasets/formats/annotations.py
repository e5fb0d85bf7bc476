"""What every format's reader makes of its files: samples with labels, before the pictures are looked at."""

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Literal

from workbench.datasets.formats.tree import FileTree
from workbench.datasets.problems import Problems

FormatName = Literal["imagenet_txt", "imagenet_folders", "voc", "coco", "not_annotated"]
Annotation = Literal["classification", "detection", "segmentation", "instance_segmentation", "none"]

TITLES: dict[FormatName, str] = {
    "coco": "COCO",
    "voc": "Pascal VOC",
    "imagenet_txt": "ImageNet with a text file",
    "imagenet_folders": "ImageNet in folders",
    "not_annotated": "not annotated",
}
TASKS: dict[Annotation, str] = {
    "classification": "classification",
    "detection": "object_detection",
    "segmentation": "semantic_segmentation",
    "instance_segmentation": "instance_segmentation",
}
# What needs pictures only.
FREE_TASKS = ("inpainting", "style_transfer")


@dataclass(slots=True)
class Box:
    """An object: `bbox` is x, y, width, height in pixels, the left upper corner of the picture at 0, 0.

    `segmentation` is JSON text as COCO has it: a list of polygons, or an RLE object.
    """

    label: int
    bbox: tuple[float, float, float, float]
    difficult: bool = False
    crowd: bool = False
    area: float | None = None
    segmentation: str | None = None


@dataclass(slots=True)
class Sample:
    """A picture by its name in the tree, and what is said about it by `file`:`line`.

    `size` is the width and height that the annotation gives, None where it says nothing.
    """

    image: str
    file: str
    line: int | None = None
    label: int | None = None
    boxes: list[Box] | None = None
    mask: str | None = None
    size: tuple[int, int] | None = None


@dataclass
class Check:
    """One thing that was examined."""

    check: str
    ok: bool
    detail: str

    def record(self) -> dict[str, Any]:
        return {"check": self.check, "ok": self.ok, "detail": self.detail}


@dataclass
class Annotations:
    """A dataset as its format's reader understood it.

    `label_ids` are the numbers that the source gave to `labels`; `masks` says how pixels of masks map to labels.
    """

    annotation: list[Annotation]
    labels: list[str] | None
    samples: list[Sample]
    checks: list[Check] = field(default_factory=list)
    label_ids: list[int] | None = None
    masks: dict[str, Any] | None = None


@dataclass(frozen=True)
class Finding:
    """Whether a tree is of a format, and why (not); `file` is the one of its annotation files that counts."""

    matches: bool
    reason: str
    file: str | None = None


@dataclass(frozen=True)
class Format:
    """A format. `examine(tree, asked)`: `asked` when the user named the format, so it need not be told apart."""

    name: FormatName
    examine: Callable[[FileTree, bool], Finding]
    read: Callable[[FileTree, Finding, Problems], Annotations]


def is_finite_number(value: object) -> bool:
    """True for an int or float that is neither NaN nor infinite; not for a bool."""
    if isinstance(value, int):
        return not isinstance(value, bool) and abs(value) < 2**63
    return isinstance(value, float) and math.isfinite(value)

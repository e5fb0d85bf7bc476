"""What every format's reader makes of its files: samples with labels, before the pictures are looked at."""

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Literal

from workbench.datasets.formats.masks import MaskRule
from workbench.datasets.formats.tree import FileTree
from workbench.datasets.problems import Problems

FormatName = Literal[
    "imagenet_txt", "imagenet_folders", "voc", "coco", "yolo", "open_images", "wider_face", "common_segmentation",
    "cityscapes", "camvid", "common_super_resolution", "lfw", "vggface2", "generated", "not_annotated",
]  # fmt: skip
Annotation = Literal[
    "classification", "detection", "segmentation", "instance_segmentation", "keypoints", "super_resolution",
    "landmarks", "face_pairs", "none",
]  # fmt: skip

TITLES: dict[FormatName, str] = {
    "coco": "COCO",
    "voc": "Pascal VOC",
    "imagenet_txt": "ImageNet with a text file",
    "imagenet_folders": "ImageNet in folders",
    "yolo": "YOLO",
    "open_images": "Open Images",
    "wider_face": "WIDER FACE",
    "common_segmentation": "Common Semantic Segmentation",
    "cityscapes": "Cityscapes",
    "camvid": "CamVid",
    "common_super_resolution": "Common Super-Resolution",
    "lfw": "LFW",
    "vggface2": "VGGFace2",
    "generated": "generated",
    "not_annotated": "not annotated",
}
TASKS: dict[Annotation, str] = {
    "classification": "classification",
    "detection": "object_detection",
    "segmentation": "semantic_segmentation",
    "instance_segmentation": "instance_segmentation",
    "super_resolution": "super_resolution",
    "landmarks": "facial_landmark_detection",
    "face_pairs": "face_recognition",
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
    keypoints: list[tuple[float, float, int]] | None = None


@dataclass(slots=True)
class Sample:
    """A picture by its name in the tree, and what is said about it by `file`:`line`.

    `size` is the width and height that the annotation gives, None where it says nothing. `target` is the picture that
    a model shall restore from this one (super-resolution), `upsampled` this one enlarged beforehand. `landmarks` are
    x, y in pixels; `identity` the number of the person. `relative`: boxes, polygons and key points are in shares of the
    picture's width and height, which become pixels once it was decoded.
    """

    image: str
    file: str
    line: int | None = None
    label: int | None = None
    boxes: list[Box] | None = None
    mask: str | None = None
    size: tuple[int, int] | None = None
    target: str | None = None
    upsampled: str | None = None
    landmarks: list[tuple[float, float]] | None = None
    identity: int | None = None
    relative: bool = False


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

    `label_ids` are the numbers that the source gave to `labels`; `masks` says how pixels of the source's masks map to
    labels. `colors` has one for each label. `pairs` are (sample, other sample, 1 for the same person, fold);
    `identities` the names of the persons. `skeleton` joins key points (from 0).
    """

    annotation: list[Annotation]
    labels: list[str] | None
    samples: list[Sample]
    checks: list[Check] = field(default_factory=list)
    label_ids: list[int] | None = None
    masks: MaskRule | None = None
    colors: list[tuple[int, int, int]] | None = None
    pairs: list[tuple[int, int, int, int]] | None = None
    identities: list[str] | None = None
    skeleton: list[tuple[int, int]] | None = None


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

"""COCO: one JSON file with images, annotations and categories; boxes, polygons, RLE masks, crowds."""

import json
from dataclasses import dataclass, field
from typing import Any

from workbench.datasets.formats import splits
from workbench.datasets.formats.annotations import (
    Annotation,
    Annotations,
    Box,
    Check,
    Finding,
    Format,
    Sample,
    is_finite_number,
)
from workbench.datasets.formats.coco_keypoints import read_points, read_skeleton
from workbench.datasets.formats.coco_masks import segmentation_problem
from workbench.datasets.formats.json_stream import Element, JsonObject, JsonRefused
from workbench.datasets.formats.labels import META_FILE, check_names, find_labels
from workbench.datasets.formats.tree import FileTree, base, folder_of, stem
from workbench.datasets.problems import Problems
from workbench.storage.archive_rules import control_character

PARTS = ("images", "annotations", "categories")


@dataclass(frozen=True)
class _Candidate:
    """A JSON file and what it is not COCO for; "" when it is."""

    name: str
    reason: str


@dataclass
class _Reading:
    """What is known while the three arrays are read."""

    tree: FileTree
    name: str
    content: JsonObject
    problems: Problems
    labels: dict[int, int] = field(default_factory=dict)
    samples: dict[int, Sample] = field(default_factory=dict)
    absent: set[int] = field(default_factory=set)
    masks: int = 0
    key_points: int = 0
    skeleton: list[tuple[int, int]] | None = None
    colors: list[tuple[int, int, int]] | None = None

    def error(self, element: Element, array: str, problem: str, fix: str) -> None:
        # Lines are counted from the start of the text, so only for what is shown.
        line = self.content.line(element.start) if self.problems.keeps_errors else None
        self.problems.error(self.name, f"{array}[{element.number}]: {problem}", fix, line)

    def warn(self, element: Element, array: str, problem: str, fix: str) -> None:
        line = self.content.line(element.start) if self.problems.keeps_warnings else None
        self.problems.warning(self.name, f"{array}[{element.number}]: {problem}", fix, line)


def _json_files(tree: FileTree) -> list[str]:
    return [name for name in tree.with_suffix(".json") if base(name).lower() != META_FILE]


def _candidate(tree: FileTree, name: str) -> _Candidate:
    try:
        content = JsonObject(tree.path(name))
    except JsonRefused as error:
        place = f"{name}:{error.line}" if error.line else name
        return _Candidate(name, f"{place} cannot be read: {error.problem}")
    missing = [part for part in PARTS if content.kinds.get(part) != "array"]
    if missing:
        return _Candidate(name, f"{name} has no list '{missing[0]}'")
    first = next(content.array("annotations"), None)
    if first is None:
        return _Candidate(name, f"{name} has no annotations")
    if not isinstance(first.value, dict) or "bbox" not in first.value:
        return _Candidate(name, f"the annotations of {name} have no 'bbox'")
    return _Candidate(name, "")


def _chosen(tree: FileTree) -> tuple[str | None, str]:
    """The JSON file that counts, or why there is none."""
    names = _json_files(tree)
    if not names:
        return None, "there is no .json file"
    # Files with captions or key points stand beside those with instances.
    instances = [name for name in names if base(name).lower().startswith("instances")]
    candidates = [_candidate(tree, name) for name in instances or names]
    good = [candidate.name for candidate in candidates if not candidate.reason]
    if not good:
        return None, candidates[0].reason
    if len(good) > 1:
        good = [name for name in good if _first_image(tree, name) is not None] or good
        parts = {f"{base(folder_of(name))}/{stem(name)}": name for name in good}
        good = [parts[part] for part in splits.preferred(sorted(parts))]
    if len(good) > 1:
        return None, f"several files have images, annotations and categories: {', '.join(good[:3])}; keep one"
    return good[0], ""


def _first_image(tree: FileTree, name: str) -> str | None:
    """The first of the file's pictures that is there."""
    for element in JsonObject(tree.path(name)).array("images"):
        entry = element.value
        if isinstance(entry, dict) and isinstance(entry.get("file_name"), str):
            found = _find(tree, name, entry["file_name"])
            if found is not None:
                return found
    return None


def _find(tree: FileTree, json_name: str, file_name: str) -> str | None:
    """A picture by the name in the JSON: from the root, beside the JSON, in the folder that it is named after."""
    beside = folder_of(json_name)
    above = folder_of(beside)
    named_after = stem(json_name).rpartition("_")[2]
    places = [beside, above, "", "images", named_after, f"images/{named_after}"]
    places += [f"{above}/{place}" for place in ("images", named_after, f"images/{named_after}") if above]
    return tree.find_image(file_name, *places)


def examine(tree: FileTree, asked: bool) -> Finding:
    name, reason = _chosen(tree)
    if name is None:
        return Finding(False, reason)
    if not tree.images:
        return Finding(False, f"{name} is COCO, but there are no pictures")
    return Finding(True, f"{name} has images, annotations and categories", name)


def read(tree: FileTree, finding: Finding, problems: Problems) -> Annotations:
    name = finding.file or ""
    reading = _Reading(tree, name, JsonObject(tree.path(name)), problems)
    names, ids = _categories(reading)
    check_names(names, name, problems)
    _images(reading)
    unknown = _annotations(reading)
    samples = list(reading.samples.values())
    listed = len(samples) + len(reading.absent)
    boxes = sum(len(sample.boxes or ()) for sample in samples)
    if samples and not boxes:
        problems.error(name, "no picture that is there has an annotation", "add the annotations of these pictures")
    annotation: list[Annotation] = ["detection"]
    if reading.masks:
        annotation.append("instance_segmentation")
    if reading.key_points:
        annotation.append("keypoints")
    checks = [
        Check("annotation file", True, name),
        Check("listed pictures", not reading.absent, f"{len(samples):,} of {listed:,} are there"),
        Check("annotations", unknown == 0, f"{boxes:,} objects" + (f", {unknown:,} of no picture" if unknown else "")),
        Check("masks", True, f"{reading.masks:,} objects have one"),
        Check("label names", True, f"{len(names):,} categories, in the order of their ids"),
    ]
    if reading.key_points:
        checks.insert(-1, Check("key points", True, f"{reading.key_points:,} objects have them"))
    found = Annotations(annotation, names, samples, checks, label_ids=ids, colors=reading.colors)
    found.skeleton = reading.skeleton if reading.key_points else None
    return found


def _is_id(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and abs(value) < 2**63


def _categories(reading: _Reading) -> tuple[list[str], list[int] | None]:
    """Names by label and the ids they had; labels are numbered in the order of the ids."""
    names: dict[int, str] = {}
    for element in reading.content.array("categories"):
        entry = element.value
        if not isinstance(entry, dict) or not _is_id(entry.get("id")) or not isinstance(entry.get("name"), str):
            reading.error(element, "categories", "there is no 'id' or 'name'", 'write {"id": 1, "name": "person"}')
        elif entry["id"] in names:
            reading.error(element, "categories", f"the id {entry['id']} is there twice", "give each its own id")
        else:
            names[entry["id"]] = entry["name"]
            skeleton = read_skeleton(entry)
            if isinstance(skeleton, str):
                reading.error(element, "categories", skeleton, 'write "skeleton": [[1, 2], [2, 3]]')
            else:
                reading.skeleton = reading.skeleton or skeleton
    if not names:
        reading.problems.error(reading.name, "there are no categories", 'add {"id": 1, "name": "person"}')
    given = find_labels(reading.tree, reading.problems)
    if given is None:
        reading.labels = {number: label for label, number in enumerate(sorted(names))}
        return [names[number] for number in sorted(names)], sorted(names)
    reading.colors = given.colors if given.colors and len(given.colors) == len(given.names) else None
    for number, name in names.items():
        label = given.number(name)
        if label is None:
            reading.problems.error(reading.name, f"the category '{name[:50]}' is not in {given.source}", "add it there")
        else:
            reading.labels[number] = label
    return given.names, None


def _images(reading: _Reading) -> None:
    seen: dict[str, int] = {}
    for element in reading.content.array("images"):
        entry = element.value
        if not isinstance(entry, dict) or not _is_id(entry.get("id")) or not isinstance(entry.get("file_name"), str):
            reading.error(element, "images", "there is no 'id' or 'file_name'", 'write {"id": 1, "file_name": "1.jpg"}')
            continue
        number, file_name = entry["id"], entry["file_name"]
        if number in reading.samples or number in reading.absent:
            reading.error(element, "images", f"the id {number} is there twice", "give each its own id")
            continue
        if file_name.startswith("/") or ".." in file_name.split("/") or control_character(file_name) is not None:
            reading.error(element, "images", "'file_name' is not a path inside of the dataset", "write a relative path")
            continue
        image = _find(reading.tree, reading.name, file_name)
        if image is None:
            reading.absent.add(number)
            reading.warn(element, "images", f"the picture {file_name[:200]} is not there", "add it or remove the entry")
        elif image in seen:
            reading.error(element, "images", f"{file_name[:200]} is there as images[{seen[image]}]", "remove one")
        else:
            seen[image] = element.number
            size = entry.get("width"), entry.get("height")
            reading.samples[number] = Sample(image, reading.name, boxes=[], size=_size(size))


def _size(value: tuple[Any, Any]) -> tuple[int, int] | None:
    width, height = value
    return (width, height) if _is_id(width) and _is_id(height) and width > 0 and height > 0 else None


def _annotations(reading: _Reading) -> int:
    """Put every object to its picture; returns how many are of a picture that the file does not list."""
    unknown = 0
    for element in reading.content.array("annotations"):
        entry = element.value
        problem = _object_problem(entry, reading.labels)
        if problem is not None:
            reading.error(element, "annotations", *problem)
            continue
        sample = reading.samples.get(entry["image_id"])
        if sample is None:
            if entry["image_id"] not in reading.absent:
                unknown += 1
                reading.warn(element, "annotations", f"there is no image {entry['image_id']}", "remove it")
            continue
        box = _box(reading, element, sample.size)
        if box is not None and sample.boxes is not None:
            sample.boxes.append(box)
    return unknown


def _object_problem(entry: Any, labels: dict[int, int]) -> tuple[str, str] | None:
    """What makes an annotation unusable, and the fix."""
    if not isinstance(entry, dict):
        return "it is not an object", 'write {"image_id": 1, "category_id": 1, "bbox": [0, 0, 10, 10]}'
    if not _is_id(entry.get("image_id")):
        return "there is no 'image_id'", "add the id of its image"
    category = entry.get("category_id")
    if not _is_id(category):
        return "there is no 'category_id'", "add the id of its category"
    if category not in labels:
        return f"there is no category {category}", "add it to 'categories' or correct the id"
    bbox = entry.get("bbox")
    if not isinstance(bbox, list) or len(bbox) != 4 or not all(is_finite_number(value) for value in bbox):
        return "'bbox' is not a list of four numbers", "write [x, y, width, height]"
    if bbox[2] < 0 or bbox[3] < 0:
        return "'bbox' has a negative width or height", "write [x, y, width, height], not two corners"
    if entry.get("iscrowd", 0) not in (0, 1):
        return "'iscrowd' is neither 0 nor 1", "write 0 or 1"
    return None


def _box(reading: _Reading, element: Element, size: tuple[int, int] | None) -> Box | None:
    entry = element.value
    left, top, width, height = (float(value) for value in entry["bbox"])
    if width == 0 or height == 0:
        reading.warn(element, "annotations", "the box has no area; the object is left out", "correct its 'bbox'")
        return None
    area = entry.get("area")
    box = Box(
        label=reading.labels[entry["category_id"]],
        bbox=(left, top, width, height),
        crowd=bool(entry.get("iscrowd", 0)),
        area=float(area) if is_finite_number(area) and area >= 0 else None,
    )
    segmentation = entry.get("segmentation")
    if segmentation:
        problem = segmentation_problem(segmentation, size)
        if problem is None:
            box.segmentation = json.dumps(segmentation, separators=(",", ":"))
            reading.masks += 1
        else:
            reading.warn(element, "annotations", f"{problem}; the object has no mask", "correct its 'segmentation'")
    points = read_points(entry.get("keypoints"))
    if isinstance(points, str):
        reading.error(element, "annotations", points, "write [x, y, visibility, …]")
    elif points is not None:
        box.keypoints = points
        reading.key_points += 1
    return box


FORMAT = Format("coco", examine, read)

"""What annotations say held against the pictures they are about."""

import json
from typing import Any

from workbench.datasets.formats.annotations import Sample
from workbench.datasets.formats.tree import FileTree
from workbench.datasets.image_header import Header, NotAnImage, read_header
from workbench.datasets.problems import Problems
from workbench.datasets.thumbnails import Picture

_HEADER_BYTES = 4096


def fits(sample: Sample, picture: Picture, tree: FileTree, problems: Problems) -> bool:
    """Whether size and mask of a sample belong to its picture; a warning says why not."""
    size = picture.width, picture.height
    if sample.size is not None and sample.size != size:
        said = f"{sample.size[0]}x{sample.size[1]}"
        problem = f"{sample.file} says that {sample.image} has {said} pixels, it has {size[0]}x{size[1]}"
        fix = "correct the size, or annotate this picture again"
        if sample.size == size[::-1]:
            problem += " once it is turned as its EXIF data say"
            fix = "save the picture without EXIF rotation"
        problems.warning(sample.image, problem, fix)
        return False
    if sample.mask is None:
        return True
    try:
        header = _mask_header(tree, sample.mask)
    except (NotAnImage, OSError):
        problems.warning(sample.mask, "the mask is not a readable PNG file", "save it as PNG")
        return False
    if header.kind != "PNG":
        problems.warning(sample.mask, f"the mask is a {header.kind} file", "save it as PNG")
        return False
    if (header.width, header.height) != size:
        problems.warning(
            sample.mask,
            f"the mask has {header.width}x{header.height} pixels, its picture {size[0]}x{size[1]}",
            "make both the same size",
        )
        return False
    return True


def _mask_header(tree: FileTree, name: str) -> Header:
    with tree.path(name).open("rb") as file:
        return read_header(file.read(_HEADER_BYTES))


def box_records(sample: Sample, picture: Picture, problems: Problems) -> list[dict[str, Any]]:
    """The objects of a sample for the index; those that lie outside of the picture are left out with a warning.

    Boxes that reach over the edge stay as they are: evaluation compares them as they were annotated.
    """
    records = []
    for box in sample.boxes or ():
        left, top, width, height = box.bbox
        if left >= picture.width or top >= picture.height or left + width <= 0 or top + height <= 0:
            problems.warning(
                sample.file,
                f"the box [{left:g}, {top:g}, {width:g}, {height:g}] lies outside of {sample.image}"
                f" ({picture.width}x{picture.height})",
                "correct the box",
            )
            continue
        record: dict[str, Any] = {"label": box.label, "bbox": [_number(value) for value in box.bbox]}
        record["difficult"] = box.difficult
        record["crowd"] = box.crowd
        if box.area is not None:
            record["area"] = _number(box.area)
        if box.segmentation is not None:
            record["segmentation"] = json.loads(box.segmentation)
        records.append(record)
    return records


def _number(value: float) -> float | int:
    return int(value) if value == int(value) else value

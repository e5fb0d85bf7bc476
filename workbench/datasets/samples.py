"""What annotations say held against the pictures they are about."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from workbench.datasets.formats.annotations import Sample
from workbench.datasets.problems import Problems
from workbench.datasets.thumbnails import Picture


@dataclass(frozen=True)
class Mistake:
    """Why a sample is left out."""

    file: str
    problem: str
    fix: str


def fits(sample: Sample, picture: Picture, problems: Problems) -> bool:
    """Whether the annotated size of a sample is that of its picture; a warning says why not."""
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
    return True


def matches(sample: Sample, picture: Picture, beside: Mapping[str, Picture]) -> Mistake | None:
    """What is wrong between a picture, the larger one it shall become (`target`), and `upsampled`, as large as that."""
    if "target" not in beside:
        return None
    target, name = beside["target"], str(sample.target)
    size = f"{target.width}x{target.height}"
    factor = target.width // picture.width
    if factor < 1 or (target.width, target.height) != (picture.width * factor, picture.height * factor):
        return Mistake(
            name,
            f"the picture has {size} pixels, no whole multiple of {picture.width}x{picture.height} of {sample.image}",
            "make it 2, 3, 4… times as wide and as high",
        )
    larger = beside.get("upsampled")
    if larger is not None and (larger.width, larger.height) != (target.width, target.height):
        return Mistake(
            str(sample.upsampled),
            f"the picture has {larger.width}x{larger.height} pixels, {name} has {size}",
            "make both the same size",
        )
    return None


def box_records(sample: Sample, picture: Picture, problems: Problems) -> list[dict[str, Any]]:
    """The objects of a sample for the index; those that lie outside of the picture are left out with a warning.

    Boxes that reach over the edge stay as they are: evaluation compares them as they were annotated.
    """
    records = []
    sides = (picture.width, picture.height) if sample.relative else (1, 1)
    for box in sample.boxes or ():
        left, top, width, height = (_times(value, side) for value, side in zip(box.bbox, sides * 2, strict=True))
        if left >= picture.width or top >= picture.height or left + width <= 0 or top + height <= 0:
            problems.warning(
                sample.file,
                f"the box [{left:g}, {top:g}, {width:g}, {height:g}] lies outside of {sample.image}"
                f" ({picture.width}x{picture.height})",
                "correct the box",
            )
            continue
        record: dict[str, Any] = {"label": box.label, "bbox": [_number(value) for value in (left, top, width, height)]}
        record["difficult"] = box.difficult
        record["crowd"] = box.crowd
        if box.area is not None:
            record["area"] = _number(box.area)
        if box.segmentation is not None:
            record["segmentation"] = _scaled(json.loads(box.segmentation), sides)
        if box.keypoints is not None:
            record["keypoints"] = [
                [_number(_times(x, sides[0])), _number(_times(y, sides[1])), seen] for x, y, seen in box.keypoints
            ]
        records.append(record)
    return records


def _scaled(segmentation: Any, sides: tuple[int, int]) -> Any:
    """Polygons in pixels."""
    if sides == (1, 1) or not isinstance(segmentation, list):
        return segmentation
    return [[_number(_times(value, sides[at % 2])) for at, value in enumerate(polygon)] for polygon in segmentation]


def _times(share: float, side: int) -> float:
    """A share of a side in pixels, to a ten thousandth: shares are rounded themselves. As it is where `side` is 1."""
    return share if side == 1 else round(share * side, 4)


def _number(value: float) -> float | int:
    """Whole numbers as such."""
    return int(value) if value == int(value) else value

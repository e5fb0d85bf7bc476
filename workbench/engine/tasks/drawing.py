"""What is drawn over, or beside, a picture: answers and annotations in the members of `accuracy.schemas.Drawn`.

Masks and pictures become files below a folder, and stand in the record by their names.
"""

from __future__ import annotations

import math
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from workbench.engine.protocol import EngineError
from workbench.engine.tasks.task import NO_LABEL, Answer, Truth
from workbench.engine.tasks.truths import readable_rle

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

Drawn = dict[str, Any]
MOST_BOXES = 300
LEAST_SCORE = 0.01
MOST_CLASSES = 10
_SUFFIXES = (".png", ".jpg", ".jpeg")


@dataclass(frozen=True)
class Names:
    """`labels` are those of the dataset, `classes` the model's own, for what the dataset has no label of."""

    labels: Sequence[str]
    classes: Sequence[str] = ()

    def of(self, label: int | None, number: int | None) -> str:
        if label is not None and label != NO_LABEL:
            return self.labels[label] if label < len(self.labels) else f"class {label}"
        if number is None:
            return "unknown"
        return self.classes[number] if 0 <= number < len(self.classes) else f"class {number}"


def of_answer(
    answer: Answer, names: Names, matches: Sequence[bool] | None = None, *, classes: int = MOST_CLASSES
) -> Drawn:
    """Without mask and picture, which `save` writes. Boxes with a score of 0.01 or more, 300 at most."""
    drawn: Drawn = {}
    if answer.scores is not None:
        drawn["classes"] = _classes(answer, names, classes)
    if answer.boxes is not None:
        drawn["boxes"] = _boxes(answer, names, matches)
    if answer.points is not None:
        drawn["points"] = [[_number(value) for value in point] for point in answer.points.tolist()]
    return drawn


def of_truth(truth: Truth, names: Names, met: Sequence[bool | None] | None = None) -> Drawn | None:
    """Without mask and picture; None where nothing is annotated that could be drawn. `met`: which boxes were found."""
    drawn: Drawn = {}
    if truth.label is not None:
        drawn["classes"] = [{"label": truth.label, "name": names.of(truth.label, None), "score": 1.0}]
    if "boxes" in truth.record:
        drawn["boxes"] = [
            {
                "label": box["label"],
                "name": names.of(box["label"], None),
                "bbox": box["bbox"],
                "score": None,
                "segmentation": box.get("segmentation"),
                "keypoints": box.get("keypoints"),
                "difficult": bool(box.get("difficult")),
                "crowd": bool(box.get("crowd")),
                "matched": None if met is None else met[number],
            }
            for number, box in enumerate(truth.record["boxes"])
        ]
    if truth.points is not None:
        drawn["points"] = [[_number(value) for value in point] for point in truth.points.tolist()]
    return drawn or None


def save(mask: NDArray[Any] | None, picture: NDArray[np.uint8] | None, files: Path, stem: str) -> Drawn:
    """Write a mask and an RGB picture as PNG below `files`; returns their members. Raises EngineError `disk_full`."""
    drawn: Drawn = {}
    if mask is not None:
        drawn["mask"] = write_png(mask, files, f"masks/{stem}.png")
    if picture is not None:
        drawn["picture"] = write_png(picture[:, :, ::-1], files, f"pictures/{stem}.png")
    return drawn


def keep(source: Path, files: Path, name: str) -> str:
    """Copy a file of the dataset, with its suffix; returns its name below `files`."""
    suffix = source.suffix.lower()
    if suffix not in _SUFFIXES:
        import cv2

        image = cv2.imread(str(source), cv2.IMREAD_UNCHANGED)
        return write_png(image, files, f"{name}.png") if image is not None else ""
    target = files / f"{name}{suffix}"
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(source, target)
    return f"{name}{suffix}"


def write_png(image: NDArray[Any], files: Path, name: str) -> str:
    """[H, W] or BGR [H, W, 3], lightly compressed; returns `name`."""
    import cv2
    import numpy as np

    path = files / name
    path.parent.mkdir(parents=True, exist_ok=True)
    fine, data = cv2.imencode(".png", np.ascontiguousarray(image), [cv2.IMWRITE_PNG_COMPRESSION, 1])
    if not fine:
        raise EngineError("internal_error", f"{name} could not be made.", "Look at the job's log and report it.")
    path.write_bytes(data.tobytes())
    return name


def _classes(answer: Answer, names: Names, most: int) -> list[Drawn]:
    import numpy as np

    assert answer.scores is not None
    scores, labels = answer.scores, answer.labels
    count = min(most, len(scores))
    first = len(scores) - count
    best = np.argpartition(scores, first)[first:] if first else np.arange(count)
    # Equal scores by number: ten of them are sorted sooner here than by numpy.
    ordered = sorted(zip((-scores[best]).tolist(), best.tolist(), strict=True))
    drawn: list[Drawn] = []
    for score, index in ordered:
        label = NO_LABEL if labels is None else int(labels[index])
        drawn.append(
            {"label": None if label == NO_LABEL else label, "name": names.of(label, index), "score": -score or 0.0}
        )
    return drawn


def _boxes(answer: Answer, names: Names, matches: Sequence[bool] | None) -> list[Drawn]:
    assert answer.boxes is not None
    assert answer.box_scores is not None
    assert answer.labels is not None
    drawn: list[Drawn] = []
    for number, (left, top, right, bottom) in enumerate(answer.boxes.tolist()):
        score, label = float(answer.box_scores[number]), int(answer.labels[number])
        if score < LEAST_SCORE or not math.isfinite(left + top + right + bottom):
            continue
        own = int(answer.classes[number]) if answer.classes is not None else None
        box: Drawn = {
            "label": None if label == NO_LABEL else label,
            "name": names.of(label, own),
            "bbox": [_number(value) for value in (left, top, right - left, bottom - top)],
            "score": score,
        }
        if matches is not None:
            box["matched"] = bool(matches[number])
        if answer.masks is not None:
            box["segmentation"] = readable_rle(answer.masks[number])
        drawn.append(box)
        if len(drawn) == MOST_BOXES:
            break
    return drawn


def _number(value: float) -> float:
    """To the hundredth of a pixel; what is not finite is 0."""
    return round(value, 2) if math.isfinite(value) else 0.0

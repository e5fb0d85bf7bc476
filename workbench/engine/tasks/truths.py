"""What an answer is held against: the annotation of a sample, or what a parent model says of it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from workbench.engine.protocol import EngineError
from workbench.engine.tasks.task import NO_LABEL, Answer, Reading, Truth

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from workbench.engine.samples import Dataset

# Tasks whose reference is the picture itself.
ITSELF = ("inpainting", "style_transfer")


def of_sample(
    dataset: Dataset, record: Mapping[str, Any], image: NDArray[np.uint8], task: str, *, annotated: bool = True
) -> Truth:
    """The annotation of a sample whose picture `image` [H, W, 3] is in BGR; without `annotated` only what it is called.

    A box in the members of the index; masks and pictures are read here. Raises EngineError `dataset_unreadable` for a
    file that cannot be.
    """
    import numpy as np

    number = int(record["id"])
    truth = Truth(number, str(record.get("source") or record["file"]), image.shape[1], image.shape[0], record)
    if not annotated:
        return truth
    label = record.get("label")
    truth.label = int(label) if label is not None else None
    if task == "semantic_segmentation" and record.get("mask"):
        truth.mask = read_mask(dataset.path(str(record["mask"])))
    elif task == "super_resolution" and record.get("target"):
        truth.picture = _picture(dataset.path(str(record["target"])))
    elif task in ITSELF:
        truth.picture = np.ascontiguousarray(image[:, :, ::-1])
    elif task == "facial_landmark_detection" and record.get("landmarks"):
        truth.points = np.asarray(record["landmarks"], dtype=np.float32).reshape(-1, 2)
    return truth


def of_answer(truth: Truth, answer: Answer, reading: Reading) -> Truth:
    """The same sample with what a parent says of it in place of an annotation.

    A classifier's first label; boxes with at least `metrics.report_score`; masks, pictures and points as they are.
    Raises EngineError `reading_invalid` for faces, whose pairs no model knows.
    """
    if answer.embedding is not None:
        raise EngineError(
            "reading_invalid",
            "task: embeddings of a parent say nothing of who is who.",
            "Compare the tensors of the two models, or use annotated pairs.",
        )
    made = Truth(truth.number, truth.name, truth.width, truth.height, {"id": truth.number})
    if answer.scores is not None and answer.labels is not None and len(answer.scores):
        label = int(answer.labels[int(answer.scores.argmax())])
        made.label = None if label == NO_LABEL else label
    if answer.boxes is not None:
        made.record = {"id": truth.number, "boxes": _boxes(answer, float(reading["metrics"]["report_score"]))}
    made.mask, made.picture, made.points = answer.mask, answer.picture, answer.points
    return made


def _boxes(answer: Answer, least: float) -> list[dict[str, Any]]:
    assert answer.boxes is not None
    assert answer.box_scores is not None
    assert answer.labels is not None
    boxes = []
    for number, (left, top, right, bottom) in enumerate(answer.boxes.astype(float).tolist()):
        label = int(answer.labels[number])
        if answer.box_scores[number] < least or label == NO_LABEL:
            continue
        box: dict[str, Any] = {
            "label": label,
            "bbox": [left, top, right - left, bottom - top],
            "difficult": False,
            "crowd": False,
        }
        if answer.masks is not None:
            box["segmentation"] = readable_rle(answer.masks[number])
        boxes.append(box)
    return boxes


def readable_rle(rle: Mapping[str, Any]) -> dict[str, Any]:
    """An RLE object of pycocotools as JSON has it: `counts` is text."""
    counts = rle["counts"]
    return {"size": list(rle["size"]), "counts": counts.decode("ascii") if isinstance(counts, bytes) else counts}


def read_mask(path: Path) -> NDArray[Any]:
    """[H, W] uint8 or uint16. Raises EngineError `dataset_unreadable`."""
    import cv2
    import numpy as np

    mask = cv2.imread(str(path), cv2.IMREAD_UNCHANGED)
    if mask is None or mask.ndim != 2 or mask.dtype not in (np.uint8, np.uint16):
        raise _unreadable(path)
    return np.asarray(mask)


def _picture(path: Path) -> NDArray[np.uint8]:
    """RGB. Raises EngineError `dataset_unreadable`."""
    import cv2
    import numpy as np

    image = cv2.imread(str(path), cv2.IMREAD_COLOR)
    if image is None:
        raise _unreadable(path)
    return np.ascontiguousarray(image[:, :, ::-1], dtype=np.uint8)


def _unreadable(path: Path) -> EngineError:
    name = f"{path.parent.name}/{path.name}"[:100]
    return EngineError("dataset_unreadable", f"{name} of the dataset cannot be read.", "Import the dataset again.")

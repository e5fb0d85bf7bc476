"""Random annotated pictures and predictions, with the same content for the judge and for pycocotools."""

import contextlib
import io
from typing import Any

import numpy as np
from pycocotools import mask as rle_codec
from pycocotools.coco import COCO
from pycocotools.cocoeval import COCOeval

from workbench.engine.tasks.task import Answer, Truth

LABELS = ["a", "b", "c", "d"]
SIZE = 300


def _boxes(random: Any, count: int) -> np.ndarray:
    """x, y, width, height in whole and half pixels, of all three sizes of COCO."""
    sides = random.choice([8, 20, 40, 70, 110, 180], (count, 2)) + random.integers(0, 9, (count, 2)) / 2
    corners = random.random((count, 2)) * (SIZE - sides)
    return np.concatenate([np.round(corners * 2) / 2, sides], axis=1)


def _ellipse(box: np.ndarray) -> dict[str, Any]:
    x, y = np.meshgrid(np.arange(SIZE) + 0.5, np.arange(SIZE) + 0.5)
    left, top, width, height = box
    inside = ((x - left - width / 2) / (width / 2)) ** 2 + ((y - top - height / 2) / (height / 2)) ** 2 <= 1
    encoded: dict[str, Any] = rle_codec.encode(np.asfortranarray(inside.astype(np.uint8)))
    return encoded


def scene(seed: int, pictures: int = 25, *, masks: bool = False, most: int = 40) -> list[tuple[Truth, Answer]]:
    """Crowds, equal scores, pictures without annotations, without predictions and without both; a label without any."""
    random = np.random.default_rng(seed)
    made = []
    for number in range(pictures):
        count = int(random.integers(0, 9)) if number % 7 else 0
        boxes = _boxes(random, count)
        labels = random.integers(0, len(LABELS) - 1, count)
        record: list[dict[str, Any]] = []
        for box, label in zip(boxes, labels.tolist(), strict=True):
            crowd = bool(random.random() < 0.15)
            area = float(box[2] * box[3] * random.uniform(0.4, 1.0))
            one = {"label": label, "bbox": box.tolist(), "crowd": crowd, "area": area}
            if masks:
                one["segmentation"] = _ellipse(box)
                one["area"] = float(rle_codec.area(one["segmentation"]))
            record.append(one)
        near = np.repeat(boxes, 3, axis=0) + random.normal(0, 1, (3 * count, 4)) * random.choice([0.5, 3, 8])
        own = np.concatenate([near, _boxes(random, int(random.integers(0, most - 24)))]) if number % 5 else near[:0]
        own[:, 2:] = np.maximum(own[:, 2:], 2)
        guessed = np.concatenate([np.repeat(labels, 3), np.zeros(max(0, len(own) - 3 * count), dtype=np.int64)])[
            : len(own)
        ]
        wrong = random.random(len(own)) < 0.3
        guessed = np.where(wrong, random.integers(0, len(LABELS), len(own)), guessed)
        # Few different scores, so that many are equal.
        scores = random.integers(1, 20, len(own)).astype(np.float32) / np.float32(20)
        order = np.argsort(-scores, kind="stable")
        own, guessed, scores = own[order], guessed[order], scores[order]
        corners = np.concatenate([own[:, :2], own[:, :2] + own[:, 2:]], axis=1).astype(np.float32)
        answer = Answer(boxes=corners, box_scores=scores, labels=guessed, classes=guessed)
        if masks:
            answer.masks = [_ellipse(box) for box in own]
        made.append((Truth(number, f"{number}.jpg", SIZE, SIZE, {"boxes": record}), answer))
    return made


def reference(scenes: list[tuple[Truth, Answer]], kind: str, categories: int = len(LABELS)) -> COCOeval:
    """pycocotools on the same content, evaluated and accumulated."""
    annotations: list[dict[str, Any]] = []
    results: list[dict[str, Any]] = []
    for truth, answer in scenes:
        for box in truth.record["boxes"]:
            annotations.append(
                {
                    "id": len(annotations) + 1, "image_id": truth.number + 1, "category_id": box["label"] + 1,
                    "bbox": box["bbox"], "area": box["area"], "iscrowd": int(box["crowd"]),
                    "segmentation": box.get("segmentation"),
                }
            )  # fmt: skip
        assert answer.boxes is not None
        assert answer.box_scores is not None
        assert answer.labels is not None
        for at, corners in enumerate(answer.boxes.astype(np.float64)):
            one: dict[str, Any] = {
                "image_id": truth.number + 1, "category_id": int(answer.labels[at]) + 1,
                "score": float(answer.box_scores[at]),
            }  # fmt: skip
            if kind == "segm":
                assert answer.masks is not None
                one["segmentation"] = answer.masks[at]
            else:
                left, top, right, bottom = corners.tolist()
                one["bbox"] = [left, top, right - left, bottom - top]
            results.append(one)
    truth_side = COCO()
    truth_side.dataset = {
        "images": [{"id": truth.number + 1, "width": truth.width, "height": truth.height} for truth, _ in scenes],
        "annotations": annotations,
        "categories": [{"id": number + 1, "name": str(number)} for number in range(categories)],
        "info": {},
    }
    with contextlib.redirect_stdout(io.StringIO()):
        truth_side.createIndex()
        found = COCOeval(truth_side, truth_side.loadRes(results), kind)
        found.evaluate()
        found.accumulate()
        found.summarize()
    return found

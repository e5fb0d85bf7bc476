"""Annotations and predictions of one picture as arrays, and how much they overlap."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pycocotools import mask as rle_codec

from workbench.engine.tasks import instance_masks
from workbench.engine.tasks.task import Answer, Truth

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Truths:
    """Annotated objects: boxes x, y, width, height; `ignored` are crowds and difficult ones."""

    labels: NDArray[np.int64]
    boxes: Floats
    crowd: NDArray[np.bool_]
    ignored: NDArray[np.bool_]
    areas: Floats
    masks: list[dict[str, Any]] | None


@dataclass(frozen=True)
class Found:
    """Predicted objects of labels that the dataset has, by falling score; `origin` is their place in the answer."""

    labels: NDArray[np.int64]
    scores: NDArray[np.float32]
    boxes: Floats
    masks: list[dict[str, Any]] | None
    origin: NDArray[np.intp]

    def box_areas(self) -> Floats:
        return np.asarray(self.boxes[:, 2] * self.boxes[:, 3])

    def mask_areas(self) -> Floats:
        return np.array(rle_codec.area(self.masks) if self.masks else [], dtype=np.float64)

    def places(self) -> NDArray[np.int32]:
        """How many stronger ones each has of its label."""
        order = np.argsort(self.labels, kind="stable")
        grouped = self.labels[order]
        starts = np.flatnonzero(np.r_[True, grouped[1:] != grouped[:-1]]) if len(grouped) else np.empty(0, np.intp)
        own = np.repeat(starts, np.diff(np.r_[starts, len(grouped)]))
        places = np.empty(len(grouped), dtype=np.int32)
        places[order] = np.arange(len(grouped)) - own
        return places


def truths(truth: Truth, labels: int, *, masks: bool) -> Truths:
    """The annotation of a picture; objects of no label are left out."""
    objects = [box for box in truth.record.get("boxes") or () if 0 <= box["label"] < labels]
    boxes = np.array([box["bbox"] for box in objects], dtype=np.float64).reshape(-1, 4)
    crowd = np.array([bool(box.get("crowd")) for box in objects], dtype=bool)
    difficult = np.array([bool(box.get("difficult")) for box in objects], dtype=bool)
    encoded = [instance_masks.of_annotation(box, truth.width, truth.height) for box in objects] if masks else None
    own = boxes[:, 2] * boxes[:, 3] if not encoded else np.array(rle_codec.area(encoded), dtype=np.float64)
    told = [box.get("area") for box in objects]
    areas = [float(area if given is None else given) for area, given in zip(own, told, strict=True)]
    return Truths(
        np.array([box["label"] for box in objects], dtype=np.int64),
        boxes,
        crowd,
        crowd | difficult,
        np.array(areas, dtype=np.float64),
        encoded,
    )


def found(answer: Answer, labels: int, *, masks: bool) -> Found:
    """The answer's objects of labels that the dataset has."""
    if answer.boxes is None or answer.box_scores is None or answer.labels is None or not len(answer.boxes):
        nothing = np.empty(0, dtype=np.int64)
        return Found(nothing, np.empty(0, np.float32), np.empty((0, 4)), [] if masks else None, nothing)
    origin = np.flatnonzero((answer.labels >= 0) & (answer.labels < labels))
    origin = origin[np.argsort(-answer.box_scores[origin], kind="stable")]
    corners = answer.boxes[origin].astype(np.float64)
    boxes = np.concatenate([corners[:, :2], corners[:, 2:] - corners[:, :2]], axis=1)
    own = [answer.masks[number] for number in origin] if masks and answer.masks is not None else None
    if masks and own is None:
        raise ValueError("an answer without masks cannot be judged by masks")
    return Found(answer.labels[origin], answer.box_scores[origin], boxes, own, origin)


def box_overlaps(predicted: Found, annotated: Truths) -> Floats:
    """[n, m] as COCO measures: intersection over union, over the predicted area where the annotation is a crowd."""
    if not len(predicted.labels) or not len(annotated.labels):
        return np.zeros((len(predicted.labels), len(annotated.labels)))
    overlaps: Floats = rle_codec.iou(predicted.boxes, annotated.boxes, annotated.crowd.astype(np.uint8).tolist())
    return overlaps


def mask_overlaps(predicted: Found, annotated: Truths, everything: int) -> Floats:
    """The same of masks. Only pairs of one label are measured, and all pairs of the first `everything` predictions."""
    overlaps = np.zeros((len(predicted.labels), len(annotated.labels)))
    if not overlaps.size or predicted.masks is None or annotated.masks is None:
        return overlaps
    rest = np.arange(everything, len(predicted.labels))
    jobs = [(np.arange(everything), np.arange(len(annotated.labels)))]
    for label in np.unique(annotated.labels):
        jobs.append((rest[predicted.labels[rest] == label], np.flatnonzero(annotated.labels == label)))
    for rows, columns in jobs:
        if len(rows):
            crowd = annotated.crowd[columns].astype(np.uint8).tolist()
            some = [predicted.masks[row] for row in rows]
            overlaps[np.ix_(rows, columns)] = rle_codec.iou(some, [annotated.masks[at] for at in columns], crowd)
    return overlaps

"""Semantic segmentation: a class for each pixel.

The answer is brought to the size of the picture, where the annotation is, by the nearest pixel of the model's output
(that at floor((x + ½) · output / picture)), as Accuracy Checker's `resize_prediction` with `resize_segmentation_mask`
does; scores become classes before.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from workbench.engine.protocol import EngineError
from workbench.engine.tasks import bootstrap, confusion, detection_outputs, metric
from workbench.engine.tasks.task import (
    NO_LABEL,
    Answer,
    ClassMap,
    Column,
    Decode,
    Facts,
    Geometry,
    Outputs,
    Ports,
    Reading,
    Summary,
    Truth,
)

if TYPE_CHECKING:
    from numpy.typing import NDArray

FAMILIES = ("per_pixel",)
_WHAT = "segmentation"
# Labels of a model whose classes nobody named: as many as one byte of a mask holds.
_UNNAMED = 253
# A sample counts as wrong where its classes overlap by less than this.
_WRONG_BELOW = 0.5


def decoder(reading: Reading, ports: Ports, classes: ClassMap) -> Decode:
    """Scores [1, C, H, W] or [1, H, W, C], or with `argmax_in_model` numbers of classes in [1, H, W], [1, 1, H, W] or
    [1, H, W, 1]; outputs of whole numbers with one channel are numbers of classes, too.

    One channel of scores is the probability of the second of two classes. What of two axes is the channels is told by
    the number of classes, else the shorter one is. Raises EngineError `output_not_found`, `decoding_mismatch`.
    """
    decoding, background = reading["decoding"], bool(reading["classes"]["background"])
    port = detection_outputs.find(
        ports, _WHAT, "the classes of pixels", "[N, C, H, W], [N, H, W, C] or [N, H, W]",
        lambda shape: len(shape) in (3, 4), decoding["output"],
    )  # fmt: skip
    numbers = bool(decoding["argmax_in_model"])
    count = len(classes.names) + background
    table = _table(classes, background, len(classes.names) or _UNNAMED)

    def decode(outputs: Outputs, geometry: Geometry) -> Answer:
        values = np.asarray(outputs[port.name])
        found = _class_numbers(values) if numbers else _strongest(values, count)
        return Answer(mask=_on_picture(_as_mask(found, table), geometry))

    return decode


def _table(classes: ClassMap, background: bool, count: int) -> NDArray[Any]:
    """The mask's value of each class of the model: 0 for its background and for what the dataset has no label of."""
    values = [0] * background + [0 if label == NO_LABEL else label + 1 for label in classes.labels[:count]]
    return np.array(values, dtype=np.uint8 if max(values, default=0) < 255 else np.uint16)


def _as_mask(found: NDArray[Any], table: NDArray[Any]) -> NDArray[Any]:
    """Classes of the model → values of the mask; numbers that are no class become 0."""
    if found.dtype != np.uint8:
        found = np.where((found >= 0) & (found < len(table)), found, len(table))
    padded = np.zeros(max(256, len(table) + 1), dtype=table.dtype)
    padded[: len(table)] = table
    return padded.take(found)


def _class_numbers(values: NDArray[Any]) -> NDArray[np.int64]:
    """[1, H, W], [1, 1, H, W] or [1, H, W, 1] → [H, W]."""
    if values.ndim == 4 and 1 in (values.shape[1], values.shape[3]):
        values = values[:, 0] if values.shape[1] == 1 else values[..., 0]
    if values.ndim != 3:
        raise detection_outputs.shape_mismatch(_WHAT, "numbers of classes must be [N, H, W]", values.shape)
    return np.asarray(np.rint(values[0]) if values.dtype.kind == "f" else values[0], dtype=np.int64)


def _strongest(values: NDArray[Any], count: int) -> NDArray[Any]:
    """Scores → the number of the class of the highest, [H, W]; of equal ones the first."""
    if values.ndim == 3 or 1 in (values.shape[1], values.shape[3]):
        if values.dtype.kind in "iu":
            return _class_numbers(values)
        if values.ndim == 4:
            plane = values[0, 0] if values.shape[1] == 1 else values[0, :, :, 0]
            return (plane > 0.5).astype(np.uint8)
        raise detection_outputs.shape_mismatch(
            _WHAT, "scores must be [N, C, H, W] or [N, H, W, C], unless argmax is in the model", values.shape
        )
    first, last = values.shape[1], values.shape[3]
    if first == count or (last != count and first <= last):
        return _argmax(values[0])
    return np.asarray(values[0].argmax(axis=-1))


def _argmax(scores: NDArray[Any]) -> NDArray[Any]:
    """[C, H, W] → [H, W]: as `scores.argmax(axis=0)`, which goes through memory crosswise, in a fifth of its time."""
    best = scores[0].copy()
    found = np.zeros(best.shape, dtype=np.uint8 if len(scores) <= 256 else np.uint16)
    for number in range(1, len(scores)):
        found[scores[number] > best] = number
        np.maximum(best, scores[number], out=best)
    return found


def _on_picture(classes: NDArray[Any], geometry: Geometry) -> NDArray[Any]:
    """[h, w] of the output → [height, width] of the picture; outside of what the model saw the highest value."""
    rows, rows_seen = _nearest(
        geometry.height, geometry.scale_y, geometry.offset_y, geometry.input_height, len(classes)
    )
    columns, columns_seen = _nearest(
        geometry.width, geometry.scale_x, geometry.offset_x, geometry.input_width, classes.shape[1]
    )
    mask: NDArray[Any] = classes.take(rows, axis=0).take(columns, axis=1)
    if not (rows_seen.all() and columns_seen.all()):
        unseen = np.iinfo(mask.dtype).max
        mask[~rows_seen], mask[:, ~columns_seen] = unseen, unseen
    return mask


def _nearest(size: int, scale: float, offset: float, input_size: int, output_size: int) -> tuple[Any, Any]:
    """For each pixel along one side of the picture the output's, and whether its middle lies in the input."""
    place = (np.arange(size) + 0.5) * scale + offset
    found = np.floor(place * (output_size / input_size) + 1e-9).astype(np.intp)
    # Scaled sizes are rounded to whole pixels, so what is less than half a pixel beyond the edge was seen.
    seen = (place > -0.5) & (place < input_size + 0.5)
    return np.clip(found, 0, output_size - 1), seen


COLUMNS = [
    Column("annotated", "Annotated", "text", description="names of the annotated classes"),
    Column("mean_iou", "Mean IoU", "number", description="mean over the classes that are annotated or predicted"),
    Column("pixel_accuracy", "Pixel accuracy", "number", description="share of its judged pixels"),
    Column("error", "Wrong", "boolean", description="mean IoU below 0.5"),
    Column("loss", "Loss", "number", description="1 − mean IoU"),
]
CLASS_COLUMNS = [
    Column("iou", "IoU", "number", description="annotated and predicted / annotated or predicted"),
    Column("annotated_pixels", "Annotated", "integer", unit="pixels"),
    Column("predicted_pixels", "Predicted", "integer", unit="pixels"),
    Column("error", "Wrong", "boolean", description="IoU below 0.5"),
    Column("loss", "Loss", "number", description="1 − IoU"),
]


class SemanticJudge:
    """Keeps three numbers for each class that a sample has. Classes are numbered as in masks: 0 is the background.

    Mean IoU is that of the whole dataset, as of Pascal VOC: pixels of all samples are counted together. Without
    `background` pixels annotated 0 have no label, and do not count; without `include_background` they count, as false
    positives of others, and only their own IoU is left out of the means.
    """

    columns = COLUMNS
    class_columns = CLASS_COLUMNS

    def __init__(self, include_background: bool, facts: Facts) -> None:
        self._labels = facts.labels or [f"class {number}" for number in range(_UNNAMED)]
        self._background = facts.background
        self._side = len(self._labels) + 1
        self._first = 0 if include_background and facts.background else 1
        self._total = np.zeros((self._side, self._side), dtype=np.int64)
        self._numbers: list[int] = []
        # Of each sample the classes that it has, and of each the pixels that are both, annotated, predicted.
        self._present: list[NDArray[np.int64]] = []
        self._class_rows: list[dict[str, Any]] = []
        self._unlabelled = 0

    def add(self, truth: Truth, answer: Answer) -> dict[str, Any]:
        assert answer.mask is not None
        self._class_rows = []
        row: dict[str, Any] = {
            "sample": truth.number,
            "name": truth.name,
            "annotated": None,
            "mean_iou": None,
            "pixel_accuracy": None,
            "error": False,
            "loss": 0.0,
        }
        if truth.mask is None:
            self._unlabelled += 1
            return row
        if truth.mask.shape != answer.mask.shape:
            raise EngineError(
                "dataset_unreadable",
                f"The mask of '{truth.name[:100]}' is not as large as its picture.",
                "Import the dataset again.",
                {"sample": truth.number},
            )
        told = answer.mask
        if self._side > 255 and told.dtype == np.uint8:
            told = np.where(told == 255, np.uint16(65535), told)
        counts = confusion.counted(truth.mask, told, self._side)
        if not self._background:
            counts[0] = 0
        both, annotated, predicted = counts.diagonal(), counts.sum(axis=1), counts.sum(axis=0)
        present = np.flatnonzero(annotated + predicted)
        self._total += counts
        self._numbers.append(truth.number)
        self._present.append(np.stack([present, both[present], annotated[present], predicted[present]]))
        judged = present[present >= self._first]
        overlap = both[judged] / (annotated[judged] + predicted[judged] - both[judged])
        row["annotated"] = ", ".join(self._name(index) for index in np.flatnonzero(annotated).tolist())
        if len(judged):
            row["mean_iou"] = float(overlap.mean())
            row["error"] = row["mean_iou"] < _WRONG_BELOW
            row["loss"] = 1 - row["mean_iou"]
        pixels = int(annotated.sum())
        if pixels:
            row["pixel_accuracy"] = int(both.sum()) / pixels
        self._class_rows = [
            {
                "sample": truth.number,
                "name": truth.name,
                "label": int(index) - 1,
                "label_name": self._name(int(index)),
                "iou": float(iou),
                "annotated_pixels": int(annotated[index]),
                "predicted_pixels": int(predicted[index]),
                "error": bool(iou < _WRONG_BELOW),
                "loss": 1 - float(iou),
            }
            for index, iou in zip(judged, overlap, strict=True)
        ]
        return row

    def class_rows(self) -> Sequence[dict[str, Any]]:
        return self._class_rows

    def _name(self, index: int) -> str:
        return self._labels[index - 1] if index else "background"

    def matches(self) -> None:
        return None

    def finish(self) -> Summary:
        tables: dict[str, Any] = {"classes": [], "confusion": None, "curves": []}
        one, many = "1 picture has no mask and is not", f"{self._unlabelled} pictures have no mask and are not"
        notes = [f"{one if self._unlabelled == 1 else many} counted."] if self._unlabelled else []
        if not self._total.any():
            return Summary({}, None, tables, notes=notes)
        both, annotated, predicted = self._total.diagonal(), self._total.sum(axis=1), self._total.sum(axis=0)
        found, ends = self._means(both, annotated, predicted), self._intervals()
        without = "" if self._first == 0 or not self._background else ", without the background"
        metrics = {
            "mean_iou": metric.metric(
                found["mean_iou"], ends.get("mean_iou"), "Mean IoU",
                f"intersection / union of all pixels of a class, mean over the classes that occur{without}",
            ),
            "pixel_accuracy": metric.metric(
                found["pixel_accuracy"], ends.get("pixel_accuracy"), "Pixel accuracy", "share of all judged pixels"
            ),
            "mean_accuracy": metric.metric(
                found["mean_accuracy"], ends.get("mean_accuracy"), "Mean class accuracy",
                f"share of a class's pixels that are found, mean over the classes that are annotated{without}",
            ),
        }  # fmt: skip
        tables["classes"] = self._classes(both, annotated, predicted)
        # In a report's confusion matrix the background comes last.
        tables["confusion"] = {
            "labels": list(self._labels),
            "cells": confusion.cells(np.roll(self._total, -1, axis=(0, 1))),
        }
        return Summary({name: entry for name, entry in metrics.items() if math.isfinite(entry["value"])},
                       "mean_iou" if math.isfinite(found["mean_iou"]) else None, tables, notes=notes)  # fmt: skip

    def _means(self, both: NDArray[Any], annotated: NDArray[Any], predicted: NDArray[Any]) -> dict[str, float]:
        """Of sums by class; NaN where nothing is annotated or predicted."""
        first = self._first
        overlap = confusion.share(both, annotated + predicted - both)[first:]
        recall = confusion.share(both, annotated)[first:]
        whole = float(annotated.sum())
        return {
            "mean_iou": _mean(overlap),
            "pixel_accuracy": float(both.sum()) / whole if whole else math.nan,
            "mean_accuracy": _mean(recall),
        }

    def _intervals(self) -> Mapping[str, list[float] | None]:
        order = np.argsort(np.array(self._numbers), kind="stable")
        pieces = [self._present[index] for index in order]
        sample = np.repeat(np.arange(len(pieces)), [piece.shape[1] for piece in pieces])
        classes, both, annotated, predicted = np.concatenate(pieces, axis=1)

        def statistics(weights: NDArray[np.float64]) -> dict[str, float]:
            own = weights[sample]
            sums = (np.bincount(classes, own * part, minlength=self._side) for part in (both, annotated, predicted))
            return self._means(*sums)

        return bootstrap.intervals(statistics, len(pieces))

    def _classes(self, both: NDArray[Any], annotated: NDArray[Any], predicted: NDArray[Any]) -> list[dict[str, Any]]:
        figures = {
            "iou": confusion.share(both, annotated + predicted - both),
            "precision": confusion.share(both, predicted),
            "recall": confusion.share(both, annotated),
        }
        first = 0 if self._background else 1
        return [
            {
                "label": int(index) - 1,
                "name": self._name(int(index)),
                "samples": int(annotated[index]),
                "metrics": {name: metric.known(values[index]) for name, values in figures.items()},
            }
            for index in np.flatnonzero(annotated + predicted)
            if index >= first
        ]


def _mean(values: NDArray[np.float64]) -> float:
    there = values[np.isfinite(values)]
    return float(there.mean()) if len(there) else math.nan


def judge(reading: Reading, facts: Facts) -> SemanticJudge:
    return SemanticJudge(bool(reading["metrics"]["include_background"]), facts)

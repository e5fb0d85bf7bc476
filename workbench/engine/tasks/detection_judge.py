"""Judges boxes, or the masks of objects: COCO's and Pascal VOC's figures, rows for samples and classes, tables."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from workbench.engine.tasks import coco_metrics, detection_truths, matching, voc_metrics
from workbench.engine.tasks.detection_store import Kept, OfClass, Store
from workbench.engine.tasks.detection_truths import Floats, Found, Truths
from workbench.engine.tasks.matching import AREAS, IGNORED, RIGHT, WRONG
from workbench.engine.tasks.metric import metric
from workbench.engine.tasks.precision_recall import average_precision_of_few
from workbench.engine.tasks.task import Answer, Column, Facts, Reading, Summary, Truth

_MOST_NAMES = 20
# Resamples of the bootstrap by the number of boxes: so many that they take a small part of what the inferences took.
_BOXES_RESAMPLED = 4e6
_LEAST, _MOST = 100, 1000
_FEW_BOXES, _LEAST_OF_FEW = 20_000, 200
_NUMBERS_AT_ONCE = 2**20


class DetectionJudge:
    """See `task.ClassJudge`. `masks`: objects are compared by their masks, and by their boxes beside that."""

    def __init__(self, reading: Reading, facts: Facts, *, masks: bool = False) -> None:
        metrics = reading["metrics"]
        self._score: float = metrics["report_score"]
        self._minimum: float = metrics["map_iou"]
        self._kind: str = metrics["map_kind"]
        self._coco: bool = metrics["coco"]
        self._names = [str(name) for name in facts.labels]
        self._masks = masks
        self._store = Store()
        self._by_box = Store()
        self._confusion: Counter[tuple[int, int]] = Counter()
        self._ignored = 0
        self._unknown = 0
        self._matches: list[bool] = []
        self._met: list[bool | None] = []
        self._class_rows: list[dict[str, Any]] = []
        self.columns = _columns(self._score, self._minimum)
        self.class_columns = _class_columns()

    def add(self, truth: Truth, answer: Answer) -> dict[str, Any]:
        count = len(self._names)
        annotated = detection_truths.truths(truth, count, masks=self._masks)
        predicted = detection_truths.found(answer, count, masks=self._masks)
        told = int((predicted.scores >= self._score).sum())
        if self._masks:
            overlaps = detection_truths.mask_overlaps(predicted, annotated, told)
        else:
            overlaps = detection_truths.box_overlaps(predicted, annotated)
        same = predicted.labels[:, None] == annotated.labels[None, :]
        states, met = matching.voc(overlaps, same, annotated.ignored, self._minimum)
        areas = predicted.mask_areas() if self._masks else predicted.box_areas()
        self._keep(self._store, truth.number, predicted, annotated, overlaps, same, areas, states)
        if self._masks and self._coco:
            by_box = detection_truths.box_overlaps(predicted, annotated)
            self._keep(self._by_box, truth.number, predicted, annotated, by_box, same, predicted.box_areas(), states)
        self._confuse(overlaps, predicted, annotated, states, met, told)
        self._ignored += int(annotated.ignored.sum())
        boxes = 0 if answer.boxes is None else len(answer.boxes)
        self._unknown += boxes - len(predicted.labels)
        hits = np.zeros(boxes, dtype=bool)
        hits[predicted.origin] = met >= 0
        self._matches = hits.tolist()
        self._met = self._objects_met(truth, annotated, met[:told][states[:told] == RIGHT])
        return self._row(truth, predicted, annotated, states, told)

    def matches(self) -> Sequence[bool]:
        return self._matches

    def met(self) -> Sequence[bool | None]:
        """By boxes with the score of the table of samples; None for crowds, difficult objects and unknown labels."""
        return self._met

    def _objects_met(self, truth: Truth, annotated: Truths, found: NDArray[np.intp]) -> list[bool | None]:
        objects = truth.record.get("boxes") or ()
        known = [number for number, box in enumerate(objects) if 0 <= box["label"] < len(self._names)]
        told: list[bool | None] = [None] * len(objects)
        for place, number in enumerate(known):
            if not annotated.ignored[place]:
                told[number] = False
        for place in found.tolist():
            told[known[place]] = True
        return told

    def class_rows(self) -> Sequence[dict[str, Any]]:
        return self._class_rows

    def _keep(
        self,
        store: Store,
        number: int,
        predicted: Found,
        annotated: Truths,
        overlaps: Floats,
        same: NDArray[np.bool_],
        areas: Floats,
        states: NDArray[np.uint8],
    ) -> None:
        if self._coco:
            right, ignored = matching.coco(overlaps, same, areas, annotated.areas, annotated.ignored, annotated.crowd)
        else:
            right = ignored = np.zeros(len(areas), dtype=np.uint64)
        labels, own = np.unique(annotated.labels, return_inverse=True)
        size = annotated.areas[:, None]
        counts = np.concatenate([(size >= AREAS[:, 0]) & (size <= AREAS[:, 1]), np.ones_like(size, dtype=bool)], axis=1)
        totals = np.zeros((len(labels), counts.shape[1]), dtype=np.int32)
        np.add.at(totals, own, counts & ~annotated.ignored[:, None])
        store.add(
            Kept(
                number, predicted.labels.astype(np.int32), predicted.scores, right, ignored, states,
                predicted.places(), labels.astype(np.int32), totals,
            )
        )  # fmt: skip

    def _confuse(
        self,
        overlaps: Floats,
        predicted: Found,
        annotated: Truths,
        states: NDArray[np.uint8],
        met: NDArray[np.intp],
        told: int,
    ) -> None:
        """Right boxes first; what is left over meets annotations of other labels, the greatest overlap first."""
        nothing = len(self._names)
        free = ~annotated.ignored
        free[met[:told][states[:told] == RIGHT]] = False
        for label in predicted.labels[:told][states[:told] == RIGHT].tolist():
            self._confusion[label, label] += 1
        left = np.flatnonzero(states[:told] == WRONG)
        columns = np.flatnonzero(free)
        amounts = overlaps[np.ix_(left, columns)]
        amounts[predicted.labels[left][:, None] == annotated.labels[columns][None, :]] = 0
        rows, places = np.nonzero(amounts >= max(self._minimum, 1e-9))
        used_rows: set[int] = set()
        used_columns: set[int] = set()
        for at in np.argsort(-amounts[rows, places], kind="stable").tolist():
            row, place = int(left[rows[at]]), int(columns[places[at]])
            if row not in used_rows and place not in used_columns:
                used_rows.add(row)
                used_columns.add(place)
                self._confusion[int(annotated.labels[place]), int(predicted.labels[row])] += 1
        for row in left.tolist():
            if row not in used_rows:
                self._confusion[nothing, int(predicted.labels[row])] += 1
        for place in columns.tolist():
            if place not in used_columns:
                self._confusion[int(annotated.labels[place]), nothing] += 1

    def _row(
        self, truth: Truth, predicted: Found, annotated: Truths, states: NDArray[np.uint8], told: int
    ) -> dict[str, Any]:
        """The row of the sample; notes the rows of its classes."""
        names = self._names
        in_truth = Counter(annotated.labels[~annotated.ignored].tolist())
        by_label: dict[int, list[tuple[int, bool]]] = {}
        for at, (label, state) in enumerate(zip(predicted.labels.tolist(), states.tolist(), strict=True)):
            if state != IGNORED:
                by_label.setdefault(label, []).append((state, at < told))
        self._class_rows = []
        precisions = []
        predicted_in_all = right_in_all = wrong_in_all = 0
        for label in sorted({*in_truth, *predicted.labels[:told].tolist()}):
            boxes = by_label.get(label, [])
            right = sum(1 for state, is_told in boxes if is_told and state == RIGHT)
            wrong = sum(1 for state, is_told in boxes if is_told and state == WRONG)
            count = int((predicted.labels[:told] == label).sum())
            precision = None
            if in_truth[label]:
                precision = average_precision_of_few([s == RIGHT for s, _ in boxes], in_truth[label], self._kind)
                precisions.append(precision)
            predicted_in_all, right_in_all, wrong_in_all = (
                predicted_in_all + count, right_in_all + right, wrong_in_all + wrong,
            )  # fmt: skip
            self._class_rows.append(
                {
                    "sample": truth.number, "name": truth.name, "label": label, "label_name": names[label],
                    "annotated": in_truth[label], "predicted": count, "matches": right,
                    "precision": right / (right + wrong) if right + wrong else None, "ap": precision,
                    "error": right < in_truth[label] or wrong > 0,
                    "loss": float(wrong > 0) if precision is None else 1 - precision,
                }
            )  # fmt: skip
        annotated_in_all = sum(in_truth.values())
        missed = annotated_in_all - right_in_all
        rates = voc_metrics.rates(annotated_in_all, right_in_all, wrong_in_all)
        ap = voc_metrics.mean(precisions)
        shown = [names[row["label"]] for row in self._class_rows]
        more = len(shown) - _MOST_NAMES
        return {
            "sample": truth.number, "name": truth.name, "annotated": annotated_in_all, "predicted": predicted_in_all,
            "matched": right_in_all, "missed": missed, "false_positives": wrong_in_all,
            "precision": rates["precision"], "recall": rates["recall"], "ap": ap,
            "classes": ", ".join(shown[:_MOST_NAMES]) + (f" and {more} more" if more > 0 else ""),
            "error": missed > 0 or wrong_in_all > 0,
            "loss": 1 - ap if ap is not None else float(wrong_in_all > 0),
        }  # fmt: skip

    def finish(self) -> Summary:
        classes = list(self._store.by_class())
        ones = np.ones((1, len(self._store)))
        by_class = {one.label: float(voc_metrics.precisions(one, self._kind, ones)[0]) for one in classes}
        value = voc_metrics.mean([by_class[one.label] for one in classes])
        metrics: dict[str, dict[str, Any]] = {}
        if self._coco:
            metrics.update(coco_metrics.family(classes, len(self._store)))
            if self._masks:
                boxes = coco_metrics.family(list(self._by_box.by_class()), len(self._store), "box_", " of boxes")
                metrics.update({name: boxes[name] for name in ("box_ap", "box_ap50", "box_ap75") if name in boxes})
        if value is not None:
            metrics["map"] = metric(
                value, None, f"mAP@{self._minimum:g}",
                f"Pascal VOC's mean average precision ({self._kind.replace('_', ' ')}) at overlap {self._minimum:g}.",
            )  # fmt: skip
        counts = {one.label: voc_metrics.counted(one, self._score) for one in classes}
        overall = voc_metrics.rates(
            *(sum(row[key] for row in counts.values()) for key in ("annotated", "right", "wrong"))
        )
        for name, rate in overall.items():
            if rate is not None:
                text = f"Of all boxes with a score of {self._score:g} or more, at overlap {self._minimum:g}."
                metrics[name] = metric(rate, None, {"f1": "F1"}.get(name, name.capitalize()), text)
        for name, interval in self._intervals(classes).items():
            if name in metrics:
                metrics[name]["ci95"] = interval
        primary = "coco_ap" if self._coco else "map"
        return Summary(
            metrics=metrics,
            primary=primary if primary in metrics else None,
            tables=self._tables(classes, by_class, counts),
            notes=self._notes(),
        )

    def _intervals(self, classes: Sequence[OfClass]) -> dict[str, list[float]]:
        """95 % of the resamples of the samples (percentile bootstrap) for mAP and COCO's AP."""
        pictures = len(self._store)
        boxes = sum(len(one.scores) for one in classes)
        if pictures < 2 or not boxes:
            return {}
        resamples = resamples_for(boxes)
        generator = np.random.default_rng(0)
        at_once = max(1, _NUMBERS_AT_ONCE // max(pictures, *(len(one.scores) for one in classes)))
        found: dict[str, list[NDArray[np.float64]]] = {}
        for start in range(0, resamples, at_once):
            weights = np.stack(
                [
                    np.bincount(generator.integers(0, pictures, pictures), minlength=pictures)
                    for _ in range(min(at_once, resamples - start))
                ]
            ).astype(np.float64)
            found.setdefault("map", []).append(voc_metrics.resampled(classes, self._kind, weights))
            if self._coco:
                for name, values in coco_metrics.resampled(classes, weights).items():
                    found.setdefault(f"coco_{name}", []).append(values)
        intervals = {}
        for name, parts in found.items():
            values = np.concatenate(parts)
            values = values[np.isfinite(values)]
            if len(values) * 2 > resamples:
                intervals[name] = [float(end) for end in np.percentile(values, [2.5, 97.5])]
        return intervals

    def _tables(
        self, classes: Sequence[OfClass], by_class: dict[int, float], counts: dict[int, dict[str, int]]
    ) -> dict[str, Any]:
        rows, curves = [], []
        for one in classes:
            name, count, ap = self._names[one.label], counts[one.label], by_class[one.label]
            figures: dict[str, float | None] = {"ap": ap if np.isfinite(ap) else None}
            if self._coco:
                figures["coco_ap"] = coco_metrics.class_precision(one, len(self._store))
            figures.update(voc_metrics.rates(count["annotated"], count["right"], count["wrong"]))
            figures["predicted"] = float(count["right"] + count["wrong"])
            rows.append({"label": one.label, "name": name, "samples": count["annotated"], "metrics": figures})
            drawn = voc_metrics.curve(one, name)
            if drawn is not None:
                curves.append(drawn)
        cells = [[*cell, count] for cell, count in sorted(self._confusion.items())]
        charts = [{"kind": "precision_recall", "x_label": "recall", "y_label": "precision", "curves": curves}]
        return {
            "classes": rows,
            "confusion": {"labels": self._names, "cells": cells},
            "curves": charts if curves else [],
        }

    def _notes(self) -> list[str]:
        notes = []
        if self._ignored:
            notes.append(
                f"{self._ignored:,} annotated objects are difficult or crowds; boxes on them count neither way."
            )
        if self._unknown:
            notes.append(f"{self._unknown:,} predicted boxes are of classes that the dataset does not have; left out.")
        return notes


def resamples_for(boxes: int) -> int:
    """How many resamples the bootstrap makes of so many boxes."""
    least = _LEAST_OF_FEW if boxes <= _FEW_BOXES else _LEAST
    return int(np.clip(_BOXES_RESAMPLED / max(boxes, 1), least, _MOST))


def _columns(score: float, minimum: float) -> list[Column]:
    above = f"score {score:g} or more"
    meets = f"overlap {minimum:g} or more"
    return [
        Column("annotated", "Annotated", "integer", description="objects, without difficult ones and crowds"),
        Column("predicted", "Predicted", "integer", description=f"objects with {above}"),
        Column("matched", "Matched", "integer", description=f"annotated objects met: {above}, {meets}"),
        Column("missed", "Missed", "integer", description="annotated objects that no prediction met"),
        Column("false_positives", "False positives", "integer", description="predictions that met no annotated object"),
        Column("precision", "Precision", "number", description="matched of matched and false positives"),
        Column("recall", "Recall", "number", description="matched of annotated"),
        Column("ap", "AP", "number", description=f"mean over the sample's own classes, all scores, {meets}"),
        Column("classes", "Classes", "text", description=f"annotated, or predicted with {above}"),
        Column("error", "Wrong", "boolean", description="something missed or falsely predicted"),
        Column("loss", "Loss", "number", description="1 − AP; 1 where nothing is annotated and something predicted"),
    ]


def _class_columns() -> list[Column]:
    return [
        Column("annotated", "Annotated", "integer"),
        Column("predicted", "Predicted", "integer"),
        Column("matches", "Matches", "integer"),
        Column("precision", "Precision", "number"),
        Column("ap", "AP", "number"),
        Column("error", "Wrong", "boolean", description="something missed or falsely predicted"),
        Column("loss", "Loss", "number", description="1 − AP; 1 where nothing is annotated and something predicted"),
    ]

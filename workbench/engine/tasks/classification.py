"""Classifiers: one score for each class."""

from __future__ import annotations

import math
from array import array
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

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

FAMILIES = ("classification",)
_LEAST = 1e-12  # probability that a loss is told of
_NONE = -1
_ZERO = {"u1": 0, "i1": -128}  # uint8, int8


def decoder(reading: Reading, ports: Ports, classes: ClassMap) -> Decode:
    """Scores of any shape that is one long row: [1, C], [C], [1, C, 1, 1], [1, 1, 1, C].

    Probabilities in one byte are as TensorFlow Lite's softmax and logistic write them (its quantisation specification):
    (value - zero) / 256, with zero 0 of uint8 and -128 of int8. One value alone is the probability of the second of two
    classes. The background, the model's class 0, is left out after the activation: a picture that it is strongest for
    is judged by the next best class.
    Raises EngineError `output_not_found`, `decoding_mismatch`.
    """
    decoding, background = reading["decoding"], bool(reading["classes"]["background"])
    port = detection_outputs.find(
        ports, "a classifier", "the scores", "one row of scores, [1, classes]", _is_row, decoding["output"]
    )
    activation = decoding["activation"]
    labels: NDArray[np.int64] | None = None

    def decode(outputs: Outputs, geometry: Geometry) -> Answer:
        nonlocal labels
        values = detection_outputs.values(outputs, port)
        if not _is_row(values.shape):
            raise detection_outputs.shape_mismatch("a classifier", "the scores must be one row", values.shape)
        scores = values.reshape(-1)
        zero = _ZERO.get(np.asarray(outputs[port.name]).dtype.str[1:])
        if activation == "none" and zero is not None:
            scores = (scores - np.float32(zero)) / np.float32(256)
        scores = activated(scores, activation)
        if background:
            scores = scores[1:]
        if labels is None or len(labels) != len(scores):
            labels = np.array([classes.label(index) for index in range(len(scores))], dtype=np.int64)
        return Answer(scores=scores, labels=labels)

    return decode


def activated(values: NDArray[np.float32], activation: str) -> NDArray[np.float32]:
    """[C] → [C], or [2] of a single one. What is not a number becomes 0."""
    if activation == "softmax" and len(values) > 1:
        values = np.exp(values - values.max())
        values = values / values.sum()
    elif activation in ("sigmoid", "softmax"):
        # 1 / (1 + exp(-x)) without overflow; softmax of one value would be 1 whatever it is.
        values = np.float32(0.5) * (np.tanh(np.float32(0.5) * values) + np.float32(1))
    if math.isnan(float(values.sum())):
        values = np.nan_to_num(values, nan=0.0)
    return np.array([1 - values[0], values[0]], dtype=np.float32) if len(values) == 1 else values


def _is_row(shape: Sequence[int]) -> bool:
    return len(shape) > 0 and sum(size not in (1, -1) for size in shape) <= 1


COLUMNS = [
    Column("label", "Label", "integer", description="number of the annotated label"),
    Column("label_name", "Annotated", "text"),
    Column("predicted", "Predicted label", "integer", description="empty where the dataset has no such label"),
    Column("predicted_name", "Predicted", "text"),
    Column("confidence", "Confidence", "number", description="score of the predicted class"),
    Column(
        "rank", "Rank", "integer", description="of the annotated class, 0 is the first; empty: unknown to the model"
    ),
    Column("label_confidence", "Annotated class’s confidence", "number", description="its score"),
    Column("error", "Wrong", "boolean", description="the annotated class does not come first"),
    Column("loss", "Loss", "number", description="−ln of the annotated class’s score, 0 is right"),
]


class ClassificationJudge:
    """Keeps five numbers for each sample."""

    columns = COLUMNS

    def __init__(self, top_k: Sequence[int], facts: Facts) -> None:
        self._top_k = sorted(set(top_k))
        self._facts = facts
        self._numbers, self._annotated, self._predicted = array("q"), array("q"), array("q")
        self._ranks = array("q")
        self._classes = 0
        self._unlabelled = self._unknown = self._not_probable = 0

    def add(self, truth: Truth, answer: Answer) -> dict[str, Any]:
        """Equal scores rank by the class's number."""
        scores, labels = answer.scores, answer.labels
        assert scores is not None
        assert labels is not None
        self._classes = max(self._classes, len(scores))
        best = int(scores.argmax())
        confidence = float(scores[best])
        if confidence > 1.001:
            self._not_probable += 1
        predicted = int(labels[best])
        row: dict[str, Any] = {
            "sample": truth.number,
            "name": truth.name,
            "label": truth.label,
            "label_name": metric.label_name(self._facts.labels, truth.label),
            "predicted": None if predicted == NO_LABEL else predicted,
            "predicted_name": self._name(best, predicted),
            "confidence": confidence,
            "rank": None,
            "label_confidence": None,
            "error": False,
            "loss": 0.0,
        }
        if truth.label is None or truth.label == NO_LABEL:
            self._unlabelled += 1
            return row
        rank, probability = _NONE, 0.0
        own = np.flatnonzero(labels == truth.label)
        if len(own):
            # Where several classes bear one name, the best of them counts.
            first = own[int(scores[own].argmax())]
            score = scores[first]
            rank = int(np.count_nonzero(scores > score) + np.count_nonzero(scores[:first] == score))
            probability = float(score)
            row["rank"], row["label_confidence"] = rank, probability
        else:
            self._unknown += 1
        row["error"] = rank != 0
        row["loss"] = -math.log(min(1.0, max(_LEAST, probability)))
        self._numbers.append(truth.number)
        self._annotated.append(truth.label)
        self._predicted.append(predicted)
        self._ranks.append(rank)
        return row

    def _name(self, index: int, label: int) -> str:
        if label != NO_LABEL:
            return metric.label_name(self._facts.labels, label) or str(label)
        names = self._facts.model_classes
        return names[index] if names is not None and index < len(names) else f"class {index}"

    def matches(self) -> None:
        return None

    def finish(self) -> Summary:
        order = np.argsort(np.array(self._numbers), kind="stable")
        annotated, predicted = np.array(self._annotated)[order], np.array(self._predicted)[order]
        ranks = np.array(self._ranks)[order]
        tables: dict[str, Any] = {"classes": [], "confusion": None, "curves": []}
        if not len(ranks):
            return Summary({}, None, tables, notes=self._notes())
        metrics: dict[str, dict[str, Any]] = {}
        for k in self._top_k:
            # Among five classes all are in the top five.
            if k == self._top_k[0] or k < self._classes:
                right = ((ranks >= 0) & (ranks < k)).astype(np.float64)
                told = "share of pictures whose class comes first"
                told = told if k == 1 else f"share of pictures whose class is among the {k} of the highest scores"
                metrics[f"accuracy@top{k}"] = metric.mean(right, f"Top-{k} accuracy", told)
        # A parent model's classes may have no names.
        nameless = range(len(self._facts.labels), int(max(annotated.max(), predicted.max())) + 1)
        labels = [*self._facts.labels, *(f"class {number}" for number in nameless)]
        metrics |= _macro(annotated, predicted, len(labels))
        tables["classes"] = _class_rows(annotated, predicted, labels)
        tables["confusion"] = _confusion(annotated, predicted, labels)
        return Summary(metrics, f"accuracy@top{self._top_k[0]}", tables, notes=self._notes())

    def _notes(self) -> list[str]:
        notes = []
        if self._unknown:
            one = "1 picture has a label that the model does not know, and counts as wrong."
            many = f"{self._unknown} pictures have labels that the model does not know, and count as wrong."
            notes.append(one if self._unknown == 1 else many)
        if self._unlabelled:
            one, many = "1 picture has no label and is not", f"{self._unlabelled} pictures have no label and are not"
            notes.append(f"{one if self._unlabelled == 1 else many} counted.")
        if self._classes == len(self._facts.labels) + 1:
            notes.append(
                "The model has one class more than the dataset has labels: "
                "if its class 0 is a background, say so in the reading."
            )
        if self._not_probable:
            notes.append(
                "Scores above 1 are no probabilities: the model may want softmax or sigmoid as its activation. "
                "The order of classes is right, confidence and loss are not."
            )
        return notes


def judge(reading: Reading, facts: Facts) -> ClassificationJudge:
    return ClassificationJudge(reading["metrics"]["top_k"], facts)


def _sums(
    annotated: NDArray[np.int64], predicted: NDArray[np.int64], labels: int, weights: NDArray[np.float64] | None = None
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Of each label: right, annotated, predicted samples. What is predicted and no label counts for none."""

    def sums(values: NDArray[np.int64], chosen: NDArray[np.float64] | None) -> NDArray[np.float64]:
        bins = np.where(values < 0, labels, values)
        return np.bincount(bins, chosen, minlength=labels + 1)[:labels].astype(np.float64)

    right = (annotated == predicted).astype(np.float64)
    if weights is not None:
        right *= weights
    return sums(annotated, right), sums(annotated, weights), sums(predicted, weights)


def _figures(
    right: NDArray[np.float64], annotated: NDArray[np.float64], predicted: NDArray[np.float64]
) -> dict[str, NDArray[np.float64]]:
    """Precision, recall and F1 of each label, NaN where there is nothing to tell of."""
    return {
        "precision": confusion.share(right, predicted),
        "recall": confusion.share(right, annotated),
        "f1": confusion.share(2 * right, annotated + predicted),
    }


_MACRO = {"precision": "Precision", "recall": "Recall", "f1": "F1"}


def _macro(annotated: NDArray[np.int64], predicted: NDArray[np.int64], labels: int) -> dict[str, dict[str, Any]]:
    """Means over the labels that have samples; what is never predicted has precision 0, as in scikit-learn."""

    def means(weights: NDArray[np.float64] | None) -> dict[str, float]:
        right, there, told = _sums(annotated, predicted, labels, weights)
        used = there > 0
        return {
            name: float(np.nan_to_num(values[used]).mean()) if used.any() else math.nan
            for name, values in _figures(right, there, told).items()
        }

    found, ends = means(None), bootstrap.intervals(means, len(annotated))
    return {
        f"{name}_macro": metric.metric(
            found[name], ends.get(name), f"{label}, macro", "mean over the classes that have samples"
        )
        for name, label in _MACRO.items()
    }


def _class_rows(
    annotated: NDArray[np.int64], predicted: NDArray[np.int64], labels: Sequence[str]
) -> list[dict[str, Any]]:
    right, there, told = _sums(annotated, predicted, len(labels))
    figures = _figures(right, there, told)
    return [
        {
            "label": label,
            "name": labels[label],
            "samples": int(there[label]),
            "metrics": {name: metric.known(values[label]) for name, values in figures.items()},
        }
        for label in np.flatnonzero((there > 0) | (told > 0)).tolist()
    ]


def _confusion(annotated: NDArray[np.int64], predicted: NDArray[np.int64], labels: Sequence[str]) -> dict[str, Any]:
    """Index len(labels): what was predicted is none of the labels."""
    side = len(labels) + 1
    codes, counts = np.unique(annotated * side + np.where(predicted < 0, len(labels), predicted), return_counts=True)
    cells = [[int(code // side), int(code % side), int(count)] for code, count in zip(codes, counts, strict=True)]
    return {"labels": list(labels), "cells": cells}

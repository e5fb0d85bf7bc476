"""Regressors of facial landmarks."""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from workbench.engine.protocol import EngineError
from workbench.engine.tasks import bootstrap, detection_outputs, metric
from workbench.engine.tasks.task import (
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

FAMILIES = ("points",)
_WHAT = "landmarks"
# Where the eyes are in the usual orders, as points whose mean is taken: two pupils (5 points: LFW, VGGFace2, CelebA),
# corners (35 of Open Model Zoo), the outlines of the eyes (68: iBUG 300-W), the outer corners (98: WFLW's own norm).
# The 106 points of JD and of InsightFace stand in different orders, so their eyes are not known.
EYES: dict[int, tuple[tuple[int, ...], tuple[int, ...]]] = {
    5: ((0,), (1,)),
    35: ((0, 1), (2, 3)),
    68: (tuple(range(36, 42)), tuple(range(42, 48))),
    98: ((60,), (72,)),
}
FAILURES = (0.08, 0.1)
_CURVE_POINTS = 400
_CURVE_END = 0.3


def decoder(reading: Reading, ports: Ports, classes: ClassMap) -> Decode:
    """[1, 2n], [1, 2n, 1, 1], [1, n, 2] … → `points` [n, 2] in pixels of the picture.

    `xy`: x and y of each point in turn; `x_then_y`: all x, then all y. A crop to the face is in the geometry.
    Raises EngineError `output_not_found`, `decoding_mismatch`.
    """
    decoding = reading["decoding"]
    port = detection_outputs.find(
        ports, _WHAT, "the points", "an even number of values, [N, 2·n]", _is_points, decoding["output"]
    )
    in_turn, normalized = decoding["order"] == "xy", bool(decoding["normalized"])

    def decode(outputs: Outputs, geometry: Geometry) -> Answer:
        values = detection_outputs.values(outputs, port)
        if values.size == 0 or values.size % 2:
            raise detection_outputs.shape_mismatch(_WHAT, "the points must be an even number of values", values.shape)
        flat = values.reshape(-1)
        points = flat.reshape(-1, 2) if in_turn else flat.reshape(2, -1).T
        if normalized:
            points = points * np.array([geometry.input_width, geometry.input_height], dtype=np.float32)
        return Answer(points=geometry.points_to_picture(points))

    return decode


def _is_points(shape: Sequence[int]) -> bool:
    sizes = [size for size in shape if size != 1]
    return len(sizes) > 0 and len(sizes) <= 3 and (min(sizes) < 0 or int(np.prod(sizes)) % 2 == 0)


COLUMNS = [
    Column("normed_error", "Normed error", "number", description="mean distance of its points / the norm’s length"),
    Column("worst_error", "Worst point’s error", "number", description="largest distance of a point / that length"),
    Column("worst_point", "Worst point", "integer", description="its number, from 0"),
    Column("norm", "Norm", "number", unit="pixels", description="the length that errors are shares of"),
    Column("error", "Wrong", "boolean", description="normed error above 0.1"),
    Column("loss", "Loss", "number", description="the normed error"),
]


class LandmarksJudge:
    """Keeps a number for each sample and a sum for each point."""

    columns = COLUMNS

    def __init__(self, norm_by: str) -> None:
        self._by_eyes = norm_by == "eyes"
        self._numbers, self._errors = array("q"), array("d")
        self._by_point: dict[int, NDArray[np.float64]] = {}
        self._counts: Counter[int] = Counter()
        self._unknown_eyes: set[int] = set()
        self._without = self._no_length = 0

    def add(self, truth: Truth, answer: Answer) -> dict[str, Any]:
        """Raises EngineError `decoding_mismatch` where model and dataset do not have the same number of points."""
        assert answer.points is not None
        row: dict[str, Any] = {
            "sample": truth.number,
            "name": truth.name,
            "normed_error": None,
            "worst_error": None,
            "worst_point": None,
            "norm": None,
            "error": False,
            "loss": 0.0,
        }
        if truth.points is None or not len(truth.points):
            self._without += 1
            return row
        count = len(truth.points)
        if len(answer.points) != count:
            raise EngineError(
                "decoding_mismatch",
                f"The model tells {len(answer.points)} points, the dataset has {count} for each face.",
                "Choose a dataset with the model's landmarks.",
                {"model": len(answer.points), "dataset": count},
            )
        annotated = truth.points.astype(np.float64)
        length = self._length(annotated, truth)
        if not length > 0:
            self._no_length += 1
            return row
        errors = np.hypot(*(answer.points.astype(np.float64) - annotated).T) / length
        self._by_point[count] = self._by_point.get(count, np.zeros(count)) + errors
        self._counts[count] += 1
        mean, worst = float(errors.mean()), int(errors.argmax())
        self._numbers.append(truth.number)
        self._errors.append(mean)
        return row | {
            "normed_error": mean,
            "worst_error": float(errors[worst]),
            "worst_point": worst,
            "norm": length,
            "error": mean > FAILURES[-1],
            "loss": mean,
        }

    def _length(self, points: NDArray[np.float64], truth: Truth) -> float:
        """Between the eyes, else √(width · height) of the face's box, or of the box around the points."""
        if self._by_eyes:
            if eyes := EYES.get(len(points)):
                left, right = (points[list(own)].mean(axis=0) for own in eyes)
                return float(np.hypot(*(left - right)))
            self._unknown_eyes.add(len(points))
        boxes = truth.record.get("boxes") or ()
        width, height = boxes[0]["bbox"][2:] if boxes else points.max(axis=0) - points.min(axis=0)
        return float(np.sqrt(max(0.0, float(width)) * max(0.0, float(height))))

    def matches(self) -> None:
        return None

    def finish(self) -> Summary:
        order = np.argsort(np.array(self._numbers), kind="stable")
        errors = np.array(self._errors)[order]
        tables: dict[str, Any] = {"classes": self._points(), "confusion": None, "curves": []}
        if not len(errors):
            return Summary({}, None, tables, notes=self._notes())
        of = (
            "the distance between the eyes"
            if self._by_eyes and not self._unknown_eyes
            else "√(width · height) of the box"
        )
        told = f"mean over faces of the mean distance between predicted and annotated points, as a share of {of}"
        ordered = np.argsort(errors, kind="stable")
        limit = FAILURES[-1]
        metrics = {
            "normed_error": metric.mean(errors, "Normed error", told, better="lower"),
            "normed_error_median": metric.metric(
                float(np.median(errors)),
                bootstrap.ci95(lambda weights: _weighted_median(errors[ordered], weights[ordered]), len(errors)),
                "Median normed error",
                better="lower",
            ),
            **{
                f"failure_rate@{share:g}": metric.mean(
                    (errors > share).astype(np.float64), f"Failure rate at {share:g}",
                    f"share of faces whose normed error is above {share:g}", better="lower",
                )
                for share in FAILURES
            },
            # The area under a distribution of errors up to a limit is the mean of what is left to the limit.
            f"auc@{limit:g}": metric.mean(
                np.maximum(0.0, 1 - errors / limit), f"AUC at {limit:g}",
                f"area under the distribution of errors up to {limit:g}, as a share of the whole",
            ),
        }  # fmt: skip
        tables["curves"] = [_distribution(errors[ordered])]
        return Summary(metrics, "normed_error", tables, notes=self._notes())

    def _points(self) -> list[dict[str, Any]]:
        return [
            {
                "label": point,
                "name": f"point {point}" if len(self._by_point) == 1 else f"point {point} of {count}",
                "samples": self._counts[count],
                "metrics": {"normed_error": float(total / self._counts[count])},
            }
            for count, sums in sorted(self._by_point.items())
            for point, total in enumerate(sums)
        ]

    def _notes(self) -> list[str]:
        notes = []
        if self._unknown_eyes:
            counts = ", ".join(str(count) for count in sorted(self._unknown_eyes))
            notes.append(
                f"Which of {counts} points are the eyes is not known: errors are shares of the face’s box instead."
            )
        if self._without:
            notes.append(f"Pictures without landmarks, not counted: {self._without}.")
        if self._no_length:
            notes.append(f"Faces whose eyes or box have no length, not counted: {self._no_length}.")
        return notes


def _weighted_median(ordered: NDArray[np.float64], weights: NDArray[np.float64]) -> float:
    """The median of values that occur so often, the mean of the two middle ones where there are two."""
    reached = np.cumsum(weights)
    half = reached[-1] / 2
    low, high = np.searchsorted(reached, half, side="left"), np.searchsorted(reached, half, side="right")
    return float((ordered[low] + ordered[min(high, len(ordered) - 1)]) / 2)


def _distribution(ordered: NDArray[np.float64]) -> dict[str, Any]:
    """The share of faces with at most so much error."""
    place = np.unique(np.linspace(0, len(ordered) - 1, min(len(ordered), _CURVE_POINTS)).astype(np.intp))
    place = place[ordered[place] <= max(_CURVE_END, float(ordered[0]))]
    x, y = ordered[place], (place + 1) / len(ordered)
    curve = {"label": None, "name": "all faces", "x": [0.0, *x.tolist()], "y": [0.0, *y.tolist()], "threshold": None}
    return {
        "kind": "error_distribution",
        "x_label": "Normed error",
        "y_label": "Share of faces with at most this error",
        "curves": [curve],
    }


def judge(reading: Reading, facts: Facts) -> LandmarksJudge:
    return LandmarksJudge(reading["metrics"]["norm_by"])

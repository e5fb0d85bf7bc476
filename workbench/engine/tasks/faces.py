"""Face recognition: vectors that lie close together for the same person; judged by pairs of pictures.

Accuracy is that of the protocol of LFW (Huang et al. 2007): the threshold that a fold is judged by is the best one on
the other folds. The intervals are by bootstrap over pairs, with the thresholds as they were found.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from workbench.engine.protocol import EngineError
from workbench.engine.tasks import detection_outputs, metric, roc
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

FAMILIES = ("embedding",)
_CURVE_POINTS = 1000
_AT_ONCE = 4096

Pair = tuple[int, int, int, int]


def decoder(reading: Reading, ports: Ports, classes: ClassMap) -> Decode:
    """[1, d], [1, d, 1, 1] … → `embedding` [d]. Raises EngineError `output_not_found`, `decoding_mismatch`."""
    port = detection_outputs.find(
        ports, "an embedding", "the vector", "one row, [N, d]", _is_vector, reading["decoding"]["output"]
    )

    def decode(outputs: Outputs, geometry: Geometry) -> Answer:
        values = detection_outputs.values(outputs, port)
        if not _is_vector(values.shape):
            raise detection_outputs.shape_mismatch("an embedding", "the vector must be one row", values.shape)
        return Answer(embedding=values.reshape(-1).copy())

    return decode


def _is_vector(shape: Sequence[int]) -> bool:
    sizes = [size for size in shape[1:] if size != 1] if len(shape) > 1 else list(shape)
    return len(sizes) == 1 and shape[0] in (-1, 1, sizes[0])


def similarities(first: NDArray[np.float32], second: NDArray[np.float32], distance: str) -> NDArray[np.float64]:
    """[n, d] and [n, d] → [n], higher for what is more alike: the cosine, or the Euclidean distance negated."""
    one, other = first.astype(np.float64), second.astype(np.float64)
    if distance == "euclidean":
        return np.asarray(-np.linalg.norm(one - other, axis=1))
    lengths = np.linalg.norm(one, axis=1) * np.linalg.norm(other, axis=1)
    return np.asarray(np.einsum("nd,nd->n", one, other) / np.maximum(lengths, np.finfo(np.float64).tiny))


COLUMNS = [
    Column("other", "Other sample", "integer"),
    Column("other_name", "Other name", "text"),
    Column("same", "Same person", "boolean", description="annotated"),
    Column("predicted_same", "Predicted same", "boolean", description="similarity at or above the threshold"),
    Column("similarity", "Similarity", "number", description="cosine, or Euclidean distance below zero"),
    Column("threshold", "Threshold", "number", description="the best one on the other folds"),
    Column("fold", "Fold", "integer"),
    Column("error", "Wrong", "boolean", description="on the wrong side of the threshold"),
    Column("loss", "Loss", "number", description="how far on the wrong side, 0 is right"),
]


class FacesJudge:
    """Keeps the vector of each sample as float32; everything else happens at the end."""

    columns = COLUMNS

    def __init__(self, pairs: Sequence[Pair], distance: str, folds: int, far: Sequence[float]) -> None:
        self._pairs = pairs
        self._distance = distance
        self._folds = folds
        self._far = sorted(set(far))
        self._rows: dict[int, int] = {}
        self._vectors: list[NDArray[np.float32]] = []
        self._names: dict[int, str] = {}

    def add(self, truth: Truth, answer: Answer) -> None:
        assert answer.embedding is not None
        self._rows[truth.number] = len(self._vectors)
        self._names[truth.number] = truth.name
        self._vectors.append(np.nan_to_num(answer.embedding.astype(np.float32)))

    def matches(self) -> None:
        return None

    def finish(self) -> Summary:
        """Raises EngineError `no_samples` where no pair has both of its pictures."""
        pairs = [pair for pair in self._pairs if pair[0] in self._rows and pair[1] in self._rows]
        if not pairs:
            raise EngineError(
                "no_samples",
                "None of the dataset's pairs of faces has both of its pictures among those that were judged.",
                "Judge more samples, or import a dataset with pairs, as LFW has them.",
            )
        scores = self._similarities(pairs)
        same = np.array([bool(pair[2]) for pair in pairs])
        folds = fold_numbers(pairs, self._folds)
        thresholds = _thresholds(scores, same, folds)
        told = scores >= thresholds
        rows = self._late_rows(pairs, scores, told, thresholds, folds)
        tables: dict[str, Any] = {"classes": _fold_rows(folds, told == same, thresholds), "confusion": None}
        metrics, curves = self._metrics(scores, same, told, len(np.unique(folds)))
        tables["curves"] = curves
        missing = len(self._pairs) - len(pairs)
        notes = [f"Pairs without both of their pictures, not counted: {missing}."] if missing else []
        if not curves:
            notes.append("All pairs are of one kind: there is no ROC curve.")
        return Summary(metrics, "pairwise_accuracy", tables, rows, notes)

    def _similarities(self, pairs: Sequence[Pair]) -> NDArray[np.float64]:
        vectors = np.stack(self._vectors)
        first = np.array([self._rows[pair[0]] for pair in pairs])
        second = np.array([self._rows[pair[1]] for pair in pairs])
        parts = [
            similarities(
                vectors[first[start : start + _AT_ONCE]], vectors[second[start : start + _AT_ONCE]], self._distance
            )
            for start in range(0, len(pairs), _AT_ONCE)
        ]
        return np.concatenate(parts)

    def _metrics(
        self, scores: NDArray[np.float64], same: NDArray[np.bool_], told: NDArray[np.bool_], folds: int
    ) -> tuple[dict[str, dict[str, Any]], list[dict[str, Any]]]:
        best = roc.best_threshold(scores, same)
        metrics = {
            "pairwise_accuracy": metric.mean(
                (told == same).astype(np.float64), "Pairwise accuracy",
                f"share of pairs told rightly; threshold of each of {folds} folds from the others"
                if folds > 1 else "share of pairs told rightly at the best threshold of the same pairs",
            ),
            "best_accuracy": metric.mean(
                ((scores >= best) == same).astype(np.float64), "Accuracy at the best threshold",
                "with one threshold that fits these pairs best, so a little too good",
            ),
            "best_threshold": metric.metric(best, None, "Best threshold", "similarity", better=None),
        }  # fmt: skip
        ordered = roc.Scores(scores, same)
        curve = ordered.roc()
        if curve is None:
            return metrics, []
        ends = ordered.intervals(self._far)
        metrics["auc"] = metric.metric(curve.area, ends.get("auc"), "AUC", "area under the ROC curve")
        metrics["eer"] = metric.metric(
            curve.equal_error, ends.get("eer"), "Equal error rate",
            "where false acceptance equals false rejection", better="lower",
        )  # fmt: skip
        for far in self._far:
            name = f"tar@{far:g}"
            metrics[f"tar@far{far:g}"] = metric.metric(
                curve.tar_at(far), ends.get(name), f"TAR at FAR {far:g}",
                f"share of same pairs accepted where at most {far:g} of the different ones are",
            )  # fmt: skip
        return metrics, [_curve(curve)]

    def _late_rows(
        self,
        pairs: Sequence[Pair],
        scores: NDArray[np.float64],
        told: NDArray[np.bool_],
        thresholds: NDArray[np.float64],
        folds: NDArray[np.int64],
    ) -> list[dict[str, Any]]:
        rows = []
        for index, (sample, other, same, _) in enumerate(pairs):
            wrong = bool(told[index]) != bool(same)
            rows.append(
                {
                    "sample": sample,
                    "name": self._names[sample],
                    "other": other,
                    "other_name": self._names[other],
                    "same": bool(same),
                    "predicted_same": bool(told[index]),
                    "similarity": float(scores[index]),
                    "threshold": float(thresholds[index]),
                    "fold": int(folds[index]),
                    "error": wrong,
                    "loss": abs(float(scores[index] - thresholds[index])) if wrong else 0.0,
                }
            )
        return rows


def fold_numbers(pairs: Sequence[Pair], folds: int) -> NDArray[np.int64]:
    """The dataset's own folds where it has several, else same and different pairs dealt out in turn to `folds`."""
    own = np.array([pair[3] for pair in pairs], dtype=np.int64)
    if len(np.unique(own)) > 1:
        return own
    same = np.array([bool(pair[2]) for pair in pairs])
    dealt = np.empty(len(pairs), dtype=np.int64)
    for kind in (True, False):
        dealt[same == kind] = np.arange(int((same == kind).sum())) % folds
    return dealt


def _thresholds(scores: NDArray[np.float64], same: NDArray[np.bool_], folds: NDArray[np.int64]) -> NDArray[np.float64]:
    """Of each pair the best threshold on all folds but its own; on all where there is only one."""
    found = np.empty(len(scores))
    numbers = np.unique(folds)
    for number in numbers:
        others = folds != number if len(numbers) > 1 else np.ones(len(folds), dtype=np.bool_)
        found[folds == number] = roc.best_threshold(scores[others], same[others])
    return found


def _fold_rows(
    folds: NDArray[np.int64], right: NDArray[np.bool_], thresholds: NDArray[np.float64]
) -> list[dict[str, Any]]:
    return [
        {
            "label": int(number),
            "name": f"fold {number}",
            "samples": int((folds == number).sum()),
            "metrics": {
                "accuracy": float(right[folds == number].mean()),
                "threshold": float(thresholds[folds == number][0]),
            },
        }
        for number in np.unique(folds)
    ]


def _curve(found: roc.Roc) -> dict[str, Any]:
    """The corners of the curve, the first point apart, which has no threshold."""
    far, tar = found.far, found.tar
    corner = np.ones(len(far), dtype=np.bool_)
    # What goes straight on between its neighbours adds nothing.
    corner[1:-1] = np.diff(far[:-1]) * np.diff(tar[1:]) != np.diff(tar[:-1]) * np.diff(far[1:])
    place = np.flatnonzero(corner)
    if len(place) > _CURVE_POINTS:
        place = place[np.unique(np.linspace(0, len(place) - 1, _CURVE_POINTS).astype(np.intp))]
    threshold = found.threshold[place].copy()
    if len(threshold) > 1:
        # JSON has no infinity: nothing is accepted just above the highest score.
        threshold[0] = np.nextafter(found.threshold[1], np.inf)
    line = {
        "label": None,
        "name": "all pairs",
        "x": far[place].tolist(),
        "y": tar[place].tolist(),
        "threshold": threshold.tolist(),
    }
    return {
        "kind": "roc",
        "x_label": "False acceptance rate",
        "y_label": "True acceptance rate",
        "curves": [line],
    }


def judge(reading: Reading, facts: Facts) -> FacesJudge:
    """Raises EngineError `dataset_unreadable` where the dataset has no pairs."""
    if not facts.pairs:
        raise EngineError(
            "dataset_unreadable",
            "The dataset has no pairs of faces.",
            "Choose a dataset with pairs, as LFW has them.",
        )
    metrics = reading["metrics"]
    return FacesJudge(facts.pairs, reading["decoding"]["distance"], metrics["folds"], metrics["far"])

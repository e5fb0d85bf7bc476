"""Telling two kinds apart by one number: ROC curve, and the threshold that does it best. Higher means "same"."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from workbench.engine.tasks import bootstrap

if TYPE_CHECKING:
    from numpy.typing import NDArray


@dataclass(frozen=True)
class Roc:
    """From nothing accepted to all: of each distinct score what is accepted at or above it.

    `far` is the share of the different ones that is (false acceptance), `tar` that of the same (true acceptance);
    the first threshold is infinite.
    """

    far: NDArray[np.float64]
    tar: NDArray[np.float64]
    threshold: NDArray[np.float64]

    @property
    def area(self) -> float:
        """Trapezoids: the chance that a same pair scores above a different one, equal scores counted half."""
        return float(np.sum(np.diff(self.far) * (self.tar[1:] + self.tar[:-1]) / 2))

    def tar_at(self, far: float) -> float:
        """The most that is rightly accepted at a threshold of the data whose false acceptance is at most `far`."""
        return float(self.tar[np.searchsorted(self.far, far * (1 + 1e-12), side="right") - 1])

    @property
    def equal_error(self) -> float:
        """Where false acceptance and false rejection are equal, between the points of the curve."""
        gap = self.far - (1 - self.tar)
        after = int(np.argmax(gap >= 0))
        if after == 0 or gap[after] == 0:
            return float(self.far[after])
        part = -gap[after - 1] / (gap[after] - gap[after - 1])
        return float(self.far[after - 1] + part * (self.far[after] - self.far[after - 1]))


class Scores:
    """Scores [n] and whether each is of the same kind [n], put in order once."""

    def __init__(self, scores: NDArray[np.float64], same: NDArray[np.bool_]) -> None:
        self._order = np.argsort(-scores, kind="stable")
        ordered = scores[self._order]
        # The last of each run of equal scores.
        self._ends = np.append(np.flatnonzero(ordered[1:] != ordered[:-1]), len(ordered) - 1)
        self._same = same[self._order].astype(np.float64)
        self._thresholds = ordered[self._ends]

    def roc(self, weights: NDArray[np.float64] | None = None) -> Roc | None:
        """None where one of the kinds is missing."""
        ones = np.ones(len(self._same)) if weights is None else weights[self._order]
        same, different = np.cumsum(self._same * ones)[self._ends], np.cumsum((1 - self._same) * ones)[self._ends]
        if not same[-1] or not different[-1]:
            return None
        return Roc(
            np.concatenate(([0.0], different / different[-1])),
            np.concatenate(([0.0], same / same[-1])),
            np.concatenate(([math.inf], self._thresholds)),
        )

    def intervals(self, far: list[float]) -> dict[str, list[float] | None]:
        """`auc`, `eer` and `tar@…`, by bootstrap over the scores."""

        def statistics(weights: NDArray[np.float64]) -> dict[str, float]:
            found = self.roc(weights)
            names = ["auc", "eer", *(f"tar@{share:g}" for share in far)]
            if found is None:
                return dict.fromkeys(names, math.nan)
            return dict(
                zip(names, [found.area, found.equal_error, *(found.tar_at(share) for share in far)], strict=True)
            )

        return bootstrap.intervals(statistics, len(self._same))


def best_threshold(scores: NDArray[np.float64], same: NDArray[np.bool_]) -> float:
    """The threshold that tells most rightly apart, "same" at or above it: of equally good ones the middle one.

    Thresholds lie halfway between neighbouring scores, or at the lowest, or above the highest.
    """
    order = np.argsort(scores, kind="stable")
    ordered, kinds = scores[order], same[order].astype(np.int64)
    starts = np.concatenate(([0], np.flatnonzero(ordered[1:] != ordered[:-1]) + 1, [len(ordered)]))
    # Accepting from each start on: the different below it and the same from it on are right.
    same_before = np.concatenate(([0], np.cumsum(kinds)))[starts]
    right = (starts - same_before) + (same_before[-1] - same_before)
    best = np.flatnonzero(right == right.max())
    start = int(starts[best[len(best) // 2]])
    if start == 0:
        return float(ordered[0])
    if start == len(ordered):
        return float(np.nextafter(ordered[-1], math.inf))
    middle = float((ordered[start - 1] + ordered[start]) / 2)
    # Halfway between two neighbours of float64 may be the lower one.
    return middle if middle > ordered[start - 1] else float(ordered[start])

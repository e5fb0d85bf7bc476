"""What is kept of each picture until the end: a few numbers for each box, no boxes and no masks."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray


@dataclass
class Kept:
    """Boxes of one picture by falling score: label, score, two sets of 40 bits as `matching.coco` gives, state as
    `matching.voc` gives, and place among those of the label. Annotations: label, and numbers that count for it, in
    the four areas and for Pascal VOC."""

    sample: int
    labels: NDArray[np.int32]
    scores: NDArray[np.float32]
    right: NDArray[np.uint64]
    ignored: NDArray[np.uint64]
    states: NDArray[np.uint8]
    places: NDArray[np.int32]
    truth_labels: NDArray[np.int32]
    truth_counts: NDArray[np.int32]


@dataclass(frozen=True)
class OfClass:
    """All boxes of one label by falling score, equal ones in the order of samples; `pictures` counts from 0.

    `truth_pictures` [k] and `truth_counts` [k, 5] say how many annotations which picture has.
    """

    label: int
    pictures: NDArray[np.intp]
    scores: NDArray[np.float32]
    right: NDArray[np.uint64]
    ignored: NDArray[np.uint64]
    states: NDArray[np.uint8]
    places: NDArray[np.int32]
    truth_pictures: NDArray[np.intp]
    truth_counts: NDArray[np.int32]

    @property
    def annotated(self) -> NDArray[np.int64]:
        """[5] numbers of annotations: in the four areas, and for Pascal VOC."""
        return np.asarray(self.truth_counts.sum(axis=0), dtype=np.int64)


@dataclass
class Store:
    pictures: list[Kept] = field(default_factory=list)

    def add(self, kept: Kept) -> None:
        self.pictures.append(kept)

    def __len__(self) -> int:
        return len(self.pictures)

    def by_class(self) -> Iterator[OfClass]:
        """Each label that is annotated or predicted, in their order."""
        # By number, not as they were added: figures do not depend on which inference ended first.
        pictures = sorted(self.pictures, key=lambda kept: kept.sample)
        if not pictures:
            return
        labels = np.concatenate([kept.labels for kept in pictures])
        scores = np.concatenate([kept.scores for kept in pictures])
        places = np.repeat(np.arange(len(pictures)), [len(kept.labels) for kept in pictures])
        order = np.lexsort((-scores, labels))
        columns = {
            name: np.concatenate([getattr(kept, name) for kept in pictures])[order]
            for name in ("scores", "right", "ignored", "states", "places")
        }
        labels, places = labels[order], places[order]
        truth_labels = np.concatenate([kept.truth_labels for kept in pictures])
        truth_counts = np.concatenate([kept.truth_counts for kept in pictures])
        truth_places = np.repeat(np.arange(len(pictures)), [len(kept.truth_labels) for kept in pictures])
        truth_order = np.argsort(truth_labels, kind="stable")
        truth_labels = truth_labels[truth_order]
        for label in np.union1d(labels, truth_labels):
            part = slice(*np.searchsorted(labels, [label, label + 1]))
            of_truth = truth_order[slice(*np.searchsorted(truth_labels, [label, label + 1]))]
            yield OfClass(
                label=int(label),
                pictures=places[part],
                truth_pictures=truth_places[of_truth],
                truth_counts=truth_counts[of_truth],
                **{name: column[part] for name, column in columns.items()},
            )

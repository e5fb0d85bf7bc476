"""What a dataset's pictures and boxes are like, gathered sample by sample."""

import math
from array import array
from collections import Counter
from collections.abc import Mapping
from typing import Any

import numpy as np

BINS = 20
# https://cocodataset.org/#detection-eval: areas in pixels below which an object is small, or medium.
SMALL, MEDIUM = 32**2, 96**2


class Gatherer:
    """Keeps a few bytes for each sample and box: 10 million of them are 80 MB."""

    def __init__(self) -> None:
        self._widths = array("I")
        self._heights = array("I")
        self._sizes = array("f")
        self._shares = array("f")
        self._per_sample: Counter[int] = Counter()
        self._by_size: Counter[str] = Counter()

    def add(self, record: Mapping[str, Any]) -> None:
        """Take a line of the index into account."""
        width, height = record["width"], record["height"]
        self._widths.append(width)
        self._heights.append(height)
        boxes = record.get("boxes")
        if boxes is None:
            return
        self._per_sample[len(boxes)] += 1
        for box in boxes:
            covered = min(box["bbox"][2] * box["bbox"][3], 1e30)
            self._sizes.append(math.sqrt(covered))
            # Boxes may reach over the edge.
            self._shares.append(min(covered / (width * height), 1.0))
            area = box.get("area", covered)
            self._by_size["small" if area < SMALL else "medium" if area <= MEDIUM else "large"] += 1

    def record(self) -> dict[str, Any]:
        """As `datasets.schemas.Statistics` has it."""
        boxes = len(self._sizes) > 0
        return {
            "widths": _histogram(self._widths),
            "heights": _histogram(self._heights),
            "box_sizes": _histogram(self._sizes) if boxes else None,
            "box_areas": _histogram(self._shares, (0.0, 1.0)) if boxes else None,
            "boxes_per_sample": _of_counts(self._per_sample) if boxes else None,
            **{name: self._by_size[name] if boxes else None for name in ("small", "medium", "large")},
        }


def _histogram(values: "array[int] | array[float]", limits: tuple[float, float] | None = None) -> dict[str, Any]:
    """At most 20 bins of the same width; a single value has one, a unit wide."""
    numbers = np.frombuffer(values, values.typecode) if values else np.zeros(0, np.float32)
    bins = BINS
    if limits is None and len(numbers) and numbers.min() == numbers.max():
        bins, limits = 1, (float(numbers[0]) - 0.5, float(numbers[0]) + 0.5)
    counts, edges = np.histogram(numbers.astype(np.float64), bins=bins, range=limits)
    return {"edges": [float(edge) for edge in edges], "counts": [int(count) for count in counts]}


def _of_counts(counts: Mapping[int, int]) -> dict[str, Any]:
    """Whole numbers from 0: a bin for each, or for as many together as leave 20 bins."""
    step = max(counts) // BINS + 1
    bins = max(counts) // step + 1
    found = [0] * bins
    for value, count in counts.items():
        found[value // step] += count
    return {"edges": [float(step * number) for number in range(bins + 1)], "counts": found}

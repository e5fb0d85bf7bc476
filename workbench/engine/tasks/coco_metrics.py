"""COCO's average precision and recall from what was matched picture by picture; the figures are pycocotools' own."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from workbench.engine.tasks.detection_store import OfClass
from workbench.engine.tasks.matching import AREAS, OVERLAPS, lane
from workbench.engine.tasks.precision_recall import Floats, average_precision

_AREA_NAMES = ("", "_small", "_medium", "_large")
_AREA_LABELS = ("", " small", " medium", " large")
_AREA_TEXTS = (
    "",
    " Objects of less than 32² pixels.",
    " Objects of 32² to 96² pixels.",
    " Objects of more than 96² pixels.",
)
LIMITS = (1, 10, 100)


def precisions(one: OfClass, area: int, weights: Floats) -> Floats:
    """Average precision [resamples, overlaps] of a class; `weights` [resamples, pictures]. NaN: nothing annotated."""
    positives = weights[:, one.truth_pictures] @ one.truth_counts[:, area].astype(np.float64)
    found = np.empty((len(weights), len(OVERLAPS)))
    among = one.places < LIMITS[-1]
    right = [lane(one.right, area, number) & among for number in range(len(OVERLAPS))]
    counts = [~lane(one.ignored, area, number) & among for number in range(len(OVERLAPS))]
    # Precision is read at right boxes only, so nothing after the last of them matters.
    end = max((int(np.flatnonzero(flags)[-1]) + 1 for flags in right if flags.any()), default=0)
    own = weights[:, one.pictures[:end]]
    total: Floats | None = None
    for number in range(len(OVERLAPS)):
        # Mostly the same boxes count, and often the same are right, at neighbouring overlaps.
        if total is None or not np.array_equal(counts[number][:end], counts[number - 1][:end]):
            total = np.cumsum(own * counts[number][:end], axis=1)
        elif np.array_equal(right[number], right[number - 1]):
            found[:, number] = found[:, number - 1]
            continue
        found[:, number] = average_precision(right[number][:end], total, own, positives, "coco")
    return found


def recalls(one: OfClass, area: int, limit: int, weights: Floats) -> Floats:
    """Recall [resamples, overlaps] of a class with `limit` boxes a picture. NaN where nothing is annotated."""
    positives = weights[:, one.truth_pictures] @ one.truth_counts[:, area].astype(np.float64)
    among = one.places < limit
    hits = np.stack(
        [
            weights[:, one.pictures[lane(one.right, area, number) & among]].sum(axis=1)
            for number in range(len(OVERLAPS))
        ],
        axis=1,
    )
    with np.errstate(all="ignore"):
        return np.where(positives[:, None] > 0, hits / positives[:, None], np.nan)


def family(
    classes: Sequence[OfClass], pictures: int, prefix: str = "coco_", what: str = ""
) -> dict[str, dict[str, object]]:
    """The twelve figures as metrics, without those that have no annotation to be told from (pycocotools' -1)."""
    ones = np.ones((1, pictures))
    found: dict[str, dict[str, object]] = {}

    def put(name: str, label: str, value: float, text: str) -> None:
        if np.isfinite(value):
            label, text = label + what, text.strip()
            found[prefix + name] = {
                "value": value, "ci95": None, "label": label, "unit": "", "better": "higher", "description": text,
            }  # fmt: skip

    for area in range(len(AREAS)):
        name, label, text = _AREA_NAMES[area], _AREA_LABELS[area], _AREA_TEXTS[area]
        table = [precisions(one, area, ones)[0] for one in classes]
        put("ap" + name, "AP" + label, _mean(table), "Mean over classes and overlaps 0.50 to 0.95, as COCO." + text)
        if area == 0:
            put("ap50", "AP50", _mean([row[[0]] for row in table]), "COCO's average precision at overlap 0.50.")
            put("ap75", "AP75", _mean([row[[5]] for row in table]), "COCO's average precision at overlap 0.75.")
    for area, limit in ((0, 1), (0, 10), (0, 100), (1, 100), (2, 100), (3, 100)):
        name = _AREA_NAMES[area] if area else str(limit)
        label = _AREA_LABELS[area] if area else str(limit)
        text = f"Mean recall with up to {limit} boxes a picture, as COCO." + _AREA_TEXTS[area]
        put("ar" + name, "AR" + label, _mean([recalls(one, area, limit, ones)[0] for one in classes]), text)
    return found


def class_precision(one: OfClass, pictures: int) -> float | None:
    """COCO's AP of one class; None where nothing is annotated."""
    value = _mean([precisions(one, 0, np.ones((1, pictures)))[0]])
    return value if np.isfinite(value) else None


def resampled(classes: Iterable[OfClass], weights: Floats) -> dict[str, NDArray[np.float64]]:
    """ap, ap50 and ap75 of each resample."""
    tables = [precisions(one, 0, weights) for one in classes if one.annotated[0]]
    if not tables:
        return {}
    stacked = np.stack(tables)  # [classes, resamples, overlaps]
    present = np.isfinite(stacked)
    filled = np.where(present, stacked, 0)

    def mean(part: slice) -> NDArray[np.float64]:
        with np.errstate(all="ignore"):
            return np.asarray(filled[:, :, part].sum(axis=(0, 2)) / present[:, :, part].sum(axis=(0, 2)))

    return {"ap": mean(slice(None)), "ap50": mean(slice(0, 1)), "ap75": mean(slice(5, 6))}


def _mean(values: Sequence[NDArray[np.float64]]) -> float:
    """The mean of all that are finite; NaN where none is."""
    flat = np.concatenate(values) if values else np.empty(0)
    finite = flat[np.isfinite(flat)]
    return float(finite.mean()) if len(finite) else float("nan")

"""Suppression against a plain loop over all pairs, and by hand."""

import numpy as np
import pytest

from workbench.engine.tasks import nms


def plain(boxes: np.ndarray, groups: np.ndarray | None, overlap: float, limit: int) -> list[int]:
    """The definition, pair by pair."""
    kept: list[int] = []
    for number, box in enumerate(boxes.tolist()):
        for other in kept:
            if groups is not None and groups[other] != groups[number]:
                continue
            stronger = boxes[other].tolist()
            width = min(box[2], stronger[2]) - max(box[0], stronger[0])
            height = min(box[3], stronger[3]) - max(box[1], stronger[1])
            common = max(0.0, width) * max(0.0, height)
            areas = [(b[2] - b[0]) * (b[3] - b[1]) for b in (box, stronger)]
            if common / (sum(areas) - common) > overlap:
                break
        else:
            kept.append(number)
    return kept[:limit]


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("grouped", [True, False])
def test_the_same_as_pair_by_pair(seed: int, grouped: bool) -> None:
    random = np.random.default_rng(seed)
    corners = random.uniform(0, 80, (700, 2))
    boxes = np.concatenate([corners, corners + random.uniform(5, 40, (700, 2))], axis=1).astype(np.float32)
    groups = random.integers(0, 5, 700) if grouped else None
    for limit in (10, 700):
        assert nms.keep(boxes, groups, 0.4, limit).tolist() == plain(boxes.astype(np.float64), groups, 0.4, limit)


def test_only_more_than_the_overlap_goes() -> None:
    """Two halves of one box: 0 to 10 and 0 to 5 overlap by exactly 0.5."""
    boxes = np.array([[0, 0, 10, 10], [0, 0, 5, 10]], dtype=np.float32)
    assert nms.keep(boxes, None, 0.5, 10).tolist() == [0, 1]
    assert nms.keep(boxes, None, 0.49, 10).tolist() == [0]


def test_of_empty_boxes_and_of_none() -> None:
    empty = np.zeros((3, 4), dtype=np.float32)
    assert nms.keep(empty, None, 0.5, 10).tolist() == [0, 1, 2]
    assert nms.keep(empty[:0], None, 0.5, 10).tolist() == []

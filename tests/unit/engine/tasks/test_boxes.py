"""What remains of candidates: thresholds, limits, labels, and nothing that is no box."""

import numpy as np

from tests.unit.engine.tasks.detectors import expect, reading, stretched
from workbench.engine.tasks import boxes as box_rules
from workbench.engine.tasks.boxes import Candidates
from workbench.engine.tasks.task import NO_LABEL, ClassMap

SQUARE = stretched(100, 100, 100, 100)


def candidates(rows: list[tuple[list[float], float, int]]) -> Candidates:
    return Candidates(
        np.array([row[0] for row in rows], dtype=np.float32).reshape(-1, 4),
        np.array([row[1] for row in rows], dtype=np.float32),
        np.array([row[2] for row in rows], dtype=np.int64),
        np.arange(len(rows)),
    )


def test_threshold_order_and_limit() -> None:
    found = candidates(
        [([0, 0, 9, 9], 0.2, 0), ([20, 0, 29, 9], 0.9, 1), ([40, 0, 49, 9], 0.5, 0), ([60, 0, 69, 9], 0.1, 0)]
    )
    options = reading(family="ssd", score_threshold=0.2, max_detections=2)["decoding"]
    answer, rows = box_rules.settle(found, options, ClassMap((5, 6), ("a", "b")), SQUARE)
    expect(answer, [[20, 0, 29, 9], [40, 0, 49, 9]], [1, 0], [0.9, 0.5])
    assert answer.labels is not None
    assert (answer.labels.tolist(), rows.tolist()) == ([6, 5], [1, 2])


def test_what_is_no_box_goes() -> None:
    nan, inf = float("nan"), float("inf")
    found = candidates(
        [
            ([nan, 0, 9, 9], 0.9, 0), ([0, 0, inf, 9], 0.9, 0), ([0, 0, 9, 9], nan, 0), ([0, 0, 9, 9], inf, 0),
            ([9, 9, 0, 0], 0.9, 0), ([0, 0, 9, 0], 0.9, 0), ([200, 0, 300, 9], 0.9, 0), ([0, 0, 9, 9], 0.9, -1),
            ([90, 90, 130, 130], 0.8, 0),
        ]
    )  # fmt: skip
    answer, rows = box_rules.settle(found, reading(family="ssd")["decoding"], ClassMap((0,), ("a",)), SQUARE)
    expect(answer, [[90, 90, 100, 100]], [0], [0.8])
    assert rows.tolist() == [8]


def test_suppression_is_per_class_unless_asked() -> None:
    found = candidates([([0, 0, 10, 10], 0.9, 0), ([0, 0, 10, 9], 0.8, 1), ([0, 0, 10, 9.5], 0.7, 0)])
    classes = ClassMap((0, NO_LABEL), ("a", "b"))
    options = reading(family="ssd", nms_iou=0.5)["decoding"]
    answer, _ = box_rules.settle(found, options, classes, SQUARE)
    assert answer.labels is not None
    assert answer.classes is not None
    assert (answer.classes.tolist(), answer.labels.tolist()) == ([0, 1], [0, NO_LABEL])
    across, _ = box_rules.settle(found, {**options, "nms_across_classes": True}, classes, SQUARE)
    assert across.classes is not None
    assert across.classes.tolist() == [0]


def test_activations_of_extreme_values() -> None:
    with np.errstate(all="ignore"):
        values = np.array([[-1000, 0, 1000]], dtype=np.float32)
        assert box_rules.sigmoid(values).tolist() == [[0, 0.5, 1]]
        assert box_rules.softmax(values).tolist() == [[0, 0, 1]]

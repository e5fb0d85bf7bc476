"""Pascal VOC's figures: a case worked by hand, and the devkit's algorithm written out plainly."""

from typing import Any

import numpy as np
import pytest
from sklearn.metrics import average_precision_score

from tests.unit.engine.tasks.detectors import reading
from tests.unit.engine.tasks.scenes import LABELS, scene
from workbench.engine.tasks import detection, voc_metrics
from workbench.engine.tasks.task import Answer, Facts, Summary, Truth


def judged(scenes: Any, kind: str = "integral", iou: float = 0.5, labels: Any = LABELS) -> Summary:
    judge = detection.judge(reading(metrics={"map_kind": kind, "map_iou": iou, "coco": False}), Facts(labels))
    for truth, answer in scenes:
        judge.add(truth, answer)
    return judge.finish()


def picture(
    number: int, truths: list[list[float]], found: list[list[float]], difficult: Any = ()
) -> tuple[Truth, Answer]:
    """One class; `found` are left, top, right, bottom, score."""
    boxes = [
        {"label": 0, "bbox": [x, y, r - x, b - y], "difficult": at in difficult}
        for at, (x, y, r, b) in enumerate(truths)
    ]
    table = np.array(sorted(found, key=lambda row: -row[4]), dtype=np.float32).reshape(-1, 5)
    zeros = np.zeros(len(table), dtype=np.int64)
    answer = Answer(boxes=table[:, :4], box_scores=table[:, 4], labels=zeros, classes=zeros)
    return Truth(number, str(number), 100, 100, {"boxes": boxes}), answer


BY_HAND = [
    # Found at 0.9, and again at 0.8: wrong. A difficult one, found: counts neither way.
    picture(
        0, [[0, 0, 10, 10], [50, 50, 70, 70]], [[0, 0, 10, 10, 0.9], [0, 0, 10, 9, 0.8], [50, 50, 70, 69, 0.7]], {1}
    ),
    # Overlap 60 / 100: found at 0.6. The other one is missed: 40 / 100.
    picture(1, [[0, 0, 10, 10], [20, 20, 30, 30]], [[0, 0, 6, 10, 0.6], [20, 20, 24, 30, 0.5]]),
    picture(2, [], [[0, 0, 10, 10, 0.4]]),
    picture(3, [[5, 5, 15, 15]], [[5, 5, 15, 15, 0.3]]),
]


def test_worked_by_hand() -> None:
    """4 annotated. By score: right, wrong, (neither), right, wrong, wrong, right.

    Precision at right ones 1, 2/3, 3/6 at recall 1/4, 2/4, 3/4. Area: (1 + 2/3 + 1/2) / 4 = 0.541667. Eleven points:
    0, 0.1, 0.2 read 1; 0.3, 0.4, 0.5 read 2/3; 0.6, 0.7 read 1/2."""
    integral = judged(BY_HAND, labels=["a", "b"])
    assert integral.metrics["map"]["value"] == pytest.approx((1 + 2 / 3 + 1 / 2) / 4)
    assert integral.primary == "map"
    points = judged(BY_HAND, "11_point", labels=["a", "b"])
    assert points.metrics["map"]["value"] == pytest.approx((3 + 3 * 2 / 3 + 2 / 2) / 11)


def test_counts_above_the_score() -> None:
    """Above 0.5: right at 0.9 and 0.6, wrong at 0.8 and 0.5, one that counts neither way."""
    summary = judged(BY_HAND, labels=["a", "b"])
    row = summary.tables["classes"][0]
    assert row["samples"] == 4
    assert row["metrics"]["precision"] == pytest.approx(2 / 4)
    assert row["metrics"]["recall"] == pytest.approx(2 / 4)
    assert row["metrics"]["f1"] == pytest.approx(2 * 0.5 * 0.5 / (0.5 + 0.5))
    assert row["metrics"]["predicted"] == 4
    assert summary.metrics["precision"]["value"] == pytest.approx(0.5)
    assert any("1 annotated objects are difficult" in note for note in summary.notes)


def test_curve() -> None:
    curves = judged(BY_HAND, labels=["a", "b"]).tables["curves"]
    assert curves[0]["kind"] == "precision_recall"
    one = curves[0]["curves"][0]
    assert one["x"] == pytest.approx([1 / 4, 2 / 4, 3 / 4])
    assert one["y"] == pytest.approx([1, 2 / 3, 3 / 6])
    assert one["threshold"] == pytest.approx([0.9, 0.6, 0.3])


def test_long_curves_are_thinned() -> None:
    """500 objects, all found at scores of their own: no more than 200 points, the first and the last among them."""
    scenes = [picture(number, [[0, 0, 10, 10]], [[0, 0, 10, 10, 1 - number / 1000]]) for number in range(500)]
    one = judged(scenes, labels=["a"]).tables["curves"][0]["curves"][0]
    assert len(one["x"]) == len(one["y"]) == len(one["threshold"]) == 200
    assert (one["x"][0], one["x"][-1]) == (pytest.approx(1 / 500), 1)
    assert np.diff(one["x"]).max() < 0.01


def devkit(scenes: Any, label: int, kind: str, minimum: float) -> float:
    """VOCevaldet.m as it reads, for continuous corners; of one class."""
    found, positives = [], 0
    for at, (truth, answer) in enumerate(scenes):
        positives += sum(1 for box in truth.record["boxes"] if box["label"] == label and not box["difficult"])
        for row in np.flatnonzero(answer.labels == label):
            found.append((-float(answer.box_scores[row]), at, answer.boxes[row].tolist()))
    taken: set[tuple[int, int]] = set()
    right, wrong = [], []
    for _, at, box in sorted(found, key=lambda one: one[0]):
        best, chosen = -1.0, -1
        for number, truth in enumerate(scenes[at][0].record["boxes"]):
            if truth["label"] != label:
                continue
            x, y, w, h = truth["bbox"]
            width, height = min(box[2], x + w) - max(box[0], x), min(box[3], y + h) - max(box[1], y)
            if width > 0 and height > 0:
                common = width * height
                overlap = common / ((box[2] - box[0]) * (box[3] - box[1]) + w * h - common)
                if overlap > best:
                    best, chosen = overlap, number
        difficult = chosen >= 0 and scenes[at][0].record["boxes"][chosen]["difficult"]
        hit = best >= minimum
        right.append(hit and not difficult and (at, chosen) not in taken)
        wrong.append(not hit or (not difficult and (at, chosen) in taken))
        if right[-1]:
            taken.add((at, chosen))
    hits, misses = np.cumsum(right), np.cumsum(wrong)
    recall, precision = hits / positives, hits / np.maximum(hits + misses, 1)
    if kind == "11_point":
        return sum(max(precision[recall >= at], default=0) / 11 for at in np.arange(0, 1.1, 0.1))
    area, before = 0.0, 0.0
    for number, value in enumerate(recall):
        area += (value - before) * precision[number:].max()
        before = value
    return float(area)


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("kind", ["integral", "11_point"])
@pytest.mark.parametrize("minimum", [0.5, 0.75])
def test_the_development_kits_algorithm(seed: int, kind: str, minimum: float) -> None:
    """Scores differ, so that equal ones need no order; difficult objects are there."""
    random = np.random.default_rng(seed)
    scenes = scene(seed + 50)
    for truth, answer in scenes:
        answer.box_scores = np.sort(random.random(len(answer.boxes)).astype(np.float32))[::-1]  # type: ignore[arg-type]
        for box in truth.record["boxes"]:
            box["crowd"], box["difficult"] = False, bool(random.random() < 0.1)
    expected = [devkit(scenes, label, kind, minimum) for label in range(3)]
    summary = judged(scenes, kind, minimum)
    for row in summary.tables["classes"][:3]:
        assert row["metrics"]["ap"] == pytest.approx(expected[row["label"]], abs=1e-9)
    # The fourth label is predicted, but annotated nowhere: it is not in the mean.
    assert summary.tables["classes"][3]["metrics"]["ap"] is None
    assert summary.metrics["map"]["value"] == pytest.approx(np.mean(expected), abs=1e-9)


def test_beside_scikit_learn_for_one_picture() -> None:
    """All objects are found and precision never rises: then its average precision is the same area."""
    truths = [[x, 0.0, x + 10, 10.0] for x in (0.0, 20.0, 40.0)]
    found = [
        [0, 0, 10, 10, 0.9],
        [20, 0, 30, 10, 0.8],
        [70, 0, 80, 10, 0.7],
        [85, 0, 95, 10, 0.6],
        [40, 0, 50, 10, 0.5],
    ]
    value = judged([picture(0, truths, found)], labels=["a"]).metrics["map"]["value"]
    assert value == pytest.approx(average_precision_score([1, 1, 0, 0, 1], [0.9, 0.8, 0.7, 0.6, 0.5]))


def test_thinning() -> None:
    assert voc_metrics.thinned(3).tolist() == [0, 1, 2]
    assert voc_metrics.thinned(10, 4).tolist() == [0, 3, 6, 9]

"""Rows, confusion and intervals of the judge of boxes, by hand."""

import json
from typing import Any

import numpy as np
import pytest

from tests.unit.engine.tasks.detectors import reading
from tests.unit.engine.tasks.scenes import LABELS, scene
from workbench.accuracy.schemas import Metric, ReportTables
from workbench.engine.tasks import coco_metrics, detection, detection_judge, voc_metrics
from workbench.engine.tasks.detection_judge import DetectionJudge
from workbench.engine.tasks.task import NO_LABEL, Answer, Facts, Truth

CAT, DOG, BIRD = 0, 1, 2
NAMES = ["cat", "dog", "bird"]


def truth(number: int, *objects: tuple[int, list[float]], crowd: Any = ()) -> Truth:
    boxes = [{"label": label, "bbox": box, "crowd": at in crowd} for at, (label, box) in enumerate(objects)]
    return Truth(number, f"{number}.jpg", 100, 100, {"boxes": boxes})


def answer(*found: tuple[int, list[float], float]) -> Answer:
    """Label, x, y, width, height, score."""
    table = np.array([box for _, box, _ in found], dtype=np.float32).reshape(-1, 4)
    labels = np.array([label for label, _, _ in found], dtype=np.int64)
    corners = np.concatenate([table[:, :2], table[:, :2] + table[:, 2:]], axis=1)
    scores = np.array([score for _, _, score in found], dtype=np.float32)
    return Answer(boxes=corners, box_scores=scores, labels=labels, classes=labels)


def judge(**metrics: Any) -> DetectionJudge:
    return DetectionJudge(reading(metrics=metrics), Facts(NAMES))


A, B, C, D = [0.0, 0, 10, 10], [30.0, 0, 10, 10], [60.0, 0, 10, 10], [0.0, 50, 40, 40]


def test_a_row() -> None:
    """A cat found, a dog taken for a bird, a dog missed; a cat where none is, and a faint one on top of the cat."""
    one = judge()
    row = one.add(
        truth(7, (CAT, A), (DOG, B), (DOG, C)),
        answer((CAT, A, 0.9), (BIRD, B, 0.8), (CAT, D, 0.7), (CAT, A, 0.3), (DOG, C, 0.2)),
    )
    expected = {
        "sample": 7, "name": "7.jpg", "annotated": 3, "predicted": 3, "matched": 1, "missed": 2, "false_positives": 2,
        "classes": "cat, dog, bird", "error": True,
    }  # fmt: skip
    assert {name: row[name] for name in expected} == expected
    assert row["precision"] == pytest.approx(1 / 3)
    assert row["recall"] == pytest.approx(1 / 3)
    # The cat's AP is 1, the dogs' 1/2: the one with a score of 0.2 comes first among the dogs.
    assert row["ap"] == pytest.approx(0.75)
    assert row["loss"] == pytest.approx(0.25)
    assert list(one.matches()) == [True, False, False, False, True]
    # The second dog's box is too faint to be told.
    assert list(one.met()) == [True, False, False]
    assert {column.name for column in one.columns} <= set(row)
    rows = {entry["label_name"]: entry for entry in one.class_rows()}
    assert (rows["cat"]["annotated"], rows["cat"]["predicted"], rows["cat"]["matches"]) == (1, 2, 1)
    assert rows["cat"]["precision"] == pytest.approx(0.5)
    assert (rows["dog"]["precision"], rows["dog"]["ap"]) == (None, pytest.approx(0.5))
    assert (rows["bird"]["ap"], rows["bird"]["loss"], rows["bird"]["error"]) == (None, 1.0, True)
    assert {column.name for column in one.class_columns} <= set(rows["cat"])
    confusion = one.finish().tables["confusion"]
    assert confusion["labels"] == NAMES
    # cat seen as cat; nothing seen as cat; dog seen as bird; dog not seen.
    assert confusion["cells"] == [[0, 0, 1], [1, 2, 1], [1, 3, 1], [3, 0, 1]]


def test_objects_that_count_neither_way_are_neither_found_nor_missed() -> None:
    one = judge()
    one.add(truth(0, (CAT, A), (7, B), (DOG, C), crowd=[0]), answer((CAT, A, 0.9), (DOG, C, 0.9)))
    assert list(one.met()) == [None, None, True]
    one.add(truth(1), Answer())
    assert list(one.met()) == []


def test_nothing_annotated() -> None:
    one = judge()
    quiet = one.add(truth(0), answer((CAT, A, 0.3)))
    assert (quiet["error"], quiet["loss"], quiet["ap"], quiet["precision"]) == (False, 0.0, None, None)
    loud = one.add(truth(1), answer((CAT, A, 0.6)))
    assert (loud["error"], loud["loss"], loud["precision"], loud["recall"]) == (True, 1.0, 0.0, None)
    empty = one.add(truth(2), Answer())
    assert (empty["error"], empty["loss"], list(one.matches())) == (False, 0.0, [])
    assert one.finish().primary is None


def test_crowds_and_unknown_classes_count_neither_way() -> None:
    """A box within a crowd lies in it as a whole, so that it overlaps it fully by COCO's rule."""
    one = judge()
    row = one.add(
        truth(0, (CAT, D), (DOG, A), crowd={0}),
        answer((DOG, A, 0.9), (CAT, [5.0, 55, 10, 10], 0.8), (NO_LABEL, A, 0.7)),
    )
    assert (row["annotated"], row["predicted"], row["matched"], row["false_positives"]) == (1, 2, 1, 0)
    assert (row["error"], row["loss"], row["classes"]) == (False, 0.0, "cat, dog")
    assert list(one.matches()) == [True, True, False]
    summary = one.finish()
    assert summary.tables["confusion"]["cells"] == [[1, 1, 1]]
    assert len(summary.notes) == 2
    assert summary.metrics["map"]["value"] == 1


def test_unsorted_answers_are_taken_by_score() -> None:
    one = judge()
    row = one.add(truth(0, (CAT, A)), answer((CAT, D, 0.6), (CAT, A, 0.9)))
    assert row["ap"] == 1
    assert list(one.matches()) == [False, True]


def test_the_score_and_overlap_asked_for() -> None:
    wide = [0.0, 0, 10, 16]
    for overlap, matched in ((0.6, 1), (0.65, 0)):
        row = judge(map_iou=overlap, report_score=0.2).add(truth(0, (CAT, A)), answer((CAT, wide, 0.2)))
        assert (row["predicted"], row["matched"]) == (1, matched)


def test_intervals_are_those_of_a_plain_bootstrap() -> None:
    """The same resamples, each made as a list of pictures and judged anew."""
    scenes = scene(4, 12)
    for place, (_, predicted) in enumerate(scenes):
        assert predicted.box_scores is not None
        # No equal scores: their order is another where a picture is there twice.
        predicted.box_scores -= np.arange(len(predicted.box_scores), dtype=np.float32) * 1e-4 + np.float32(place * 3e-6)
    one = DetectionJudge(reading(), Facts(LABELS))
    for pair in scenes:
        one.add(*pair)
    found = one.finish().metrics
    random = np.random.default_rng(0)
    resamples = detection_judge.resamples_for(sum(len(kept.labels) for kept in one._store.pictures))
    drawn = [np.sort(random.integers(0, 12, 12)) for _ in range(resamples)]
    values: dict[str, list[float]] = {"map": [], "coco_ap": []}
    for numbers in drawn[:25]:
        again = DetectionJudge(reading(), Facts(LABELS))
        for place, number in enumerate(numbers.tolist()):
            old, predicted = scenes[number]
            again.add(Truth(place, old.name, old.width, old.height, old.record), predicted)
        metrics = again.finish().metrics
        for name, kept in values.items():
            kept.append(metrics[name]["value"])
    weights = np.stack([np.bincount(numbers, minlength=12) for numbers in drawn[:25]]).astype(np.float64)
    classes = list(one._store.by_class())
    np.testing.assert_allclose(voc_metrics.resampled(classes, "integral", weights), values["map"], atol=1e-12)
    np.testing.assert_allclose(coco_metrics.resampled(classes, weights)["ap"], values["coco_ap"], atol=1e-12)
    for name in values:
        low, high = found[name]["ci95"]
        assert low < found[name]["value"] < high


def test_how_many_resamples() -> None:
    assert [detection_judge.resamples_for(count) for count in (1, 20_000, 30_000, 10**7)] == [1000, 200, 133, 100]


def test_memory_keeps_no_boxes_and_masks() -> None:
    one = detection.judge(reading(), Facts(LABELS))
    for pair in scene(0, 30):
        one.add(*pair)
    assert isinstance(one, DetectionJudge)
    boxes = size = 0
    for kept in one._store.pictures:
        boxes += len(kept.labels)
        size += sum(array.nbytes for array in vars(kept).values() if isinstance(array, np.ndarray))
    assert size < 29 * boxes + 30 * 3 * 24 + 1


@pytest.mark.parametrize("masks", [True, False])
def test_all_is_as_the_report_has_it(masks: bool) -> None:
    """Rows and summary are JSON without NaN, and what the API's schemas describe."""
    one = DetectionJudge(reading(), Facts(LABELS), masks=masks)
    for pair in scene(2, 10, masks=masks):
        json.dumps(one.add(*pair), allow_nan=False)
        json.dumps([*one.class_rows(), *one.matches()], allow_nan=False)
    summary = one.finish()
    json.dumps([summary.metrics, summary.tables, summary.notes], allow_nan=False)
    tables = ReportTables.model_validate(summary.tables)
    assert {row.name for row in tables.classes} <= set(LABELS)
    assert tables.confusion is not None
    assert sum(cell[2] for cell in tables.confusion.cells) > 0
    assert tables.curves[0].kind == "precision_recall"
    for metric in summary.metrics.values():
        assert 0 <= Metric.model_validate(metric).value <= 1

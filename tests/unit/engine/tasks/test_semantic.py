from typing import Any

import numpy as np
import pytest
from PIL import Image
from sklearn import metrics as sklearn_metrics

from tests.unit.engine.tasks.pictures_and_scores import (
    UNKNOWN,
    checked,
    class_map,
    facts,
    ports,
    reading,
    stretched,
    truth,
)
from workbench.engine.protocol import EngineError
from workbench.engine.tasks import semantic
from workbench.engine.tasks.task import Answer, ClassMap, Geometry, Summary

CLASSES = np.array([[0, 1, 2, 3], [3, 2, 1, 0]])


def decoded(values: Any, geometry: Geometry | None = None, labels: Any = (0, 1, 2), **options: Any) -> Any:
    values = np.asarray(values)
    background = options.pop("background", True)
    decode = semantic.decoder(
        reading("per_pixel", background=background, **options), ports(map=values.shape), class_map(labels)
    )
    height, width = CLASSES.shape
    return decode({"map": values}, geometry or stretched(width, height, width, height)).mask


def scores(classes: Any, count: int) -> Any:
    """[1, count, H, W]: the class has the highest of scores that are otherwise random."""
    noise = np.random.default_rng(0).random((count, *classes.shape)).astype(np.float32)
    for number in range(count):
        noise[number][classes == number] += 1
    return noise[None]


class TestDecoder:
    def test_scores_channels_first(self) -> None:
        mask = decoded(scores(CLASSES, 4))
        assert mask.tolist() == CLASSES.tolist()
        assert mask.dtype == np.uint8

    def test_scores_channels_last(self) -> None:
        assert decoded(np.moveaxis(scores(CLASSES, 4), 1, 3)).tolist() == CLASSES.tolist()

    def test_of_two_axes_the_one_with_as_many_as_classes_is_the_channels(self) -> None:
        high = np.tile(CLASSES, (1, 1)).T  # 4 × 2: the last axis would be the shorter one
        assert decoded(scores(high, 4), stretched(2, 4, 2, 4)).tolist() == high.tolist()
        wide = np.array([[0, 1], [2, 3], [4, 0]])
        labels = (0, 1, 2, 3)
        assert decoded(scores(wide, 5), stretched(2, 3, 2, 3), labels).tolist() == wide.tolist()
        assert decoded(np.moveaxis(scores(wide, 5), 1, 3), stretched(2, 3, 2, 3), labels).tolist() == wide.tolist()

    @pytest.mark.parametrize("shape", [(1, 2, 4), (1, 1, 2, 4), (1, 2, 4, 1)])
    @pytest.mark.parametrize("dtype", [np.int64, np.int32, np.float32, np.uint8])
    def test_numbers_of_classes(self, shape: tuple[int, ...], dtype: type) -> None:
        assert decoded(CLASSES.reshape(shape).astype(dtype), argmax_in_model=True).tolist() == CLASSES.tolist()

    def test_whole_numbers_are_classes_without_being_told(self) -> None:
        assert decoded(CLASSES[None].astype(np.int32)).tolist() == CLASSES.tolist()

    def test_without_background_classes_are_labels(self) -> None:
        assert decoded(scores(CLASSES, 4), labels=(3, 2, 1, 0), background=False).tolist() == (4 - CLASSES).tolist()

    def test_what_the_dataset_has_no_label_of_is_background(self) -> None:
        assert decoded(scores(CLASSES, 4), labels=(0, UNKNOWN, 7)).tolist() == [[0, 1, 0, 8], [8, 0, 1, 0]]

    def test_numbers_that_are_no_class_are_background(self) -> None:
        strange = np.array([[[1, 255, -7, 1000]]])
        mask = decoded(strange, stretched(4, 1, 4, 1), argmax_in_model=True)
        assert mask.tolist() == [[1, 0, 0, 0]]

    def test_more_channels_than_classes_are_background(self) -> None:
        assert decoded(scores(CLASSES, 4), labels=(0,), background=False).tolist() == [[1, 0, 0, 0], [0, 0, 0, 1]]

    def test_many_labels_take_two_bytes(self) -> None:
        labels = range(300)
        mask = decoded(scores(CLASSES + 290, 300), labels=labels, background=False)
        assert mask.dtype == np.uint16
        assert mask.tolist() == (CLASSES + 291).tolist()

    def test_classes_that_nobody_named(self) -> None:
        nameless = ClassMap(tuple(range(65_536)), ())
        for values, argmax in ((scores(CLASSES, 4), False), (CLASSES[None], True)):
            own = reading("per_pixel", argmax_in_model=argmax)
            mask = semantic.decoder(own, ports(map=values.shape), nameless)({"map": values}, stretched(4, 2, 4, 2)).mask
            assert mask is not None
            assert mask.tolist() == (CLASSES + 1).tolist()

    def test_one_channel_is_the_second_of_two_classes(self) -> None:
        values = np.array([[[[0.2, 0.9, 0.51, 0.5], [0, 1, 0.4, 0.6]]]], np.float32)
        assert decoded(values, labels=(0,)).tolist() == [[0, 1, 1, 0], [0, 1, 0, 1]]

    def test_refuses_a_plane_of_scores(self) -> None:
        with pytest.raises(EngineError) as caught:
            decoded(np.zeros((1, 2, 4), np.float32))
        assert caught.value.code == "decoding_mismatch"

    def test_refuses_a_row(self) -> None:
        with pytest.raises(EngineError) as caught:
            decoded(np.zeros((1, 4), np.float32))
        assert caught.value.code == "decoding_mismatch"

    def test_argmax_is_that_of_numpy(self) -> None:
        values = np.random.default_rng(1).integers(0, 4, (30, 20, 25)).astype(np.float32)
        assert (semantic._argmax(values) == values.argmax(axis=0)).all()


class TestOnPicture:
    @pytest.mark.parametrize(("width", "height"), [(13, 9), (40, 33), (7, 10), (500, 375), (5, 3)])
    def test_a_stretched_one_is_resized_as_by_pillow(self, width: int, height: int) -> None:
        numbers = np.random.default_rng(0).integers(0, 4, (1, 16, 24)).astype(np.uint8)
        mask = decoded(numbers, stretched(width, height, 96, 64), argmax_in_model=True)
        wanted = np.array(Image.fromarray(numbers[0]).resize((width, height), Image.Resampling.NEAREST))
        # Where a middle lies on an edge, as Pillow's sums of fractions have it is a matter of luck.
        rows = (2 * np.arange(height) + 1) * 16 % (2 * height) != 0
        columns = (2 * np.arange(width) + 1) * 24 % (2 * width) != 0
        assert (mask[rows][:, columns] == wanted[rows][:, columns]).all()

    def test_a_letterbox_loses_its_padding(self) -> None:
        # 4 × 2 doubled to 8 × 4, in the middle of 8 × 8.
        padded = np.full((1, 8, 8), 3)
        padded[0, 2:6] = CLASSES.repeat(2, axis=0).repeat(2, axis=1)
        geometry = Geometry(4, 2, 8, 8, 2.0, 2.0, 0.0, 2.0)
        assert decoded(padded, geometry, argmax_in_model=True).tolist() == CLASSES.tolist()

    def test_what_a_crop_left_out_is_not_judged(self) -> None:
        # Of 8 × 4 the middle 4 × 4.
        geometry = Geometry(8, 4, 4, 4, 1.0, 1.0, -2.0, 0.0)
        mask = decoded(np.ones((1, 4, 4), np.int64), geometry, argmax_in_model=True)
        assert mask.tolist() == [[255, 255, 1, 1, 1, 1, 255, 255]] * 4


def masks(seed: int, classes: int, count: int = 12) -> list[tuple[Any, Any]]:
    """(annotated, predicted) masks that agree in two thirds of the pixels, with ignored ones."""
    generator = np.random.default_rng(seed)
    found = []
    for _ in range(count):
        there = generator.choice(classes, 3)
        annotated = generator.choice(there, (20, 30)).astype(np.uint8)
        predicted = np.where(
            generator.random(annotated.shape) < 0.67, annotated, generator.integers(0, classes, annotated.shape)
        ).astype(np.uint8)
        annotated[generator.random(annotated.shape) < 0.1] = 255
        found.append((annotated, predicted))
    return found


def judged(pairs: Any, classes: int, *, background: bool = True, order: Any = None, **metrics: Any) -> Summary:
    judge = semantic.judge(
        reading("per_pixel", metrics=metrics),
        facts(*(f"n{index}" for index in range(classes - 1)), background=background),
    )
    rows: list[Any] = []
    for number in range(len(pairs)) if order is None else order:
        annotated, predicted = pairs[number]
        rows.append(judge.add(truth(int(number), mask=annotated), Answer(mask=predicted)))
        rows.extend(judge.class_rows())
    return checked(judge.finish(), rows)


def flat(pairs: Any, least: int = 0) -> tuple[Any, Any]:
    """All pixels that count."""
    annotated = np.concatenate([pair[0].ravel() for pair in pairs])
    predicted = np.concatenate([pair[1].ravel() for pair in pairs])
    used = (annotated != 255) & (annotated >= least)
    return annotated[used], predicted[used]


class TestFinish:
    def test_mean_iou_is_that_of_scikit_learn(self) -> None:
        pairs = masks(0, 6)
        summary = judged(pairs, 6)
        annotated, predicted = flat(pairs)
        wanted = sklearn_metrics.jaccard_score(annotated, predicted, average=None, labels=range(6))
        assert summary.metrics["mean_iou"]["value"] == pytest.approx(wanted.mean(), abs=1e-12)
        assert summary.primary == "mean_iou"
        rows = {row["label"]: row for row in summary.tables["classes"]}
        assert rows[-1]["name"] == "background"
        for number in range(6):
            assert rows[number - 1]["metrics"]["iou"] == pytest.approx(wanted[number], abs=1e-12)
            assert rows[number - 1]["samples"] == (annotated == number).sum()

    def test_accuracies_are_those_of_scikit_learn(self) -> None:
        pairs = masks(1, 6)
        summary = judged(pairs, 6)
        annotated, predicted = flat(pairs)
        found = {name: entry["value"] for name, entry in summary.metrics.items()}
        assert found["pixel_accuracy"] == pytest.approx(sklearn_metrics.accuracy_score(annotated, predicted), abs=1e-12)
        balanced = sklearn_metrics.balanced_accuracy_score(annotated, predicted)
        assert found["mean_accuracy"] == pytest.approx(balanced, abs=1e-12)

    def test_precision_and_recall_are_those_of_scikit_learn(self) -> None:
        pairs = masks(2, 5)
        annotated, predicted = flat(pairs)
        wanted = sklearn_metrics.precision_recall_fscore_support(annotated, predicted, labels=range(5))
        for row in judged(pairs, 5).tables["classes"]:
            assert row["metrics"]["precision"] == pytest.approx(wanted[0][row["label"] + 1], abs=1e-12)
            assert row["metrics"]["recall"] == pytest.approx(wanted[1][row["label"] + 1], abs=1e-12)

    def test_without_the_background_only_its_own_figure_is_left_out(self) -> None:
        pairs = masks(3, 6)
        annotated, predicted = flat(pairs)
        wanted = sklearn_metrics.jaccard_score(annotated, predicted, average="macro", labels=range(1, 6))
        summary = judged(pairs, 6, include_background=False)
        assert summary.metrics["mean_iou"]["value"] == pytest.approx(wanted, abs=1e-12)
        assert len(summary.tables["classes"]) == 6

    def test_where_0_is_no_label_its_pixels_do_not_count(self) -> None:
        pairs = masks(4, 6)
        annotated, predicted = flat(pairs, least=1)
        wanted = sklearn_metrics.jaccard_score(annotated, predicted, average="macro", labels=range(1, 6))
        summary = judged(pairs, 6, background=False)
        assert summary.metrics["mean_iou"]["value"] == pytest.approx(wanted, abs=1e-12)
        share = sklearn_metrics.accuracy_score(annotated, predicted)
        assert summary.metrics["pixel_accuracy"]["value"] == pytest.approx(share, abs=1e-12)
        assert [row["label"] for row in summary.tables["classes"]] == list(range(5))

    def test_confusion_has_the_background_last(self) -> None:
        pairs = masks(5, 4)
        annotated, predicted = flat(pairs)
        summary = judged(pairs, 4)
        matrix = np.zeros((4, 4), dtype=int)
        for row, column, count in summary.tables["confusion"]["cells"]:
            matrix[row, column] = count
        order = [1, 2, 3, 0]
        assert (matrix == sklearn_metrics.confusion_matrix(annotated, predicted, labels=order)).all()
        assert summary.tables["confusion"]["labels"] == ["n0", "n1", "n2"]

    def test_intervals_hold_the_value_and_do_not_depend_on_the_order(self) -> None:
        pairs = masks(6, 6)
        first, second = judged(pairs, 6), judged(pairs, 6, order=reversed(range(len(pairs))))
        assert first.metrics == second.metrics
        for entry in first.metrics.values():
            low, high = entry["ci95"]
            assert low < entry["value"] < high

    def test_the_interval_is_that_of_resampled_pictures(self) -> None:
        """A bootstrap of whole pictures by hand, with another generator."""
        pairs = masks(7, 4, count=15)
        generator = np.random.default_rng(99)
        found = []
        for _ in range(300):
            chosen = [pairs[index] for index in generator.integers(0, len(pairs), len(pairs))]
            annotated, predicted = flat(chosen)
            there = np.union1d(annotated, predicted)
            found.append(sklearn_metrics.jaccard_score(annotated, predicted, average="macro", labels=there))
        low, high = judged(pairs, 4).metrics["mean_iou"]["ci95"]
        wanted_low, wanted_high = np.percentile(found, [2.5, 97.5])
        width = wanted_high - wanted_low
        assert low == pytest.approx(wanted_low, abs=0.2 * width)
        assert high == pytest.approx(wanted_high, abs=0.2 * width)

    def test_classes_that_never_occur_are_not_in_the_mean(self) -> None:
        mask = np.array([[0, 1], [1, 1]], np.uint8)
        assert judged([(mask, mask)], 9).metrics["mean_iou"]["value"] == 1

    def test_nothing_annotated(self) -> None:
        judge = semantic.judge(reading("per_pixel"), facts("a"))
        row = judge.add(truth(0), Answer(mask=np.zeros((2, 2), np.uint8)))
        assert (row["mean_iou"], row["error"]) == (None, False)
        assert list(judge.class_rows()) == []
        summary = judge.finish()
        assert (summary.metrics, summary.primary) == ({}, None)
        assert summary.notes == ["1 picture has no mask and is not counted."]

    def test_labels_that_nobody_named(self) -> None:
        mask = np.array([[0, 7], [253, 253]], np.uint8)
        summary = judged([(mask, mask)], 1)
        assert summary.metrics["mean_iou"]["value"] == 1
        assert [row["name"] for row in summary.tables["classes"]] == ["background", "class 6", "class 252"]

    def test_more_labels_than_a_byte_holds(self) -> None:
        annotated = np.array([[290, 3, 65535, 0]], np.uint16)
        summary = judged([(annotated, np.array([[3, 3, 3, 255]], np.uint8))], 300)
        assert summary.tables["confusion"]["cells"] == [[2, 2, 1], [289, 2, 1]]


class TestRows:
    def test_worked_by_hand(self) -> None:
        judge = semantic.judge(reading("per_pixel"), facts("cat", "dog", background=True))
        annotated = np.array([[0, 0, 1, 1], [2, 2, 255, 1]], np.uint8)
        predicted = np.array([[0, 1, 1, 1], [2, 1, 2, 1]], np.uint8)
        row = judge.add(truth(3, mask=annotated), Answer(mask=predicted))
        # background 1 of 2, cat 3 of 5, dog 1 of 2; 5 of 7 pixels.
        assert row["mean_iou"] == pytest.approx((0.5 + 0.6 + 0.5) / 3)
        assert row["pixel_accuracy"] == pytest.approx(5 / 7)
        assert row["loss"] == pytest.approx(1 - (0.5 + 0.6 + 0.5) / 3)
        assert (row["annotated"], row["error"]) == ("background, cat, dog", False)
        assert set(row) == {"sample", "name", *(column.name for column in judge.columns)}
        rows = list(judge.class_rows())
        assert [(one["label"], one["label_name"], one["iou"]) for one in rows] == [
            (-1, "background", 0.5),
            (0, "cat", pytest.approx(0.6)),
            (1, "dog", 0.5),
        ]
        assert (rows[1]["annotated_pixels"], rows[1]["predicted_pixels"], rows[1]["sample"]) == (3, 5, 3)
        own = {"sample", "name", "label", "label_name"}
        assert set(rows[0]) == own | {column.name for column in judge.class_columns}

    def test_refuses_a_mask_of_another_size(self) -> None:
        judge = semantic.judge(reading("per_pixel"), facts("cat"))
        with pytest.raises(EngineError) as caught:
            judge.add(truth(0, mask=np.zeros((2, 2), np.uint8)), Answer(mask=np.zeros((2, 3), np.uint8)))
        assert caught.value.code == "dataset_unreadable"

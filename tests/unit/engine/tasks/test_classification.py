from typing import Any

import numpy as np
import pytest
from sklearn import metrics as sklearn_metrics

from tests.unit.engine.tasks.pictures_and_scores import UNKNOWN, WHOLE, checked, class_map, facts, ports, reading, truth
from workbench.engine.protocol import EngineError
from workbench.engine.tasks import classification
from workbench.engine.tasks.task import Answer, Facts


def decoded(values: Any, labels: list[int], **options: Any) -> Answer:
    values = np.asarray(values, dtype=np.float32)
    decode = classification.decoder(reading("classification", **options), ports(scores=values.shape), class_map(labels))
    return decode({"scores": values}, WHOLE)


def scores_of(answer: Answer) -> list[float]:
    assert answer.scores is not None
    return [float(value) for value in answer.scores]


def labels_of(answer: Answer) -> list[int]:
    assert answer.labels is not None
    return [int(value) for value in answer.labels]


class TestDecoder:
    @pytest.mark.parametrize("shape", [(1, 3), (3,), (1, 3, 1, 1), (1, 1, 1, 3)])
    def test_takes_a_row_of_any_shape(self, shape: tuple[int, ...]) -> None:
        answer = decoded(np.reshape([0.1, 0.7, 0.2], shape), [0, 1, 2])
        assert scores_of(answer) == pytest.approx([0.1, 0.7, 0.2])
        assert labels_of(answer) == [0, 1, 2]

    def test_softmax_undoes_a_logarithm(self) -> None:
        wanted = np.array([0.05, 0.9, 0.03, 0.02])
        answer = decoded([np.log(wanted) + 700], [0, 1, 2, 3], activation="softmax")
        assert scores_of(answer) == pytest.approx(wanted, rel=1e-4)

    def test_sigmoid_undoes_the_odds(self) -> None:
        wanted = np.array([0.2, 0.999, 0.5])
        answer = decoded([np.log(wanted / (1 - wanted))], [0, 1, 2], activation="sigmoid")
        assert scores_of(answer) == pytest.approx(wanted, rel=1e-5)
        assert scores_of(decoded([[-1e4, 1e4]], [0, 1], activation="sigmoid")) == [0, 1]

    def test_one_value_is_the_second_of_two_classes(self) -> None:
        assert scores_of(decoded([[0.8]], [0, 1])) == pytest.approx([0.2, 0.8])
        assert scores_of(decoded([[np.log(4.0)]], [0, 1], activation="sigmoid")) == pytest.approx([0.2, 0.8])

    @pytest.mark.parametrize(
        ("values", "dtype"), [([[0, 64, 192]], np.uint8), ([[-128, -64, 64]], np.int8)], ids=["uint8", "int8"]
    )
    def test_probabilities_in_a_byte(self, values: Any, dtype: Any) -> None:
        """TensorFlow Lite's specification: softmax has the scale 1/256 and the zero point 0 or −128."""
        decode = classification.decoder(reading("classification"), ports(scores=(1, 3)), class_map([0, 1, 2]))
        assert scores_of(decode({"scores": np.array(values, dtype)}, WHOLE)) == [0, 0.25, 0.75]

    def test_background_is_left_out_after_softmax(self) -> None:
        answer = decoded(np.log([[0.5, 0.3, 0.2]]), [0, 1], activation="softmax", background=True)
        assert scores_of(answer) == pytest.approx([0.3, 0.2])
        assert labels_of(answer) == [0, 1]

    def test_knows_what_has_no_label(self) -> None:
        assert labels_of(decoded([[0.1, 0.2, 0.3, 0.4]], [5, UNKNOWN, 2])) == [5, UNKNOWN, 2, UNKNOWN]

    def test_is_not_led_astray_by_what_is_not_a_number(self) -> None:
        assert scores_of(decoded([[0.25, np.nan, 0.75]], [0, 1, 2])) == [0.25, 0, 0.75]

    def test_refuses_a_map(self) -> None:
        with pytest.raises(EngineError) as caught:
            decoded(np.zeros((1, 3, 4, 4)), [0, 1, 2])
        assert caught.value.code == "decoding_mismatch"

    def test_refuses_an_open_shape_that_turns_out_to_be_a_map(self) -> None:
        decode = classification.decoder(reading("classification"), ports(scores=(-1, -1, 1, -1)), class_map([0]))
        with pytest.raises(EngineError) as caught:
            decode({"scores": np.zeros((1, 3, 1, 4), np.float32)}, WHOLE)
        assert caught.value.code == "decoding_mismatch"

    def test_takes_the_output_that_is_named(self) -> None:
        two = ports(first=(1, 2), second=(1, 3))
        decode = classification.decoder(reading("classification", output="second"), two, class_map([0, 1, 2]))
        assert scores_of(decode({"first": np.zeros((1, 2)), "second": np.ones((1, 3))}, WHOLE)) == [1, 1, 1]
        with pytest.raises(EngineError) as caught:
            classification.decoder(reading("classification"), two, class_map([0, 1, 2]))
        assert caught.value.code == "decoding_mismatch"
        with pytest.raises(EngineError) as caught:
            classification.decoder(reading("classification", output="third"), two, class_map([0, 1, 2]))
        assert caught.value.code == "output_not_found"


def answer(scores: Any, labels: Any = None) -> Answer:
    own = np.asarray(scores, dtype=np.float32)
    return Answer(scores=own, labels=np.arange(len(own)) if labels is None else np.array(labels))


class TestRows:
    def judge(self, *labels: str, **more: Any) -> classification.ClassificationJudge:
        return classification.judge(reading("classification"), facts(*labels, **more))

    def test_a_right_one(self) -> None:
        row = self.judge("cat", "dog").add(truth(7, label=1), answer([0.25, 0.75]))
        assert row == {
            "sample": 7, "name": "7.png", "label": 1, "label_name": "dog", "predicted": 1, "predicted_name": "dog",
            "confidence": 0.75, "rank": 0, "label_confidence": 0.75, "error": False,
            "loss": pytest.approx(-np.log(0.75)),
        }  # fmt: skip

    def test_a_wrong_one(self) -> None:
        row = self.judge("a", "b", "c").add(truth(0, label=2), answer([0.5, 0.3, 0.2]))
        assert (row["predicted_name"], row["rank"], row["error"]) == ("a", 2, True)
        assert row["loss"] == pytest.approx(-np.log(0.2))

    def test_has_a_value_for_each_column(self) -> None:
        judge = self.judge("a")
        row = judge.add(truth(0, label=0), answer([1.0]))
        assert set(row) == {"sample", "name", *(column.name for column in judge.columns)}

    def test_equal_scores_rank_by_number(self) -> None:
        judge = self.judge("a", "b", "c")
        assert [judge.add(truth(0, label=label), answer([0.2, 0.4, 0.4]))["rank"] for label in (0, 1, 2)] == [2, 0, 1]

    def test_the_best_of_two_classes_with_one_label_counts(self) -> None:
        row = self.judge("crane", "b").add(truth(0, label=0), answer([0.1, 0.2, 0.7], labels=[0, 1, 0]))
        assert (row["rank"], row["predicted"], row["label_confidence"]) == (0, 0, pytest.approx(0.7))

    def test_a_class_without_label(self) -> None:
        judge = self.judge("cat", model_classes=["cat", "axolotl"])
        row = judge.add(truth(0, label=0), answer([0.1, 0.9], labels=[0, UNKNOWN]))
        assert (row["predicted"], row["predicted_name"], row["error"]) == (None, "axolotl", True)

    def test_a_label_that_the_model_does_not_know_is_wrong_and_noted(self) -> None:
        judge = self.judge("cat", "dog")
        row = judge.add(truth(0, label=1), answer([0.4, 0.6], labels=[0, UNKNOWN]))
        assert (row["rank"], row["label_confidence"], row["error"]) == (None, None, True)
        assert row["loss"] == pytest.approx(-np.log(1e-12))
        judge.add(truth(1, label=0), answer([0.6, 0.4], labels=[0, UNKNOWN]))
        summary = judge.finish()
        assert summary.metrics["accuracy@top1"]["value"] == 0.5
        assert any("1 picture has a label that the model does not know" in note for note in summary.notes)

    def test_a_picture_without_label_is_not_counted(self) -> None:
        judge = self.judge("cat", "dog")
        row = judge.add(truth(0), answer([0.4, 0.6]))
        assert (row["label"], row["error"], row["predicted_name"]) == (None, False, "dog")
        summary = judge.finish()
        assert (summary.metrics, summary.primary) == ({}, None)
        assert summary.notes == ["1 picture has no label and is not counted."]

    def test_a_forgotten_background_is_noted(self) -> None:
        judge = self.judge("cat", "dog")
        judge.add(truth(0, label=0), answer([0.1, 0.8, 0.1], labels=[0, 1, UNKNOWN]))
        assert any("background" in note for note in judge.finish().notes)

    def test_logits_without_softmax_are_noted(self) -> None:
        judge = self.judge("cat", "dog")
        assert judge.add(truth(0, label=0), answer([8.0, -3.0]))["loss"] == 0
        assert any("softmax" in note for note in judge.finish().notes)


class TestFinish:
    def judged(self, top_k: list[int] | None = None) -> tuple[Any, Any, Any, Any]:
        generator = np.random.default_rng(0)
        count, classes = 400, 7
        # The last class is never annotated, and class 5 is hardly ever predicted.
        labels = generator.integers(0, classes - 1, count)
        scores = generator.random((count, classes)).astype(np.float32)
        scores[np.arange(count), labels] += 0.35
        scores[:, 5] *= 0.4
        scores /= scores.sum(axis=1, keepdims=True)
        names = [f"n{index}" for index in range(classes)]
        judge = classification.judge(
            reading("classification", metrics={"top_k": top_k or [1, 3, 5]}), Facts(labels=names)
        )
        rows = [
            judge.add(truth(int(number), label=int(labels[number])), answer(scores[number]))
            for number in generator.permutation(count)
        ]
        return checked(judge.finish(), rows), labels, scores, scores.argmax(axis=1)

    def test_accuracy_is_that_of_scikit_learn(self) -> None:
        summary, labels, scores, predicted = self.judged()
        for k in (1, 3, 5):
            wanted = sklearn_metrics.top_k_accuracy_score(labels, scores, k=k, labels=range(7))
            assert summary.metrics[f"accuracy@top{k}"]["value"] == pytest.approx(wanted, abs=1e-12)
        assert summary.metrics["accuracy@top1"]["value"] == sklearn_metrics.accuracy_score(labels, predicted)
        assert summary.primary == "accuracy@top1"

    def test_macro_figures_are_those_of_scikit_learn(self) -> None:
        summary, labels, _, predicted = self.judged()
        wanted = sklearn_metrics.precision_recall_fscore_support(
            labels, predicted, labels=np.unique(labels), average="macro", zero_division=0
        )
        for name, value in zip(("precision", "recall", "f1"), wanted[:3], strict=True):
            assert summary.metrics[f"{name}_macro"]["value"] == pytest.approx(value, abs=1e-12)

    def test_classes_are_those_of_scikit_learn(self) -> None:
        summary, labels, _, predicted = self.judged()
        report = sklearn_metrics.classification_report(
            labels, predicted, labels=range(7), output_dict=True, zero_division=np.nan
        )
        rows = {row["label"]: row for row in summary.tables["classes"]}
        assert sorted(rows) == list(range(7))
        for label, row in rows.items():
            wanted = report[str(label)]
            assert (row["name"], row["samples"]) == (f"n{label}", wanted["support"])
            for name, key in (("precision", "precision"), ("f1", "f1-score")):
                assert row["metrics"][name] == pytest.approx(wanted[key], abs=1e-12)
        assert rows[6]["metrics"]["recall"] is None
        assert rows[0]["metrics"]["recall"] == pytest.approx(report["0"]["recall"])

    def test_confusion_is_that_of_scikit_learn(self) -> None:
        summary, labels, _, predicted = self.judged()
        matrix = np.zeros((7, 7), dtype=int)
        for annotated, told, count in summary.tables["confusion"]["cells"]:
            matrix[annotated, told] = count
        assert (matrix == sklearn_metrics.confusion_matrix(labels, predicted, labels=range(7))).all()

    def test_what_has_no_label_is_last_in_the_confusion(self) -> None:
        judge = classification.judge(reading("classification"), facts("a", "b"))
        judge.add(truth(0, label=1), answer([0.1, 0.9], labels=[1, UNKNOWN]))
        assert judge.finish().tables["confusion"] == {"labels": ["a", "b"], "cells": [[1, 2, 1]]}

    def test_labels_that_nobody_named(self) -> None:
        judge = classification.judge(reading("classification"), facts())
        assert judge.add(truth(0, label=1), answer([0.1, 0.9]))["label_name"] == "class 1"
        judge.add(truth(1, label=0), answer([0.1, 0.9]))
        summary = judge.finish()
        assert summary.metrics["recall_macro"]["value"] == 0.5
        assert [row["name"] for row in summary.tables["classes"]] == ["class 0", "class 1"]
        assert summary.tables["confusion"] == {"labels": ["class 0", "class 1"], "cells": [[0, 1, 1], [1, 1, 1]]}

    def test_top_five_of_five_says_nothing(self) -> None:
        assert "accuracy@top7" not in self.judged([1, 7])[0].metrics
        assert "accuracy@top9" in self.judged([9])[0].metrics

    def test_intervals_hold_the_value_and_do_not_depend_on_the_order(self) -> None:
        first, second = self.judged()[0], self.judged()[0]
        assert first.metrics == second.metrics
        for entry in first.metrics.values():
            low, high = entry["ci95"]
            assert low < entry["value"] < high
        low, high = first.metrics["accuracy@top1"]["ci95"]
        value = first.metrics["accuracy@top1"]["value"]
        assert high - low == pytest.approx(2 * 1.96 * np.sqrt(value * (1 - value) / 400), rel=0.1)

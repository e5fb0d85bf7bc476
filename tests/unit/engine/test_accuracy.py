"""The accuracy operation on models and pictures whose right answer is known."""

from pathlib import Path
from typing import Any

import pytest

from tests.unit.engine.networks import Recorder, np, op, ov
from tests.unit.engine.reports import (
    BLUE,
    GREEN,
    RED,
    annotated,
    classifier_reading,
    drawn,
    identity,
    lines,
    plain,
    prepare,
    reading,
    strongest_colour,
)
from workbench.engine import accuracy
from workbench.engine.protocol import EngineError

LABELS = ["red", "green", "blue"]


def run(work: Path, **parameters: Any) -> dict[str, Any]:
    given = {"model": "inputs/model.xml", "dataset": "inputs/dataset", "device": "CPU", "precision": "f32"}
    return accuracy.run(given | parameters, work, Recorder())


def colours(work: Path, wrong: int = 0, count: int = 12) -> None:
    """Pictures of the three colours in turn; the last `wrong` are annotated as the next colour."""
    samples = [
        (plain((RED, GREEN, BLUE)[number % 3]), {"label": (number + (number >= count - wrong)) % 3})
        for number in range(count)
    ]
    annotated(work / "inputs" / "dataset", samples, labels=LABELS)


class TestClassification:
    def test_every_colour_is_told(self, tmp_path: Path) -> None:
        prepare(tmp_path, model=strongest_colour())
        colours(tmp_path, wrong=3)
        found = run(tmp_path, reading=classifier_reading())
        assert found["samples"] == 12
        assert found["metrics"]["accuracy@top1"]["value"] == 0.75
        assert found["primary"] == "accuracy@top1"
        assert found["effective_precision"] == "f32"
        rows = lines(tmp_path / "out" / "samples.jsonl")
        assert [row["row"] for row in rows] == list(range(12))
        assert [row["sample"] for row in rows] == list(range(12))
        assert [row["error"] for row in rows] == [False] * 9 + [True] * 3
        assert rows[1]["name"] == "given/1.png"
        assert rows[11]["predicted_name"] == "blue"
        assert rows[11]["label_name"] == "red"
        shown = drawn(tmp_path / "out", 11)
        assert shown["annotation"]["classes"] == [{"label": 0, "name": "red", "score": 1.0}]
        assert shown["prediction"]["classes"][0]["name"] == "blue"

    @pytest.mark.parametrize("color", ["RGB", "BGR"])
    @pytest.mark.parametrize("inside", [True, False])
    def test_values_are_as_a_benchmarks(self, tmp_path: Path, color: str, inside: bool) -> None:
        """Logits are (mean - m) / s / 16 of each channel, in the model's order of colours; of whole numbers rounded."""
        kind = np.float32 if inside else np.uint8
        prepare(tmp_path, model=strongest_colour(kind=kind, nhwc=not inside))
        annotated(tmp_path / "inputs" / "dataset", [(plain(RED), {"label": 0})], labels=LABELS)
        how = {"color": color, "mean": [10, 0, 5], "scale": [2, 1, 4]}
        wanted = reading("classification", {"family": "classification"}, preprocessing=how)
        run(tmp_path, reading=wanted)
        values = np.array(RED if color == "RGB" else RED[::-1], np.float64)
        expected = (values - [10, 0, 5]) / [2, 1, 4]
        if not inside:
            expected = np.rint(expected)
        shown = drawn(tmp_path / "out", 0)["prediction"]["classes"]
        told = {entry["label"]: entry["score"] for entry in shown}
        assert [told[label] for label in range(3)] == pytest.approx((expected / 16).tolist(), rel=1e-5)

    def test_pictures_that_cannot_be_read_are_named(self, tmp_path: Path) -> None:
        prepare(tmp_path, model=strongest_colour())
        colours(tmp_path)
        (tmp_path / "inputs/dataset/images/000004.png").write_bytes(b"no picture")
        found = run(tmp_path, reading=classifier_reading())
        assert found["samples"] == 11
        assert any("given/4.png" in note for note in found["notes"])
        rows = lines(tmp_path / "out" / "samples.jsonl")
        assert [row["row"] for row in rows] == list(range(11))
        assert 4 not in [row["sample"] for row in rows]
        assert drawn(tmp_path / "out", 4)["annotation"]["classes"][0]["label"] == 5 % 3

    def test_nothing_can_be_read(self, tmp_path: Path) -> None:
        prepare(tmp_path, model=strongest_colour())
        colours(tmp_path, count=2)
        for path in (tmp_path / "inputs/dataset/images").iterdir():
            path.write_bytes(b"")
        with pytest.raises(EngineError) as caught:
            run(tmp_path, reading=classifier_reading())
        assert caught.value.code == "no_samples"

    def test_a_seeded_subset(self, tmp_path: Path) -> None:
        prepare(tmp_path, model=strongest_colour())
        colours(tmp_path)
        chosen = []
        for seed in (1, 1, 2):
            run(tmp_path, reading=classifier_reading(), subset={"count": 5, "seed": seed})
            chosen.append([row["sample"] for row in lines(tmp_path / "out" / "samples.jsonl")])
        assert chosen[0] == chosen[1] == sorted(chosen[0])
        assert len(chosen[0]) == 5
        assert chosen[2] != chosen[0]

    def test_a_batch_that_cannot_be_one(self, tmp_path: Path) -> None:
        """A reshape to [4, 3, …] inside fixes the batch at 4."""
        picture = op.parameter([4, 3, 16, 16], np.float32, name="picture")
        flat = op.reshape(picture, op.constant(np.array([4, 3, 256])), False)
        logits = op.reduce_mean(flat, op.constant(np.array([2])))
        prepare(tmp_path, model=ov.Model([op.result(logits)], [picture], "m"))
        colours(tmp_path)
        found = run(tmp_path, reading=classifier_reading())
        assert found["metrics"]["accuracy@top1"]["value"] == 1
        assert found["inference"]["batch"] == 4

    def test_open_sizes(self, tmp_path: Path) -> None:
        """Batch, height and width are open: the batch becomes 1, the picture goes in as it is."""
        picture = op.parameter([-1, 3, -1, -1], np.float32, name="picture")
        logits = op.reduce_mean(picture, op.constant(np.array([2, 3])))
        prepare(tmp_path, model=ov.Model([op.result(logits)], [picture], "m"))
        colours(tmp_path)
        assert run(tmp_path, reading=classifier_reading())["metrics"]["accuracy@top1"]["value"] == 1

    def test_the_parents_answers_as_annotations(self, tmp_path: Path) -> None:
        """The parent sees red where the annotation says something else; nothing is annotated at all here."""
        picture = op.parameter([1, 3, 16, 16], np.float32, name="picture")
        always_red = op.add(
            op.multiply(op.reduce_mean(picture, op.constant(np.array([2, 3]))), op.constant(np.float32(0))),
            op.constant(np.array([[9, 1, 2]], np.float32)),
        )
        prepare(tmp_path, model=strongest_colour(), reference=ov.Model([op.result(always_red)], [picture], "m"))
        annotated(tmp_path / "inputs" / "dataset", [(plain(one), {}) for one in (RED, GREEN, BLUE, RED)])
        named = classifier_reading(classes={"label_set": LABELS})
        found = run(tmp_path, reading=named, reference_model="inputs/reference.xml", reference_reading=named)
        assert found["metrics"]["accuracy@top1"]["value"] == 0.5
        rows = lines(tmp_path / "out" / "samples.jsonl")
        assert [row["label_name"] for row in rows] == ["red"] * 4
        assert drawn(tmp_path / "out", 1)["annotation"]["classes"][0]["name"] == "red"

    @pytest.mark.parametrize(
        ("given", "code"),
        [
            ({"decoding": {"family": "classification", "output": "nope"}}, "output_not_found"),
            ({"decoding": {"family": "ssd"}}, "reading_invalid"),
            ({"task": "generic"}, "reading_invalid"),
            ({"image_input": "nope"}, "unknown_input"),
            ({"preprocessing": {"scale": [0.0]}}, "reading_invalid"),
        ],
    )
    def test_readings_that_do_not_fit(self, tmp_path: Path, given: dict[str, Any], code: str) -> None:
        prepare(tmp_path, model=strongest_colour())
        colours(tmp_path, count=1)
        base = {"task": "classification", "decoding": {"family": "classification"}} | given
        with pytest.raises(EngineError) as caught:
            run(tmp_path, reading=reading(base.pop("task"), base.pop("decoding"), **base))
        assert caught.value.code == code

    def test_a_parent_without_names(self, tmp_path: Path) -> None:
        prepare(tmp_path, model=strongest_colour(), reference=strongest_colour())
        annotated(tmp_path / "inputs" / "dataset", [(plain(one), {}) for one in (RED, GREEN)])
        found = run(tmp_path, reading=classifier_reading(), reference_model="inputs/reference.xml")
        assert found["metrics"]["accuracy@top1"]["value"] == 1
        rows = lines(tmp_path / "out" / "samples.jsonl")
        assert [row["label_name"] for row in rows] == ["class 0", "class 1"]

    def test_a_decoder_that_fails_ends_the_run(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        """Of many more samples than are under way at once, so that nothing may wait for the failed one."""
        prepare(tmp_path, model=strongest_colour())
        colours(tmp_path, count=60)
        from workbench.engine.tasks import classification

        def fail(*_: object) -> None:
            raise EngineError("decoding_mismatch", "No.", "None.")

        monkeypatch.setattr(classification, "activated", fail)
        with pytest.raises(EngineError) as caught:
            run(tmp_path, reading=classifier_reading())
        assert caught.value.code == "decoding_mismatch"

    def test_an_inference_that_fails_ends_the_run(self, tmp_path: Path) -> None:
        """The sizes are open, but only 16 × 24 can be reshaped to 384 values; the first picture is larger."""
        picture = op.parameter([-1, 3, -1, -1], np.float32, name="picture")
        flat = op.reshape(picture, op.constant(np.array([1, 3, 384])), False)
        logits = op.reduce_mean(flat, op.constant(np.array([2])))
        prepare(tmp_path, model=ov.Model([op.result(logits)], [picture], "m"))
        samples = [(plain(RED, 24, 17 if number == 0 else 16), {"label": 0}) for number in range(60)]
        annotated(tmp_path / "inputs" / "dataset", samples, labels=LABELS)
        with pytest.raises(EngineError) as caught:
            run(tmp_path, reading=classifier_reading())
        assert caught.value.code == "inference_failed"

    def test_a_dataset_without_annotations(self, tmp_path: Path) -> None:
        prepare(tmp_path, model=strongest_colour())
        annotated(tmp_path / "inputs" / "dataset", [(plain(RED), {})])
        with pytest.raises(EngineError) as caught:
            run(tmp_path, reading=classifier_reading())
        assert caught.value.code == "dataset_unreadable"

    def test_a_dataset_that_leads_outside(self, tmp_path: Path) -> None:
        prepare(tmp_path, model=strongest_colour())
        annotated(tmp_path / "inputs" / "dataset", [(plain(RED), {"label": 0, "file": "../../x.png"})], labels=LABELS)
        with pytest.raises(EngineError) as caught:
            run(tmp_path, reading=classifier_reading())
        assert caught.value.code == "dataset_unreadable"


class TestDetection:
    def test_boxes_come_back_to_the_picture(self, tmp_path: Path) -> None:
        """DetectionOutput says the left upper quarter of the input; 40 × 20 in 16 × 16 letterboxed has its first 8
        columns there, rows 4 to 8 of the picture's 8: left half, upper half of the picture."""
        picture = op.parameter([1, 3, 16, 16], np.float32, name="picture")
        rows = np.array([[[[0, 1, 0.9, 0, 0.25, 0.5, 0.5], [0, 2, 0.8, 0.5, 0.5, 1, 1]]]], np.float32)
        nothing = op.multiply(
            op.reduce_mean(picture, op.constant(np.array([1, 2, 3])), True), op.constant(np.float32(0))
        )
        found_rows = op.add(op.constant(rows), nothing)
        prepare(tmp_path, model=ov.Model([op.result(found_rows)], [picture], "m"))
        boxes = [{"label": 0, "bbox": [0, 0, 20, 10], "difficult": False, "crowd": False}]
        annotated(tmp_path / "inputs" / "dataset", [(plain(RED, 40, 20), {"boxes": boxes})], labels=["cat", "dog"])
        found = run(
            tmp_path,
            reading=reading(
                "object_detection",
                {"family": "ssd"},
                classes={"background": True},
                preprocessing={"resize": "letterbox"},
            ),
        )
        assert found["metrics"]["map"]["value"] == pytest.approx(1.0)
        shown = drawn(tmp_path / "out", 0)
        assert [box["bbox"] for box in shown["prediction"]["boxes"]] == [[0, 0, 20, 10], [20, 10, 20, 10]]
        assert [box["matched"] for box in shown["prediction"]["boxes"]] == [True, False]
        assert [box["name"] for box in shown["prediction"]["boxes"]] == ["cat", "dog"]
        assert shown["annotation"]["boxes"][0]["bbox"] == [0, 0, 20, 10]
        classes = lines(tmp_path / "out" / "classes.jsonl")
        assert [row["row"] for row in classes] == [0, 1]
        assert {column["name"] for column in found["class_columns"]} >= {"annotated", "predicted"}


class TestSegmentation:
    def test_masks_of_an_older_form(self, tmp_path: Path) -> None:
        prepare(tmp_path, model=identity())
        annotated(tmp_path / "inputs" / "dataset", [(plain(RED), {})], labels=LABELS, masks={"classes": {}})
        with pytest.raises(EngineError, match="older form") as caught:
            run(tmp_path, reading=reading("semantic_segmentation", {"family": "per_pixel"}))
        assert caught.value.code == "dataset_unreadable"

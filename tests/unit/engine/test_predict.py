"""A picture is tried: what comes back, and what is written to be looked at."""

from pathlib import Path
from typing import Any

import cv2
import pytest

from tests.unit.engine.networks import Recorder, np, op, ov
from tests.unit.engine.reports import (
    BLUE,
    GREEN,
    RED,
    classifier_reading,
    identity,
    plain,
    prepare,
    reading,
    strongest_colour,
)
from workbench.engine import predict
from workbench.engine.protocol import EngineError

LABELS = ["red", "green", "blue"]


def run(work: Path, *pictures: np.ndarray, suffix: str = ".png", **parameters: Any) -> dict[str, Any]:
    names = []
    for number, picture in enumerate(pictures):
        _, data = cv2.imencode(suffix, picture[:, :, ::-1])
        (work / "inputs" / f"picture-{number}").write_bytes(data.tobytes())
        names.append(f"inputs/picture-{number}")
    return predict.run({"pictures": names, "device": "CPU", "precision": "f32"} | parameters, work, Recorder())


def file(work: Path, name: str) -> Any:
    found = cv2.imread(str(work / "out" / "files" / name), cv2.IMREAD_UNCHANGED)
    assert found is not None
    return found


class TestClassification:
    def test_top_k_of_both(self, tmp_path: Path) -> None:
        prepare(tmp_path, model=strongest_colour(), reference=strongest_colour())
        found = run(
            tmp_path,
            plain(GREEN),
            reading=classifier_reading(),
            labels=LABELS,
            reference_model="inputs/reference.xml",
            reference_reading=classifier_reading(preprocessing={"color": "BGR"}),
        )
        assert [entry["name"] for entry in found["prediction"]["classes"]] == ["green", "blue", "red"]
        assert sum(entry["score"] for entry in found["prediction"]["classes"]) == pytest.approx(1)
        assert [entry["name"] for entry in found["parent"]["classes"]] == ["green", "red", "blue"]
        assert (found["width"], found["height"]) == (24, 16)
        assert found["labels"] == LABELS
        assert found["importance"] == []
        assert found["inference_ms"] > 0
        assert found["effective_precision"] == "f32"
        assert (file(tmp_path, found["picture"])[:, :, ::-1] == plain(GREEN)).all()

    def test_classes_without_names(self, tmp_path: Path) -> None:
        prepare(tmp_path, model=strongest_colour())
        found = run(tmp_path, plain(BLUE), reading=classifier_reading())
        assert found["prediction"]["classes"][0] == pytest.approx(
            {"label": 2, "name": "class 2", "score": found["prediction"]["classes"][0]["score"]}
        )
        assert found["labels"] is None

    def test_a_model_of_other_things_than_the_dataset(self, tmp_path: Path) -> None:
        prepare(tmp_path, model=strongest_colour())
        own = classifier_reading(
            classes={"label_set": ["rouge", "vert", "bleu"], "match_by": "name", "background": False}
        )
        found = run(tmp_path, plain(BLUE), reading=own, labels=["cat", "dog"])
        assert found["prediction"]["classes"][0]["name"] == "bleu"

    def test_a_jpeg_stays_one(self, tmp_path: Path) -> None:
        prepare(tmp_path, model=strongest_colour())
        found = run(tmp_path, plain(RED), suffix=".jpg", reading=classifier_reading())
        assert found["picture"] == "picture.jpg"
        assert np.abs(file(tmp_path, "picture.jpg")[:, :, ::-1].astype(int) - RED).max() < 6


class TestOtherTasks:
    def test_segmentation(self, tmp_path: Path) -> None:
        picture = plain(RED, 16, 16)
        picture[:, 8:] = GREEN
        prepare(tmp_path, model=identity())
        found = run(tmp_path, picture, reading=reading("semantic_segmentation", {"family": "per_pixel"}), labels=LABELS)
        mask = file(tmp_path, found["prediction"]["mask"])
        assert (mask[:, :8] == 1).all()
        assert (mask[:, 8:] == 2).all()

    def test_the_hole_that_was_drawn(self, tmp_path: Path) -> None:
        """The model fills with 200 what its mask says; the user drew the right half, on a picture twice as large."""
        picture = op.parameter([1, 3, 16, 16], np.float32, name="picture")
        mask = op.parameter([1, 1, 16, 16], np.float32, name="mask")
        out = op.add(op.multiply(mask, op.constant(np.float32(200))), op.multiply(picture, op.constant(np.float32(0))))
        prepare(tmp_path, model=ov.Model([op.result(out)], [picture, mask], "m"))
        drawn = np.zeros((32, 32), np.uint8)
        drawn[:, 16:] = 255
        cv2.imwrite(str(tmp_path / "inputs/mask.png"), drawn)
        found = run(
            tmp_path,
            plain((90, 90, 90), 32, 32),
            reading=reading("inpainting", {"family": "inpainting"}),
            mask="inputs/mask.png",
        )
        told = file(tmp_path, found["prediction"]["picture"])
        assert (told[:, :8] == 90).all()
        assert (told[:, 8:] == 200).all()

    def test_two_faces(self, tmp_path: Path) -> None:
        prepare(tmp_path, model=strongest_colour())
        how = reading("face_recognition", {"family": "embedding"})
        found = run(tmp_path, plain(RED), plain(BLUE), reading=how)
        first, second = np.array(RED, float), np.array(BLUE, float)
        cosine = first @ second / np.linalg.norm(first) / np.linalg.norm(second)
        assert found["prediction"]["similarity"] == pytest.approx(cosine, rel=1e-4)
        assert found["other"] == "other.png"
        with pytest.raises(EngineError) as caught:
            run(tmp_path, plain(RED), reading=how)
        assert caught.value.code == "reading_invalid"

    def test_landmarks_in_the_box_of_the_sample(self, tmp_path: Path) -> None:
        picture = op.parameter([1, 3, 8, 8], np.float32, name="picture")
        nothing = op.multiply(
            op.reduce_mean(picture, op.constant(np.array([1, 2, 3])), False), op.constant(np.float32(0))
        )
        out = op.add(
            op.reshape(nothing, op.constant(np.array([1, 1])), False), op.constant(np.array([[0.5, 1]], np.float32))
        )
        prepare(tmp_path, model=ov.Model([op.result(out)], [picture], "m"))
        how = reading("facial_landmark_detection", {"family": "points"})
        found = run(
            tmp_path, plain(RED, 40, 40), reading=how, records=[{"boxes": [{"label": 0, "bbox": [4, 8, 20, 10]}]}]
        )
        assert found["prediction"]["points"] == [[14, 18]]
        whole = run(tmp_path, plain(RED, 40, 40), reading=how)
        assert whole["prediction"]["points"] == [[20, 40]]


def test_what_is_no_picture(tmp_path: Path) -> None:
    prepare(tmp_path, model=strongest_colour())
    (tmp_path / "inputs" / "picture-0").write_bytes(b"no picture")
    with pytest.raises(EngineError) as caught:
        predict.run(
            {"pictures": ["inputs/picture-0"], "device": "CPU", "reading": classifier_reading()}, tmp_path, Recorder()
        )
    assert caught.value.code == "picture_unreadable"

"""What is drawn of answers and annotations: members of the API's schema, with files beside."""

import json
from pathlib import Path

import cv2
import numpy as np
from pycocotools import mask as rle_codec

from workbench.accuracy.schemas import Drawn
from workbench.engine.tasks import drawing
from workbench.engine.tasks.drawing import Names
from workbench.engine.tasks.task import NO_LABEL, Answer, Truth

NAMES = Names(["cat", "dog"], ["kitten", "puppy", "ghost"])


def checked(found: drawing.Drawn | None) -> drawing.Drawn:
    assert found is not None
    Drawn.model_validate(json.loads(json.dumps(found, allow_nan=False)))
    return found


def test_classes_strongest_first() -> None:
    answer = Answer(scores=np.array([0.2, 0.5, 0.2], np.float32), labels=np.array([0, 1, NO_LABEL]))
    found = checked(drawing.of_answer(answer, NAMES))["classes"]
    assert [(entry["label"], entry["name"]) for entry in found] == [(1, "dog"), (0, "cat"), (None, "ghost")]
    assert len(drawing.of_answer(answer, NAMES, classes=2)["classes"]) == 2
    many = Answer(scores=np.arange(1000, dtype=np.float32), labels=np.arange(1000))
    named = drawing.of_answer(many, Names([]))["classes"]
    assert [entry["label"] for entry in named] == list(range(999, 989, -1))
    assert named[0]["name"] == "class 999"


def test_boxes() -> None:
    mask = rle_codec.encode(np.asfortranarray(np.ones((4, 4), np.uint8)))
    answer = Answer(
        boxes=np.array([[1, 2, 4.126, 6], [0, 0, 1, 1], [0, 0, 2, 2], [np.nan, 0, 1, 1]], np.float32),
        box_scores=np.array([0.9, 0.8, 0.009, 0.9], np.float32),
        labels=np.array([1, NO_LABEL, 0, 0]),
        classes=np.array([1, 2, 0, 0]),
        masks=[mask] * 4,
    )
    found = checked(drawing.of_answer(answer, NAMES, [True, False, False, False]))["boxes"]
    assert [box["bbox"] for box in found] == [[1, 2, 3.13, 4], [0, 0, 1, 1]]
    assert [(box["label"], box["name"], box["matched"]) for box in found] == [(1, "dog", True), (None, "ghost", False)]
    assert isinstance(found[0]["segmentation"]["counts"], str)


def test_at_most_so_many_boxes() -> None:
    count = drawing.MOST_BOXES + 50
    answer = Answer(
        boxes=np.zeros((count, 4), np.float32), box_scores=np.ones(count, np.float32), labels=np.zeros(count, np.int64)
    )
    assert len(drawing.of_answer(answer, NAMES)["boxes"]) == drawing.MOST_BOXES


def test_annotations() -> None:
    record = {"boxes": [{"label": 0, "bbox": [1, 2, 3, 4], "crowd": True, "segmentation": [[0, 0, 1, 0, 1, 1]]}]}
    truth = Truth(0, "x", 8, 8, record, label=1, points=np.array([[1.234, 5]], np.float32))
    found = checked(drawing.of_truth(truth, NAMES))
    assert found["classes"] == [{"label": 1, "name": "dog", "score": 1.0}]
    assert found["boxes"][0]["name"] == "cat"
    assert found["boxes"][0]["crowd"] is True
    assert found["boxes"][0]["matched"] is None
    assert found["points"] == [[1.23, 5]]
    judged = checked(drawing.of_truth(truth, NAMES, [False] * len(found["boxes"])))
    assert judged["boxes"][0]["matched"] is False
    assert drawing.of_truth(Truth(0, "x", 8, 8), NAMES) is None


def test_files(tmp_path: Path) -> None:
    mask = np.full((3, 5), 65535, np.uint16)
    picture = np.full((3, 5, 3), (200, 100, 0), np.uint8)
    found = drawing.save(mask, picture, tmp_path, "000007")
    assert found == {"mask": "masks/000007.png", "picture": "pictures/000007.png"}
    again = cv2.imread(str(tmp_path / found["mask"]), cv2.IMREAD_UNCHANGED)
    assert np.array_equal(np.asarray(again), mask)
    colours = cv2.imread(str(tmp_path / found["picture"]))
    assert np.asarray(colours)[0, 0].tolist() == [0, 100, 200]
    source = tmp_path / "a.BMP"
    cv2.imwrite(str(tmp_path / "a.bmp"), picture)
    (tmp_path / "a.bmp").rename(source)
    assert drawing.keep(source, tmp_path, "pictures/x") == "pictures/x.png"
    assert drawing.keep(tmp_path / found["mask"], tmp_path, "masks/y") == "masks/y.png"
    assert (tmp_path / "masks/y.png").read_bytes() == (tmp_path / found["mask"]).read_bytes()

"""Annotations of samples, and answers of a parent in their place."""

from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from pycocotools import mask as rle_codec

from tests.unit.engine.reports import BLUE, annotated, plain
from workbench.engine import samples
from workbench.engine.protocol import EngineError
from workbench.engine.tasks import truths
from workbench.engine.tasks.task import NO_LABEL, Answer, Truth

PICTURE = np.full((4, 6, 3), (10, 20, 30), np.uint8)


def of(tmp_path: Path, task: str, **members: Any) -> Truth:
    dataset = samples.read(annotated(tmp_path / "d", [(plain(BLUE), members)]))
    for name in ("masks", "targets"):
        (tmp_path / "d" / name).mkdir()
    cv2.imwrite(str(tmp_path / "d/masks/0.png"), np.full((4, 6), 700, np.uint16))
    cv2.imwrite(str(tmp_path / "d/targets/0.png"), plain(BLUE)[:, :, ::-1])
    (tmp_path / "d/masks/bad.png").write_bytes(b"")
    return truths.of_sample(dataset, next(dataset.records([0])), PICTURE, task)


class TestOfSample:
    def test_label_name_and_size(self, tmp_path: Path) -> None:
        found = of(tmp_path, "classification", label=3)
        assert (found.number, found.name, found.width, found.height, found.label) == (0, "given/0.png", 6, 4, 3)

    def test_mask_of_16_bits(self, tmp_path: Path) -> None:
        found = of(tmp_path, "semantic_segmentation", mask="masks/0.png")
        assert found.mask is not None
        assert found.mask.dtype == np.uint16
        assert (found.mask == 700).all()

    def test_pictures_are_rgb(self, tmp_path: Path) -> None:
        target = of(tmp_path, "super_resolution", target="targets/0.png").picture
        assert target is not None
        assert target[0, 0].tolist() == list(BLUE)

    def test_itself(self, tmp_path: Path) -> None:
        found = of(tmp_path, "inpainting").picture
        assert found is not None
        assert found[0, 0].tolist() == [30, 20, 10]

    def test_landmarks(self, tmp_path: Path) -> None:
        found = of(tmp_path, "facial_landmark_detection", landmarks=[[1, 2], [3, 4]]).points
        assert found is not None
        assert found.tolist() == [[1, 2], [3, 4]]

    @pytest.mark.parametrize("name", ["masks/bad.png", "masks/none.png", "targets/0.png"])
    def test_masks_that_are_none(self, tmp_path: Path, name: str) -> None:
        with pytest.raises(EngineError) as caught:
            of(tmp_path, "semantic_segmentation", mask=name)
        assert caught.value.code == "dataset_unreadable"


BASE = Truth(7, "x", 6, 4, {"id": 7, "label": 1}, label=1)
HOW = {"metrics": {"report_score": 0.5}}


class TestOfAnswer:
    def test_the_first_class(self) -> None:
        scores = np.array([0.1, 0.7, 0.2], np.float32)
        found = truths.of_answer(BASE, Answer(scores=scores, labels=np.array([5, 9, 4])), HOW)
        assert (found.number, found.name, found.label) == (7, "x", 9)
        unknown = truths.of_answer(BASE, Answer(scores=scores, labels=np.array([5, NO_LABEL, 4])), HOW)
        assert unknown.label is None

    def test_strong_boxes_of_known_labels(self) -> None:
        mask = rle_codec.encode(np.asfortranarray(np.eye(4, 6, dtype=np.uint8)))
        answer = Answer(
            boxes=np.array([[1, 2, 4, 6], [0, 0, 1, 1], [0, 0, 2, 2]], np.float32),
            box_scores=np.array([0.9, 0.8, 0.4], np.float32),
            labels=np.array([3, NO_LABEL, 1]),
            masks=[mask] * 3,
        )
        found = truths.of_answer(BASE, answer, HOW).record["boxes"]
        assert len(found) == 1
        assert (found[0]["label"], found[0]["bbox"]) == (3, [1, 2, 3, 4])
        again = found[0]["segmentation"]
        assert (rle_codec.decode(again | {"counts": again["counts"].encode()}) == np.eye(4, 6)).all()

    def test_faces_have_none(self) -> None:
        with pytest.raises(EngineError) as caught:
            truths.of_answer(BASE, Answer(embedding=np.ones(3, np.float32)), HOW)
        assert caught.value.code == "reading_invalid"

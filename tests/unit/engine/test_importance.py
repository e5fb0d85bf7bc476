"""RISE on a model whose answer hangs on one known place, and the masks against what the paper says of them."""

from pathlib import Path
from typing import Any

import cv2
import pytest

from tests.unit.engine.networks import Recorder, np, op, ov
from tests.unit.engine.reports import plain, prepare, reading
from workbench.engine import importance, predict
from workbench.engine.importance import Wanted, as_bytes, mask, masked, on_picture
from workbench.engine.protocol import EngineError
from workbench.engine.tasks.task import Geometry


class TestMask:
    def test_seeded_and_between_0_and_1(self) -> None:
        one, same, other = (mask(Wanted(seed=seed), number, 40, 24) for seed, number in ((1, 5), (1, 5), (1, 6)))
        assert one.shape == (24, 40)
        assert (one == same).all()
        assert (one != other).any()
        assert one.min() >= 0
        assert one.max() <= 1

    def test_each_place_is_seen_with_the_probability(self) -> None:
        """Over many masks the mean of every pixel is p (the standard error of 4000 is below 0.008)."""
        wanted = Wanted(grid=4, probability=0.3, seed=2)
        mean = np.mean([mask(wanted, number, 16, 16) for number in range(4000)], axis=0)
        assert np.abs(mean - 0.3).max() < 0.04


def test_what_is_hidden_is_the_mean() -> None:
    seen = np.full((2, 2, 3), (10, 100, 250), np.uint8)
    shown = np.array([[0, 1], [0.5, 0]], np.float32)
    found = masked(seen, shown, np.array([50, 100, 150], np.float32))
    assert found[0, 0].tolist() == [50, 100, 150]
    assert found[0, 1].tolist() == [10, 100, 250]
    assert found[1, 0].tolist() == [30, 100, 200]


class TestOnPicture:
    def test_stretch(self) -> None:
        """A bright spot at the input's (6, 2) of 8 × 4 is at (60, 20) ± a cell of 80 × 40."""
        heat = np.zeros((4, 8))
        heat[2, 6] = 1
        found = on_picture(heat, Geometry(80, 40, 8, 4, 0.1, 0.1))
        y, x = np.unravel_index(found.argmax(), found.shape)
        assert 60 <= x < 70
        assert 20 <= y < 30

    def test_what_a_crop_cut_off_is_the_least(self) -> None:
        heat = np.full((4, 4), 2.0)
        heat[0, 0] = 1
        found = on_picture(heat, Geometry(12, 4, 4, 4, 1, 1, -4, 0))
        assert (found[:, :3] == 1).all()
        assert found[2, 5] == 2
        assert (found[:, 9:] == 1).all()


def test_bytes() -> None:
    assert as_bytes(np.array([[1.0, 2.0, 3.0]], np.float32)).tolist() == [[0, 128, 255]]
    assert as_bytes(np.ones((1, 2), np.float32)).tolist() == [[0, 0]]


def looks_at(left: int, top: int, size: int = 8, whole: int = 32) -> ov.Model:
    """Two classes: the first one's score is the mean of the square at (left, top), the other's 1 minus that."""
    picture = op.parameter([1, 3, whole, whole], np.float32, name="picture")
    part = op.slice(
        picture,
        op.constant([top, left]),
        op.constant([top + size, left + size]),
        op.constant([1, 1]),
        op.constant([2, 3]),
    )
    score = op.multiply(op.reduce_mean(part, op.constant(np.array([1, 2, 3])), True), op.constant(np.float32(1 / 255)))
    flat = op.reshape(score, op.constant(np.array([1, 1])), False)
    both = op.concat([flat, op.subtract(op.constant(np.float32(1)), flat)], 1)
    return ov.Model([op.result(both)], [picture], "m")


class TestMaps:
    def run(self, work: Path, **asked: Any) -> dict[str, Any]:
        given = {
            "pictures": ["inputs/picture-0"],
            "device": "CPU",
            "reading": reading("classification", {"family": "classification"}, classes={"label_set": ["here", "not"]}),
            "importance": {"masks": 400, "grid": 4, "probability": 0.5, "seed": 0, "classes": 2} | asked,
        }
        return predict.run(given, work, Recorder())

    def picture(self, work: Path) -> None:
        cv2.imwrite(str(work / "inputs" / "picture-0.png"), plain((255, 255, 255), 64, 64))
        (work / "inputs" / "picture-0.png").rename(work / "inputs" / "picture-0")

    @pytest.mark.parametrize(("left", "top"), [(20, 4), (2, 18)])
    def test_the_place_that_counts_is_the_brightest(self, tmp_path: Path, left: int, top: int) -> None:
        prepare(tmp_path, model=looks_at(left, top))
        self.picture(tmp_path)
        found = self.run(tmp_path)
        assert [entry["name"] for entry in found["importance"]] == ["here", "not"]
        heats = [cv2.imread(str(tmp_path / "out/files" / entry["heat"]), -1) for entry in found["importance"]]
        heat = np.asarray(heats[0], np.float64)
        assert heat.shape == (64, 64)
        assert heat.min() == 0
        assert heat.max() == 255
        y, x = np.unravel_index(heat.argmax(), heat.shape)
        # The picture is twice as large as the input.
        assert abs(x / 2 - (left + 4)) <= 5
        assert abs(y / 2 - (top + 4)) <= 5
        inside = heat[2 * top : 2 * top + 16, 2 * left : 2 * left + 16].mean()
        assert inside > 200
        assert inside > 2 * heat.mean()

    def test_seeded(self, tmp_path: Path) -> None:
        prepare(tmp_path, model=looks_at(4, 4))
        self.picture(tmp_path)
        made = []
        for seed in (1, 1, 2):
            self.run(tmp_path, masks=60, seed=seed)
            made.append((tmp_path / "out/files/heat-0.png").read_bytes())
        assert made[0] == made[1] != made[2]

    def test_the_expectation(self, tmp_path: Path) -> None:
        """With score = m̄, the mean of the mask over the square, E[score · mask] / p at a far place is p · p / p = p, as
        the mask there does not depend on it."""
        prepare(tmp_path, model=looks_at(24, 24, size=4))
        self.picture(tmp_path)
        from workbench.engine import accuracy, images
        from workbench.engine.tasks import class_map

        wanted = Wanted(masks=3000, grid=4, probability=0.4, seed=3, classes=1)
        how = reading("classification", {"family": "classification"})
        classes = class_map.make(how, ["a", "b"])
        speaker = accuracy.open_speaker(ov.Core(), tmp_path, {"device": "CPU", "precision": "f32"}, how, None, classes)
        image = images.decode(tmp_path / "inputs" / "picture-0")
        assert image is not None
        heat, _ = importance.heat_of(speaker, image, {}, [0], wanted, Recorder())
        assert heat[0, 4:8, 4:8].mean() == pytest.approx(0.4, abs=0.03)
        assert heat[0, 25:27, 25:27].mean() > 0.6

    def test_only_for_classifiers(self, tmp_path: Path) -> None:
        prepare(tmp_path, model=looks_at(4, 4))
        self.picture(tmp_path)
        with pytest.raises(EngineError) as caught:
            predict.run(
                {
                    "pictures": ["inputs/picture-0"],
                    "device": "CPU",
                    "reading": reading("semantic_segmentation", {"family": "per_pixel"}),
                    "importance": {"masks": 10},
                },
                tmp_path,
                Recorder(),
            )
        assert caught.value.code == "reading_invalid"

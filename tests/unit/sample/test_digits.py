"""The pictures of the sample and their archive."""

import json
import zipfile
from pathlib import Path

import cv2
import numpy as np
import pytest
from sklearn.datasets import load_digits

from workbench.sample import digits
from workbench.sample.digits import Split


@pytest.fixture(scope="module")
def splits() -> tuple[Split, Split]:
    return digits.load()


class TestLoad:
    def test_every_digit_is_in_exactly_one_part(self, splits: tuple[Split, Split]) -> None:
        train, held_out = splits
        assert (len(train.classes), len(held_out.classes)) == (1400, 397)
        classes = np.concatenate([train.classes, held_out.classes])
        assert np.array_equal(np.bincount(classes), np.bincount(load_digits().target))

    def test_every_class_is_held_out_often_enough(self, splits: tuple[Split, Split]) -> None:
        assert np.bincount(splits[1].classes, minlength=10).min() >= 20

    def test_is_the_same_at_every_call(self, splits: tuple[Split, Split]) -> None:
        for first, second in zip(splits, digits.load(), strict=True):
            assert np.array_equal(first.pictures, second.pictures)
            assert np.array_equal(first.classes, second.classes)


class TestDraw:
    def test_ink_is_dark_and_paper_white(self) -> None:
        strokes = np.zeros((2, 8, 8))
        strokes[1] = 16.0
        paper, ink = digits.draw(strokes)
        assert paper.shape == (128, 128)
        assert set(np.unique(paper)) == {255}
        assert set(np.unique(ink)) == {0}

    def test_a_cell_covers_sixteen_pixels(self) -> None:
        strokes = np.zeros((1, 8, 8))
        strokes[0, 2, 5] = 16.0
        rows, columns = np.nonzero(digits.draw(strokes)[0] < 128)
        # Cell (2, 5) is rows 32 to 47 and columns 80 to 95.
        assert (rows.mean(), columns.mean()) == pytest.approx((39.5, 87.5))
        assert 200 <= len(rows) <= 400


def test_input_has_the_grey_value_in_every_channel() -> None:
    picture = np.arange(128 * 128, dtype=np.uint32).reshape(128, 128).astype(np.uint8)
    tensor = digits.to_input(picture)
    assert tensor.shape == (1, 3, 128, 128)
    assert tensor.dtype == np.float32
    assert all(np.array_equal(channel, picture) for channel in tensor[0])


class TestArchive:
    def test_holds_pictures_listing_and_labels(self, tmp_path: Path, splits: tuple[Split, Split]) -> None:
        few = Split(splits[1].pictures[:12], splits[1].classes[:12])
        digits.write_archive(tmp_path / "a.zip", few)
        with zipfile.ZipFile(tmp_path / "a.zip") as archive:
            labels = json.loads(archive.read("dataset_meta.json"))["labels"]
            lines = archive.read("val.txt").decode().splitlines()
            assert len(lines) == 12
            for line, picture, label in zip(lines, few.pictures, few.classes, strict=True):
                name, index = line.split()
                assert int(index) == label
                decoded = cv2.imdecode(np.frombuffer(archive.read(f"images/{name}"), np.uint8), cv2.IMREAD_COLOR)
                assert decoded is not None
                assert decoded.shape == (128, 128, 3)
                assert all(np.array_equal(decoded[:, :, channel], picture) for channel in range(3))
        assert labels[3] == "three"
        assert len(labels) == 10

    def test_is_the_same_every_time(self, tmp_path: Path, splits: tuple[Split, Split]) -> None:
        few = Split(splits[1].pictures[:3], splits[1].classes[:3])
        for name in ("a.zip", "b.zip"):
            digits.write_archive(tmp_path / name, few)
        assert (tmp_path / "a.zip").read_bytes() == (tmp_path / "b.zip").read_bytes()

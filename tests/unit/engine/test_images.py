"""Pictures brought to models, against values that can be worked out by hand."""

import struct
import zlib
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from workbench.engine import images
from workbench.engine.configuration import Preprocessing

BLUE_GREEN_RED = (10, 20, 30)


@pytest.fixture
def plain(tmp_path: Path) -> Path:
    """6 × 4 pixels (width × height) of one colour."""
    path = tmp_path / "plain.png"
    cv2.imwrite(str(path), np.full((4, 6, 3), BLUE_GREEN_RED, np.uint8))
    return path


class TestRead:
    @pytest.mark.parametrize(("color", "expected"), [("RGB", [30, 20, 10]), ("BGR", [10, 20, 30])])
    def test_colour_order(self, plain: Path, color: str, expected: list[int]) -> None:
        found = images.read(plain, 3, Preprocessing(color=color))
        assert found is not None
        assert found.shape == (4, 6, 3)
        assert found[0, 0].tolist() == expected

    def test_grey(self, plain: Path) -> None:
        """0.299 · 30 + 0.587 · 20 + 0.114 · 10 = 21.85 (Rec. 601)."""
        one = images.read(plain, 1, Preprocessing())
        three = images.read(plain, 3, Preprocessing(color="GRAY"))
        assert one is not None
        assert three is not None
        assert one.shape == (4, 6, 1)
        assert one[0, 0].tolist() == [22]
        assert three[0, 0].tolist() == [22, 22, 22]

    def test_four_channels(self, plain: Path) -> None:
        found = images.read(plain, 4, Preprocessing(color="RGB"))
        assert found is not None
        assert found[0, 0].tolist() == [30, 20, 10, 255]

    def test_no_picture(self, tmp_path: Path) -> None:
        path = tmp_path / "x.png"
        path.write_bytes(b"no picture")
        assert images.read(path, 3, Preprocessing()) is None


def resize(picture: np.ndarray, width: int, height: int, how: str, **more: Any) -> np.ndarray:
    return images.resize(picture, width, height, Preprocessing(resize=how, **more))[0]


class TestResize:
    def halves(self) -> np.ndarray:
        """8 wide, 4 high: left half 0, right half 200."""
        picture = np.zeros((4, 8, 1), np.uint8)
        picture[:, 4:] = 200
        return picture

    def test_the_same_size_is_left_alone(self) -> None:
        picture = self.halves()
        assert resize(picture, 8, 4, "letterbox") is picture

    def test_stretch(self) -> None:
        found = resize(self.halves(), 2, 8, "stretch")
        assert found.shape == (8, 2, 1)
        assert found[:, 0, 0].tolist() == [0] * 8
        assert found[:, 1, 0].tolist() == [200] * 8

    def test_letterbox(self) -> None:
        """8 × 4 into 8 × 8: as it is, with two rows of padding above and below."""
        found = resize(self.halves(), 8, 8, "letterbox")
        assert found.shape == (8, 8, 1)
        assert (found[:2] == 114).all()
        assert (found[6:] == 114).all()
        assert (found[2:6] == self.halves()).all()

    def test_letterbox_of_a_tall_picture(self) -> None:
        found = resize(np.full((10, 5, 3), 7, np.uint8), 6, 6, "letterbox")
        assert found.shape == (6, 6, 3)
        assert (found[:, 0] == 114).all()
        assert (found[:, 2:4] == 7).all()

    def test_crop(self) -> None:
        """8 × 4 into 4 × 4: the middle four columns."""
        found = resize(self.halves(), 4, 4, "crop")
        assert found[:, :, 0].tolist() == [[0, 0, 200, 200]] * 4

    def test_crop_of_a_fraction(self) -> None:
        """20 × 10 into 7 × 7 with 0.875: the shorter side becomes 8, the middle 7 × 7 of 16 × 8 is cut out."""
        picture = np.zeros((10, 20, 1), np.uint8)
        picture[:, 10:] = 200
        found, geometry = images.resize(picture, 7, 7, Preprocessing(resize="crop", crop_fraction=0.875))
        assert found.shape == (7, 7, 1)
        assert (geometry.scale_x, geometry.scale_y) == (0.8, 0.8)
        assert (geometry.offset_x, geometry.offset_y) == (-4, 0)
        # The middle of the picture, x = 10, is at 10 · 0.8 - 4 = 4.
        assert (found[:, :4] < 110).all()
        assert (found[:, 5:] == 200).all()

    def test_fit(self) -> None:
        """8 × 4 into 8 × 8 at the top left, with padding below."""
        found = resize(self.halves(), 8, 8, "fit", pad_value=9)
        assert (found[:4] == self.halves()).all()
        assert (found[4:] == 9).all()

    @pytest.mark.parametrize(("name", "middle"), [("nearest", {0, 200}), ("linear", {50, 150})])
    def test_interpolation(self, name: str, middle: set[int]) -> None:
        """2 columns, 0 and 200, on 4: linear has 0, 50, 150, 200 (half-pixel centres)."""
        picture = np.array([[[0], [200]]], np.uint8)
        found = resize(picture, 4, 1, "stretch", interpolation=name)
        assert set(found[0, 1:3, 0].tolist()) == middle

    @pytest.mark.parametrize("how", ["stretch", "letterbox", "crop", "fit"])
    def test_geometry_finds_a_point_again(self, how: str) -> None:
        """A white square of a black picture lies in the input where the geometry says."""
        picture = np.zeros((300, 400, 1), np.uint8)
        picture[140:160, 180:220] = 255
        found, geometry = images.resize(picture, 200, 100, Preprocessing(resize=how, pad_value=0))
        rows, columns = np.nonzero(found[:, :, 0] > 127)
        box = np.array([[columns.min(), rows.min(), columns.max() + 1, rows.max() + 1]], np.float32)
        assert geometry.boxes_to_picture(box)[0] == pytest.approx([180, 140, 220, 160], abs=2)

    @pytest.mark.parametrize("how", ["stretch", "letterbox", "crop", "fit"])
    @pytest.mark.parametrize("size", [(1, 1), (3, 500), (500, 3), (224, 224)])
    def test_any_size_comes_out_as_asked(self, how: str, size: tuple[int, int]) -> None:
        picture = np.zeros((37, 91, 3), np.uint8)
        assert resize(picture, *size, how).shape == (size[1], size[0], 3)


class TestNormalise:
    picture = np.array([[[10, 20, 30]]], np.uint8)

    def test_mean_and_scale_by_channel(self) -> None:
        found = images.normalise(self.picture, Preprocessing(mean=(1, 2, 3), scale=(1, 2, 9)))
        assert found.dtype == np.float32
        assert found[0, 0].tolist() == [9, 9, 3]

    def test_one_number_for_all(self) -> None:
        assert images.normalise(self.picture, Preprocessing(scale=(10,)))[0, 0].tolist() == [1, 2, 3]

    def test_more_and_fewer_numbers_than_channels(self) -> None:
        assert images.normalise(self.picture[:, :, :1], Preprocessing(mean=(1, 2, 3)))[0, 0].tolist() == [9]
        assert images.normalise(self.picture, Preprocessing(mean=(1, 2)))[0, 0].tolist() == [9, 18, 28]

    def test_nothing(self) -> None:
        assert images.normalise(self.picture, Preprocessing())[0, 0].tolist() == [10, 20, 30]


def test_layouts() -> None:
    picture = np.arange(24).reshape(2, 4, 3)
    assert images.to_layout(picture, "HWC").tolist() == picture.tolist()
    chw = images.to_layout(picture, "CHW")
    assert chw.shape == (3, 2, 4)
    assert chw[1, 0, 2] == picture[0, 2, 1]


def test_a_picture_that_claims_too_much_is_none(tmp_path: Path) -> None:
    path = tmp_path / "bomb.png"
    size = struct.pack(">IIBBBBB", 60_000, 60_000, 8, 2, 0, 0, 0)
    parts = [(b"IHDR", size), (b"IDAT", zlib.compress(b"")), (b"IEND", b"")]
    chunks = [
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data)) for kind, data in parts
    ]
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + b"".join(chunks))
    assert images.decode(path) is None

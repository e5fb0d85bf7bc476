"""Each change against what it says, worked out without OpenCV where that is possible."""

import io
from typing import Any

import cv2
import numpy as np
import pytest
from scipy import ndimage
from skimage import transform

from workbench.datasets.augmentations import Kind, Step
from workbench.datasets.picture_changes import Image, changed, encoded, png
from workbench.datasets.seeded import Draws


def picture(width: int = 60, height: int = 40) -> Image:
    return Draws(1, "picture").words(width * height * 3).astype(np.uint8).reshape(height, width, 3)


def smooth(width: int = 120, height: int = 80) -> Image:
    rows, columns = np.mgrid[0:height, 0:width]
    waves = [127.5 + 120 * np.sin(columns / 20 + shift) * np.cos(rows / 15) for shift in (0, 1, 2)]
    made: Image = np.rint(np.stack(waves, axis=2)).astype(np.uint8)
    return made


def decoded(content: bytes) -> Any:
    return cv2.imdecode(np.frombuffer(content, np.uint8), cv2.IMREAD_COLOR)


def made(image: Image, kind: Kind, *values: float, seed: int = 0, number: int = 0, key: str = "k") -> Image:
    before = image.copy()
    result = changed(image, Step(kind, key, "", values), seed, number)
    assert (image == before).all(), "the original has to stay as it is"
    assert result.shape == image.shape
    assert result.dtype == np.uint8
    return result


class TestFlip:
    def test_left_to_right(self) -> None:
        image = picture()
        assert (made(image, "flip", 1) == image[:, ::-1]).all()

    def test_upside_down(self) -> None:
        image = picture()
        assert (made(image, "flip", 0) == image[::-1]).all()


class TestErase:
    @pytest.mark.parametrize("share", [0.01, 0.1, 0.2])
    def test_one_white_rectangle_of_that_share(self, share: float) -> None:
        image = np.zeros((300, 400, 3), np.uint8)
        for number in range(20):
            white = (made(image, "erase", share, number=number) == 255).all(axis=2)
            rows, columns = np.flatnonzero(white.any(axis=1)), np.flatnonzero(white.any(axis=0))
            assert white.sum() == len(rows) * len(columns)
            assert rows[-1] - rows[0] + 1 == len(rows)
            assert columns[-1] - columns[0] + 1 == len(columns)
            assert white.mean() == pytest.approx(share, rel=0.05)

    def test_places_differ(self) -> None:
        image = np.zeros((100, 100, 3), np.uint8)
        assert len({made(image, "erase", 0.1, number=number).tobytes() for number in range(10)}) == 10

    def test_a_picture_of_one_pixel(self) -> None:
        assert made(np.zeros((1, 1, 3), np.uint8), "erase", 0.01).tolist() == [[[255, 255, 255]]]


class TestNoise:
    def test_share_and_balance(self) -> None:
        """Binomial: within 4 σ of the share, and of half of each."""
        image = np.full((500, 400, 3), 128, np.uint8)
        result = made(image, "noise", 0.05)
        salt, pepper = (result == 255).all(axis=2), (result == 0).all(axis=2)
        kept = (result == image).all(axis=2)
        assert (salt | pepper | kept).all()
        hits, pixels = int(salt.sum() + pepper.sum()), 200_000
        assert abs(hits - 0.05 * pixels) < 4 * (pixels * 0.05 * 0.95) ** 0.5
        assert abs(int(salt.sum()) - hits / 2) < 4 * (hits / 4) ** 0.5

    def test_blocks_do_not_repeat(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("workbench.datasets.picture_changes.NOISE_BLOCK_PIXELS", 100 * 50)
        hit = made(np.full((150, 100, 3), 128, np.uint8), "noise", 0.05)[:, :, 0] != 128
        assert (hit[:50] != hit[50:100]).any()
        assert hit[100:].any()


class TestLight:
    def test_the_formula_on_every_level(self) -> None:
        levels = np.arange(256, dtype=np.uint8)
        image = np.repeat(levels[None, :, None], 3, axis=2)
        result = made(image, "light", 1.2, 0.8)[0, :, 0]
        for level in range(256):
            exact = ((level - 128) * 0.8 + 128) * 1.2
            assert abs(int(result[level]) - min(255.0, max(0.0, exact))) <= 0.5 + 1e-9

    def test_each_pair_is_of_the_original(self) -> None:
        """The original's defect was that a preset was applied to what the one before had made."""
        image = picture()
        alone = made(image, "light", 0.8, 1.0)
        made(image, "light", 1.2, 1.2)
        assert (made(image, "light", 0.8, 1.0) == alone).all()


class TestRotate:
    def test_half_a_turn(self) -> None:
        image = picture()
        assert (made(image, "rotate", 180) == image[::-1, ::-1]).all()

    def test_against_the_clock_as_scikit_image(self) -> None:
        image = smooth()
        turned: Any = transform.rotate
        expected = turned(image, 20, preserve_range=True)
        inside = np.s_[25:55, 40:80]
        assert np.abs(made(image, "rotate", 20)[inside] - expected[inside]).max() < 3

    def test_no_black_corners(self) -> None:
        assert made(np.full((50, 80, 3), 200, np.uint8), "rotate", 30).min() == 200


class TestBlur:
    @pytest.mark.parametrize("sigma", [1.0, 3.0])
    def test_as_scipy(self, sigma: float) -> None:
        image = picture(120, 90)
        expected = ndimage.gaussian_filter(image.astype(float), (sigma, sigma, 0), mode="mirror", truncate=6)
        assert np.abs(made(image, "blur", sigma) - expected).max() < 2


class TestJpeg:
    def test_it_is_the_file(self) -> None:
        image = smooth()
        step = Step("jpeg", "jpeg-10", "", (10,))
        result = changed(image, step, 0, 0)
        content, suffix = encoded(result, step, image, "PNG")
        assert suffix == ".jpg"
        assert (decoded(content) == result).all()

    def test_lower_is_worse_and_smaller(self) -> None:
        image = smooth()
        errors, sizes = [], []
        for quality in (90, 30, 5):
            step = Step("jpeg", "j", "", (quality,))
            errors.append(float(np.mean((changed(image, step, 0, 0).astype(float) - image) ** 2)))
            sizes.append(len(encoded(image, step, image, "PNG")[0]))
        assert errors == sorted(errors)
        assert sizes == sorted(sizes, reverse=True)


class TestChanged:
    @pytest.mark.parametrize("kind", ["erase", "noise"])
    def test_seed_number_and_step_decide(self, kind: Kind) -> None:
        image = np.full((40, 40, 3), 9, np.uint8)
        first = made(image, kind, 0.05, seed=1, number=2, key="a")
        assert (made(image, kind, 0.05, seed=1, number=2, key="a") == first).all()
        others = [
            made(image, kind, 0.05, seed=2, number=2, key="a"),
            made(image, kind, 0.05, seed=1, number=3, key="a"),
            made(image, kind, 0.05, seed=1, number=2, key="b"),
        ]
        assert all((other != first).any() for other in others)


class TestEncoded:
    def test_lossless_unless_the_original_is_jpeg(self) -> None:
        image = picture()
        content, suffix = encoded(image, Step("flip", "f", "", (1,)), image, "BMP")
        assert suffix == ".png"
        assert (decoded(content) == image).all()

    def test_almost_lossless_for_jpeg(self) -> None:
        image = smooth()
        content, suffix = encoded(image, Step("flip", "f", "", (1,)), image, "JPEG")
        assert suffix == ".jpg"
        back = decoded(content)
        assert 10 * np.log10(255**2 / np.mean((back.astype(float) - image) ** 2)) > 40

    def test_png(self) -> None:
        assert io.BytesIO(png(picture())).read(8) == b"\x89PNG\r\n\x1a\n"

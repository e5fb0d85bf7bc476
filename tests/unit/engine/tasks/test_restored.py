from typing import Any

import cv2
import numpy as np
import pytest
from skimage import color, metrics

from workbench.engine.tasks import restored

skimage_metrics: Any = metrics  # without types


def picture(seed: int, height: int = 60, width: int = 80) -> Any:
    """Smooth with some noise, as pictures are."""
    generator = np.random.default_rng(seed)
    coarse = generator.integers(0, 256, (6, 8, 3)).astype(np.uint8)
    smooth = cv2.resize(coarse, (width, height), interpolation=cv2.INTER_CUBIC).astype(int)
    return np.clip(smooth + generator.integers(-12, 13, smooth.shape), 0, 255).astype(np.uint8)


def spoiled(own: Any, seed: int = 9, strength: int = 30) -> Any:
    noise = np.random.default_rng(seed).integers(-strength, strength + 1, own.shape)
    return np.clip(own.astype(int) + noise, 0, 255).astype(np.uint8)


class TestPsnr:
    @pytest.mark.parametrize("strength", [1, 10, 80])
    def test_is_that_of_scikit_image(self, strength: int) -> None:
        own = picture(0)
        other = spoiled(own, strength=strength)
        wanted = skimage_metrics.peak_signal_noise_ratio(own, other, data_range=255)
        assert restored.psnr(own, other) == pytest.approx(wanted, rel=1e-9)

    def test_of_luminance_is_that_of_scikit_image(self) -> None:
        own, other = picture(1), spoiled(picture(1))
        wanted = skimage_metrics.peak_signal_noise_ratio(
            color.rgb2ycbcr(own)[:, :, 0], color.rgb2ycbcr(other)[:, :, 0], data_range=255
        )
        found = restored.psnr(restored.video_luma(own), restored.video_luma(other))
        assert found == pytest.approx(wanted, rel=1e-6)

    def test_by_hand(self) -> None:
        own = np.zeros((2, 2, 3), np.uint8)
        # An error of 10 in one of twelve values: 10 log10(65025 · 12 / 100).
        other = own.copy()
        other[0, 0, 0] = 10
        assert restored.psnr(own, other) == pytest.approx(10 * np.log10(65025 * 12 / 100))

    def test_equal_pictures_have_the_limit(self) -> None:
        assert restored.psnr(picture(2), picture(2)) == 100


class TestSsim:
    @pytest.mark.parametrize("strength", [2, 30, 120])
    def test_is_that_of_scikit_image(self, strength: int) -> None:
        own = picture(3)
        other = spoiled(own, strength=strength)
        wanted = skimage_metrics.structural_similarity(
            own, other, channel_axis=2, gaussian_weights=True, sigma=1.5, use_sample_covariance=False, data_range=255
        )
        assert restored.ssim(own, other) == pytest.approx(wanted, abs=2e-6)

    @pytest.mark.parametrize("level", [0, 3, 128, 255])
    def test_keeps_its_digits_on_flat_pictures(self, level: int) -> None:
        own = np.full((40, 50), level, np.uint8)
        other = own.copy()
        other[::3, ::4] = abs(level - 2)
        wanted = skimage_metrics.structural_similarity(
            own, other, gaussian_weights=True, sigma=1.5, use_sample_covariance=False, data_range=255
        )
        assert restored.ssim(own, other) == pytest.approx(wanted, abs=2e-6)

    def test_keeps_its_digits_between_black_and_white(self) -> None:
        own = np.zeros((40, 60), np.uint8)
        own[:, 30:] = 255
        other = own.copy()
        other[::3, ::4] ^= 3
        wanted = skimage_metrics.structural_similarity(
            own, other, gaussian_weights=True, sigma=1.5, use_sample_covariance=False, data_range=255
        )
        assert restored.ssim(own, other) == pytest.approx(wanted, abs=1e-5)

    def test_of_luminance_is_that_of_scikit_image(self) -> None:
        own, other = picture(4), spoiled(picture(4))
        wanted = skimage_metrics.structural_similarity(
            color.rgb2ycbcr(own)[:, :, 0], color.rgb2ycbcr(other)[:, :, 0],
            gaussian_weights=True, sigma=1.5, use_sample_covariance=False, data_range=255,
        )  # fmt: skip
        found = restored.ssim(restored.video_luma(own), restored.video_luma(other))
        assert found == pytest.approx(wanted, abs=1e-5)

    def test_of_equal_pictures_is_1(self) -> None:
        assert restored.ssim(picture(5), picture(5)) == 1

    def test_is_not_told_of_what_is_smaller_than_its_window(self) -> None:
        assert restored.ssim(picture(6, 10, 40), picture(7, 10, 40)) is None
        assert restored.ssim(picture(6, 11, 11), picture(6, 11, 11)) == pytest.approx(1)


class TestColours:
    def test_luminance_is_that_of_jfif(self) -> None:
        own = picture(8)
        wanted = own @ np.array([0.299, 0.587, 0.114])
        assert np.abs(restored.luminance(own) - wanted).max() <= 0.51

    def test_of_grey_both_kinds_of_luminance_agree(self) -> None:
        """Y from 0 to 255 in three channels is judged as the Y from 16 to 235 of the coloured picture."""
        own = picture(9)
        grey = np.repeat(restored.luminance(own)[:, :, None], 3, axis=2)
        assert np.abs(restored.video_luma(grey) - restored.video_luma(own)).max() <= 0.5

    def test_colours_come_back(self) -> None:
        own = picture(10)
        back = restored.colored(restored.luminance(own), own)
        assert np.abs(back.astype(int) - own).max() <= 3
        grey = np.repeat(restored.luminance(own)[:, :, None], 3, axis=2)
        assert (restored.colored(grey, own) == back).all()

    def test_colours_are_enlarged(self) -> None:
        small = np.full((4, 5, 3), (200, 40, 90), np.uint8)
        luma = np.full((8, 10), restored.luminance(small)[0, 0])
        assert np.abs(restored.colored(luma, small).astype(int) - (200, 40, 90)).max() <= 2

    def test_enlarged_is_bicubic(self) -> None:
        ramp = np.repeat(np.arange(0, 200, 10, dtype=np.uint8)[None, :, None], 3, axis=2).repeat(20, axis=0)
        large = restored.enlarged(ramp, 40, 40)
        assert large.shape == (40, 40, 3)
        # A straight slope stays one: half a pixel to the side is a quarter of a step.
        assert np.abs(large[20, 10:30, 0] - (np.arange(10, 30) / 2 - 0.25) * 10).max() <= 0.6


def test_border() -> None:
    own = picture(11)
    assert restored.without_border(own, 4).shape == (52, 72, 3)
    assert (restored.without_border(own, 4) == own[4:-4, 4:-4]).all()
    assert restored.without_border(own, 0) is own
    assert restored.without_border(own, 30) is own

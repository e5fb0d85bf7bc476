"""Pictures that models give back, and how like another they are: PSNR and SSIM. Pictures are [H, W, 3] uint8, RGB.

The accuracy operation makes the inputs of a super-resolution model with it: `enlarged` is the second input,
`luminance` what a model gets that works on Y alone; `colored` puts the colours back for showing.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

# Of pictures that are equal the ratio is infinite. None that differ reach this below 100 million pixels a level.
PSNR_LIMIT_DB = 100.0
WINDOW = 11
_SIGMA = 1.5
# (K1·L)² and (K2·L)² of Wang et al. for values to 255.
_C1, _C2 = (0.01 * 255) ** 2, (0.03 * 255) ** 2


def luminance(rgb: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """[H, W]: Y of YCbCr from 0 to 255 (JFIF: 0.299 R + 0.587 G + 0.114 B), as models take it."""
    import cv2

    return np.asarray(cv2.cvtColor(rgb, cv2.COLOR_RGB2YCrCb)[:, :, 0], dtype=np.uint8)


def enlarged(rgb: NDArray[np.uint8], width: int, height: int) -> NDArray[np.uint8]:
    """The picture in another size by bicubic interpolation."""
    import cv2

    return np.asarray(cv2.resize(rgb, (width, height), interpolation=cv2.INTER_CUBIC), dtype=np.uint8)


def colored(luma: NDArray[np.uint8], small: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """The picture whose Y is `luma` [H, W], or the first channel of [H, W, 3], with the colours of `small`, enlarged
    bicubically to its size."""
    import cv2

    first = luma if luma.ndim == 2 else luma[:, :, 0]
    converted = cv2.cvtColor(enlarged(small, first.shape[1], first.shape[0]), cv2.COLOR_RGB2YCrCb)
    converted[:, :, 0] = first
    return np.asarray(cv2.cvtColor(converted, cv2.COLOR_YCrCb2RGB), dtype=np.uint8)


def video_luma(rgb: NDArray[np.uint8]) -> NDArray[np.float32]:
    """[H, W]: Y of YCbCr from 16 to 235 as ITU-R BT.601 has it, not rounded; what super-resolution is judged by.

    Of a grey picture that is Y from 0 to 255, this is Y from 16 to 235: both weigh the colours alike.
    """
    weights = np.array([65.481, 128.553, 24.966], dtype=np.float32) / np.float32(255)
    return np.asarray(rgb.astype(np.float32) @ weights + np.float32(16), dtype=np.float32)


def without_border(picture: NDArray[Any], border: int) -> NDArray[Any]:
    """Without so many pixels at each edge; the picture itself where nothing would be left."""
    if border == 0 or min(picture.shape[:2]) <= 2 * border:
        return picture
    return picture[border:-border, border:-border]


def psnr(reference: NDArray[Any], picture: NDArray[Any]) -> float:
    """10 log₁₀(255² / MSE) in dB of two arrays of one shape with values to 255; at most `PSNR_LIMIT_DB`."""
    if reference.dtype == np.uint8 and picture.dtype == np.uint8:
        import cv2

        squares = float(cv2.norm(reference, picture, cv2.NORM_L2SQR))
    else:
        squares = float(np.sum((reference.astype(np.float64) - picture.astype(np.float64)) ** 2))
    mse = squares / reference.size
    return PSNR_LIMIT_DB if mse == 0 else min(PSNR_LIMIT_DB, 10 * math.log10(255**2 / mse))


def ssim(reference: NDArray[Any], picture: NDArray[Any]) -> float | None:
    """Mean structural similarity of [H, W] or [H, W, C] with values to 255, the mean of its channels.

    Wang, Bovik, Sheikh, Simoncelli 2004, eq. 13: Gaussian window of 11 × 11, σ 1.5, K1 0.01, K2 0.03, where the window
    lies inside. None for pictures smaller than the window.
    """
    import cv2

    if min(reference.shape[:2]) < WINDOW:
        return None

    def blurred(values: NDArray[np.float32]) -> NDArray[np.float32]:
        half = WINDOW // 2
        smooth = cv2.GaussianBlur(values, (WINDOW, WINDOW), _SIGMA)
        return np.asarray(smooth[half:-half, half:-half], dtype=np.float32)

    if np.array_equal(reference, picture):
        return 1.0
    # Variances do not depend on where the values begin: close to 0 float32 keeps their digits.
    middle = np.float32(np.mean(reference))
    x, y = reference.astype(np.float32) - middle, picture.astype(np.float32) - middle
    mean_x, mean_y = blurred(x), blurred(y)
    covariance = blurred(x * y) - mean_x * mean_y
    variances = blurred(x * x + y * y) - (mean_x * mean_x + mean_y * mean_y)
    mean_x += middle
    mean_y += middle
    like = (2 * mean_x * mean_y + np.float32(_C1)) * (2 * covariance + np.float32(_C2))
    whole = (mean_x * mean_x + mean_y * mean_y + np.float32(_C1)) * (variances + np.float32(_C2))
    return float(np.mean(like / whole, dtype=np.float64))

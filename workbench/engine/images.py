"""Pictures as models want them: read, resized, coloured, normalised. Arrays are HWC until `to_layout`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from workbench.engine.configuration import Preprocessing
from workbench.engine.tasks.task import Geometry

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


def decode(path: Path) -> NDArray[np.uint8] | None:
    """A picture as uint8 [H, W, 3] in OpenCV's order, BGR, turned as its EXIF data say; None where it cannot be."""
    import cv2
    import numpy as np

    try:
        image = cv2.imread(str(path), cv2.IMREAD_COLOR)
    except (cv2.error, MemoryError):
        return None  # a header may claim more pixels than any memory has
    return None if image is None else np.asarray(image, dtype=np.uint8)


def read(path: Path, channels: int, preprocessing: Preprocessing) -> NDArray[np.uint8] | None:
    """A picture as uint8 [H, W, channels], in the colour order asked for; None where it cannot be decoded.

    One channel means grey, four a fourth channel of 255.
    """
    image = decode(path)
    return None if image is None else colored(image, channels, preprocessing.color)


def colored(image: NDArray[np.uint8], channels: int, color: str) -> NDArray[np.uint8]:
    """BGR [H, W, 3] → `color` [H, W, channels]."""
    import cv2
    import numpy as np

    if channels == 1 or color == "GRAY":
        # Not left to the decoder: libpng and libjpeg weigh the colours differently.
        return np.repeat(grey(image)[:, :, None], channels, axis=2)
    if color == "RGB":
        image = np.asarray(cv2.cvtColor(image, cv2.COLOR_BGR2RGB), dtype=np.uint8)
    if channels == 4:
        image = np.concatenate([image, np.full((*image.shape[:2], 1), 255, np.uint8)], axis=2)
    return image


def grey(image: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """BGR [H, W, 3] → [H, W] (Rec. 601)."""
    import cv2
    import numpy as np

    return np.asarray(cv2.cvtColor(image, cv2.COLOR_BGR2GRAY), dtype=np.uint8)


def resize(
    image: NDArray[np.uint8], width: int, height: int, preprocessing: Preprocessing
) -> tuple[NDArray[np.uint8], Geometry]:
    """Bring a picture to `width` × `height`; also tells where its points are then.

    `stretch` ignores its proportions; the others keep them: `letterbox` pads all around, `fit` at the right and below,
    and `crop` cuts the middle out, with `crop_fraction` of its shorter side.
    """
    import cv2
    import numpy as np

    own_height, own_width, channels = image.shape
    how, fraction = preprocessing.resize, preprocessing.crop_fraction
    if (own_width, own_height) == (width, height) and (how != "crop" or fraction == 1):
        return image, Geometry(own_width, own_height, width, height, 1.0, 1.0)
    if how == "stretch":
        scaled = _scaled(image, width, height, preprocessing.interpolation)
        return scaled, Geometry(own_width, own_height, width, height, width / own_width, height / own_height)
    if how == "crop":
        factor = max(width / own_width, height / own_height) / fraction
    else:
        factor = min(width / own_width, height / own_height)
    inner_width, inner_height = max(1, round(own_width * factor)), max(1, round(own_height * factor))
    scaled = _scaled(image, inner_width, inner_height, preprocessing.interpolation)
    scale_x, scale_y = inner_width / own_width, inner_height / own_height
    if how == "crop":
        left, top = (inner_width - width) // 2, (inner_height - height) // 2
        cut = np.ascontiguousarray(scaled[top : top + height, left : left + width])
        return cut, Geometry(own_width, own_height, width, height, scale_x, scale_y, float(-left), float(-top))
    left, top = ((width - inner_width) // 2, (height - inner_height) // 2) if how == "letterbox" else (0, 0)
    right, bottom = width - inner_width - left, height - inner_height - top
    filling = [preprocessing.pad_value] * channels
    padded = cv2.copyMakeBorder(scaled, top, bottom, left, right, cv2.BORDER_CONSTANT, value=filling)
    padded = np.asarray(padded, dtype=np.uint8).reshape(height, width, channels)
    return padded, Geometry(own_width, own_height, width, height, scale_x, scale_y, float(left), float(top))


def _scaled(image: NDArray[np.uint8], width: int, height: int, interpolation: str) -> NDArray[np.uint8]:
    import cv2
    import numpy as np

    # OpenCV drops the last axis of a picture with one channel.
    scaled = cv2.resize(image, (width, height), interpolation=interpolation_flag(interpolation))
    return np.asarray(scaled, dtype=np.uint8).reshape(height, width, image.shape[2])


def interpolation_flag(name: str) -> int:
    """OpenCV's number for one of `configuration.INTERPOLATIONS`."""
    import cv2

    flags = {"nearest": cv2.INTER_NEAREST, "linear": cv2.INTER_LINEAR, "cubic": cv2.INTER_CUBIC, "area": cv2.INTER_AREA}
    return int(flags[name])


def normalise(image: NDArray[np.uint8], preprocessing: Preprocessing) -> NDArray[np.float32]:
    """(value - mean) / scale for each channel, as float32; means and scales stand in the model's order of channels."""
    import numpy as np

    values = image.astype(np.float32)
    if preprocessing.mean is not None:
        values -= for_channels(preprocessing.mean, values.shape[2])
    if preprocessing.scale is not None:
        values /= for_channels(preprocessing.scale, values.shape[2])
    return values


def for_channels(numbers: tuple[float, ...], channels: int) -> NDArray[np.float32]:
    """As many numbers as channels: one stands for all, and more than there are channels are left out."""
    import numpy as np

    row = numbers * channels if len(numbers) == 1 else numbers[:channels]
    return np.asarray(row + (row[-1],) * (channels - len(row)), dtype=np.float32)


def to_layout(image: NDArray[Any], layout: str) -> NDArray[Any]:
    """HWC → the layout of one sample without its N: "CHW" or "HWC"."""
    import numpy as np

    return np.ascontiguousarray(np.transpose(image, ["HWC".index(letter) for letter in layout]))

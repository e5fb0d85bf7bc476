"""Pictures as models want them: read, resized, coloured, normalised. Arrays are HWC until `to_layout`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from workbench.engine.configuration import Preprocessing

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

PADDING = 114  # the grey that letterboxed detectors are trained with


def read(path: Path, channels: int, preprocessing: Preprocessing) -> NDArray[np.uint8] | None:
    """A picture as uint8 [H, W, channels], in the colour order asked for; None where it cannot be decoded.

    One channel means grey, four a fourth channel of 255.
    """
    import cv2
    import numpy as np

    image: Any = cv2.imread(str(path), cv2.IMREAD_COLOR)
    if image is None:
        return None
    if channels == 1 or preprocessing.color == "GRAY":
        # Not left to the decoder: libpng and libjpeg weigh the colours differently.
        return np.repeat(cv2.cvtColor(image, cv2.COLOR_BGR2GRAY)[:, :, None], channels, axis=2)
    if preprocessing.color == "RGB":
        image = image[:, :, ::-1]
    if channels == 4:
        image = np.concatenate([image, np.full((*image.shape[:2], 1), 255, np.uint8)], axis=2)
    return np.ascontiguousarray(image)


def resize(image: NDArray[np.uint8], width: int, height: int, how: str) -> NDArray[np.uint8]:
    """Bring a picture to `width` × `height`, bilinear.

    `stretch` ignores its proportions; `letterbox` keeps them and pads with grey; `crop` keeps them and cuts the middle
    out.
    """
    import cv2
    import numpy as np

    own_height, own_width, channels = image.shape
    if (own_width, own_height) == (width, height):
        return image
    if how == "stretch":
        return _scaled(image, width, height)
    pick = min if how == "letterbox" else max
    factor = pick(width / own_width, height / own_height)
    inner_width, inner_height = max(1, round(own_width * factor)), max(1, round(own_height * factor))
    scaled = _scaled(image, inner_width, inner_height)
    if how == "letterbox":
        left, top = (width - inner_width) // 2, (height - inner_height) // 2
        right, bottom = width - inner_width - left, height - inner_height - top
        padded = cv2.copyMakeBorder(scaled, top, bottom, left, right, cv2.BORDER_CONSTANT, value=[PADDING] * channels)
        return np.asarray(padded, dtype=np.uint8).reshape(height, width, channels)
    left, top = (inner_width - width) // 2, (inner_height - height) // 2
    return np.ascontiguousarray(scaled[top : top + height, left : left + width])


def _scaled(image: NDArray[np.uint8], width: int, height: int) -> NDArray[np.uint8]:
    import cv2
    import numpy as np

    # OpenCV drops the last axis of a picture with one channel.
    scaled = cv2.resize(image, (width, height), interpolation=cv2.INTER_LINEAR)
    return np.asarray(scaled, dtype=np.uint8).reshape(height, width, image.shape[2])


def normalise(image: NDArray[np.uint8], preprocessing: Preprocessing) -> NDArray[np.float32]:
    """(value - mean) / scale for each channel, as float32; means and scales stand in the model's order of channels."""
    import numpy as np

    values = image.astype(np.float32)
    if preprocessing.mean is not None:
        values -= _for_channels(preprocessing.mean, values.shape[2])
    if preprocessing.scale is not None:
        values /= _for_channels(preprocessing.scale, values.shape[2])
    return values


def _for_channels(numbers: tuple[float, ...], channels: int) -> NDArray[np.float32]:
    """As many numbers as channels: one stands for all, and more than there are channels are left out."""
    import numpy as np

    row = numbers * channels if len(numbers) == 1 else numbers[:channels]
    return np.asarray(row + (row[-1],) * (channels - len(row)), dtype=np.float32)


def to_layout(image: NDArray[Any], layout: str) -> NDArray[Any]:
    """HWC → the layout of one sample without its N: "CHW" or "HWC"."""
    import numpy as np

    return np.ascontiguousarray(np.transpose(image, ["HWC".index(letter) for letter in layout]))

"""Proof that a picture can be decoded, and its thumbnail: both from one decoding."""

import contextlib
import threading
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from workbench.datasets.image_header import KIND_SUFFIX, Header, NotAnImage, read_header

MAX_SIDE = 160
MAX_FILE_BYTES = 512 * 1024**2
MAX_PIXELS = 2**27
LARGE_PIXELS = 2**24
# A progressive JPEG has about ten scans; thousands of them keep a decoder busy for minutes.
MAX_JPEG_SCANS = 500
QUALITY = 85

# Two large pictures at a time in different threads could take gigabytes.
_large = threading.Lock()


class BadPicture(ValueError):
    """The picture is left out: `problem` says why, `fix` what helps."""

    def __init__(self, problem: str, fix: str) -> None:
        super().__init__(problem)
        self.problem = problem
        self.fix = fix


@dataclass(frozen=True)
class Picture:
    """A decodable picture: size in pixels as OpenCV decodes it, turned upright by EXIF, and a small JPEG."""

    width: int
    height: int
    suffix: str
    thumbnail: bytes


def read_picture(path: Path) -> tuple[bytes, Picture]:
    """The bytes of a file and what they hold. Raises BadPicture; OSError when the file cannot be read."""
    data = read_bytes(path)
    return data, examine(data)


def read_bytes(path: Path) -> bytes:
    """A file that may be a picture. Raises BadPicture for one that is too large; OSError."""
    if path.stat().st_size > MAX_FILE_BYTES:
        raise BadPicture(f"the file is larger than {MAX_FILE_BYTES // 1024**2} MiB", "leave it out or save it smaller")
    return path.read_bytes()


def examine(data: bytes) -> Picture:
    """Check and decode a picture. Raises BadPicture."""
    header = checked_header(data)
    with alone_if_large(header):
        return _decode(data, header)


def checked_header(data: bytes) -> Header:
    """The header of a picture that a decoder may be given. Raises BadPicture."""
    try:
        header = read_header(data)
    except NotAnImage as error:
        raise BadPicture(f"not a readable picture: {error}", "replace the file or remove it") from error
    if header.width * header.height > MAX_PIXELS:
        raise BadPicture(
            f"the header says {header.width:,} x {header.height:,} pixels, more than {MAX_PIXELS / 1e6:.0f} million",
            "save it smaller",
        )
    if header.kind == "JPEG" and data.count(b"\xff\xda") > MAX_JPEG_SCANS:
        raise BadPicture(f"a JPEG file with more than {MAX_JPEG_SCANS} scans", "save it again")
    return header


def alone_if_large(header: Header) -> AbstractContextManager[object]:
    """While inside, no other large picture is decoded."""
    return _large if header.width * header.height > LARGE_PIXELS else contextlib.nullcontext()


def decoded_whole(data: bytes, header: Header) -> np.ndarray:
    """All pixels (height × width × 3, uint8, blue green red), upright by EXIF. Raises BadPicture."""
    image = _decoded(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR)
    if _is_turned(image, header, 1) is None:
        raise BadPicture("the decoded picture has another size than its header says", "save it again")
    return image


def _decode(data: bytes, header: Header) -> Picture:
    buffer = np.frombuffer(data, np.uint8)
    factor = _reduction(header)
    image = _decoded(buffer, _FLAGS[factor])
    turned = _is_turned(image, header, factor)
    if turned is None:
        image = _decoded(buffer, cv2.IMREAD_COLOR)
        turned = _is_turned(image, header, 1)
    if turned is None:
        raise BadPicture("the decoded picture has another size than its header says", "save it again")
    width, height = (header.height, header.width) if turned else (header.width, header.height)
    return Picture(width, height, KIND_SUFFIX[header.kind], thumbnail(image))


_FLAGS = {
    1: cv2.IMREAD_COLOR,
    2: cv2.IMREAD_REDUCED_COLOR_2,
    4: cv2.IMREAD_REDUCED_COLOR_4,
    8: cv2.IMREAD_REDUCED_COLOR_8,
}


def _reduction(header: Header) -> int:
    """How much smaller a JPEG may be decoded: its data are read to the end all the same, in a third of the time."""
    if header.kind != "JPEG":
        return 1
    side = max(header.width, header.height)
    return next((factor for factor in (8, 4, 2) if side >= factor * MAX_SIDE), 1)


def _decoded(buffer: np.ndarray, flags: int) -> np.ndarray:
    try:
        image = cv2.imdecode(buffer, flags)
    except cv2.error:
        image = None
    if image is None:
        raise BadPicture("the picture cannot be decoded; the file is damaged or not complete", "replace the file")
    return image


def _is_turned(image: np.ndarray, header: Header, factor: int) -> bool | None:
    """Whether EXIF made OpenCV swap width and height; None where the small picture does not tell."""
    found = image.shape[1], image.shape[0]
    upright = -(-header.width // factor), -(-header.height // factor)
    if found == upright:
        ambiguous = found == upright[::-1] and header.width != header.height
        return None if ambiguous and factor > 1 else False
    return True if found == upright[::-1] else None


def thumbnail(image: np.ndarray) -> bytes:
    """A JPEG of at most 160 pixels a side."""
    height, width = image.shape[:2]
    scale = MAX_SIDE / max(width, height)
    if scale < 1:
        size = max(1, round(width * scale)), max(1, round(height * scale))
        # Averages of whole areas are needed only where a pixel of the thumbnail covers several; they take ten times as
        # long, as long as a third of the decoding.
        way = cv2.INTER_LINEAR if scale >= 0.5 else cv2.INTER_AREA
        image = cv2.resize(image, size, interpolation=way)
    _, encoded = cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, QUALITY])
    return encoded.tobytes()

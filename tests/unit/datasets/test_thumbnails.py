"""Pictures are decoded once: to know that they can be, and for their thumbnail."""

import struct
import time
import zlib
from pathlib import Path

import cv2
import numpy as np
import pytest

from tests.unit.datasets.material import picture
from workbench.datasets.thumbnails import MAX_PIXELS, BadPicture, examine, read_picture


def small(data: bytes) -> np.ndarray:
    image = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR)
    assert image is not None
    return image


def chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png_claiming(width: int, height: int) -> bytes:
    """A few hundred bytes whose header promises a picture of that size."""
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    body = chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(bytes(999))) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + body


def turned(jpeg: bytes, orientation: int) -> bytes:
    """The JPEG with an EXIF segment of one entry, tag 0x0112 (orientation)."""
    exif = b"Exif\0\0II*\0\x08\0\0\0\x01\0" + struct.pack("<HHIHH", 0x0112, 3, 1, orientation, 0) + bytes(4)
    return jpeg[:2] + b"\xff\xe1" + struct.pack(">H", len(exif) + 2) + exif + jpeg[2:]


class TestExamine:
    @pytest.mark.parametrize(
        "width, height, expected",
        [
            (640, 480, (160, 120)),
            (480, 640, (120, 160)),
            (2000, 10, (160, 1)),
            (161, 161, (160, 160)),
            (160, 40, (160, 40)),
            (7, 5, (7, 5)),
            (1, 1, (1, 1)),
            (1300, 1299, (160, 160)),
        ],
    )
    @pytest.mark.parametrize("suffix", [".png", ".jpg"])
    def test_sizes(self, width: int, height: int, expected: tuple[int, int], suffix: str) -> None:
        found = examine(picture(width, height, suffix))
        assert (found.width, found.height) == (width, height)
        assert found.suffix == suffix
        assert found.thumbnail[:2] == b"\xff\xd8"
        assert small(found.thumbnail).shape[1::-1] == expected

    @pytest.mark.parametrize("suffix", [".png", ".jpg", ".bmp", ".gif", ".tif", ".webp"])
    def test_every_format(self, suffix: str) -> None:
        found = examine(picture(300, 200, suffix))
        assert (found.width, found.height, found.suffix) == (300, 200, suffix)

    def test_the_content_decides_the_suffix(self, tmp_path: Path) -> None:
        (tmp_path / "wrong.png").write_bytes(picture(30, 20, ".jpg"))
        assert read_picture(tmp_path / "wrong.png")[1].suffix == ".jpg"

    @pytest.mark.parametrize("width, height", [(40, 20), (1600, 1000), (1300, 1299), (2560, 2559)])
    @pytest.mark.parametrize("orientation, swapped", [(1, False), (3, False), (6, True), (8, True)])
    def test_exif_turns_it(self, width: int, height: int, orientation: int, swapped: bool) -> None:
        found = examine(turned(picture(width, height, ".jpg"), orientation))
        assert (found.width, found.height) == ((height, width) if swapped else (width, height))

    def test_the_thumbnail_shows_the_picture(self) -> None:
        pixels = np.zeros((400, 800, 3), np.uint8)
        pixels[:, 400:] = (0, 0, 255)
        thumbnail = small(examine(cv2.imencode(".png", pixels)[1].tobytes()).thumbnail)
        assert thumbnail[40, 20].max() < 10
        assert np.abs(thumbnail[40, 140].astype(int) - (0, 0, 255)).max() < 10

    @pytest.mark.parametrize("bits", [8, 16])
    @pytest.mark.parametrize("channels", [1, 3, 4])
    def test_grey_alpha_and_16_bits(self, bits: int, channels: int) -> None:
        pixels = np.zeros((20, 30, channels), np.uint8 if bits == 8 else np.uint16)
        assert examine(cv2.imencode(".png", pixels)[1].tobytes()).width == 30


class TestRefusals:
    def test_a_bomb_is_refused_by_its_header(self) -> None:
        started = time.process_time()
        with pytest.raises(BadPicture) as refused:
            examine(png_claiming(60_000, 60_000))
        assert "60,000 x 60,000" in refused.value.problem
        assert time.process_time() - started < 0.1

    def test_the_limit_is_in_pixels(self) -> None:
        with pytest.raises(BadPicture, match="pixels"):
            examine(png_claiming(MAX_PIXELS // 2**13 + 1, 2**13))

    @pytest.mark.parametrize("suffix", [".png", ".jpg", ".bmp", ".gif", ".tif", ".webp"])
    def test_half_a_file(self, suffix: str) -> None:
        data = picture(200, 100, suffix)
        with pytest.raises(BadPicture) as refused:
            examine(data[: len(data) // 2])
        assert refused.value.fix

    def test_a_header_that_promises_more_than_there_is(self) -> None:
        with pytest.raises(BadPicture, match="cannot be decoded"):
            examine(png_claiming(3000, 3000))

    def test_a_jpeg_of_endless_scans(self) -> None:
        data = picture(16, 16, ".jpg")
        with pytest.raises(BadPicture, match="scans"):
            examine(data[:-2] + b"\xff\xda\x00\x02" * 600 + b"\xff\xd9")

    def test_a_file_too_large_to_be_read(self, tmp_path: Path) -> None:
        with (tmp_path / "large.png").open("wb") as file:
            file.truncate(2**30)
        with pytest.raises(BadPicture, match="larger than 512 MiB"):
            read_picture(tmp_path / "large.png")

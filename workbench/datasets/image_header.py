"""Width and height of a picture from its first bytes, before anything is decoded.

A few bytes can claim a picture of many gigabytes; the claim is read here, and only a picture of reasonable size
is given to a decoder.
"""

import struct
from dataclasses import dataclass

SUFFIXES = frozenset({".png", ".jpg", ".jpeg", ".bmp", ".gif", ".tif", ".tiff", ".webp"})
KIND_SUFFIX = {"PNG": ".png", "JPEG": ".jpg", "BMP": ".bmp", "GIF": ".gif", "TIFF": ".tif", "WebP": ".webp"}


class NotAnImage(ValueError):
    """The bytes are none of the known formats, or their header is broken."""


@dataclass(frozen=True)
class Header:
    """The format and the size in pixels as the file tells them, before any rotation by EXIF."""

    kind: str
    width: int
    height: int


def read_header(data: bytes) -> Header:
    """The header of a PNG, JPEG, BMP, GIF, TIFF or WebP file; `data` is the whole file. Raises NotAnImage."""
    try:
        header = _read(data)
    except (struct.error, IndexError) as error:
        raise NotAnImage("the file ends inside of its header") from error
    if header.width < 1 or header.height < 1:
        raise NotAnImage(f"its header says {header.width}x{header.height} pixels")
    return header


def _read(data: bytes) -> Header:
    if data.startswith(b"\x89PNG\r\n\x1a\n"):
        if data[12:16] != b"IHDR":
            raise NotAnImage("a PNG file without IHDR")
        return Header("PNG", *struct.unpack_from(">II", data, 16))
    if data.startswith(b"\xff\xd8"):
        return _jpeg(data)
    if data.startswith((b"GIF87a", b"GIF89a")):
        return Header("GIF", *struct.unpack_from("<HH", data, 6))
    if data.startswith(b"BM"):
        return _bmp(data)
    if data[:4] in (b"II*\0", b"MM\0*"):
        return _tiff(data)
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return _webp(data)
    if not data:
        raise NotAnImage("the file is empty")
    raise NotAnImage("the content is not PNG, JPEG, BMP, GIF, TIFF or WebP")


def _jpeg(data: bytes) -> Header:
    """Walk the marker segments to the frame header (ITU T.81, B.1.1 and B.2.2)."""
    at = 2
    while True:
        if data[at] != 0xFF:
            raise NotAnImage("a JPEG file with a broken segment")
        marker = data[at + 1]
        if marker == 0xFF:
            at += 1
        elif 0xC0 <= marker <= 0xCF and marker not in (0xC4, 0xC8, 0xCC):
            height, width = struct.unpack_from(">HH", data, at + 5)
            return Header("JPEG", width, height)
        elif marker in (0xD9, 0xDA):
            raise NotAnImage("a JPEG file without a frame header")
        elif marker == 0x01 or 0xD0 <= marker <= 0xD7:
            at += 2
        else:
            (length,) = struct.unpack_from(">H", data, at + 2)
            at += 2 + max(length, 2)


def _bmp(data: bytes) -> Header:
    (size,) = struct.unpack_from("<I", data, 14)
    if size == 12:
        return Header("BMP", *struct.unpack_from("<HH", data, 18))
    width, height = struct.unpack_from("<ii", data, 18)
    # Rows stored from the top down are written as a negative height.
    return Header("BMP", width, abs(height))


def _tiff(data: bytes) -> Header:
    """The first image file directory (TIFF 6.0, section 2); tags 256 and 257 are width and length."""
    order = "<" if data[:2] == b"II" else ">"
    (at,) = struct.unpack_from(order + "I", data, 4)
    (count,) = struct.unpack_from(order + "H", data, at)
    sizes = {}
    for entry in range(at + 2, at + 2 + 12 * count, 12):
        tag, kind, _ = struct.unpack_from(order + "HHI", data, entry)
        if tag in (256, 257):
            (sizes[tag],) = struct.unpack_from(order + ("H" if kind == 3 else "I"), data, entry + 8)
    if len(sizes) != 2:
        raise NotAnImage("a TIFF file without its size")
    return Header("TIFF", sizes[256], sizes[257])


def _webp(data: bytes) -> Header:
    """RFC 9649: the extended, lossy and lossless headers."""
    chunk = data[12:16]
    if chunk == b"VP8X":
        low_width, high_width, low_height, high_height = struct.unpack_from("<HBHB", data, 24)
        return Header("WebP", (low_width | high_width << 16) + 1, (low_height | high_height << 16) + 1)
    if chunk == b"VP8 ":
        if data[23:26] != b"\x9d\x01\x2a":
            raise NotAnImage("a WebP file with a broken frame header")
        width, height = struct.unpack_from("<HH", data, 26)
        return Header("WebP", width & 0x3FFF, height & 0x3FFF)
    if chunk == b"VP8L":
        (bits,) = struct.unpack_from("<I", data, 21)
        return Header("WebP", (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1)
    raise NotAnImage("a WebP file of an unknown kind")

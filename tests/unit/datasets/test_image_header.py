"""Sizes read from headers: of hand-made ones, and of those that OpenCV writes."""

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.datasets.material import picture
from workbench.datasets.image_header import KIND_SUFFIX, Header, NotAnImage, read_header

PNG = b"\x89PNG\r\n\x1a\n" + struct.pack(">I4sII", 13, b"IHDR", 300, 200) + bytes(9)
# SOI, APP0, a fill byte, DHT, then a progressive frame header with height before width.
JPEG = (
    b"\xff\xd8\xff\xe0\x00\x04ab\xff\xff\xc4\x00\x03x\xff\xc2\x00\x0b\x08" + struct.pack(">HH", 200, 300) + b"\1\1\1\0"
)
GIF = b"GIF89a" + struct.pack("<HH", 300, 200)
BMP = b"BM" + bytes(12) + struct.pack("<Iii", 40, 300, 200)
BMP_TOP_DOWN = b"BM" + bytes(12) + struct.pack("<Iii", 40, 300, -200)
BMP_OS2 = b"BM" + bytes(12) + struct.pack("<IHH", 12, 300, 200)
TIFF_LITTLE = b"II*\0" + struct.pack("<IH", 8, 2) + struct.pack("<HHIHHHHII", 256, 3, 1, 300, 0, 257, 4, 1, 200)
TIFF_BIG = b"MM\0*" + struct.pack(">IH", 8, 2) + struct.pack(">HHIHHHHII", 256, 3, 1, 300, 0, 257, 4, 1, 200)
WEBP_EXTENDED = b"RIFF\0\0\0\0WEBPVP8X" + bytes(8) + (299).to_bytes(3, "little") + (199).to_bytes(3, "little")
WEBP_LOSSY = b"RIFF\0\0\0\0WEBPVP8 " + bytes(7) + b"\x9d\x01\x2a" + struct.pack("<HH", 300 | 1 << 14, 200)
WEBP_LOSSLESS = b"RIFF\0\0\0\0WEBPVP8L" + bytes(4) + b"\x2f" + struct.pack("<I", 299 | 199 << 14)

CASES = {
    "PNG": ("PNG", PNG),
    "JPEG": ("JPEG", JPEG),
    "GIF": ("GIF", GIF),
    "BMP": ("BMP", BMP),
    "BMP, top down": ("BMP", BMP_TOP_DOWN),
    "BMP of OS/2": ("BMP", BMP_OS2),
    "TIFF, little-endian": ("TIFF", TIFF_LITTLE),
    "TIFF, big-endian": ("TIFF", TIFF_BIG),
    "WebP, extended": ("WebP", WEBP_EXTENDED),
    "WebP, lossy": ("WebP", WEBP_LOSSY),
    "WebP, lossless": ("WebP", WEBP_LOSSLESS),
}


class TestReadHeader:
    @pytest.mark.parametrize("name", CASES)
    def test_by_hand(self, name: str) -> None:
        kind, data = CASES[name]
        assert read_header(data) == Header(kind, 300, 200)

    @pytest.mark.parametrize("kind", KIND_SUFFIX)
    def test_as_opencv_writes_it(self, kind: str) -> None:
        assert read_header(picture(37, 23, KIND_SUFFIX[kind])) == Header(kind, 37, 23)

    @pytest.mark.parametrize("name", CASES)
    def test_cut_anywhere(self, name: str) -> None:
        data = CASES[name][1]
        for length in range(len(data)):
            try:
                header = read_header(data[:length])
            except NotAnImage:
                continue
            assert (header.width, header.height) == (300, 200)

    @pytest.mark.parametrize(
        "data, says",
        [
            (b"", "empty"),
            (b"<svg/>", "not PNG"),
            (PNG.replace(b"IHDR", b"IDAT"), "without IHDR"),
            (PNG.replace(struct.pack(">I", 300), bytes(4)), "0x200"),
            (b"\xff\xd8\xff\xda\x00\x04", "without a frame header"),
            (b"\xff\xd8\xff\xe0\x00\x02\x00\x00", "broken segment"),
            (b"II*\0\x08\0\0\0\0\0", "without its size"),
            (b"RIFF\0\0\0\0WEBPXXXX" + bytes(20), "unknown kind"),
        ],
    )
    def test_what_is_wrong(self, data: bytes, says: str) -> None:
        with pytest.raises(NotAnImage) as refused:
            read_header(data)
        assert says in str(refused.value)

    @given(st.sampled_from([b"", *(data[:16] for _, data in CASES.values())]), st.binary(max_size=200))
    def test_any_bytes_give_a_size_or_a_refusal(self, start: bytes, noise: bytes) -> None:
        try:
            header = read_header(start + noise)
        except NotAnImage:
            return
        assert header.width > 0
        assert header.height > 0

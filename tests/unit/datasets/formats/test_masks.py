"""Masks of every kind become the same pixels; what is unknown is named with its place."""

import io

import cv2
import numpy as np
import pytest
from PIL import Image

from tests.unit.datasets.material import encoded, picture
from workbench.datasets.formats.masks import BACKGROUND, IGNORED, BadMask, MaskRule, normalised
from workbench.datasets.formats.voc_masks import mask_rule, voc_color

RULE = MaskRule(
    2,
    {0: BACKGROUND, 1: 0, 2: 1, 255: IGNORED},
    {(0, 0, 0): BACKGROUND, (10, 20, 30): 0, (40, 50, 60): 1, (224, 224, 192): IGNORED},
    True,
    "labelmap.txt",
)
VALUES = np.array([[0, 1, 2], [255, 1, 0]], np.uint8)
SIZE = (3, 2)
PALETTE = {0: (0, 0, 0), 1: (10, 20, 30), 2: (40, 50, 60), 255: (224, 224, 192)}


def palette_png(indices: np.ndarray, palette: dict[int, tuple[int, int, int]], bits: int = 8) -> bytes:
    """Written by Pillow, which keeps indices."""
    image = Image.fromarray(indices, "P")
    colors = [palette.get(index, (7, 7, 7)) for index in range(2**bits)]
    image.putpalette([part for color in colors for part in color])
    file = io.BytesIO()
    image.save(file, "PNG", bits=bits)
    return file.getvalue()


def color_png(values: np.ndarray, palette: dict[int, tuple[int, int, int]]) -> bytes:
    pixels = np.array([[palette[int(value)][::-1] for value in row] for row in values], np.uint8)
    return encoded(pixels)


def decoded(png: bytes) -> np.ndarray:
    image = cv2.imdecode(np.frombuffer(png, np.uint8), cv2.IMREAD_UNCHANGED)
    assert image is not None
    return image


class TestNormalised:
    @pytest.mark.parametrize(
        "data",
        [
            encoded(VALUES),
            encoded(np.dstack([VALUES] * 3)),
            palette_png(VALUES, PALETTE),
            palette_png(VALUES, {}),
            color_png(VALUES, PALETTE),
            encoded(np.dstack([decoded(color_png(VALUES, PALETTE)), np.full(VALUES.shape, 255, np.uint8)])),
            encoded(VALUES.astype(np.uint16)),
        ],
        ids=["grey", "grey as colours", "palette", "palette of other colours", "colours", "with alpha", "16 bit"],
    )
    def test_all_kinds_are_the_same(self, data: bytes) -> None:
        found = normalised(data, RULE, SIZE)
        pixels = decoded(found.png)
        assert pixels.dtype == np.uint8
        assert pixels.tolist() == VALUES.tolist()
        assert found.labels == [0, 1]

    @pytest.mark.parametrize("bits", [1, 2, 4])
    def test_palettes_of_few_bits(self, bits: int) -> None:
        indices = np.resize(np.arange(min(2**bits, 3), dtype=np.uint8), (5, 7))
        assert decoded(normalised(palette_png(indices, {}, bits), RULE, (7, 5)).png).tolist() == indices.tolist()

    def test_colours_of_a_palette_go_before_its_indices(self) -> None:
        swapped = palette_png(np.array([[1, 2]], np.uint8), {1: PALETTE[2], 2: PALETTE[1]})
        assert decoded(normalised(swapped, RULE, (2, 1)).png).tolist() == [[2, 1]]

    def test_more_labels_than_a_byte_has(self) -> None:
        rule = MaskRule(300, {value: value for value in range(300)} | {65535: IGNORED})
        found = normalised(encoded(np.array([[0, 299, 65535]], np.uint16)), rule, (3, 1))
        assert decoded(found.png).dtype == np.uint16
        assert decoded(found.png).tolist() == [[1, 300, 65535]]
        assert rule.record() == {"ignore": 65535, "background": False}

    @pytest.mark.parametrize("count, ignore", [(253, 255), (254, 65535)])
    def test_how_many_bits(self, count: int, ignore: int) -> None:
        assert MaskRule(count).ignore == ignore

    def test_as_pillow_reads_pascal_voc(self) -> None:
        """A mask with all 20 classes and the border: what Pillow, which keeps palette indices, reads of it."""
        values = np.resize(np.array([*range(21), 255], np.uint8), (11, 13))
        data = palette_png(values, {index: voc_color(index) for index in range(256)})
        found = normalised(data, mask_rule(None, 20), (13, 11))
        assert np.array_equal(decoded(found.png), np.array(Image.open(io.BytesIO(data))))


class TestMistakes:
    @pytest.mark.parametrize(
        "data, says",
        [
            (encoded(np.array([[0, 1, 2], [1, 7, 7]], np.uint8)), "the pixel at x 1, y 1 has the value 7"),
            (color_png(np.array([[0, 1, 3]] * 2), PALETTE | {3: (1, 2, 3)}), "x 2, y 0 has the colour [1, 2, 3]"),
            (
                palette_png(np.array([[0, 1, 9]] * 2, np.uint8), PALETTE),
                "x 2, y 0 has the palette index 9 (colour [7, 7, 7])",
            ),
            (encoded(np.zeros((2, 2), np.uint8)), "the mask has 2x2 pixels, its picture 3x2"),
            (picture(3, 2, ".jpg"), "the mask is a JPEG file"),
            (b"", "the mask is not a readable PNG file"),
            (encoded(VALUES)[:40], "the mask cannot be decoded"),
            (palette_png(VALUES, PALETTE)[:830], "the mask cannot be decoded"),
            (encoded(np.zeros((2, 3, 3), np.uint16)), "the mask has colours of 16 bit"),
        ],
    )
    def test_says(self, data: bytes, says: str) -> None:
        with pytest.raises(BadMask) as refused:
            normalised(data, RULE, SIZE)
        assert says in refused.value.problem
        assert refused.value.fix

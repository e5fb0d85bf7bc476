"""Masks against OpenCV's warping, and their run lengths against pycocotools."""

import cv2
import numpy as np
import pytest
from pycocotools import mask as rle_codec

from workbench.engine.tasks import instance_masks


@pytest.mark.parametrize("seed", range(8))
def test_run_lengths_of_a_part(seed: int) -> None:
    """The same as pycocotools makes of the whole picture, also where the part touches the edges."""
    random = np.random.default_rng(seed)
    height, width = random.integers(1, 40, 2).tolist()
    top, left = (int(random.integers(0, size)) for size in (height, width))
    rows, columns = int(random.integers(1, height - top + 1)), int(random.integers(1, width - left + 1))
    if seed % 2:
        top, rows = 0, height
    part = random.random((rows, columns)) < random.choice([0.05, 0.5, 0.95, 1.0])
    whole = np.zeros((height, width), dtype=np.uint8, order="F")
    whole[top : top + rows, left : left + columns] = part
    made = instance_masks.encode(part, left, top, width, height)
    expected = rle_codec.encode(whole)
    assert made == expected
    np.testing.assert_array_equal(rle_codec.decode(made), whole)


def test_nothing_and_everything() -> None:
    for value in (False, True):
        made = instance_masks.encode(np.full((5, 7), value), 0, 0, 7, 5)
        assert made == rle_codec.encode(np.full((5, 7), value, dtype=np.uint8, order="F"))


def test_values_are_read_as_opencv_resizes() -> None:
    """A box over the whole picture is a resize; OpenCV aligns the centres of pixels in the same way."""
    random = np.random.default_rng(3)
    values = random.random((9, 13)).astype(np.float32)
    picture, box = (100, 60), np.array([0, 0, 100, 60], dtype=np.float32)
    made = instance_masks.paste(values, box, picture, (13 / 100, 0.0), (9 / 60, 0.0), 0.5)
    expected = cv2.resize(values, picture, interpolation=cv2.INTER_LINEAR)
    apart = rle_codec.decode(made).astype(bool) != (expected > 0.5)
    assert not (apart & (np.abs(expected - 0.5) > 1e-3)).any()
    assert 0.2 < rle_codec.decode(made).mean() < 0.8


def test_only_pixels_whose_centre_is_in_the_box() -> None:
    values = np.ones((2, 2), dtype=np.float32)
    box = np.array([2.4, 1.6, 5.5, 30.0], dtype=np.float32)
    made = rle_codec.decode(instance_masks.paste(values, box, (10, 8), (1, 0), (1, 0), 0.5))
    expected = np.zeros((8, 10))
    expected[2:, 2:5] = 1
    np.testing.assert_array_equal(made, expected)


def test_annotations_in_all_forms() -> None:
    """Polygons, counts, compressed RLE with text or bytes, JSON text: the same mask."""
    polygon = [[2.0, 1.0, 8.0, 1.0, 8.0, 5.0, 2.0, 5.0]]
    expected = np.zeros((6, 10), dtype=np.uint8, order="F")
    expected[1:5, 2:8] = 1
    rle = rle_codec.encode(expected)
    flat = expected.ravel(order="F").astype(int)
    edges = np.flatnonzero(np.diff(flat)) + 1
    counts = np.diff(np.r_[0, edges, flat.size]).tolist()
    forms = [
        polygon, '[[2.0,1.0,8.0,1.0,8.0,5.0,2.0,5.0]]', {"size": [6, 10], "counts": counts},
        {"size": [6, 10], "counts": rle["counts"]}, {"size": [6, 10], "counts": rle["counts"].decode()}, None,
    ]  # fmt: skip
    for form in forms:
        made = instance_masks.of_annotation({"bbox": [2, 1, 6, 4], "segmentation": form}, 10, 6)
        np.testing.assert_array_equal(rle_codec.decode(made), expected)


@pytest.mark.parametrize("seed", range(6))
def test_runs_of_compressed_text(seed: int) -> None:
    """Decoded by pycocotools and counted."""
    random = np.random.default_rng(seed)
    picture = cv2.resize(random.random((7, 9)), (400, 300)) > 0.5
    picture[0, 0] = bool(seed % 2)
    flat = picture.ravel(order="F").astype(int)
    edges = np.flatnonzero(np.diff(flat)) + 1
    counts = np.diff(np.r_[0, edges, flat.size]).tolist()
    encoded = rle_codec.encode(np.asfortranarray(picture.astype(np.uint8)))
    assert instance_masks.run_lengths(encoded["counts"]).tolist() == ([0, *counts] if flat[0] else counts)


@pytest.mark.parametrize(
    "form",
    [
        "no JSON", [[1, 2]], [[]], [["a"] * 6], {"size": [6, 10]}, {"counts": [60]}, 7, [7],
        {"size": [6, 10], "counts": [3]}, {"size": [6, 10], "counts": [70, -10]}, {"size": [10, 6], "counts": [60]},
        {"size": [6, 10], "counts": "00"}, {"size": [6, 10], "counts": ""}, {"size": [6, 10], "counts": "o" * 14 + "0"},
        {"size": [6, 10], "counts": "o"}, {"size": [6, 10], "counts": "ä"}, {"size": [6, 10], "counts": None},
    ],
)  # fmt: skip
def test_annotations_that_are_no_masks_become_their_box(form: object) -> None:
    made = instance_masks.of_annotation({"bbox": [2, 1, 6, 4], "segmentation": form}, 10, 6)
    assert rle_codec.area(made) == 24


def test_polygons_far_out_of_the_picture() -> None:
    """They would take all memory if each point of their edges were drawn."""
    far = [[-1e300, -1e300, 1e300, -1e300, 1e300, 1e300, -1e300, 1e300]]
    made = instance_masks.of_annotation({"bbox": [2, 1, 6, 4], "segmentation": far}, 10, 6)
    assert rle_codec.area(made) == 60
    assert rle_codec.area(instance_masks.of_annotation({"bbox": [2, 1, 1e300, 1e300]}, 10, 6)) == 40

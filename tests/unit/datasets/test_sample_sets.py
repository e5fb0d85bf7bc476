"""The pictures that come along: the same at every call, and worth looking at."""

from typing import Any

import cv2
import numpy as np
import pytest
from sklearn.datasets import load_digits

from workbench.datasets.making import SAMPLE_SETS
from workbench.datasets.sample_sets import _SETS, digit, drawn


def decoded(content: bytes) -> Any:
    return cv2.imdecode(np.frombuffer(content, np.uint8), cv2.IMREAD_COLOR)


class TestDrawn:
    @pytest.mark.parametrize(
        ("name", "size"), [("digits", (128, 128)), ("shapes", (320, 240)), ("textures", (256, 256))]
    )
    def test_the_same_again_and_different_from_each_other(self, name: str, size: tuple[int, int]) -> None:
        numbers = (0, 1, 7, SAMPLE_SETS[name] - 1)
        pictures = [drawn(name, number) for number in numbers]
        assert [drawn(name, number) for number in numbers] == pictures
        assert len({content for _, content in pictures}) == len(numbers)
        assert len({file for file, _ in pictures}) == len(numbers)
        for file, content in pictures:
            image = decoded(content)
            assert (image.shape[1], image.shape[0]) == size
            assert image.std() > 5, f"{file} shows nothing"

    def test_sets_are_those_that_are_counted(self) -> None:
        assert set(_SETS) == set(SAMPLE_SETS)

    def test_the_last_digit(self) -> None:
        assert len(load_digits().target) == SAMPLE_SETS["digits"]
        with pytest.raises(IndexError):
            drawn("digits", SAMPLE_SETS["digits"])


class TestDigit:
    def test_it_is_that_of_scikit_learn(self) -> None:
        """Averaged over each cell, dark ink is the stroke."""
        for number in (0, 100, 1796):
            cells = 255.0 - digit(number)[:, :, 0].reshape(8, 16, 8, 16).mean(axis=(1, 3))
            strokes = load_digits().images[number] / 16 * 255
            assert np.corrcoef(cells.ravel(), strokes.ravel())[0, 1] > 0.98

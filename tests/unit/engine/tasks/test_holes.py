from typing import Any

import numpy as np
import pytest

from workbench.accuracy.reading_schemas import Hole
from workbench.engine.tasks import holes


def hole(**fields: Any) -> dict[str, Any]:
    return Hole(**fields).model_dump(mode="json")


class TestRectangle:
    def test_has_its_size_and_lies_inside(self) -> None:
        for number in range(40):
            mask = holes.hole_mask(hole(width=20, height=7), 50, 30, number)
            rows, columns = np.nonzero(mask)
            assert mask.shape == (30, 50)
            assert mask.sum() == 140
            assert (int(np.ptp(rows)) + 1, int(np.ptp(columns)) + 1) == (7, 20)

    def test_reaches_every_corner(self) -> None:
        seen = np.zeros((4, 4), bool)
        for number in range(100):
            seen |= holes.hole_mask(hole(width=2, height=2), 4, 4, number)
        assert seen.all()

    def test_is_at_most_the_picture(self) -> None:
        assert holes.hole_mask(hole(width=64, height=4), 10, 10, 0).sum() == 40


class TestFreeForm:
    def test_has_strokes_about_as_wide_as_the_brush(self) -> None:
        wanted = hole(kind="free_form", parts=1, brush=10, length=60, vertices=3)
        for number in range(30):
            mask = holes.hole_mask(wanted, 200, 200, number)
            # One stroke of at most three legs of at most 60 by 10, with round ends.
            assert 0 < mask.sum() <= 3 * 60 * 12 + 4 * 120

    def test_more_parts_cut_more(self) -> None:
        few = [holes.hole_mask(hole(kind="free_form", parts=1), 256, 256, number).sum() for number in range(20)]
        many = [holes.hole_mask(hole(kind="free_form", parts=20), 256, 256, number).sum() for number in range(20)]
        assert np.mean(many) > 5 * np.mean(few)

    def test_a_brush_larger_than_the_picture_is_no_mistake(self) -> None:
        assert holes.hole_mask(hole(kind="free_form", brush=500, length=4096, parts=100), 8, 8, 0).all()


@pytest.mark.parametrize("kind", ["rectangle", "free_form"])
def test_follows_from_seed_and_number(kind: Any) -> None:
    first = holes.hole_mask(hole(kind=kind), 128, 128, 3)
    assert (first == holes.hole_mask(hole(kind=kind), 128, 128, 3)).all()
    assert (first != holes.hole_mask(hole(kind=kind), 128, 128, 4)).any()
    assert (first != holes.hole_mask(hole(kind=kind, seed=1), 128, 128, 3)).any()


def test_mask_values() -> None:
    mask = np.array([[True, False]])
    assert holes.mask_values(hole(), mask).tolist() == [[1, 0]]
    assert holes.mask_values(hole(inverse=True), mask).tolist() == [[0, 1]]
    assert holes.mask_values(hole(), mask).dtype == np.float32

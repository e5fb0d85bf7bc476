"""Who meets whom in one picture, by hand."""

import numpy as np

from workbench.engine.tasks import matching
from workbench.engine.tasks.matching import IGNORED, RIGHT, WRONG


def voc(overlaps: list[list[float]], ignored: list[bool], minimum: float = 0.5) -> tuple[list[int], list[int]]:
    table = np.array(overlaps)
    states, met = matching.voc(table, np.ones_like(table, dtype=bool), np.array(ignored), minimum)
    return states.tolist(), met.tolist()


def test_a_second_box_on_an_object_is_wrong() -> None:
    """Even where another object is free: a box belongs to the one that it overlaps most."""
    assert voc([[0.9, 0.1], [0.8, 0.6]], [False, False]) == ([RIGHT, WRONG], [0, -1])


def test_difficult_ones_take_any_number_and_count_neither_way() -> None:
    assert voc([[0.9], [0.8], [0.3]], [True]) == ([IGNORED, IGNORED, WRONG], [0, 0, -1])


def test_one_that_counts_comes_before_a_difficult_one() -> None:
    assert voc([[0.6, 0.7]], [False, True]) == ([RIGHT], [0])
    assert voc([[0.4, 0.7]], [False, True]) == ([IGNORED], [1])


def test_the_minimum_itself_is_enough() -> None:
    assert voc([[0.5]], [False])[0] == [RIGHT]
    assert voc([[0.4999]], [False])[0] == [WRONG]


def test_other_labels_do_not_meet() -> None:
    states, met = matching.voc(np.array([[0.9]]), np.array([[False]]), np.array([False]), 0.5)
    assert (states.tolist(), met.tolist()) == ([WRONG], [-1])


def test_lanes_of_coco() -> None:
    """An overlap of 0.72 is right up to 0.70; a box of 50² pixels is medium, so that small and large leave it out."""
    right, ignored = matching.coco(
        np.array([[0.72]]),
        np.array([[True]]),
        np.array([2500.0]),
        np.array([2500.0]),
        np.array([False]),
        np.array([False]),
    )
    for area in range(4):
        for number in range(10):
            is_right = bool(matching.lane(right, area, number)[0])
            is_out = bool(matching.lane(ignored, area, number)[0])
            assert is_right == (area in (0, 2) and number < 5)
            assert is_out == (area in (1, 3))

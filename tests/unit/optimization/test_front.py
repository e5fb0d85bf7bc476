"""Which versions are beaten, against looking at every pair."""

from hypothesis import given
from hypothesis import strategies as st

from workbench.optimization.front import Point, dominated_by

FIGURE = st.none() | st.integers(0, 6).map(float)


def test_by_hand() -> None:
    # Latency and accuracy: the third is slower than the first at the same accuracy, the fourth was not judged.
    points: list[Point] = [(10, 0.9), (5, 0.8), (12, 0.9), (1, None), (5, 0.8)]
    assert dominated_by(points, (True, False)) == [None, None, 0, None, None]


def test_the_best_in_the_first_figure_is_named() -> None:
    assert dominated_by([(3, 1), (1, 1), (2, 1)], (True, True)) == [1, None, 1]


@given(st.lists(st.tuples(FIGURE, FIGURE), max_size=12), st.booleans(), st.booleans())
def test_every_pair(points: list[Point], first_lower: bool, second_lower: bool) -> None:
    found = dominated_by(points, (first_lower, second_lower))

    def beats(other: Point, one: Point) -> bool:
        if None in other or None in one:
            return False
        firsts, seconds = (other[0], one[0]), (other[1], one[1])
        good = [a <= b if lower else a >= b for (a, b), lower in ((firsts, first_lower), (seconds, second_lower))]  # type: ignore[operator]
        return all(good) and other != one

    for place, by in enumerate(found):
        beaten = [other for other in points if beats(other, points[place])]
        assert (by is not None) == bool(beaten)
        if by is not None:
            assert beats(points[by], points[place])
            # Who is named is beaten by nobody in the first figure.
            best = min(other[0] for other in beaten) if first_lower else max(other[0] for other in beaten)  # type: ignore[type-var]
            assert points[by][0] == best

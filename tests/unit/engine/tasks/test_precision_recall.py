"""Average precision by hand, by definition, and beside scikit-learn's."""

import numpy as np
import pytest
from sklearn.metrics import average_precision_score

from workbench.engine.tasks.precision_recall import average_precision, average_precision_of_few


def ap(right: list[bool], positives: int, kind: str, weights: list[list[float]] | None = None) -> list[float]:
    flags = np.array(right, dtype=bool)
    given = np.ones((1, len(right))) if weights is None else np.array(weights, dtype=np.float64)
    found = average_precision(flags, np.cumsum(given, axis=1), given, np.full(len(given), float(positives)), kind)
    return [float(value) for value in found]


def test_worked_by_hand() -> None:
    """Right, wrong, right, right, wrong of 4 annotations: precision 1, 2/3, 3/4 at recall 1/4, 2/4, 3/4; the envelope
    makes 2/3 a 3/4. Area: (1 + 3/4 + 3/4) / 4. Eleven points: 0 to 0.2 read 1, 0.3 to 0.7 read 3/4."""
    right = [True, False, True, True, False]
    assert ap(right, 4, "integral") == [pytest.approx(0.625)]
    assert ap(right, 4, "11_point") == [pytest.approx((3 * 1 + 5 * 0.75) / 11)]
    # 101 points: 0.00 to 0.25 are 26, 0.26 to 0.75 are 50.
    assert ap(right, 4, "coco") == [pytest.approx((26 * 1 + 50 * 0.75) / 101)]


@pytest.mark.parametrize("kind", ["integral", "11_point", "coco"])
def test_of_nothing(kind: str) -> None:
    assert ap([], 3, kind) == [0]
    assert ap([False, False], 3, kind) == [0]
    assert np.isnan(ap([False, True], 0, kind)[0])


@pytest.mark.parametrize("kind", ["integral", "11_point"])
@pytest.mark.parametrize("seed", range(5))
def test_of_few_is_the_same(kind: str, seed: int) -> None:
    random = np.random.default_rng(seed)
    right = (random.random(30) < 0.4).tolist()
    positives = sum(right) + int(random.integers(1, 5))
    assert average_precision_of_few(right, positives, kind) == pytest.approx(ap(right, positives, kind)[0], abs=1e-12)


def test_beside_scikit_learn() -> None:
    """Where precision never rises and every annotation is found, its sum of steps is the same area."""
    right = [True, True, False, True, False, False, True]
    scores = np.arange(7, 0, -1)
    steps = average_precision_score(right, scores)
    assert ap(right, 4, "integral")[0] == pytest.approx(steps)


@pytest.mark.parametrize("kind", ["integral", "11_point", "coco"])
def test_weights_are_repetitions(kind: str) -> None:
    """A picture with weight 2 counts as if it were there twice, one with 0 as if it were not."""
    right = [True, False, True, True, False, True]
    weights = [2.0, 1.0, 0.0, 3.0, 2.0, 1.0]
    repeated = [flag for flag, times in zip(right, weights, strict=True) for _ in range(int(times))]
    found = average_precision(np.array(right), np.cumsum([weights], axis=1), np.array([weights]), np.array([9.0]), kind)
    # Within the repetitions of a right box precision goes on rising, so that the envelope reads it at their end.
    assert float(found[0]) == pytest.approx(ap(repeated, 9, kind)[0], abs=1e-12)
    doubled = average_precision(
        np.array(right), np.cumsum(np.full((1, 6), 2.0), axis=1), np.full((1, 6), 2.0), np.array([18.0]), kind
    )
    assert float(doubled[0]) == pytest.approx(ap(right, 9, kind)[0])

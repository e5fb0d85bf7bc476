"""Ridge regression and its leave-one-out predictions, against their definitions."""

import math

import numpy as np
import pytest
from numpy.typing import NDArray

from workbench.sample import classifier
from workbench.sample.classifier import Ridge


@pytest.fixture
def data() -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    rng = np.random.default_rng(8)
    return rng.normal(size=(12, 20)), rng.normal(size=(12, 3))


def solved(values: NDArray[np.float64], targets: NDArray[np.float64], strength: float) -> NDArray[np.float64]:
    """The normal equations of ridge regression, as textbooks have them."""
    gram = values.T @ values + strength * np.eye(values.shape[1])
    return np.asarray(np.linalg.solve(gram, values.T @ targets), np.float64)


@pytest.mark.parametrize("strength", [0.1, 5.0])
class TestRidge:
    def test_weights_solve_the_normal_equations(
        self, data: tuple[NDArray[np.float64], NDArray[np.float64]], strength: float
    ) -> None:
        values, targets = data
        assert Ridge(values, targets).weights(strength) == pytest.approx(solved(values, targets, strength))

    def test_left_out_is_what_the_others_predict(
        self, data: tuple[NDArray[np.float64], NDArray[np.float64]], strength: float
    ) -> None:
        values, targets = data
        predicted = Ridge(values, targets).left_out(strength)
        for number in range(len(values)):
            others = np.arange(len(values)) != number
            expected = values[number] @ solved(values[others], targets[others], strength)
            assert predicted[number] == pytest.approx(expected)


class TestLogLoss:
    def test_of_equal_scores(self) -> None:
        assert classifier.log_loss(np.zeros((4, 10)), np.arange(4)) == pytest.approx(math.log(10))

    def test_of_two_rows(self) -> None:
        # softmax(0, ln 3) = (1/4, 3/4)
        scores = np.array([[0.0, math.log(3)], [0.0, math.log(3)]])
        expected = (math.log(4) + math.log(4 / 3)) / 2
        assert classifier.log_loss(scores, np.array([0, 1])) == pytest.approx(expected)

    def test_of_large_scores_is_finite(self) -> None:
        assert classifier.log_loss(np.array([[5000.0, 0.0]]), np.array([1])) == pytest.approx(5000.0)


class TestFit:
    def test_separates_what_can_be_separated(self) -> None:
        rng = np.random.default_rng(1)
        classes = np.arange(90) % 3
        features = (4.0 * np.eye(3)[classes] + rng.normal(0, 0.3, (90, 3))).astype(np.float32)
        head = classifier.fit(features, classes, 3)
        assert np.array_equal((features @ head.weights + head.bias).argmax(axis=1), classes)

    def test_a_constant_feature_has_no_weight(self) -> None:
        rng = np.random.default_rng(2)
        classes = np.arange(60) % 2
        features = np.column_stack([rng.normal(classes, 0.1), np.full(60, 7.0)]).astype(np.float32)
        head = classifier.fit(features, classes, 2)
        assert np.abs(head.weights[1]).max() == 0.0
        assert np.isfinite(head.bias).all()

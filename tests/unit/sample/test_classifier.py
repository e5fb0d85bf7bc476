"""Ridge regression and the classifier made of it, against their definitions."""

import numpy as np
import pytest

from workbench.sample import classifier


@pytest.mark.parametrize("strength", [0.1, 5.0])
def test_ridge_solves_the_normal_equations(strength: float) -> None:
    rng = np.random.default_rng(8)
    values, targets = rng.normal(size=(12, 20)), rng.normal(size=(12, 3))
    weights = classifier.ridge(values, targets, strength)
    assert weights.shape == (20, 3)
    # Where |XW - Y|² + strength · |W|² is least, its gradient is zero.
    gradient = values.T @ (values @ weights - targets) + strength * weights
    assert np.abs(gradient).max() < 1e-10


def test_ridge_of_one_sample() -> None:
    # One feature x and target y: w = x y / (x² + strength) = 2 · 3 / (4 + 2).
    assert classifier.ridge(np.array([[2.0]]), np.array([[3.0]]), 2.0) == pytest.approx(np.array([[1.0]]))


class TestFit:
    def test_separates_what_can_be_separated(self) -> None:
        rng = np.random.default_rng(1)
        classes = np.arange(90) % 3
        features = (4.0 * np.eye(3)[classes] + rng.normal(0, 0.3, (90, 3))).astype(np.float32)
        head = classifier.fit(features, classes, 3)
        assert np.array_equal((features @ head.weights + head.bias).argmax(axis=1), classes)

    def test_does_not_depend_on_the_units_of_the_features(self) -> None:
        rng = np.random.default_rng(5)
        classes = np.arange(40) % 2
        features = rng.normal(classes[:, None], 0.5, (40, 3)).astype(np.float32)
        plain = classifier.fit(features, classes, 2)
        scaled = classifier.fit(features * 8.0 + 3.0, classes, 2)
        expected = features @ plain.weights + plain.bias
        assert (features * 8.0 + 3.0) @ scaled.weights + scaled.bias == pytest.approx(expected, rel=1e-3, abs=1e-3)

    def test_a_constant_feature_has_no_weight(self) -> None:
        rng = np.random.default_rng(2)
        classes = np.arange(60) % 2
        features = np.column_stack([rng.normal(classes, 0.1), np.full(60, 7.0)]).astype(np.float32)
        head = classifier.fit(features, classes, 2)
        assert np.abs(head.weights[1]).max() == 0.0
        assert np.isfinite(head.bias).all()

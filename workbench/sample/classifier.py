"""The linear classifier: ridge regression on standardised features, its strength chosen by leaving one out."""

import numpy as np
from numpy.typing import NDArray

from workbench.sample.digits import Classes
from workbench.sample.network import Head

STRENGTHS = (1e1, 3e1, 1e2, 3e2, 1e3, 3e3)
GAINS = (2.0, 3.0, 5.0, 7.0, 10.0, 14.0, 20.0)

Matrix = NDArray[np.float64]


def fit(features: NDArray[np.float32], classes: Classes, labels: int) -> Head:
    """A classifier for `features` (samples × width) of `classes` (samples, 0 to `labels` - 1).

    Scores are regressed on targets 1 (its class) and 0. The log loss of predictions with each sample left out chooses
    the strength of the ridge, and the gain that turns scores into probabilities by softmax. Deterministic.
    """
    values = features.astype(np.float64)
    mean, deviation = values.mean(axis=0), values.std(axis=0)
    # A feature that never changes tells nothing; it gets weight 0.
    inverse = np.divide(1.0, deviation, out=np.zeros_like(deviation), where=deviation > 1e-6)
    standard = (values - mean) * inverse
    targets = np.eye(labels)[classes]
    centre = targets.mean(axis=0)
    ridge = Ridge(standard, targets - centre)
    losses = [
        (log_loss(gain * (centre + scores), classes), strength, gain)
        for strength in STRENGTHS
        for scores in [ridge.left_out(strength)]
        for gain in GAINS
    ]
    _, strength, gain = min(losses)
    weights = gain * inverse[:, None] * ridge.weights(strength)
    bias = gain * centre - mean @ weights
    return Head(weights.astype(np.float32), bias.astype(np.float32))


class Ridge:
    """Ridge regression of `targets` (samples × labels) on `values` (samples × width), for any number of strengths."""

    def __init__(self, values: Matrix, targets: Matrix) -> None:
        self._values = values
        self._targets = targets
        # There are fewer samples than features, so the samples' Gram matrix is the smaller way.
        self._eigenvalues, self._vectors = np.linalg.eigh(values @ values.T)
        self._projected = self._vectors.T @ targets

    def weights(self, strength: float) -> Matrix:
        """Width × labels: (XᵀX + strength · 1)⁻¹ XᵀY, computed as Xᵀ (XXᵀ + strength · 1)⁻¹ Y."""
        dual = self._vectors @ (self._projected / (self._eigenvalues + strength)[:, None])
        weights: Matrix = self._values.T @ dual
        return weights

    def left_out(self, strength: float) -> Matrix:
        """Samples × labels: the prediction for each sample by a regression on all others.

        In closed form: y - f₋(x) = (y - f(x)) / (1 - leverage) (Hastie, Tibshirani, Friedman, "The elements of
        statistical learning", 2009, eq. 7.64).
        """
        shrink = self._eigenvalues / (self._eigenvalues + strength)
        predicted = self._vectors @ (shrink[:, None] * self._projected)
        leverage = (self._vectors**2 @ shrink)[:, None]
        left_out: Matrix = self._targets - (self._targets - predicted) / (1.0 - leverage)
        return left_out


def log_loss(scores: Matrix, classes: Classes) -> float:
    """Mean of -ln softmax(scores)[class] over the rows of `scores` (samples × labels), in nats."""
    shifted = scores - scores.max(axis=1, keepdims=True)
    normaliser = np.log(np.exp(shifted).sum(axis=1))
    return float(np.mean(normaliser - shifted[np.arange(len(classes)), classes]))

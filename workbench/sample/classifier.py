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

    Scores are regressed on targets 1 (its class) and 0. Predictions with each sample left out in turn come in closed
    form from the eigenvectors of the Gram matrix (Hastie, Tibshirani, Friedman, "The elements of statistical
    learning", 2009, eq. 7.64); their log loss chooses the strength of the ridge, and the gain that turns scores into
    probabilities by softmax. Deterministic.
    """
    values = features.astype(np.float64)
    mean, deviation = values.mean(axis=0), values.std(axis=0)
    # A feature that never changes tells nothing; it gets weight 0.
    inverse = np.divide(1.0, deviation, out=np.zeros_like(deviation), where=deviation > 1e-6)
    standard = (values - mean) * inverse
    targets = np.eye(labels)[classes]
    centre = targets.mean(axis=0)
    eigenvalues, vectors = np.linalg.eigh(standard @ standard.T)
    projected = vectors.T @ (targets - centre)

    best: tuple[float, float, float] | None = None
    for strength in STRENGTHS:
        shrink = eigenvalues / (eigenvalues + strength)
        predicted = vectors @ (shrink[:, None] * projected)
        leverage = np.einsum("ij,j,ij->i", vectors, shrink, vectors)[:, None]
        left_out = centre + (predicted - leverage * (targets - centre)) / (1.0 - leverage)
        for gain in GAINS:
            loss = log_loss(gain * left_out, classes)
            if best is None or loss < best[0]:
                best = (loss, strength, gain)
    assert best is not None
    _, strength, gain = best
    dual = vectors @ (projected / (eigenvalues + strength)[:, None])
    weights = gain * inverse[:, None] * (standard.T @ dual)
    bias = gain * centre - mean @ weights
    return Head(weights.astype(np.float32), bias.astype(np.float32))


def log_loss(scores: Matrix, classes: Classes) -> float:
    """Mean of -ln softmax(scores)[class] over the rows of `scores` (samples × labels), in nats."""
    shifted = scores - scores.max(axis=1, keepdims=True)
    normaliser = np.log(np.exp(shifted).sum(axis=1))
    return float(np.mean(normaliser - shifted[np.arange(len(classes)), classes]))

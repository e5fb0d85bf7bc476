"""Fourier transforms and matrix inversion."""

from __future__ import annotations

import math

from workbench.engine.analyze.formulas.layer import Formula, Layer, OpenShape, product


def fft(points: int) -> int:
    """Operations of one complex transform, 5 n log2 n: the customary figure of Cooley and Tukey's algorithm."""
    return round(5 * points * math.log2(points)) if points > 1 else 0


def _sizes(layer: Layer, shape: tuple[int, ...], complex_axis: bool) -> tuple[int, int]:
    rank = len(shape) - complex_axis
    axes = layer.axes(1, rank)
    if axes is None:
        raise OpenShape
    points = product([shape[axis] for axis in axes])
    return points, product(shape[:rank]) // max(1, points)


def _dft(layer: Layer) -> int:
    """Complex values as a last axis of 2; the transform is over all its axes together, for each of the others."""
    points, times = _sizes(layer, layer.output(), True)
    return times * fft(points)


def _rdft(layer: Layer) -> int:
    """Half of the complex transform of the same length."""
    points, times = _sizes(layer, layer.shape(0), False)
    return times * (fft(points) // 2)


def _irdft(layer: Layer) -> int:
    points, times = _sizes(layer, layer.output(), False)
    return times * (fft(points) // 2)


def _frames(layer: Layer, spectrum: tuple[int, ...], bins: int) -> int:
    return product(spectrum[:-1]) // max(1, bins)


def _stft(layer: Layer) -> int:
    """For each frame the window (1 for each sample) and a real transform."""
    size = layer.constant(2)
    if not size:
        raise OpenShape
    frame = int(size[0])
    return _frames(layer, layer.output(), frame // 2 + 1) * (frame + fft(frame) // 2)


def _istft(layer: Layer) -> int:
    """For each frame a real transform, the window, and the addition of what overlaps."""
    size = layer.constant(2)
    if not size:
        raise OpenShape
    frame = int(size[0])
    return _frames(layer, layer.shape(0), frame // 2 + 1) * (2 * frame + fft(frame) // 2)


def _inverse(layer: Layer) -> int:
    """Gauss and Jordan: 2 n**3 for each matrix."""
    shape = layer.shape(0)
    return 2 * shape[-1] * product(shape)


FORMULAS: dict[str, Formula] = {
    "DFT": _dft,
    "IDFT": _dft,
    "RDFT": _rdft,
    "IRDFT": _irdft,
    "STFT": _stft,
    "ISTFT": _istft,
    "Inverse": _inverse,
}

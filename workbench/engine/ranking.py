"""Quantised operations ranked by how much each hurts: how much better the model is when only they are put back.

This is the ranking of NNCF's accuracy control (`nncf.quantization.algorithms.accuracy_control.ranker`) with the metric
itself; where many operations come to the same figure, as on few samples they do, the distance of the outputs decides.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from workbench.engine.reverting import Group, Reverter
from workbench.engine.validation import Measured, Validation

OnRanked = Callable[["Ranked", int, int], None]


@dataclass(frozen=True)
class Ranked:
    """`measured` of the model in which only `group` is in floating point; `gain` over the quantised one."""

    group: Group
    measured: Measured
    gain: float
    distance_gain: float


def rank(reverter: Reverter, validation: Validation, quantized: Measured, told: OnRanked | None = None) -> list[Ranked]:
    """All groups, the most harmful first."""
    found = []
    for number, group in enumerate(reverter.groups):
        measured = validation.measure(reverter.reverted([group]))
        closer = (quantized.distance or 0.0) - (measured.distance or 0.0)
        gain = closer
        if measured.value is not None and quantized.value is not None:
            gain = validation.better(measured.value, quantized.value)
        one = Ranked(group, measured, gain, closer)
        found.append(one)
        if told is not None:
            told(one, number + 1, len(reverter.groups))
    return sorted(found, key=lambda one: (-one.gain, -one.distance_gain))

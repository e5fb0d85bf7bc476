"""Axes of the charts in reports: where values stand, and which of them are written."""

import math
from collections.abc import Iterable
from dataclasses import dataclass

_STEPS = (1.0, 2.0, 2.5, 5.0, 10.0)


@dataclass(frozen=True)
class Scale:
    """From values (`low` … `high`) to places on the paper (`start` … `end`)."""

    low: float
    high: float
    start: float
    end: float
    ticks: tuple[float, ...]
    logarithmic: bool = False

    def at(self, value: float) -> float:
        """The place of a value; one beyond the ends is drawn at the end."""
        low, high, here = (math.log10(part) if self.logarithmic else part for part in self._held(value))
        return round(self.start + (self.end - self.start) * (here - low) / (high - low), 2)

    def _held(self, value: float) -> tuple[float, float, float]:
        return self.low, self.high, min(max(value, self.low), self.high)


def linear(values: Iterable[float], start: float, end: float, count: int = 5, zero: bool = True) -> Scale:
    """Round ticks that hold all values; from 0 on unless `zero` is False."""
    known = [value for value in values if math.isfinite(value)]
    low, high = (min(known), max(known)) if known else (0.0, 1.0)
    low = min(0.0, low) if zero else low
    if high <= low:
        high = low + (abs(low) or 1.0)
    step = _step((high - low) / count)
    first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
    ticks = tuple(float(f"{number * step:.12g}") for number in range(first, last + 1))
    return Scale(ticks[0], ticks[-1], start, end, ticks)


def logarithmic(values: Iterable[float], start: float, end: float) -> Scale:
    """Whole decades that hold all values above 0; within two decades also 2 and 5."""
    known = [value for value in values if math.isfinite(value) and value > 0]
    low, high = (min(known), max(known)) if known else (1.0, 10.0)
    first, last = math.floor(math.log10(low) + 1e-9), math.ceil(math.log10(high) - 1e-9)
    last = max(last, first + 1)
    parts = (1, 2, 5) if last - first <= 2 else (1,)
    ticks = [10.0**power * part for power in range(first, last) for part in parts] + [10.0**last]
    return Scale(10.0**first, 10.0**last, start, end, tuple(ticks), logarithmic=True)


def ratios(values: Iterable[float], start: float, end: float) -> Scale:
    """A logarithmic scale around 1 that holds all ratios, as wide to both sides as the farthest; 1.1 at least."""
    known = [abs(math.log(value)) for value in values if math.isfinite(value) and value > 0]
    reach = max([math.log(1.1), *known]) * 1.05
    choices = (1.05, 1.1, 1.25, 1.5, 2.0, 3.0, 5.0, 10.0, 30.0, 100.0, 1000.0)
    inside = [choice for choice in choices if math.log(choice) <= reach]
    # Few, with room between them, outermost first.
    kept: list[float] = []
    for choice in sorted(inside, reverse=True):
        if all(abs(math.log(choice) - math.log(other)) > reach / 4 for other in [1.0, *kept]):
            kept.append(choice)
    ticks = sorted([1.0, *kept, *(1 / choice for choice in kept)])
    return Scale(math.exp(-reach), math.exp(reach), start, end, tuple(ticks), logarithmic=True)


def _step(rough: float) -> float:
    size = 10.0 ** math.floor(math.log10(rough))
    return next(part * size for part in _STEPS if part * size >= rough * (1 - 1e-9))

"""The figures that runs are compared by."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

from workbench.comparisons.accuracy_figure import accuracy_metric
from workbench.comparisons.differences import difference
from workbench.comparisons.measured import Measured
from workbench.comparisons.schemas import Metric, Value

# Behind the figures of speed that people look at first.
_PLACE_OF_ACCURACY = 2


@dataclass(frozen=True)
class _Figure:
    name: str
    label: str
    unit: str
    better: Literal["higher", "lower"] | None
    read: Callable[[Measured], Value | None]


def _value(number: float | None, ci95: list[float] | None = None) -> Value | None:
    return None if number is None else Value(value=float(number), ci95=ci95)


def _latency(name: str) -> Callable[[Measured], Value | None]:
    return lambda side: _value(getattr(side.run.latency_ms, name))


def _analysis(side: Measured, name: str) -> Value | None:
    analysis = side.model.analysis if side.model is not None else None
    return _value(getattr(analysis, name)) if analysis is not None else None


def _work(side: Measured) -> Value | None:
    """Operations on integers counted like those on floats: an INT8 model does the same work in other numbers."""
    analysis = side.model.analysis if side.model is not None else None
    if analysis is None or (analysis.gflop is None and analysis.giop is None):
        return None
    return _value((analysis.gflop or 0.0) + (analysis.giop or 0.0))


FIGURES = (
    _Figure(
        "throughput_fps", "Throughput", "FPS", "higher",
        lambda side: _value(side.run.throughput_fps, side.run.throughput_ci95),
    ),
    _Figure(
        "latency_median_ms", "Latency, median", "ms", "lower",
        lambda side: _value(side.run.latency_ms.median, side.run.latency_median_ci95),
    ),
    _Figure("latency_mean_ms", "Latency, mean", "ms", "lower", _latency("mean")),
    _Figure("latency_p90_ms", "Latency, p90", "ms", "lower", _latency("p90")),
    _Figure("latency_p95_ms", "Latency, p95", "ms", "lower", _latency("p95")),
    _Figure("latency_p99_ms", "Latency, p99", "ms", "lower", _latency("p99")),
    _Figure("latency_p999_ms", "Latency, p99.9", "ms", "lower", _latency("p999")),
    _Figure("compile_ms", "Compile", "ms", "lower", lambda side: _value(side.run.compile_ms)),
    _Figure("compile_cached_ms", "Compile from cache", "ms", "lower", lambda side: _value(side.run.compile_cached_ms)),
    _Figure("first_inference_ms", "First inference", "ms", "lower", lambda side: _value(side.run.first_inference_ms)),
    _Figure("peak_memory_bytes", "Peak memory", "bytes", "lower", lambda side: _value(side.run.peak_memory_bytes)),
    _Figure(
        "model_size_bytes", "Size of the model", "bytes", "lower",
        lambda side: _value(side.model.size_bytes) if side.model is not None else None,
    ),
    _Figure("weight_bytes", "Weights", "bytes", "lower", lambda side: _analysis(side, "weight_bytes")),
    _Figure("gflop", "Work of one inference", "GFLOP", None, _work),
    _Figure(
        "layers_us", "All layers together", "µs", "lower",
        lambda side: _value(side.layers.total_us) if side.layers is not None else None,
    ),
)  # fmt: skip


def metrics(sides: Sequence[Measured]) -> list[Metric]:
    """All figures that at least one side has, with differences against the first."""
    found = []
    for figure in FIGURES:
        values = [figure.read(side) for side in sides]
        if all(value is None for value in values):
            continue
        differences = [None if place == 0 else difference(values[0], value) for place, value in enumerate(values)]
        found.append(
            Metric(
                name=figure.name,
                label=figure.label,
                unit=figure.unit,
                better=figure.better,
                values=values,
                differences=differences,
            )
        )
    accuracy = accuracy_metric(sides)
    if accuracy is not None:
        found.insert(min(_PLACE_OF_ACCURACY, len(found)), accuracy)
    return found

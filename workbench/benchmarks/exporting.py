"""Runs and layers as tables for other programs; the names of the columns hold the units."""

from collections.abc import Callable, Sequence
from typing import Any

from workbench.benchmarks.layer_schemas import Layer, Layers
from workbench.benchmarks.schemas import Run
from workbench.downloads import Cell, csv_text

RunColumn = tuple[str, Callable[[Run], Cell]]


def _end(bounds: list[float] | None, place: int) -> float | None:
    return bounds[place] if bounds else None


def _text(value: object) -> str | None:
    return None if value is None else str(value)


RUN_COLUMNS: tuple[RunColumn, ...] = (
    ("id", lambda run: run.id),
    ("label", lambda run: run.label),
    ("source", lambda run: run.source),
    ("scenario", lambda run: run.scenario),
    ("device", lambda run: run.device),
    ("hint", lambda run: run.hint),
    ("streams", lambda run: run.streams),
    ("requests", lambda run: run.requests),
    ("batch", lambda run: run.batch),
    ("threads", lambda run: run.threads),
    ("api", lambda run: run.configuration.api if run.configuration is not None else None),
    ("arrivals_per_s", lambda run: run.open_loop.arrivals_per_s if run.open_loop is not None else None),
    ("requested_precision", lambda run: run.requested_precision),
    ("effective_precision", lambda run: run.effective_precision),
    ("input", lambda run: _text(run.input.get("description"))),
    ("throughput_fps", lambda run: run.throughput_fps),
    ("throughput_ci95_low_fps", lambda run: _end(run.throughput_ci95, 0)),
    ("throughput_ci95_high_fps", lambda run: _end(run.throughput_ci95, 1)),
    ("latency_min_ms", lambda run: run.latency_ms.min),
    ("latency_mean_ms", lambda run: run.latency_ms.mean),
    ("latency_median_ms", lambda run: run.latency_ms.median),
    ("latency_median_ci95_low_ms", lambda run: _end(run.latency_median_ci95, 0)),
    ("latency_median_ci95_high_ms", lambda run: _end(run.latency_median_ci95, 1)),
    ("latency_p90_ms", lambda run: run.latency_ms.p90),
    ("latency_p95_ms", lambda run: run.latency_ms.p95),
    ("latency_p99_ms", lambda run: run.latency_ms.p99),
    ("latency_p999_ms", lambda run: run.latency_ms.p999),
    ("latency_max_ms", lambda run: run.latency_ms.max),
    ("samples", lambda run: run.samples),
    ("duration_s", lambda run: run.duration_s),
    ("read_ms", lambda run: run.read_ms),
    ("reshape_ms", lambda run: run.reshape_ms),
    ("compile_ms", lambda run: run.compile_ms),
    ("compile_cached_ms", lambda run: run.compile_cached_ms),
    ("first_inference_ms", lambda run: run.first_inference_ms),
    ("peak_memory_bytes", lambda run: run.peak_memory_bytes),
    ("verdict", lambda run: run.verdict),
    ("verdict_reason", lambda run: run.verdict_reason),
    ("spread", lambda run: run.spread),
    ("drift", lambda run: run.drift),
    ("cpu_others", lambda run: run.cpu_others),
    ("cpu", lambda run: _text(run.provenance.get("cpu"))),
    ("openvino", lambda run: _text(run.provenance.get("openvino"))),
    ("model_sha256", lambda run: _text(run.provenance.get("model_sha256"))),
    ("created_at", lambda run: run.created_at.isoformat()),
)

LAYER_COLUMNS: tuple[tuple[str, Callable[[Layer], Cell]], ...] = (
    ("order", lambda layer: layer.order),
    ("name", lambda layer: layer.name),
    ("type", lambda layer: layer.type),
    ("primitive", lambda layer: layer.primitive),
    ("runtime_precision", lambda layer: layer.runtime_precision),
    ("status", lambda layer: layer.status),
    ("time_us", lambda layer: layer.time_us),
    ("share", lambda layer: layer.share),
    ("flop", lambda layer: layer.flop),
    ("bytes", lambda layer: layer.bytes),
    ("weight_bytes", lambda layer: layer.weight_bytes),
    ("gflops", lambda layer: layer.gflops),
    ("gbps", lambda layer: layer.gbps),
    ("intensity_flop_per_byte", lambda layer: layer.intensity),
    ("bound", lambda layer: layer.bound),
    ("roof_share", lambda layer: layer.roof_share),
    ("conversion", lambda layer: layer.conversion),
    ("converts_from", lambda layer: layer.converts.source if layer.converts is not None else None),
    ("converts_to", lambda layer: layer.converts.to if layer.converts is not None else None),
    ("originals", lambda layer: " | ".join(original.name for original in layer.originals)),
    ("inputs", lambda layer: _tensors(layer.inputs)),
    ("outputs", lambda layer: _tensors(layer.outputs)),
)


def _tensors(ports: Sequence[dict[str, Any]]) -> str:
    """`1×3×224×224 f32, …`"""
    return ", ".join(
        f"{'×'.join(str(size) for size in port.get('shape') or [])} {port.get('precision') or ''}".strip()
        for port in ports
    )


def runs_csv(runs: Sequence[Run]) -> str:
    return csv_text([name for name, _ in RUN_COLUMNS], [[read(run) for _, read in RUN_COLUMNS] for run in runs])


def layers_csv(layers: Layers) -> str:
    return csv_text(
        [name for name, _ in LAYER_COLUMNS], [[read(layer) for _, read in LAYER_COLUMNS] for layer in layers.layers]
    )

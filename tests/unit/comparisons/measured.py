"""Runs, layers and sides for tests, as small as they can be."""

from datetime import UTC, datetime
from typing import Any

from workbench.benchmarks.layer_schemas import Layer, Layers
from workbench.benchmarks.schemas import Run
from workbench.comparisons.measured import Measured
from workbench.comparisons.schemas import Side
from workbench.models.schemas import Model
from workbench.projects.schemas import Project

NOW = datetime(2026, 1, 1, tzinfo=UTC)


def layer(name: str, time_us: float | None, *originals: tuple[str, str | None], **more: Any) -> Layer:
    """An executed layer; originals are (name, type). `after`: the names of the layers before it."""
    after = more.pop("after", [])
    fields: dict[str, Any] = {
        "order": 0,
        "type": "Convolution",
        "runtime_precision": "f32",
        "share": 0.0,
        "status": "executed" if time_us is not None else "below_resolution",
        "inputs": [{"from": source} for source in after],
    }
    made = [{"name": original, "type": kind} for original, kind in originals]
    return Layer.model_validate({"name": name, "time_us": time_us, "originals": made} | fields | more)


def network(*layers: Layer) -> list[Layer]:
    """In order, with shares."""
    total = sum(item.time_us or 0.0 for item in layers) or 1.0
    return [
        item.model_copy(update={"order": place, "share": (item.time_us or 0.0) / total})
        for place, item in enumerate(layers)
    ]


def layers_of(found: list[Layer]) -> Layers:
    total = sum(item.time_us or 0.0 for item in found)
    return Layers(run_id="r", total_us=total, iterations=10, note=None, layers=found, by_type=[])


def run(**more: Any) -> Run:
    fields: dict[str, Any] = {
        "id": "01900000-0000-7000-8000-000000000001",
        "project_id": "p",
        "job_id": None,
        "label": "1 × 1",
        "source": "benchmark",
        "scenario": "SingleStream",
        "configuration": {"streams": 1, "batch": 1},
        "device": "CPU",
        "hint": "none",
        "streams": 1,
        "requests": 1,
        "batch": 1,
        "threads": None,
        "requested_precision": None,
        "effective_precision": "f32",
        "input": {"source": "dataset", "description": "10 pictures", "inputs": [{"name": "x", "shape": [1, 3, 8, 8]}]},
        "throughput_fps": 100.0,
        "throughput_ci95": [98.0, 102.0],
        "latency_ms": {"min": 9, "mean": 10, "median": 10, "p90": 11, "p95": 12, "p99": 13, "max": 14},
        "latency_median_ci95": [9.9, 10.1],
        "samples": 1000,
        "duration_s": 10.0,
        "read_ms": 1.0,
        "reshape_ms": None,
        "compile_ms": 100.0,
        "compile_cached_ms": 20.0,
        "first_inference_ms": 11.0,
        "memory_bytes": {},
        "peak_memory_bytes": 10**8,
        "verdict": "stable",
        "verdict_reason": "steady",
        "windows": [],
        "spread": 0.01,
        "drift": 0.0,
        "cpu_others": 0.0,
        "warmup": None,
        "open_loop": None,
        "provenance": {"cpu": "A CPU", "openvino": "2026.4.1-1-x", "model_sha256": "ab" * 32},
        "has_layers": True,
        "layers_summary": None,
        "layers_error": None,
        "created_at": NOW,
    }
    return Run.model_validate(fields | more)


def project(**more: Any) -> Project:
    fields: dict[str, Any] = {
        "id": "p",
        "name": "net on pictures",
        "model": {"id": "m", "name": "net", "task": "classification", "precision": "FP32", "size_bytes": 1000},
        "dataset": {"id": "d", "name": "pictures", "format": "voc", "count": 10},
        "target": {"id": "t", "name": "this machine"},
        "device": "CPU",
        "device_full_name": "A CPU",
        "precision": None,
        "parent_id": None,
        "state": "ready",
        "missing": [],
        "best": None,
        "run_count": 1,
        "last_job_id": None,
        "created_at": NOW,
    }
    return Project.model_validate(fields | more)


def model(**more: Any) -> Model:
    fields: dict[str, Any] = {
        "id": "m",
        "name": "net",
        "state": "ready",
        "task": "classification",
        "task_source": "user",
        "precision": "FP32",
        "framework": "onnx",
        "source_format": "onnx",
        "size_bytes": 1000,
        "sha256": None,
        "inputs": None,
        "outputs": None,
        "analysis": {"gflop": 2.0, "weight_bytes": 900},
        "preprocessing": None,
        "conversion": None,
        "parent_id": None,
        "project_count": 1,
        "job_id": None,
        "created_at": NOW,
    }
    return Model.model_validate(fields | more)


def side(found: list[Layer] | None = None, known: Model | None = None, **more: Any) -> Measured:
    """A side whose run has the fields `more`."""
    layers = layers_of(found) if found is not None else None
    return Measured(Side(key="k", project=project(), run=run(**more)), known, layers)

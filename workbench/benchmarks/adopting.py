"""Runs that were measured elsewhere: what is kept of them is checked as strictly as it is written freely here."""

import gzip
import json
import math
import zipfile
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
from pydantic import ValidationError

from workbench.benchmarks.layer_schemas import Layers
from workbench.benchmarks.layer_tables import by_precision
from workbench.benchmarks.schemas import run_view
from workbench.db.base import new_id
from workbench.db.tables import Run

LATENCIES, LAYERS = "latencies.npz", "layers.json.gz"
NPZ_BYTES = 4 * 1024**3
LAYERS_BYTES = 512 * 1024**2
MOST_COUNT = 1 << 31
# Latencies are kept as float32: 24 bits, and the figures were made of more.
CLOSE = 1e-5
# Columns of a run that travel; the others are this server's own.
COLUMNS = (
    "label", "device", "hint", "streams", "requests", "batch", "threads", "requested_precision", "effective_precision",
    "throughput_fps", "latency_median_ms", "latency_p99_ms", "verdict", "result", "layers", "layers_error",
)  # fmt: skip


class Unfit(ValueError):
    """What came is no run that the workbench measured; the text says why."""


def exported_run(row: Run) -> dict[str, Any]:
    """The document of a run, as `adopted_run` takes it."""
    return {name: getattr(row, name) for name in COLUMNS} | {"created_at": row.created_at.isoformat()}


def adopted_run(document: Mapping[str, Any], project_id: str, created_at: datetime) -> Run:
    """A row of a run whose document has the shape and the sense of one. Raises Unfit."""
    if set(document) - {"created_at"} != set(COLUMNS):
        raise Unfit("it has other fields than a run")
    row = Run(id=new_id(), project_id=project_id, job_id=None, created_at=created_at)
    for name in COLUMNS:
        setattr(row, name, document[name])
    if not isinstance(document["result"], dict) or not isinstance(document["layers"], dict | None):
        raise Unfit("its result is no object")
    _require_shape(row)
    _require_sense(row)
    return row


def _require_shape(row: Run) -> None:
    result: dict[str, Any] = row.result
    try:
        view = run_view(row)
    except (ValidationError, KeyError, TypeError, ValueError) as error:
        first = error.errors()[0] if isinstance(error, ValidationError) else None
        raise Unfit(f"{'.'.join(str(part) for part in first['loc'])}: {first['msg']}" if first else "shape") from error
    texts = (row.label, 100), (row.device, 64), (row.effective_precision, 32), (row.requested_precision or "", 8)
    if any(len(text) > most for text, most in texts):
        raise Unfit("a text in it is too long")
    counts = (row.streams, row.requests, row.batch, row.threads)
    if any(count is not None and not 0 <= count < MOST_COUNT for count in counts):
        raise Unfit("it has counts that no run has")
    if len(view.windows) > 1000 or len(result) > 100:
        raise Unfit("it is larger than a run")


def _require_sense(row: Run) -> None:
    """Figures that follow from others do so."""
    result: dict[str, Any] = row.result
    latency = result["latency_ms"]
    order = [latency[name] for name in ("min", "median", "p90", "p95", "p99", "p999", "max") if latency.get(name)]
    if not all(isinstance(value, int | float) and 0 <= value < math.inf for value in order) or order != sorted(order):
        raise Unfit("its latencies are not in the order of their percentiles")
    if not 0 < row.throughput_fps < math.inf or not 0 < result["duration_s"] < math.inf or result["samples"] < 1:
        raise Unfit("its throughput is none")
    alike = (
        (row.throughput_fps, result.get("throughput_fps")),
        (row.latency_median_ms, latency["median"]),
        (row.latency_p99_ms, latency.get("p99")),
    )
    if any(column != inside for column, inside in alike) or row.verdict != result.get("verdict"):
        raise Unfit("its figures contradict each other")
    if not result.get("open_loop") and "inferences" in result:
        rate = result["inferences"] / result["duration_s"]
        if not math.isclose(rate, row.throughput_fps, rel_tol=1e-6):
            raise Unfit("its throughput is not what it counted in its time")


def require_latencies(path: Path, result: Mapping[str, Any]) -> None:
    """The kept latencies are those that the figures of the run were made of. Raises Unfit."""
    try:
        with zipfile.ZipFile(path) as archive:
            members = {member.filename: member.file_size for member in archive.infolist()}
            if set(members) != {"latency_ms.npy", "completed_s.npy"} or sum(members.values()) > NPZ_BYTES:
                raise Unfit("the file of its latencies has something else in it")
        with np.load(path, allow_pickle=False) as file:
            values, at = file["latency_ms"], file["completed_s"]
    except (OSError, ValueError, KeyError, zipfile.BadZipFile, EOFError, MemoryError) as error:
        raise Unfit("its latencies cannot be read") from error
    if values.dtype != np.float32 or at.dtype != np.float64 or values.ndim != 1 or values.shape != at.shape:
        raise Unfit("its latencies are not of the types that are written")
    if values.size != result["samples"] or not (np.isfinite(values).all() and np.isfinite(at).all()):
        raise Unfit("its latencies are not as many as it tells, or no numbers")
    told = result["latency_ms"]
    found = {"min": values.min(), "median": np.median(values.astype(np.float64)), "max": values.max()}
    for name, value in found.items():
        if not math.isclose(float(value), told[name], rel_tol=CLOSE, abs_tol=CLOSE):
            raise Unfit(f"the {name} of its latencies is not what it tells")


def require_layers(path: Path, summary: Mapping[str, Any] | None) -> None:
    """The table of its executed layers. Raises Unfit."""
    try:
        with gzip.open(path, "rb") as file:
            data = file.read(LAYERS_BYTES + 1)
        if len(data) > LAYERS_BYTES:
            raise Unfit("the table of its layers is too large")
        content = json.loads(data, parse_constant=_no_constant)
        rows = content["layers"]
        told = content | {"run_id": "", "iterations": (summary or {}).get("iterations"), "note": None}
        told |= {"ceilings": None, "by_precision": content.get("by_precision") or by_precision(rows)}
        Layers.model_validate(told)
    except Unfit:
        raise
    except (OSError, EOFError, ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise Unfit("the table of its layers cannot be read") from error


def _no_constant(name: str) -> float:
    raise ValueError(name)


def mark_imported(row: Run, openvino: str | None, at: datetime) -> None:
    """It was not measured here: whoever looks at its figures is told so, and where."""
    provenance: dict[str, Any] = row.result.get("provenance") or {}
    row.result = row.result | {
        "imported": {
            "openvino": provenance.get("openvino") or openvino,
            "cpu": provenance.get("cpu"),
            "at": at.astimezone(UTC).isoformat(timespec="seconds"),
        }
    }

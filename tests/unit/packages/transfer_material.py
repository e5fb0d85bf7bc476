"""An export as small as it can be, whole and right, for tests that spoil it."""

import gzip
import hashlib
import io
import json
import struct
import tarfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from workbench.accuracy import keeping
from workbench.accuracy.adopting import exported_report
from workbench.accuracy.reading_schemas import Reading
from workbench.benchmarks.adopting import exported_run
from workbench.db.tables import Report, Run

MOMENT = datetime(2025, 6, 1, 12, tzinfo=UTC)
READING = Reading.model_validate({"task": "classification", "decoding": {"family": "classification"}})
XML, BIN = b"<net name='small'/>", b"weights"
SHA256 = hashlib.sha256(XML + BIN).hexdigest()
LATENCIES = np.array([1.0, 2.0, 3.0, 4.0], dtype=np.float32)


def npz(latency: Any = LATENCIES, completed: Any = None, **more: Any) -> bytes:
    file = io.BytesIO()
    at = np.arange(1, len(latency) + 1) / 100 if completed is None else completed
    np.savez_compressed(file, latency_ms=latency, completed_s=at, **more)
    return file.getvalue()


def run_document(**more: Any) -> dict[str, Any]:
    """A run of four requests of one sample in 40 ms."""
    latency = {"min": 1.0, "mean": 2.5, "median": 2.5, "p90": None, "p95": None, "p99": None, "p999": None, "max": 4.0}
    result: dict[str, Any] = {
        "source": "benchmark", "configuration": {"hint": "latency"}, "input": {"source": "dataset"},
        "throughput_fps": 100.0, "throughput_ci95": [90.0, 110.0], "latency_ms": latency, "latency_median_ci95": None,
        "samples": 4, "inferences": 4, "duration_s": 0.04, "read_ms": 1.0, "reshape_ms": None, "compile_ms": 10.0,
        "compile_cached_ms": None, "first_inference_ms": 3.0, "memory_bytes": {"read": 1}, "peak_memory_bytes": 1,
        "verdict": "stable", "verdict_reason": "", "windows": [], "spread": 0.0, "drift": 0.0, "cpu_others": 0.0,
        "warmup": None, "open_loop": None, "provenance": {"model_sha256": SHA256, "cpu": "a CPU", "openvino": "2026"},
    }  # fmt: skip
    row = Run(
        label="latency hint", device="CPU", hint="latency", streams=1, requests=1, batch=1, threads=1,
        requested_precision="f32", effective_precision="f32", throughput_fps=100.0, latency_median_ms=2.5,
        latency_p99_ms=None, verdict="stable", result=result, layers={"iterations": 4, "streams": 1}, layers_error=None,
        created_at=MOMENT,
    )  # fmt: skip
    return exported_run(row) | more


def layers() -> bytes:
    layer = {"order": 0, "name": "conv", "type": "Convolution", "time_us": 10.0, "share": 1.0, "status": "executed",
             "originals": [{"name": "conv"}]}  # fmt: skip
    kind = {"type": "Convolution", "precision": "f32", "time_us": 10.0, "share": 1.0, "count": 1}
    return gzip.compress(json.dumps({"total_us": 10.0, "layers": [layer], "by_type": [kind]}).encode())


def report(folder: Path) -> tuple[dict[str, Any], dict[str, bytes]]:
    """The document of a report of two samples, one of them right, and its files."""
    out = folder / "out"
    (out / "files" / "masks").mkdir(parents=True)
    cv2.imwrite(str(out / "files" / "masks" / "000000.png"), np.zeros((4, 4), np.uint8))
    told = {
        "samples": 2,
        "metrics": {"accuracy@top1": {"value": 0.5, "ci95": [0.0, 1.0], "label": "Top-1 accuracy"}},
        "primary": "accuracy@top1",
        "columns": [
            {"name": "label", "label": "Label", "type": "integer"},
            {"name": "rank", "label": "Rank", "type": "integer"},
            {"name": "label_name", "label": "Class", "type": "text"},
        ],
        "effective_precision": "f32",
        "device": "CPU",
        "elapsed_s": 1.0,
        "samples_per_s": 2.0,
    }
    rows = [{"row": n, "sample": n, "name": f"{n}.png", "label": n, "rank": n, "label_name": "a"} for n in range(2)]
    (out / "samples.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    lines = [json.dumps({"annotation": None, "prediction": {"classes": []}}) + "\n" for _ in rows]
    (out / "drawn.jsonl").write_text("".join(lines))
    (out / "drawn.offsets").write_bytes(struct.pack("<2Q", 0, len(lines[0])))
    (out / "tables.json").write_text(json.dumps({"classes": [], "confusion": None, "curves": []}))
    checked = keeping.checked(told)
    keeping.keep(checked, out, folder / "kept")
    primary = checked.metrics["accuracy@top1"].model_dump(mode="json")
    result = checked.model_dump(mode="json", exclude={"samples"}) | {
        "reading": READING.model_dump(mode="json"), "subset": None, "without": None, "precision": "f32",
        "engine": "workbench", "model_sha256": SHA256, "reference": None, "rows": 2,
        "headline": primary | {"metric": "accuracy@top1"},
    }  # fmt: skip
    row = Report(kind="annotations", task="classification", samples=2, result=result, created_at=MOMENT)
    files = {
        path.relative_to(folder / "kept").as_posix(): path.read_bytes()
        for path in (folder / "kept").rglob("*")
        if path.is_file()
    }
    return exported_report(row), files


def content() -> dict[str, Any]:
    moment = MOMENT.isoformat()
    return {
        "target": {"name": "this machine", "cpu": "a CPU", "openvino": "2026.4.1"},
        "models": [
            {
                "name": "small", "task": "classification", "task_source": "user", "framework": "onnx",
                "source_format": "ONNX", "sha256": SHA256, "size_bytes": len(XML + BIN), "preprocessing": None,
                "conversion": {"openvino": "2026.4.1"}, "parent": None, "sources": ["small.onnx"], "created_at": moment,
            }
        ],
        "dataset": {
            "included": True, "name": "pictures", "format": "imagenet_txt", "count": 2, "sha256": "0" * 64,
            "created_at": moment,
        },
        "projects": [
            {
                "name": "small on pictures", "model": 0, "device": "CPU", "precision": "f32",
                "reading": READING.model_dump(mode="json"), "parent": None, "runs": 1, "reports": 1,
                "created_at": moment,
            }
        ],
        "main": 0,
    }  # fmt: skip


def export(folder: Path) -> dict[str, bytes]:
    """The members of an export, without its manifest."""
    document, files = report(folder)
    run = {"document": run_document(), "files": ["latencies.npz", "layers.json.gz"]}
    told = {"document": document, "model": 0, "reference": None, "files": True}
    return {
        "content.json": json.dumps(content()).encode(),
        "models/0/model.xml": XML,
        "models/0/model.bin": BIN,
        "models/0/source/0": b"onnx",
        "dataset/dataset.json": b"{}",
        "dataset/images/000000.png": b"png",
        "projects/0/runs.jsonl": json.dumps(run).encode() + b"\n",
        "projects/0/runs/0/latencies.npz": npz(),
        "projects/0/runs/0/layers.json.gz": layers(),
        "projects/0/reports.jsonl": json.dumps(told).encode() + b"\n",
        **{f"projects/0/reports/0/{name}": data for name, data in files.items()},
    }


def manifest(members: dict[str, bytes]) -> dict[str, Any]:
    """That fits."""
    return {
        "format": "workbench project export",
        "schema_version": 1,
        "workbench": "0.1",
        "openvino": "2026.4.1",
        "created_at": MOMENT.isoformat(),
        "files": [
            {"path": name, "size_bytes": len(data), "sha256": hashlib.sha256(data).hexdigest()}
            for name, data in members.items()
        ],
    }


def packed(path: Path, members: dict[str, bytes], told: dict[str, Any] | None = None) -> Path:
    """`told`: another manifest than the one that fits."""
    given = manifest(members) if told is None else told
    with tarfile.open(path, "w:gz", compresslevel=1) as archive:
        for name, data in {**members, "manifest.json": json.dumps(given).encode()}.items():
            info = tarfile.TarInfo(name)
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    return path

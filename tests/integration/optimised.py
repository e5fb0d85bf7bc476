"""What jobs that make, rank and race versions came to, and a package, for the inhabited server."""

from datetime import UTC, datetime
from typing import Any

from workbench.db.tables import Job, Package

_METRIC = {"value": 0.5, "ci95": None, "label": "Top-1 accuracy", "unit": "", "better": "higher", "description": ""}
_PAIR = {"before": _METRIC, "after": _METRIC, "difference": 0.0, "difference_ci95": [-0.1, 0.1]}
_CONFIGURATION = {"hint": "throughput"}


def _side(ids: dict[str, str]) -> dict[str, Any]:
    return {
        "project_id": ids["projects"], "project": "thing on things", "model_id": ids["models"], "precision": None,
        "effective_precision": "f32", "run_id": ids["runs"], "throughput_fps": 500.0, "throughput_ci95": None,
        "latency_median_ms": 2.0, "latency_median_ci95": None, "latency_p99_ms": None, "peak_memory_bytes": None,
        "ratio": 1.0, "ratio_ci95": None, "verdict": "stable",
    }  # fmt: skip


def _race(ids: dict[str, str]) -> dict[str, Any]:
    return {
        "configuration": _CONFIGURATION, "label": "throughput hint", "sides": [_side(ids)] * 2, "rounds": 3,
        "measured_s": 1.0, "warnings": [],
    }  # fmt: skip


def _version(ids: dict[str, str]) -> dict[str, Any]:
    step = {"number": 1, "operations": ["a"], "types": ["Relu"], "value": 0.5, "drop": 0.0, "kept": True, "message": ""}
    control = {
        "metric": "accuracy@top1", "label": "Top-1 accuracy", "max_drop": 0.01, "drop_type": "absolute",
        "original": 0.5, "quantized": 0.4, "final": 0.5, "drop": 0.0, "reached": True, "samples": 3, "steps": [step],
    }  # fmt: skip
    return {
        "model_id": ids["models"], "project_id": ids["projects"], "parent_id": ids["models"],
        "parent_project_id": ids["projects"], "size_bytes": 1, "parent_size_bytes": 4, "size_ratio": 4.0,
        "calibration_samples": 1, "calibration_s": 0.1, "race": _race(ids), "throughput_ratio": 1.0,
        "report_id": ids["reports"], "parent_report_id": ids["reports"], "metrics": {"accuracy@top1": _PAIR},
        "distance_report_id": None, "control": control, "notes": ["a remark"],
    }  # fmt: skip


def _ranking(ids: dict[str, str]) -> dict[str, Any]:
    operation = {"rank": 1, "operations": ["a"], "types": ["Relu"], "value": 1.0, "gain": 0.5, "quantizers": 1}
    return {
        "measure": "distance", "metric": "sqnr_db", "label": "SQNR", "unit": "dB", "better": "higher", "original": None,
        "quantized": 0.5, "samples": 3, "operations": [operation], "model_id": None, "parent_id": ids["models"],
        "options": None, "elapsed_s": 1.0,
    }  # fmt: skip


def _best(ids: dict[str, str]) -> dict[str, Any]:
    candidate = {
        "name": "thing", "method": "original", "model_id": ids["models"], "project_id": ids["projects"],
        "state": "winner", "reason": "There is no other.",
    }  # fmt: skip
    return {
        "winner": candidate, "original": candidate, "candidates": [candidate], "ratio": 1.0, "ratio_ci95": None,
        "reason": "There is no other.", "stopped": "done", "spent_s": 1.0, "budget_s": 30.0,
    }  # fmt: skip


def jobs(ids: dict[str, str]) -> list[Job]:
    """One of each kind, by the rooms `quantizations`, `sensitivities`, `races` and `optimizations`."""
    about = {"project_id": ids["projects"], "measuring": True, "state": "succeeded", "finished_at": datetime.now(UTC)}
    made: tuple[tuple[str, str, dict[str, Any]], ...] = (
        ("quantizations", "quantize", _version(ids)),
        ("sensitivities", "sensitivity", {"sensitivity": _ranking(ids)}),
        ("races", "race", {"race": _race(ids)}),
        ("optimizations", "optimize", {"optimize": _best(ids)}),
    )
    return [Job(id=ids[room], kind=kind, title=kind, parameters={}, result=told, **about) for room, kind, told in made]


def package(ids: dict[str, str], artifact_id: str) -> Package:
    part = {"name": "model", "description": "the model", "files": 2, "size_bytes": 1}
    trial = {"state": "not_run", "reason": "There is no such device here."}
    return Package(
        id=ids["packages"],
        project_id=ids["projects"],
        model_id=ids["models"],
        kind="deployment",
        name="thing",
        filename="thing.tar.gz",
        size_bytes=7,
        sha256="0" * 64,
        result={"devices": ["CPU"], "configuration": _CONFIGURATION, "parts": [part], "trial": trial},
        artifact_id=artifact_id,
    )

"""A report and a prediction, as small as they can be: for tests that knock on every route."""

import json
import struct
from pathlib import Path
from typing import Any

from workbench.accuracy import keeping
from workbench.accuracy.reading_schemas import Reading
from workbench.db.base import new_id
from workbench.db.tables import Prediction, Report
from workbench.runtime import Runtime

READING = Reading.model_validate({"task": "classification", "decoding": {"family": "classification"}})
RESULT: dict[str, Any] = {
    "samples": 1,
    "metrics": {"accuracy@top1": {"value": 1.0, "label": "Top-1 accuracy"}},
    "primary": "accuracy@top1",
    "columns": [
        {"name": "error", "label": "Wrong", "type": "boolean"},
        {"name": "loss", "label": "Loss", "type": "number"},
    ],
    "class_columns": [{"name": "ap", "label": "AP", "type": "number"}],
    "effective_precision": "f32",
    "device": "CPU",
    "elapsed_s": 1.0,
}


def report_files(runtime: Runtime, picture: bytes) -> tuple[Path, dict[str, Any]]:
    """The folder of a report's artifact, and its result as it is kept."""
    out = runtime.storage.new_work(new_id(), 1)
    (out / "files").mkdir()
    (out / "files" / "0.png").write_bytes(picture)
    row = {"row": 0, "sample": 0, "name": "a.jpg", "error": False, "loss": 0.0}
    (out / "samples.jsonl").write_text(json.dumps(row))
    (out / "classes.jsonl").write_text(json.dumps({"row": 0, "sample": 0, "label": 0, "ap": 0.5}))
    (out / "drawn.jsonl").write_text(json.dumps({"annotation": None, "prediction": {"mask": "0.png"}}) + "\n")
    (out / "drawn.offsets").write_bytes(struct.pack("<Q", 0))
    report = keeping.checked(RESULT)
    keeping.keep(report, out, out / "kept")
    kept = report.model_dump(mode="json") | {"reading": READING.model_dump(mode="json"), "engine": "workbench"}
    return out / "kept", kept | {"headline": {"metric": "accuracy@top1", **kept["metrics"]["accuracy@top1"]}}


def report_row(ids: dict[str, str], kept: dict[str, Any], artifact_id: str) -> Report:
    return Report(
        id=ids["reports"],
        project_id=ids["projects"],
        job_id=ids["jobs"],
        dataset_id=ids["datasets"],
        model_id=ids["models"],
        kind="annotations",
        task="classification",
        samples=1,
        primary_metric="accuracy@top1",
        primary_value=1.0,
        result=kept,
        artifact_id=artifact_id,
    )


def prediction_row(ids: dict[str, str], artifact_id: str) -> Prediction:
    """Its artifact has `files/picture.jpg`."""
    result = {
        "prediction": {"classes": [{"label": 0, "name": "a", "score": 1.0}]},
        "width": 1, "height": 1, "labels": None, "importance": [], "inference_ms": 1.0, "effective_precision": "f32",
        "image": "picture.jpg", "reading": READING.model_dump(mode="json"),
    }  # fmt: skip
    return Prediction(
        id=ids["predictions"],
        job_id=ids["jobs"],
        project_id=ids["projects"],
        model_id=ids["models"],
        result=result,
        artifact_id=artifact_id,
    )

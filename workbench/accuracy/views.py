"""Reports and predictions as the API tells them."""

from typing import Any

from pydantic import ValidationError

from workbench.accuracy.reading_schemas import Reading
from workbench.accuracy.schemas import Drawn, ImportanceMap, Prediction, PredictionResult, Report
from workbench.db.tables import Job as JobRow
from workbench.db.tables import Prediction as PredictionRow
from workbench.db.tables import Report as ReportRow
from workbench.jobs.schemas import job_view

PREFIX = "/api/v1"


def reading_of(kept: Any) -> Reading | None:
    """None for what an older version kept and this one cannot read."""
    try:
        return Reading.model_validate(kept)
    except ValidationError:
        return None


def report_view(row: ReportRow) -> Report:
    result = row.result
    return Report(
        id=row.id,
        kind=row.kind,  # type: ignore[arg-type]
        project_id=row.project_id,
        job_id=row.job_id,
        dataset_id=row.dataset_id,
        model_id=row.model_id,
        model_sha256=result.get("model_sha256"),
        task=row.task,
        samples=row.samples,
        metrics=result["metrics"],
        primary=row.primary_metric,
        columns=result.get("columns") or [],
        class_columns=result.get("class_columns"),
        reading=reading_of(result.get("reading")),
        effective_precision=result["effective_precision"],
        device=result["device"],
        elapsed_s=result["elapsed_s"],
        samples_per_s=result.get("samples_per_s"),
        subset=result.get("subset"),
        without=result.get("without"),
        reference=result.get("reference"),
        engine=result.get("engine") or "workbench",
        notes=result.get("notes") or [],
        created_at=row.created_at,
    )


def drawn(value: Any, files: str) -> Drawn | None:
    """What the engine wrote to be drawn; names of files become addresses below `files`. None for what is no such."""
    if not isinstance(value, dict):
        return None
    known = dict(value)
    for name in ("mask", "picture"):
        if isinstance(known.get(name), str):
            known[name] = f"{files}/{known[name].replace('/', '-')}"
    try:
        return Drawn.model_validate(known)
    except ValidationError:
        return None


def prediction_view(row: PredictionRow, job: JobRow) -> Prediction:
    return Prediction(
        id=row.id,
        job=job_view(job),
        project_id=row.project_id,
        model_id=row.model_id,
        result=_prediction_result(row),
        created_at=row.created_at,
    )


def _prediction_result(row: PredictionRow) -> PredictionResult | None:
    kept = row.result
    if kept is None or "prediction" not in kept:
        return None
    files = f"{PREFIX}/predictions/{row.id}/files"
    found = drawn(kept["prediction"], files)
    reading = reading_of(kept.get("reading"))
    if found is None or reading is None:
        return None
    return PredictionResult(
        prediction=found,
        parent=drawn(kept.get("parent"), files),
        image=f"{files}/{kept['image']}",
        other_image=f"{files}/{kept['other_image']}" if kept.get("other_image") else None,
        width=kept["width"],
        height=kept["height"],
        labels=kept.get("labels"),
        importance=[ImportanceMap(**one | {"heat": f"{files}/{one['heat']}"}) for one in kept.get("importance") or []],
        inference_ms=kept["inference_ms"],
        effective_precision=kept["effective_precision"],
        reading=reading,
    )

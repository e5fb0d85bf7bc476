"""The job kind `accuracy_checker`: the real Accuracy Checker in its toolchain, beside our own figures."""

import math
import re
from typing import Any

from sqlalchemy.orm import Session

from workbench.accuracy import checker_dataset, keeping, repository
from workbench.accuracy.reading_schemas import Reading
from workbench.accuracy.schemas import Metric
from workbench.datasets import service as datasets
from workbench.db.base import new_id
from workbench.db.tables import Artifact, Report
from workbench.engine import samples
from workbench.errors import WorkbenchError
from workbench.jobs import events
from workbench.jobs.context import JobContext
from workbench.jobs.kinds import JobFailed, JobKind, Outcome, register
from workbench.models import service as models
from workbench.targets.driver import Span, run_operation
from workbench.toolchains import service as toolchains

TOOLCHAIN = "openvino-2023"
TIMEOUT_S = 24 * 3600.0
EXPORT_PART = 0.1
# Metrics that our reports have under the same name, and what they are called.
_PRECISION = re.compile(r"INFERENCE_PRECISION_HINT: ['\"]?(f32|bf16|f16)\b")
_LABELS = {
    "map": "mAP",
    "coco_ap": "COCO AP",
    "mean_iou": "Mean IoU",
    "pixel_accuracy": "Pixel accuracy",
}


def _check(context: JobContext) -> Outcome:
    wanted = context.parameters
    with context.runtime.db.read() as session:
        found = repository.parts(session, str(context.job.project_id))
    if found is None:
        raise JobFailed("project_archived", "The model or dataset of the project is gone.", "Create the project anew.")
    project, model, dataset = found
    try:
        python = toolchains.python(context.runtime, TOOLCHAIN)
    except WorkbenchError as error:
        raise JobFailed(error.code, str(error), error.action) from error
    reading = Reading.model_validate(wanted["reading"])
    reader = datasets.reader(context.runtime, dataset)
    context.stage("write the dataset", 1, 2, 0.0)
    exported = context.work / "dataset"
    exported.mkdir()
    # The very samples that our own report takes.
    numbers = samples.chosen(samples.read(reader.folder), wanted.get("subset"))
    if not checker_dataset.export(reader, numbers, reading.task, exported):
        raise JobFailed(
            "no_samples", "The dataset has no sample with an annotation for this task.", "Choose another dataset."
        )
    config = context.work / "config.yaml"
    config.write_text(wanted["config"])
    folder = context.work / "model"
    folder.mkdir()
    for path in models.files(context.runtime, model):
        (folder / path.name).symlink_to(path)
    masks = reader.facts.get("masks") or {}
    result, _ = run_operation(
        context,
        "accuracy_check",
        {
            "config": "inputs/config.yaml",
            "model": "inputs/model",
            "dataset": "inputs/dataset",
            "shift_masks": reading.task == "semantic_segmentation" and not masks.get("background"),
        },
        {"config.yaml": config, "model": folder, "dataset": exported},
        folder="checker",
        program=[str(python), "-I", str(toolchains.RUNNERS / "accuracy_check.py")],
        span=Span(EXPORT_PART, 1.0),
        timeout_s=TIMEOUT_S,
    )
    row = _row(context, project.id, project.device, model, dataset.id, reading, result)
    place = context.work / "report"
    rows = keeping.keep(keeping.checked(_as_ours(row.result, row.samples)), context.work / "nothing", place)
    row.result["rows"] = rows
    context.check()
    stored = context.runtime.storage.publish(place)
    row.artifact_id = stored.id

    def apply(session: Session) -> None:
        artifact = Artifact(id=stored.id, kind="report", size_bytes=stored.size_bytes, sha256=stored.sha256)
        repository.add(session, artifact)
        repository.add(session, row)
        events.changed(session, "reports", row.id, project_id=row.project_id)
        events.changed(session, "projects", row.project_id)

    return Outcome({"report_id": row.id, "project_id": project.id}, apply)


def _as_ours(result: dict[str, Any], samples: int) -> dict[str, Any]:
    names = ("metrics", "primary", "columns", "effective_precision", "device", "elapsed_s", "samples_per_s", "notes")
    return {"samples": samples, **{name: result[name] for name in names}}


def metrics_of(told: Any) -> dict[str, Metric]:
    """Accuracy Checker's metrics; those of a vector are its mean, as it prints them. Raises JobFailed for none."""
    found: dict[str, Metric] = {}
    for item in told if isinstance(told, list) else []:
        if not isinstance(item, dict) or not isinstance(item.get("value"), int | float):
            continue
        value, name = float(item["value"]), str(item.get("name") or item.get("type"))[:100]
        if math.isfinite(value):
            label = _LABELS.get(name, name.replace("accuracy@top", "Accuracy, top "))
            found[name] = Metric(value=value, label=label, description=f"Accuracy Checker: {item.get('type')}"[:200])
    if not found:
        raise JobFailed(
            "engine_result_unusable", "Accuracy Checker gave no metric.", "Look at the job's log and the configuration."
        )
    return found


def _row(
    context: JobContext,
    project_id: str,
    device: str,
    model: Any,
    dataset_id: str,
    reading: Reading,
    told: dict[str, Any],
) -> Report:
    metrics = metrics_of(told.get("metrics"))
    primary = next(iter(metrics))
    count = int(told["samples"]) if isinstance(told.get("samples"), int) else 0
    elapsed = float(told["elapsed_s"]) if isinstance(told.get("elapsed_s"), int | float) else 0.0
    version, openvino = str(told.get("version"))[:40], str(told.get("openvino_version"))[:60]
    asked = _PRECISION.search(str(context.parameters["config"]))
    precision = asked[1] if asked is not None else ""
    notes = [f"OpenVINO {openvino}"]
    if not precision:
        notes.append("The precision of inference was left to the device.")
    result: dict[str, Any] = {
        "metrics": {name: metric.model_dump(mode="json") for name, metric in metrics.items()},
        "primary": primary,
        "columns": [],
        "effective_precision": precision or "default",
        "device": device,
        "elapsed_s": elapsed,
        "samples_per_s": count / elapsed if elapsed > 0 else None,
        "notes": notes,
        "reading": context.parameters["reading"],
        "subset": context.parameters.get("subset"),
        "engine": f"accuracy-checker {version}",
        "model_sha256": model.sha256,
        "reference": None,
        "headline": metrics[primary].model_dump(mode="json") | {"metric": primary},
    }
    return Report(
        id=new_id(),
        project_id=project_id,
        job_id=context.job.id,
        dataset_id=dataset_id,
        model_id=model.id,
        kind="accuracy_checker",
        task=reading.task,
        samples=count,
        primary_metric=primary,
        primary_value=metrics[primary].value,
        result=result,
    )


ACCURACY_CHECKER = register(JobKind("accuracy_checker", _check, measuring=True))

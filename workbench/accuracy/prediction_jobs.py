"""The job kind `prediction`: one picture, and what the model says of it. An ordinary job on the target it names."""

from pathlib import Path
from typing import Any

from pydantic import BaseModel, Field, ValidationError
from sqlalchemy.orm import Session

from workbench.accuracy import keeping, parameters, repository
from workbench.accuracy.keeping import FILES, Unusable, unusable
from workbench.accuracy.schemas import Drawn
from workbench.datasets import service as datasets
from workbench.db.tables import Artifact, Job
from workbench.jobs import events
from workbench.jobs.context import JobContext
from workbench.jobs.kinds import JobFailed, JobKind, Outcome, register
from workbench.targets.driver import run_operation
from workbench.uploads import service as uploads

TIMEOUT_S = 6 * 3600.0


class _Heat(BaseModel):
    label: int
    name: str = Field(max_length=500)
    score: float
    heat: str = Field(max_length=200)


class _Result(BaseModel):
    """What the operation `predict` tells; pictures are named by their place below `out/files`."""

    prediction: dict[str, Any]
    parent: dict[str, Any] | None = None
    width: int = Field(ge=1)
    height: int = Field(ge=1)
    labels: list[str] | None = None
    importance: list[_Heat] = Field(default_factory=list, max_length=100)
    inference_ms: float
    effective_precision: str = Field(max_length=100)


def _predict(context: JobContext) -> Outcome:
    wanted, runtime = context.parameters, context.runtime
    with runtime.db.read() as session:
        model = repository.model(session, wanted["model_id"])
        parent = repository.model(session, wanted.get("parent_id"))
        dataset = repository.dataset(session, wanted.get("dataset_id"))
        taken = {upload.id: upload.path for upload in uploads.of_job(session, runtime.storage, context.job.id)}
    if model is None or model.artifact_id is None:
        raise JobFailed("model_gone", "The model was deleted meanwhile.", "Import it again.")
    pictures: list[Path] = [taken[upload] for upload in wanted["uploads"] if upload in taken]
    records: list[dict[str, Any]] | None = None
    label_ids: list[int] | None = None
    if dataset is not None and dataset.artifact_id is not None:
        reader = datasets.reader(runtime, dataset)
        label_ids = reader.facts.get("label_ids")
        if wanted["samples"]:
            pictures = [reader.image_path(number) for number in wanted["samples"]]
            # A model of landmarks sees the box of the face, one of faces what its landmarks turn upright.
            records = [reader.sample(number) for number in wanted["samples"]]
    if len(pictures) != wanted["count"]:
        raise JobFailed("picture_gone", "The picture is not there any more.", "Choose it again.")
    inputs = parameters.model_files(runtime, model, parent)
    copies = {f"picture-{number}": path for number, path in enumerate(pictures)}
    if wanted.get("mask_upload") in taken:
        copies["mask.png"] = taken[wanted["mask_upload"]]
    own = parameters.common(model, wanted["device"], wanted.get("precision"), wanted["reading"])
    own |= {
        "pictures": [f"inputs/picture-{number}" for number in range(len(pictures))],
        "mask": "inputs/mask.png" if "mask.png" in copies else None,
        "labels": dataset.labels if dataset is not None else None,
        "label_ids": label_ids,
        "records": records,
        "reference_model": "inputs/reference.xml" if parent is not None else None,
        "reference_reading": wanted.get("parent_reading"),
        "reference_layouts": parameters.layouts(parent) if parent is not None else None,
        "importance": wanted.get("importance"),
    }
    result, out = run_operation(context, "predict", own, inputs, folder="predict", copies=copies, timeout_s=TIMEOUT_S)
    folder = context.work / "prediction"
    folder.mkdir()
    kept = _checked(result, keeping.keep_files(out / FILES, folder / FILES))
    kept["reading"] = wanted["reading"]
    context.check()
    stored = runtime.storage.publish(folder)
    job_id = context.job.id

    def apply(session: Session) -> None:
        row = repository.prediction(session, wanted["prediction_id"])
        uploads.release(session, runtime.storage, job_id)
        if row is None:
            return  # deleted with its project meanwhile; the files without a row are swept away
        artifact = Artifact(id=stored.id, kind="prediction", size_bytes=stored.size_bytes, sha256=stored.sha256)
        repository.add(session, artifact)
        row.result, row.artifact_id = kept, stored.id
        session.flush()
        events.changed(session, "predictions", row.id)

    return Outcome({"prediction_id": wanted["prediction_id"]}, apply)


def _checked(result: dict[str, Any], files: list[str]) -> dict[str, Any]:
    """The result as it is kept, with the names under which its files lie. Raises Unusable."""
    try:
        told = _Result.model_validate(keeping.finite(keeping.storable(result, most=None)))
        for drawn in (told.prediction, told.parent or {}):
            Drawn.model_validate(drawn)
    except ValidationError as error:
        raise unusable(error) from error
    kept = told.model_dump(mode="json")
    pictures = {Path(name).stem: name for name in files}
    if "picture" not in pictures:
        raise Unusable("it has no picture to show")
    for one in kept["importance"]:
        one["heat"] = keeping.flat(one["heat"])
        if one["heat"] not in files:
            raise Unusable(f"an importance map is missing: {one['heat'][:60]}")
    return kept | {"image": pictures["picture"], "other_image": pictures.get("other")}


def _abandon(session: Session, job: Job) -> None:
    """The row stays, without a result: whoever asked sees in its job why."""
    prediction_id = job.parameters.get("prediction_id")
    if prediction_id is not None:
        events.changed(session, "predictions", prediction_id)


PREDICTION = register(JobKind("prediction", _predict, pinned=True, abandon=_abandon))

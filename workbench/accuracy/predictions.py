"""Rules of single predictions: of a project, or of a model before there is one; kept for a week."""

import re
from datetime import timedelta
from pathlib import Path
from typing import Any

from sqlalchemy.orm import Session

from workbench.accuracy import readings, repository, service, views
from workbench.accuracy.keeping import FILES
from workbench.accuracy.prediction_jobs import PREDICTION
from workbench.accuracy.reading_schemas import Reading, for_engine
from workbench.accuracy.schemas import Prediction, PredictionJob, PredictionWanted
from workbench.datasets import service as datasets
from workbench.db.base import new_id
from workbench.db.session import now
from workbench.db.tables import Dataset, Model, Project
from workbench.db.tables import Prediction as PredictionRow
from workbench.errors import Conflict, NotFound, WorkbenchError
from workbench.jobs import service as jobs
from workbench.jobs.dispatch import once
from workbench.jobs.schemas import job_view
from workbench.models import service as models
from workbench.runtime import Runtime
from workbench.targets import service as targets
from workbench.uploads import service as uploads

KEPT_DAYS = 7
_ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_DEVICE = re.compile(r"[A-Z][A-Za-z0-9_.:,()\- ]{0,63}")


class BadPrediction(WorkbenchError):
    status = 422
    code = "prediction_unclear"
    title = "It is not clear what to try"
    action = "Name a project or a model, and a picture: an upload, or a sample of a dataset."


def start(session: Session, runtime: Runtime, wanted: PredictionWanted) -> PredictionJob:
    """Queue a prediction. Raises BadPrediction, NotFound, Conflict."""
    if (wanted.project is None) == (wanted.model is None):
        raise BadPrediction("Name either a project or a model.")
    project: Project | None = None
    if wanted.project is not None:
        project = service.project(session, wanted.project)
        model, target_id, device = repository.model(session, project.model_id), project.target_id, project.device
        if model is None or target_id is None:
            raise Conflict("The model or target of this project is gone.", code="project_archived")
        model = models.ready(session, model.id)
    else:
        model = models.ready(session, str(wanted.model))
        target = targets.get(session, wanted.target) if wanted.target else targets.default(session)
        target_id, device = target.id, wanted.device
        if not _DEVICE.fullmatch(device):
            raise BadPrediction(f"'{device[:60]}' is no name of a device.", code="invalid_device")
    dataset = _dataset(session, project, wanted)
    read = _reading(session, runtime, project, model, dataset, wanted.reading)
    samples, count = _pictures(dataset, wanted, read)
    if wanted.mask_upload is not None and read.task != "inpainting":
        raise BadPrediction("Only a model for inpainting takes a mask.")
    parent = _parent(session, runtime, model, dataset, wanted, read)
    if wanted.importance is not None and read.task != "classification":
        raise BadPrediction(
            "Importance maps are made for classifiers.", code="importance_not_possible", action="Leave it out."
        )
    row = PredictionRow(id=new_id(), project_id=project.id if project is not None else None, model_id=model.id)
    parameters: dict[str, Any] = {
        "prediction_id": row.id,
        "model_id": model.id,
        "device": device,
        "precision": project.precision if project is not None else None,
        "dataset_id": dataset.id if dataset is not None else None,
        "samples": samples,
        "uploads": wanted.uploads,
        "count": count,
        "mask_upload": wanted.mask_upload,
        "reading": for_engine(read),
        "importance": wanted.importance.model_dump() if wanted.importance is not None else None,
        **parent,
    }
    job = jobs.create(
        session,
        runtime.queue,
        PREDICTION,
        f"Try a picture · {project.name if project is not None else model.name}",
        parameters,
        target_id=target_id,
        project_id=project.id if project is not None else None,
        model_id=model.id,
        dataset_id=dataset.id if dataset is not None else None,
    )
    handed = [*wanted.uploads, *([wanted.mask_upload] if wanted.mask_upload is not None else [])]
    if handed:
        uploads.take(session, runtime.storage, handed, job.id)
    row.job_id = job.id
    repository.add(session, row)
    session.refresh(row)
    return PredictionJob(prediction=views.prediction_view(row, job), job=job_view(job))


def _dataset(session: Session, project: Project | None, wanted: PredictionWanted) -> Dataset | None:
    if wanted.dataset is not None:
        return datasets.ready(session, wanted.dataset)
    if project is None:
        return None
    row = repository.dataset(session, project.dataset_id)
    return row if row is not None and row.artifact_id is not None else None


def _reading(
    session: Session,
    runtime: Runtime,
    project: Project | None,
    model: Model,
    dataset: Dataset | None,
    given: Reading | None,
) -> Reading:
    if given is not None:
        read = readings.Read(given, "user", [], readings.known_of(runtime, model, dataset))
    elif project is not None:
        read = readings.of_project(session, runtime, project)
    else:
        read = readings.of_model(runtime, model, dataset)
    # Labels that are not settled only leave names out of the picture; the rest must be right.
    lacks = [lack for lack in read.lacks if lack.wrong or not lack.field.startswith("classes")]
    if lacks:
        raise Conflict(
            " ".join(lack.message for lack in lacks[:5]),
            code="reading_incomplete",
            action="Say how the model is read: on the page under Accuracy, or with 'workbench project reading'.",
        )
    return read.reading


def _pictures(dataset: Dataset | None, wanted: PredictionWanted, reading: Reading) -> tuple[list[int], int]:
    """The numbers of the samples, and how many pictures there are."""
    samples = [number for number in (wanted.sample, wanted.second_sample) if number is not None]
    if bool(samples) == bool(wanted.uploads):
        raise BadPrediction("Give either an upload or a sample.")
    if samples and dataset is None:
        raise BadPrediction("Name the dataset that the sample is of.")
    if dataset is not None:
        for number in samples:
            if number >= dataset.count:
                raise NotFound(f"'{dataset.name}' has no sample {number}.", code="sample_not_found")
    count = len(samples) or len(wanted.uploads)
    needed = 2 if reading.task == "face_recognition" else 1
    if count != needed:
        told = "two pictures of faces" if needed == 2 else "one picture"
        raise BadPrediction(f"This model is tried with {told}; {count} were given.")
    return samples, count


def _parent(
    session: Session,
    runtime: Runtime,
    model: Model,
    dataset: Dataset | None,
    wanted: PredictionWanted,
    reading: Reading,
) -> dict[str, Any]:
    if not wanted.with_parent:
        return {"parent_id": None, "parent_reading": None}
    parent = repository.model(session, model.parent_id)
    if parent is None or parent.artifact_id is None:
        raise Conflict(
            f"'{model.name}' was not made from another model that is still here.",
            code="no_parent_model",
            action="Leave the parent out.",
        )
    # Outputs keep their names and shapes when a model is optimised.
    return {"parent_id": parent.id, "parent_reading": for_engine(reading)}


def get(session: Session, prediction_id: str) -> Prediction:
    found = repository.prediction_with_job(session, prediction_id) if _ID.fullmatch(prediction_id) else None
    if found is None or found[1] is None:
        raise NotFound(
            "There is no such prediction; they are kept for a week.",
            code="prediction_not_found",
            action="Try it again.",
        )
    return views.prediction_view(found[0], found[1])


def file(session: Session, runtime: Runtime, prediction_id: str, name: str) -> Path:
    row = repository.prediction(session, prediction_id) if _ID.fullmatch(prediction_id) else None
    if row is not None and row.artifact_id is not None:
        path = runtime.storage.artifact(row.artifact_id, FILES, name)
        if path.is_file():
            return path
    raise NotFound("The prediction has no such file.", code="file_not_found")


def sweep(runtime: Runtime) -> int:
    """Remove what is older than a week; returns how many."""
    with runtime.db.write() as session:
        old = repository.old_predictions(session, now(session) - timedelta(days=KEPT_DAYS))
        artifacts = [artifact_id for row in old if (artifact_id := repository.remove(session, row)) is not None]

        def remove(_: Any) -> None:
            for artifact_id in artifacts:
                runtime.storage.delete_artifact(artifact_id)

        if artifacts:
            once(session, "after_commit", remove)
    return len(old)

"""What must be so before a report is made, and how it is queued."""

from typing import Any

from sqlalchemy.orm import Session

from workbench.accuracy import readings, repository
from workbench.accuracy.jobs import ACCURACY, TENSOR_DISTANCE
from workbench.accuracy.reading_schemas import for_engine
from workbench.accuracy.schemas import ReportWanted
from workbench.datasets import service as datasets
from workbench.db.tables import Dataset, Job, Model, Project
from workbench.errors import Conflict
from workbench.jobs import service as jobs
from workbench.runtime import Runtime

TITLES = {
    "annotations": "Accuracy",
    "parent_predictions": "Accuracy against the parent model",
    "tensor_distance": "Distance to the parent model",
}
# Judged against the picture itself or what it is made from: annotations are not needed.
WITHOUT_ANNOTATIONS = ("style_transfer", "inpainting")


class NotPossible(Conflict):
    code = "report_not_possible"
    title = "This report cannot be made"


def start(session: Session, runtime: Runtime, project: Project, wanted: ReportWanted) -> Job:
    """Queue a report. Raises NotPossible, with a sentence, where something is lacking; BadReading for a bad YAML."""
    if wanted.kind == "accuracy_checker":
        from workbench.accuracy import checker_start

        return checker_start.start(session, runtime, project, wanted)
    parameters = plan(session, runtime, project, wanted)
    return jobs.create(
        session,
        runtime.queue,
        TENSOR_DISTANCE if wanted.kind == "tensor_distance" else ACCURACY,
        f"{TITLES[wanted.kind]} · {project.name}",
        parameters,
        target_id=project.target_id,
        project_id=project.id,
        model_id=project.model_id,
        dataset_id=project.dataset_id,
    )


def plan(session: Session, runtime: Runtime, project: Project, wanted: ReportWanted) -> dict[str, Any]:
    """The parameters of a report's job, for kinds other than `accuracy_checker`. The errors of `start`."""
    model, dataset = repository.model(session, project.model_id), repository.dataset(session, project.dataset_id)
    if model is None or dataset is None or model.artifact_id is None or dataset.artifact_id is None:
        raise NotPossible("The model or dataset of this project is gone.", action="Create the project anew.")
    datasets.refuse_noise(runtime, dataset, "accuracy")
    if project.target_id is None:
        raise NotPossible("The target of this project is gone.", action="Create the project anew.")
    if wanted.subset is not None and wanted.subset.count > dataset.count:
        raise NotPossible(
            f"'{dataset.name}' has {dataset.count} samples.", code="subset_too_large", action="Choose fewer."
        )
    if wanted.without is not None and wanted.without.count >= dataset.count:
        raise NotPossible(
            f"'{dataset.name}' has {dataset.count} samples: without {wanted.without.count} none is left.",
            code="subset_too_large",
            action="Leave out fewer.",
        )
    read = readings.of_project(session, runtime, project)
    if wanted.kind != "tensor_distance" and read.lacks:
        raise NotPossible(
            " ".join(lack.message for lack in read.lacks[:5]),
            code="reading_incomplete",
            action="Say how the model is read: on the page under Accuracy, or with 'workbench project reading'.",
        )
    if wanted.kind == "annotations":
        _annotated(read.reading.task, dataset)
    return {
        "kind": wanted.kind,
        "subset": wanted.subset.model_dump() if wanted.subset is not None else None,
        "without": wanted.without.model_dump() if wanted.without is not None else None,
        "precision": wanted.precision,
        "per_layer": wanted.per_layer,
        "reading": for_engine(read.reading),
        "reference": _reference(session, runtime, project, model, dataset)
        if wanted.kind in ("parent_predictions", "tensor_distance")
        else None,
    }


def _annotated(task: str, dataset: Dataset) -> None:
    if task in WITHOUT_ANNOTATIONS and dataset.format != "generated":
        return
    if not dataset.annotated:
        raise NotPossible(
            f"'{dataset.name}' has no annotations to compare with.",
            code="dataset_not_annotated",
            action="Use an annotated dataset, or compare with the parent model's predictions.",
        )
    if task not in (dataset.tasks or []):
        served = ", ".join(name.replace("_", " ") for name in dataset.tasks or []) or "nothing"
        raise NotPossible(
            f"The annotations of '{dataset.name}' serve {served}, not {task.replace('_', ' ')}.",
            code="task_differs",
            action="Use a dataset for the task, or correct the task of the reading.",
        )


def _reference(session: Session, runtime: Runtime, project: Project, model: Model, dataset: Dataset) -> dict[str, Any]:
    """The parent model with how it is read: as said in its own project, else as guessed."""
    parent = repository.model(session, model.parent_id)
    if parent is None or parent.artifact_id is None:
        gone = f"The model that '{model.name}' was made from is gone."
        raise NotPossible(
            f"'{model.name}' was not made from another model." if model.parent_id is None else gone,
            code="no_parent_model",
            action="Compare it with annotations, or choose the project of an optimised model.",
        )
    own = repository.project(session, project.parent_id)
    said = readings.stored(own) if own is not None and own.model_id == parent.id else None
    reading = said if said is not None else readings.of_model(runtime, parent, dataset).reading
    folded = "folded_preprocessing" in (model.conversion or {})
    if readings.stored(project) is not None and said is None and not folded:
        # Outputs keep their names and shapes when a model is optimised: what was said of this one holds for its parent,
        # unless the preprocessing went into it.
        reading = readings.of_project(session, runtime, project).reading
    return {"model_id": parent.id, "reading": for_engine(reading)}

"""What must be so before Accuracy Checker runs on a project, and how that is queued."""

from typing import Any

from sqlalchemy.orm import Session

from workbench.accuracy import checker_rules, readings, repository
from workbench.accuracy.checker_config import NotForChecker, write
from workbench.accuracy.checker_jobs import ACCURACY_CHECKER, TOOLCHAIN
from workbench.accuracy.for_checker import facts_of
from workbench.accuracy.reading_schemas import for_engine
from workbench.accuracy.schemas import ReportWanted
from workbench.accuracy.starting import NotPossible
from workbench.datasets import service as datasets
from workbench.db.tables import Job, Project
from workbench.jobs import service as jobs
from workbench.runtime import Runtime
from workbench.toolchains import service as toolchains

SERVED = ("classification", "object_detection", "semantic_segmentation")


def start(session: Session, runtime: Runtime, project: Project, wanted: ReportWanted) -> Job:
    """Queue a run of Accuracy Checker. Raises NotPossible, NotInstalled, or BadReading for a bad configuration."""
    toolchains.python(runtime, TOOLCHAIN)
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
    read = readings.of_project(session, runtime, project)
    task = read.reading.task
    if task not in SERVED or task not in (dataset.tasks or []):
        raise NotPossible(
            f"Accuracy Checker is driven for {', '.join(name.replace('_', ' ') for name in SERVED)} "
            f"with annotations for it; this project is for {task.replace('_', ' ')}.",
            action="Use the report of the workbench.",
        )
    text = wanted.yaml
    if text is not None:
        mistakes = checker_rules.problems(text)
        if mistakes:
            raise readings.BadReading(mistakes)
    else:
        text = written(read, project)
    parameters: dict[str, Any] = {
        "config": text,
        "own": wanted.yaml is not None,
        "reading": for_engine(read.reading),
        "subset": wanted.subset.model_dump() if wanted.subset is not None else None,
    }
    return jobs.create(
        session,
        runtime.queue,
        ACCURACY_CHECKER,
        f"Accuracy Checker · {project.name}",
        parameters,
        target_id=project.target_id,
        project_id=project.id,
        model_id=model.id,
        dataset_id=dataset.id,
    )


def written(read: readings.Read, project: Project) -> str:
    """The configuration for a project's reading. Raises NotPossible."""
    try:
        facts = facts_of(
            read.known.name or "model", _device(project.device), project.precision, read.known, read.reading
        )
        return write(facts, read.reading)
    except NotForChecker as error:
        raise NotPossible(
            f"Accuracy Checker cannot be told of {error}.",
            code="not_for_accuracy_checker",
            action="Give a configuration of your own, or use the report of the workbench.",
        ) from error


def _device(device: str) -> str:
    """What hangs together with others (HETERO:…) has no counterpart there."""
    return "GPU" if device.startswith("GPU") else "CPU"

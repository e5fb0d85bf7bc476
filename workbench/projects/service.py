"""Rules of projects: what fits together, which project hangs under which, what is read-only."""

from typing import Any

from sqlalchemy import RowMapping
from sqlalchemy.orm import Session

from workbench.accuracy import service as accuracy
from workbench.benchmarks import service as benchmarks
from workbench.datasets import service as datasets
from workbench.db.tables import Dataset, Model, Project, Target
from workbench.errors import Conflict, NotFound
from workbench.jobs import events
from workbench.jobs import service as jobs
from workbench.jobs.dispatch import once
from workbench.jobs.schemas import job_view
from workbench.models import service as models
from workbench.names import find, free_name
from workbench.projects import repository, schemas
from workbench.projects.schemas import Reason
from workbench.runtime import Runtime
from workbench.targets import service as targets

# Tasks that any picture serves, besides those that the annotations of a dataset serve.
ANY_PICTURE = ("generic", "inpainting", "style_transfer", "super_resolution")
VIRTUAL_DEVICES = ("AUTO", "MULTI", "HETERO", "BATCH")


class Incompatible(Conflict):
    code = "incompatible"
    title = "These do not fit together"


def get(session: Session, ref: str) -> Project:
    return find(session, repository.statement(), Project, ref, "project")


def judge(
    session: Session, model: Model | None, dataset: Dataset | None, target: Target | None, device: str | None
) -> list[Reason]:
    """Every reason against this combination; what is not chosen yet is not judged."""
    reasons: list[Reason] = []
    if model is not None and model.state != "ready":
        reasons.append(_reason("model", "model_not_ready", f"'{model.name}' is still being imported.", "Wait for it."))
    if dataset is not None and dataset.state != "ready":
        reasons.append(
            _reason("dataset", "dataset_not_ready", f"'{dataset.name}' is still being imported.", "Wait for it.")
        )
    if model is not None and dataset is not None and model.state == dataset.state == "ready":
        reasons += _task_fits(model, dataset)
    if target is not None:
        if not targets.views(session, [target])[0].workers:
            reasons.append(
                Reason(
                    part="target",
                    code="target_offline",
                    message=f"No worker runs on '{target.name}' now; its jobs would wait.",
                    action="Start 'workbench worker' there.",
                    blocking=False,
                )
            )
        if device is not None:
            reasons += _device_fits(target, device)
    return reasons


def _task_fits(model: Model, dataset: Dataset) -> list[Reason]:
    task = model.task or "generic"
    if not dataset.annotated or task in ANY_PICTURE or task in (dataset.tasks or []):
        return []
    if task == "text_classification":
        return [
            _reason("dataset", "text_needed", "The model reads text, the dataset holds pictures.", "Choose a text set.")
        ]
    return [
        Reason(
            part="dataset",
            code="task_differs",
            message=f"The model is for {task.replace('_', ' ')}; the annotations serve "
            f"{', '.join(name.replace('_', ' ') for name in dataset.tasks or []) or 'nothing'}.",
            action="Choose another dataset, or set the model's task.",
            blocking=True,
        )
    ]


def _device_fits(target: Target, device: str) -> list[Reason]:
    known = {entry.name for entry in target.devices}
    if device in known or device.split(":")[0].split(".")[0] in VIRTUAL_DEVICES:
        named = device.partition(":")[2]
        lacking = [part for part in named.replace("(", ",").split(",") if part.isupper() and part not in known]
        if not lacking:
            return []
        device = lacking[0]
    why = next((item["reason"] for item in target.unavailable or [] if item["name"] == device), None)
    found = f" It has: {', '.join(sorted(known))}." if known else " It was not probed yet."
    message = f"'{target.name}' has no device {device}" + (f": {why}." if why else ".") + found
    return [_reason("device", "device_not_available", message, "Choose a device of this target.")]


def _reason(part: Any, code: str, message: str, action: str) -> Reason:
    return Reason(part=part, code=code, message=message, action=action)


def create(session: Session, runtime: Runtime, wanted: schemas.ProjectWanted) -> schemas.ProjectJob:
    """The project of these four; a new one gets its baseline measured. Raises Incompatible with the first reason."""
    model = models.ready(session, wanted.model)
    dataset = datasets.ready(session, wanted.dataset)
    target = targets.get(session, wanted.target) if wanted.target else targets.default(session)
    existing = repository.same(session, model.id, dataset.id, target.id, wanted.device)
    if existing is not None:
        return schemas.ProjectJob(project=views(session, [existing])[0], job=None, created=False)
    for reason in judge(session, model, dataset, target, wanted.device):
        if reason.blocking:
            raise Incompatible(reason.message, code=reason.code, action=reason.action)
    name = f"{model.name} on {dataset.name}" + (f", {wanted.device}" if wanted.device != "CPU" else "")
    if not runtime.settings.embedded_broker:
        name += f" @ {target.name}"
    row = Project(
        name=free_name(name, lambda text: repository.name_taken(session, text)),
        model_id=model.id,
        dataset_id=dataset.id,
        target_id=target.id,
        device=wanted.device,
        precision=wanted.precision,
        parent_id=_parent(session, model, dataset.id, target.id, wanted.device),
    )
    repository.add(session, row)
    events.changed(session, "projects", row.id)
    job = None
    if wanted.baseline:
        job = benchmarks.start_baseline(session, runtime.queue, row, wanted.duration_s)
        note_job(session, row, job.id)
    view = views(session, [row])[0]
    return schemas.ProjectJob(project=view, job=job_view(job) if job else None, created=True)


def _parent(session: Session, model: Model, dataset_id: str, target_id: str, device: str) -> str | None:
    """An optimised model's project hangs under the same project of the model it was made from."""
    if model.parent_id is None:
        return None
    parent = repository.same(session, model.parent_id, dataset_id, target_id, device)
    return parent.id if parent else None


def note_job(session: Session, row: Project, job_id: str) -> None:
    """A project's state follows its newest job."""
    row.last_job_id = job_id
    session.flush()
    events.changed(session, "projects", row.id)


def usable(session: Session, ref: str) -> Project:
    """A project that can be worked on. Raises Conflict for an archived one."""
    row = get(session, ref)
    missing = _missing(row)
    if missing:
        raise Conflict(
            f"The {' and the '.join(missing)} of this project is gone; its results can only be looked at.",
            code="project_archived",
            action="Import what is missing and create the project anew.",
        )
    return row


def _missing(row: Project) -> list[str]:
    parts = {"model": row.model_id, "dataset": row.dataset_id, "target": row.target_id}
    return [name for name, value in parts.items() if value is None]


def delete(session: Session, runtime: Runtime, ref: str) -> None:
    """Remove a project with its runs; children move up. Refused while its jobs run."""
    row = get(session, ref)
    jobs.refuse_while_active(session, f"'{row.name}'", project_id=row.id)
    for child in repository.children(session, row.id):
        child.parent_id = row.parent_id
    benchmarks.forget_artifacts(session, runtime.storage, repository.run_artifacts(session, row.id))
    accuracy.forget_project(session, runtime.storage, row.id)
    _forget_packages(session, runtime, row.id)
    session.delete(row)
    events.changed(session, "projects", row.id)


def _forget_packages(session: Session, runtime: Runtime, project_id: str) -> None:
    packed = repository.forget_packages(session, project_id)

    def remove(_: Any) -> None:
        for artifact_id in packed:
            runtime.storage.delete_artifact(artifact_id)

    once(session, "after_commit", remove)


def views(session: Session, rows: list[Project]) -> list[schemas.Project]:
    details = repository.details(session, [row.id for row in rows])
    return [_view(row, details[row.id]) for row in rows]


def _view(row: Project, more: RowMapping) -> schemas.Project:
    model = dataset = target = best = accuracy_view = None
    if row.model_id is not None:
        model = schemas.ProjectModel(
            id=row.model_id,
            name=more["model_name"],
            task=more["model_task"],
            precision=more["model_precision"],
            size_bytes=more["model_size_bytes"],
        )
    if row.dataset_id is not None:
        dataset = schemas.ProjectDataset(
            id=row.dataset_id,
            name=more["dataset_name"],
            format=more["dataset_format"],
            count=more["dataset_count"],
        )
    if row.target_id is not None:
        target = schemas.ProjectTarget(id=row.target_id, name=more["target_name"])
    if more["run_id"] is not None:
        best = schemas.BestRun(
            run_id=more["run_id"],
            throughput_fps=more["throughput_fps"],
            latency_median_ms=more["latency_median_ms"],
            latency_p99_ms=more["latency_p99_ms"],
            verdict=more["verdict"],
        )
    headline = more["headline"] or None
    if headline is not None:
        accuracy_view = schemas.ProjectAccuracy(
            report_id=more["report_id"],
            metric=headline["metric"],
            label=headline["label"],
            value=headline["value"],
            ci95=headline["ci95"],
        )
    return schemas.Project(
        id=row.id,
        name=row.name,
        model=model,
        dataset=dataset,
        target=target,
        device=row.device,
        device_full_name=more["device_full_name"],
        precision=row.precision,  # type: ignore[arg-type]
        parent_id=row.parent_id,
        state=more["state"],
        missing=_missing(row),
        best=best,
        accuracy=accuracy_view,
        run_count=more["run_count"],
        last_job_id=row.last_job_id,
        created_at=row.created_at,
    )


def named_target(session: Session, ref: str | None) -> Target | None:
    """The target `ref`, or the only one; None when there is no such single one."""
    if ref is not None:
        return targets.get(session, ref)
    try:
        return targets.default(session)
    except (NotFound, Conflict):
        return None

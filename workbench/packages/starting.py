"""How a package is asked for: looked at before it is built, and queued."""

from typing import Any

from sqlalchemy.orm import Session

from workbench.errors import Conflict
from workbench.jobs import service as jobs
from workbench.jobs.schemas import job_view
from workbench.packages import archiving, contents, planning, runtime_files
from workbench.packages.package_jobs import PACKAGE
from workbench.packages.schemas import PackageJob, PackagePlan, PackageWanted
from workbench.runtime import Runtime


def look(runtime: Runtime, ref: str, wanted: PackageWanted) -> PackagePlan:
    """Raises what `planning.plan` raises, and Conflict `no_runtime`."""
    with runtime.db.read() as session:
        plan = planning.plan(session, runtime, ref, wanted)
    try:
        parts = contents.planned(plan, runtime)
    except runtime_files.NoRuntime as error:
        raise _no_runtime(error) from error
    told = [part.told() for part in parts]
    notes = [*plan.notes, *([plan.why_not] if plan.why_not is not None else [])]
    return PackagePlan(
        parts=told,
        size_bytes=sum(part.size_bytes for part in told),
        archive_bytes=archiving.estimate(contents.entries(parts)),
        configuration=plan.configuration,
        label=plan.label,
        devices=plan.devices,
        will_run=plan.why_not is None and wanted.model,
        notes=notes,
    )


def start(session: Session, runtime: Runtime, ref: str, wanted: PackageWanted) -> PackageJob:
    """Queue the job, with the run whose configuration it will have. Raises what `look` raises."""
    plan = planning.plan(session, runtime, ref, wanted)
    try:
        contents.planned(plan, runtime)
    except runtime_files.NoRuntime as error:
        raise _no_runtime(error) from error
    settled: dict[str, Any] = {"devices": plan.devices, "run_id": plan.run.id if plan.run is not None else None}
    if plan.run is None:
        settled["configuration"] = plan.configuration.model_dump(mode="json")
    job = jobs.create(
        session,
        runtime.queue,
        PACKAGE,
        f"Package · {plan.project.name}",
        wanted.model_dump(mode="json") | settled,
        target_id=plan.project.target_id,
        project_id=plan.project.id,
        model_id=plan.model.id,
        dataset_id=plan.dataset.id,
    )
    return PackageJob(job=job_view(job))


def _no_runtime(error: Exception) -> Conflict:
    return Conflict(str(error), code="no_runtime", action="Install OpenVINO whole ('make setup') on the server.")

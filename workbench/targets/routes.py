"""`/targets`: the machines, their devices and their load."""

from fastapi import APIRouter

from workbench.db.tables import Target as TargetRow
from workbench.errors import ERROR_RESPONSES, Conflict
from workbench.jobs import events
from workbench.jobs import repository as jobs_repository
from workbench.jobs import service as jobs
from workbench.jobs.schemas import job_view
from workbench.names import checked_name
from workbench.paging import Cursor, Limit, Page, Sort, fetch
from workbench.runtime import RuntimeDep
from workbench.targets import repository, service
from workbench.targets.jobs import CEILINGS, PROBE
from workbench.targets.schemas import CeilingsWanted, Target, TargetChange, TargetJob, TargetLoad

router = APIRouter(prefix="/targets", tags=["targets"], responses=ERROR_RESPONSES)

SORTABLE = {"created_at": TargetRow.created_at, "name": TargetRow.name, "last_seen_at": TargetRow.last_seen_at}


@router.get("")
def list_targets(runtime: RuntimeDep, limit: Limit = 50, cursor: Cursor = None, sort: Sort = None) -> Page[Target]:
    """Targets, by name."""
    with runtime.db.read() as session:
        rows, following, total = fetch(
            session,
            repository.with_devices(),
            columns=SORTABLE,
            identity=TargetRow.id,
            sort=sort or "name",
            limit=limit,
            cursor=cursor,
        )
        return Page(items=service.views(session, rows), next_cursor=following, total=total)


@router.get("/{ref}")
def get_target(runtime: RuntimeDep, ref: str) -> Target:
    """One target, by id or name."""
    with runtime.db.read() as session:
        return service.views(session, [service.get(session, ref)])[0]


@router.patch("/{ref}")
def change_target(runtime: RuntimeDep, ref: str, change: TargetChange) -> Target:
    """Rename a target."""
    with runtime.db.write() as session:
        row = service.get(session, ref)
        name = checked_name(change.name)
        if name != row.name and repository.name_taken(session, name):
            raise Conflict(f"Another target is called '{name}'.", code="name_taken", action="Choose another name.")
        row.name = name
        events.changed(session, "targets", row.id)
        session.flush()
        return service.views(session, [row])[0]


@router.get("/{ref}/load")
def get_target_load(runtime: RuntimeDep, ref: str) -> TargetLoad:
    """How busy the machine is, and who measures there now."""
    with runtime.db.read() as session:
        row = service.get(session, ref)
        job = jobs_repository.running_measurement(session, row.machine_id)
        measuring = job_view(job) if job else None
        return TargetLoad(at=row.last_seen_at, measuring_job=measuring, **(row.load or {}))


@router.post("/{ref}/probe", status_code=202)
def probe_target(runtime: RuntimeDep, ref: str) -> TargetJob:
    """Ask the machine again what it can do."""
    with runtime.db.write() as session:
        row = service.get(session, ref)
        job = jobs.create(session, runtime.queue, PROBE, f"Probe {row.name}", {}, target_id=row.id)
        return TargetJob(target=service.views(session, [row])[0], job=job_view(job))


@router.delete("/{ref}", status_code=204)
def delete_target(runtime: RuntimeDep, ref: str) -> None:
    """Forget a machine that has no worker any more; its projects become read-only."""
    with runtime.db.write() as session:
        row = service.get(session, ref)
        if service.views(session, [row])[0].workers:
            raise Conflict(f"A worker runs on '{row.name}'.", code="target_in_use", action="Stop its worker first.")
        jobs.refuse_while_active(session, f"'{row.name}'", target_id=row.id)
        session.delete(row)
        events.changed(session, "targets", row.id)


@router.post("/{ref}/ceilings", status_code=202)
def measure_ceilings(runtime: RuntimeDep, ref: str, wanted: CeilingsWanted) -> TargetJob:
    """Measure what a device of this machine can reach at most; a measurement that is under way already serves."""
    with runtime.db.write() as session:
        row = service.get(session, ref)
        parameters = {"device": service.checked_device(row, wanted.device)}
        job = jobs.unfinished(session, CEILINGS, parameters, target_id=row.id) or jobs.create(
            session,
            runtime.queue,
            CEILINGS,
            f"Ceilings of {wanted.device} · {row.name}",
            parameters,
            target_id=row.id,
            estimate_s=service.CEILINGS_S,
        )
        return TargetJob(target=service.views(session, [row])[0], job=job_view(job))

"""The job kinds of targets: `probe` asks what a machine can do, `ceilings` measures how fast it can at most."""

from sqlalchemy.orm import Session

from workbench.jobs.context import JobContext
from workbench.jobs.kinds import JobKind, Outcome, register
from workbench.targets import service
from workbench.targets.driver import run_operation


def _probe(context: JobContext) -> Outcome:
    result, _ = run_operation(context, "probe", {}, {}, folder="probe", timeout_s=120)
    target_id = context.job.target_id
    assert target_id is not None
    summary = {"devices": [device["name"] for device in result.get("devices", [])]}

    def apply(session: Session) -> None:
        service.record_probe(session, target_id, result)

    return Outcome(summary, apply)


PROBE = register(JobKind("probe", _probe, pinned=True))


def _ceilings(context: JobContext) -> Outcome:
    device = str(context.parameters["device"])
    result, _ = run_operation(context, "ceilings", {"device": device}, {}, folder="ceilings", timeout_s=600)
    target_id = context.job.target_id
    assert target_id is not None
    summary = {"target_id": target_id, "ceilings": {"device": device} | result}

    def apply(session: Session) -> None:
        service.record_ceilings(session, target_id, device, result)

    return Outcome(summary, apply)


CEILINGS = register(JobKind("ceilings", _ceilings, measuring=True))

"""The job kind of targets: `probe` asks the engine what a machine can do."""

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

"""`/system`: the server about itself."""

from datetime import UTC, datetime

from fastapi import APIRouter
from fastapi.responses import StreamingResponse

from workbench.errors import ERROR_RESPONSES, PROBLEM, Problem
from workbench.runtime import RuntimeDep
from workbench.system import schemas, service
from workbench.system.checks import run_checks

router = APIRouter(prefix="/system", tags=["system"], responses=ERROR_RESPONSES)

_log_size = service.LogSize()
_pulse = service.Pulse()


class LogResponse(StreamingResponse):
    media_type = "text/plain"


@router.get("")
def get_system(runtime: RuntimeDep) -> schemas.System:
    """Version, database, disk and workers."""
    with runtime.db.read() as session:
        return service.describe(session, runtime, _log_size)


@router.get(
    "/health",
    responses={503: {"model": Problem, "description": "The database does not answer", "content": {PROBLEM: {}}}},
)
def get_health(runtime: RuntimeDep) -> schemas.Health:
    """For load balancers: 200 when the server can work. Needs no token."""
    _pulse.check(runtime)
    return schemas.Health()


@router.get("/doctor")
def get_doctor(runtime: RuntimeDep) -> schemas.Doctor:
    """What is right and what is not, with what to do."""
    checks = [
        schemas.CheckResult(name=check.name, ok=check.ok, detail=check.detail, action=check.action)
        for check in run_checks(runtime.settings, serving=True)
    ]
    return schemas.Doctor(ok=all(check.ok for check in checks), checks=checks)


@router.get("/log", response_class=LogResponse)
def download_log(runtime: RuntimeDep) -> LogResponse:
    """The logs of server and workers on this machine (their last 20 MB), as a file."""
    moment = datetime.now(UTC).strftime("%Y%m%d-%H%M%S")
    headers = {"Content-Disposition": f'attachment; filename="workbench-log-{moment}.txt"'}
    return LogResponse(service.log_tail(runtime.storage), headers=headers)

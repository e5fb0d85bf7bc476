"""`/runs/{id}/findings`: what the recorded facts of a run tell."""

from fastapi import APIRouter

from workbench.benchmarks import service
from workbench.benchmarks.advisor import gathering
from workbench.benchmarks.layer_schemas import Findings
from workbench.errors import ERROR_RESPONSES
from workbench.runtime import RuntimeDep

router = APIRouter(prefix="/runs", tags=["runs"], responses=ERROR_RESPONSES)


@router.get("/{run_id}/findings")
def get_run_findings(runtime: RuntimeDep, run_id: str) -> Findings:
    """What stands out in a run, with its evidence, what to do, and which rules found nothing."""
    with runtime.db.read() as session:
        row = service.get(session, run_id)
    return gathering.findings(runtime, row)

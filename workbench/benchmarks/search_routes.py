"""`/searches`: the best configurations of a project."""

from typing import Annotated

from fastapi import APIRouter, Path

from workbench.benchmarks import search_service
from workbench.benchmarks.search_schemas import SearchJob
from workbench.errors import ERROR_RESPONSES
from workbench.runtime import RuntimeDep

router = APIRouter(prefix="/searches", tags=["searches"], responses=ERROR_RESPONSES)


@router.get("/{job_id}")
def get_search(runtime: RuntimeDep, job_id: Annotated[str, Path(max_length=36)]) -> SearchJob:
    """What a search found, also while it runs."""
    with runtime.db.read() as session:
        return search_service.get(session, job_id)

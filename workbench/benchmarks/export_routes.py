"""Runs and layers as files."""

from typing import Annotated, Literal

from fastapi import APIRouter, Query, Response

from workbench.errors import ERROR_RESPONSES
from workbench.runtime import RuntimeDep

router = APIRouter(prefix="/runs", tags=["runs"], responses=ERROR_RESPONSES)


@router.get("/export", response_class=Response)
def export_runs(
    runtime: RuntimeDep,
    project: Annotated[str, Query(max_length=200, description="id or name")],
    format: Literal["csv", "json"] = "csv",
) -> Response:
    """All runs of a project as a file."""
    raise NotImplementedError


@router.get("/{run_id}/layers/export", response_class=Response)
def export_run_layers(runtime: RuntimeDep, run_id: str, format: Literal["csv", "json"] = "csv") -> Response:
    """The executed layers of a run as a file."""
    raise NotImplementedError

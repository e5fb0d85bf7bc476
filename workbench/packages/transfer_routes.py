"""Projects that leave for another server, and come from one."""

from fastapi import APIRouter

from workbench.packages.schemas import ExportWanted, ImportWanted, PackageJob
from workbench.runtime import RuntimeDep

router = APIRouter()


@router.post("/projects/{ref}/exports", status_code=202)
def start_export(runtime: RuntimeDep, ref: str, wanted: ExportWanted) -> PackageJob:
    """Pack a project with its models, dataset, runs, reports and configuration; the result is a package."""
    raise NotImplementedError


@router.post("/projects/import", status_code=202)
def start_import(runtime: RuntimeDep, wanted: ImportWanted) -> PackageJob:
    """Take in an export. Nothing in it is trusted: it is checked as an upload is."""
    raise NotImplementedError

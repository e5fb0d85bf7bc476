"""`/packages`: deployment packages and exports of projects."""

from typing import Annotated

from fastapi import APIRouter, Query, Response
from fastapi.responses import FileResponse, PlainTextResponse

from workbench.errors import ERROR_RESPONSES
from workbench.packages.recipe_routes import router as recipes
from workbench.packages.schemas import Package, PackageJob, PackageKind, PackagePlan, PackageWanted
from workbench.packages.transfer_routes import router as transfers
from workbench.paging import Cursor, Limit, Page, Sort
from workbench.runtime import RuntimeDep

router = APIRouter(tags=["packages"], responses=ERROR_RESPONSES)
router.include_router(transfers)
router.include_router(recipes)


@router.post("/projects/{ref}/packages", status_code=202)
def start_package(runtime: RuntimeDep, ref: str, wanted: PackageWanted) -> PackageJob:
    """Build a package, and run it before it is offered."""
    raise NotImplementedError


@router.post("/projects/{ref}/packages/plan")
def plan_package(runtime: RuntimeDep, ref: str, wanted: PackageWanted) -> PackagePlan:
    """What a package would have in it, and its size."""
    raise NotImplementedError


@router.get("/packages")
def list_packages(
    runtime: RuntimeDep,
    limit: Limit = 50,
    cursor: Cursor = None,
    sort: Sort = None,
    project: Annotated[str | None, Query(max_length=200, description="id or name")] = None,
    kind: PackageKind | None = None,
) -> Page[Package]:
    """Packages, newest first."""
    raise NotImplementedError


@router.get("/packages/{package_id}")
def get_package(runtime: RuntimeDep, package_id: str) -> Package:
    """One package."""
    raise NotImplementedError


@router.get("/packages/{package_id}/log", response_class=PlainTextResponse)
def get_package_log(runtime: RuntimeDep, package_id: str) -> PlainTextResponse:
    """What was said when it was tried."""
    raise NotImplementedError


@router.get("/packages/{package_id}/download", response_class=FileResponse)
def download_package(runtime: RuntimeDep, package_id: str) -> Response:
    """The archive."""
    raise NotImplementedError


@router.delete("/packages/{package_id}", status_code=204)
def delete_package(runtime: RuntimeDep, package_id: str) -> None:
    """Delete a package."""
    raise NotImplementedError

"""`/packages`: deployment packages and exports of projects."""

from typing import Annotated

from fastapi import APIRouter, Query, Response
from fastapi.responses import FileResponse, PlainTextResponse

from workbench.db.tables import Package as PackageRow
from workbench.errors import ERROR_RESPONSES
from workbench.packages import service, starting
from workbench.packages.recipe_routes import router as recipes
from workbench.packages.schemas import Package, PackageJob, PackageKind, PackagePlan, PackageWanted
from workbench.packages.transfer_routes import router as transfers
from workbench.paging import Cursor, Limit, Page, Sort, fetch
from workbench.runtime import RuntimeDep

router = APIRouter(tags=["packages"], responses=ERROR_RESPONSES)
router.include_router(transfers)
router.include_router(recipes)

SORTABLE = {
    "created_at": PackageRow.created_at,
    "size_bytes": PackageRow.size_bytes,
    "name": PackageRow.name,
    "kind": PackageRow.kind,
}


@router.post("/projects/{ref}/packages", status_code=202)
def start_package(runtime: RuntimeDep, ref: str, wanted: PackageWanted) -> PackageJob:
    """Build a package, and run it before it is offered."""
    with runtime.db.write() as session:
        return starting.start(session, runtime, ref, wanted)


@router.post("/projects/{ref}/packages/plan")
def plan_package(runtime: RuntimeDep, ref: str, wanted: PackageWanted) -> PackagePlan:
    """What a package would have in it, and its size."""
    return starting.look(runtime, ref, wanted)


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
    with runtime.db.read() as session:
        rows, following, total = fetch(
            session,
            service.packages(session, project, kind),
            columns=SORTABLE,
            identity=PackageRow.id,
            sort=sort or "-created_at",
            limit=limit,
            cursor=cursor,
        )
        return Page(items=[service.view(row, with_log=False) for row in rows], next_cursor=following, total=total)


@router.get("/packages/{package_id}")
def get_package(runtime: RuntimeDep, package_id: str) -> Package:
    """One package."""
    with runtime.db.read() as session:
        return service.view(service.get(session, package_id))


@router.get("/packages/{package_id}/log", response_class=PlainTextResponse)
def get_package_log(runtime: RuntimeDep, package_id: str) -> PlainTextResponse:
    """What was said when it was tried."""
    with runtime.db.read() as session:
        return PlainTextResponse(service.log(runtime, service.get(session, package_id)))


@router.get("/packages/{package_id}/download", response_class=FileResponse)
def download_package(runtime: RuntimeDep, package_id: str) -> Response:
    """The archive."""
    with runtime.db.read() as session:
        row = service.get(session, package_id)
        path = service.archive(runtime, row)
    headers = {"Content-Disposition": f'attachment; filename="{row.filename}"'}
    return FileResponse(path, media_type="application/octet-stream", headers=headers)


@router.delete("/packages/{package_id}", status_code=204)
def delete_package(runtime: RuntimeDep, package_id: str) -> None:
    """Delete a package."""
    with runtime.db.write() as session:
        service.delete(session, runtime.storage, package_id)

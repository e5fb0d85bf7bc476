"""`/toolchains`: which there are, install, remove."""

from fastapi import APIRouter

from workbench.errors import ERROR_RESPONSES
from workbench.jobs.schemas import job_view
from workbench.runtime import RuntimeDep
from workbench.toolchains import service
from workbench.toolchains.schemas import Toolchain, ToolchainJob, Toolchains, ToolchainWanted

router = APIRouter(prefix="/toolchains", tags=["toolchains"], responses=ERROR_RESPONSES)


@router.get("")
def list_toolchains(runtime: RuntimeDep) -> Toolchains:
    """All toolchains, installed or not."""
    with runtime.db.read() as session:
        return Toolchains(items=service.views(session, runtime))


@router.get("/{name}")
def get_toolchain(runtime: RuntimeDep, name: str) -> Toolchain:
    """One toolchain."""
    with runtime.db.read() as session:
        return service.view(session, runtime, service.get(name))


@router.post("/{name}/install", status_code=202)
def install_toolchain(runtime: RuntimeDep, name: str, wanted: ToolchainWanted) -> ToolchainJob:
    """Install from the package index, or from a folder of wheels."""
    with runtime.db.write() as session:
        job = service.install(session, runtime, name, wanted.wheels)
        return ToolchainJob(toolchain=service.view(session, runtime, service.get(name)), job=job_view(job))


@router.delete("/{name}", status_code=204)
def remove_toolchain(runtime: RuntimeDep, name: str) -> None:
    """Remove an installed toolchain."""
    with runtime.db.write() as session:
        service.remove(session, runtime, name)

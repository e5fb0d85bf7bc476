"""`/toolchains`: which there are, install, remove."""

from fastapi import APIRouter

from workbench.errors import ERROR_RESPONSES
from workbench.runtime import RuntimeDep
from workbench.toolchains.schemas import Toolchain, ToolchainJob, Toolchains, ToolchainWanted

router = APIRouter(prefix="/toolchains", tags=["toolchains"], responses=ERROR_RESPONSES)


@router.get("")
def list_toolchains(runtime: RuntimeDep) -> Toolchains:
    raise NotImplementedError


@router.get("/{name}")
def get_toolchain(runtime: RuntimeDep, name: str) -> Toolchain:
    raise NotImplementedError


@router.post("/{name}/install", status_code=202)
def install_toolchain(runtime: RuntimeDep, name: str, wanted: ToolchainWanted) -> ToolchainJob:
    """Install from the package index, or from a folder of wheels."""
    raise NotImplementedError


@router.delete("/{name}", status_code=204)
def remove_toolchain(runtime: RuntimeDep, name: str) -> None:
    raise NotImplementedError

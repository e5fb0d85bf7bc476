"""How a project is repeated elsewhere."""

from typing import Literal

from fastapi import APIRouter, Response

from workbench.packages.schemas import Recipe
from workbench.runtime import RuntimeDep

router = APIRouter()


@router.get("/projects/{ref}/recipe")
def get_recipe(runtime: RuntimeDep, ref: str) -> Recipe:
    """The steps of a project as commands and as a script."""
    raise NotImplementedError


@router.get("/projects/{ref}/recipe/export", response_class=Response)
def export_recipe(runtime: RuntimeDep, ref: str, format: Literal["script", "notebook"] = "script") -> Response:
    """The script, or a Jupyter notebook that does the same."""
    raise NotImplementedError

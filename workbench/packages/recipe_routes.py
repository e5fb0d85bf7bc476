"""How a project is repeated elsewhere."""

from typing import Literal

from fastapi import APIRouter, Response

from workbench.downloads import attachment
from workbench.packages import recipe_commands, recipe_facts, recipe_text
from workbench.packages.schemas import Recipe
from workbench.runtime import RuntimeDep

router = APIRouter()


@router.get("/projects/{ref}/recipe")
def get_recipe(runtime: RuntimeDep, ref: str) -> Recipe:
    """The steps of a project as commands and as a script."""
    with runtime.db.read() as session:
        facts = recipe_facts.gather(session, runtime, ref)
    return Recipe(
        project_id=facts.project.id,
        commands=recipe_commands.commands(facts),
        script=recipe_text.script(facts),
        steps=recipe_text.steps(facts),
        requirements=recipe_text.requirements(facts),
        warnings=facts.warnings,
    )


@router.get("/projects/{ref}/recipe/export", response_class=Response)
def export_recipe(runtime: RuntimeDep, ref: str, format: Literal["script", "notebook"] = "script") -> Response:
    """The script, or a Jupyter notebook that does the same."""
    with runtime.db.read() as session:
        facts = recipe_facts.gather(session, runtime, ref)
    if format == "notebook":
        return attachment(recipe_text.notebook(facts), "application/x-ipynb+json", facts.project.name, "ipynb")
    return attachment(recipe_text.script(facts), "text/x-python", facts.project.name, "py")

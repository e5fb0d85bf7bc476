"""`workbench recipe`: how a project is repeated elsewhere."""

from typing import Annotated

import typer

from workbench.cli.files import Force, Output, told
from workbench.cli.options import Json
from workbench.cli.output import document, harmless, note, say
from workbench.client import Client

FORMATS = {".py": "script", ".ipynb": "notebook"}


def recipe(
    project: Annotated[str, typer.Argument(metavar="PROJECT", help="Name or id.")],
    output: Output = None,
    commands: Annotated[bool, typer.Option("--commands", help="As commands of the workbench instead.")] = False,
    force: Force = False,
    as_json: Json = False,
) -> None:
    """Write how a project is repeated with plain OpenVINO and NNCF: a script (.py) or a Jupyter notebook (.ipynb)."""
    if output is not None and output.suffix not in FORMATS:
        raise typer.BadParameter("the file must end with .py or .ipynb", param_hint="--output")
    with Client() as client:
        if output is not None:
            path = client.packages.export_recipe(project, FORMATS[output.suffix]).write(output, force)
            told(path, as_json)
            return
        found = client.packages.recipe(project)
    if as_json:
        document(found)
        return
    for warning in found["warnings"]:
        note(harmless(warning))
    if commands:
        for line in found["commands"]:
            say(harmless(line))
    else:
        typer.echo(found["script"], nl=False)

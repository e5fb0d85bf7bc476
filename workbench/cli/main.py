"""The `workbench` command."""

import io
import sys
from typing import Annotated

import typer

from workbench import __version__
from workbench.cli import (
    accuracy,
    benchmark,
    check,
    compare,
    compress,
    datasets,
    demo,
    doctor,
    export,
    jobs,
    models,
    optimize,
    package,
    predict,
    projects,
    quantize,
    race,
    recipe,
    reports,
    runs,
    search,
    sensitivity,
    serve,
    targets,
    tokens,
    toolchains,
    transfer,
    versions,
)
from workbench.cli.failures import Commands

app = typer.Typer(cls=Commands, no_args_is_help=True, pretty_exceptions_enable=False, add_completion=False)
app.command()(serve.up)
app.command()(demo.demo)
app.command()(serve.api)
app.command()(serve.worker)
app.command()(serve.migrate)
app.command()(doctor.doctor)
app.add_typer(models.app, name="model")
app.add_typer(datasets.app, name="dataset")
app.add_typer(targets.app, name="target")
app.add_typer(projects.app, name="project")
app.command()(benchmark.benchmark)
app.command()(search.search)
app.command()(optimize.optimize)
app.command()(accuracy.accuracy)
app.command()(predict.predict)
app.command()(quantize.quantize)
app.command()(compress.compress)
app.command()(sensitivity.sensitivity)
app.command()(race.race)
app.command()(versions.versions)
projects.app.command("reading")(accuracy.reading)
app.add_typer(reports.app, name="report")
app.command()(package.package)
app.command()(check.check)
app.command()(compare.compare)
export.add_to(runs.app, projects.app)
transfer.add_to(projects.app)
app.command()(recipe.recipe)
app.add_typer(runs.app, name="run")
app.add_typer(jobs.app, name="job")
app.add_typer(tokens.app, name="token")
app.add_typer(toolchains.app, name="toolchain")


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"workbench {__version__}")
        raise typer.Exit


@app.callback()
def _workbench(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version and exit.")
    ] = False,
) -> None:
    """Measured answers about a model on a machine, with OpenVINO."""


def main() -> None:
    for stream in (sys.stdout, sys.stderr):
        # A terminal that lacks a sign must not end the command.
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")
    app()


if __name__ == "__main__":
    main()

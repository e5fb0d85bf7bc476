"""`workbench package PROJECT`: a deployment package, planned, built, tried and downloaded."""

from pathlib import Path
from typing import Annotated, Any

import typer

from workbench.cli import units
from workbench.cli.following import conclude, follow, started
from workbench.cli.options import Json, NoWait
from workbench.cli.output import document, harmless, note, say, table
from workbench.client import BadFiles, Client
from workbench.client import Json as Document

KINDS = ("deployment", "docker", "model-server")


def package(
    project: Annotated[str, typer.Argument(metavar="PROJECT", help="Name or id.")],
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="Where the archive goes; default: it stays on the server.")
    ] = None,
    kind: Annotated[str, typer.Option(metavar="deployment|docker|model-server", help="What is made.")] = "deployment",
    name: Annotated[str | None, typer.Option(help="Default: the name of the model.")] = None,
    devices: Annotated[
        str | None, typer.Option(metavar="CPU,GPU,…", help="What it shall run on; default: the project's device.")
    ] = None,
    run: Annotated[str | None, typer.Option(metavar="ID", help="Whose configuration; default: the best run's.")] = None,
    samples: Annotated[int, typer.Option(min=1, max=100, help="Pictures of the dataset that it is tried with.")] = 4,
    include_samples: Annotated[bool, typer.Option("--include-samples", help="Leave these pictures in it.")] = False,
    fold: Annotated[bool, typer.Option("--fold/--no-fold", help="Preprocessing becomes part of the model.")] = True,
    python: Annotated[
        bool, typer.Option("--python/--no-python", help="The Python API and the sample in Python.")
    ] = True,
    cpp: Annotated[bool, typer.Option("--cpp/--no-cpp", help="Headers, and the sample in C++.")] = True,
    runtime: Annotated[bool, typer.Option("--runtime/--no-runtime", help="The libraries of OpenVINO.")] = True,
    plan: Annotated[bool, typer.Option("--plan", help="Only tell what it would have in it, and its size.")] = False,
    force: Annotated[bool, typer.Option("--force", help="Replace a file that is there.")] = False,
    no_wait: NoWait = False,
    as_json: Json = False,
) -> None:
    """Pack the model with its tuned configuration, the runtime and samples; it is run before it is offered."""
    if kind not in KINDS:
        raise typer.BadParameter(f"'{kind}' is none of {', '.join(KINDS)}.", param_hint="--kind")
    if no_wait and output is not None:
        raise typer.BadParameter("has to wait for the package: leave out --no-wait.", param_hint="--output")
    if output is not None and output.exists() and not force and not plan:
        # Told before it is built.
        raise BadFiles(f"'{output}' is there already.", "Choose another name, or replace it with --force.")
    wanted: dict[str, Any] = {
        "kind": kind.replace("-", "_"),
        "name": name,
        "devices": [part.strip() for part in devices.split(",")] if devices else None,
        "run_id": run,
        "samples": samples,
        "include_samples": include_samples,
        "fold_preprocessing": fold,
        "python": python,
        "cpp": cpp,
        "runtime": runtime,
    }
    with Client() as client:
        if plan:
            _show_plan(client.packages.plan(project, **wanted), as_json)
            return
        job = client.packages.start(project, **wanted)["job"]
        if no_wait:
            if as_json:
                document({"job": job})
            else:
                started(job)
            return
        job = follow(client, job, as_json)
        made = path = None
        if job["state"] == "succeeded":
            made = client.packages.get(job["result"]["package_id"])
            if output is not None:
                path = client.packages.download(made["id"], output, replace=force)
        if as_json:
            document({"package": made, "file": str(path) if path else None, "job": job})
        elif made is not None:
            _show(made, path)
        else:
            _show_log(client, job)
    conclude(job)


def _show_plan(plan: Document, as_json: bool) -> None:
    if as_json:
        document(plan)
        return
    say(harmless(f"{plan['label']} on {', '.join(plan['devices'])}"))
    _parts(plan["parts"])
    say(f"{units.size(plan['size_bytes'])} unpacked, about {units.size(plan['archive_bytes'])} as an archive")
    if not plan["will_run"]:
        note("It will be built and not run.")
    for remark in plan["notes"]:
        note(harmless(remark))


def _parts(parts: list[Document]) -> None:
    rows = [(part["name"], part["description"], part["files"], units.size(part["size_bytes"])) for part in parts]
    table(("part", "what", ">files", ">size"), rows)


def _show(package: Document, path: Path | None) -> None:
    trial = package["trial"]
    _parts(package["parts"])
    fps = trial["throughput_fps"]
    rate = f", {units.figure(fps)} FPS while it was tried" if fps else ""
    say(harmless(f"{package['filename']}: {units.size(package['size_bytes'])}{rate}"))
    say(harmless(f"{units.words(trial['state'])}: {trial['reason']}"))
    for tried in trial["compared"]:
        say(harmless(f"  {tried}: {trial['samples']} pictures, outputs at most {trial['max_difference']:.3g} apart"))
    note(f"SHA-256 {package['sha256']}")
    say(harmless(str(path)) if path is not None else f"package {package['id']}")


def _show_log(client: Client, job: Document) -> None:
    """Why it did not pass: the end of what was said."""
    log = (job.get("result") or {}).get("log")
    if isinstance(log, str):
        for line in log.splitlines()[-30:]:
            note(harmless(line))

"""`workbench model …`."""

from pathlib import Path
from typing import Annotated

import typer

from workbench.cli import options, units
from workbench.cli.following import conclude, follow, sending, started
from workbench.cli.options import Json, Limit, NoWait, Search, Yes
from workbench.cli.output import deleted, document, facts, say, table, tell_rest
from workbench.client import Client
from workbench.client import Json as Document

app = typer.Typer(no_args_is_help=True, help="Models: import, look at, download, delete.")

Model = Annotated[str, typer.Argument(metavar="MODEL", help="Name or id.")]


@app.command("import")
def import_model(
    paths: Annotated[list[Path], typer.Argument(metavar="PATH...", help="The files of one model, or its folder.")],
    name: Annotated[str | None, typer.Option(help="Default: the name of the file.")] = None,
    task: Annotated[str | None, typer.Option(help="Such as classification; default: guessed.")] = None,
    precision: Annotated[str | None, typer.Option(help="FP16 (default) or FP32; an IR stays as it is.")] = None,
    shape: Annotated[
        list[str] | None, typer.Option("--input", metavar="NAME=1,3,224,224", help="Shape of an input; repeatable.")
    ] = None,
    no_wait: NoWait = False,
    as_json: Json = False,
) -> None:
    """Import a model; weights beside a single file come along."""
    inputs = options.inputs(shape, "--input")
    with Client() as client:
        with sending(as_json) as on_sending:
            made = client.import_model(
                paths,
                on_sending,
                name=name,
                task=task,
                precision=precision.upper() if precision else None,
                inputs=inputs,
            )
        if no_wait:
            _started(made, as_json)
            return
        _conclude(client, made, as_json)


def _conclude(client: Client, made: Document, as_json: bool) -> None:
    """Wait for the job that makes a model, and tell of both."""
    model, job = made["model"], follow(client, made["job"], as_json)
    if job["state"] == "succeeded":
        model = client.model(model["id"])
    if as_json:
        # A job that did not succeed leaves no model.
        document({"model": model if job["state"] == "succeeded" else None, "job": job})
    conclude(job)
    if not as_json:
        _show(model)


def _started(made: Document, as_json: bool) -> None:
    if as_json:
        document(made)
    else:
        say(made["model"]["name"])
        started(made["job"])


@app.command("list")
def list_models(search: Search = None, limit: Limit = 50, as_json: Json = False) -> None:
    """List models, newest first."""
    with Client() as client:
        found = client.models(limit, q=search)
    if as_json:
        document(found)
        return
    table(
        ("name", "task", "precision", ">size", ">GFLOP", "from", "state", "imported"),
        [
            (
                model["name"],
                units.words(model["task"]),
                model["precision"],
                units.size(model["size_bytes"]),
                units.figure((model["analysis"] or {}).get("gflop")),
                model["source_format"],
                model["state"],
                units.moment(model["created_at"]),
            )
            for model in found["items"]
        ],
    )
    tell_rest(found)


@app.command("show")
def show_model(model: Model, as_json: Json = False) -> None:
    """Show a model with its analysis."""
    with Client() as client:
        found = client.model(model)
    if as_json:
        document(found)
    else:
        _show(found)


def _show(model: Document) -> None:
    analysis = model["analysis"] or {}
    conversion = model["conversion"] or {}
    facts(
        [
            ("name", model["name"]),
            ("id", model["id"]),
            ("state", model["state"]),
            ("task", f"{units.words(model['task'])} ({model['task_source']})" if model["task"] else None),
            ("precision", model["precision"]),
            ("from", model["source_format"]),
            ("converted by", f"OpenVINO {conversion['openvino']}" if conversion.get("openvino") else None),
            ("size", units.size(model["size_bytes"])),
            *((f"input {port['name']}", _port(port)) for port in model["inputs"] or []),
            *((f"output {port['name']}", _port(port)) for port in model["outputs"] or []),
            ("compute", _compute(analysis)),
            ("parameters", f"{analysis['parameters']:,}" if analysis.get("parameters") is not None else None),
            ("weights", units.size(analysis.get("weight_bytes"))),
            ("activations", _activations(analysis)),
            ("sparsity", units.share(analysis.get("sparsity"))),
            ("layers", str(analysis["layers"]) if analysis.get("layers") is not None else None),
            ("not counted", ", ".join(item["type"] for item in analysis.get("unknown_operations", [])) or None),
            ("projects", str(model["project_count"])),
            ("imported", units.moment(model["created_at"])),
        ]
    )


def _port(port: Document) -> str:
    layout = f" {port['layout']}" if port["layout"] else ""
    return f"{units.shape(port['shape'])} {port['type']}{layout}"


def _compute(analysis: Document) -> str | None:
    if analysis.get("gflop_expression"):
        return f"{analysis['gflop_expression']} GFLOP"
    parts = [units.figure(analysis.get("gflop"), "GFLOP"), units.figure(analysis.get("giop") or None, "GIOP")]
    return ", ".join(part for part in parts if part) or None


def _activations(analysis: Document) -> str | None:
    least, most = analysis.get("minimum_memory_bytes"), analysis.get("maximum_memory_bytes")
    return None if least is None or most is None else f"{units.size(least)} to {units.size(most)}"


@app.command("download")
def download_model(
    model: Model,
    output: Annotated[Path | None, typer.Option("--output", "-o", help="Default: NAME.zip in this folder.")] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace a file that is there.")] = False,
    as_json: Json = False,
) -> None:
    """Download the IR as a zip archive."""
    with Client() as client:
        path = client.download_model(model, output, replace=force)
    if as_json:
        document({"file": str(path), "size_bytes": path.stat().st_size})
    else:
        say(str(path))


@app.command("fold")
def fold_model(
    model: Model,
    name: Annotated[str | None, typer.Option(help="Default: the model's name with 'folded'.")] = None,
    resize: Annotated[
        bool, typer.Option("--resize", help="Pictures of any size come in and are stretched inside.")
    ] = False,
    no_wait: NoWait = False,
    as_json: Json = False,
) -> None:
    """Make a child whose input takes pictures as they are decoded: the preprocessing is inside."""
    with Client() as client:
        made = client.fold_model(model, name=name, resize=resize)
        if no_wait:
            _started(made, as_json)
            return
        _conclude(client, made, as_json)


@app.command("delete")
def delete_model(model: Model, yes: Yes = False, as_json: Json = False) -> None:
    """Delete a model; its projects stay and become read-only."""
    with Client() as client:
        found = client.model(model)
        options.confirm(f"Delete the model '{found['name']}'", yes, as_json)
        client.delete_model(found["id"])
    deleted("model", found, as_json)

"""`workbench predict PROJECT IMAGE`: try a picture."""

from pathlib import Path
from typing import Annotated

import typer

from workbench.cli.following import conclude, follow, started
from workbench.cli.options import Json, NoWait
from workbench.cli.output import document, harmless, note, say, table
from workbench.client import BadFiles, Client
from workbench.client import Json as Document


def predict(
    project: Annotated[str, typer.Argument(metavar="PROJECT", help="Name or id.")],
    images: Annotated[list[Path] | None, typer.Argument(metavar="IMAGE", help="A picture; two of faces.")] = None,
    sample: Annotated[
        list[int] | None, typer.Option(min=0, help="The number of a sample, in place of a picture; twice for faces.")
    ] = None,
    mask: Annotated[Path | None, typer.Option(help="For inpainting: a PNG, white where the hole is.")] = None,
    importance: Annotated[bool, typer.Option("--importance", help="Also which parts of it matter (RISE).")] = False,
    parent: Annotated[bool, typer.Option("--parent", help="Also by the model that this one was made from.")] = False,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", metavar="FOLDER", help="Write pictures, masks and maps there.")
    ] = None,
    no_wait: NoWait = False,
    as_json: Json = False,
) -> None:
    """Try a picture: what the project's model says of it."""
    pictures, samples = images or [], sample or []
    if bool(pictures) == bool(samples) or len(pictures) > 2 or len(samples) > 2:
        raise typer.BadParameter("give one picture (of faces two), or --sample.", param_hint="IMAGE")
    for path in (*pictures, *([mask] if mask is not None else [])):
        if not path.is_file():
            raise BadFiles(f"There is no file '{path}'.", "Check its name.")
    with Client() as client:
        made = client.accuracy.predict(
            pictures,
            mask,
            project=project,
            sample=samples[0] if samples else None,
            second_sample=samples[1] if len(samples) > 1 else None,
            with_parent=parent or None,
            importance={} if importance else None,
        )
        if no_wait:
            if as_json:
                document(made)
            else:
                started(made["job"])
            return
        job = follow(client, made["job"], as_json)
        prediction = client.accuracy.prediction(made["prediction"]["id"])
        files = _write(client, prediction, output) if output is not None and prediction["result"] else []
    if as_json:
        document({"prediction": prediction, "job": job} | ({"files": files} if output is not None else {}))
    conclude(job)
    if not as_json:
        _show(prediction["result"])
        for file in files:
            say(harmless(file))


def _write(client: Client, prediction: Document, folder: Path) -> list[str]:
    """Every file that the result names, into a folder."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise BadFiles(f"'{folder}' cannot be made: {error.strerror}.", "Name another folder.") from error
    result = prediction["result"]
    addresses = [result["image"], result["other_image"], *(one["heat"] for one in result["importance"])]
    for drawn in (result["prediction"], result["parent"] or {}):
        addresses += [drawn.get("mask"), drawn.get("picture")]
    written = []
    for address in dict.fromkeys(address for address in addresses if address):
        name = address.rsplit("/", 1)[-1]
        content = client.accuracy.prediction_file(prediction["id"], name)
        written.append(str(content.write(folder / Path(name).name, replace=True)))
    return written


def _show(result: Document) -> None:
    for title, drawn in (("", result["prediction"]), ("parent", result["parent"])):
        if drawn is None:
            continue
        if title:
            say("\nThe parent model:")
        _show_drawn(drawn)
    for one in result["importance"]:
        say(harmless(f"importance map of {one['name']}: {one['heat'].rsplit('/', 1)[-1]}"))
    note(f"{result['inference_ms']:.3g} ms, {result['effective_precision']}")


def _show_drawn(drawn: Document) -> None:
    if drawn["classes"]:
        table(("class", ">score"), [(one["name"], f"{one['score']:.4f}") for one in drawn["classes"]])
    if drawn["boxes"] is not None:
        table(
            ("class", ">score", ">x", ">y", ">width", ">height"),
            [
                (
                    box["name"],
                    f"{box['score']:.4f}" if box["score"] is not None else None,
                    *(f"{value:.1f}" for value in box["bbox"]),
                )
                for box in drawn["boxes"]
            ],
        )
    if drawn["points"]:
        table((">x", ">y"), [(f"{x:.1f}", f"{y:.1f}") for x, y in (point[:2] for point in drawn["points"])])
    if drawn["similarity"] is not None:
        say(f"similarity {drawn['similarity']:.4f}")
    for name in ("mask", "picture"):
        if drawn[name]:
            say(harmless(f"{name}: {drawn[name].rsplit('/', 1)[-1]} (--output writes it)"))

"""`workbench dataset generate`, `split` and `subset`: datasets made of pictures or of other datasets."""

import re
from pathlib import Path
from typing import Annotated, Any

import typer

from workbench.cli import options, units
from workbench.cli.following import conclude, follow, sending, started
from workbench.cli.options import Json, NoWait
from workbench.cli.output import document, say
from workbench.client import Client
from workbench.client import Json as Document

Dataset = Annotated[str, typer.Argument(metavar="DATASET", help="Name or id.")]
Name = Annotated[str | None, typer.Option(help="Default: made from what it is of.")]
Seed = Annotated[int, typer.Option(min=0, help="Of everything that chance decides.")]
_SIZE = re.compile(r"([0-9]{1,5})x([0-9]{1,5})")
FLIPS = ("horizontal", "vertical")


def add_to(app: typer.Typer) -> None:
    app.command("generate")(generate)
    app.command("split")(split)
    app.command("subset")(subset)


def generate(
    paths: Annotated[list[Path] | None, typer.Argument(metavar="PATH...", help="Pictures, or folders of them.")] = None,
    dataset: Annotated[str | None, typer.Option(help="Take the pictures of this dataset.")] = None,
    sample_set: Annotated[str | None, typer.Option(help="digits, shapes or textures.")] = None,
    synthetic: Annotated[
        int | None, typer.Option(min=1, metavar="COUNT", help="So many pictures of noise; for benchmarks only.")
    ] = None,
    size: Annotated[str, typer.Option(metavar="WIDTHxHEIGHT", help="Of the noise.")] = "224x224",
    distribution: Annotated[str, typer.Option(help="Of the noise: uniform or gaussian.")] = "uniform",
    flip: Annotated[str | None, typer.Option(help="horizontal, vertical or both: horizontal,vertical.")] = None,
    erase: Annotated[
        float | None, typer.Option(min=0.01, max=0.2, metavar="SHARE", help="A white rectangle of that share.")
    ] = None,
    erase_images: Annotated[int, typer.Option(min=1, max=20, help="For each original.")] = 10,
    noise: Annotated[
        float | None, typer.Option(min=0.01, max=0.05, metavar="SHARE", help="Salt and pepper on that share.")
    ] = None,
    noise_images: Annotated[int, typer.Option(min=1, max=20, help="For each original.")] = 10,
    light: Annotated[
        list[str] | None,
        typer.Option(metavar="BRIGHTNESS,CONTRAST", help="Such as 1.2,0.8; repeatable, each on the original."),
    ] = None,
    rotate: Annotated[str | None, typer.Option(metavar="DEGREES", help="Such as -10,10.")] = None,
    blur: Annotated[str | None, typer.Option(metavar="SIGMA", help="Pixels, such as 1,2.")] = None,
    jpeg: Annotated[str | None, typer.Option(metavar="QUALITY", help="Such as 10,50.")] = None,
    name: Name = None,
    seed: Seed = 0,
    no_wait: NoWait = False,
    as_json: Json = False,
) -> None:
    """Make a dataset without annotations, for benchmarks and calibration."""
    if sum((bool(paths), dataset is not None, sample_set is not None, synthetic is not None)) != 1:
        raise typer.BadParameter("Give one of PATH..., --dataset, --sample-set and --synthetic.")
    augmentations: dict[str, Any] = {
        "seed": seed,
        **{f"flip_{way}": True for way in _flips(flip)},
        "light": [_pair(text) for text in light or ()],
        "rotations_deg": _numbers(rotate, "--rotate"),
        "blur_sigmas": _numbers(blur, "--blur"),
        "jpeg_qualities": options.numbers(jpeg, "--jpeg") or [],
    }
    if erase is not None:
        augmentations["erase"] = {"share": erase, "images": erase_images}
    if noise is not None:
        augmentations["noise"] = {"share": noise, "images": noise_images}
    wanted: dict[str, Any] = {"dataset": dataset, "sample_set": sample_set, "augmentations": augmentations}
    if synthetic is not None:
        width, height = _size(size)
        wanted["synthetic"] = {
            "count": synthetic,
            "width": width,
            "height": height,
            "distribution": distribution,
            "seed": seed,
        }
    with Client() as client:
        with sending(as_json) as on_sending:
            made = client.generate_dataset(paths or (), on_sending, name=name, **wanted)
        _finished(client, made, ("dataset",), no_wait, as_json)


def split(
    dataset: Dataset,
    calibration: Annotated[int, typer.Option(min=1, help="Samples to calibrate with.")],
    validation: Annotated[
        int | None, typer.Option(min=1, help="Samples to validate with; default: all others.")
    ] = None,
    seed: Seed = 0,
    no_wait: NoWait = False,
    as_json: Json = False,
) -> None:
    """Make two datasets without a common sample, in proportion to the classes."""
    with Client() as client:
        made = client.split_dataset(dataset, calibration, validation=validation, seed=seed)
        _finished(client, made, ("calibration", "validation"), no_wait, as_json)


def subset(
    dataset: Dataset,
    count: Annotated[int, typer.Option("--count", "-n", min=1, help="Samples to keep.")],
    name: Name = None,
    seed: Seed = 0,
    no_wait: NoWait = False,
    as_json: Json = False,
) -> None:
    """Make a smaller dataset, in proportion to the classes."""
    with Client() as client:
        made = client.subset_dataset(dataset, count, name=name, seed=seed)
        _finished(client, made, ("dataset",), no_wait, as_json)


def _finished(client: Client, made: Document, parts: tuple[str, ...], no_wait: bool, as_json: bool) -> None:
    """Wait for the job, and tell of the datasets `made[part]`; they are gone when it did not succeed."""
    job = made["job"]
    if no_wait:
        if as_json:
            document(made)
        else:
            for part in parts:
                say(made[part]["name"])
            started(job)
        return
    job = follow(client, job, as_json)
    done = job["state"] == "succeeded"
    found = {part: client.dataset(made[part]["id"]) if done else None for part in parts}
    if as_json:
        document({**found, "job": job})
    conclude(job)
    if not as_json:
        for dataset in found.values():
            assert dataset is not None
            size = units.size(dataset["size_bytes"])
            say(f"{dataset['name']}: {dataset['count']:,} {dataset['unit']}s, {size}")
            for check in dataset["checks"]:
                if not check["ok"]:
                    say(f"  {check['check']}: {check['detail']}")


def _flips(text: str | None) -> list[str]:
    ways = [part.strip() for part in text.split(",")] if text is not None else []
    if not set(ways) <= set(FLIPS):
        raise typer.BadParameter(f"'{text}' is not horizontal, vertical or both.", param_hint="--flip")
    return ways


def _pair(text: str) -> dict[str, float]:
    values = _numbers(text, "--light")
    if len(values) != 2:
        raise typer.BadParameter(f"'{text}' is not a pair such as 1.2,0.8.", param_hint="--light")
    return {"brightness": values[0], "contrast": values[1]}


def _numbers(text: str | None, option: str) -> list[float]:
    """`-10,10.5` as numbers. Raises BadParameter."""
    if text is None:
        return []
    parts = [part.strip() for part in text.split(",")]
    if not all(re.fullmatch(r"-?[0-9]{1,9}(\.[0-9]{1,9})?", part) for part in parts):
        raise typer.BadParameter(f"'{text}' is not a list of numbers.", param_hint=option)
    return [float(part) for part in parts]


def _size(text: str) -> tuple[int, int]:
    match = _SIZE.fullmatch(text)
    if match is None:
        raise typer.BadParameter(f"'{text}' is not a size such as 640x480.", param_hint="--size")
    return int(match[1]), int(match[2])

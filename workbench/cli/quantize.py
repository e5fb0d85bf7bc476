"""`workbench quantize PROJECT`: an INT8 version, measured beside the model that it is made of."""

from typing import Annotated

import typer

from workbench.cli import making
from workbench.cli.making import (
    Budget,
    Dataset,
    Ignore,
    IgnorePattern,
    IgnoreType,
    JudgeSamples,
    Name,
    NoAccuracy,
    NoBenchmark,
    NoLayers,
    Percent,
    Precision,
    Project,
    Samples,
    Seed,
)
from workbench.cli.options import Json, NoWait
from workbench.cli.output import fail
from workbench.client import Client
from workbench.client import Json as Document

PRESETS = ("performance", "mixed")
MODEL_TYPES = ("auto", "none", "transformer")
DEVICES = ("auto", "ANY", "CPU", "CPU_SPR", "GPU", "NPU")


def quantize(
    project: Project,
    preset: Annotated[
        str, typer.Option(metavar="performance|mixed", help="mixed: asymmetric activations, slower and closer.")
    ] = "performance",
    samples: Samples = None,
    percent: Percent = None,
    dataset: Dataset = None,
    seed: Seed = 0,
    max_drop: Annotated[
        str | None, typer.Option(metavar="1%", help="Of the metric: operations are put back until it is kept.")
    ] = None,
    drop_type: Annotated[
        str | None, typer.Option(metavar="absolute|relative", help="relative: a share of the original's metric.")
    ] = None,
    metric: Annotated[str | None, typer.Option(help="That --max-drop holds; default: the one for the task.")] = None,
    ranking_samples: Annotated[
        int | None, typer.Option(min=1, help="To find out which operations hurt; default: 300.")
    ] = None,
    ignore: Ignore = None,
    ignore_pattern: IgnorePattern = None,
    ignore_type: IgnoreType = None,
    without_worst: Annotated[
        int | None, typer.Option(min=1, help="Leave out so many of those that the newest ranking puts first.")
    ] = None,
    target_device: Annotated[
        str, typer.Option(metavar="|".join(DEVICES), help="What the model is quantised for; auto: the project's.")
    ] = "auto",
    model_type: Annotated[str, typer.Option(metavar="|".join(MODEL_TYPES), help="auto: seen from the graph.")] = "auto",
    slow_bias_correction: Annotated[
        bool, typer.Option("--slow-bias-correction", help="More exact, and much slower.")
    ] = False,
    smooth_quant: Annotated[
        bool | None, typer.Option("--smooth-quant/--no-smooth-quant", help="Default: as NNCF does for the model.")
    ] = None,
    smooth_quant_alpha: Annotated[float | None, typer.Option(min=0, max=1, help="Of SmoothQuant.")] = None,
    name: Name = None,
    no_benchmark: NoBenchmark = False,
    no_layers: NoLayers = False,
    no_accuracy: NoAccuracy = False,
    judge_samples: JudgeSamples = None,
    budget_s: Budget = None,
    precision: Precision = None,
    no_wait: NoWait = False,
    as_json: Json = False,
) -> None:
    """Make an INT8 version of a project's model, and measure both in turn."""
    for value, known, option in (
        (preset, PRESETS, "--preset"),
        (model_type, MODEL_TYPES, "--model-type"),
        (target_device, DEVICES, "--target-device"),
    ):
        if value not in known:
            raise typer.BadParameter(f"'{value}' is none of {', '.join(known)}.", param_hint=option)
    wanted = {
        "calibration": making.calibration(dataset, samples, percent, seed),
        "preset": preset,
        "target_device": target_device,
        "model_type": model_type,
        "fast_bias_correction": not slow_bias_correction,
        "smooth_quant": smooth_quant,
        "smooth_quant_alpha": smooth_quant_alpha,
        "accuracy": making.limit(max_drop, drop_type, metric, ranking_samples),
        "measure": making.measure(no_benchmark, no_layers, no_accuracy, judge_samples, budget_s, precision),
        "name": name,
    }

    def start(client: Client, project_id: str) -> Document:
        names = [*(ignore or []), *(worst(client, project_id, without_worst) if without_worst else [])]
        return client.optimization.quantize(
            project_id, ignored=making.ignored(names, ignore_pattern, ignore_type), **wanted
        )

    making.make(project, start, no_wait, as_json)


def worst(client: Client, project_id: str, count: int) -> list[str]:
    """Operations of the first `count` entries of a project's newest ranking that came to its end; Exit without one."""
    newest = client.optimization.newest_sensitivity(project_id)
    if newest is None or newest["result"] is None:
        fail("The operations of this project were not ranked yet.", "Do it with 'workbench sensitivity PROJECT'.", 2)
    return [name for entry in newest["result"]["operations"][:count] for name in entry["operations"]]

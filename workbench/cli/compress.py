"""`workbench compress PROJECT`: a version with smaller weights."""

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

MODES = ("fp16", "int8_sym", "int8_asym", "int4_sym", "int4_asym")
METRICS = (
    "weight_quantization_error", "hessian_input_activation", "mean_activation_variance", "max_activation_variance",
    "mean_activation_magnitude",
)  # fmt: skip


def compress(
    project: Project,
    mode: Annotated[str, typer.Option(metavar="|".join(MODES), help="How the weights are stored.")] = "int8_asym",
    group_size: Annotated[
        int | None, typer.Option(min=-1, help="Of INT4: weights with a common scale; -1: a whole row.")
    ] = None,
    ratio: Annotated[float | None, typer.Option(min=0, max=1, help="Of the weights in INT4, the others INT8.")] = None,
    all_layers: Annotated[bool, typer.Option("--all-layers", help="Of INT4: first and last layers too.")] = False,
    sensitivity_metric: Annotated[
        str | None, typer.Option(metavar="|".join(METRICS), help="Of INT4: which weights stay in INT8.")
    ] = None,
    awq: Annotated[bool, typer.Option("--awq", help="Of INT4: activation-aware weight quantisation; needs data.")] = (
        False
    ),
    scale_estimation: Annotated[
        bool, typer.Option("--scale-estimation", help="Of INT4: scales that fit the activations; needs data.")
    ] = False,
    with_data: Annotated[bool, typer.Option("--with-data", help="Use samples; as --samples and the like do.")] = False,
    samples: Samples = None,
    percent: Percent = None,
    dataset: Dataset = None,
    seed: Seed = 0,
    ignore: Ignore = None,
    ignore_pattern: IgnorePattern = None,
    ignore_type: IgnoreType = None,
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
    """Make a version of a project's model with smaller weights, and measure both in turn."""
    if mode not in MODES:
        raise typer.BadParameter(f"'{mode}' is none of {', '.join(MODES)}.", param_hint="--mode")
    if sensitivity_metric is not None and sensitivity_metric not in METRICS:
        raise typer.BadParameter(
            f"'{sensitivity_metric}' is none of {', '.join(METRICS)}.", param_hint="--sensitivity-metric"
        )
    data = with_data or awq or scale_estimation or samples is not None or percent is not None or dataset is not None
    data = data or sensitivity_metric not in (None, METRICS[0])
    wanted = {
        "mode": mode,
        "group_size": group_size,
        "ratio": ratio,
        "all_layers": all_layers,
        "sensitivity_metric": sensitivity_metric,
        "awq": awq,
        "scale_estimation": scale_estimation,
        "calibration": making.calibration(dataset, samples, percent, seed) if data else None,
        "ignored": making.ignored(ignore, ignore_pattern, ignore_type),
        "measure": making.measure(no_benchmark, no_layers, no_accuracy, judge_samples, budget_s, precision),
        "name": name,
    }
    making.make(project, lambda client, ref: client.optimization.compress(ref, **wanted), no_wait, as_json)

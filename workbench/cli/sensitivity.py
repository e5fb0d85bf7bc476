"""`workbench sensitivity PROJECT`: which quantised operations hurt, the worst first."""

from typing import Annotated

import typer

from workbench.cli import making, units
from workbench.cli.following import conclude, follow, started
from workbench.cli.making import Dataset, Percent, Project
from workbench.cli.options import Json, NoWait
from workbench.cli.output import document, fail, harmless, note, say, table
from workbench.client import Client
from workbench.client import Json as Document

MEASURES = ("auto", "metric", "distance")


def sensitivity(
    project: Project,
    measure: Annotated[
        str, typer.Option(metavar="|".join(MEASURES), help="auto: the metric where there are annotations.")
    ] = "auto",
    metric: Annotated[str | None, typer.Option(help="Default: the one for the task.")] = None,
    samples: Annotated[int, typer.Option(min=1, help="To rank with.")] = 100,
    seed: Annotated[int, typer.Option(min=0, help="Of the choice of samples.")] = 0,
    preset: Annotated[
        str, typer.Option(metavar="performance|mixed", help="Of the quantisation of a model that is not yet INT8.")
    ] = "performance",
    calibration_samples: Annotated[int | None, typer.Option(min=1, help="Of that quantisation.")] = None,
    calibration_percent: Percent = None,
    calibration_dataset: Dataset = None,
    show: Annotated[int, typer.Option(min=1, help="So many of the worst.")] = 20,
    newest: Annotated[bool, typer.Option("--newest", help="Show the newest ranking instead of making one.")] = False,
    no_wait: NoWait = False,
    as_json: Json = False,
) -> None:
    """Rank the quantised operations of a project's model by how much each hurts."""
    if measure not in MEASURES:
        raise typer.BadParameter(f"'{measure}' is none of {', '.join(MEASURES)}.", param_hint="--measure")
    if preset not in ("performance", "mixed"):
        raise typer.BadParameter(f"'{preset}' is none of performance, mixed.", param_hint="--preset")
    calibration = making.calibration(calibration_dataset, calibration_samples, calibration_percent, 0)
    with Client() as client:
        found = client.project(project)
        if newest:
            known = client.optimization.newest_sensitivity(found["id"])
            if known is None:
                fail("The operations of this project were not ranked yet.", "Leave out --newest.", 1)
            job = known["job"]
        else:
            wanted = {"measure": measure, "metric": metric, "samples": samples, "seed": seed}
            quantize = {"preset": preset, "calibration": calibration}
            job = client.optimization.rank(found["id"], quantize=quantize, **wanted)["job"]
        if no_wait:
            if as_json:
                document({"project": found, "job": job})
            else:
                started(job)
            return
        job = follow(client, job, as_json)
        told = client.optimization.sensitivity(job["id"])
        if as_json:
            document({"project": client.project(found["id"]), "sensitivity": told["result"], "job": told["job"]})
        elif told["result"] is not None:
            _show(found, told["result"], show)
    conclude(job)


def _show(project: Document, result: Document, count: int) -> None:
    unit = f" {result['unit']}" if result["unit"] else ""
    before = f", {result['original']:.4g}{unit} before quantisation" if result["original"] is not None else ""
    say(
        harmless(
            f"{project['name']}: {result['label']} {result['quantized']:.4g}{unit} quantised{before}, "
            f"{result['samples']:,} samples in {units.seconds(result['elapsed_s'])}"
        )
    )
    table(
        (">rank", "operations", "types", ">without them", ">gain"),
        [
            (
                str(entry["rank"]),
                ", ".join(entry["operations"][:3]) + (" …" if len(entry["operations"]) > 3 else ""),
                ", ".join(entry["types"]),
                f"{entry['value']:.4g}",
                f"{entry['gain']:+.3g}",
            )
            for entry in result["operations"][:count]
        ],
    )
    if len(result["operations"]) > count:
        note(f"{count} of {len(result['operations'])}; --show shows more.")
    note("'workbench quantize PROJECT --without-worst N' quantises without the first N.")

"""Facts for the rules, as small as they can be; a test changes what its rule looks at."""

from collections.abc import Sequence
from typing import Any

from tests.unit.comparisons.measured import NOW, layer, layers_of, model, network, run
from workbench.benchmarks.advisor.facts import Facts, Original
from workbench.benchmarks.layer_schemas import Layer
from workbench.benchmarks.schemas import Run
from workbench.models.schemas import Model
from workbench.targets.schemas import Ceilings, Device, UnavailableDevice

CPU = Device(
    name="CPU", full_name="A CPU", precisions=["f32", "bf16", "i8"], default_precision="bf16", streams_range=[1, 8]
)


def ceilings(**compute: float) -> Ceilings:
    return Ceilings(device="CPU", measured_at=NOW, memory_gbps=20.0, compute_gflops=compute or {"f32": 100.0})


def split(part: float, **more: Any) -> list[Layer]:
    """A convolution with `part` of the time, and a pooling with the rest."""
    return network(
        layer("conv", 100 * part, ("conv", "Convolution"), **more),
        layer("pool", 100 * (1 - part), ("pool", "MaxPool"), type="Pooling"),
    )


def facts(
    layers: Sequence[Layer] | None = None,
    known: Model | None = None,
    device: Device | None = CPU,
    others: Sequence[Run] = (),
    roof: Ceilings | None = None,
    unavailable: Sequence[UnavailableDevice] = (),
    original: Original | None = None,
    **of_run: Any,
) -> Facts:
    """Facts about a run with the fields `of_run`."""
    this = run(**of_run)
    document = layers_of(list(layers)) if layers is not None else None
    if document is not None and roof is not None:
        document = document.model_copy(update={"ceilings": roof})
    return Facts(
        run=this,
        project="net on 'pictures'",
        layers=document,
        device=device,
        unavailable=unavailable,
        model=known or model(analysis={"dynamic": False, "quantized": False}),
        runs=[this, *others],
        original=original,
    )


def other(number: int, **fields: Any) -> Run:
    """Another run of the project."""
    return run(id=f"01900000-0000-7000-8000-0000000001{number:02}", **fields)

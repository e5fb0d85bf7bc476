"""A side of a comparison with all that is known of it."""

from dataclasses import dataclass

from workbench.accuracy.schemas import Report
from workbench.benchmarks.layer_schemas import Layers
from workbench.benchmarks.schemas import Run
from workbench.comparisons.schemas import Side
from workbench.models.schemas import Model


@dataclass(frozen=True)
class Measured:
    """`model` is None when it was deleted, `layers` and `accuracy` when there are none.

    `accuracy_ci95`: interval of the accuracy's difference against the first side, paired over the samples of both.
    """

    side: Side
    model: Model | None
    layers: Layers | None
    accuracy: Report | None = None
    accuracy_ci95: list[float] | None = None

    @property
    def run(self) -> Run:
        return self.side.run

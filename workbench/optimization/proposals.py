"""Which ways to a better version make sense for a model, its data and its device."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from workbench.db.tables import Model, Project
from workbench.optimization.judging import Kind
from workbench.optimization.schemas import (
    AccuracyControl,
    IgnoredScope,
    Measure,
    OptimizeWanted,
    Precision,
    QuantizeWanted,
)
from workbench.targets.schemas import Device

# Fewer bits later: what comes after the one that executes now may be faster.
PRECISIONS: Sequence[Precision] = ("f32", "bf16", "f16")
NAMES = {
    "int8": "INT8",
    "int8_mixed": "INT8, mixed preset",
    "int8_sensitive": "INT8 without the most sensitive",
    "int8_accuracy": "INT8, accuracy controlled",
}
NOTHING_MORE = Measure(benchmark=False, layers=False, accuracy=False)


@dataclass(frozen=True)
class Method:
    """A way to a version. `precision`: only another inference precision of the same model."""

    name: str
    precision: Precision | None = None
    ignored: list[str] = field(default_factory=list)

    @property
    def title(self) -> str:
        return f"original in {self.precision}" if self.precision is not None else NAMES[self.name]

    def options(self, wanted: OptimizeWanted) -> QuantizeWanted:
        """How it is quantised; `ignored` are operations that keep their precision."""
        controlled = AccuracyControl(metric=wanted.metric, max_drop=wanted.max_drop, drop_type=wanted.drop_type) if (
            self.name == "int8_accuracy" and wanted.max_drop > 0
        ) else None  # fmt: skip
        return QuantizeWanted(
            calibration=wanted.calibration,
            preset="mixed" if self.name == "int8_mixed" else "performance",
            ignored=IgnoredScope(names=self.ignored),
            accuracy=controlled,
            measure=NOTHING_MORE,
        )


def methods_for(
    wanted: OptimizeWanted, model: Model, project: Project, device: Device | None, kind: Kind
) -> list[Method]:
    """In the order in which they are tried: what costs least accuracy for its speed first."""
    asked = wanted.methods
    found: list[Method] = []
    if kind == "annotations" and (asked is None or "precision" in asked):
        found += [Method("precision", one) for one in _precisions(project, device, asked is not None)]
    if model.precision in ("INT8", "INT4"):
        return found
    usual = ["int8", "int8_mixed", "int8_accuracy" if kind == "annotations" else "int8_sensitive"]
    for name in usual if asked is None else [name for name in NAMES if name in asked]:
        if name != "int8_accuracy" or (kind == "annotations" and wanted.max_drop > 0):
            found.append(Method(name))
    return found


def _precisions(project: Project, device: Device | None, all_of_them: bool) -> list[Precision]:
    if device is None:
        return []
    now = project.precision or device.default_precision or "f32"
    others = [one for one in PRECISIONS if one in device.precisions and one != now]
    if all_of_them or now not in PRECISIONS:
        return others
    return [one for one in others if now == "f32"]

"""The form that figures, rows of classes and names have in every task's summary."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from workbench.engine.tasks import bootstrap
from workbench.engine.tasks.task import NO_LABEL, Column

if TYPE_CHECKING:
    from numpy.typing import NDArray

# What every judge's rows have beside the columns of its task.
SAMPLE = Column("sample", "Sample", "integer", description="its number in the dataset")
NAME = Column("name", "Name", "text")


def metric(
    value: float,
    ci95: list[float] | None,
    label: str,
    description: str = "",
    *,
    unit: str = "",
    better: str | None = "higher",
) -> dict[str, Any]:
    """An entry of `Summary.metrics`; see `workbench.accuracy.schemas.Metric`."""
    return {
        "value": float(value),
        "ci95": ci95,
        "label": label,
        "unit": unit,
        "better": better,
        "description": description,
    }


def mean(values: NDArray[np.float64], label: str, description: str = "", **more: Any) -> dict[str, Any]:
    """The mean over samples with its interval; there must be one at least."""
    return metric(float(np.mean(values)), bootstrap.mean_ci95(values), label, description, **more)


def known(value: float) -> float | None:
    """None for what is not a number: JSON has none."""
    return float(value) if math.isfinite(value) else None


def label_name(labels: Sequence[str], label: int | None) -> str | None:
    if label is None or label == NO_LABEL:
        return None
    return labels[label] if 0 <= label < len(labels) else f"class {label}"

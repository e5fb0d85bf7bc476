"""What the engine's operations about accuracy take."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from workbench.db.tables import Model
from workbench.models import service as models
from workbench.runtime import Runtime


def model_files(runtime: Runtime, model: Model, reference: Model | None = None) -> dict[str, Path]:
    """Names below `inputs/` and the files they stand for."""
    xml, weights = models.files(runtime, model)
    found = {"model.xml": xml, "model.bin": weights}
    if reference is not None:
        found["reference.xml"], found["reference.bin"] = models.files(runtime, reference)
    return found


def common(model: Model, device: str, precision: str | None, reading: Mapping[str, Any]) -> dict[str, Any]:
    """The parameters that all of them have."""
    return {
        "model": "inputs/model.xml",
        "device": device,
        "precision": precision,
        "layouts": layouts(model),
        # Inputs of open size take each picture as it is.
        "shapes": None,
        "reading": dict(reading),
    }


def layouts(model: Model) -> dict[str, str]:
    return {port["name"]: port["layout"] for port in model.inputs or [] if port.get("layout")}

"""What the engine tells of versions and rankings. It ran files of strangers, so all of it is checked."""

from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, Field, ValidationError

from workbench.accuracy.service import Unusable, storable, unusable
from workbench.optimization.schemas import ControlResult, SensitiveOperation

MOST_OPERATIONS = 100_000
MODEL_FILES = ("model.xml", "model.bin")


class EngineVersion(BaseModel):
    """What the operations `quantize` and `compress_weights` tell."""

    nncf: str | None = Field(default=None, max_length=100)
    calibration_samples: int | None = Field(default=None, ge=0, le=10_000_000)
    calibration_s: float = Field(default=0.0, ge=0, allow_inf_nan=False)
    model_type: str | None = Field(default=None, max_length=40)
    quantized: dict[str, int] = Field(default_factory=dict, max_length=1000)
    compressed: dict[str, int] = Field(default_factory=dict, max_length=1000)
    ignored_names: list[str] = Field(default_factory=list, max_length=MOST_OPERATIONS)
    control: ControlResult | None = None
    notes: list[str] = Field(default_factory=list, max_length=100)


class EngineSensitivity(BaseModel):
    """What the operation `sensitivity` tells."""

    measure: str = Field(pattern="^(metric|distance)$")
    metric: str = Field(max_length=100)
    label: str = Field(max_length=200)
    unit: str = Field(default="", max_length=40)
    better: str = Field(pattern="^(higher|lower)$")
    original: float | None = Field(allow_inf_nan=False)
    quantized: float = Field(allow_inf_nan=False)
    samples: int = Field(ge=0, le=10_000_000)
    operations: list[SensitiveOperation] = Field(max_length=MOST_OPERATIONS)
    elapsed_s: float = Field(ge=0, allow_inf_nan=False)


class EngineSide(BaseModel):
    """`result` is as a benchmark's, and kept as a run."""

    result: dict[str, Any]
    ratio: float = Field(gt=0, allow_inf_nan=False)
    ratio_ci95: list[float] | None = Field(default=None, min_length=2, max_length=2)


class EngineRace(BaseModel):
    """What the operation `race` tells."""

    sides: list[EngineSide] = Field(min_length=2, max_length=16)
    rounds: int = Field(ge=1)
    measured_s: float = Field(ge=0, allow_inf_nan=False)
    warnings: list[str] = Field(default_factory=list, max_length=100)


Answer = TypeVar("Answer", EngineVersion, EngineSensitivity, EngineRace)


def checked(kind: type[Answer], result: Any) -> Answer:
    """Raises Unusable, with the first thing that is wrong."""
    try:
        answer = kind.model_validate(storable(result))
        # Numbers deep inside, as in the steps of a control: no document with NaN is kept.
        answer.model_dump_json()
        _finite(answer.model_dump())
    except ValidationError as error:
        raise unusable(error) from error
    except RecursionError as error:
        raise Unusable("it is nested too deeply") from error
    return answer


def _finite(value: Any) -> None:
    if isinstance(value, float) and value - value != 0:
        raise Unusable("a figure is no finite number")
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, list):
        for item in value:
            _finite(item)


def model_in(out: Path) -> Path:
    """`out`, with the two files of a model in it. Raises Unusable."""
    for name in MODEL_FILES:
        path = out / name
        if path.is_symlink() or not path.is_file():
            raise Unusable(f"there is no {name}")
    return out

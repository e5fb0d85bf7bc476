"""What the engine's operation `package` tells, checked: it ran files of strangers."""

from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, Field, ValidationError

from workbench.accuracy.service import Unusable, storable, unusable


class _Port(BaseModel):
    name: str = Field(max_length=2000)
    names: list[str] = Field(max_length=1000)
    shape: list[int] = Field(max_length=32)
    type: str = Field(max_length=32, pattern=r"^[a-z0-9]+$")


class _Input(BaseModel):
    index: int = Field(ge=0)
    name: str = Field(max_length=2000)
    type: str = Field(max_length=32, pattern=r"^[a-z0-9]+$")
    shape: list[int] = Field(max_length=32)
    original_shape: list[int] = Field(max_length=32)
    layout: str | None = Field(max_length=32, pattern=r"^[A-Z?]*$")
    role: Literal["picture", "second picture", "fixed"]
    file: str | None = Field(max_length=40, pattern=r"^fixed/\d{1,4}\.bin$")


class _Left(BaseModel):
    color: Literal["RGB", "BGR", "GRAY"]
    grey_first: bool
    resize: Literal["stretch", "letterbox", "crop", "fit"]
    mean: list[float] | None = Field(max_length=16)
    scale: list[float] | None = Field(max_length=16)
    crop_fraction: float = Field(gt=0, le=1)
    pad_value: int = Field(ge=0, le=255)
    interpolation: Literal["nearest", "linear", "cubic", "area"]


class _Properties(BaseModel):
    own: dict[str, str | int | bool] = Field(max_length=50)
    behind: dict[str, dict[str, str | int | bool]] = Field(max_length=20)


class _Sample(BaseModel):
    picture: str = Field(pattern=r"^\d{3}\.ppm$")
    name: str = Field(max_length=500)
    width: int = Field(ge=1)
    height: int = Field(ge=1)


class _Facts(BaseModel):
    folded: bool
    batch: int = Field(ge=1, le=65536)
    inputs: list[_Input] = Field(min_length=1, max_length=1000)
    outputs: list[_Port] = Field(min_length=1, max_length=1000)
    original_inputs: list[_Port] = Field(min_length=1, max_length=1000)
    preprocessing: _Left
    properties: _Properties
    labels: list[str] = Field(max_length=100_000)
    places: list[int] = Field(max_length=1000)
    decodes: bool
    samples: list[_Sample] = Field(min_length=1, max_length=100)
    effective_precision: str | None = Field(max_length=32)
    device: str = Field(max_length=200)
    openvino: str = Field(max_length=200)
    notes: list[str] = Field(max_length=100)


def checked(result: dict[str, Any], out: Path) -> dict[str, Any]:
    """The result with texts that every database takes; its files are there. Raises Unusable."""
    try:
        facts = _Facts.model_validate(storable(result)).model_dump(mode="json")
    except ValidationError as error:
        raise unusable(error) from error
    wanted = ["model.xml", "model.bin", *(f"pictures/{sample['picture']}" for sample in facts["samples"])]
    wanted += [given["file"] for given in facts["inputs"] if given["file"] is not None]
    for name in wanted:
        path = out / name
        if path.is_symlink() or not path.is_file():
            raise Unusable(f"it made no file {name}")
    return facts

"""What a dataset in the internal form may say when it comes from elsewhere: every field, and nothing else."""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from workbench.datasets.formats.annotations import FormatName
from workbench.datasets.schemas import Augmentations, Synthetic

MOST_LABELS = 100_000
Text = Annotated[str, Field(max_length=2000)]
Label = Annotated[int, Field(ge=0, lt=2**31)]
Number = Annotated[float, Field(allow_inf_nan=False)]
Side = Annotated[int, Field(ge=1, le=2**27)]


class _Strict(BaseModel):
    # Strict: `true` is no number and "1" none either, so what is read is what was written.
    model_config = ConfigDict(extra="forbid", strict=True)


class AdoptedBox(_Strict):
    label: Label
    bbox: Annotated[list[Number], Field(min_length=4, max_length=4)]
    difficult: bool
    crowd: bool
    area: Number | None = None
    segmentation: Any = None
    keypoints: Annotated[list[Annotated[list[Number], Field(min_length=3, max_length=3)]], Field(max_length=10_000)] = (
        Field(default_factory=list)
    )


class AdoptedSample(_Strict):
    """A line of the index."""

    id: int = Field(ge=0)
    file: Text
    source: Text | None = None
    width: Side
    height: Side
    label: Label | None = None
    boxes: list[AdoptedBox] | None = Field(default=None, max_length=100_000)
    landmarks: list[Annotated[list[Number], Field(min_length=2, max_length=2)]] | None = Field(
        default=None, max_length=10_000
    )
    identity: int | None = Field(default=None, ge=0, lt=2**31)
    mask_labels: list[Label] | None = Field(default=None, max_length=65_536)
    mask: Text | None = None
    target: Text | None = None
    upsampled: Text | None = None


class AdoptedCheck(_Strict):
    check: Text
    ok: bool
    detail: Text | None = None


class AdoptedWarning(_Strict):
    file: Text | None = None
    line: int | None = None
    problem: Text
    fix: Text | None = None


class AdoptedMasks(_Strict):
    ignore: Literal[255, 65535]
    background: bool


class AdoptedDrawn(_Strict):
    count: int = Field(ge=1)
    seed: int = Field(ge=0, lt=2**31)


class AdoptedPart(AdoptedDrawn):
    part: Literal["calibration", "validation"]


class AdoptedGenerated(_Strict):
    originals: int = Field(ge=0)
    sample_set: Literal["digits", "shapes", "textures"] | None = None
    synthetic: Synthetic | None = None
    augmentations: Augmentations | None = None


class AdoptedFacts(_Strict):
    """`dataset.json`; what follows from the samples is worked out anew and compared."""

    format: FormatName
    labels: list[Text] | None = Field(max_length=MOST_LABELS)
    checks: list[AdoptedCheck] = Field(max_length=1000)
    warnings: list[AdoptedWarning] = Field(max_length=1000)
    warning_count: int = Field(ge=0)
    label_ids: list[int] | None = Field(default=None, max_length=MOST_LABELS)
    colors: list[Annotated[list[Annotated[int, Field(ge=0, le=255)]], Field(min_length=3, max_length=3)]] | None = (
        Field(default=None, max_length=MOST_LABELS)
    )
    skeleton: list[Annotated[list[int], Field(min_length=2, max_length=2)]] | None = Field(
        default=None, max_length=10_000
    )
    identities: list[Text] | None = Field(default=None, max_length=10_000_000)
    masks: AdoptedMasks | None = None
    pairs: list[Annotated[list[int], Field(min_length=4, max_length=4)]] | None = Field(
        default=None, max_length=10_000_000
    )
    subset: AdoptedDrawn | None = None
    split: AdoptedPart | None = None
    generated: AdoptedGenerated | None = None
    synthetic: bool | None = None
    annotation: list[Text] = Field(max_length=20)
    tasks: list[Text] = Field(max_length=20)
    count: int = Field(ge=1)
    class_counts: dict[str, int] = Field(max_length=MOST_LABELS)
    statistics: dict[str, Any]

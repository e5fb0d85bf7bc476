"""What is known of a model and its dataset when a reading is guessed: plain records, no files."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from workbench.db.tables import Dataset, Model

OPEN = -1


@dataclass(frozen=True)
class End:
    """An input or output: sizes with -1 for open ones, None where the rank is open; `operation` made it. `classes` of
    DetectionOutput, its background among them."""

    name: str
    names: tuple[str, ...]
    shape: tuple[int, ...] | None
    type: str
    layout: str | None = None
    operation: str | None = None
    range: tuple[float, float] | None = None
    normalised: bool | None = None
    classes: int | None = None

    @property
    def rank(self) -> int:
        return len(self.shape) if self.shape is not None else -1

    def size(self, axis: int) -> int:
        """A size, or -1 where it is open or not there."""
        if self.shape is None or not -len(self.shape) <= axis < len(self.shape):
            return OPEN
        return self.shape[axis]

    def called(self, *parts: str) -> bool:
        text = " ".join((self.name, *self.names)).lower()
        return any(part in text for part in parts)

    @property
    def is_integer(self) -> bool:
        return self.type.startswith(("i", "u"))


@dataclass(frozen=True)
class Known:
    """`labels`: those of the dataset, None where it has none. `masks_background`: its masks tell of a background."""

    task: str
    task_source: Literal["user", "guessed"]
    inputs: tuple[End, ...]
    outputs: tuple[End, ...]
    operations: frozenset[str] = frozenset()
    model_info: Mapping[str, str] = field(default_factory=dict)
    preprocessing: Mapping[str, Any] | None = None
    source_format: str = ""
    task_reason: str = ""
    name: str = ""
    labels: Sequence[str] | None = None
    dataset_format: str | None = None
    masks_background: bool = False

    @property
    def image(self) -> End | None:
        """The input that takes the picture: the one with most channels, of equals the larger, else the first."""
        pictures = [port for port in self.inputs if port.rank == 4] or [port for port in self.inputs if port.rank == 3]
        return max(pictures, key=lambda port: (channels(port), -(area(port) or 0)), default=None)


def channels(port: End) -> int:
    layout = port.layout or ("NCHW" if port.size(1) in (1, 3, 4) else "NHWC")
    return port.size(layout.index("C")) if "C" in layout and len(layout) == port.rank else OPEN


def side(port: End) -> tuple[int, int]:
    """Height and width of an input of pictures, -1 where they are open."""
    layout = port.layout or ("NCHW" if port.size(1) in (1, 3, 4) else "NHWC")
    if "H" not in layout or "W" not in layout or len(layout) != port.rank:
        return OPEN, OPEN
    return port.size(layout.index("H")), port.size(layout.index("W"))


def area(port: End) -> int | None:
    height, width = side(port)
    return height * width if height > 0 and width > 0 else None


def of_rows(model: Model, dataset: Dataset | None, masks_background: bool = False) -> Known:
    """The records of a model and a dataset as the database has them; models of older imports know less."""
    analysis = model.analysis or {}
    ends = analysis.get("ends") or {}
    return Known(
        task=model.task or "generic",
        task_source="user" if model.task_source == "user" else "guessed",
        inputs=_ends(model.inputs or [], ends.get("inputs") or []),
        outputs=_ends(model.outputs or [], ends.get("outputs") or []),
        operations=frozenset(str(entry.get("type")) for entry in analysis.get("operations") or []),
        model_info={str(name): str(value) for name, value in (ends.get("model_info") or {}).items()},
        preprocessing=model.preprocessing,
        source_format=model.source_format or "",
        task_reason=str(analysis.get("task_reason") or ""),
        name=model.name,
        labels=dataset.labels if dataset is not None else None,
        dataset_format=dataset.format if dataset is not None else None,
        masks_background=masks_background,
    )


def _ends(ports: Sequence[Mapping[str, Any]], more: Sequence[Mapping[str, Any]]) -> tuple[End, ...]:
    found = []
    for number, port in enumerate(ports):
        facts = more[number] if number < len(more) else {}
        bounds = facts.get("range")
        shape = port.get("shape")
        found.append(
            End(
                name=str(port.get("name", "")),
                names=tuple(str(name) for name in port.get("names") or ()),
                shape=None if shape is None else tuple(one if isinstance(one, int) else OPEN for one in shape),
                type=str(port.get("type", "")),
                layout=port.get("layout"),
                operation=facts.get("operation"),
                range=(float(bounds[0]), float(bounds[1])) if bounds else None,
                normalised=facts.get("normalised"),
                classes=facts.get("classes"),
            )
        )
    return tuple(found)

"""What every task's module offers, and the things that pass between them and the accuracy operation.

A module of this package that serves a task has

    decoder(reading, ports) -> Decode          outputs of one sample → its answer
    judge(reading, facts) -> Judge             answers and annotations → rows, metrics, tables

and says in `FAMILIES` which families of decoding it knows. `reading` is the JSON that
`workbench.accuracy.reading_schemas.Reading` describes, with every field present.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

Reading = Mapping[str, Any]
# Name → values of one sample, with a leading axis of 1 where the model has a batch.
Outputs = Mapping[str, "NDArray[Any]"]
# What a class of the model means where the dataset has no such label.
NO_LABEL = -1


@dataclass(frozen=True)
class Port:
    """An input or output of the model: its first name, all names, its shape (-1 where open), its type ("f32")."""

    name: str
    names: tuple[str, ...]
    shape: tuple[int, ...]
    type: str


@dataclass(frozen=True)
class Ports:
    inputs: tuple[Port, ...]
    outputs: tuple[Port, ...]


@dataclass(frozen=True)
class Geometry:
    """How a picture of `width` × `height` pixels lies in an input of `input_width` × `input_height`.

    A point (x, y) of the picture is at (x·scale_x + offset_x, y·scale_y + offset_y) of the input.
    """

    width: int
    height: int
    input_width: int
    input_height: int
    scale_x: float
    scale_y: float
    offset_x: float = 0.0
    offset_y: float = 0.0

    def boxes_to_picture(self, boxes: NDArray[np.float32]) -> NDArray[np.float32]:
        """[n, 4] left, top, right, bottom in pixels of the input → of the picture, cut at its edges."""
        import numpy as np

        moved = (boxes - np.array([self.offset_x, self.offset_y] * 2)) / np.array([self.scale_x, self.scale_y] * 2)
        limits = np.array([self.width, self.height] * 2)
        return np.asarray(np.clip(moved, 0, limits), dtype=np.float32)

    def points_to_picture(self, points: NDArray[np.float32]) -> NDArray[np.float32]:
        """[n, 2] x, y in pixels of the input → of the picture."""
        import numpy as np

        moved = (points - [self.offset_x, self.offset_y]) / [self.scale_x, self.scale_y]
        return np.asarray(moved, dtype=np.float32)


@dataclass
class Answer:
    """What a model says of one sample; the task decides which members are set. Labels are those of the dataset, or
    `NO_LABEL`; `classes` are the model's own (without its background), for names.

    `scores`: [classes] of a classifier. `boxes`: [n, 4] left, top, right, bottom in pixels of the picture, strongest
    first, with `box_scores`, `labels`, `classes`, and `masks`, RLE objects of pycocotools (`counts` are bytes).
    `mask`: [H, W] uint8 or uint16 as large as the picture: 0 background, k the label k - 1, 255 (65535) what the model
    did not see. `picture`: [H, W, 3] uint8, RGB, of the size that the model gave, without padding, and `geometry`
    as decoded with. `points`: [n, 2] in pixels of the picture. `embedding`: [d].
    A classifier has `labels`, too: the label of each of its classes.
    """

    scores: NDArray[np.float32] | None = None
    boxes: NDArray[np.float32] | None = None
    box_scores: NDArray[np.float32] | None = None
    labels: NDArray[np.int64] | None = None
    classes: NDArray[np.int64] | None = None
    masks: list[dict[str, Any]] | None = None
    mask: NDArray[Any] | None = None
    picture: NDArray[np.uint8] | None = None
    points: NDArray[np.float32] | None = None
    embedding: NDArray[np.float32] | None = None
    geometry: Geometry | None = None


@dataclass
class Truth:
    """The annotation of one sample, in the same members as an answer.

    `record` is the sample's line of the index (its boxes with `label`, `bbox`, `difficult`, `crowd`, `area`,
    `segmentation`). `mask` is as in `Answer`, with 255 (uint8) or 65535 (uint16) for what counts neither way.
    """

    number: int
    name: str
    width: int
    height: int
    record: Mapping[str, Any] = field(default_factory=dict)
    label: int | None = None
    mask: NDArray[Any] | None = None
    picture: NDArray[np.uint8] | None = None
    points: NDArray[np.float32] | None = None


@dataclass(frozen=True)
class Facts:
    """What is known of dataset and model before the first sample.

    `labels`: names of the dataset's labels. `label_ids`: numbers of its source. `pairs`: of faces, as rows of
    (sample, other sample, 1 for the same person, fold). `model_classes`: names of the model's classes where known.
    `background`: 0 in the masks is a class to be judged, not just what has no label.
    """

    labels: Sequence[str]
    label_ids: Sequence[int] | None = None
    pairs: Sequence[tuple[int, int, int, int]] | None = None
    model_classes: Sequence[str] | None = None
    count: int = 0
    background: bool = False


@dataclass
class Column:
    """A column of the table of samples; `type` is integer, number, text or boolean."""

    name: str
    label: str
    type: str
    unit: str = ""
    description: str = ""


@dataclass
class Summary:
    """What a judge says at the end. `metrics`: name → value, ci95, label, unit, better, description.

    `tables`: `classes` (label, name, samples, metrics), `confusion` (labels, cells), `curves`, as
    `workbench.accuracy.schemas.ReportTables` has them. `late_rows` are rows that only the end could make (pairs of
    faces); then `Judge.add` gave none. `notes` are sentences about what the figures leave out.
    """

    metrics: dict[str, dict[str, Any]]
    primary: str | None
    tables: dict[str, Any]
    late_rows: list[dict[str, Any]] | None = None
    notes: list[str] = field(default_factory=list)


Decode = Callable[[Outputs, Geometry], Answer]


class Judge(Protocol):
    """Takes samples in any order, from one thread. Memory: a few numbers for each sample or object, no pictures."""

    columns: list[Column]

    def add(self, truth: Truth, answer: Answer) -> dict[str, Any] | None:
        """The row of one sample: a value for each of `columns`.

        Every judge has `sample`, `name`, `error` (boolean: wrong) and `loss` (number: how wrong, 0 is right), too.
        """
        ...

    def matches(self) -> Sequence[bool] | None:
        """Which boxes of the answer added last met an annotation; None where there are no boxes."""
        ...

    def finish(self) -> Summary: ...


class ClassJudge(Judge, Protocol):
    """A judge that has a row for each class of a sample, too."""

    class_columns: list[Column]

    def class_rows(self) -> Sequence[dict[str, Any]]:
        """Of the sample added last: `sample`, `name`, `label`, `label_name`, a value for each of `class_columns`."""
        ...


class ObjectJudge(Judge, Protocol):
    """A judge that tells of annotated objects, too, which were found."""

    def met(self) -> Sequence[bool | None]:
        """For each object of the sample added last: None where it counts neither way."""
        ...


@dataclass(frozen=True)
class ClassMap:
    """The dataset's label of each class of the model; `names` are those of the model's classes."""

    labels: tuple[int, ...]
    names: tuple[str, ...]

    def label(self, index: int) -> int:
        """Raises nothing: a class that is not known is `NO_LABEL`."""
        return self.labels[index] if 0 <= index < len(self.labels) else NO_LABEL

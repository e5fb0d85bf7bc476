"""Faster R-CNN: boxes in pixels of the input, with labels and scores in outputs of their own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from workbench.engine.tasks import boxes as box_rules
from workbench.engine.tasks import detection_outputs as outs
from workbench.engine.tasks.boxes import Candidates
from workbench.engine.tasks.ssd import rows_of_seven
from workbench.engine.tasks.task import Answer, ClassMap, Decode, Geometry, Outputs, Port, Ports, Reading


@dataclass(frozen=True)
class BoxOutputs:
    """The outputs that make the boxes; labels and scores are None where the boxes have them in columns."""

    family: str
    boxes: Port
    labels: Port | None
    scores: Port | None
    first_class: int

    def candidates(self, outputs: Outputs, geometry: Geometry) -> Candidates:
        """What the model found. Raises EngineError `decoding_mismatch`."""
        table = outs.values(outputs, self.boxes)
        if table.ndim and table.shape[-1] == 7:
            table = rows_of_seven(table, self.family)
            corners = box_rules.to_pixels(table[:, 3:7], geometry)
            return self._made(corners, table[:, 2], table[:, 1])
        table = outs.rows(table, self.family, "the boxes", (4, 5))
        count = len(table)
        if self.labels is None:
            labels = np.full(count, self.first_class, dtype=np.float32)
        else:
            labels = outs.column(outs.values(outputs, self.labels), self.family, "the labels", count)
        if self.scores is not None:
            scores = outs.column(outs.values(outputs, self.scores), self.family, "the scores", count)
        elif table.shape[1] == 5:
            scores = table[:, 4]
        else:
            raise outs.shape_mismatch(self.family, "boxes without scores must have them in column 5", table.shape)
        return self._made(table[:, :4], scores, labels)

    def _made(
        self, corners: NDArray[np.float32], scores: NDArray[np.float32], labels: NDArray[np.float32]
    ) -> Candidates:
        return Candidates(corners, scores, outs.whole_numbers(labels) - self.first_class, np.arange(len(corners)))


def box_outputs(
    ports: Ports, family: str, decoding: Mapping[str, Any], columns: Sequence[int], taken: Sequence[Port] = ()
) -> BoxOutputs:
    """Finds boxes, labels, scores. Where only one class is told apart, labels may be missing."""
    names = [decoding["labels_output"], decoding["scores_output"]]
    others = [*taken, *(outs.named(ports, name) for name in names if name is not None)]
    expected = "[n, 4] or " + ("[n, 5]" if 7 not in columns else "[n, 5], or rows of 7")
    fits = outs.last_axis(*columns, ranks=(2, 3, 4) if 7 in columns else (2, 3))
    boxes = outs.find(
        ports, family, "the boxes", expected, fits, decoding["boxes_output"], hints=("box", "det"), taken=others
    )
    if boxes.shape[-1:] == (7,):
        return BoxOutputs(family, boxes, None, None, decoding["first_class"])
    count = boxes.shape[-2]

    def one_each(shape: tuple[int, ...]) -> bool:
        if len(shape) not in (1, 2):
            return False
        return shape[-1] < 0 or count < 0 or shape[-1] == count

    taken = [boxes, *others]
    free = [port for port in ports.outputs if port not in taken and one_each(port.shape)]
    whole = [port for port in free if port.type.lstrip("u").startswith("i")]
    labels = outs.find_optional(ports, decoding["labels_output"])
    if labels is None and len(whole) == 1:
        labels = whole[0]
    elif labels is None and free:
        labels = outs.find(
            ports, family, "the labels", "[n]", one_each, hints=("label", "class", "cls"), taken=taken, in_order=True
        )
    scores = outs.find_optional(ports, decoding["scores_output"])
    if scores is None and boxes.shape[-1] != 5:
        taken = [*taken, labels] if labels else taken
        scores = outs.find(
            ports, family, "the scores", "[n]", one_each, hints=("score", "conf", "prob"), taken=taken, in_order=True
        )
    return BoxOutputs(family, boxes, labels, scores, decoding["first_class"])


def faster_rcnn(reading: Reading, ports: Ports, classes: ClassMap) -> Decode:
    decoding = reading["decoding"]
    found = box_outputs(ports, "Faster R-CNN", decoding, (4, 5))

    def decode(outputs: Outputs, geometry: Geometry) -> Answer:
        return box_rules.settle(found.candidates(outputs, geometry), decoding, classes, geometry)[0]

    return decode

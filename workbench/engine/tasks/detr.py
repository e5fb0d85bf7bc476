"""DETR (Carion et al. 2020) and its deformable kin: a class and a box for each query, no grid and no NMS."""

from __future__ import annotations

import numpy as np

from workbench.engine.tasks import boxes as box_rules
from workbench.engine.tasks import detection_outputs as outs
from workbench.engine.tasks.task import Answer, ClassMap, Decode, Geometry, Outputs, Ports, Reading

_FAMILY = "DETR"


def detr(reading: Reading, ports: Ports, classes: ClassMap) -> Decode:
    """Softmax: the last class is 'none', each query gives its strongest other class. Sigmoid: a box for each class."""
    decoding = reading["decoding"]
    background = int(reading["classes"]["background"])
    sigmoid = decoding["activation"] == "sigmoid"
    known = [outs.named(ports, decoding["logits_output"])] if decoding["logits_output"] is not None else []
    box_output = outs.find(
        ports, _FAMILY, "the boxes", "[1, n, 4]", outs.last_axis(4), decoding["boxes_output"],
        hints=("box",), taken=known,
    )  # fmt: skip
    queries = box_output.shape[-2]

    def fits(shape: tuple[int, ...]) -> bool:
        same = len(shape) in (2, 3) and (queries < 0 or outs.may_be(shape[-2], queries))
        return same and (shape[-1] < 0 or shape[-1] > background + (not sigmoid))

    logit_output = outs.find(
        ports, _FAMILY, "the logits", "[1, n, classes + 1]", fits, decoding["logits_output"],
        hints=("logit", "class", "score"), taken=[box_output],
    )  # fmt: skip

    def decode(outputs: Outputs, geometry: Geometry) -> Answer:
        table = outs.rows(outs.values(outputs, box_output), _FAMILY, "the boxes", (4,))
        logits = outs.values(outputs, logit_output)
        logits = outs.rows(logits, _FAMILY, "the logits", (logits.shape[-1] if logits.ndim else 0,))
        if len(logits) != len(table):
            raise outs.shape_mismatch(_FAMILY, f"there must be logits for each of {len(table)} boxes", logits.shape)
        with np.errstate(all="ignore"):
            corners = box_rules.to_pixels(box_rules.from_centers(table), geometry)
            if sigmoid:
                scores = box_rules.sigmoid(logits)[:, background:]
                found = box_rules.one_per_class(corners, scores, decoding["score_threshold"])
            else:
                scores = box_rules.softmax(logits)[:, background:-1] if len(logits) else logits[:, background:-1]
                found = box_rules.one_per_row(corners, scores, decoding["score_threshold"])
        return box_rules.settle(found, decoding, classes, geometry)[0]

    return decode

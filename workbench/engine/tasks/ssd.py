"""SSD and its kin: rows of DetectionOutput, boxes beside scores with or without priors, TensorFlow's detection API."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from workbench.engine.tasks import boxes as box_rules
from workbench.engine.tasks import detection_outputs as outs
from workbench.engine.tasks.boxes import Candidates
from workbench.engine.tasks.task import Answer, ClassMap, Decode, Geometry, Outputs, Port, Ports, Reading

_BOX_HINTS = ("box", "loc", "reg", "bbox")
_SCORE_HINTS = ("score", "conf", "cls", "class", "prob")


def rows_of_seven(array: NDArray[np.float32], family: str) -> NDArray[np.float32]:
    """The rows of a DetectionOutput up to the first of image -1, which ends them."""
    if array.ndim == 0 or array.shape[-1] != 7:
        raise outs.shape_mismatch(family, "the output must be rows of 7", array.shape)
    table = array.reshape(-1, 7)
    ends = np.flatnonzero(table[:, 0] < 0)
    return table[: ends[0]] if len(ends) else table


def ssd(reading: Reading, ports: Ports, classes: ClassMap) -> Decode:
    """Rows image, label, score, left, top, right, bottom; corners are shares of the input."""
    decoding = reading["decoding"]
    fits = outs.last_axis(7, ranks=(2, 3, 4))
    output = outs.find(ports, "SSD", "the detections", "[1, 1, n, 7]", fits, decoding["output"])
    first = int(reading["classes"]["background"])

    def decode(outputs: Outputs, geometry: Geometry) -> Answer:
        table = rows_of_seven(outs.values(outputs, output), "SSD")
        found = Candidates(
            box_rules.to_pixels(table[:, 3:7], geometry),
            table[:, 2],
            outs.whole_numbers(table[:, 1]) - first,
            np.arange(len(table)),
        )
        return box_rules.settle(found, decoding, classes, geometry)[0]

    return decode


def boxes_and_scores(reading: Reading, ports: Ports, classes: ClassMap) -> Decode:
    """Boxes [1, n, 4] and scores [1, n, classes]; a raw SSD head gives its boxes as offsets from priors."""
    family = "boxes and scores"
    decoding = reading["decoding"]
    background = int(reading["classes"]["background"])
    coded = decoding["boxes"] == "prior_offsets"
    if coded and decoding["priors_output"] is None and not decoding["priors"]:
        raise outs.invalid("decoding.priors", "boxes that are offsets from priors need an output or a list of priors")
    priors_output = outs.find_optional(ports, decoding["priors_output"]) if coded else None
    taken = [priors_output] if priors_output else []
    box_output, score_output = _pair(ports, family, decoding, len(classes.names) + background, taken)

    def decode(outputs: Outputs, geometry: Geometry) -> Answer:
        with np.errstate(all="ignore"):
            raw = outs.values(outputs, box_output)
            # Flattened heads of Caffe are [1, n · 4].
            table = raw.reshape(-1, 4) if raw.ndim == 2 and raw.shape[1] != 4 and raw.size % 4 == 0 else raw
            table = outs.rows(table, family, "the boxes", (4,))
            scores = _scores(outs.values(outputs, score_output), len(table), family)
            scores = box_rules.activate(scores, decoding["activation"])
            if background:
                if scores.shape[1] < 2:
                    raise outs.shape_mismatch(family, "scores with a background need 2 columns or more", scores.shape)
                scores = scores[:, 1:]
            if coded:
                corners = _from_priors(table, decoding, outputs, priors_output, geometry)
            else:
                corners = box_rules.from_centers(table) if decoding["boxes"] == "center" else table
                corners = box_rules.to_pixels(corners, geometry) if decoding["normalized"] else corners
            found = box_rules.one_per_class(corners, scores, decoding["score_threshold"])
        return box_rules.settle(found, decoding, classes, geometry)[0]

    return decode


def _pair(ports: Ports, family: str, decoding: Mapping[str, Any], columns: int, taken: list[Port]) -> tuple[Port, Port]:
    """The outputs with boxes and with scores."""
    boxes_name, scores_name = decoding["boxes_output"], decoding["scores_output"]
    known = [*taken, outs.named(ports, scores_name)] if scores_name is not None else taken

    def may_be_boxes(shape: tuple[int, ...]) -> bool:
        flat = boxes_name is not None and len(shape) == 2 and (shape[1] < 0 or shape[1] % 4 == 0)
        return flat or outs.last_axis(4)(shape)

    expected = "[1, n, 4]"
    boxes = outs.find(ports, family, "the boxes", expected, may_be_boxes, boxes_name, hints=_BOX_HINTS, taken=known)

    def may_be_scores(shape: tuple[int, ...]) -> bool:
        if len(boxes.shape) == 3 and len(shape) in (2, 3):
            return outs.may_be(shape[1], boxes.shape[1]) or boxes.shape[1] < 0 or scores_name is not None
        return len(shape) in (1, 2, 3)

    wanted = [
        port for port in ports.outputs
        if port not in (boxes, *taken) and may_be_scores(port.shape) and port.shape and port.shape[-1] == columns
    ]  # fmt: skip
    if scores_name is None and len(wanted) == 1:
        return boxes, wanted[0]
    expected = "[1, n, classes]"
    scores = outs.find(
        ports, family, "the scores", expected, may_be_scores, scores_name, hints=_SCORE_HINTS, taken=[boxes, *taken]
    )
    return boxes, scores


def _scores(array: NDArray[np.float32], count: int, family: str) -> NDArray[np.float32]:
    """[1, n, c], [n, c], [1, n · c] or [1, n] → [n, c]."""
    table = array[0] if array.ndim == 3 and array.shape[0] == 1 else array
    if count == 0:
        return np.zeros((0, max(2, table.shape[-1] if table.ndim else 2)), dtype=np.float32)
    if table.ndim == 2 and table.shape[0] == count:
        return table
    if table.ndim in (1, 2) and table.size and table.size % count == 0:
        return table.reshape(count, -1)
    raise outs.shape_mismatch(family, f"scores must be {count} rows, one for each box", array.shape)


def _from_priors(
    table: NDArray[np.float32], decoding: Mapping[str, Any], outputs: Outputs, output: Port | None, geometry: Geometry
) -> NDArray[np.float32]:
    """SSD's coding (Liu et al. 2016): centre = prior's + variance · offset · prior's size, size = prior's · exp."""
    variances = np.array(decoding["variances"], dtype=np.float32)
    if output is not None:
        priors, own = _given_priors(outs.values(outputs, output), geometry)
        variances = variances if own is None else own
    else:
        priors = generated_priors(decoding["priors"], geometry.input_width, geometry.input_height)
    if len(priors) != len(table):
        raise outs.shape_mismatch(
            "boxes and scores", f"there must be a box for each of {len(priors)} priors", table.shape
        )
    coded = table * variances
    centers = priors[:, :2] + coded[:, :2] * priors[:, 2:]
    return box_rules.from_centers(np.concatenate([centers, np.exp(coded[:, 2:]) * priors[:, 2:]], axis=1))


def _given_priors(
    array: NDArray[np.float32], geometry: Geometry
) -> tuple[NDArray[np.float32], NDArray[np.float32] | None]:
    """Centres and sizes in pixels; with the variances where the output has a second row for them (PriorBox)."""
    table = array[0] if array.ndim == 3 and array.shape[0] == 1 else array
    variances = None
    if table.ndim == 2 and table.shape[0] == 2 and table.shape[1] % 4 == 0 and table.shape[1] != 4:
        variances = table[1].reshape(-1, 4)
        table = table[0]
    if table.size % 4:
        raise outs.shape_mismatch("boxes and scores", "priors must be [1, 2, n · 4] or [n, 4]", array.shape)
    corners = box_rules.to_pixels(table.reshape(-1, 4), geometry)
    centers = (corners[:, :2] + corners[:, 2:]) / 2
    return np.concatenate([centers, corners[:, 2:] - corners[:, :2]], axis=1), variances


def generated_priors(layers: list[Mapping[str, Any]], width: int, height: int) -> NDArray[np.float32]:
    """[n, 4] centre and size in pixels of the input: layer by layer, row by row, cell by cell, anchor by anchor."""
    made = []
    for layer in layers:
        rows, columns = layer["height"], layer["width"]
        step_x = layer["step"] or width / columns
        step_y = layer["step"] or height / rows
        y, x = np.meshgrid(np.arange(rows), np.arange(columns), indexing="ij")
        centers = np.stack([(x + layer["offset"]) * step_x, (y + layer["offset"]) * step_y], axis=-1).reshape(-1, 1, 2)
        sizes = np.array(layer["sizes"], dtype=np.float64).reshape(1, -1, 2)
        shape = (len(centers), sizes.shape[1], 2)
        both = np.concatenate([np.broadcast_to(centers, shape), np.broadcast_to(sizes, shape)], axis=2)
        made.append(both.reshape(-1, 4))
    return np.concatenate(made).astype(np.float32)


def tf_detection(reading: Reading, ports: Ports, classes: ClassMap) -> Decode:
    """Boxes [1, n, 4] top, left, bottom, right as shares, classes [1, n], scores [1, n], count [1]."""
    family = "TensorFlow's detection API"
    decoding = reading["decoding"]
    names = [decoding[key] for key in ("classes_output", "scores_output", "count_output")]
    others = [outs.named(ports, name) for name in names if name is not None]
    fits = outs.last_axis(4)
    # Beside them the API may give the boxes before NMS, as raw_detection_boxes.
    raw = [port for port in ports.outputs if any("raw" in name for name in (port.name, *port.names))]
    box_output = outs.find(
        ports, family, "the boxes", "[1, n, 4]", fits, decoding["boxes_output"], hints=("box",), taken=[*others, *raw]
    )

    def one_each(shape: tuple[int, ...]) -> bool:
        return len(shape) in (1, 2) and shape[-1] != 1

    taken = [box_output, *others]
    class_output = outs.find(
        ports, family, "the classes", "[1, n]", one_each, decoding["classes_output"],
        hints=("class", "label"), taken=[*taken, *raw], in_order=True,
    )  # fmt: skip
    taken.append(class_output)
    score_output = outs.find(
        ports, family, "the scores", "[1, n]", one_each, decoding["scores_output"],
        hints=("score",), taken=[*taken, *raw], in_order=True,
    )  # fmt: skip
    count_output = outs.find_optional(ports, decoding["count_output"])

    def decode(outputs: Outputs, geometry: Geometry) -> Answer:
        table = outs.rows(outs.values(outputs, box_output), family, "the boxes", (4,))
        labels = outs.column(outs.values(outputs, class_output), family, "the classes", len(table))
        scores = outs.column(outs.values(outputs, score_output), family, "the scores", len(table))
        numbers = outs.whole_numbers(labels) - decoding["first_class"]
        if count_output is not None:
            told = outs.whole_numbers(outs.values(outputs, count_output).reshape(-1)[:1])
            count = max(int(told[0]), 0) if len(told) else 0
            table, scores, numbers = table[:count], scores[:count], numbers[:count]
        corners = box_rules.to_pixels(table[:, [1, 0, 3, 2]], geometry)
        found = Candidates(corners, scores, numbers, np.arange(len(table)))
        return box_rules.settle(found, decoding, classes, geometry)[0]

    return decode

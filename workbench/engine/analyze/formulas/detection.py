"""Heads of detectors. What follows a threshold depends on the data: it is left out of the count, and the layer is
listed."""

from __future__ import annotations

from workbench.engine.analyze.formulas.elementwise import SIGMOID
from workbench.engine.analyze.formulas.layer import Formula, Layer, Partial
from workbench.engine.analyze.formulas.normalization import SOFTMAX

# A box decoded from its prior: width, height and centre of the prior (6), the centre (3 for each axis), the size with
# its exponential (3 for each axis), and the corners (4 multiplications, 4 additions).
DECODE = 6 + 6 + 6 + 8

_THRESHOLD = "what it does with the boxes over the threshold depends on the data; counted: the threshold"
_DECODED = "what it does with the boxes over the threshold depends on the data; counted: decoding and the threshold"


def _nms(scores: int) -> Formula:
    """One comparison for each score."""
    return lambda layer: Partial(layer.size(scores), _THRESHOLD)


def _detection_output(layer: Layer) -> Partial:
    """Box logits [N, priors * 4 (* classes)], scores [N, priors * classes], priors [.., 1 or 2, priors * 4 or 5]."""
    return Partial(DECODE * (layer.size(0) // 4) + layer.size(1), _DECODED)


def _proposals(deltas: int, scores: int) -> Formula:
    """Anchors decoded with their deltas, and one comparison for each score."""
    return lambda layer: Partial(DECODE * (layer.size(deltas) // 4) + layer.size(scores), _DECODED)


def _detectron_output(layer: Layer) -> Partial:
    """Regions [n, 4], deltas [n, classes * 4], scores [n, classes]."""
    return Partial(DECODE * (layer.size(1) // 4) + layer.size(2), _DECODED)


def _region_yolo(layer: Layer) -> int:
    """Sigmoid of x, y and the objectness of each anchor; softmax of its classes, or a sigmoid of each."""
    shape = layer.shape(0)
    coords, classes = int(layer.attribute("coords")), int(layer.attribute("classes"))
    softmax = bool(layer.attribute("do_softmax", True))
    anchors = (
        int(layer.attribute("num")) if softmax else len(layer.attribute("mask") or []) or int(layer.attribute("num"))
    )
    cells = layer.size(0) // max(1, shape[1])
    return cells * anchors * (SIGMOID * (coords - 2 + 1) + (SOFTMAX if softmax else SIGMOID) * classes)


FORMULAS: dict[str, Formula] = {
    "NonMaxSuppression": _nms(1),
    "NMSRotated": _nms(1),
    "MulticlassNms": _nms(1),
    "MatrixNms": _nms(1),
    "DetectionOutput": _detection_output,
    "Proposal": _proposals(1, 0),
    "ExperimentalDetectronGenerateProposalsSingleImage": _proposals(2, 3),
    "GenerateProposals": _proposals(2, 3),
    "ExperimentalDetectronDetectionOutput": _detectron_output,
    "ExperimentalDetectronPriorGridGenerator": lambda layer: layer.out(),  # one addition for each coordinate
    "PriorBox": lambda layer: 2 * layer.out(),  # centre plus or minus half the size, by the size of the image
    "PriorBoxClustered": lambda layer: 2 * layer.out(),
    "RegionYolo": _region_yolo,
}

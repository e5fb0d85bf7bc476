"""Arithmetic operations of one inference, per operation type.

Convention: an addition, multiplication, division, comparison, minimum, maximum, rounding, exponential, logarithm,
root or trigonometric function counts 1, so a multiply-add counts 2. Moving, selecting or converting data counts 0.
Terms that occur once per row or channel rather than once per element are left out unless a formula says otherwise.

Definitions of the operations: https://docs.openvino.ai/2026/documentation/openvino-ir-format/operation-sets/operation-specs.html
"""

from __future__ import annotations

from workbench.engine.analyze.formulas import (
    contraction,
    detection,
    elementwise,
    normalization,
    pooling,
    recurrent,
    reduction,
    sampling,
    signal,
)
from workbench.engine.analyze.formulas.layer import Formula

FORMULAS: dict[str, Formula] = {
    **elementwise.FORMULAS,
    **contraction.FORMULAS,
    **pooling.FORMULAS,
    **reduction.FORMULAS,
    **normalization.FORMULAS,
    **recurrent.FORMULAS,
    **sampling.FORMULAS,
    **detection.FORMULAS,
    **signal.FORMULAS,
}
"""Operation type -> its formula."""

MOVEMENT = frozenset(
    """Assign BatchToSpace Broadcast Concat Constant Convert ConvertLike ConvertPromoteTypes DepthToSpace
    ExtractImagePatches Eye Gather GatherElements GatherND GatherTree Identity OneHot Pad Parameter ReadValue
    ReorgYolo Reshape Result Reverse ReverseSequence Roll ScatterUpdate Select ShapeOf ShuffleChannels Slice
    SliceScatter SpaceToBatch SpaceToDepth SparseFillEmptyRows Split Squeeze StridedSlice StringTensorPack
    StringTensorUnpack Tile Transpose Unsqueeze VariadicSplit""".split()
)
"""Types that only move, select or relabel data: 0 operations."""

CONTAINERS = frozenset({"If", "Loop", "TensorIterator"})
"""Types whose work is that of the graphs inside them."""

UNCOUNTED: dict[str, str] = {
    "CTCLoss": "its work depends on the labels",
    "Multinomial": "the cost of a random number is not defined",
    "RandomUniform": "the cost of a random number is not defined",
    "Unique": "its work depends on the data",
}
"""Known types for which no count would be true, with the reason."""

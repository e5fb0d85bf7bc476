"""What of a model is quantised, read from its graph."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import openvino as ov

_QUANTIZERS = ("FakeQuantize", "FakeConvert")
_WITH_WEIGHTS = {
    "Convolution", "GroupConvolution", "ConvolutionBackpropData", "GroupConvolutionBackpropData", "MatMul",
}  # fmt: skip
# What NNCF puts quantisers before (`INPUTS_QUANTIZABLE_OPERATIONS` of nncf/openvino/graph/metatypes/groups.py).
_COMPUTERS = _WITH_WEIGHTS | {
    "BatchNormInference", "Add", "Subtract", "Multiply", "Divide", "AvgPool", "AdaptiveAvgPool", "ReduceMean", "MVN",
    "NormalizeL2", "Interpolate", "Power", "FloorMod", "SquaredDifference", "LSTMSequence", "GRUSequence",
    "GroupNormalization", "ScaledDotProductAttention", "MaxPool",
}  # fmt: skip
# What computes nothing with its input's values: it runs on integers when its input is quantised.
_MOVERS = {
    "Reshape", "Squeeze", "Unsqueeze", "Transpose", "Concat", "Split", "VariadicSplit", "StridedSlice", "Slice",
    "ShuffleChannels", "Broadcast", "Pad", "Gather", "GatherND", "GatherElements", "DepthToSpace", "SpaceToDepth",
    "BatchToSpace", "SpaceToBatch", "Tile", "MaxPool", "ReduceMax", "AdaptiveMaxPool", "Minimum", "Maximum",
}  # fmt: skip
# Operations that quantised weights are worked out by, at most.
_LONGEST = 32
# Integers that weights are kept in.
WEIGHT_TYPES = ("i8", "u8", "i4", "u4")


def bodies(model: Any) -> list[Any]:
    """A model with the graphs inside of it: those of If, Loop and TensorIterator."""
    found = [model]
    for node in model.get_ordered_ops():
        kind = node.get_type_name()
        if kind == "If":
            found += [body for index in (0, 1) for body in bodies(node.get_function(index))]
        elif kind in ("Loop", "TensorIterator"):
            found += bodies(node.get_function())
    return found


def is_quantized(model: ov.Model) -> bool:
    """Whether anything in it is quantised when it runs."""
    return any(node.get_type_name() in _QUANTIZERS for body in bodies(model) for node in body.get_ordered_ops())


@dataclass(frozen=True)
class _Value:
    """What a node gives: `constant` without any input; `quantized` (of a constant: kept in integers)."""

    constant: bool
    quantized: bool


def quantized(model: ov.Model) -> dict[str, int]:
    """Operation type → how many compute with quantised values: all that they read comes from a quantiser, be it by way
    of operations that only move values, and their weights are kept in integers."""
    counts: Counter[str] = Counter()
    for body in bodies(model):
        known: dict[str, _Value] = {}
        for node in body.get_ordered_ops():
            kind = node.get_type_name()
            sources = [known[one.get_source_output().get_node().get_name()] for one in node.inputs()]
            read = [one for one in sources if not one.constant]
            weights = [one for one in sources if one.constant]
            inside = bool(read) and all(one.quantized for one in read[: _values(kind, len(read))])
            known[node.get_name()] = _value(node, kind, sources, inside)
            if inside and kind in _COMPUTERS and (kind not in _WITH_WEIGHTS or all(one.quantized for one in weights)):
                counts[kind] += 1
    return dict(counts.most_common())


def _value(node: Any, kind: str, sources: Sequence[_Value], inside: bool) -> _Value:
    constant = kind == "Constant" or (bool(sources) and all(one.constant for one in sources))
    if kind == "Constant":
        return _Value(True, str(node.get_element_type().get_type_name()) in WEIGHT_TYPES)
    if kind in _QUANTIZERS:
        return _Value(constant, True)
    if constant:
        return _Value(True, any(one.quantized for one in sources))
    return _Value(False, inside and kind in _MOVERS)


def weight_types(model: ov.Model) -> dict[str, int]:
    """Element type → bytes of the model's constants."""
    sizes: Counter[str] = Counter()
    for body in bodies(model):
        for node in body.get_ordered_ops():
            if node.get_type_name() == "Constant":
                sizes[str(node.get_element_type().get_type_name())] += int(node.get_byte_size())
    return dict(sizes.most_common())


def _values(kind: str, count: int) -> int:
    """How many of the inputs are values; the others are sizes and places that the model works out."""
    return 1 if kind in _MOVERS - {"Concat", "Minimum", "Maximum"} else count


def _constant(node: Any) -> bool:
    """A constant, or made of constants only (compressed weights)."""
    waiting, seen = [node], 0
    while waiting:
        one = waiting.pop()
        seen += 1
        if one.get_type_name() == "Constant":
            continue
        inputs = one.inputs()
        if not inputs or seen > _LONGEST:
            return False
        waiting += [item.get_source_output().get_node() for item in inputs]
    return True


def compressed_weights(model: ov.Model) -> list[str]:
    """Types of integers that weights are kept in, where they are turned back to floats when the model runs: converted,
    perhaps moved, and scaled."""
    kinds = set()
    for body in bodies(model):
        for node in body.get_ordered_ops():
            if node.get_type_name() != "Convert" or node.get_element_type().is_integral():
                continue
            source = node.input_value(0).get_node()
            kind = str(source.get_element_type().get_type_name())
            if source.get_type_name() == "Constant" and kind in WEIGHT_TYPES and len(source.get_shape()) > 1:
                readers = {target.get_node().get_type_name() for target in node.output(0).get_target_inputs()}
                if readers & {"Multiply", "Subtract"}:
                    kinds.add(kind)
    return sorted(kinds)


def compressed(model: ov.Model, kinds: Collection[str]) -> dict[str, int]:
    """Operation type → how many have weights that are kept as one of `kinds` and turned back to floats."""
    counts: Counter[str] = Counter()
    for body in bodies(model):
        found: dict[str, str] = {}
        for node in body.get_ordered_ops():
            if node.get_type_name() == "Constant" and str(node.get_element_type().get_type_name()) in kinds:
                found.update((reader.get_name(), reader.get_type_name()) for reader in _readers(node))
        counts.update(found.values())
    return dict(counts.most_common())


def _readers(constant: Any) -> list[Any]:
    """The operations that read a constant as floats: behind its conversion, scaling and reshaping."""
    waiting, converted = [constant], False
    readers: list[Any] = []
    while waiting and len(readers) <= _LONGEST:
        for target in waiting.pop().output(0).get_target_inputs():
            node = target.get_node()
            kind = node.get_type_name()
            converted = converted or kind == "Convert"
            if kind in ("Convert", "Subtract", "Multiply", "Reshape", "Transpose") and _constant(node):
                waiting.append(node)
            elif converted:
                readers.append(node)
    return readers

"""Whether a model is a transformer, told from its graph: for how it is quantised."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from workbench.engine.quantized_layers import bodies

if TYPE_CHECKING:
    import openvino as ov

# What lies between the matrix products of an attention and its softmax.
_BETWEEN = {
    "Reshape", "Transpose", "Squeeze", "Unsqueeze", "Convert", "Add", "Subtract", "Multiply", "Divide", "Select",
    "Concat", "Gather", "Slice", "StridedSlice", "Clamp", "Maximum", "Minimum", "FakeQuantize", "Broadcast",
}  # fmt: skip
_STEPS = 64


def has_attention(model: ov.Model) -> bool:
    """Whether somewhere softmax(query · key) weighs values (Vaswani et al. 2017, eq. 1): a softmax between two products
    of matrices that are both no constants; also as one operation."""
    for body in bodies(model):
        for node in body.get_ordered_ops():
            kind = node.get_type_name()
            if kind == "ScaledDotProductAttention":
                return True
            if kind == "Softmax" and _product(node, _before) and _product(node, _after):
                return True
    return False


def _product(node: Any, step: Any) -> bool:
    """Whether a product of two matrices that depend on inputs is met on the way, through what lies between."""
    waiting, seen = step(node), 0
    while waiting and seen < _STEPS:
        one = waiting.pop(0)
        seen += 1
        if one.get_type_name() == "MatMul":
            if all(_depends(item.get_source_output().get_node()) for item in one.inputs()):
                return True
        elif one.get_type_name() in _BETWEEN:
            waiting += step(one)
    return False


def _before(node: Any) -> list[Any]:
    return [item.get_source_output().get_node() for item in node.inputs()]


def _after(node: Any) -> list[Any]:
    return [target.get_node() for output in node.outputs() for target in output.get_target_inputs()]


def _depends(node: Any) -> bool:
    """Whether it is no weight: a constant, converted or rescaled at most."""
    for _ in range(8):
        kind = node.get_type_name()
        if kind == "Constant":
            return False
        if kind not in ("Convert", "Multiply", "Subtract", "FakeQuantize", "Reshape", "Transpose"):
            return True
        node = node.input_value(0).get_node()
    return True

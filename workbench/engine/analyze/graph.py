"""The graph that OpenVINO loaded, as plain records in topological order.

Everything the analysis says comes from here, that is from `ov.Model`, never from the XML.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any, TypeAlias

if TYPE_CHECKING:
    import openvino as ov

Shape: TypeAlias = "tuple[int, ...] | None"
"""Sizes of a tensor; the upper bound of a size that is not fixed, and None where there is no finite bound."""

# Never computed in advance, whatever feeds them: state, randomness, and the ends of the graph.
_NOT_FOLDED = {
    "Parameter",
    "Result",
    "ReadValue",
    "Assign",
    "RandomUniform",
    "Multinomial",
    "Loop",
    "TensorIterator",
    "If",
}

BITS = {
    "f64": 64, "f32": 32, "f16": 16, "bf16": 16, "i64": 64, "i32": 32, "i16": 16, "i8": 8, "i4": 4, "u64": 64, "u32":
    32, "u16": 16, "u8": 8, "u6": 6, "u4": 4, "u3": 3, "u2": 2, "u1": 1, "boolean": 8, "nf4": 4, "f8e4m3": 8,
    "f8e5m2": 8, "f4e2m1": 4, "f8e8m0": 8,
}  # fmt: skip
"""Bits of one element by OpenVINO's type name; strings have no size of their own."""

FLOATS = {"f64", "f32", "f16", "bf16", "f8e4m3", "f8e5m2", "f4e2m1", "f8e8m0", "nf4"}
LOW_BITS = {"i8", "u8", "i4", "u4", "u3", "u6", "i2", "u2", "u1", "nf4", "f8e4m3", "f8e5m2", "f4e2m1"}


def elements(shape: Sequence[int]) -> int:
    """Product of the sizes; 1 of a scalar."""
    count = 1
    for size in shape:
        count *= size
    return count


def tensor_bytes(shape: Shape, kind: str) -> int | None:
    """Bytes of a dense tensor, or None where the shape is open or the type has no fixed size."""
    if shape is None or kind not in BITS:
        return None
    return (elements(shape) * BITS[kind] + 7) // 8


@dataclass(slots=True)
class Port:
    """One output of a node: shape, OpenVINO type name, and who reads it as (node index, input number)."""

    shape: Shape
    kind: str
    bounded: bool  # whether the shape is an upper bound rather than exact
    readers: list[tuple[int, int]] = field(default_factory=list)


@dataclass(eq=False)
class Node:
    """One operation. `inputs` names (node index, output number) of each input; `folded` tells that the value is known
    before any inference: constants, what is computed from constants alone, and arithmetic on static shapes."""

    index: int
    name: str
    type: str
    handle: Any
    inputs: list[tuple[int, int]]
    outputs: list[Port]
    graph: Graph = field(repr=False)
    folded: bool = False

    @cached_property
    def attributes(self) -> dict[str, Any]:
        """The attributes as OpenVINO gives them."""
        return dict(self.handle.get_attributes())

    @property
    def opset(self) -> str:
        return str(self.handle.get_type_info().version_id or "")

    def source(self, number: int) -> Node:
        """The node that feeds input `number`."""
        return self.graph.nodes[self.inputs[number][0]]

    def input_port(self, number: int) -> Port:
        index, port = self.inputs[number]
        return self.graph.nodes[index].outputs[port]

    def constant(self, number: int) -> list[Any] | None:
        """Values of input `number` where a Constant feeds it directly or through Convert, flat; else None."""
        if number >= len(self.inputs):
            return None
        node = self.source(number)
        while node.type in ("Convert", "ConvertLike") and node.inputs:
            node = node.source(0)
        return [value.item() for value in node.handle.get_data().ravel()] if node.type == "Constant" else None


class Graph:
    """A model, or the body of a loop or branch."""

    def __init__(self, model: ov.Model) -> None:
        self.model = model
        self.nodes: list[Node] = []
        place: dict[int, int] = {}
        for index, handle in enumerate(model.get_ordered_ops()):
            place[handle.get_instance_id()] = index
            inputs = []
            for port in handle.input_values():
                source = place[port.get_node().get_instance_id()]
                inputs.append((source, port.get_index()))
            outputs = []
            for number in range(handle.get_output_size()):
                shape, bounded = _shape(handle.get_output_partial_shape(number))
                outputs.append(Port(shape, handle.get_output_element_type(number).get_type_name(), bounded))
            node = Node(index, handle.get_friendly_name(), handle.get_type_name(), handle, inputs, outputs, self)
            for number, (source, output) in enumerate(inputs):
                self.nodes[source].outputs[output].readers.append((index, number))
            node.folded = self._is_folded(node)
            self.nodes.append(node)

    def _is_folded(self, node: Node) -> bool:
        if node.type == "Constant":
            return True
        if node.type in _NOT_FOLDED or not node.inputs:
            return False
        if node.type == "ShapeOf":
            port = node.input_port(0)
            return port.shape is not None and not port.bounded
        return all(self.nodes[index].folded for index, _ in node.inputs)

    def layers(self) -> list[Node]:
        """The operations that work at inference: not the folded ones, and not the ends of the graph."""
        return [node for node in self.nodes if not node.folded and node.type not in ("Parameter", "Result")]

    def parameters(self) -> list[Node]:
        """The inputs, in the order of the model."""
        return self._of_handles(self.model.get_parameters())

    def results(self) -> list[Node]:
        """The outputs, in the order of the model."""
        return self._of_handles(self.model.get_results())

    def _of_handles(self, handles: Sequence[Any]) -> list[Node]:
        by_id = {node.handle.get_instance_id(): node for node in self.of_type("Parameter", "Result")}
        return [by_id[handle.get_instance_id()] for handle in handles]

    def of_type(self, *types: str) -> list[Node]:
        return [node for node in self.nodes if node.type in types]


def _shape(shape: Any) -> tuple[Shape, bool]:
    if shape.is_static:
        return tuple(shape.to_shape()), False
    if shape.rank.is_dynamic:
        return None, True
    sizes = [dim.get_max_length() for dim in shape]
    # -1 is OpenVINO's "no bound"; what no machine could hold is no bound either.
    if any(size < 0 or size >= 2**31 - 1 for size in sizes):
        return None, True
    return tuple(sizes), True


def bodies(node: Node) -> list[tuple[str, ov.Model]]:
    """The graphs inside a node, with the name of each: the body of a loop, or both branches of an If."""
    if node.type in ("Loop", "TensorIterator"):
        return [("body", node.handle.get_function())]
    if node.type == "If":
        return [("then", node.handle.get_function(0)), ("else", node.handle.get_function(1))]
    return []


def iterations(node: Node) -> int | None:
    """How often the body of a Loop or TensorIterator runs, or None where the input decides."""
    count = int(node.handle.get_num_iterations())
    return count if count >= 0 else None

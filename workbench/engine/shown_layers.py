"""Layers of a model that become outputs, so that their tensors can be compared with those of another model."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from workbench.engine.folding import shape_of

if TYPE_CHECKING:
    import openvino as ov

# Tensors of layers that are compared at once, of both models; what is beyond comes in another pass over the samples.
PASS_BYTES = 256 * 1024**2
_SKIPPED = {"Parameter", "Constant", "Result", "FakeQuantize", "Convert", "ShapeOf"}


@dataclass(frozen=True)
class Layer:
    """A layer that both models have: the name, and the bytes of its tensors in both."""

    name: str
    type: str
    bytes: int


def common_layers(model: ov.Model, parent: ov.Model) -> list[Layer]:
    """Operations of the same name, with one output of the same static shape of floating point, that depend on an
    input; in the order of the model."""
    others = {node.get_friendly_name(): node for node in _computed(parent)}
    found = []
    for node in _computed(model):
        other = others.get(node.get_friendly_name())
        if other is None or other.get_type_name() in _SKIPPED:
            continue
        shape = shape_of(node.output(0))
        if shape != shape_of(other.output(0)) or min(shape, default=0) < 0:
            continue
        size = math.prod(shape) * (node.get_output_element_type(0).size + other.get_output_element_type(0).size)
        found.append(Layer(str(node.get_friendly_name()), str(node.get_type_name()), size))
    return found


def _computed(model: ov.Model) -> list[Any]:
    """Operations that depend on an input and may be looked at."""
    depends: set[str] = set()
    found = []
    for node in model.get_ordered_ops():
        kind = node.get_type_name()
        sources = [node.input_value(number).get_node().get_name() for number in range(node.get_input_size())]
        if kind == "Parameter" or any(name in depends for name in sources):
            depends.add(node.get_name())
            if kind not in _SKIPPED and node.get_output_size() == 1 and node.get_output_element_type(0).is_real():
                found.append(node)
    return found


def passes_of(layers: Sequence[Layer], limit: int = PASS_BYTES) -> list[list[Layer]]:
    """Layers that are compared together: as many as stay below `limit` bytes, one at least."""
    passes: list[list[Layer]] = []
    size = 0
    for layer in layers:
        if not passes or size + layer.bytes > limit:
            passes.append([])
            size = 0
        passes[-1].append(layer)
        size += layer.bytes
    return passes


def show(model: ov.Model, names: Sequence[str]) -> None:
    """The layers become outputs, behind those that there are, in the order of `names`."""
    from openvino import opset13 as op

    nodes = {node.get_friendly_name(): node for node in _computed(model)}
    results = []
    for number, name in enumerate(names):
        result = op.result(nodes[name].output(0))
        result.set_friendly_name(f"layer {number}: {name}")
        results.append(result)
    model.add_results(results)

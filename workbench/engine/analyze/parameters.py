"""The constants of a model that are its weights."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from workbench.engine.analyze.graph import BITS, FLOATS, LOW_BITS, Graph, Node, bodies, elements

# Inputs that hold settings, state or anchors rather than weights, among those that may be floats. An integer constant
# is a weight only where it is converted to floats.
_SETTINGS: dict[str, set[int]] = {
    "DetectionOutput": {2, 3, 4},
    "ExperimentalDetectronPriorGridGenerator": {0},
    "FakeConvert": {1, 2},
    "FakeQuantize": {1, 2, 3, 4},
    "GRUCell": {1},
    "GRUSequence": {1},
    "Interpolate": {1, 2, 3},
    "LSTMCell": {1, 2},
    "LSTMSequence": {1, 2},
    "MatrixNms": {0, 1},
    "MulticlassNms": {0, 1},
    "NonMaxSuppression": {2, 3, 4, 5},
    "OneHot": {0, 1, 2, 3},
    "Pad": {1, 2, 3},
    "Power": {1},
    "PriorBox": {0, 1},
    "PriorBoxClustered": {0, 1},
    "Proposal": {2},
    "RNNCell": {1},
    "RNNSequence": {1},
    "RandomUniform": {0, 1, 2},
    "Range": {0, 1, 2},
    "ReadValue": {0},
    "STFT": {1, 2, 3},
    "ISTFT": {1, 2, 3, 4},
}
_ELEMENTWISE = {"Add", "Subtract", "Multiply", "Divide", "Maximum", "Minimum", "Mod", "FloorMod", "Select", "Greater",
"Less"} | {
    "GreaterEqual", "LessEqual", "Equal", "NotEqual", "SquaredDifference",
}  # fmt: skip


@dataclass(slots=True)
class Weight:
    """One weight constant: its node, the layer that uses it, and that layer's path name."""

    constant: Node
    layer: Node
    layer_name: str

    @property
    def count(self) -> int:
        return elements(self.constant.outputs[0].shape or ())

    @property
    def kind(self) -> str:
        return self.constant.outputs[0].kind

    @property
    def size_bytes(self) -> int:
        return (self.count * BITS.get(self.kind, 0) + 7) // 8


def weights(graph: Graph, prefix: str = "") -> Iterator[Weight]:
    """Each weight constant once, however many layers share it, with those of the graphs inside loops and branches.

    Left out: shapes, axes and indices; ranges, scales and zero points of quantisation (so an INT8 model has as many
    parameters as the model it was made from); initial states; single numbers in element-wise operations, which are
    settings.
    """
    for node in graph.nodes:
        if node.type == "Constant":
            user = _user(node)
            if user is not None:
                yield Weight(node, user, prefix + user.name)
        for _, body in bodies(node):
            yield from weights(Graph(body), f"{prefix}{node.name}/")


def _user(constant: Node) -> Node | None:
    """The layer that computes with the constant, if it is a weight."""
    kind, count = constant.outputs[0].kind, elements(constant.outputs[0].shape or ())
    if count == 0 or (kind not in FLOATS and kind not in LOW_BITS):
        return None
    graph = constant.graph
    # (node, output, whether the value is a float by now)
    stack = [(constant.index, 0, kind in FLOATS)]
    seen = set()
    while stack:
        index, output, real = stack.pop()
        for reader, number in graph.nodes[index].outputs[output].readers:
            node = graph.nodes[reader]
            if (reader, number) in seen or node.type in ("Result", "ShapeOf"):
                continue
            seen.add((reader, number))
            if node.folded:
                if _is_scale(node, number) or number in _SETTINGS.get(node.type, ()):
                    continue
                now_real = (
                    real or (node.type == "Convert" and node.outputs[0].kind in FLOATS) or node.type == "FakeQuantize"
                )
                stack += [(reader, port, now_real) for port in range(len(node.outputs))]
            elif number in _SETTINGS.get(node.type, ()) or _is_state(node, number):
                continue
            elif real and not (count == 1 and node.type in _ELEMENTWISE):
                return node
    return None


def _is_scale(node: Node, number: int) -> bool:
    """Whether input `number` of a folded node is the scale or zero point of integer weights in its other input."""
    if node.type not in ("Multiply", "Subtract") or len(node.inputs) != 2:
        return False
    other = node.source(1 - number)
    for _ in range(3):
        if other.type == "Convert":
            return other.input_port(0).kind in LOW_BITS and _comes_before(node, number)
        if other.type != "Subtract":
            return False
        other = other.source(0)
    return False


def _comes_before(node: Node, number: int) -> bool:
    # Both sides may be converted integers (a zero point is one too): the larger side is the weights.
    sides = [elements(node.input_port(side).shape or ()) for side in (0, 1)]
    return sides[number] < sides[1 - number] or (sides[0] == sides[1] and number == 1)


def _is_state(node: Node, number: int) -> bool:
    """Whether a loop carries the input from one iteration to the next."""
    if node.type not in ("Loop", "TensorIterator"):
        return False
    return any(
        "Merged" in type(description).__name__ and description.input_index == number
        for description in node.handle.get_input_descriptions()
    )

"""Which layers compute on integers, told from the graph alone."""

from __future__ import annotations

from workbench.engine.analyze.formulas import MOVEMENT
from workbench.engine.analyze.graph import LOW_BITS, Graph, Node

# Operations that OpenVINO executes in 8 bits when all they read is quantised.
INTEGER_CAPABLE = frozenset(
    """Convolution GroupConvolution ConvolutionBackpropData GroupConvolutionBackpropData MatMul BinaryConvolution
    MaxPool AvgPool""".split()
)
# Inputs that hold data; the others of these types are shapes or biases.
_DATA_INPUTS = 2
# Operations that leave quantised values quantised: they move them, or pick among them.
_TRANSPARENT = frozenset(
    """BatchToSpace Broadcast Concat DepthToSpace ExtractImagePatches Gather GatherElements GatherND MaxPool Pad Relu
    ReorgYolo Reshape Reverse ReverseSequence Roll ShuffleChannels Slice SpaceToBatch SpaceToDepth Split Squeeze
    StridedSlice Tile Transpose Unsqueeze VariadicSplit""".split()
)


def _is_integer(kind: str) -> bool:
    return kind[:1] in "iu" and kind not in ("i64", "u64")


def quantised(graph: Graph, index: int, port: int, known: dict[int, bool]) -> bool:
    """Whether an output carries values on a grid of at most 256 levels, as integers do in execution.

    That is: it comes from a FakeQuantize, or from an integer tensor that is converted, shifted and scaled to floats,
    possibly through operations that only move data.
    """
    # Iterative, as models are deeper than the interpreter's stack: post-order over the transparent operations.
    stack = [index]
    while stack:
        at = stack[-1]
        if at in known:
            stack.pop()
            continue
        node = graph.nodes[at]
        needed = _looks_at(node)
        waiting = [source for source in needed if source not in known]
        if waiting:
            stack += waiting
            continue
        known[at] = _decide(node, [known[source] for source in needed])
        stack.pop()
    return known[index]


def _looks_at(node: Node) -> list[int]:
    """Nodes whose answer decides this one's."""
    if node.type == "Concat":
        return [source for source, _ in node.inputs]
    if node.type in _TRANSPARENT or node.type in ("Multiply", "Subtract", "Add"):
        return [node.inputs[0][0]] if node.inputs else []
    if node.type == "Convert" and not _is_integer(node.input_port(0).kind):
        return [node.inputs[0][0]]
    return []


def _decide(node: Node, answers: list[bool]) -> bool:
    if node.type == "FakeQuantize":
        return 1 < int(node.attributes.get("levels", 0)) <= 256
    if node.type == "Convert" and not answers:
        return node.input_port(0).kind in LOW_BITS
    if node.type in ("Multiply", "Subtract", "Add"):
        # Scale and zero point of integers; after a FakeQuantize the same operations make new values.
        return answers[0] and node.source(1).folded and _dequantises(node)
    return bool(answers) and all(answers)


def _dequantises(node: Node) -> bool:
    at = node
    for _ in range(4):
        if at.type == "Convert":
            return at.input_port(0).kind in LOW_BITS
        if at.type not in ("Multiply", "Subtract", "Add", "Reshape", "Unsqueeze"):
            return False
        at = at.source(0)
    return False


def integer_layers(graph: Graph) -> set[int]:
    """Indices of the layers that compute on integers: those of INTEGER_CAPABLE types whose data is all quantised, and
    any whose data is of an integer type to begin with, such as indices."""
    known: dict[int, bool] = {}
    found: set[int] = set()
    for node in graph.layers():
        if not node.inputs:
            continue
        if node.type in INTEGER_CAPABLE:
            data = node.inputs[: 1 if node.type in ("MaxPool", "AvgPool") else _DATA_INPUTS]
            if node.type == "BinaryConvolution" or all(quantised(graph, index, port, known) for index, port in data):
                found.add(node.index)
                continue
        kind = node.input_port(0).kind
        if node.type not in MOVEMENT and (kind[:1] in "iu" or kind == "boolean"):
            found.add(node.index)
    return found


def is_quantised(graph: Graph) -> bool:
    """Whether any convolution or matrix product computes on integers."""
    known: dict[int, bool] = {}
    for node in graph.layers():
        if node.type in INTEGER_CAPABLE and not node.type.endswith("Pool"):
            data = node.inputs[:_DATA_INPUTS]
            if node.type == "BinaryConvolution" or all(quantised(graph, index, port, known) for index, port in data):
                return True
    return False

"""What each dimension of an input or output means."""

from __future__ import annotations

from typing import TYPE_CHECKING

from workbench.engine.analyze.graph import Graph, Node

if TYPE_CHECKING:
    import openvino as ov

_CHANNELS = (1, 3, 4)
# As pictures come; the first is what an open dimension gets where the graph does not mind.
_TRIED_CHANNELS = (3, 1, 4)


def layout_of(graph: Graph, node: Node) -> tuple[str | None, str | None]:
    """Layout of a Parameter or Result and where it is from: "model" where the model says it, "guessed" from the shape
    and the first layers, (None, None) where nothing tells."""
    stated = _stated(node)
    if stated:
        return stated, "model"
    guess = _guess(graph, node)
    return (guess, "guessed") if guess else (None, None)


def demanded_channels(model: ov.Model, number: int, layout: str | None) -> int | None:
    """Channels that the graph takes at input `number` although its dimension is open: the first of 3, 1, 4 that can be
    propagated through it, where 3 cannot. None where 3 can, where none can, and where the dimension is not open."""
    shape = model.inputs[number].get_partial_shape()
    if layout is None or "C" not in layout or shape.rank.is_dynamic or len(shape) != len(layout):
        return None
    place = layout.index("C")
    if shape[place].is_static:
        return None
    for count in _TRIED_CHANNELS:
        trial = model.clone()
        shape[place] = count
        try:
            trial.reshape({trial.inputs[number]: shape})
        except RuntimeError:
            continue
        return None if count == _TRIED_CHANNELS[0] else count
    return None


def _stated(node: Node) -> str | None:
    text = str(node.handle.get_layout().to_string()) if hasattr(node.handle, "get_layout") else ""
    text = text.strip("[]").replace(",", "").replace(" ", "")
    # "..." alone is OpenVINO's way to say that no layout was given.
    return text if text and set(text) - set(".?") else None


def _dimensions(node: Node) -> list[int | None] | None:
    shape = node.handle.get_output_partial_shape(0)
    if shape.rank.is_dynamic:
        return None
    return [dim.get_length() if dim.is_static else None for dim in shape]


def _guess(graph: Graph, node: Node) -> str | None:
    dims = _dimensions(node)
    if not dims:
        return None
    image = node.outputs[0].kind[:1] in "fu" or node.outputs[0].kind == "i8"
    if len(dims) == 4 and image:
        return _guess_image(graph, node, dims)
    if len(dims) == 3 and image and node.type == "Parameter":
        if dims[0] in _CHANNELS and _large(dims[1]) and _large(dims[2]):
            return "CHW"
        if dims[2] in _CHANNELS and _large(dims[0]) and _large(dims[1]):
            return "HWC"
    if len(dims) == 5:
        return "NCDHW" if dims[1] in _CHANNELS else "NDHWC" if dims[4] in _CHANNELS else None
    return "NC" if len(dims) == 2 else None


def _large(size: int | None) -> bool:
    return size is None or size > 4


def _guess_image(graph: Graph, node: Node, dims: list[int | None]) -> str | None:
    if node.type == "Result" and dims[2:] == [1, 1]:
        return "NCHW"
    first = dims[1] in _CHANNELS and _large(dims[2]) and _large(dims[3])
    last = dims[3] in _CHANNELS and _large(dims[1]) and _large(dims[2])
    if first and not last:
        return "NCHW"
    if last and not first:
        return "NHWC"
    if node.type == "Parameter":
        return _by_first_layers(graph, node)
    return None


def _by_first_layers(graph: Graph, node: Node) -> str | None:
    """OpenVINO's convolutions read NCHW; a transposition of (0, 3, 1, 2) before one shows that the input is NHWC."""
    frontier, seen = [node], {node.index}
    for _ in range(64):
        if not frontier:
            return None
        current = frontier.pop(0)
        for port in current.outputs:
            for index, _ in port.readers:
                reader = graph.nodes[index]
                if reader.type in ("Convolution", "GroupConvolution", "MaxPool", "AvgPool"):
                    return "NCHW"
                if reader.type == "Transpose":
                    order = reader.constant(1)
                    return {(0, 3, 1, 2): "NHWC", (0, 2, 3, 1): "NCHW"}.get(tuple(order or ()))
                if index not in seen and reader.type in (
                    "Convert",
                    "Add",
                    "Subtract",
                    "Multiply",
                    "Divide",
                    "FakeQuantize",
                    "Pad",
                ):
                    seen.add(index)
                    frontier.append(reader)
    return None

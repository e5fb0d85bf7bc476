"""What a graph does at its ends, and what its maker wrote about it: facts that tell how the model is read.

Kept as `analysis["ends"]`: whether the network normalises its picture by itself, which operation makes each output, and
`model_info` of the IR as model_api (Open Model Zoo, OpenVINO Training Extensions) and Ultralytics write it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from workbench.engine.analyze.graph import Graph, Node

if TYPE_CHECKING:
    import openvino as ov

# What changes the form of values and not what they mean.
_FORM = ("Convert", "Transpose", "Reshape", "Squeeze", "Unsqueeze", "FakeQuantize", "Result", "ConvertLike")
_ARITHMETIC = ("Add", "Subtract", "Multiply", "Divide", "BatchNormInference")
_STEPS = 12
_INFO_FIELDS, _INFO_CHARACTERS = 60, 60_000


def ends_of(graph: Graph) -> dict[str, Any]:
    """`inputs`: [{normalised}] and `outputs`: [{operation, range}], in the order of the model; `model_info`:
    name → text. An output of DetectionOutput has `classes`, too, its background among them."""
    return {
        "inputs": [{"normalised": _normalised(graph, node)} for node in graph.parameters()],
        "outputs": [_output(node) for node in graph.results()],
        "model_info": model_info(graph.model),
    }


def _normalised(graph: Graph, node: Node) -> bool:
    """Whether the first thing that happens to an input is arithmetic with constants: mean and scale are inside."""
    for _ in range(_STEPS):
        readers = [graph.nodes[index] for port in node.outputs for index, _ in port.readers]
        readers = [reader for reader in readers if reader.type != "ShapeOf"]
        if len(readers) != 1:
            return False
        node = readers[0]
        if node.type in _ARITHMETIC:
            others = [graph.nodes[index] for index, _ in node.inputs]
            return any(other.folded for other in others)
        if node.type not in _FORM and node.type not in ("Gather", "Concat", "Split", "Pad", "Interpolate"):
            return False
    return False


def _output(node: Node) -> dict[str, Any]:
    """The operation that made an output, and the bounds that a Clamp gives it."""
    bounds: list[float] | None = None
    for _ in range(_STEPS):
        if not node.inputs:
            break
        if node.type == "Clamp":
            attributes = node.handle.get_attributes()
            bounds = [float(attributes["min"]), float(attributes["max"])]
            break
        if node.type not in _FORM:
            break
        node = node.source(0)
    told: dict[str, Any] = {"operation": node.type, "range": bounds}
    if node.type == "DetectionOutput" and (classes := _detected_classes(node)) is not None:
        told["classes"] = classes
    return told


def _detected_classes(node: Node) -> int | None:
    """From the shapes of DetectionOutput's scores [N, priors·classes] and priors [1 or N, 1 or 2, priors·4] (5 where
    they are not normalised); None where they are open."""
    scores, priors = node.input_port(1).shape, node.input_port(2).shape
    numbers, values = (scores[-1], priors[-1]) if scores and priors else (None, None)
    if numbers is None or values is None:
        return None
    places = values // (4 if node.attributes.get("normalized", True) else 5)
    return numbers // places if places > 0 and numbers > 0 and numbers % places == 0 else None


def model_info(model: ov.Model) -> dict[str, str]:
    """The texts of `rt_info/model_info`; empty where there are none. They come from the file: nothing is trusted."""
    if not model.has_rt_info(["model_info"]):
        return {}
    found: dict[str, str] = {}
    try:
        entries = dict(model.get_rt_info(["model_info"]).astype(dict))
    except (RuntimeError, TypeError, ValueError):
        return {}
    room = _INFO_CHARACTERS
    for name in sorted(entries, key=str)[:_INFO_FIELDS]:
        value = entries[name]
        text = str(value.astype(str) if hasattr(value, "astype") else value)
        room -= len(text)
        if room < 0:
            break
        found[str(name)[:100]] = text
    return found

"""The graph of a model as a document for people to look at, and the operation that makes it."""

from __future__ import annotations

import gzip
import json
import math
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from workbench.engine.analyze.graph import BITS, Graph, Node, elements
from workbench.engine.formats.reading import read_ir
from workbench.engine.protocol import Emitter, EngineError

if TYPE_CHECKING:
    import openvino as ov

GRAPH_FILE = "graph.json.gz"
_MAX_VALUES = 16
_MAX_TEXT = 200


def run(parameters: Mapping[str, Any], work: Path, emit: Emitter) -> dict[str, Any]:
    """Write the graph of the IR at `parameters["model"]` (relative to `work`) to `out/graph.json.gz`.

    Returns nodes (their number) and artifact. Raises `model_file_missing` and what `read_ir` raises.
    """
    path = work / str(parameters.get("model", ""))
    emit.stage("read", 1, 2)
    if not path.is_file():
        raise EngineError("model_file_missing", "The model's .xml file is not there.", "Import the model again.")
    graph = Graph(read_ir(path, path.name))
    emit.stage("write", 2, 2)
    count = write(graph, work / "out" / GRAPH_FILE)
    return {"nodes": count, "artifact": f"out/{GRAPH_FILE}"}


def write(graph: Graph, path: Path) -> int:
    """Write `document`, gzipped; returns the number of its nodes."""
    content = document(graph)
    with gzip.open(path, "wt", encoding="utf-8", compresslevel=6) as file:
        json.dump(content, file, separators=(",", ":"), allow_nan=False)
    return len(content["nodes"])


def document(graph: Graph) -> dict[str, Any]:
    """{kind: "ir", nodes}: each node once, after those it reads from, with name, type, inputs ([place of the producer,
    its output]), outputs ({shape, precision}), constants ({port, name, shape, precision, bytes}) and attributes.

    Constants are part of the nodes that read them, also through the conversion that stands behind compressed weights.
    The graphs inside loops and branches are left out. Dimensions that are not fixed are "?" or a range ("1..8").
    O(nodes + edges).
    """
    kept = [node for node in graph.nodes if not _is_constant(node)]
    place = {node.index: position for position, node in enumerate(kept)}
    return {"kind": "ir", "nodes": [_node(node, place) for node in kept]}


def _is_constant(node: Node) -> bool:
    return node.type == "Constant" or (node.type == "Convert" and node.source(0).type == "Constant")


def _node(node: Node, place: Mapping[int, int]) -> dict[str, Any]:
    inputs, constants = [], []
    for number, (source, output) in enumerate(node.inputs):
        if source in place:
            inputs.append([place[source], output])
        else:
            constants.append(_constant(node.source(number), number))
    return {
        "name": node.name,
        "type": node.type,
        "inputs": inputs,
        "outputs": [
            {"shape": _shape(node.handle.get_output_partial_shape(number)), "precision": port.kind}
            for number, port in enumerate(node.outputs)
        ],
        "constants": constants,
        "attributes": _attributes(node),
    }


def _constant(node: Node, number: int) -> dict[str, Any]:
    """As it is stored: behind a conversion, the half-precision or integer values."""
    stored = node if node.type == "Constant" else node.source(0)
    port = stored.outputs[0]
    size = elements(port.shape or ())
    return {
        "port": number,
        "name": stored.name,
        "shape": list(port.shape or ()),
        "precision": port.kind,
        "bytes": (size * BITS.get(port.kind, 0) + 7) // 8,
    }


def _shape(shape: Any) -> list[int | str]:
    if shape.is_static:
        return list(shape.to_shape())
    if shape.rank.is_dynamic:
        return ["..."]
    return [_dimension(dim) for dim in shape]


def _dimension(dim: Any) -> int | str:
    if dim.is_static:
        return int(dim.get_length())
    low, high = dim.get_min_length(), dim.get_max_length()
    if 0 <= high < 2**31 - 1:
        return f"{low}..{high}"
    return f"{low}.." if low > 0 else "?"


def _attributes(node: Node) -> dict[str, Any]:
    """The short ones: numbers, words, and the beginning of lists."""
    try:
        found = node.attributes
    except Exception:
        # A node whose attributes Python cannot hold.
        return {}
    return {str(name)[:_MAX_TEXT]: _plain(value) for name, value in found.items()}


def _plain(value: Any) -> Any:
    if isinstance(value, bool | int) or value is None:
        return value
    if isinstance(value, float):
        return value if math.isfinite(value) else str(value)
    if isinstance(value, list | tuple | set):
        return [_plain(item) for item in list(value)[:_MAX_VALUES]]
    return str(value)[:_MAX_TEXT]


def of_model(model: ov.Model) -> dict[str, Any]:
    """The document of a model in memory."""
    return document(Graph(model))

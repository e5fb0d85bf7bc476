"""Reads a model, counts, and puts the result together."""

from __future__ import annotations

import gzip
import json
from collections.abc import Mapping, Sequence
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any
from xml.parsers import expat

from workbench.engine.analyze import precision
from workbench.engine.analyze.count import LayerCount, count_layers
from workbench.engine.analyze.ends import ends_of
from workbench.engine.analyze.graph import Graph, Node, bodies
from workbench.engine.analyze.layout import demanded_channels, layout_of
from workbench.engine.analyze.memory import maximum_memory, minimum_memory
from workbench.engine.analyze.parameters import Weight, weights
from workbench.engine.analyze.polynomial import Polynomial
from workbench.engine.analyze.quantization import is_quantised
from workbench.engine.analyze.sparsity import zeros
from workbench.engine.analyze.symbols import Counted, count_symbolically
from workbench.engine.analyze.task import guess_task
from workbench.engine.formats.reading import read_ir
from workbench.engine.graph import GRAPH_FILE, write
from workbench.engine.protocol import Emitter, EngineError

if TYPE_CHECKING:
    import openvino as ov

GIGA = 10**9
_STAGES = ("read", "count", "weights")
LAYERS_FILE = "analysis_layers.json.gz"


def run(parameters: Mapping[str, Any], work: Path, emit: Emitter) -> dict[str, Any]:
    """Analyse the IR at `parameters["model"]` (relative to `work`).

    Returns inputs, outputs, analysis (gflop and giop as 1e9 operations with a multiply-add as 2; parameters; memory
    in bytes; sparsity as a fraction), task and precision, and writes `out/analysis_layers.json.gz`: a list of {name,
    type, gflop, giop, parameters, weight_bytes, output_bytes, outputs, note}, and `out/graph.json.gz`, the graph as a
    document. Raises `model_file_missing` and what `read_ir` raises.
    """
    path = work / str(parameters.get("model", ""))
    emit.stage(_STAGES[0], 1, len(_STAGES))
    if not path.is_file():
        raise EngineError("model_file_missing", "The model's .xml file is not there.", "Import the model again.")
    model = read_ir(path, path.name)
    emit.stage(_STAGES[1], 2, len(_STAGES))
    graph = Graph(model)
    result, rows = analyse(model, ir_version(path), emit, graph)
    out = work / "out"
    out.mkdir(exist_ok=True)
    with gzip.open(out / LAYERS_FILE, "wt", encoding="utf-8", compresslevel=6) as file:
        json.dump(rows, file, separators=(",", ":"))
    write(graph, out / GRAPH_FILE)
    return result


def analyse(
    model: ov.Model, version: int | None, emit: Emitter | None = None, graph: Graph | None = None
) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """The result of `run` and the rows of its file, for a model in memory; `graph` where it is known already."""
    graph = graph if graph is not None else Graph(model)
    dynamic = bool(model.is_dynamic())
    layers = list(count_layers(graph))
    symbolic = (
        count_symbolically(model, graph) if any(port.get_partial_shape().is_dynamic for port in model.inputs) else None
    )
    open_inputs = any(port.get_partial_shape().is_dynamic for port in model.inputs)
    if emit is not None:
        emit.stage(_STAGES[2], 3, len(_STAGES))
    stored = list(weights(graph))
    parameters = sum(weight.count for weight in stored)
    zero = sum(zeros(weight) for weight in stored)
    counted = symbolic.layers if symbolic else layers
    totals = _totals(counted, symbolic, open_inputs)
    task, reason = guess_task(graph)
    analysis = {
        "ir_version": version,
        "opset": sorted(_opsets(graph), key=_opset_order),
        **totals,
        "parameters": parameters,
        "weight_bytes": sum(weight.size_bytes for weight in stored),
        "minimum_memory_bytes": minimum_memory(graph),
        "maximum_memory_bytes": maximum_memory(graph),
        "sparsity": zero / parameters if parameters else 0.0,
        "precisions": precision.precisions(graph, stored),
        "operations": _operations(counted, stored, symbolic, open_inputs),
        "unknown_operations": _unknown(counted),
        "layers": len(counted),
        "dynamic": dynamic,
        "symbols": {symbol.name: symbol.described() for symbol in symbolic.symbols} if symbolic else {},
        "batch": _batch(graph),
        "quantized": is_quantised(graph),
        "ends": ends_of(graph),
    }
    result = {
        "inputs": [_input(graph, node, number) for number, node in enumerate(graph.parameters())],
        "outputs": [_end(graph, node) for node in graph.results()],
        "analysis": analysis,
        "task": {"guess": task, "reason": reason},
        "precision": precision.of_graph(graph, stored),
    }
    return result, _rows(counted, stored, open_inputs)


def ir_version(xml: Path) -> int | None:
    """The version that the root of an IR states, read without the rest of the file."""
    found: list[str] = []

    def start(tag: str, attributes: Mapping[str, str]) -> None:
        if not found:
            found.append(attributes.get("version", "") if tag == "net" else "")

    parser = expat.ParserCreate()
    parser.StartElementHandler = start
    with xml.open("rb") as file:
        while not found and (chunk := file.read(4096)):
            try:
                parser.Parse(chunk)
            except expat.ExpatError:
                return None
    return int(found[0]) if found and found[0].isdigit() else None


def _totals(layers: Sequence[LayerCount], symbolic: Counted | None, open_inputs: bool) -> dict[str, Any]:
    """gflop and giop where they are numbers, and as text where they depend on open dimensions or on unknown
    iterations."""
    told: dict[str, Any] = {}
    for key, integer in (("gflop", False), ("giop", True)):
        names, polynomial = _sum(layers, symbolic, integer)
        constant = polynomial.constant
        if symbolic is None and open_inputs:
            told |= {key: None, f"{key}_expression": None}
        elif constant is not None:
            told |= {key: float(constant / GIGA), f"{key}_expression": None}
        else:
            told |= {key: None, f"{key}_expression": polynomial.text(names, GIGA)}
    return told


def _sum(layers: Sequence[LayerCount], symbolic: Counted | None, integer: bool) -> tuple[list[str], Polynomial]:
    """Names of the variables, and the operations on integers or on floats as a polynomial in them. The iterations of
    loops that the input decides are variables too."""
    free = [symbol.name for symbol in symbolic.free] if symbolic else []
    loops = sorted({loop for layer in layers for loop in layer.loops})
    names = free + [f"iterations({loop})" for loop in loops]
    total = Polynomial({})
    if symbolic is not None:
        for (_, is_integer, around), polynomial in symbolic.polynomials.items():
            if is_integer == integer:
                total = total + _widen(polynomial, around, loops)
    else:
        for layer in layers:
            if layer.integer == integer:
                total = total + _widen(
                    Polynomial({(): Fraction(layer.operations)} if layer.operations else {}), layer.loops, loops
                )
    return names, total


def _widen(polynomial: Polynomial, around: Sequence[str], loops: Sequence[str]) -> Polynomial:
    tail = tuple(around.count(loop) for loop in loops)
    return Polynomial({(*powers, *tail): value for powers, value in polynomial.terms.items()})


def _operations(
    layers: Sequence[LayerCount], stored: Sequence[Weight], symbolic: Counted | None, open_inputs: bool
) -> list[dict[str, Any]]:
    """One row for each type, the costliest first; a type whose operations depend on open dimensions has an
    expression."""
    held: dict[str, int] = {}
    for weight in stored:
        held[weight.layer.type] = held.get(weight.layer.type, 0) + weight.count
    rows = []
    for kind in sorted({layer.type for layer in layers}):
        of_kind = [layer for layer in layers if layer.type == kind]
        row: dict[str, Any] = {"type": kind, "count": len(of_kind)}
        only = None
        if symbolic is not None:
            same = {key: value for key, value in symbolic.polynomials.items() if key[0] == kind}
            only = Counted(symbolic.symbols, symbolic.free, same, of_kind)
        row |= _totals(of_kind, only, open_inputs)
        row["parameters"] = held.get(kind, 0)
        rows.append(row)
    cost = {
        kind: sum(layer.operations for layer in layers if layer.type == kind)
        for kind in {layer.type for layer in layers}
    }
    return sorted(rows, key=lambda row: (-cost[row["type"]], -row["count"], row["type"]))


def _unknown(layers: Sequence[LayerCount]) -> list[dict[str, Any]]:
    """Types of which a layer was not, or not wholly, counted, with the reason and the first five names."""
    found: dict[tuple[str, str], list[str]] = {}
    for layer in layers:
        if layer.reason:
            found.setdefault((layer.type, layer.reason), []).append(layer.name)
    return [
        {"type": kind, "count": len(names), "names": names[:5], "reason": reason}
        for (kind, reason), names in sorted(found.items())
    ]


def _rows(layers: Sequence[LayerCount], stored: Sequence[Weight], open_inputs: bool) -> list[dict[str, Any]]:
    held: dict[str, list[Weight]] = {}
    for weight in stored:
        held.setdefault(weight.layer_name, []).append(weight)
    rows = []
    for layer in layers:
        own = held.get(layer.name, [])
        known = not open_inputs and not layer.loops
        shapes = (
            [list(port.shape) if port.shape is not None else None for port in layer.node.outputs] if layer.node else []
        )
        rows.append(
            {
                "name": layer.name,
                "type": layer.type,
                "gflop": (0.0 if layer.integer else layer.operations / GIGA) if known else None,
                "giop": (layer.operations / GIGA if layer.integer else 0.0) if known else None,
                "parameters": sum(weight.count for weight in own),
                "weight_bytes": sum(weight.size_bytes for weight in own),
                "outputs": [] if open_inputs else shapes,
                "note": layer.reason,
            }
        )
    return rows


def _opsets(graph: Graph) -> set[str]:
    found = {node.opset for node in graph.nodes if node.opset}
    for node in graph.nodes:
        for _, body in bodies(node):
            found |= _opsets(Graph(body))
    return found


def _opset_order(name: str) -> tuple[int, str]:
    digits = name.removeprefix("opset")
    return (int(digits), name) if digits.isdigit() else (10**6, name)


def _end(graph: Graph, node: Node) -> dict[str, Any]:
    """An input or output: its names, its shape with open dimensions as "?" or "1..8", type, and layout."""
    layout, source = layout_of(graph, node)
    handle = node.handle
    names = sorted(handle.output(0).get_names() if node.type == "Parameter" else handle.input_value(0).get_names())
    return {
        "name": _main_name(names, node),
        "names": names,
        "shape": _shown_shape(handle.get_output_partial_shape(0)),
        "type": node.outputs[0].kind,
        "layout": layout,
        "layout_source": source,
    }


def _input(graph: Graph, node: Node, number: int) -> dict[str, Any]:
    """The same with `channels`, where the graph takes only so many although the dimension is open."""
    told = _end(graph, node)
    channels = demanded_channels(graph.model, number, told["layout"])
    return told | ({"channels": channels} if channels else {})


def _main_name(names: Sequence[str], node: Node) -> str:
    if node.type == "Parameter" and (node.name in names or not names):
        return node.name
    # TensorFlow adds name:0 to name; the shorter one is the one people know.
    return min(names, key=lambda name: (len(name), name)) if names else node.source(0).name


def _shown_shape(shape: Any) -> list[int | str] | None:
    if shape.rank.is_dynamic:
        return None
    shown: list[int | str] = []
    for dim in shape:
        if dim.is_static:
            shown.append(dim.get_length())
            continue
        low, high = dim.get_min_length(), dim.get_max_length()
        bounded = 0 <= high < 2**31 - 1
        shown.append(f"{low}..{high}" if bounded else f"{low}.." if low > 0 else "?")
    return shown


def _batch(graph: Graph) -> int | None:
    """Size of the first axis that a layout calls N, over the inputs that have one; None where it is open."""
    for node in graph.parameters():
        layout = layout_of(graph, node)[0] or ""
        shape = node.handle.get_output_partial_shape(0)
        if "N" in layout and shape.rank.is_static and len(layout) == len(shape):
            dim = shape[layout.index("N")]
            return dim.get_length() if dim.is_static else None
    return None

"""What an executed layer computes, moves and converts, for the roofline.

FLOP: the formulas of the analysis, a multiply-add counted as 2 and operations on integers counted alike, summed over
the originals that went into the layer. Bytes: each tensor that the layer reads and each that it writes, once, at the
precision it has when the model runs; whether it comes from memory or from a cache is not known here.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from workbench.engine import originals
from workbench.engine.analyze.count import count_layers, count_node
from workbench.engine.analyze.formulas import CONTAINERS
from workbench.engine.analyze.graph import BITS, FLOATS, Graph, Node, bodies, iterations, tensor_bytes
from workbench.engine.execution_graph import Layer

# Layers that only change how data is kept.
_CONVERTERS = {"reorder", "convert", "fakequantize", "quantize"}
_CONVERTING_ORIGINALS = {"Convert", "ConvertLike", "FakeQuantize"}
# Layers that compute nothing, whatever OpenVINO inserted them for.
_MOVERS = {"reshape", "transpose", "permute", "concatenation", "split", "stridedslice", "shufflechannels", "broadcast"}
# Layers that read of their first input no more than they write.
_SELECTORS = {"gather", "gathernd", "gatherelements", "gathercompressed", "slice", "stridedslice", "embeddingbag"}


@dataclass(frozen=True)
class Work:
    """Of one layer and one inference; None is unknown. `conversion`: "precision" or "layout" where the layer does
    nothing else, with `converts` {"from", "to"}."""

    flop: int | None
    bytes: int | None
    weight_bytes: int | None
    conversion: str | None
    converts: dict[str, str] | None


NOTHING = Work(None, None, None, None, None)


def of_layers(found: Sequence[Layer], graph: Graph, times_us: Sequence[float]) -> list[Work]:
    """The work of each layer of an execution graph made from the model `graph` (with the shapes and the batch that
    run); `times_us` in the same order decide where several layers share an original. Layers that do not run have
    none."""
    flop = _flop(found, graph, times_us)
    constant = {layer.name: layer.constant for layer in found}
    works = []
    for layer, operations in zip(found, flop, strict=True):
        if layer.constant or layer.port:
            works.append(NOTHING)
            continue
        conversion, converts = _conversion(layer)
        if operations is None and (conversion or layer.type.lower() in _MOVERS):
            operations = 0
        weights = _weight_bytes(layer, constant)
        moved = _moved_bytes(layer, constant)
        total = None if weights is None or moved is None else weights + moved
        works.append(Work(operations, total, weights, conversion, converts))
    return works


def _flop(found: Sequence[Layer], graph: Graph, times_us: Sequence[float]) -> list[int | None]:
    sums: list[int | None] = [None] * len(found)
    unknown: set[int] = set()
    for index, at in originals.owners(found, graph, times_us).items():
        counted = operations(graph.nodes[index])
        if counted is None:
            unknown.add(at)
        else:
            sums[at] = (sums[at] or 0) + counted
    return [None if at in unknown else total for at, total in enumerate(sums)]


def operations(node: Node) -> int | None:
    """FLOP of one node with the graphs inside it; None where they are not, or not wholly, known."""
    if node.type not in CONTAINERS:
        try:
            counted, reason = count_node(node)
        except Exception:
            # A node whose attributes Python cannot hold.
            return None
        return None if reason else counted
    runs = 1 if node.type == "If" else iterations(node)
    inside = [_total(body) for _, body in bodies(node)]
    known = [total for total in inside if total is not None]
    if runs is None or len(known) < len(inside):
        return None
    # Of an If the costlier branch, as in the analysis; a loop has one body.
    return runs * max(known, default=0)


def _total(body: Any) -> int | None:
    total = 0
    for layer in count_layers(Graph(body)):
        if layer.reason or layer.loops:
            return None
        total += layer.operations
    return total


def _moved_bytes(layer: Layer, constant: Mapping[str, bool]) -> int | None:
    """Bytes of the activations in and out."""
    written = _sum(_size(item) for item in layer.outputs)
    if written is None:
        return None
    read = []
    for number, item in enumerate(_distinct(layer.inputs)):
        if constant.get(str(item["from"]), False):
            continue
        size = _size(item)
        read.append(_selected(layer, number, size, written))
    total = _sum(read)
    return None if total is None else total + written


def _weight_bytes(layer: Layer, constant: Mapping[str, bool]) -> int | None:
    sizes = []
    written = _sum(_size(item) for item in layer.outputs)
    for number, item in enumerate(_distinct(layer.inputs)):
        if constant.get(str(item["from"]), False):
            sizes.append(_selected(layer, number, _size(item, layer.runtime_precision), written))
    return _sum(sizes)


def _distinct(inputs: Iterable[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """A tensor that is read twice (x · x) comes from memory once."""
    return list({(item["from"], item.get("port", 0)): item for item in inputs}.values())


def _selected(layer: Layer, number: int, size: int | None, written: int | None) -> int | None:
    """What a layer that picks some of its first input reads of it."""
    if number == 0 and size is not None and written is not None and layer.type.lower() in _SELECTORS:
        return min(size, written)
    return size


def _size(item: Mapping[str, Any], computes_in: str | None = None) -> int | None:
    """Bytes of a tensor. Weights are kept in the precision that the layer computes in where that is a narrower float:
    the execution graph shows them as they were before."""
    shape, kind = item["shape"], str(item["precision"])
    if 0 in shape:
        # An optional input that is left out.
        return 0
    if any(not isinstance(size, int) for size in shape):
        return None
    matrix = sum(size > 1 for size in shape) > 1
    if matrix and computes_in in FLOATS and kind in FLOATS and BITS[computes_in] < BITS[kind]:
        kind = computes_in
    return tensor_bytes(tuple(shape), kind)


def _sum(sizes: Iterable[int | None]) -> int | None:
    total = 0
    for size in sizes:
        if size is None:
            return None
        total += size
    return total


def _conversion(layer: Layer) -> tuple[str | None, dict[str, str] | None]:
    """What a layer that only converts makes from what; that of its first input and first output.

    A layer counts as such by its type, or because all its originals convert: OpenVINO runs a quantisation of its own as
    a generated subgraph. One that changes precision and layout at once counts for the precision.
    """
    kinds = {item["type"] for item in layer.originals}
    if layer.type.lower() not in _CONVERTERS and not (kinds and kinds <= _CONVERTING_ORIGINALS):
        return None, None
    if not layer.inputs or not layer.outputs:
        return None, None
    source, result = layer.inputs[0], layer.outputs[0]
    for kind, key in (("precision", "precision"), ("layout", "layout")):
        before, after = source.get(key), result.get(key)
        if before and after and before != after:
            return kind, {"from": str(before), "to": str(after)}
    return None, None


def rates(work: Work, time_us: float | None) -> dict[str, float | None]:
    """Achieved GFLOP/s and GB/s; None for what has no time of its own, or no known work."""

    def rate(amount: int | None) -> float | None:
        # 1e9 a second is 1e3 a microsecond.
        return None if amount is None or not time_us else round(amount / time_us / 1e3, 3)

    return {"gflops": rate(work.flop), "gbps": rate(work.bytes)}

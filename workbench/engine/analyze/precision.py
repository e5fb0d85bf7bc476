"""How the weights of a model are stored, and whether it computes on integers."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from workbench.engine.analyze.graph import Graph
from workbench.engine.analyze.parameters import Weight, weights
from workbench.engine.analyze.quantization import is_quantised

if TYPE_CHECKING:
    import openvino as ov

_FAMILY = {
    "f64": "FP32", "f32": "FP32", "f16": "FP16", "bf16": "BF16", "i8": "INT8", "u8": "INT8", "i4": "INT4", "u4": "INT4",
    "nf4": "INT4", "f4e2m1": "INT4", "u1": "BIN", "u2": "INT2", "f8e4m3": "FP8", "f8e5m2": "FP8",
}  # fmt: skip
_NAME = {"f64": "FP64", "f32": "FP32", "f16": "FP16", "bf16": "BF16", "boolean": "BOOL"}


def name(kind: str) -> str:
    """The name shown for an OpenVINO type: FP16 for f16, I8 for i8."""
    return _NAME.get(kind, kind.upper())


def summary(model: ov.Model) -> str:
    """See `of_graph`."""
    graph = Graph(model)
    return of_graph(graph, list(weights(graph)))


def of_graph(graph: Graph, stored: Iterable[Weight]) -> str:
    """One word: INT8 where convolutions or matrix products compute on integers, else the type that at least nine
    tenths of the weights are stored in (FP32, FP16, BF16, INT8, INT4 …), else "mixed". A model without weights has
    that of its inputs."""
    if is_quantised(graph):
        return "INT8"
    families: dict[str, int] = {}
    for weight in stored:
        family = _FAMILY.get(weight.kind, weight.kind.upper())
        families[family] = families.get(family, 0) + weight.count
    if not families:
        kinds = {port.kind for node in graph.parameters() for port in node.outputs}
        return _FAMILY.get(next(iter(kinds)), "FP32") if len(kinds) == 1 else "FP32"
    largest = max(families, key=lambda family: families[family])
    return largest if families[largest] >= 0.9 * sum(families.values()) else "mixed"


def precisions(graph: Graph, stored: Iterable[Weight]) -> list[str]:
    """Names of all types that weights are stored in, most frequent first; of the layers' results where there are
    none."""
    counts: dict[str, int] = {}
    for weight in stored:
        counts[name(weight.kind)] = counts.get(name(weight.kind), 0) + weight.count
    if not counts:
        for node in graph.layers():
            for port in node.outputs:
                counts[name(port.kind)] = counts.get(name(port.kind), 0) + 1
    return sorted(counts, key=lambda kind: (-counts[kind], kind))

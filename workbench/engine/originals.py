"""Which executed layer does the work of which original: each original exactly once.

OpenVINO's record (`originalLayersNames`) is the ground. It has gaps: a fully connected layer names its bias and not
its matrix product, and in an INT8 model the activations that became part of a quantisation are not named. What is
missing is placed by its neighbours in the model's graph; an original that several layers name is counted at one of
them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from workbench.engine.analyze.formulas.contraction import FORMULAS as CONTRACTIONS
from workbench.engine.analyze.formulas.elementwise import FORMULAS as ELEMENTWISE
from workbench.engine.analyze.graph import Graph, Node
from workbench.engine.execution_graph import Layer, attributes
from workbench.engine.precision import COMPUTE

# A node that OpenVINO copied gets a number behind its name: `n16/fq_output_0_1` is a copy of `n16/fq_output_0`.
_COPY = re.compile(r"_\d+$")
# Kernels that take what comes after them along: bias, activation, quantisation.
_CARRIERS = {"convolution", "deconvolution", "fullyconnected", "matmul", "gemm", "groupconvolution"}


def complete(found: Sequence[Layer], graph: Graph) -> int:
    """Add to each layer's `originals` those that the record leaves out, marked `inferred`; returns how many.

    Such an original belongs to the layer that names a copy of it; else, if it works element by element behind a
    convolution or matrix product, to that layer, as kernels compute what follows them; else to the layer of its only
    reader; else to that of what it reads. O(nodes + edges).
    """
    place = _recorded(found)
    missing = [node for node in graph.layers() if node.name not in place]
    if not missing:
        return 0
    owner = {node.index: place[node.name][0] for node in graph.layers() if node.name in place}
    copies = _copies(found, {node.name for node in missing})
    for node in missing:
        if node.name in copies:
            owner[node.index] = copies[node.name]
    waiting = [node for node in missing if node.index not in owner]
    # Forward for what follows a kernel, backward for what leads into a layer; the second round takes what the first
    # made possible.
    for _ in range(2):
        for node in waiting:
            if node.index not in owner and (at := _behind_kernel(node, owner, found)) is not None:
                owner[node.index] = at
        for node in reversed(waiting):
            if node.index not in owner and (at := _of_readers(node, graph, owner)) is not None:
                owner[node.index] = at
        for node in waiting:
            if node.index not in owner and (at := _of_source(node, owner)) is not None:
                owner[node.index] = at
    placed = [node for node in missing if node.index in owner]
    for node in placed:
        found[owner[node.index]].originals.append({"name": node.name, "type": node.type, "inferred": True})
    handles = {node.name: node.handle for node in graph.layers()}
    for layer in {id(found[owner[node.index]]): found[owner[node.index]] for node in placed}.values():
        # The one that does the work may be among them.
        layer.attributes = attributes([handles[item["name"]] for item in layer.originals if item["name"] in handles])
    return len(placed)


def owners(found: Sequence[Layer], graph: Graph, times_us: Sequence[float]) -> dict[int, int]:
    """Index of a node of the model → index of the one layer that its work is counted at.

    Of several that name it (OpenVINO took it apart): where it is a sum of products, a layer that computes such; then
    the one that takes longest; then the first. Nodes that no layer names are left out.
    """
    place = _recorded(found)
    chosen: dict[int, int] = {}
    for node in graph.layers():
        layers = place.get(node.name, ())
        if len(layers) > 1 and node.type in CONTRACTIONS:
            layers = [at for at in layers if _kind(found[at]) in COMPUTE] or layers
        if layers:
            chosen[node.index] = max(layers, key=lambda at: (times_us[at], -at))
    return chosen


def _recorded(found: Sequence[Layer]) -> dict[str, list[int]]:
    """Name of an original → indices of the layers that name it: those that run, else those that ran while compiling."""
    running: dict[str, list[int]] = {}
    compiled: dict[str, list[int]] = {}
    for at, layer in enumerate(found):
        into = compiled if layer.constant or layer.port else running
        for item in layer.originals:
            into.setdefault(str(item["name"]), []).append(at)
    return compiled | running


def _copies(found: Sequence[Layer], missing: set[str]) -> Mapping[str, int]:
    """Missing original → the first layer that names a copy of it."""
    copies: dict[str, int] = {}
    for at, layer in enumerate(found):
        for item in layer.originals:
            name = _COPY.sub("", str(item["name"]))
            if item["type"] is None and name in missing and not layer.constant:
                copies.setdefault(name, at)
    return copies


def _behind_kernel(node: Node, owner: Mapping[int, int], found: Sequence[Layer]) -> int | None:
    """The layer of what `node` reads, where a kernel would take an element-wise node along."""
    if node.type not in ELEMENTWISE or not node.inputs:
        return None
    source = node.source(_data_input(node))
    at = owner.get(source.index)
    if at is None:
        return None
    readers = {reader for port in source.outputs for reader, _ in port.readers}
    return at if len(readers) == 1 and _kind(found[at]) in _CARRIERS else None


def _of_readers(node: Node, graph: Graph, owner: Mapping[int, int]) -> int | None:
    layers = {owner.get(reader) for port in node.outputs for reader, _ in port.readers if _works(graph.nodes[reader])}
    return next(iter(layers)) if len(layers) == 1 else None


def _of_source(node: Node, owner: Mapping[int, int]) -> int | None:
    return owner.get(node.source(_data_input(node)).index) if node.inputs else None


def _works(node: Node) -> bool:
    return not node.folded and node.type not in ("Parameter", "Result")


def _data_input(node: Node) -> int:
    """The first input that is not known before the inference."""
    return next((number for number in range(len(node.inputs)) if not node.source(number).folded), 0)


def _kind(layer: Layer) -> str:
    return layer.type.lower().replace("_", "")

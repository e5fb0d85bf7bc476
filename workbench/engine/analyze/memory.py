"""Memory that the results of the layers take, in bytes.

Weights are not part of it. Every result is a tensor of its own: no layer works in place.
"""

from __future__ import annotations

from workbench.engine.analyze.graph import Graph, Node, bodies, tensor_bytes


def _sizes(node: Node) -> list[int] | None:
    """Bytes of each output, or None where one is not known."""
    sizes = [tensor_bytes(port.shape, port.kind) for port in node.outputs]
    return None if any(size is None for size in sizes) else [size for size in sizes if size is not None]


def _worked(node: Node) -> bool:
    return not node.folded and node.type != "Result"


def maximum_memory(graph: Graph) -> int | None:
    """The inputs and the results of all layers together, as if nothing was ever freed; the body of a loop counts
    once, and of an If the larger branch. None where a shape has no finite bound."""
    total = 0
    for node in graph.nodes:
        if not _worked(node):
            continue
        sizes = _sizes(node)
        inside = [maximum_memory(Graph(body)) for _, body in bodies(node)]
        if sizes is None or None in inside:
            return None
        total += sum(sizes) + max((size for size in inside if size is not None), default=0)
    return total


def minimum_memory(graph: Graph) -> int | None:
    """The peak of the tensors alive while the layers run one after the other in topological order.

    The inputs are there from the start. A tensor lives until its last reader has run; one that nobody reads, only
    while its layer runs; the model's results to the end. A loop needs the peak of its body besides. O(layers + edges).
    None where a shape has no finite bound.
    """
    sizes: dict[int, list[int]] = {}
    for node in graph.nodes:
        if _worked(node):
            known = _sizes(node)
            if known is None:
                return None
            sizes[node.index] = known
    waiting = {
        (node.index, port): len({reader for reader, _ in output.readers if not graph.nodes[reader].folded})
        for node in graph.nodes
        if node.index in sizes
        for port, output in enumerate(node.outputs)
    }
    live = sum(sum(sizes[node.index]) for node in graph.of_type("Parameter"))
    peak = live
    for node in graph.nodes:
        if node.index not in sizes:
            continue
        if node.type != "Parameter":
            live += sum(sizes[node.index])
            inside = [minimum_memory(Graph(body)) for _, body in bodies(node)]
            if None in inside:
                return None
            peak = max(peak, live + max((size for size in inside if size is not None), default=0))
        for source in {pair for pair in node.inputs if pair in waiting}:
            waiting[source] -= 1
            if waiting[source] == 0:
                live -= sizes[source[0]][source[1]]
        for port in range(len(node.outputs)):
            if waiting[node.index, port] == 0 and node.type != "Parameter":
                live -= sizes[node.index][port]
    return peak

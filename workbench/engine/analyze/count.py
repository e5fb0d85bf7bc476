"""Operations of every layer of a model at the shapes it has."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from workbench.engine.analyze.formulas import CONTAINERS, FORMULAS, MOVEMENT, UNCOUNTED
from workbench.engine.analyze.formulas.layer import Layer, OpenShape, Partial
from workbench.engine.analyze.graph import Graph, Node, bodies, iterations
from workbench.engine.analyze.quantization import integer_layers

OPEN_SHAPE = "its shape is known only at run time"


@dataclass(slots=True)
class LayerCount:
    """One layer: its operations in one inference (times the iterations of the loops around it that are known),
    whether they are on integers, the loops around it whose iterations are not known, and why the count is missing or
    not whole."""

    name: str
    type: str
    operations: int
    integer: bool
    loops: tuple[str, ...] = ()
    reason: str | None = None
    node: Node | None = None


def count_layers(graph: Graph, prefix: str = "", times: int = 1, loops: tuple[str, ...] = ()) -> Iterator[LayerCount]:
    """Every layer of the graph and of the graphs inside it, which are named `outer/inner`. Of an If, the costlier
    branch."""
    integer = integer_layers(graph)
    for node in graph.layers():
        name = prefix + node.name
        operations, reason = count_node(node)
        yield LayerCount(name, node.type, operations * times, node.index in integer, loops, reason, node)
        if node.type == "If":
            branches = [list(count_layers(Graph(body), f"{name}/", times, loops)) for _, body in bodies(node)]
            yield from max(branches, key=lambda branch: sum(layer.operations for layer in branch))
        elif node.type in CONTAINERS:
            runs = iterations(node)
            inner = loops if runs is not None else (*loops, name)
            for _, body in bodies(node):
                yield from count_layers(Graph(body), f"{name}/", times * (1 if runs is None else runs), inner)


def count_node(node: Node) -> tuple[int, str | None]:
    """Operations of one node without the graphs inside it, and the reason where they are not, or not wholly, known."""
    if node.type in MOVEMENT or node.type in CONTAINERS:
        return 0, None
    if node.type in UNCOUNTED:
        return 0, UNCOUNTED[node.type]
    formula = FORMULAS.get(node.type)
    if formula is None:
        return 0, "it is not an operation of the standard sets"
    try:
        counted = formula(Layer(node))
    except OpenShape:
        return 0, OPEN_SHAPE
    except (IndexError, KeyError, ValueError, TypeError, ZeroDivisionError):
        return 0, "its attributes or shapes are unusual"
    return (counted.operations, counted.reason) if isinstance(counted, Partial) else (counted, None)

"""Names for the dimensions that a model leaves open, and the operations as polynomials in them.

OpenVINO's own shape inference is the authority: the model is given several shapes, its layers are counted at each,
and the polynomial through the counts is checked at further shapes. Height and width are tried at multiples of 64, so
that a network that halves them repeatedly does so without rounding; at other sizes the polynomial is as close as that
rounding.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from workbench.engine.analyze.count import LayerCount, count_layers
from workbench.engine.analyze.graph import Graph, Node
from workbench.engine.analyze.layout import layout_of
from workbench.engine.analyze.polynomial import Polynomial, interpolate, lattice

if TYPE_CHECKING:
    import openvino as ov

_MAX_DEGREE = 5
_MAX_POINTS = 60  # shapes that a model is given at most: degree 5 in three dimensions, 3 in four
_MAX_SYMBOLS = 4
_BATCH, _SPATIAL, _OTHER = (1, 1), (128, 64), (16, 8)  # first value, step

_SHAPE_KEEPING = {"Convert", "Add", "Subtract", "Multiply", "Divide", "FakeQuantize", "Pad", "Relu", "MaxPool"}


@dataclass(slots=True)
class Symbol:
    """One open dimension: its name, the inputs and axes that share it, and the values that it is tried with."""

    name: str
    places: list[tuple[str, int]] = field(default_factory=list)
    first: int = 16
    step: int = 8
    minimum: int = 1
    maximum: int | None = None
    fixed: int | None = None  # the only size that the weights allow

    def described(self) -> dict[str, Any]:
        """As in the result of the analysis."""
        told: dict[str, Any] = {"inputs": [{"name": name, "axis": axis} for name, axis in self.places]}
        if self.fixed is not None:
            return told | {"value": self.fixed, "reason": "the weights fix it"}
        return told | {"minimum": self.minimum, "maximum": self.maximum}


@dataclass(slots=True)
class Open:
    """The open dimension at one axis of one input."""

    parameter: Node
    axis: int
    letter: str  # of the layout, or empty
    minimum: int
    maximum: int | None
    rank: int

    @property
    def role(self) -> str:
        if self.letter == "N" or (not self.letter and self.axis == 0) or (self.letter == "C" and self.axis == 0):
            return "N"
        return self.letter if self.letter in ("C", "H", "W", "D") and self.rank >= 3 else f"d{self.axis}"


def open_dimensions(graph: Graph) -> list[Open] | None:
    """Every dimension of an input that is not fixed; None where even the rank of an input is open."""
    found = []
    for parameter in graph.parameters():
        shape = parameter.handle.get_output_partial_shape(0)
        if shape.rank.is_dynamic:
            return None
        layout = layout_of(graph, parameter)[0] or ""
        letters = layout if len(layout) == len(shape) else " " * len(shape)
        for axis, dim in enumerate(shape):
            if dim.is_dynamic:
                top = dim.get_max_length()
                maximum = None if top < 0 or top >= 2**31 - 1 else top
                letter = letters[axis].strip("? ")
                found.append(Open(parameter, axis, letter, max(1, dim.get_min_length()), maximum, len(shape)))
    return found


def required_size(graph: Graph, parameter: Node, axis: int) -> int | None:
    """The size that the first weights an input meets demand of an axis, or None where they demand none."""
    stack = [(parameter.index, axis)]
    seen: set[tuple[int, int]] = set()
    while stack and len(seen) < 256:
        index, at = stack.pop()
        if (index, at) in seen:
            continue
        seen.add((index, at))
        for reader_index, number in graph.nodes[index].outputs[0].readers:
            reader = graph.nodes[reader_index]
            size = _demanded(reader, at) if number == 0 else None
            if size is not None:
                return size
            if reader.type == "Transpose":
                order = reader.constant(1)
                if order and at in order:
                    stack.append((reader_index, order.index(at)))
            elif reader.type in _SHAPE_KEEPING:
                stack.append((reader_index, at))
    return None


def _demanded(reader: Node, axis: int) -> int | None:
    """What the constant weights of a layer demand of an axis of its first input."""
    if len(reader.inputs) < 2 or not reader.source(1).folded:
        return None
    weight = reader.input_port(1).shape
    if weight is None:
        return None
    if reader.type == "Convolution" and axis == 1:
        return weight[1]
    if reader.type == "GroupConvolution" and axis == 1:
        return weight[0] * weight[2]
    last = axis == _rank(reader) - 1 and not reader.attributes.get("transpose_a")
    if reader.type == "MatMul" and len(weight) >= 2 and last:
        return weight[-1] if reader.attributes.get("transpose_b") else weight[-2]
    return None


def _rank(node: Node) -> int:
    rank = node.handle.get_input_partial_shape(0).rank
    return rank.get_length() if rank.is_static else -1


def _groupings(dimensions: Sequence[Open]) -> Iterator[list[list[Open]]]:
    """Ways in which the inputs may share dimensions, from the most general: every axis by itself, one batch for all,
    one size for the same role in inputs of one rank, and one size for all but the batch."""

    def grouped(key: Any) -> list[list[Open]]:
        groups: dict[Any, list[Open]] = {}
        for dimension in dimensions:
            groups.setdefault(key(dimension), []).append(dimension)
        return list(groups.values())

    tried: list[list[list[int]]] = []
    for key in (
        lambda item: (item.parameter.index, item.axis),
        lambda item: "N" if item.role == "N" else (item.parameter.index, item.axis),
        lambda item: "N" if item.role == "N" else (item.rank, item.role),
        lambda item: "N" if item.role == "N" else "rest",
    ):
        groups = grouped(key)
        shape = [[id(item) for item in group] for group in groups]
        if shape not in tried:
            tried.append(shape)
            yield groups


def _symbols(graph: Graph, groups: Sequence[Sequence[Open]]) -> list[Symbol]:
    symbols: list[Symbol] = []
    used: set[str] = set()
    for group in groups:
        role = group[0].role
        name, number = role, 2
        while name in used:
            name, number = f"{role}{number}", number + 1
        used.add(name)
        first, step = _BATCH if role == "N" else _SPATIAL if role in ("H", "W", "D") else _OTHER
        minimum = max(item.minimum for item in group)
        tops = [item.maximum for item in group if item.maximum is not None]
        maximum = min(tops) if tops else None
        if minimum > first:
            first = -(-minimum // step) * step
        fixed = next((size for item in group if (size := required_size(graph, item.parameter, item.axis))), None)
        if fixed is None and role == "C":
            fixed = 3 if maximum is None or maximum >= 3 else maximum
        places = [(item.parameter.name, item.axis) for item in group]
        symbols.append(Symbol(name, places, first, step, minimum, maximum, fixed))
    return symbols


@dataclass(slots=True)
class Counted:
    """The polynomial of each group of layers (type, whether on integers, loops around it) over the free symbols;
    layers as counted at the first shape."""

    symbols: list[Symbol]
    free: list[Symbol]
    polynomials: dict[tuple[str, bool, tuple[str, ...]], Polynomial]
    layers: list[LayerCount]


def count_symbolically(model: ov.Model, graph: Graph) -> Counted | None:
    """Operations of a model with open dimensions, or None where no shapes were found that it accepts, it has more
    than four independent open dimensions, or its operations are no polynomial of degree five or less."""
    dimensions = open_dimensions(graph)
    if not dimensions:
        return None
    for groups in _groupings(dimensions):
        symbols = _symbols(graph, groups)
        free = [symbol for symbol in symbols if symbol.fixed is None]
        if len(free) > _MAX_SYMBOLS:
            continue
        shaped = _Shaped(model, symbols, free)
        try:
            shaped.layers([symbol.first for symbol in free])
            shaped.layers([symbol.first + (place + 1) * symbol.step for place, symbol in enumerate(free)])
        except _Refused:
            continue
        return _fit(shaped, symbols, free)
    return None


class _Refused(Exception):
    """The model does not take the shape."""


class _Shaped:
    """A copy of the model that is given one shape after another."""

    def __init__(self, model: ov.Model, symbols: Sequence[Symbol], free: Sequence[Symbol]) -> None:
        self.original, self.symbols, self.free = model, symbols, free
        self.keys: list[tuple[str, bool, tuple[str, ...]]] = []
        self.known: dict[tuple[int, ...], list[int]] = {}

    def layers(self, point: Sequence[int]) -> list[LayerCount]:
        import openvino as ov

        sizes = {symbol.name: size for symbol, size in zip(self.free, point, strict=True)}
        shapes: dict[int, Any] = {}
        model = self.original.clone()
        names = [parameter.get_friendly_name() for parameter in model.get_parameters()]
        for symbol in self.symbols:
            for parameter, axis in symbol.places:
                index = names.index(parameter)
                shape = shapes.setdefault(index, list(model.get_parameters()[index].get_partial_shape()))
                shape[axis] = ov.Dimension(sizes.get(symbol.name, symbol.fixed or 1))
        try:
            model.reshape({index: ov.PartialShape(shape) for index, shape in shapes.items()})
        except RuntimeError as error:
            raise _Refused from error
        return list(count_layers(Graph(model)))

    def sums(self, point: Sequence[int]) -> list[int]:
        place = tuple(point)
        if place in self.known:
            return self.known[place]
        totals: dict[tuple[str, bool, tuple[str, ...]], int] = {}
        for layer in self.layers(point):
            key = (layer.type, layer.integer, layer.loops)
            totals[key] = totals.get(key, 0) + layer.operations
        if not self.keys:
            self.keys = list(totals)
        self.known[place] = [totals.get(key, 0) for key in self.keys]
        return self.known[place]


def _fit(shaped: _Shaped, symbols: list[Symbol], free: list[Symbol]) -> Counted | None:
    first = [symbol.first for symbol in free]
    layers = shaped.layers(first)
    for degree in range(2, _MAX_DEGREE + 1):
        if len(lattice(len(free), degree)) > _MAX_POINTS:
            break
        try:
            found = interpolate(shaped.sums, first, [symbol.step for symbol in free], degree)
        except _Refused:
            return None
        if found is not None:
            return Counted(symbols, free, dict(zip(shaped.keys, found, strict=True)), layers)
    return None

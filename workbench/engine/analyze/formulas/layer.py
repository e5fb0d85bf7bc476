"""What a formula may look at."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from workbench.engine.analyze.graph import Node, elements


class OpenShape(Exception):
    """A shape that the formula needs has no finite bound."""


@dataclass(slots=True)
class Layer:
    """Static view of a node. Sizes of tensors as tuples of ints; reading an open one raises OpenShape."""

    node: Node

    def shape(self, number: int) -> tuple[int, ...]:
        """Shape of input `number`."""
        shape = self.node.input_port(number).shape
        if shape is None:
            raise OpenShape
        return shape

    def output(self, number: int = 0) -> tuple[int, ...]:
        shape = self.node.outputs[number].shape
        if shape is None:
            raise OpenShape
        return shape

    def size(self, number: int) -> int:
        """Elements of input `number`."""
        return elements(self.shape(number))

    def out(self, number: int = 0) -> int:
        """Elements of output `number`."""
        return elements(self.output(number))

    @property
    def count(self) -> int:
        """Number of inputs."""
        return len(self.node.inputs)

    def attribute(self, name: str, default: Any = None) -> Any:
        return self.node.attributes.get(name, default)

    def constant(self, number: int) -> list[Any] | None:
        """Values of a constant input, flat, or None."""
        return self.node.constant(number)

    def axes(self, number: int, rank: int) -> list[int] | None:
        """Constant axes of input `number`, made non-negative, or None where they are computed."""
        values = self.constant(number)
        return None if values is None else sorted({int(axis) % rank for axis in values})


@dataclass(frozen=True, slots=True)
class Partial:
    """A count that leaves out work which depends on the data, with the reason: such a layer is also listed as not
    known."""

    operations: int
    reason: str


Formula: TypeAlias = "Callable[[Layer], int | Partial]"


def product(values: Sequence[int]) -> int:
    """Product of ints, 1 of none."""
    return elements(values)


def log2_ceil(value: int) -> int:
    """Smallest k with 2**k >= value, at least 0."""
    return max(0, (value - 1).bit_length())

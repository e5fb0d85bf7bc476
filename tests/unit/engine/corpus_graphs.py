"""Shorthand for building the graphs that the tests of `analyze` look at."""

from typing import Any

import numpy as np
import openvino as ov
from openvino import opset13 as ops

from workbench.engine.analyze.count import count_node
from workbench.engine.analyze.graph import Graph

F = np.float32


def p(*shape: Any, kind: Any = F, name: str | None = None) -> Any:
    return ops.parameter(ov.PartialShape(list(shape)), kind, name=name)


def const(values: Any, kind: Any = F) -> Any:
    return ops.constant(np.asarray(values, kind))


def graph(outputs: list[Any], inputs: list[Any]) -> Graph:
    return Graph(ov.Model([ops.result(output) for output in outputs], inputs, "g"))


def typed(values: Any, kind: str, shape: list[int]) -> Any:
    return ov.op.Constant(getattr(ov.Type, kind), ov.Shape(shape), values)


def dequantised(weight: Any, zero_point: Any | None = None, scale: Any = 0.5) -> Any:
    """Integers as floats: (w - zero point) * scale."""
    value = ops.convert(weight, "f32")
    if zero_point is not None:
        value = ops.subtract(value, ops.convert(zero_point, "f32"))
    return ops.multiply(value, const(scale))


def fake_quantize(value: Any, low: Any, high: Any, levels: int = 256) -> Any:
    ends = [const(low), const(high)]
    return ops.fake_quantize(value, *ends, *ends, levels)


LOOP_INPUT = p(1, 4, name="x")


def looped(trips: int | Any) -> Any:
    """A loop of x = x @ W with W [4, 4]."""
    state = p(1, 4)
    step = ops.matmul(state, const(np.ones((4, 4))), False, False, name="step")
    body = ov.Model([ops.result(step), ops.result(const(True, np.bool_))], [state], "body")
    count = const(trips, np.int64) if isinstance(trips, int) else trips
    loop = ops.loop(count, const(True, np.bool_))
    loop.set_friendly_name("loop")
    loop.set_function(body)
    loop.set_special_body_ports([-1, 1])
    loop.set_merged_input(state, LOOP_INPUT.output(0), step.output(0))
    return loop.get_iter_value(step.output(0), -1)


def c(*values: Any, kind: Any = np.int64) -> Any:
    return ops.constant(np.array(values, kind))


def scalar(value: Any, kind: Any = np.int64) -> Any:
    return ops.constant(np.array(value, kind))


def counted(node: Any) -> tuple[int, str | None]:
    """Operations of the last node of a graph."""
    model = ov.Model([node.output(0)], [item for item in _inputs(node) if item.get_type_name() == "Parameter"], "one")
    graph = Graph(model)
    return count_node(next(item for item in graph.nodes if item.name == node.get_friendly_name()))


def _inputs(node: Any) -> list[Any]:
    found, stack = {}, [node]
    while stack:
        current = stack.pop()
        found[current.get_friendly_name()] = current
        stack += [port.get_node() for port in current.input_values()]
    return list(found.values())

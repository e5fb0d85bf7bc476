"""The executed graph of a compiled model: its layers, what they were made from, and how they hang together."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from workbench.engine.precision import executed

if TYPE_CHECKING:
    import openvino as ov

# What an execution graph holds besides work: the data that enters and leaves, and what was computed while compiling.
_PORTS = {"input", "output", "parameter", "result"}
_CONSTANTS = {"const", "constant"}
_MAX_VALUES = 16


@dataclass
class Layer:
    """A node of the execution graph. `inputs` and `outputs`: {shape, precision, layout} (inputs with `from`, the name
    of the layer before, and `port`, the number of its output); `originals`: {name, type}, with `inferred` where the
    record does not name it; `constant` where it ran while compiling, if it ran at all."""

    order: int
    name: str
    type: str
    primitive: str | None
    runtime_precision: str | None
    originals: list[dict[str, Any]]
    inputs: list[dict[str, Any]]
    outputs: list[dict[str, Any]]
    constant: bool
    port: bool
    attributes: dict[str, Any] = field(default_factory=dict)


def layers(runtime: ov.Model, model: ov.Model) -> list[Layer]:
    """All nodes of `runtime` (from `get_runtime_model`) by execution order, which is a number ("10" comes after "9").

    `originals` are the layers of `model` that a node was fused from, as the plugin recorded them; a name that `model`
    does not hold (OpenVINO made it while compiling) has the type None.
    """
    known = {node.get_friendly_name(): node for node in model.get_ops()}
    parts = most_parts(known)
    found: list[Layer] = []
    constant: dict[str, bool] = {}
    for position, node in enumerate(runtime.get_ordered_ops()):
        info = {name: value.astype(str) for name, value in node.get_rt_info().items()}
        kind = info.get("layerType") or node.get_type_name()
        inputs = [_input(port) for port in node.inputs()]
        name = node.get_friendly_name()
        sources = [constant.get(str(item["from"]), False) for item in inputs]
        # What has only constants before it is computed once, while compiling.
        constant[name] = kind.lower() in _CONSTANTS or (bool(sources) and all(sources))
        originals = original_names(info.get("originalLayersNames", ""), known, parts)
        found.append(
            Layer(
                order=_order(info.get("execOrder"), position),
                name=name,
                type=kind,
                primitive=_or_none(info.get("primitiveType")),
                runtime_precision=executed(info),
                originals=[{"name": item, "type": _type(known.get(item))} for item in originals],
                inputs=inputs,
                outputs=_outputs(node, info),
                constant=constant[name],
                port=kind.lower() in _PORTS,
                attributes=attributes([known[item] for item in originals if item in known]),
            )
        )
    return sorted(found, key=lambda layer: layer.order)


def most_parts(names: Iterable[str]) -> int:
    """Into how many parts its commas split the name that has most of them."""
    return max((name.count(",") for name in names), default=0) + 1


def original_names(text: str, known: Mapping[str, object], most: int | None = None) -> list[str]:
    """Split the plugin's comma-separated record. A name may hold commas itself: the longest run of parts that is the
    name of a layer counts as one name. `most` is `most_parts(known)`, which the caller works out once."""
    parts = text.split(",") if text else []
    reach = most if most is not None else most_parts(known)
    names: list[str] = []
    place = 0
    while place < len(parts):
        last = min(len(parts), place + reach)
        longest = next((end for end in range(last, place + 1, -1) if ",".join(parts[place:end]) in known), place + 1)
        names.append(",".join(parts[place:longest]))
        place = longest
    return list(dict.fromkeys(name for name in names if name))


def operation_count(model: ov.Model) -> int:
    """Layers of a model that compute in an inference: all but its inputs, outputs, constants, and what has only
    constants before it (such as the conversion of compressed weights)."""
    count = 0
    constant: set[str] = set()
    for node in model.get_ordered_ops():
        sources = [port.get_source_output().get_node().get_friendly_name() for port in node.inputs()]
        if node.get_type_name() == "Constant" or (sources and constant.issuperset(sources)):
            constant.add(node.get_friendly_name())
        elif node.get_type_name() not in ("Parameter", "Result"):
            count += 1
    return count


def _order(text: str | None, position: int) -> int:
    return int(text) if text and re.fullmatch(r"-?\d+", text) else position


def _or_none(text: str | None) -> str | None:
    return None if not text or text.startswith(("undef", "unknown")) else text


def _type(node: Any) -> str | None:
    return str(node.get_type_name()) if node is not None else None


def _shape(port: Any) -> list[int | str]:
    shape = port.get_partial_shape()
    if shape.rank.is_dynamic:
        return ["?"]
    return [dim.get_length() if dim.is_static else "?" for dim in shape]


def _input(port: Any) -> dict[str, Any]:
    source = port.get_source_output()
    node = source.get_node()
    info = node.get_rt_info()
    number = source.get_index()
    return {"from": str(node.get_friendly_name()), "port": number, **_tensor(source, info, number)}


def _outputs(node: Any, info: Mapping[str, str]) -> list[dict[str, Any]]:
    return [_tensor(node.output(number), info, number) for number in range(node.get_output_size())]


def _tensor(port: Any, info: Any, number: int) -> dict[str, Any]:
    """Shape, precision and layout of one output; the plugin records one precision and layout for each, by comma."""
    precision = _item(info, "outputPrecisions", number) or str(port.get_element_type().get_type_name())
    return {"shape": _shape(port), "precision": precision, "layout": _item(info, "outputLayouts", number)}


def _item(info: Any, name: str, number: int) -> str | None:
    if name not in info:
        return None
    value = info[name]
    items = (value if isinstance(value, str) else value.astype(str)).split(",")
    return _or_none(items[number].strip()) if number < len(items) else None


def attributes(originals: list[Any]) -> dict[str, Any]:
    """Of the original that does the work, which is the one with most attributes: strides, pads, kernel …"""
    chosen: dict[str, Any] = {}
    for node in originals:
        if node.get_type_name() == "Constant":
            continue
        try:
            found = {str(name): _plain(value) for name, value in node.get_attributes().items()}
        except Exception:  # noqa: S112 - a node whose attributes Python cannot hold
            continue
        kernel = _kernel(node)
        if kernel is not None:
            found["weights_shape"] = kernel
        if len(found) > len(chosen):
            chosen = found
    return chosen


def _kernel(node: Any) -> list[int] | None:
    """The shape of the weights, through the conversions before them."""
    if node.get_input_size() < 2 or not node.get_type_name().endswith(
        ("Convolution", "ConvolutionBackpropData", "MatMul")
    ):
        return None
    shape = node.input(1).get_partial_shape()
    return [dim.get_length() for dim in shape] if shape.is_static else None


def _plain(value: Any) -> Any:
    if isinstance(value, str | int | float | bool) or value is None:
        return value if not isinstance(value, float) or abs(value) < float("inf") else str(value)
    if isinstance(value, list | tuple | set):
        return [_plain(item) for item in list(value)[:_MAX_VALUES]]
    return str(value)

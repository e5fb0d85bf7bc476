"""Checks on an ONNX file before OpenVINO reads it: sizes, nesting, and where its external data lies.

Field numbers are those of onnx.proto (https://github.com/onnx/onnx/blob/main/onnx/onnx.proto). Tensors are found
wherever they can stand: initialisers, sparse ones, attributes, nested graphs, functions and training graphs.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from workbench.engine.formats.limits import MAX_LAYERS, MAX_NESTING, check_shape, corrupt, too_large
from workbench.engine.formats.protobuf import LENGTH, VARINT, Budget, WireError, fields, integers, signed, text
from workbench.engine.formats.sources import SourceFile
from workbench.engine.protocol import EngineError

_MODEL, _GRAPH, _NODE, _ATTRIBUTE, _TENSOR, _SPARSE, _FUNCTION, _TRAINING = range(8)

# message -> field number -> kind of the message in it
_CHILDREN: dict[int, dict[int, int]] = {
    _MODEL: {7: _GRAPH, 20: _TRAINING, 25: _FUNCTION},
    _TRAINING: {1: _GRAPH, 2: _GRAPH},
    _GRAPH: {1: _NODE, 5: _TENSOR, 15: _SPARSE},
    _FUNCTION: {7: _NODE, 11: _ATTRIBUTE},
    _NODE: {5: _ATTRIBUTE},
    _ATTRIBUTE: {5: _TENSOR, 6: _GRAPH, 10: _TENSOR, 11: _GRAPH, 22: _SPARSE, 23: _SPARSE},
    _SPARSE: {1: _TENSOR, 2: _TENSOR},
}

# TensorProto.DataType -> bits of one element; strings (8) have none
_BITS = {
    1: 32, 2: 8, 3: 8, 4: 16, 5: 16, 6: 32, 7: 64, 9: 8, 10: 16, 11: 64, 12: 32, 13: 64, 14: 64, 15: 128, 16: 16,
    17: 8, 18: 8, 19: 8, 20: 8, 21: 4, 22: 4, 23: 4, 24: 8, 25: 2, 26: 2,
}  # fmt: skip
_STRING = 8
_TYPED = {4: 4, 10: 8}  # packed float_data and double_data: bytes of one value


@dataclass(slots=True)
class Checked:
    """What the walk saw: names of the external files in use, and the operations of the graph."""

    external: set[str] = field(default_factory=set)
    operations: set[str] = field(default_factory=set)
    nodes: int = 0


def check(model: SourceFile, siblings: Mapping[str, SourceFile]) -> Checked:
    """Walk the whole file. `siblings` are the uploaded files by name, the only ones external data may lie in.

    Raises `model_corrupt`, `model_too_large`, `onnx_external_data_outside`, `onnx_external_data_missing`.
    """
    checked = Checked()
    budget = Budget()
    with model.mapped() as data:
        stack: list[tuple[int, memoryview, int]] = [(_MODEL, data, 0)]
        try:
            while stack:
                kind, message, depth = stack.pop()
                if kind == _TENSOR:
                    _check_tensor(message, model.name, siblings, checked, budget)
                    continue
                if depth > 4 * MAX_NESTING:  # a graph within a graph is three messages further down
                    raise too_large(model.name, f"its graphs are nested more than {MAX_NESTING} deep")
                if kind == _NODE:
                    _count_node(message, model.name, checked, budget)
                children = _CHILDREN[kind]
                for number, wire, value in fields(message, budget):
                    child = children.get(number)
                    if child is not None:
                        if wire != LENGTH:
                            raise WireError("a part of its graph has the wrong form")
                        assert isinstance(value, memoryview)
                        stack.append((child, value, depth + 1))
        except WireError as error:
            raise corrupt(model.name, str(error)) from None
        finally:
            stack.clear()
    if not checked.nodes:
        raise corrupt(model.name, "its graph is empty")
    return checked


def _count_node(message: memoryview, name: str, checked: Checked, budget: Budget) -> None:
    operation = domain = ""
    for number, wire, value in fields(message, budget):
        if number == 4 and wire == LENGTH:
            operation = text(value)
        elif number == 7 and wire == LENGTH:
            domain = text(value)
    if not operation:
        raise WireError("one of its nodes has no operation")
    checked.operations.add(f"{domain}.{operation}" if domain else operation)
    checked.nodes += 1
    if checked.nodes > MAX_LAYERS:
        raise too_large(name, f"it has more than {MAX_LAYERS} nodes")


def _check_tensor(
    message: memoryview, file: str, siblings: Mapping[str, SourceFile], checked: Checked, budget: Budget
) -> None:
    dims: list[int] = []
    kind, name, external, inline, typed = 0, "", False, -1, 0
    entries: list[memoryview] = []
    for number, wire, value in fields(message, budget):
        if number == 1:
            dims += integers(wire, value)
        elif number == 2 and wire == VARINT:
            assert isinstance(value, int)
            kind = signed(value)
        elif number in (4, 5, 7, 10, 11):
            # Packed numbers take their size (floats) or at least a byte each; unpacked ones are a field each.
            typed += 1 if isinstance(value, int) else len(value) // _TYPED.get(number, 1)
        elif number == 6:
            typed += 1
        elif number == 8 and wire == LENGTH:
            name = text(value)[:100]
        elif number == 9:
            if not isinstance(value, memoryview):
                raise WireError("a tensor has no bytes where they should be")
            inline = len(value)
        elif number == 13:
            if not isinstance(value, memoryview):
                raise WireError("external data is described by a number")
            entries.append(value)
            external = True
        elif number == 14:
            external = external or value == 1
    what = f"the tensor '{name}'" if name else "a tensor"
    if any(dim < 0 for dim in dims):
        raise corrupt(file, f"{what} has a negative dimension")
    count = check_shape(file, dims, what)
    if kind != _STRING and kind not in _BITS:
        raise corrupt(file, f"{what} is of the unknown type {kind}")
    needed = 0 if kind == _STRING else (count * _BITS[kind] + 7) // 8
    if external:
        _check_external(entries, needed, file, what, siblings, checked, budget)
    elif inline >= 0 and kind != _STRING:
        if inline != needed:
            raise corrupt(file, f"{what} needs {needed} bytes and has {inline}")
    elif kind in (21, 22, 23):
        if typed < (count + 1) // 2:
            raise corrupt(file, f"{what} has too few values")
    elif typed < count * (2 if kind in (14, 15) else 1):
        raise corrupt(file, f"{what} needs {count} values and has fewer")


def _check_external(
    entries: list[memoryview],
    needed: int,
    file: str,
    what: str,
    siblings: Mapping[str, SourceFile],
    checked: Checked,
    budget: Budget,
) -> None:
    described: dict[str, str] = {}
    for entry in entries:
        key = value = ""
        for number, _, part in fields(entry, budget):
            if number == 1:
                key = text(part)
            elif number == 2:
                value = text(part)
        if key in described:
            raise corrupt(file, f"{what} describes the {key!r} of its external data twice")
        described[key] = value
    location = described.get("location", "")
    outside = not location or re.search(r"[/\\\x00-\x1f]", location) or location in (".", "..") or ":" in location
    if outside or described.get("basepath"):
        raise EngineError(
            "onnx_external_data_outside",
            f"{file} wants weights from '{location[:200]}', outside the files of the import.",
            "Save the model again with its external data in a file beside it, and upload both.",
            {"file": file, "location": location[:200]},
        )
    data = siblings.get(location)
    if data is None:
        raise EngineError(
            "onnx_external_data_missing",
            f"{file} keeps weights in '{location[:200]}', which was not uploaded.",
            f"Upload {location[:200]} together with {file}.",
            {"file": file, "location": location[:200]},
        )
    offset = _number(described, "offset", file, what) or 0
    length = _number(described, "length", file, what)
    if length is None:
        length = needed if needed else data.size - offset
    if needed and length != needed:
        raise corrupt(file, f"{what} needs {needed} bytes of external data and names {length}")
    if offset + length > data.size:
        raise EngineError(
            "onnx_external_data_missing",
            f"'{location}' is too short: {file} reads up to byte {offset + length} and it has {data.size}.",
            f"Upload the {location} that was saved together with {file}.",
            {"file": file, "location": location},
        )
    checked.external.add(location)


def _number(described: Mapping[str, str], key: str, file: str, what: str) -> int | None:
    value = described.get(key, "")
    if not value:
        return None
    if not re.fullmatch(r"[0-9]{1,19}", value):
        raise corrupt(file, f"the {key} of the external data of {what} is not a number")
    return int(value)

"""Checks on PaddlePaddle files before OpenVINO reads them.

Field numbers are those of framework.proto (https://github.com/PaddlePaddle/Paddle/blob/develop/paddle/fluid/framework/framework.proto);
the parameters follow each other in one file, in the order of their names, each as `SerializeToStream` of
lod_tensor.cc writes it.
"""

from __future__ import annotations

from collections.abc import Sequence

from workbench.engine.formats.limits import MAX_LAYERS, check_shape, corrupt, too_large
from workbench.engine.formats.protobuf import VARINT, Budget, WireError, fields, integers, messages, text
from workbench.engine.formats.sources import SourceFile
from workbench.engine.protocol import EngineError

# VarType.Type -> bytes of one element
_BYTES = {0: 1, 1: 2, 2: 4, 3: 8, 4: 2, 5: 4, 6: 8, 20: 1, 21: 1, 22: 2, 23: 8, 24: 16}
_LOD_TENSOR = 7


def check(main: SourceFile, files: Sequence[SourceFile]) -> set[str]:
    """The operations of a program whose parameters are there and whole.

    Raises `model_corrupt`, `model_too_large`, `model_file_missing`.
    """
    operations: set[str] = set()
    persistent: list[str] = []
    budget = Budget()
    count = 0
    with main.mapped() as data:
        try:
            for block in messages(data, 1, budget):
                for variable in messages(block, 3, budget):
                    name = _variable(variable, main.name, budget)
                    if name:
                        persistent.append(name)
                for operation in messages(block, 4, budget):
                    count += 1
                    operations |= {text(kind) for number, _, kind in fields(operation, budget) if number == 3}
        except WireError as error:
            raise corrupt(main.name, str(error)) from None
    if not operations:
        raise corrupt(main.name, "its program is empty")
    if count > MAX_LAYERS:
        raise too_large(main.name, f"it has more than {MAX_LAYERS} operations")
    if persistent:
        _check_parameters(main, files, len(persistent))
    return operations


def _variable(data: memoryview, file: str, budget: Budget) -> str:
    """The name of a variable whose value lies in the parameters file, or an empty string."""
    name, kind, persistent = "", -1, False
    for number, wire, value in fields(data, budget):
        if number == 1:
            name = text(value)[:200]
        elif number == 3 and wire == VARINT:
            persistent = bool(value)
        elif number == 2 and isinstance(value, memoryview):
            for inner, inner_wire, part in fields(value, budget):
                if inner == 1 and inner_wire == VARINT:
                    assert isinstance(part, int)
                    kind = part
                elif inner == 3 and isinstance(part, memoryview):
                    for description in messages(part, 1, budget):
                        check_shape(file, _described(description, budget)[1], f"variable '{name}'")
    return name if persistent and kind == _LOD_TENSOR else ""


def _described(description: memoryview, budget: Budget) -> tuple[int, list[int]]:
    kind, dims = -1, []
    for number, wire, value in fields(description, budget):
        if number == 1 and wire == VARINT:
            assert isinstance(value, int)
            kind = value
        elif number == 2:
            dims += integers(wire, value)
    return kind, dims


def _check_parameters(main: SourceFile, files: Sequence[SourceFile], expected: int) -> None:
    names = {"__params__"} if main.base == "__model__" else {f"{main.stem}.pdiparams"}
    parameters = next((file for file in files if file.base in names and file.folder == main.folder), None)
    if parameters is None:
        if main.base == "__model__":
            return  # the oldest layout keeps each parameter in a file of its own, and OpenVINO says what it misses
        raise EngineError(
            "model_file_missing",
            f"The weights of {main.name} are missing.",
            f"Upload {main.stem}.pdiparams together with {main.base}.",
            {"file": f"{main.stem}.pdiparams"},
        )
    with parameters.mapped() as data:
        try:
            found = _tensors(data, parameters.name)
        except WireError as error:
            raise corrupt(parameters.name, str(error)) from None
    if found != expected:
        raise corrupt(parameters.name, f"it has {found} weights and {main.name} needs {expected}")


def _tensors(data: memoryview, name: str) -> int:
    at = found = 0
    budget = Budget()

    def number(size: int) -> int:
        nonlocal at
        if at + size > len(data):
            raise WireError("it ends in the middle of a weight")
        value = int.from_bytes(data[at : at + size], "little")
        at += size
        return value

    while at < len(data):
        number(4)  # version of the outer record
        levels = number(8)
        for _ in range(min(levels, 64)):
            at += number(8)
        number(4)  # version of the tensor
        size = number(4)
        if at + size > len(data):
            raise WireError("it ends in the middle of a weight")
        kind, dims = _described(data[at : at + size], budget)
        at += size
        width = _BYTES.get(kind)
        if width is None or any(dim < 0 for dim in dims):
            raise WireError("one of its weights has no valid type or shape")
        at += check_shape(name, dims, f"weight {found}") * width
        if at > len(data):
            raise WireError(f"it ends {at - len(data)} bytes too early")
        found += 1
    return found

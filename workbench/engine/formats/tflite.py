"""Checks on a TensorFlow Lite file before OpenVINO reads it.

A flatbuffer is offsets into itself; every offset that OpenVINO follows is checked to stay inside the file. Field
numbers are those of schema.fbs (https://github.com/tensorflow/tensorflow/blob/master/tensorflow/compiler/mlir/lite/schema/schema.fbs).
"""

from __future__ import annotations

from workbench.engine.formats.limits import MAX_LAYERS, check_shape, corrupt, too_large
from workbench.engine.formats.sources import SourceFile

# TensorType -> bits of one element; strings (5), resources (13) and variants (14) have none
_BITS = {
    0: 32,
    1: 16,
    2: 32,
    3: 8,
    4: 64,
    6: 8,
    7: 16,
    8: 64,
    9: 8,
    10: 64,
    11: 128,
    12: 64,
    15: 32,
    16: 16,
    17: 4,
    18: 16,
    19: 2,
}


class _Broken(ValueError):
    """An offset leads outside the file."""


class _Table:
    """One flatbuffer table: a signed offset to its vtable, which has the place of each field or 0."""

    def __init__(self, data: memoryview, at: int) -> None:
        self.data, self.at = data, at
        vtable = at - int.from_bytes(_bytes(data, at, 4), "little", signed=True)
        size = _unsigned(data, vtable, 2)
        if size < 4 or size % 2:
            raise _Broken("a table has no valid description")
        self.fields = _bytes(data, vtable, size)
        self.size = _unsigned(data, vtable + 2, 2)

    def place(self, number: int) -> int | None:
        """Where field `number` stands, or None when the table has no such field."""
        entry = 4 + 2 * number
        if entry + 2 > len(self.fields):
            return None
        offset = int.from_bytes(self.fields[entry : entry + 2], "little")
        if offset >= max(self.size, 4) and offset:
            raise _Broken("a field lies outside its table")
        return self.at + offset if offset else None

    def scalar(self, number: int, size: int, default: int = 0, signed: bool = False) -> int:
        at = self.place(number)
        return default if at is None else int.from_bytes(_bytes(self.data, at, size), "little", signed=signed)

    def target(self, number: int) -> int | None:
        """The place that the offset in a field leads to."""
        at = self.place(number)
        if at is None:
            return None
        offset = _unsigned(self.data, at, 4)
        if offset == 0:
            raise _Broken("an offset leads to itself")
        return at + offset

    def vector(self, number: int, size: int) -> tuple[int, int]:
        """Place and count of a vector of elements of `size` bytes, wholly inside the file."""
        at = self.target(number)
        if at is None:
            return 0, 0
        count = _unsigned(self.data, at, 4)
        _bytes(self.data, at + 4, count * size)
        return at + 4, count

    def tables(self, number: int) -> list[_Table]:
        start, count = self.vector(number, 4)
        found = []
        for at in range(start, start + 4 * count, 4):
            found.append(_Table(self.data, at + _unsigned(self.data, at, 4)))
        return found

    def integers(self, number: int) -> list[int]:
        start, count = self.vector(number, 4)
        data = self.data
        return [int.from_bytes(data[at : at + 4], "little", signed=True) for at in range(start, start + 4 * count, 4)]


def _bytes(data: memoryview, at: int, size: int) -> memoryview:
    if at < 0 or size < 0 or at + size > len(data):
        raise _Broken("an offset leads outside the file")
    return data[at : at + size]


def _unsigned(data: memoryview, at: int, size: int) -> int:
    return int.from_bytes(_bytes(data, at, size), "little")


def check(file: SourceFile) -> int:
    """Number of operators. Raises `model_corrupt` and `model_too_large`."""
    try:
        with file.mapped() as data:
            return _check(data, file.name)
    except _Broken as error:
        raise corrupt(file.name, str(error)) from None


def _check(data: memoryview, name: str) -> int:
    model = _Table(data, _unsigned(data, 0, 4))
    if model.scalar(0, 4) != 3:
        raise _Broken(f"its schema has the version {model.scalar(0, 4)}, not 3")
    codes = len(model.tables(1))
    buffers = [_buffer(table, len(data)) for table in model.tables(4)]
    graphs = model.tables(2)
    operators = 0
    for graph in graphs:
        tensors = graph.tables(0)
        for tensor in tensors:
            _tensor(tensor, buffers, name)
        for operator in graph.tables(3):
            operators += 1
            if operator.scalar(0, 4) >= codes:
                raise _Broken("an operator is of an unknown kind")
            for number in (1, 2):
                if any(index >= len(tensors) or index < -1 for index in operator.integers(number)):
                    raise _Broken("an operator reads or writes a tensor that does not exist")
            operator.vector(5, 1)
        for number in (1, 2):
            if any(not 0 <= index < len(tensors) for index in graph.integers(number)):
                raise _Broken("an input or output does not exist")
    if operators > MAX_LAYERS:
        raise too_large(name, f"it has more than {MAX_LAYERS} operators")
    if not operators:
        raise _Broken("its graph is empty")
    return operators


def _buffer(table: _Table, file_size: int) -> int:
    """Bytes of a buffer, whether it stands in the flatbuffer or behind it."""
    _, count = table.vector(0, 1)
    offset, size = table.scalar(1, 8), table.scalar(2, 8)
    if offset > 1:
        if offset + size > file_size:
            raise _Broken("the weights end before they should")
        return size
    return count


def _tensor(tensor: _Table, buffers: list[int], name: str) -> None:
    label_at, label_size = tensor.vector(3, 1)
    label = bytes(tensor.data[label_at : label_at + min(label_size, 100)]).decode("utf-8", "replace")
    shape = tensor.integers(0)
    if any(dim < -1 for dim in shape):
        raise _Broken(f"tensor '{label}' has a negative dimension")
    count = check_shape(name, shape, f"tensor '{label}'")
    kind = tensor.scalar(1, 1)
    index = tensor.scalar(2, 4)
    if index >= len(buffers):
        raise _Broken(f"tensor '{label}' has a buffer that does not exist")
    tensor.vector(7, 4)
    bits = _BITS.get(kind)
    quantization, sparsity = tensor.target(4), tensor.target(6)
    if quantization is not None:
        details = _Table(tensor.data, quantization)
        for number, size in ((0, 4), (1, 4), (2, 4), (3, 8)):
            details.vector(number, size)
    if buffers[index] and bits is not None and sparsity is None and buffers[index] < (count * bits + 7) // 8:
        raise _Broken(f"tensor '{label}' has {buffers[index]} bytes for {count} elements")

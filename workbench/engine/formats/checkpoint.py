"""Checks on a TensorFlow checkpoint: the index, which OpenVINO reads without bounds, and the sizes of the data beside
it.

The index is a sorted table of blocks (https://github.com/google/leveldb/blob/main/doc/table_format.md) whose values
are the messages of tensor_bundle.proto (https://github.com/tensorflow/tensorflow/blob/master/tensorflow/core/protobuf/tensor_bundle.proto).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from workbench.engine.formats.limits import check_shape, corrupt
from workbench.engine.formats.protobuf import LENGTH, VARINT, Budget, WireError, fields, signed, varint
from workbench.engine.formats.sources import SourceFile
from workbench.engine.formats.tensor_proto import DTYPE_BYTES, missing, shape_dims

_MAGIC = bytes.fromhex("57fb808b247547db")
_FOOTER = 48
_MASK_DELTA = 0xA282EAD8


def _crc_table() -> list[int]:
    table = []
    for value in range(256):
        for _ in range(8):
            value = value >> 1 ^ (0x82F63B78 if value & 1 else 0)  # Castagnoli, reflected
        table.append(value)
    return table


_CRC = _crc_table()


def masked_crc32c(data: memoryview | bytes) -> int:
    """CRC-32C, rotated and offset as LevelDB stores it."""
    value = 0xFFFFFFFF
    for byte in data:
        value = _CRC[(value ^ byte) & 0xFF] ^ value >> 8
    value ^= 0xFFFFFFFF
    return ((value >> 15 | value << 17) + _MASK_DELTA) & 0xFFFFFFFF


def check(index: SourceFile, files: Sequence[SourceFile]) -> int:
    """Number of variables. Raises `model_corrupt` and `model_file_missing`."""
    prefix = index.name.removesuffix(".index")
    budget = Budget()
    with index.mapped() as data:
        try:
            entries = dict(_entries(data))
            shards = _shards(entries.pop(b"", memoryview(b"")), index, files, prefix, budget)
            for name, entry in entries.items():
                _check_entry(name, entry, shards, index.name, budget)
        except WireError as error:
            raise corrupt(index.name, str(error)) from None
        return len(entries)


def _entries(data: memoryview) -> Iterator[tuple[bytes, memoryview]]:
    if len(data) < _FOOTER or bytes(data[-8:]) != _MAGIC:
        raise WireError("it is not the index of a checkpoint, or not all of it")
    footer = data[-_FOOTER:-8]
    at = 0
    for _ in range(2):  # the place of the table's own index comes second
        offset, at = varint(footer, at)
        size, at = varint(footer, at)
    for _, handle in _block(data, offset, size):
        start, after = varint(handle, 0)
        length, _ = varint(handle, after)
        yield from _block(data, start, length)


def _block(data: memoryview, offset: int, size: int) -> Iterator[tuple[bytes, memoryview]]:
    """Keys and values of a block, which is followed by its kind of compression and its checksum."""
    if size < 4 or offset + size + 5 > len(data) - _FOOTER:
        raise WireError("a part of it lies outside the file")
    block = data[offset : offset + size]
    if data[offset + size] != 0:
        raise WireError("it is compressed")
    if int.from_bytes(data[offset + size + 1 : offset + size + 5], "little") != masked_crc32c(
        data[offset : offset + size + 1]
    ):
        raise WireError("a checksum in it is wrong")
    restarts = int.from_bytes(block[-4:], "little")
    end = size - 4 - 4 * restarts
    if restarts < 1 or end < 0:
        raise WireError("a block of it has no valid end")
    for place in range(restarts):
        if int.from_bytes(block[end + 4 * place : end + 4 * place + 4], "little") > end:
            raise WireError("a block of it has no valid end")
    at, key = 0, b""
    while at < end:
        shared, at = varint(block, at)
        own, at = varint(block, at)
        length, at = varint(block, at)
        if shared > len(key) or at + own + length > end:
            raise WireError("an entry of it is longer than its block")
        key = key[:shared] + bytes(block[at : at + own])
        at += own
        yield key, block[at : at + length]
        at += length


def _shards(
    header: memoryview, index: SourceFile, files: Sequence[SourceFile], prefix: str, budget: Budget
) -> list[int]:
    """Sizes of the data files in order."""
    count = 0
    for number, wire, value in fields(header, budget):
        if number == 1 and wire == VARINT:
            assert isinstance(value, int)
            count = signed(value)
        elif number == 2 and value:
            raise WireError("its numbers have the byte order of another machine")
    sizes: dict[int, int] = {}
    for file in files:
        found = re.fullmatch(re.escape(prefix) + r"\.data-(\d{5})-of-(\d{5})", file.name)
        if found and int(found[2]) == count:
            sizes[int(found[1])] = file.size
    if not sizes and count:
        raise missing(index.name, f"{prefix}.data-00000-of-{count:05d}")
    if count < 1 or sorted(sizes) != list(range(count)):
        raise missing(index.name, f"all {count} parts of {prefix}.data")
    return [sizes[place] for place in range(count)]


def _check_entry(name: bytes, entry: memoryview, shards: Sequence[int], file: str, budget: Budget) -> None:
    kind = shard = offset = size = 0
    dims: list[int] = []
    sliced = False
    for number, wire, value in fields(entry, budget):
        if wire == VARINT:
            assert isinstance(value, int)
            if number == 1:
                kind = value
            elif number == 3:
                shard = signed(value)
            elif number == 4:
                offset = signed(value)
            elif number == 5:
                size = signed(value)
        elif wire == LENGTH and isinstance(value, memoryview):
            if number == 2:
                dims = shape_dims(value, budget)
            elif number == 7:
                sliced = True
    what = f"variable '{name[:80].decode('utf-8', 'replace')}'"
    count = check_shape(file, dims, what)
    if not 0 <= shard < len(shards) or offset < 0 or size < 0 or offset + size > shards[shard]:
        raise WireError(f"{what} lies outside the data")
    width = DTYPE_BYTES.get(kind)
    if width is not None and not sliced and (any(dim < 0 for dim in dims) or size != count * width):
        raise WireError(f"{what} has {size} bytes for {count} elements")

"""Samples by a part of their name, read from the index as a stream."""

import json
from collections.abc import Sequence

from workbench.datasets.internal_form import INDEX, DatasetReader

# The name stands near the beginning of its line, before boxes and polygons.
_NAME = b'"source":'


def named(reader: DatasetReader, numbers: Sequence[int], part: str) -> list[int]:
    """Those of `numbers` (ascending) whose picture has `part` in its path, in upper or lower case."""
    wanted = part.casefold()
    chosen: frozenset[int] | range = numbers if isinstance(numbers, range) else frozenset(numbers)
    found = []
    with (reader.folder / INDEX).open("rb") as index:
        for number, line in enumerate(index):
            if number in chosen and wanted in _name(line).casefold():
                found.append(number)
    return found


def _name(line: bytes) -> str:
    """The path in what was imported; lines without one have the name of the stored file."""
    at = line.find(_NAME)
    if at < 0:
        return str(json.loads(line)["file"])
    start = line.index(b'"', at + len(_NAME))
    end = line.index(b'"', start + 1)
    while _is_escaped(line, end):
        end = line.index(b'"', end + 1)
    return str(json.loads(line[start : end + 1]))


def _is_escaped(line: bytes, at: int) -> bool:
    """Whether an odd number of backslashes stands before a quotation mark."""
    before = at
    while line[before - 1 : before] == b"\\":
        before -= 1
    return (at - before) % 2 == 1

"""A large JSON object read member by member: an array of a million annotations never exists as a whole.

The text is in memory, what it stands for is not: objects of Python take five to ten times as much.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

MAX_JSON_BYTES = 1024**3

_BLANK = re.compile(r"[ \t\n\r]*")


class JsonRefused(ValueError):
    """The file is no usable JSON: what is wrong, how to put it right, and the line."""

    def __init__(self, problem: str, fix: str, line: int | None) -> None:
        super().__init__(problem)
        self.problem = problem
        self.fix = fix
        self.line = line


@dataclass(frozen=True)
class Element:
    """An element of an array, its number from 0, and where its text begins and ends."""

    number: int
    value: Any
    start: int
    end: int


def _no_constant(text: str) -> NoReturn:
    raise ValueError(f"{text} is not a number in JSON")


class JsonObject:
    """The top level of a JSON file whose root is an object.

    `kinds` maps each member to the kind of its value: "array", "object" or "other". The whole file is checked once.
    Raises JsonRefused.
    """

    def __init__(self, path: Path) -> None:
        if path.stat().st_size > MAX_JSON_BYTES:
            raise JsonRefused(f"it is larger than {MAX_JSON_BYTES // 1024**2} MiB", "split it", None)
        try:
            self._text = path.read_text(encoding="utf-8-sig")
        except UnicodeDecodeError as error:
            raise JsonRefused("it is not UTF-8 text", "save it as UTF-8", None) from error
        self._decode = json.JSONDecoder(parse_constant=_no_constant).raw_decode
        self._starts: dict[str, int] = {}
        self.kinds: dict[str, str] = {}
        self._read_members()

    def array(self, key: str) -> Iterator[Element]:
        """The elements of the array `key`, one at a time; none if it is not there or no array."""
        if self.kinds.get(key) == "array":
            yield from self._elements(self._starts[key])

    def line(self, position: int) -> int:
        """The line, from 1, of a position in the text."""
        return self._text.count("\n", 0, position) + 1

    def text(self, element: Element) -> str:
        """The JSON text of an element."""
        return self._text[element.start : element.end]

    def _read_members(self) -> None:
        at = self._skip(0)
        if self._text[at : at + 1] != "{":
            raise JsonRefused("it is not a JSON object", 'begin it with "{"', 1)
        at = self._skip(at + 1)
        if self._text[at : at + 1] == "}":
            return self._end(at + 1)
        while True:
            if self._text[at : at + 1] != '"':
                self._broken(at)
            key, at = self._value(at)
            at = self._skip(at)
            if self._text[at : at + 1] != ":":
                self._broken(at)
            at = self._skip(at + 1)
            # As everywhere in JSON, the last of two members with the same name counts.
            self._starts[key] = at
            first = self._text[at : at + 1]
            self.kinds[key] = {"[": "array", "{": "object"}.get(first, "other")
            at = self._past_array(at) if first == "[" else self._value(at)[1]
            at = self._skip(at)
            if self._text[at : at + 1] == "}":
                return self._end(at + 1)
            if self._text[at : at + 1] != ",":
                self._broken(at)
            at = self._skip(at + 1)

    def _past_array(self, at: int) -> int:
        end = at + 1
        for element in self._elements(at):
            end = element.end
        return self._skip(end) + 1

    def _elements(self, at: int) -> Iterator[Element]:
        at = self._skip(at + 1)
        if self._text[at : at + 1] == "]":
            return
        number = 0
        while True:
            value, end = self._value(at)
            yield Element(number, value, at, end)
            number += 1
            at = self._skip(end)
            if self._text[at : at + 1] == "]":
                return
            if self._text[at : at + 1] != ",":
                self._broken(at)
            at = self._skip(at + 1)

    def _value(self, at: int) -> tuple[Any, int]:
        try:
            return self._decode(self._text, at)
        except RecursionError as error:
            raise JsonRefused("it is nested too deep", "write it as COCO does", self.line(at)) from error
        except ValueError as error:
            where = error.pos if isinstance(error, json.JSONDecodeError) else at
            raise self._refused(where) from error

    def _skip(self, at: int) -> int:
        match = _BLANK.match(self._text, at)
        return match.end() if match else at

    def _end(self, at: int) -> None:
        at = self._skip(at)
        if at != len(self._text):
            self._broken(at)

    def _broken(self, at: int) -> NoReturn:
        raise self._refused(at)

    def _refused(self, at: int) -> JsonRefused:
        line = self.line(at)
        column = at - (self._text.rfind("\n", 0, at) + 1) + 1
        end = " because it ends too early" if at >= len(self._text.rstrip()) else ""
        return JsonRefused(f"it is not valid JSON{end} (column {column:,})", "correct the syntax", line)

"""The files of a report, written while samples are judged, row after row."""

from __future__ import annotations

import json
import math
from array import array
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any, BinaryIO

SAMPLES, CLASSES, DRAWN, OFFSETS, TABLES, FILES = (
    "samples.jsonl", "classes.jsonl", "drawn.jsonl", "drawn.offsets", "tables.json", "files",
)  # fmt: skip


class ReportFiles:
    """`rows` counts the rows of samples that were written."""

    def __init__(self, folder: Path, *, classes: bool = False, drawn: bool = True) -> None:
        self.folder = folder
        self.files = folder / FILES
        self.rows = 0
        self._class_rows = 0
        self._samples = (folder / SAMPLES).open("wb")
        self._classes = (folder / CLASSES).open("wb") if classes else None
        self._drawn = (folder / DRAWN).open("wb") if drawn else None
        self._place = 0
        self._offsets = array("Q")

    def row(self, values: Mapping[str, Any]) -> None:
        _write(self._samples, {"row": self.rows, **values})
        self.rows += 1

    def class_row(self, values: Mapping[str, Any]) -> None:
        if self._classes is not None:
            _write(self._classes, {"row": self._class_rows, **values})
            self._class_rows += 1

    def draw(self, annotation: Mapping[str, Any] | None, prediction: Mapping[str, Any] | None) -> None:
        """Of the row written last."""
        if self._drawn is not None:
            self._offsets.append(self._place)
            self._place += _write(self._drawn, {"annotation": annotation, "prediction": prediction})

    def finish(self, tables: Mapping[str, Any]) -> None:
        self.close()
        if self._drawn is not None:
            if self._offsets.itemsize != 8 or array("H", [1]).tobytes() != b"\x01\x00":
                self._offsets.byteswap()
            (self.folder / OFFSETS).write_bytes(self._offsets.tobytes())
        (self.folder / TABLES).write_text(json.dumps(finite(tables), allow_nan=False, default=_plain))

    def close(self) -> None:
        for file in (self._samples, self._classes, self._drawn):
            if file is not None:
                with suppress(OSError):
                    file.close()


def _write(file: BinaryIO, record: Mapping[str, Any]) -> int:
    try:
        text = _encode(record)
    except ValueError:
        text = _encode(finite(record))
    return file.write(text.encode() + b"\n")


def finite(value: Any) -> Any:
    """The same with None for what is not a finite number, which JSON does not have."""
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, Mapping):
        return {name: finite(item) for name, item in value.items()}
    if isinstance(value, list | tuple):
        return [finite(item) for item in value]
    return value


def _plain(value: object) -> object:
    """Numbers and rows of numpy as Python's own."""
    for name in ("tolist", "item"):
        made = getattr(value, name, None)
        if callable(made):
            return finite(made())
    raise TypeError(f"{type(value).__name__} has no place in a report")


# Made once: `json.dumps` would make an encoder for every row.
_encode = json.JSONEncoder(separators=(",", ":"), allow_nan=False, default=_plain).encode

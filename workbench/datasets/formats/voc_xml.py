"""One annotation file of Pascal VOC, with the line of everything that is wrong in it.

Read with expat as events: no tree is built, and a document type, which entities would need, ends it.
"""

from dataclasses import dataclass, field
from typing import Any, NoReturn
from xml.parsers.expat import ExpatError, ParserCreate

from workbench.datasets.formats.annotations import is_finite_number
from workbench.datasets.problems import Problems

MAX_XML_BYTES = 4 * 1024**2
MAX_DEPTH = 50
_TEXT_LIMIT = 1000
_CORNERS = ("xmin", "ymin", "xmax", "ymax")
_KEPT = frozenset(
    {
        ("annotation", "filename"),
        ("annotation", "size", "width"),
        ("annotation", "size", "height"),
        ("annotation", "object", "name"),
        ("annotation", "object", "difficult"),
        *(("annotation", "object", "bndbox", corner) for corner in _CORNERS),
    }
)


class XmlRefused(ValueError):
    """The file is no usable XML: `line` and what is wrong."""

    def __init__(self, problem: str, fix: str, line: int | None) -> None:
        super().__init__(problem)
        self.problem = problem
        self.fix = fix
        self.line = line


@dataclass
class VocObject:
    """An object as the file has it; `corners` are xmin, ymin, xmax, ymax, pixels counted from 1, both ends included."""

    name: str
    line: int
    corners: tuple[float, float, float, float]
    difficult: bool


@dataclass
class VocFile:
    """What one annotation file says."""

    filename: str | None = None
    size: tuple[int, int] | None = None
    objects: list[VocObject] = field(default_factory=list)


@dataclass
class _Object:
    line: int
    values: dict[str, tuple[str, int]] = field(default_factory=dict)


class _Reader:
    """Collects the texts at the paths that matter."""

    def __init__(self) -> None:
        self.parser = ParserCreate()
        self.parser.buffer_text = True
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.CharacterDataHandler = self._characters
        self.parser.StartDoctypeDeclHandler = self._forbidden
        self.parser.EntityDeclHandler = self._forbidden
        self.path: tuple[str, ...] = ()
        self.text: list[str] | None = None
        self.head: dict[str, tuple[str, int]] = {}
        self.objects: list[_Object] = []

    def _forbidden(self, *_: Any) -> NoReturn:
        raise XmlRefused("it declares a document type", "remove the <!DOCTYPE>", self.parser.CurrentLineNumber)

    def _start(self, name: str, _: Any) -> None:
        self.path = (*self.path, name)
        line = self.parser.CurrentLineNumber
        if len(self.path) > MAX_DEPTH:
            raise XmlRefused("its elements are nested too deep", "write it as Pascal VOC does", line)
        if len(self.path) == 1 and name != "annotation":
            raise XmlRefused(f"the root is <{name[:50]}>, not <annotation>", "write it as Pascal VOC does", line)
        if self.path == ("annotation", "object"):
            self.objects.append(_Object(line))
        self.text = [] if self.path in _KEPT else None

    def _characters(self, text: str) -> None:
        if self.text is not None and len(self.text) < _TEXT_LIMIT:
            self.text.append(text[:_TEXT_LIMIT])

    def _end(self, name: str) -> None:
        if self.text is not None:
            value = ("".join(self.text).strip()[:_TEXT_LIMIT], self.parser.CurrentLineNumber)
            target = self.objects[-1].values if self.path[1] == "object" else self.head
            target.setdefault(name, value)
            self.text = None
        self.path = self.path[:-1]


def read_voc_xml(data: bytes, file: str, problems: Problems) -> VocFile:
    """The content of an annotation file; mistakes inside go to `problems` as errors. Raises XmlRefused."""
    if len(data) > MAX_XML_BYTES:
        raise XmlRefused(f"it is larger than {MAX_XML_BYTES // 1024**2} MiB", "split it", None)
    reader = _Reader()
    try:
        reader.parser.Parse(data, True)
    except ExpatError as error:
        raise XmlRefused(f"it is not valid XML ({error})"[:200], "correct the syntax", error.lineno) from error
    except (ValueError, LookupError) as error:
        if isinstance(error, XmlRefused):
            raise
        raise XmlRefused("its text encoding is unknown", "save it as UTF-8", 1) from error
    result = VocFile(filename=reader.head.get("filename", ("", 0))[0] or None)
    result.size = _size(reader, file, problems)
    for entry in reader.objects:
        found = _object(entry, file, problems)
        if found is not None:
            result.objects.append(found)
    return result


def _size(reader: _Reader, file: str, problems: Problems) -> tuple[int, int] | None:
    if not {"width", "height"} <= reader.head.keys():
        return None
    sides = []
    for key in ("width", "height"):
        text, line = reader.head[key]
        value = _number(text)
        if value is None or value < 0 or value != int(value):
            problems.error(file, f"<{key}> is {text[:40]!r}, not a whole number", "write the size in pixels", line)
            return None
        sides.append(int(value))
    # Some tools write 0 for "not known".
    return (sides[0], sides[1]) if all(sides) else None


def _object(entry: _Object, file: str, problems: Problems) -> VocObject | None:
    name, line = entry.values.get("name", ("", entry.line))
    if not name:
        problems.error(file, "an <object> has no <name>", "write <name>class</name>", line)
        return None
    corners = []
    for corner in _CORNERS:
        if corner not in entry.values:
            problems.error(file, f"the <object> '{name[:50]}' has no <{corner}>", "complete its <bndbox>", entry.line)
            return None
        text, line = entry.values[corner]
        value = _number(text)
        if value is None:
            problems.error(file, f"<{corner}> is {text[:40]!r}, not a number", "write a number of pixels", line)
            return None
        corners.append(value)
    xmin, ymin, xmax, ymax = corners
    if xmax < xmin or ymax < ymin:
        problems.error(
            file,
            f"the box of '{name[:50]}' ends before it begins (x {xmin:g} to {xmax:g}, y {ymin:g} to {ymax:g})",
            "swap the corners",
            entry.values["xmin"][1],
        )
        return None
    return VocObject(name, entry.line, (xmin, ymin, xmax, ymax), entry.values.get("difficult", ("0", 0))[0] == "1")


def _number(text: str) -> float | None:
    try:
        value = float(text)
    except ValueError:
        return None
    return value if is_finite_number(value) and abs(value) < 1e9 else None

"""Checks on an OpenVINO IR before OpenVINO reads it.

OpenVINO itself takes the last of two layers with one id, has no bounds on dimensions, and notices a foreign .bin only
by chance; so ids, ports, edges, shapes and every constant's place in the .bin are checked here, in one pass of expat
that refuses a DTD before any entity could be declared.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from xml.parsers import expat

from workbench.engine.formats.limits import (
    MAX_LAYERS,
    MAX_XML_BYTES,
    MAX_XML_DEPTH,
    REBUILD,
    check_shape,
    corrupt,
    too_large,
)
from workbench.engine.formats.sources import SourceFile
from workbench.engine.protocol import EngineError

VERSIONS = (10, 11)
_BITS = {
    "f64": 64, "f32": 32, "f16": 16, "bf16": 16, "i64": 64, "i32": 32, "i16": 16, "i8": 8, "i4": 4, "u64": 64, "u32":
    32, "u16": 16, "u8": 8, "u4": 4, "u2": 2, "u1": 1, "boolean": 8, "nf4": 4, "f8e4m3": 8, "f8e5m2": 8, "f4e2m1": 4,
    "f8e8m0": 8,
}  # fmt: skip
# Writers may align constants; a gap or a tail longer than this belongs to no constant.
_PADDING = 4096
_INTEGER = re.compile(r"-?[0-9]{1,19}")


@dataclass(slots=True)
class _Layer:
    id: int
    name: str
    type: str
    inputs: set[int] = field(default_factory=set)
    outputs: set[int] = field(default_factory=set)
    data_seen: bool = False


@dataclass(slots=True)
class _Scope:
    """One list of layers with its edges: that of the model, or that of the body of a loop or branch."""

    depth: int
    layers: dict[int, _Layer] = field(default_factory=dict)
    edges: list[tuple[int, int, int, int]] = field(default_factory=list)
    seen: set[str] = field(default_factory=set)


@dataclass(slots=True)
class Checked:
    """What the pass saw: the version of the IR, its layers' types with counts, and the bytes of the .bin in use."""

    version: int = 0
    types: dict[str, int] = field(default_factory=dict)
    layers: int = 0
    ranges: list[tuple[int, int]] = field(default_factory=list)


class _Stop(Exception):
    """Carries an EngineError out of expat's callbacks."""

    def __init__(self, error: EngineError):
        self.error = error


class _Reader:
    def __init__(self, name: str) -> None:
        self.name = name
        self.checked = Checked()
        self.path: list[str] = []
        self.scopes: list[_Scope] = []
        self.layers: list[_Layer] = []
        self.dims: list[int] | None = None
        self.text: list[str] = []
        self.opaque = 0  # depth of the <rt_info> being skipped: free-form, and never a layer

    def fail(self, why: str) -> _Stop:
        return _Stop(corrupt(self.name, why))

    def forbidden(self, *_: object) -> int:
        raise _Stop(
            EngineError(
                "xml_forbidden",
                f"{self.name} has a document type or an entity, which a model never needs and an attack does.",
                REBUILD,
                {"file": self.name},
            )
        )

    def start(self, tag: str, attributes: Mapping[str, str]) -> None:
        self.path.append(tag)
        if len(self.path) > MAX_XML_DEPTH:
            raise _Stop(too_large(self.name, f"its XML is nested more than {MAX_XML_DEPTH} deep"))
        if self.opaque:
            return
        if len(self.path) == 1:
            self._root(tag, attributes)
        elif tag == "rt_info":
            self.opaque = len(self.path)
        elif tag in ("layers", "edges"):
            self._section(tag)
        elif tag == "layer":
            self._layer(attributes)
        elif tag == "edge":
            self._edge(attributes)
        elif tag == "port":
            self._port(attributes)
        elif tag == "data":
            self._data(attributes)
        elif tag == "dim":
            self.text = []

    def end(self, tag: str) -> None:
        depth = len(self.path)
        self.path.pop()
        if self.opaque:
            if depth == self.opaque:
                self.opaque = 0
            return
        if tag == "dim" and self.dims is not None:
            self.dims.append(self._integer("".join(self.text).strip(), "a dimension"))
        elif tag == "port" and self.dims is not None:
            layer = self.layers[-1]
            self._bounded(self.dims, f"layer '{layer.name}'")
            self.dims = None
        elif tag == "layer" and self.layers:
            self.layers.pop()
        elif tag in ("net", "body", "then_body", "else_body") and self.scopes and self.scopes[-1].depth == depth:
            self._close(self.scopes.pop())

    def characters(self, data: str) -> None:
        if not self.opaque and self.path and self.path[-1] == "dim":
            self.text.append(data)

    def _bounded(self, dims: list[int], what: str) -> None:
        try:
            check_shape(self.name, dims, what)
        except EngineError as error:
            raise _Stop(error) from None

    def _integer(self, value: str | None, what: str) -> int:
        if value is None or not _INTEGER.fullmatch(value):
            raise self.fail(f"{what} is not a number ({(value or 'missing')[:40]!r})")
        return int(value)

    def _root(self, tag: str, attributes: Mapping[str, str]) -> None:
        if tag != "net":
            raise self.fail(f"it is XML, but not an OpenVINO IR: its root is <{tag[:40]}>")
        self.checked.version = self._integer(attributes.get("version"), "its IR version")
        if self.checked.version not in VERSIONS:
            raise _Stop(
                EngineError(
                    "ir_version_not_supported",
                    f"{self.name} is an IR of version {self.checked.version}; only 10 and 11 can be read.",
                    "Convert the original model again with a current OpenVINO.",
                    {"file": self.name, "version": self.checked.version},
                )
            )

    def _section(self, tag: str) -> None:
        depth = len(self.path) - 1
        if not self.scopes or self.scopes[-1].depth != depth:
            if depth > 1 and self.path[-2] not in ("body", "then_body", "else_body"):
                raise self.fail(f"<{tag}> stands inside <{self.path[-2][:40]}>")
            self.scopes.append(_Scope(depth))
        scope = self.scopes[-1]
        if tag in scope.seen:
            raise self.fail(f"it has two lists of {tag}")
        scope.seen.add(tag)

    def _layer(self, attributes: Mapping[str, str]) -> None:
        if self.path[-2] != "layers" or not self.scopes:
            raise self.fail("a layer stands outside the list of layers")
        scope = self.scopes[-1]
        number = self._integer(attributes.get("id"), "the id of a layer")
        name, kind = attributes.get("name", ""), attributes.get("type", "")
        if number in scope.layers:
            raise self._duplicate(
                f"two layers have the id {number} ('{scope.layers[number].name[:80]}' and '{name[:80]}')"
            )
        layer = _Layer(number, name, kind)
        scope.layers[number] = layer
        self.layers.append(layer)
        self.checked.layers += 1
        self.checked.types[kind] = self.checked.types.get(kind, 0) + 1
        if self.checked.layers > MAX_LAYERS:
            raise _Stop(too_large(self.name, f"it has more than {MAX_LAYERS} layers"))

    def _duplicate(self, why: str) -> _Stop:
        return _Stop(
            EngineError(
                "ir_duplicate_ids",
                f"{self.name} is ambiguous: {why}, and readers would disagree on which one counts.",
                REBUILD,
                {"file": self.name},
            )
        )

    def _port(self, attributes: Mapping[str, str]) -> None:
        side = self.path[-2]
        if side not in ("input", "output") or self.path[-3:-2] != ["layer"]:
            return
        layer = self.layers[-1]
        number = self._integer(attributes.get("id"), f"a port of layer '{layer.name}'")
        if number in layer.inputs or number in layer.outputs:
            raise self._duplicate(f"layer '{layer.name[:80]}' has two ports {number}")
        (layer.inputs if side == "input" else layer.outputs).add(number)
        self.dims = []

    def _edge(self, attributes: Mapping[str, str]) -> None:
        if self.path[-2] != "edges" or not self.scopes:
            return
        keys = ("from-layer", "from-port", "to-layer", "to-port")
        a, b, c, d = (self._integer(attributes.get(key), f"the {key} of an edge") for key in keys)
        self.scopes[-1].edges.append((a, b, c, d))

    def _data(self, attributes: Mapping[str, str]) -> None:
        if self.path[-2] != "layer" or not self.layers:
            return
        layer = self.layers[-1]
        if layer.data_seen:
            raise self._duplicate(f"layer '{layer.name[:80]}' has two lists of attributes")
        layer.data_seen = True
        if layer.type not in ("Const", "Parameter"):
            return
        shape = []
        for part in filter(None, (part.strip() for part in attributes.get("shape", "").split(","))):
            bound = part.rsplit("..", 1)[-1]  # a bounded dimension is written 1..8, an open one ? or -1
            shape.append(-1 if bound in ("?", "") else self._integer(bound, f"the shape of layer '{layer.name}'"))
        self._bounded(shape, f"layer '{layer.name}'")
        if layer.type == "Const":
            self._constant(layer, attributes, shape)

    def _constant(self, layer: _Layer, attributes: Mapping[str, str], shape: list[int]) -> None:
        offset = self._integer(attributes.get("offset"), f"the offset of constant '{layer.name}'")
        size = self._integer(attributes.get("size"), f"the size of constant '{layer.name}'")
        if offset < 0 or size < 0 or any(dim < 0 for dim in shape):
            raise self.fail(f"constant '{layer.name[:80]}' has a negative place, size or shape")
        bits = _BITS.get(attributes.get("element_type", ""))
        if bits is not None:
            elements = 1
            for dim in shape:
                elements *= dim
            if size != (elements * bits + 7) // 8:
                kind = attributes["element_type"]
                raise self.fail(f"constant '{layer.name[:80]}' has {size} bytes for {elements} elements of {kind}")
        if size:
            self.checked.ranges.append((offset, offset + size))

    def _close(self, scope: _Scope) -> None:
        fed: set[tuple[int, int]] = set()
        for source, source_port, sink, sink_port in scope.edges:
            start, end = scope.layers.get(source), scope.layers.get(sink)
            if start is None or end is None or source_port not in start.outputs or sink_port not in end.inputs:
                raise self.fail(f"the edge from {source}:{source_port} to {sink}:{sink_port} leads nowhere")
            if (sink, sink_port) in fed:
                raise self._duplicate(f"port {sink_port} of layer '{end.name[:80]}' is fed twice")
            fed.add((sink, sink_port))


def check(xml: SourceFile, weights: SourceFile | None) -> Checked:
    """Read the XML once and compare it with the size of the .bin.

    Raises `xml_forbidden`, `model_corrupt`, `model_too_large`, `ir_duplicate_ids`, `ir_version_not_supported`,
    `ir_weights_mismatch`, `model_file_missing`.
    """
    if xml.size > MAX_XML_BYTES:
        raise too_large(xml.name, f"its XML has {xml.size} bytes")
    reader = _Reader(xml.name)
    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartElementHandler = reader.start
    parser.EndElementHandler = reader.end
    parser.CharacterDataHandler = reader.characters
    parser.StartDoctypeDeclHandler = reader.forbidden
    parser.EntityDeclHandler = reader.forbidden
    parser.ExternalEntityRefHandler = reader.forbidden
    try:
        with xml.path.open("rb") as file:
            parser.ParseFile(file)
    except _Stop as stop:
        raise stop.error from None
    except (expat.ExpatError, UnicodeError) as error:
        raise corrupt(xml.name, f"it is not well-formed XML ({error})") from None
    if not reader.checked.layers:
        raise corrupt(xml.name, "it has no layers")
    _check_weights(xml, weights, reader.checked)
    return reader.checked


def _check_weights(xml: SourceFile, weights: SourceFile | None, checked: Checked) -> None:
    needed = max((end for _, end in checked.ranges), default=0)
    if weights is None:
        if needed:
            raise EngineError(
                "model_file_missing",
                f"The weights of {xml.name} are missing.",
                f"Upload {xml.stem}.bin together with {xml.base}.",
                {"file": f"{xml.stem}.bin"},
            )
        return
    reason = None
    if weights.size < needed:
        reason = f"the model reads {needed} bytes of weights and {weights.name} has {weights.size}"
    else:
        at = 0
        for start, end in sorted(checked.ranges):
            if start - at > _PADDING:
                break
            at = max(at, end)
        unused = weights.size - at
        if unused > _PADDING:
            reason = f"{unused} of the {weights.size} bytes of {weights.name} belong to no layer of the model"
    if reason:
        raise EngineError(
            "ir_weights_mismatch",
            f"{weights.name} is not the weights file of {xml.name}: {reason}.",
            "Upload the .xml and the .bin that were saved together.",
            {"xml": xml.name, "bin": weights.name},
        )

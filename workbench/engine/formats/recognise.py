"""Which model an import holds. The content decides; the extension must agree with it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from workbench.engine.formats import refused
from workbench.engine.formats.limits import corrupt
from workbench.engine.formats.protobuf import LENGTH, VARINT, Budget, WireError, fields
from workbench.engine.formats.sources import SourceFile
from workbench.engine.protocol import EngineError

SUPPORTED = (
    "OpenVINO IR (.xml and .bin), ONNX (.onnx), TensorFlow (SavedModel folder, .pb, .pbtxt, .meta with .index and "
    ".data), TensorFlow Lite (.tflite) and PaddlePaddle (.pdmodel and .pdiparams)"
)

KINDS: dict[str, tuple[str, str]] = {  # kind -> framework, name shown
    "ir": ("openvino", "OpenVINO IR"),
    "onnx": ("onnx", "ONNX"),
    "tf_saved_model": ("tensorflow", "TensorFlow SavedModel"),
    "tf_frozen": ("tensorflow", "TensorFlow frozen graph"),
    "tf_text": ("tensorflow", "TensorFlow frozen graph"),
    "tf_meta": ("tensorflow", "TensorFlow MetaGraph"),
    "tflite": ("tflite", "TensorFlow Lite"),
    "paddle": ("paddle", "PaddlePaddle"),
}

_EXTENSIONS = {
    ".xml": "ir",
    ".onnx": "onnx",
    ".pb": "tf_frozen",
    ".pbtxt": "tf_text",
    ".meta": "tf_meta",
    ".tflite": "tflite",
    ".lite": "tflite",
    ".pdmodel": "paddle",
}
_EXTENSION_OF = {
    "ir": ".xml",
    "onnx": ".onnx",
    "tf_frozen": ".pb",
    "tf_text": ".pbtxt",
    "tf_meta": ".meta",
    "tflite": ".tflite",
    "paddle": ".pdmodel",
}
_GRAPH_TEXT = re.compile(rb"^\s*(#[^\n]*\n\s*)*(node|versions|library)\s*[:{<]")
_LOOKED_AT = 50  # files without a telling name whose content is looked at
_XML_START = re.compile(rb"^(\xef\xbb\xbf|\xff\xfe|\xfe\xff)?\0?\s*<")
_IR_ROOT = re.compile(rb"<net[\s>]")


@dataclass(frozen=True, slots=True)
class Source:
    """The model of an import: what it is, its main file, and every file that came with it."""

    kind: str
    main: SourceFile
    files: Sequence[SourceFile] = field(default_factory=tuple)

    @property
    def framework(self) -> str:
        return KINDS[self.kind][0]

    @property
    def title(self) -> str:
        return KINDS[self.kind][1]


def recognise(files: Sequence[SourceFile]) -> Source:
    """The one model among the files.

    Raises `model_not_recognised`, `model_ambiguous`, `model_extension_mismatch`, `model_needs_toolchain`,
    `model_corrupt`.
    """
    saved = [file for file in files if file.base in ("saved_model.pb", "saved_model.pbtxt")]
    if saved:
        return Source("tf_saved_model", _verified(_only(saved), "tf_saved_model"), files)
    mains = [file for file in files if _kind_by_name(file)]
    indexed = [file for file in mains if file.extension == ".meta"]
    if indexed:
        mains = indexed  # a checkpoint folder also holds graph.pbtxt, which has no weights
    if len(mains) > 1:  # such as a label map beside a graph: only what is a model counts, if anything is
        mains = [file for file in mains if kind_by_content(file) == _kind_by_name(file)] or mains
    if mains:
        main = _only(mains)
        kind = _kind_by_name(main)
        assert kind is not None
        return Source(kind, _verified(main, kind), files)
    raise _nothing_known(files)


def _kind_by_name(file: SourceFile) -> str | None:
    return "paddle" if file.base == "__model__" else _EXTENSIONS.get(file.extension)


def _only(mains: Sequence[SourceFile]) -> SourceFile:
    if len(mains) > 1:
        names = ", ".join(file.name for file in mains[:5])
        raise EngineError(
            "model_ambiguous", f"The import holds more than one model: {names}.", "Import one model at a time."
        )
    return mains[0]


def _verified(file: SourceFile, kind: str) -> SourceFile:
    if file.size == 0:
        raise corrupt(file.name, "it is empty")
    found = kind_by_content(file)
    if found == kind:
        return file
    if found in refused.FORMATS:
        raise refused.refuse(found, file.name)
    if found is not None and kind != "tf_saved_model":
        raise _mismatch(file, found)
    raise corrupt(file.name, f"its content is not that of a {KINDS[kind][1]} model")


def kind_by_content(file: SourceFile) -> str | None:
    """What the bytes say: a key of KINDS or of refused.FORMATS, or None."""
    head = file.head()
    if head[4:8] == b"TFL3":
        return "tflite"
    key = refused.recognise_refused(file, head)
    if key is not None:
        return key
    # An .xml file that starts as XML is read, and refused with the line if it is not IR; under any other name one "<",
    # which chance can write, is not enough.
    if _XML_START.match(head) and (file.extension == ".xml" or _IR_ROOT.search(head.replace(b"\0", b""))):
        return "ir"
    if _GRAPH_TEXT.match(head):
        return "tf_text"
    if file.base == "saved_model.pbtxt" and head.lstrip()[:1].isalpha():
        return "tf_saved_model"
    with file.mapped() as data:
        found = _protobuf_kind(data)
    # Caffe's binary form has no mark of its own: where the name says another format, that one is broken rather than
    # Caffe.
    return None if found == "caffe" and _kind_by_name(file) else found


_ONNX_WIRES = {1: VARINT, 2: LENGTH, 3: LENGTH, 4: LENGTH, 5: VARINT, 6: LENGTH, 7: LENGTH, 8: LENGTH, 14: LENGTH}


def _protobuf_kind(data: memoryview) -> str | None:
    seen: dict[int, int] = {}
    first: memoryview | None = None
    try:
        for count, (number, wire, value) in enumerate(fields(data, Budget(5_000_000))):
            seen.setdefault(number, wire)
            if number == 1 and first is None and wire == LENGTH:
                assert isinstance(value, memoryview)
                first = value
            if count > 1_000_000:
                break
        wires = set(seen.items())
        if (7, LENGTH) in wires and (1, LENGTH) not in wires:
            known = all(_ONNX_WIRES.get(number, wire) == wire for number, wire in wires)
            return "onnx" if known and ((8, LENGTH) in wires or (1, VARINT) in wires) else None
        if wires == {(1, VARINT), (2, LENGTH)}:
            return "tf_saved_model"
        if first is None:
            return None
        if (100, LENGTH) in wires:
            return "caffe"
        return _by_first_message(first, wires) or ("caffe" if _is_caffe_v1(seen) else None)
    except WireError:
        return None


def _by_first_message(first: memoryview, wires: set[tuple[int, int]]) -> str | None:
    """Formats whose field 1 is a message: which one shows in it and in the other fields."""
    try:
        inner = {number: wire for number, wire, _ in fields(first, Budget(100_000))}
        if inner.get(1) == VARINT and inner.get(2) == VARINT and wires <= {(1, LENGTH), (4, LENGTH), (5, LENGTH)}:
            return "paddle"
        if wires <= {(1, LENGTH), (2, LENGTH), (3, VARINT), (4, LENGTH), (5, LENGTH)} and _is_node(first):
            return "tf_frozen"
        if (2, LENGTH) in wires and wires <= {(number, LENGTH) for number in range(1, 8)} and 5 in inner:
            return "tf_meta"
    except WireError:
        pass
    return None


def _is_node(message: memoryview) -> bool:
    # NodeDef: name, op, inputs and device are strings, attributes messages. MetaInfoDef has its version string as
    # field 5 too, but no readable operation in field 2.
    allowed = {1, 2, 3, 4, 5, 6, 7}
    name = operation = b""
    for number, wire, value in fields(message, Budget(100_000)):
        if number not in allowed or wire != LENGTH:
            return False
        assert isinstance(value, memoryview)
        if number == 1:
            name = bytes(value[:256])
        elif number == 2:
            operation = bytes(value[:256])
    return bool(name) and re.fullmatch(rb"[A-Za-z_>][A-Za-z0-9_>./]*", operation) is not None


def _is_caffe_v1(seen: dict[int, int]) -> bool:
    return seen.get(1) == LENGTH and seen.get(2) == LENGTH and all(number <= 8 for number in seen)


def _mismatch(file: SourceFile, found: str) -> EngineError:
    action = f"Rename it to {file.stem}{_EXTENSION_OF.get(found, '')} and import it again."
    if found == "tf_saved_model":
        action = "Name it saved_model.pb and import its folder, with the folder of its variables."
    return EngineError(
        "model_extension_mismatch",
        f"{file.name} holds a {KINDS[found][1]} model, which its extension does not say.",
        action,
        {"file": file.name, "format": found},
    )


def _nothing_known(files: Sequence[SourceFile]) -> EngineError:
    for file in [file for file in files if file.size][:_LOOKED_AT]:
        found = kind_by_content(file)
        if found in refused.FORMATS:
            return refused.refuse(found, file.name)
        if found is not None and file.extension not in (".bin", ".xml"):
            return _mismatch(file, found)
    by_name = [file for file in files if file.extension in refused.EXTENSIONS]
    if by_name:
        file, key = by_name[0], refused.EXTENSIONS[by_name[0].extension]
        return corrupt(
            file.name, "it is empty" if not file.size else f"its content is not {refused.FORMATS[key].title}"
        )
    if any(file.extension == ".index" or ".data-" in file.base for file in files):
        return refused.refuse("tf_checkpoint", files[0].name)
    names = ", ".join(file.name for file in files[:5]) or "an empty folder"
    return EngineError(
        "model_not_recognised",
        f"No model was found in: {names}.",
        f"Choose a file of one of these formats: {SUPPORTED}.",
    )

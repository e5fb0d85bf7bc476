"""Formats that are known and not read: each with the reason and what to do. Their files are looked at, never loaded."""

from __future__ import annotations

import json
import re
import struct
import zipfile
from contextlib import suppress
from dataclasses import dataclass

from workbench.engine.formats.sources import SourceFile
from workbench.engine.protocol import EngineError


@dataclass(frozen=True, slots=True)
class Refused:
    """A format that needs the framework that wrote it."""

    title: str
    reason: str
    action: str


_TO_ONNX = "Export it as ONNX where it was trained, and import the .onnx file."

FORMATS: dict[str, Refused] = {
    "pytorch": Refused(
        "PyTorch",
        "it is Python code and pickled objects, which only PyTorch can turn into a graph",
        "Export it with torch.onnx.export(model, example_input, 'model.onnx') and import the .onnx file.",
    ),
    "pytorch_weights": Refused(
        "pickled Python object",
        "reading it would run whatever code it holds, and it has no graph",
        "Load it where it was trained, export the model with torch.onnx.export, and import the .onnx file.",
    ),
    "keras": Refused(
        "Keras",
        "only Keras can rebuild the graph from it",
        "Run keras.models.load_model(path).export('folder') and import that folder as a TensorFlow SavedModel.",
    ),
    "caffe": Refused(
        "Caffe",
        "OpenVINO stopped reading Caffe in 2024",
        "Convert it with `mo` of openvino-dev 2024.6 or older, and import the .xml and .bin it writes.",
    ),
    "mxnet": Refused(
        "MXNet",
        "OpenVINO stopped reading MXNet in 2024",
        "Export it with mxnet.onnx.export_model, and import the .onnx file.",
    ),
    "paddle_pir": Refused(
        "PaddlePaddle (PIR program)",
        "OpenVINO reads .pdmodel programs, not the newer .json ones",
        "Save it with FLAGS_enable_pir_api=0 set, which writes a .pdmodel, or convert it with paddle2onnx.",
    ),
    "tf_checkpoint": Refused(
        "TensorFlow checkpoint",
        "it holds the weights and not the graph",
        "Upload the .meta file together with its .index and .data files, or a SavedModel folder.",
    ),
    "safetensors": Refused("safetensors", "it holds the weights and not the graph", _TO_ONNX),
    "gguf": Refused("GGUF", "it is a language model for another runtime", _TO_ONNX),
    "onnxruntime": Refused("ONNX Runtime (.ort)", "it is the internal format of another runtime", _TO_ONNX),
    "coreml": Refused("Core ML", "it is the format of another runtime", _TO_ONNX),
    "tensorrt": Refused("TensorRT engine", "it is compiled for one GPU and has no graph any more", _TO_ONNX),
}

EXTENSIONS: dict[str, str] = {
    ".pt": "pytorch",
    ".pth": "pytorch",
    ".pt2": "pytorch",
    ".ptl": "pytorch",
    ".torchscript": "pytorch",
    ".ckpt": "pytorch",
    ".pkl": "pytorch_weights",
    ".pickle": "pytorch_weights",
    ".joblib": "pytorch_weights",
    ".h5": "keras",
    ".hdf5": "keras",
    ".keras": "keras",
    ".caffemodel": "caffe",
    ".prototxt": "caffe",
    ".params": "mxnet",
    ".json": "mxnet",
    ".safetensors": "safetensors",
    ".gguf": "gguf",
    ".ort": "onnxruntime",
    ".mlmodel": "coreml",
    ".engine": "tensorrt",
    ".trt": "tensorrt",
}

# The four-byte start of a pickle of protocol 2 and later: PROTO n, and then an opcode that begins an object.
_PICKLE = re.compile(rb"\x80[\x02-\x05][\x8a\x95}()\]c\x8cX\x58K]", re.S)
_MXNET_LIST = struct.pack("<Q", 0x112)
_CAFFE_TEXT = re.compile(rb"^\s*(#[^\n]*\n\s*)*(name|layers?|input|input_dim|input_shape|state)\s*[:{]")


def recognise_refused(file: SourceFile, head: bytes) -> str | None:
    """Key into FORMATS by the content of the file, or None. Binary Caffe has no mark of its own: see `recognise`."""
    if head.startswith(b"PK\x03\x04"):
        return _zipped(file)
    if head.startswith(b"\x89HDF\r\n\x1a\n"):
        return "keras"
    if _PICKLE.match(head):
        return "pytorch" if file.extension in (".pt", ".pth", ".ckpt", ".bin") else "pytorch_weights"
    if head.startswith(_MXNET_LIST):
        return "mxnet"
    if head.startswith(b"GGUF"):
        return "gguf"
    if head[4:8] == b"ORTM":
        return "onnxruntime"
    if file.extension == ".safetensors" and head[8:9] == b"{" and int.from_bytes(head[:8], "little") <= file.size:
        return "safetensors"
    if head.lstrip()[:1] == b"{" and file.extension == ".json":
        return _json(file)
    if file.extension == ".prototxt" and _CAFFE_TEXT.match(head):
        return "caffe"
    return None


def _zipped(file: SourceFile) -> str | None:
    # PyTorch and Keras both zip; the members tell them apart. Only the directory of the archive is read.
    names: list[str] = []
    if _has_small_directory(file):
        with (
            suppress(zipfile.BadZipFile, OSError, ValueError, NotImplementedError),
            zipfile.ZipFile(file.path) as archive,
        ):
            names = archive.namelist()
    if any(name.endswith((".weights.h5", "config.json")) for name in names) or (
        not names and file.extension == ".keras"
    ):
        return "keras"
    if any(name.endswith(("data.pkl", "archive_format", "serialized_exported_program.json", ".pt2")) for name in names):
        return "pytorch"
    return "pytorch" if EXTENSIONS.get(file.extension) == "pytorch" else None


def _has_small_directory(file: SourceFile) -> bool:
    """Whether the end record of a zip names a directory that can be read into memory without a second thought."""
    with file.path.open("rb") as stream:
        stream.seek(max(0, file.size - 65_557))
        tail = stream.read()
    at = tail.rfind(b"PK\5\6")
    return 0 <= at <= len(tail) - 22 and int.from_bytes(tail[at + 12 : at + 16], "little") <= 4 << 20


def _json(file: SourceFile) -> str | None:
    if file.size > 64 << 20:
        return None
    try:
        document = json.loads(file.path.read_bytes())
    except (ValueError, RecursionError):
        return None
    if not isinstance(document, dict):
        return None
    if {"nodes", "arg_nodes", "heads"} <= document.keys():
        return "mxnet"
    base = document.get("base_code")
    return "paddle_pir" if isinstance(base, dict) and base.get("magic") == "pir" else None


def refuse(key: str, name: str) -> EngineError:
    """The error for a file of a refused format."""
    known = FORMATS[key]
    return EngineError(
        "model_needs_toolchain",
        f"{name} is a {known.title} file, which cannot be imported directly: {known.reason}.",
        known.action,
        {"file": name, "format": key},
    )

"""Files that must be refused, each with the exact code of the error."""

import os
import pickle
import random
import struct
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

import numpy as np
import openvino as ov
from onnx import TensorProto, helper, numpy_helper
from openvino import opset13 as ops

from tests.unit.engine.corpus import (
    FIXTURES,
    PLACES,
    encode_varint,
    external_in,
    external_tensor,
    fill_constant,
    ir_files,
    message,
    onnx_bytes,
    onnx_model,
    write,
)

EXTENSIONS = (
    "onnx pb pbtxt meta tflite pdmodel xml pt pth pt2 h5 keras caffemodel prototxt params json safetensors gguf pkl ort"
).split()


@dataclass(frozen=True)
class Bad:
    """A case: `make` writes into the work folder and returns the names to import; the import must end with `code`."""

    name: str
    code: str
    make: Callable[[Path], list[str]]


class Canary:
    """Leaves a trace when it is unpickled."""

    def __reduce__(self) -> tuple[Callable[..., int], tuple[str]]:
        return os.system, ("touch unpickled",)


def random_bytes(size: int = 3000) -> bytes:
    return random.Random(7).randbytes(size)


def one(name: str, content: bytes | str) -> Callable[[Path], list[str]]:
    return lambda work: [write(work, name, content)]


def several(**files: bytes | str) -> Callable[[Path], list[str]]:
    """Files named with _ for the dot."""
    return lambda work: [write(work, name.replace("_", ".", 1), content) for name, content in files.items()]


def zipped(*names: str) -> bytes:
    stream = BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for name in names:
            archive.writestr(name, b"content" * 30)
    return stream.getvalue()


def fixture(name: str) -> bytes:
    return (FIXTURES / name).read_bytes()


def cases() -> Iterator[Bad]:
    yield from damaged()
    yield from refused()
    yield from onnx_cases()
    yield from ir_cases()
    yield from tensorflow_cases()
    yield from other_cases()
    yield from folder_cases()


def damaged() -> Iterator[Bad]:
    for extension in EXTENSIONS:
        yield Bad(f"random_{extension}", "model_corrupt", one(f"a.{extension}", random_bytes()))
        yield Bad(f"empty_{extension}", "model_corrupt", one(f"a.{extension}", b""))
        yield Bad(f"zeros_{extension}", "model_corrupt", one(f"a.{extension}", bytes(1000)))
    yield Bad("random_saved_model", "model_corrupt", one("saved_model.pb", random_bytes()))
    for name in ("tiny_frozen.pb", "tiny_frozen.pbtxt", "tiny.tflite", "tiny_int8.tflite"):
        yield Bad(f"truncated_{name}", "model_corrupt", one(name, fixture(name)[: len(fixture(name)) // 2]))
    yield Bad("truncated_onnx", "model_corrupt", one("a.onnx", onnx_bytes()[:-20]))
    yield Bad("unknown_extension", "model_not_recognised", one("a.dat", random_bytes()))
    yield Bad("no_extension", "model_not_recognised", one("model", random_bytes()))
    yield Bad("only_a_bin", "model_not_recognised", one("a.bin", random_bytes()))
    yield Bad("chance_wrote_a_bracket", "model_corrupt", one("a.caffemodel", b"<\xc7" + random_bytes()))
    yield Bad("a_picture_in_xml", "model_not_recognised", one("a.svg", b'<svg xmlns="w3"/>'))
    yield Bad("ir_named_dat", "model_extension_mismatch", one("a.dat", b'<?xml version="1.0"?><net name="n"/>'))
    yield Bad("only_text", "model_not_recognised", one("README.md", "# A model\n"))
    yield Bad("picture_as_onnx", "model_corrupt", one("a.onnx", b"\x89PNG\r\n\x1a\n" + random_bytes()))
    for source, extension in (("tiny.tflite", "onnx"), ("tiny_frozen.pb", "tflite"), ("tiny_frozen.pbtxt", "dat")):
        yield Bad(f"{source}_named_{extension}", "model_extension_mismatch", one(f"a.{extension}", fixture(source)))
    yield Bad("onnx_named_pb", "model_extension_mismatch", one("a.pb", onnx_bytes()))
    yield Bad("two_models", "model_ambiguous", several(a_onnx=onnx_bytes(), b_onnx=onnx_bytes()))


def refused() -> Iterator[Bad]:
    pickled = pickle.dumps(Canary(), protocol=2)
    yield Bad("pickle_pt", "model_needs_toolchain", one("a.pt", pickled))
    yield Bad("pickle_pth", "model_needs_toolchain", one("a.pth", pickled))
    yield Bad("pickle_pkl", "model_needs_toolchain", one("a.pkl", pickled))
    yield Bad("pickle_as_onnx", "model_needs_toolchain", one("a.onnx", pickled))
    yield Bad("torchscript", "model_needs_toolchain", one("a.pt", zipped("a/data.pkl", "a/code/x.py")))
    yield Bad("torch_bin", "model_needs_toolchain", one("pytorch_model.bin", zipped("a/data.pkl", "a/data/0")))
    yield Bad("exported_program", "model_needs_toolchain", one("a.pt2", zipped("a/archive_format", "a/models/m.json")))
    yield Bad("truncated_torch_zip", "model_needs_toolchain", one("a.pt", zipped("a/data.pkl")[:60]))
    yield Bad("keras", "model_needs_toolchain", one("a.keras", zipped("config.json", "model.weights.h5")))
    yield Bad("keras_as_onnx", "model_needs_toolchain", one("a.onnx", zipped("config.json", "model.weights.h5")))
    yield Bad("hdf5", "model_needs_toolchain", one("a.h5", b"\x89HDF\r\n\x1a\n" + bytes(100)))
    yield Bad("mxnet", "model_needs_toolchain", one("a.params", struct.pack("<QQ", 0x112, 0) + bytes(50)))
    yield Bad("mxnet_json", "model_needs_toolchain", one("a.json", '{"nodes": [], "arg_nodes": [], "heads": []}'))
    yield Bad("paddle_pir", "model_needs_toolchain", one("a.json", '{"base_code": {"magic": "pir"}, "program": {}}'))
    yield Bad("prototxt", "model_needs_toolchain", one("a.prototxt", 'name: "n"\nlayer { name: "x" type: "ReLU" }'))
    caffe = b"\x0a\x01n" + b"\xa2\x06\x08\x0a\x01x\x12\x03Foo"  # NetParameter: name "n", layer (field 100)
    yield Bad("caffemodel", "model_needs_toolchain", one("a.caffemodel", caffe))
    header = b'{"w":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}'
    safetensors = struct.pack("<Q", len(header)) + header + bytes(4)
    yield Bad("safetensors", "model_needs_toolchain", one("a.safetensors", safetensors))
    yield Bad("gguf", "model_needs_toolchain", one("a.gguf", b"GGUF\x03\0\0\0" + bytes(16)))
    yield Bad("json_bomb", "model_corrupt", one("a.json", "[" * 100_000))


def onnx_cases() -> Iterator[Bad]:
    outside = [
        "../secret",
        "/etc/passwd",
        "sub/w.data",
        "..\\w.data",
        "C:w.data",
        "",
        ".",
        "..",
        "a\0b",
        "*/_ORT_MEM_ADDR_/*",
    ]
    for number, location in enumerate(outside):
        content = onnx_bytes(onnx_model(external_tensor(location)))
        yield Bad(f"external_outside_{number}", "onnx_external_data_outside", one("a.onnx", content))
    based = onnx_bytes(onnx_model(external_tensor("w.data", basepath="/etc")))
    yield Bad("external_basepath", "onnx_external_data_outside", several(a_onnx=based, w_data=bytes(48)))
    for place in PLACES:
        yield Bad(f"external_in_{place}", "onnx_external_data_outside", one("a.onnx", external_in(place, "../secret")))
    plain = onnx_bytes(onnx_model(external_tensor("w.data")))
    yield Bad("external_missing", "onnx_external_data_missing", one("a.onnx", plain))
    yield Bad("external_short", "onnx_external_data_missing", several(a_onnx=plain, w_data=bytes(47)))
    offset = onnx_bytes(onnx_model(external_tensor("w.data", offset="8", length="48")))
    yield Bad("external_offset", "onnx_external_data_missing", several(a_onnx=offset, w_data=bytes(50)))
    for number, entries in enumerate([{"offset": "-1"}, {"length": "1e9"}, {"length": "47"}, {"offset": "9" * 30}]):
        content = onnx_bytes(onnx_model(external_tensor("w.data", **entries)))
        yield Bad(f"external_numbers_{number}", "model_corrupt", several(a_onnx=content, w_data=bytes(48)))
    twice = external_tensor("w.data")
    twice.external_data.add(key="location", value="../secret")
    yield Bad("external_twice", "model_corrupt", several(a_onnx=onnx_bytes(onnx_model(twice)), w_data=bytes(48)))
    yield Bad("external_symlink", "model_file_forbidden", _linked(plain, hard=False))
    yield Bad("external_hardlink", "model_file_forbidden", _linked(plain, hard=True))

    huge = TensorProto(name="w", data_type=TensorProto.FLOAT, dims=[10**12, 3, 1, 1])
    yield Bad("onnx_huge_dimension", "model_too_large", one("a.onnx", onnx_bytes(onnx_model(huge))))
    many = TensorProto(name="w", data_type=TensorProto.FLOAT, dims=[100_000, 100_000, 100])
    yield Bad("onnx_huge_tensor", "model_too_large", one("a.onnx", onnx_bytes(onnx_model(many))))
    hollow = TensorProto(name="w", data_type=TensorProto.FLOAT, dims=[1000, 1000, 100])
    yield Bad("onnx_tensor_without_data", "model_corrupt", one("a.onnx", onnx_bytes(onnx_model(hollow))))
    negative = TensorProto(name="w", data_type=TensorProto.FLOAT, dims=[-4, 3], raw_data=bytes(48))
    yield Bad("onnx_negative_dimension", "model_corrupt", one("a.onnx", onnx_bytes(onnx_model(negative))))
    short = numpy_helper.from_array(np.zeros((4, 3, 1, 1), np.float32), "w")
    short.raw_data = bytes(40)
    yield Bad("onnx_short_tensor", "model_corrupt", one("a.onnx", onnx_bytes(onnx_model(short))))
    graph = message(1, message(4, b"Identity"))
    for _ in range(200):
        branch = message(1, b"then_branch") + message(6, graph) + encode_varint(20 << 3) + b"\x05"
        graph = message(1, message(4, b"If") + message(5, branch))
    deep = b"\x08\x08" + message(7, graph) + message(8, b"\x10\x0d")
    yield Bad("onnx_deep_nesting", "model_too_large", one("a.onnx", deep))
    empty = helper.make_model(helper.make_graph([], "g", [], []), opset_imports=[helper.make_opsetid("", 13)])
    yield Bad("onnx_empty_graph", "model_corrupt", one("a.onnx", onnx_bytes(empty)))
    yield Bad("onnx_unknown_operation", "unsupported_operation", one("a.onnx", onnx_bytes(onnx_model(operation="Foo"))))


def _linked(content: bytes, *, hard: bool) -> Callable[[Path], list[str]]:
    """A folder whose external data is a link to a file elsewhere."""

    def make(work: Path) -> list[str]:
        secret = work / "inputs" / "secret"
        write(work, "model/a.onnx", content)
        secret.write_bytes(bytes(48))
        link = work / "inputs" / "model" / "w.data"
        if hard:
            link.hardlink_to(secret)
        else:
            link.symlink_to(secret)
        return ["inputs/model"]

    return make


def edited(*changes: tuple[str, str], weights: Callable[[bytes], bytes] = bytes) -> Callable[[Path], list[str]]:
    """The small IR with text replaced (once each) and its .bin changed."""

    def make(work: Path) -> list[str]:
        xml, bin_file = ir_files(work / "inputs" / "made")
        text = xml.read_text()
        for old, new in changes:
            assert old in text, old
            text = text.replace(old, new, 1)
        return [write(work, "net.xml", text), write(work, "net.bin", weights(bin_file.read_bytes()))]

    return make


def another_models_bin(work: Path) -> list[str]:
    xml, _ = ir_files(work / "inputs" / "made")
    x = ops.parameter([1, 900], np.float32)
    other = ov.Model(
        [ops.matmul(x, ops.constant(np.random.default_rng(0).random((900, 7), np.float32)), False, False)], [x], "other"
    )
    ov.save_model(other, work / "inputs" / "made" / "other.xml", compress_to_fp16=False)
    content = (work / "inputs" / "made" / "other.bin").read_bytes()
    return [write(work, "net.xml", xml.read_text()), write(work, "net.bin", content)]


def several_bins(work: Path) -> list[str]:
    xml, weights = ir_files(work / "inputs" / "made")
    names = [write(work, name, weights.read_bytes()) for name in ("a.bin", "b.bin")]
    return [write(work, "net.xml", xml.read_text()), *names]


LAUGHS = (
    '<?xml version="1.0"?><!DOCTYPE net [<!ENTITY a "ha">'
    + "".join(f'<!ENTITY {chr(98 + n)} "{f"&{chr(97 + n)};" * 10}">' for n in range(10))
    + ']><net name="&k;" version="11"><layers/></net>'
)
XXE = '<?xml version="1.0"?><!DOCTYPE net [<!ENTITY x SYSTEM "file:///etc/passwd">]><net version="11">&x;</net>'
PARAMETER_ENTITY = (
    '<?xml version="1.0"?><!DOCTYPE net [<!ENTITY % p SYSTEM "http://127.0.0.1:1/x">%p;]><net version="11"/>'
)


def ir_cases() -> Iterator[Bad]:
    yield Bad("billion_laughs", "xml_forbidden", one("a.xml", LAUGHS))
    yield Bad("xxe", "xml_forbidden", one("a.xml", XXE))
    yield Bad("xxe_parameter", "xml_forbidden", one("a.xml", PARAMETER_ENTITY))
    yield Bad(
        "doctype_utf16", "xml_forbidden", one("a.xml", XXE.replace("?>", ' encoding="utf-16"?>', 1).encode("utf-16"))
    )
    yield Bad("other_xml", "model_corrupt", one("a.xml", "<annotation><size/></annotation>"))
    yield Bad("no_layers", "model_corrupt", one("a.xml", '<net name="n" version="11"><layers/><edges/></net>'))
    yield Bad("half_an_xml", "model_corrupt", edited(("</layers>", "")))
    yield Bad("old_version", "ir_version_not_supported", edited(('version="11"', 'version="7"')))
    yield Bad("deep_xml", "model_too_large", one("a.xml", '<net version="11">' + "<a>" * 5000))
    yield Bad("bin_missing", "model_file_missing", lambda work: edited()(work)[:1])
    yield Bad("bin_too_short", "ir_weights_mismatch", edited(weights=lambda content: content[:-1]))
    yield Bad("bin_empty", "ir_weights_mismatch", edited(weights=lambda _: b""))
    yield Bad("bin_too_long", "ir_weights_mismatch", edited(weights=lambda content: content + random_bytes(10_000)))
    yield Bad("bin_of_another_model", "ir_weights_mismatch", another_models_bin)
    yield Bad("bins_to_choose_from", "model_ambiguous", several_bins)
    yield Bad("duplicate_layer", "ir_duplicate_ids", edited(('layer id="1"', 'layer id="0"')))
    yield Bad("duplicate_layer_zeros", "ir_duplicate_ids", edited(('layer id="1"', 'layer id="00"')))
    yield Bad("duplicate_port", "ir_duplicate_ids", edited(('<port id="1"', '<port id="0"')))
    second = '<layers><layer id="0" name="z" type="Result" version="opset1"/></layers><edges>'
    yield Bad("second_layers", "model_corrupt", edited(("<edges>", second)))
    edge = '<edge from-layer="0" from-port="0" to-layer="2" to-port="0" />'
    yield Bad("port_fed_twice", "ir_duplicate_ids", edited(("<edges>", f"<edges>{edge}")))
    nowhere = '<edge from-layer="77" from-port="0" to-layer="2" to-port="0" />'
    yield Bad("edge_from_nowhere", "model_corrupt", edited(("<edges>", f"<edges>{nowhere}")))
    yield Bad(
        "second_data", "ir_duplicate_ids", edited(("<data shape=", '<data shape="1" element_type="f32"/><data shape='))
    )
    yield Bad("layer_id_text", "model_corrupt", edited(('layer id="1"', 'layer id="one"')))
    yield Bad("huge_dimension", "model_too_large", edited(('shape="1,3,8,8"', 'shape="1,3,1000000000000,8"')))
    yield Bad("huge_upper_bound", "model_too_large", edited(('shape="1,3,8,8"', 'shape="1,3,1..1000000000000,8"')))
    yield Bad("huge_tensor", "model_too_large", edited(('shape="1,3,8,8"', 'shape="100000,3,100000,8"')))
    yield Bad("huge_port", "model_too_large", edited(("<dim>8</dim>", "<dim>1000000000000</dim>")))
    yield Bad("dimension_text", "model_corrupt", edited(("<dim>8</dim>", "<dim>eight</dim>")))
    yield Bad("offset_outside", "ir_weights_mismatch", edited(('offset="0"', 'offset="99999999"')))
    yield Bad("offset_negative", "model_corrupt", edited(('offset="0"', 'offset="-8"')))
    yield Bad("offset_huge", "model_corrupt", edited(('offset="0"', f'offset="{10**30}"')))
    yield Bad("size_of_another_shape", "model_corrupt", edited(('size="432"', 'size="428"')))
    yield Bad("unknown_layer", "unsupported_operation", edited(('type="ReLU"', 'type="Mystery"')))
    yield Bad("made_huge_by_inference", "model_too_large", _broadcast_bomb)


def _broadcast_bomb(work: Path) -> list[str]:
    """Ports say nothing of the 10^12 elements that shape inference finds."""
    (work / "inputs" / "made").mkdir(parents=True)
    x = ops.parameter([1], np.float32)
    y = ops.broadcast(x, ops.constant(np.array([1000, 1000], np.int64)))
    ov.save_model(ov.Model([ops.result(y)], [x], "bomb"), work / "inputs" / "made" / "net.xml")
    weights = (work / "inputs" / "made" / "net.bin").read_bytes()
    grown = weights.replace(struct.pack("<qq", 1000, 1000), struct.pack("<qq", 10**6, 10**6))
    text = (work / "inputs" / "made" / "net.xml").read_text()
    return [write(work, "net.xml", text), write(work, "net.bin", grown)]


def tensorflow_cases() -> Iterator[Bad]:
    saved, meta = fixture("tf_saved_model/saved_model.pb"), fixture("tf_checkpoint/tiny.meta")
    index, data = fixture("tf_checkpoint/tiny.index"), fixture("tf_checkpoint/tiny.data-00000-of-00001")
    shard = "tiny.data-00000-of-00001"

    def checkpoint(**files: bytes | None) -> Callable[[Path], list[str]]:
        whole: dict[str, bytes | None] = {"tiny.meta": meta, "tiny.index": index, shard: data}
        whole |= {
            {"meta": "tiny.meta", "index": "tiny.index", "data": shard}[key]: value for key, value in files.items()
        }
        return lambda work: [write(work, name, content) for name, content in whole.items() if content is not None]

    yield Bad("saved_model_without_variables", "model_file_missing", one("saved_model.pb", saved))
    yield Bad("saved_model_truncated", "model_corrupt", one("saved_model.pb", saved[: len(saved) // 2]))
    yield Bad("meta_truncated", "model_corrupt", checkpoint(meta=meta[: len(meta) // 2]))
    yield Bad("meta_without_index", "model_file_missing", checkpoint(index=None))
    yield Bad("meta_without_data", "model_file_missing", checkpoint(data=None))
    yield Bad("checkpoint_data_short", "model_corrupt", checkpoint(data=data[:-1]))
    yield Bad("checkpoint_index_truncated", "model_corrupt", checkpoint(index=index[:-1]))
    yield Bad("checkpoint_index_random", "model_corrupt", checkpoint(index=random_bytes()))
    flipped = bytearray(index)
    flipped[20] ^= 1
    yield Bad("checkpoint_index_flipped", "model_corrupt", checkpoint(index=bytes(flipped)))
    yield Bad("only_a_checkpoint", "model_needs_toolchain", lambda work: checkpoint(meta=None)(work))
    unfrozen = b"\x0a\x10\x0a\x01v\x12\x0bVarHandleOp"  # GraphDef with one node v of VarHandleOp
    yield Bad("unfrozen_graph", "model_file_missing", one("a.pb", unfrozen))
    text = fixture("tiny_frozen.pbtxt").decode()
    yield Bad("pbtxt_open_brace", "model_corrupt", one("a.pbtxt", text + "node {"))
    yield Bad("pbtxt_close_brace", "model_corrupt", one("a.pbtxt", text + "}"))
    yield Bad("pbtxt_deep", "model_too_large", one("a.pbtxt", 'node { op: "a" ' + "x {" * 500 + "}" * 501))
    value = "tensor { dtype: DT_FLOAT tensor_shape { %s } float_val: 1 }"
    fill = f'node {{ name: "c" op: "Const" attr {{ key: "value" value {{ {value} }} }} }}'
    dims = "dim { size: 100000 } dim { size: 10000 }"
    yield Bad("pbtxt_fill_bomb", "model_too_large", one("a.pbtxt", fill % dims))
    yield Bad("pbtxt_huge", "model_too_large", one("a.pbtxt", fill % "dim { size: 1000000000000 }"))
    yield Bad("pb_fill_bomb", "model_too_large", one("a.pb", fill_constant([100_000, 10_000])))
    yield Bad("pb_huge_dimension", "model_too_large", one("a.pb", fill_constant([10**12])))


def other_cases() -> Iterator[Bad]:
    program, parameters = fixture("paddle/tiny.pdmodel"), fixture("paddle/tiny.pdiparams")
    yield Bad("paddle_without_weights", "model_file_missing", one("tiny.pdmodel", program))
    half = program[: len(program) // 2]
    yield Bad("paddle_truncated", "model_corrupt", several(tiny_pdmodel=half, tiny_pdiparams=parameters))
    for number, content in enumerate([parameters[:-1], b"", parameters * 2, random_bytes()]):
        files = several(tiny_pdmodel=program, tiny_pdiparams=content)
        yield Bad(f"paddle_weights_{number}", "model_corrupt", files)
    tflite = bytearray(fixture("tiny.tflite"))
    for at in (0, 16, 24, 32):
        broken = bytearray(tflite)
        broken[at : at + 4] = b"\xf0\xff\xff\x7f"
        yield Bad(f"tflite_offset_{at}", "model_corrupt", one("a.tflite", bytes(broken)))


def folder_cases() -> Iterator[Bad]:
    def empty_folder(work: Path) -> list[str]:
        (work / "inputs" / "model.onnx").mkdir(parents=True)
        return ["inputs/model.onnx"]

    def fifo(work: Path) -> list[str]:
        (work / "inputs" / "model").mkdir(parents=True)
        os.mkfifo(work / "inputs" / "model" / "a.onnx")
        return ["inputs/model"]

    def link_of_a_link(work: Path) -> list[str]:
        write(work, "secret.onnx", onnx_bytes())
        (work / "inputs" / "middle").symlink_to(work / "inputs" / "secret.onnx")
        (work / "inputs" / "a.onnx").symlink_to(work / "inputs" / "middle")
        return ["inputs/a.onnx"]

    def deep_folders(work: Path) -> list[str]:
        (work / "inputs" / "/".join("d" * 60)).mkdir(parents=True)
        return ["inputs/d"]

    yield Bad("folder_instead_of_file", "model_not_recognised", empty_folder)
    yield Bad("fifo", "model_file_forbidden", fifo)
    yield Bad("link_of_a_link", "model_file_forbidden", link_of_a_link)
    yield Bad("deep_folders", "model_too_large", deep_folders)
    yield Bad("nothing", "model_file_missing", lambda work: [])
    yield Bad("not_there", "model_file_missing", lambda work: ["inputs/a.onnx"])
    yield Bad("path_up", "model_file_forbidden", lambda work: ["inputs/../../etc/passwd"])
    yield Bad("path_absolute", "model_file_forbidden", lambda work: ["/etc/passwd"])

"""Small models, whole and broken, that the tests of `convert` share."""

import io
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import openvino as ov
from onnx import TensorProto, helper, numpy_helper
from openvino import opset13 as ops

from workbench.engine import convert
from workbench.engine.protocol import Emitter

FIXTURES = Path(__file__).parents[2] / "fixtures" / "models"
LIGHT = Path(onnx.__file__).parent / "backend" / "test" / "data" / "light"


def run_convert(work: Path, files: Sequence[str], **parameters: Any) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """Run `convert` in this process; its result and its events."""
    stream = io.StringIO()
    result = convert.run({"files": list(files), **parameters}, work, Emitter(stream))
    return result, [json.loads(line) for line in stream.getvalue().splitlines()]


def stage(work: Path, *sources: Path) -> list[str]:
    """Stage files or folders as the worker does, as links under inputs/; returns their names."""
    inputs = work / "inputs"
    inputs.mkdir(exist_ok=True)
    for source in sources:
        (inputs / source.name).symlink_to(source)
    return [f"inputs/{source.name}" for source in sources]


def write(work: Path, name: str, content: bytes | str) -> str:
    """Write one input file; returns its name within the work folder."""
    path = work / "inputs" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return f"inputs/{name}"


def left_behind(work: Path) -> list[str]:
    """Everything in the work folder besides what was put in."""
    return sorted(
        str(path.relative_to(work)) for path in work.rglob("*") if "inputs" not in path.relative_to(work).parts[:1]
    )


def external_tensor(location: str, *, name: str = "w", **entries: str) -> TensorProto:
    """A float tensor [4, 3, 1, 1] (48 bytes) whose data lies in another file."""
    tensor = TensorProto(name=name, data_type=TensorProto.FLOAT, dims=[4, 3, 1, 1])
    tensor.data_location = TensorProto.EXTERNAL
    for key, value in {"location": location, **entries}.items():
        tensor.external_data.add(key=key, value=value)
    return tensor


def small_tensor(name: str = "w") -> TensorProto:
    """The float tensor [4, 3, 1, 1] of 0, 1, 2 … 11."""
    return numpy_helper.from_array(np.arange(12, dtype=np.float32).reshape(4, 3, 1, 1), name)


def onnx_model(weight: TensorProto | None = None, *, operation: str = "Conv", domain: str = "") -> onnx.ModelProto:
    """x [1, 3, 4, 4] -> 1x1 convolution with w [4, 3, 1, 1] -> y."""
    graph = helper.make_graph(
        [helper.make_node(operation, ["x", "w"], ["y"], domain=domain, name="only")],
        "small",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, [1, 3, 4, 4])],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, None)],
        [small_tensor() if weight is None else weight],
    )
    opsets = [helper.make_opsetid("", 13)] + ([helper.make_opsetid(domain, 1)] if domain else [])
    return helper.make_model(graph, opset_imports=opsets)


def onnx_bytes(model: onnx.ModelProto | None = None) -> bytes:
    content: bytes = (model or onnx_model()).SerializeToString()
    return content


def external_in(place: str, location: str) -> bytes:
    """A model with an external tensor in an unusual place."""
    model = onnx_model()
    tensor = external_tensor(location)
    graph = model.graph
    if place == "attribute":
        graph.node.append(helper.make_node("Constant", [], ["c"], value=tensor))
    elif place == "attribute_list":
        node = helper.make_node("Foo", [], ["c"])
        node.attribute.add(name="many", type=onnx.AttributeProto.TENSORS).tensors.append(tensor)
        graph.node.append(node)
    elif place in ("subgraph", "deep_subgraph"):
        inner = helper.make_graph([helper.make_node("Constant", [], ["c"], value=tensor)], "inner", [], [])
        for _ in range(5 if place == "deep_subgraph" else 0):
            inner = helper.make_graph([helper.make_node("If", ["k"], ["c"], then_branch=inner)], "outer", [], [])
        graph.node.append(helper.make_node("If", ["k"], ["c"], then_branch=inner, else_branch=inner))
    elif place == "subgraph_list":
        node = helper.make_node("Foo", [], ["c"])
        node.attribute.add(name="many", type=onnx.AttributeProto.GRAPHS).graphs.add().initializer.append(tensor)
        graph.node.append(node)
    elif place == "sparse":
        graph.sparse_initializer.add().values.CopyFrom(tensor)
    elif place == "sparse_indices":
        sparse = graph.sparse_initializer.add()
        sparse.values.CopyFrom(small_tensor())
        sparse.indices.CopyFrom(tensor)
    elif place == "sparse_attribute":
        node = helper.make_node("Constant", [], ["c"])
        attribute = node.attribute.add(name="sparse_value", type=onnx.AttributeProto.SPARSE_TENSOR)
        attribute.sparse_tensor.values.CopyFrom(tensor)
        graph.node.append(node)
    elif place == "function":
        node = helper.make_node("Constant", [], ["c"], value=tensor)
        model.functions.append(helper.make_function("own", "F", [], ["c"], [node], [helper.make_opsetid("", 13)]))
    elif place == "function_default":
        function = helper.make_function("own", "F", [], ["c"], [], [helper.make_opsetid("", 13)])
        function.attribute_proto.add(name="a", type=onnx.AttributeProto.TENSOR).t.CopyFrom(tensor)
        model.functions.append(function)
    elif place == "training":
        model.training_info.add().initialization.initializer.append(tensor)
    else:
        raise ValueError(place)
    return onnx_bytes(model)


PLACES = (
    "attribute attribute_list subgraph deep_subgraph subgraph_list sparse sparse_indices sparse_attribute function "
    "function_default training"
).split()


def ov_model() -> ov.Model:
    """x [1, 3, 8, 8] -> convolution 3x3, 4 filters -> + bias -> ReLU -> y [1, 4, 6, 6]."""
    x = ops.parameter([1, 3, 8, 8], np.float32, name="x")
    x.output(0).set_names({"x"})
    kernel = ops.constant(np.arange(108, dtype=np.float32).reshape(4, 3, 3, 3) / 100)
    y = ops.convolution(x, kernel, [1, 1], [0, 0], [0, 0], [1, 1], name="conv")
    y = ops.add(y, ops.constant(np.full((1, 4, 1, 1), 0.5, np.float32)), name="bias")
    y.output(0).set_names({"biased"})
    y = ops.relu(y, name="relu")
    y.output(0).set_names({"y"})
    return ov.Model([ops.result(y)], [x], "small")


def ir_files(folder: Path, *, fp16: bool = False) -> tuple[Path, Path]:
    """Save `ov_model` as net.xml and net.bin."""
    folder.mkdir(parents=True, exist_ok=True)
    ov.save_model(ov_model(), folder / "net.xml", compress_to_fp16=fp16)
    return folder / "net.xml", folder / "net.bin"


def tiny_output(x: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    """What the network of the fixtures gives for x [1, 8, 8, 3], computed with numpy alone."""
    kernel = np.sin(np.arange(108, dtype=np.float32)).reshape(3, 3, 3, 4)
    bias = np.array([0.1, -0.2, 0.3, 0.0], np.float32)
    head = np.cos(np.arange(20, dtype=np.float32)).reshape(4, 5)
    windows = np.lib.stride_tricks.sliding_window_view(x[0], (3, 3), axis=(0, 1))  # [6, 6, channel, height, width]
    convolved = np.einsum("yxchw,hwcf->yxf", windows, kernel) + bias
    logits = np.maximum(convolved, 0).mean(axis=(0, 1)) @ head
    shifted = np.exp(logits - logits.max())
    result: np.ndarray[Any, Any] = (shifted / shifted.sum())[None]
    return result


def message(number: int, content: bytes) -> bytes:
    """A length-delimited protobuf field."""
    return encode_varint(number << 3 | 2) + encode_varint(len(content)) + content


def encode_varint(value: int) -> bytes:
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes([*out, value])


def fill_constant(dims: list[int]) -> bytes:
    """A GraphDef with one Const of the given shape and a single value."""
    shape = b"".join(message(2, b"\x08" + encode_varint(dim)) for dim in dims)
    tensor = b"\x08\x01" + message(2, shape) + b"\x2d\x00\x00\x80\x3f"
    attribute = message(1, b"value") + message(2, message(8, tensor))
    return message(1, message(1, b"c") + message(2, b"Const") + message(5, attribute))

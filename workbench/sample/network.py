"""The network: nine seeded 3×3 convolutions in three residual stages, and a linear classifier on pooled features.

The convolutions are never trained. Random features of enough width separate the digits well (Rahimi and Recht,
"Random features for large-scale kernel machines", 2007), so that only the linear head is fitted.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

from workbench.sample.digits import LABELS, SIDE

STAGES = (16, 64, 128)
POOL = 4
WEIGHT_SEED = 1958
# Grey values 0…255 become about -1…1; it is part of the network, so pictures go in as they are.
MEAN = 127.5
SCALE = 127.5
OPSET = 17
IR_VERSION = 9

FEATURES = STAGES[-1] * (SIDE // 2 ** len(STAGES) // POOL) ** 2

Array = NDArray[np.float32]


@dataclass(frozen=True)
class Head:
    """A linear classifier: class scores = features @ weights + bias; weights are FEATURES × 10."""

    weights: Array
    bias: Array


class _Graph:
    """Collects nodes and weights; every method adds a node and returns the name of its output."""

    def __init__(self) -> None:
        self.nodes: list[onnx.NodeProto] = []
        self.weights: list[onnx.TensorProto] = []
        self.flop = 0.0
        self._rng = np.random.default_rng(WEIGHT_SEED)

    def weight(self, name: str, value: Array) -> str:
        self.weights.append(numpy_helper.from_array(value, name))
        return name

    def node(self, operation: str, inputs: list[str], name: str, **attributes: Any) -> str:
        self.nodes.append(helper.make_node(operation, inputs, [f"{name}_out"], name, **attributes))
        return f"{name}_out"

    def convolution(self, source: str, name: str, channels: tuple[int, int], stride: int, side: int) -> str:
        """A 3×3 convolution, inner → outer `channels`, with an output of `side` × `side`.

        Weights are normal with variance 2 / (inner · 9) (He et al., "Delving deep into rectifiers", 2015). It counts
        2 · side² · outer · inner · 9 FLOP: a multiply-add is two.
        """
        inner, outer = channels
        deviation = np.sqrt(2.0 / (inner * 9))
        value = self._rng.normal(0.0, deviation, (outer, inner, 3, 3)).astype(np.float32)
        bias = self._rng.normal(0.0, 0.05, outer).astype(np.float32)
        self.flop += 2.0 * side**2 * outer * inner * 9
        inputs = [source, self.weight(f"{name}_weight", value), self.weight(f"{name}_bias", bias)]
        return self.node("Conv", inputs, name, kernel_shape=[3, 3], strides=[stride] * 2, pads=[1] * 4)


def build(head: Head | None) -> tuple[onnx.ModelProto, float]:
    """The ONNX model and its GFLOP (convolutions and classifier).

    Input `image` is 1 × 3 × 128 × 128 f32, RGB, 0 to 255. Output is `probabilities`, 1 × 10; without a head it is
    `features`, 1 × FEATURES.
    """
    graph = _Graph()
    last = _backbone(graph)
    output, width = "features", FEATURES
    if head is not None:
        output, width = "probabilities", len(LABELS)
        inputs = [last, graph.weight("classifier_weight", head.weights), graph.weight("classifier_bias", head.bias)]
        last = graph.node("Gemm", inputs, "classifier")
        last = graph.node("Softmax", [last], "softmax", axis=1)
        graph.flop += 2.0 * head.weights.size
    graph.nodes[-1].output[0] = output
    proto = helper.make_graph(
        graph.nodes,
        "sample_digits",
        [helper.make_tensor_value_info("image", TensorProto.FLOAT, [1, 3, SIDE, SIDE])],
        [helper.make_tensor_value_info(output, TensorProto.FLOAT, [1, width])],
        graph.weights,
    )
    model = helper.make_model(
        proto,
        opset_imports=[helper.make_opsetid("", OPSET)],
        ir_version=IR_VERSION,
        producer_name="dl-workbench",
        doc_string="Handwritten digits; made by the Deep Learning Workbench as a sample.",
    )
    facts = {
        "labels": ", ".join(LABELS),
        "input": f"RGB, {SIDE} × {SIDE}, 0 to 255; the network itself subtracts {MEAN} and divides by {SCALE}",
    }
    helper.set_model_props(model, facts)
    onnx.checker.check_model(model)
    return model, graph.flop / 1e9


def _backbone(graph: _Graph) -> str:
    """Three stages, each a strided convolution and a residual pair, then average pooling to 4 × 4 a channel."""
    shift = graph.weight("mean", np.full((1, 3, 1, 1), MEAN, np.float32))
    scale = graph.weight("scale", np.full((1, 3, 1, 1), SCALE, np.float32))
    last = graph.node("Div", [graph.node("Sub", ["image", shift], "subtract_mean"), scale], "divide_by_scale")
    inner, side = 3, SIDE
    for number, channels in enumerate(STAGES, 1):
        side //= 2
        name = f"stage{number}"
        last = graph.convolution(last, f"{name}_down", (inner, channels), 2, side)
        shortcut = graph.node("Relu", [last], f"{name}_down_relu")
        last = graph.convolution(shortcut, f"{name}_first", (channels, channels), 1, side)
        last = graph.node("Relu", [last], f"{name}_first_relu")
        last = graph.convolution(last, f"{name}_second", (channels, channels), 1, side)
        last = graph.node("Add", [last, shortcut], f"{name}_add")
        last = graph.node("Relu", [last], f"{name}_relu")
        inner = channels
    last = graph.node("AveragePool", [last], "pool", kernel_shape=[POOL] * 2, strides=[POOL] * 2)
    return graph.node("Flatten", [last], "flatten", axis=1)

"""GFLOP and parameters of the light models that the `onnx` package carries, against counts that share no code with it.

Convention everywhere: a multiply-add counts as 2. What published tables call FLOPs or "GFLOPS" are mostly multiply-adds
of convolutions and fully connected layers alone; so that part of the analysis is held against them, halved. A
normalisation behind a convolution is folded into it and leaves one parameter a channel, where the tables count two.

Three references:
- by hand: `architectures.py`, the layers of the papers in closed form; sizes exactly, so equality is asked for;
- published: see PUBLISHED;
- another tool: onnx's own shape inference with a plain count over the nodes of the file, for the total with everything
  that is neither convolution nor matrix product (here 0.1 to 3 %).
"""

import math
from pathlib import Path
from typing import Any

import onnx
import pytest
from onnx import numpy_helper, shape_inference

from tests.benchmarks import light_models
from tests.unit.engine.architectures import BY_HAND
from tests.unit.engine.networks import ov
from workbench.engine.analyze.operation import analyse

MODELS = (
    "bvlc_alexnet", "densenet121", "inception_v1", "inception_v2", "resnet50", "shufflenet", "squeezenet", "vgg19",
    "zfnet512",
)  # fmt: skip
# Their weights are constants of one value; where two layers have the same input, the converter would merge them.
SIBLINGS = ("inception_v1", "inception_v2")

# Name → (parameters, 10⁹ multiply-adds at 224×224). Source: the metadata of torchvision's weights (`num_params`, `_ops`
# in torchvision/models/{resnet,densenet,squeezenet,vgg}.py), printed as "GFLOPS" in
# https://pytorch.org/vision/stable/models.html, where a multiply-add is one.
PUBLISHED = {
    "resnet50": (25_557_032, 4.089),
    "densenet121": (7_978_856, 2.834),
    "squeezenet": (1_235_496, 0.349),  # squeezenet1_1
    "vgg19": (143_667_240, 19.632),
}
WITHIN = 0.01


@pytest.fixture(scope="module")
def analyses(tmp_path_factory: pytest.TempPathFactory) -> dict[str, tuple[dict[str, Any], list[dict[str, Any]]]]:
    """What the analysis says of each model, and its rows."""
    folder = tmp_path_factory.mktemp("light")
    found = {}
    for name in MODELS:
        if name in SIBLINGS:
            model = ov.Core().read_model(light_models.with_random_weights(name, folder))
        else:
            model = ov.convert_model(light_models.LIGHT / f"light_{name}.onnx")
        result, rows = analyse(model, None)
        found[name] = result["analysis"], rows
    return found


Analyses = dict[str, tuple[dict[str, Any], list[dict[str, Any]]]]


def multiply_adds(rows: list[dict[str, Any]]) -> float:
    """Those of convolutions and matrix products, in 10⁹."""
    heavy = [row["gflop"] for row in rows if row["type"] in ("Convolution", "GroupConvolution", "MatMul")]
    return math.fsum(heavy) / 2


def test_these_are_all(analyses: Analyses) -> None:
    assert sorted(MODELS) == sorted(path.stem.removeprefix("light_") for path in light_models.LIGHT.glob("*.onnx"))
    assert all(not analysis["unknown_operations"] for analysis, _ in analyses.values())


@pytest.mark.parametrize("name", sorted(BY_HAND))
def test_by_hand(analyses: Analyses, name: str) -> None:
    analysis, rows = analyses[name]
    expected = BY_HAND[name]()
    assert multiply_adds(rows) == pytest.approx(expected.macs / 1e9, rel=1e-9)
    assert analysis["parameters"] == expected.parameters


@pytest.mark.parametrize("name", sorted(PUBLISHED))
def test_published(analyses: Analyses, name: str) -> None:
    analysis, rows = analyses[name]
    parameters, gmac = PUBLISHED[name]
    assert analysis["parameters"] == pytest.approx(parameters, rel=WITHIN)
    assert multiply_adds(rows) == pytest.approx(gmac, rel=WITHIN)


@pytest.mark.parametrize("name", MODELS)
def test_another_tool(analyses: Analyses, name: str) -> None:
    analysis, _ = analyses[name]
    gflop, parameters = counted(light_models.LIGHT / f"light_{name}.onnx")
    assert analysis["gflop"] == pytest.approx(gflop, rel=WITHIN)
    assert analysis["parameters"] == pytest.approx(parameters, rel=WITHIN)


def counted(path: Path) -> tuple[float, int]:
    """(GFLOP, parameters) of an ONNX file: over its nodes, with the shapes that onnx infers.

    Two for each multiply-add, one for each addition, comparison, division or exponential; a window of n values takes n
    steps. A normalisation and the scale and shift behind it are one scale and shift, or one shift where a convolution
    stands before.
    """
    model = onnx.load(path)
    stored = {item.name: item for item in model.graph.initializer}
    shapes = {name: tuple(item.dims) for name, item in stored.items()}
    inferred = shape_inference.infer_shapes(model).graph
    for value in (*inferred.value_info, *inferred.input, *inferred.output):
        shapes[value.name] = tuple(dim.dim_value for dim in value.type.tensor_type.shape.dim)
    for node in model.graph.node:
        if node.op_type == "ConstantOfShape":
            shapes[node.output[0]] = tuple(numpy_helper.to_array(stored[node.input[0]]).tolist())
    made_by = {output: node.op_type for node in model.graph.node for output in node.output}
    flop = parameters = 0
    for node in model.graph.node:
        attributes = {item.name: onnx.helper.get_attribute_value(item) for item in node.attribute}
        made = math.prod(shapes[node.output[0]])
        match node.op_type:
            case "Conv" | "Gemm":
                weights, bias = shapes[node.input[1]], len(node.input) > 2
                each = math.prod(weights[1:]) if node.op_type == "Conv" else weights[1]
                flop += made * (2 * each + bias)
                parameters += math.prod(weights) + bias * weights[0]
            case "BatchNormalization":
                steps = 1 if made_by.get(node.input[0]) == "Conv" else 2
                flop += steps * made
                parameters += steps * shapes[node.output[0]][1]
            case "Relu":
                flop += made
            case "Sum":
                flop += made * (len(node.input) - 1)
            case "MaxPool" | "AveragePool":
                flop += made * math.prod(attributes["kernel_shape"])
            case "GlobalAveragePool":
                flop += math.prod(shapes[node.input[0]])
            case "LRN":
                # Squares and their sum over the window, then scale, shift, power and quotient.
                flop += made * (2 * attributes["size"] + 4)
            case "Softmax":
                flop += 5 * made
    return flop / 1e9, parameters

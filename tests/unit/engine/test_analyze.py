"""`analyze` on models whose figures are published, and the form of its result."""

import gzip
import io
import json
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import openvino as ov
import pytest
from onnx import numpy_helper
from openvino import opset13 as ops

from tests.unit.engine.corpus import FIXTURES, LIGHT, ir_files, ov_model, run_convert, stage
from workbench.engine import analyze
from workbench.engine.analyze.layout import demanded_channels
from workbench.engine.analyze.operation import analyse, ir_version
from workbench.engine.protocol import Emitter, EngineError


def with_random_weights(name: str) -> bytes:
    """A light model of the onnx package with its constant weights replaced: equal ones would be merged on
    conversion."""
    model = onnx.load(LIGHT / f"light_{name}.onnx")
    graph = model.graph
    known = {item.name: numpy_helper.to_array(item) for item in graph.initializer}
    kept, generator = [], np.random.default_rng(0)
    for node in graph.node:
        if node.op_type == "ConstantOfShape":
            values = generator.random(tuple(known[node.input[0]]), np.float32) + 0.5
            graph.initializer.append(numpy_helper.from_array(values, node.output[0]))
        else:
            kept.append(node)
    del graph.node[:]
    graph.node.extend(kept)
    content: bytes = model.SerializeToString()
    return content


# Parameters exactly, from torchvision's and Caffe's published numbers. A batch normalisation after a convolution
# becomes its bias: it has one parameter for each channel where the published counts have two.
#   squeezenet      SqueezeNet 1.1, torchvision: 1,235,496; 0.349 GMAC
#   resnet50        torchvision: 25,557,032, of which 2 * 26,560 are of batch normalisations; 4.09 GMAC
#   densenet121     torchvision: 7,978,856, with 64 + 58 * 128 normalised channels after convolutions; 2.83 GMAC
#   inception_v1    Caffe's bvlc_googlenet: 6,998,552; Open Model Zoo gives inception_v2 as 11.185 M and 4.058 GFLOP
PUBLISHED = {
    "squeezenet": (1_235_496, 2 * 0.349, 0.02),
    "resnet50": (25_557_032 - 26_560, 2 * 4.09, 0.01),
    "densenet121": (7_978_856 - (64 + 58 * 128), 2 * 2.83, 0.015),
    "inception_v2": (11_185_032, 4.058, 0.001),
}


class TestPublishedFigures:
    """A multiply-add is two operations; published counts of multiply-adds are doubled. The rest (bias, ReLU, pooling,
    batch normalisation) is the tolerance."""

    @pytest.mark.parametrize("name", PUBLISHED)
    def test_parameters_and_operations(self, name: str) -> None:
        parameters, gflop, tolerance = PUBLISHED[name]
        found = analyse(ov.convert_model(io.BytesIO(with_random_weights(name))), None)[0]
        analysis = found["analysis"]
        assert analysis["parameters"] == parameters
        assert analysis["gflop"] == pytest.approx(gflop, rel=tolerance)
        assert analysis["giop"] == 0
        assert analysis["weight_bytes"] == 4 * parameters
        assert analysis["unknown_operations"] == []
        assert analysis["batch"] == 1
        assert found["task"]["guess"] == "classification"

    def test_convolutions_of_squeezenet_by_hand(self) -> None:
        """First layer: 64 filters of 3x3x3 on 224x224 with stride 2: 111x111 outputs. Each fire module on n x n with
        s squeeze and e expand filters of each kind: s*c + e*s + 9*e*s multiply-adds for each of its pixels."""
        fires = [(55, 64, 16, 64), (55, 128, 16, 64), (27, 128, 32, 128), (27, 256, 32, 128)]
        fires += [(13, 256, 48, 192), (13, 384, 48, 192), (13, 384, 64, 256), (13, 512, 64, 256)]
        total = 64 * 27 * 111**2 + 1000 * 512 * 13**2
        total += sum(n * n * (s * c + e * s + 9 * e * s) for n, c, s, e in fires)
        found = analyse(ov.convert_model(io.BytesIO(with_random_weights("squeezenet"))), None)[0]["analysis"]
        (row,) = [row for row in found["operations"] if row["type"] == "Convolution"]
        assert row["gflop"] * 1e9 == pytest.approx(2 * total, rel=1e-12)

    def test_alexnet(self) -> None:
        """60,965,224 parameters (Caffe). Convolutions on 224x224, in multiply-adds: 96 filters of 11*11*3 at 54*54; in
        two groups 256 of 5*5*48 at 26*26; 384 of 3*3*256, in two groups 384 of 3*3*192 and 256 of 3*3*192 at 12*12."""
        found = analyse(ov.convert_model(LIGHT / "light_bvlc_alexnet.onnx"), None)[0]["analysis"]
        assert found["parameters"] == 60_965_224
        convolutions = [
            96 * 363 * 54**2,
            256 * 1200 * 26**2,
            384 * 2304 * 12**2,
            384 * 1728 * 12**2,
            256 * 1728 * 12**2,
        ]
        counted = [row["gflop"] for row in found["operations"] if row["type"].endswith("Convolution")]
        assert sum(counted) * 1e9 == pytest.approx(2 * sum(convolutions), rel=1e-12)
        (product,) = [row["gflop"] for row in found["operations"] if row["type"] == "MatMul"]
        assert product * 1e9 == pytest.approx(2 * (9216 * 4096 + 4096 * 4096 + 4096 * 1000), rel=1e-12)


@pytest.fixture
def work(tmp_path: Path) -> Path:
    xml, weights = ir_files(tmp_path / "made", fp16=True)
    (tmp_path / "inputs").mkdir()
    (tmp_path / "inputs" / "model.xml").symlink_to(xml)
    (tmp_path / "inputs" / "model.bin").symlink_to(weights)
    return tmp_path


def run(work: Path, model: str = "inputs/model.xml") -> tuple[dict[str, Any], list[dict[str, Any]]]:
    stream = io.StringIO()
    result = analyze.run({"model": model}, work, Emitter(stream))
    return result, [json.loads(line) for line in stream.getvalue().splitlines()]


class TestResult:
    def test_the_small_network(self, work: Path) -> None:
        """x [1, 3, 8, 8] -> 4 filters of 3*3*3 on 6*6 (2 * 27 * 144 = 7,776) -> bias (144) -> ReLU (144)."""
        result, events = run(work)
        assert result["inputs"] == [
            {
                "name": "x",
                "names": ["x"],
                "shape": [1, 3, 8, 8],
                "type": "f32",
                "layout": "NCHW",
                "layout_source": "guessed",
            }
        ]
        (output,) = result["outputs"]
        assert (output["name"], output["shape"], output["type"]) == ("y", [1, 4, 6, 6], "f32")
        analysis = result["analysis"]
        assert analysis["gflop"] == (7_776 + 144 + 144) / 1e9
        assert (analysis["giop"], analysis["gflop_expression"]) == (0.0, None)
        assert analysis["parameters"] == 108 + 4
        assert analysis["weight_bytes"] == 2 * 112
        assert analysis["sparsity"] == 1 / 112  # the kernel counts up from 0
        assert analysis["maximum_memory_bytes"] == 4 * (192 + 3 * 144)
        assert analysis["minimum_memory_bytes"] == 4 * (192 + 144)
        assert analysis["precisions"] == ["FP16"]
        assert (analysis["ir_version"], analysis["opset"], analysis["layers"]) == (11, ["opset1"], 3)
        assert (analysis["dynamic"], analysis["quantized"], analysis["batch"]) == (False, False, 1)
        assert [(row["type"], row["count"], row["parameters"]) for row in analysis["operations"]] == [
            ("Convolution", 1, 108),
            ("Add", 1, 4),
            ("Relu", 1, 0),
        ]
        assert (analysis["unknown_operations"], analysis["symbols"]) == ([], {})
        assert result["precision"] == "FP16"
        assert [event["name"] for event in events if event["event"] == "stage"] == ["read", "count", "weights"]
        json.dumps(result, allow_nan=False)

    def test_the_table_of_layers(self, work: Path) -> None:
        run(work)
        rows = json.loads(gzip.decompress((work / "out" / "analysis_layers.json.gz").read_bytes()))
        assert [(row["name"], row["type"], row["parameters"], row["outputs"]) for row in rows] == [
            ("conv", "Convolution", 108, [[1, 4, 6, 6]]),
            ("bias", "Add", 4, [[1, 4, 6, 6]]),
            ("relu", "Relu", 0, [[1, 4, 6, 6]]),
        ]
        assert rows[0]["gflop"] == 7_776 / 1e9
        assert rows[0]["weight_bytes"] == 216

    def test_a_missing_file(self, tmp_path: Path) -> None:
        with pytest.raises(EngineError) as caught:
            run(tmp_path)
        assert caught.value.code == "model_file_missing"

    def test_a_broken_file(self, tmp_path: Path) -> None:
        (tmp_path / "a.xml").write_text("<net")
        with pytest.raises(EngineError) as caught:
            run(tmp_path, "a.xml")
        assert caught.value.code == "model_corrupt"

    def test_the_version_is_read_from_the_root(self, tmp_path: Path) -> None:
        for text, version in (
            ('<?xml version="1.0"?>\n<net name="n" version="10">', 10),
            ("<other/>", None),
            ("", None),
        ):
            (tmp_path / "a.xml").write_text(text)
            assert ir_version(tmp_path / "a.xml") == version

    @pytest.mark.parametrize("name", ["tiny.tflite", "tiny_int8.tflite", "tf_saved_model", "paddle"])
    def test_what_convert_makes_can_be_analysed(self, tmp_path: Path, name: str) -> None:
        """108 + 4 + 20 weights. Convolution 7,776, bias 144, ReLU 144, mean 144 + 4, product 2 * 4 * 5, softmax 5 *
        5; an int8 model does the convolution and the product on integers."""
        run_convert(tmp_path, stage(tmp_path, FIXTURES / name), precision="FP32")
        result, _ = run(tmp_path, "out/model.xml")
        analysis = result["analysis"]
        assert analysis["parameters"] == 132
        if name == "tiny_int8.tflite":
            assert analysis["quantized"]
            assert analysis["giop"] == (7_776 + 40) / 1e9
        else:
            assert analysis["gflop"] == (7_776 + 144 + 144 + 148 + 40 + 25) / 1e9
        assert result["inputs"][0]["layout"] == ("NCHW" if name == "paddle" else "NHWC")


class TestUnknownOperations:
    def test_a_type_without_a_formula_is_listed_with_its_names(self) -> None:
        shape = ops.constant(np.array([2, 3]))
        low, high = (ops.constant(np.float32(value)) for value in (0, 1))
        x = ops.parameter([2, 3], np.float32, name="x")
        noise = [ops.random_uniform(shape, low, high, "f32", name=f"noise{place}") for place in range(7)]
        y: Any = x
        for item in noise:
            y = ops.add(y, item)
        analysis = analyse(ov.Model([y], [x], "m"), None)[0]["analysis"]
        (row,) = analysis["unknown_operations"]
        assert (row["type"], row["count"], len(row["names"])) == ("RandomUniform", 7, 5)
        assert row["reason"]
        assert analysis["gflop"] == 7 * 6 / 1e9

    def test_none_in_an_ordinary_model(self) -> None:
        assert analyse(ov_model(), None)[0]["analysis"]["unknown_operations"] == []


@pytest.mark.parametrize(("taken", "told"), [(1, 1), (4, 4), (3, None), (5, None)])
def test_channels_of_an_open_dimension(taken: int, told: int | None) -> None:
    """A filter of so many channels behind an input whose shape is open: 3 is what is taken anyway, 5 is never tried."""
    data = ops.parameter([-1, -1, -1, -1], np.float32, name="data")
    data.set_layout(ov.Layout("NCHW"))
    filters = ops.constant(np.ones((2, taken, 3, 3), np.float32))
    model = ov.Model([ops.convolution(data, filters, [1, 1], [0, 0], [0, 0], [1, 1])], [data])
    assert demanded_channels(model, 0, "NCHW") == told
    assert demanded_channels(model, 0, None) is None

"""Weights, sparsity, quantisation and layouts, on graphs small enough to work out by hand."""

from typing import Any

import numpy as np
import openvino as ov
import pytest
from openvino import opset13 as ops

from tests.unit.engine.corpus_graphs import LOOP_INPUT, const, dequantised, fake_quantize, graph, looped, p, typed
from workbench.engine.analyze.graph import tensor_bytes
from workbench.engine.analyze.layout import layout_of
from workbench.engine.analyze.parameters import weights
from workbench.engine.analyze.precision import precisions, summary
from workbench.engine.analyze.quantization import integer_layers
from workbench.engine.analyze.sparsity import zeros


class TestFolding:
    def test_what_is_known_before_inference_is_no_layer(self) -> None:
        """The compressed weights' Convert, and arithmetic on a static shape."""
        x = p(2, 4)
        kernel = ops.convert(const(np.ones((4, 3)), np.float16), "f32")
        rows = ops.gather(ops.shape_of(x), const([0], np.int64), const(0, np.int64))
        target = ops.concat([rows, const([-1], np.int64)], 0)
        y = ops.reshape(ops.matmul(x, kernel, False, False), target, False)
        assert [node.type for node in graph([y], [x]).layers()] == ["MatMul", "Reshape"]

    def test_the_shape_of_an_open_input_is_a_layer(self) -> None:
        x = p(-1, 4)
        y = ops.reshape(x, ops.shape_of(x), False)
        assert sorted(node.type for node in graph([y], [x]).layers()) == ["Reshape", "ShapeOf"]

    def test_bytes_of_tensors(self) -> None:
        assert tensor_bytes((3, 5), "f16") == 30
        assert tensor_bytes((3, 5), "i4") == 8  # 60 bits
        assert tensor_bytes((), "f32") == 4
        assert tensor_bytes(None, "f32") is None
        assert tensor_bytes((3,), "string") is None


class TestWeights:
    def test_kernel_and_bias_are_counted_shapes_and_axes_are_not(self) -> None:
        x = p(1, 3, 8, 8)
        y = ops.convolution(x, const(np.ones((4, 3, 3, 3))), [1, 1], [0, 0], [0, 0], [1, 1])
        y = ops.add(y, const(np.ones((1, 4, 1, 1))))
        y = ops.multiply(y, const(2.0))  # one number: a setting
        y = ops.reshape(ops.reduce_mean(y, const([2, 3], np.int64), True), const([1, -1], np.int64), False)
        found = list(weights(graph([y], [x])))
        assert sorted((weight.layer.type, weight.count, weight.size_bytes) for weight in found) == [
            ("Add", 4, 16),
            ("Convolution", 4 * 3 * 3 * 3, 432),
        ]

    def test_a_shared_constant_counts_once(self) -> None:
        x, shared = p(2, 5), const(np.ones((5, 5)))
        y = ops.matmul(ops.matmul(x, shared, False, False), shared, False, False)
        assert [weight.count for weight in weights(graph([y], [x]))] == [25]

    def test_equal_constants_count_each(self) -> None:
        x = p(2, 5)
        y = ops.matmul(ops.matmul(x, const(np.ones((5, 5))), False, False), const(np.ones((5, 5))), False, False)
        assert [weight.count for weight in weights(graph([y], [x]))] == [25, 25]

    def test_compressed_and_quantised_weights_count_as_what_they_are_made_of(self) -> None:
        """Neither scales and zero points nor the ranges of FakeQuantize are parameters."""
        x = p(2, 5)
        half = ops.convert(const(np.ones((5, 5)), np.float16), "f32")
        integer = dequantised(const(np.ones((5, 5)), np.int8), const(np.zeros((1, 5)), np.int8), np.ones((1, 5)))
        faked = fake_quantize(const(np.ones((5, 5))), np.full((1, 5), -1.0), np.full((1, 5), 1.0))
        y = x
        for kernel in (half, integer, faked):
            y = ops.matmul(y, kernel, False, False)
        found = [(weight.kind, weight.count) for weight in weights(graph([y], [x]))]
        assert sorted(found) == [("f16", 25), ("f32", 25), ("i8", 25)]

    def test_an_embedding_counts_its_indices_do_not(self) -> None:
        x = p(2, 3, kind=np.int64)
        y = ops.gather(const(np.ones((10, 4))), x, const(0, np.int64))
        assert [(weight.layer.type, weight.count) for weight in weights(graph([y], [x]))] == [("Gather", 40)]

    def test_initial_states_of_a_recurrent_layer_do_not(self) -> None:
        x = p(1, 5, 4)
        states = [const(np.zeros((1, 1, 3))) for _ in range(2)]
        y = ops.lstm_sequence(
            x, *states, const([5], np.int32), const(np.ones((1, 12, 4))), const(np.ones((1, 12, 3))),
            const(np.ones((1, 12))), 3, "forward",
        )  # fmt: skip
        assert sum(weight.count for weight in weights(graph([y.output(0)], [x]))) == 48 + 36 + 12

    def test_those_inside_a_loop_count_once(self) -> None:
        g = graph([looped(7)], [LOOP_INPUT])
        assert [(weight.layer_name.split("/")[-1], weight.count) for weight in weights(g)] == [("step", 16)]


class TestSparsity:
    def zeros_of(self, kernel: Any, inner: int = 8) -> int:
        x = p(1, inner)
        (weight,) = weights(graph([ops.matmul(x, kernel, False, False)], [x]))
        return zeros(weight)

    @pytest.mark.parametrize("kind", ["f32", "f16", "bf16", "f64"])
    def test_floats_with_negative_zero(self, kind: str) -> None:
        values = [0.0, -0.0, 1.0, -1.0, 1e-4, 0.0, 2.0, 3.0]
        kernel = typed(values, kind, [8, 1])
        assert self.zeros_of(kernel if kind == "f32" else ops.convert(kernel, "f32")) == 3

    def test_integers(self) -> None:
        assert self.zeros_of(dequantised(const([[0], [1], [-1], [0], [0], [5], [6], [7]], np.int8))) == 3

    def test_integers_with_a_zero_point(self) -> None:
        """128 stands for zero."""
        kernel = const([[128], [0], [128], [255], [1], [2], [3], [4]], np.uint8)
        assert self.zeros_of(dequantised(kernel, const([[128]], np.uint8))) == 2

    def test_a_zero_point_for_each_channel(self) -> None:
        """Columns with the zero points 1 and 2: the first has three ones, the second one two."""
        kernel = const([[1, 1], [1, 2], [1, 3], [0, 0]], np.uint8)
        assert self.zeros_of(dequantised(kernel, const([[1, 2]], np.uint8), [[0.5, 0.25]]), 4) == 4

    @pytest.mark.parametrize(
        ("kind", "values", "expected"), [("i4", [0, -8, 7, 0, -1, 1, 2, 0], 3), ("u4", [0, 8, 15, 0] * 2, 4)]
    )
    def test_four_bits(self, kind: str, values: list[int], expected: int) -> None:
        assert self.zeros_of(dequantised(typed(values, kind, [8, 1]))) == expected

    def test_fake_quantised_floats_round_to_zero(self) -> None:
        """255 levels over [-1.27, 1.27]: the step is 0.01, so what is within 0.005 of zero becomes zero."""
        kernel = const([[0.0], [0.004], [-0.004], [0.006], [-0.006], [1.0], [-5.0], [0.3]])
        assert self.zeros_of(fake_quantize(kernel, -1.27, 1.27, 255)) == 3

    def test_fake_quantised_with_a_range_for_each_channel(self) -> None:
        """Steps 0.01 and 0.1: 0.04 is zero in the second column only."""
        kernel = const([[0.04, 0.04], [0.0, 0.06]])
        low, high = [[-1.27, -12.7]], [[1.27, 12.7]]
        assert self.zeros_of(fake_quantize(kernel, low, high, 255), 2) == 2


class TestQuantisation:
    def convolved(self, data: Any, kernel: Any) -> Any:
        return ops.convolution(data, kernel, [1, 1], [0, 0], [0, 0], [1, 1], name="conv")

    def integer_names(self, output: Any, *inputs: Any) -> set[str]:
        g = graph([output], list(inputs))
        return {g.nodes[index].name for index in integer_layers(g)}

    def kernel(self) -> Any:
        return const(np.ones((4, 3, 1, 1)))

    def test_both_sides_fake_quantised(self) -> None:
        x = p(1, 3, 4, 4)
        data = fake_quantize(x, 0.0, 1.0)
        assert self.integer_names(self.convolved(data, fake_quantize(self.kernel(), -1.0, 1.0)), x) == {"conv"}

    def test_integer_weights_alone_do_not_make_it_integer(self) -> None:
        x = p(1, 3, 4, 4)
        kernel = dequantised(const(np.ones((4, 3, 1, 1)), np.int8))
        assert self.integer_names(self.convolved(x, kernel), x) == set()

    def test_data_alone_does_not(self) -> None:
        x = p(1, 3, 4, 4)
        assert self.integer_names(self.convolved(fake_quantize(x, 0.0, 1.0), self.kernel()), x) == set()

    def test_more_levels_than_a_byte_do_not(self) -> None:
        x = p(1, 3, 4, 4)
        data = fake_quantize(x, 0.0, 1.0, 65536)
        assert self.integer_names(self.convolved(data, fake_quantize(self.kernel(), -1.0, 1.0)), x) == set()

    def test_through_operations_that_move_data(self) -> None:
        x = p(1, 4, 4, 3)
        kernel = fake_quantize(self.kernel(), -1.0, 1.0)
        data = ops.transpose(fake_quantize(x, 0.0, 1.0), const([0, 3, 1, 2], np.int64))
        data = ops.max_pool(data, [1, 1], [1, 1], [0, 0], [0, 0], [2, 2], name="pool").output(0)
        assert self.integer_names(self.convolved(data, kernel), x) == {"conv", "pool"}

    def test_new_values_are_not_quantised(self) -> None:
        x = p(1, 3, 4, 4)
        data = ops.add(fake_quantize(x, 0.0, 1.0), const(np.ones((1, 3, 1, 1))))
        assert self.integer_names(self.convolved(data, fake_quantize(self.kernel(), -1.0, 1.0)), x) == set()

    def test_integers_that_are_scaled_back(self) -> None:
        """As ONNX's QuantizeLinear and DequantizeLinear become."""
        x = p(1, 3, 4, 4)
        data = dequantised(ops.convert(fake_quantize(x, 0.0, 1.0), "u8"), const(3, np.uint8))
        kernel = dequantised(const(np.ones((4, 3, 1, 1)), np.int8))
        assert self.integer_names(self.convolved(data, kernel), x) == {"conv"}

    def test_arithmetic_on_indices_is_integer_too(self) -> None:
        x = p(4, kind=np.int64)
        assert self.integer_names(ops.add(x, const([1], np.int64), name="next"), x) == {"next"}


class TestPrecision:
    @pytest.mark.parametrize(("kind", "expected"), [(np.float32, "FP32"), (np.float16, "FP16")])
    def test_by_what_is_stored(self, kind: Any, expected: str) -> None:
        x = p(2, 5)
        kernel = ops.convert(const(np.ones((5, 5)), kind), "f32")
        assert summary(graph([ops.matmul(x, kernel, False, False)], [x]).model) == expected

    def test_mixed(self) -> None:
        x = p(2, 5)
        half = ops.convert(const(np.ones((5, 5)), np.float16), "f32")
        y = ops.matmul(ops.matmul(x, half, False, False), const(np.ones((5, 5))), False, False)
        g = graph([y], [x])
        assert summary(g.model) == "mixed"
        assert precisions(g, list(weights(g))) == ["FP16", "FP32"]

    def test_integer_execution(self) -> None:
        x = p(2, 5)
        y = ops.matmul(fake_quantize(x, 0.0, 1.0), fake_quantize(const(np.ones((5, 5))), -1.0, 1.0), False, False)
        assert summary(graph([y], [x]).model) == "INT8"


class TestLayout:
    def guessed(self, x: Any, output: Any) -> tuple[str | None, str | None]:
        g = graph([output], [x])
        return layout_of(g, g.of_type("Parameter")[0])

    def test_what_the_model_says(self) -> None:
        x = p(1, 224, 224, 3)
        x.set_layout(ov.Layout("N...C"))
        assert self.guessed(x, ops.relu(x)) == ("N...C", "model")

    @pytest.mark.parametrize(
        ("shape", "expected"),
        [
            ((1, 3, 224, 224), "NCHW"),
            ((1, 224, 224, 3), "NHWC"),
            ((-1, 1, -1, -1), "NCHW"),
            ((3, 224, 224), "CHW"),
            ((224, 224, 3), "HWC"),
            ((1, 3, 16, 112, 112), "NCDHW"),
            ((2, 128), "NC"),
            ((128,), None),
            ((1, 64, 56, 56), None),
        ],
    )
    def test_by_the_shape(self, shape: tuple[int, ...], expected: str | None) -> None:
        x = p(*shape)
        assert self.guessed(x, ops.relu(x)) == (expected, "guessed" if expected else None)

    def test_by_a_transposition_before_the_convolution(self) -> None:
        x = p(-1, -1, -1, -1)
        y = ops.transpose(ops.multiply(x, const(0.5)), const([0, 3, 1, 2], np.int64))
        assert self.guessed(x, y) == ("NHWC", "guessed")

    def test_by_a_convolution(self) -> None:
        x = p(-1, -1, -1, -1)
        y = ops.convolution(x, const(np.ones((4, 7, 1, 1))), [1, 1], [0, 0], [0, 0], [1, 1])
        assert self.guessed(x, y) == ("NCHW", "guessed")

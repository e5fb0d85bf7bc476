"""Each formula against a case worked out by hand; the arithmetic stands beside it. A multiply-add is 2 operations."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import openvino as ov
import pytest
from openvino import opset13 as ops
from openvino import opset15, opset16

from tests.unit.engine.corpus_graphs import F, c, counted, p, scalar
from workbench.engine.analyze.count import OPEN_SHAPE
from workbench.engine.analyze.formulas import CONTAINERS, FORMULAS, MOVEMENT, UNCOUNTED

SIGMOID, TANH = 3, 5

ELEMENTWISE: dict[str, tuple[Callable[..., Any], int]] = {
    "abs": (ops.abs, 1), "acos": (ops.acos, 1), "acosh": (ops.acosh, 5), "asin": (ops.asin, 1), "asinh": (ops.asinh, 5),
    "atan": (ops.atan, 1), "atanh": (ops.atanh, 5), "ceiling": (ops.ceiling, 1), "cos": (ops.cos, 1), "cosh":
    (ops.cosh, 4), "erf": (ops.erf, 1), "exp": (ops.exp, 1), "floor": (ops.floor, 1), "hsigmoid": (ops.hsigmoid, 4),
    "hswish": (ops.hswish, 5), "log": (ops.log, 1), "mish": (ops.mish, 3 + 5 + 1), "negative": (ops.negative, 1),
    "relu": (ops.relu, 1), "round": (ops.round, 1), "sigmoid": (ops.sigmoid, 3), "sign": (ops.sign, 1), "sin":
    (ops.sin, 1), "sinh": (ops.sinh, 4), "softplus": (ops.softplus, 3), "softsign": (ops.softsign, 3), "sqrt":
    (ops.sqrt, 1), "tan": (ops.tan, 1), "tanh": (ops.tanh, 5), "is_nan": (ops.is_nan, 1), "is_inf": (ops.is_inf, 1),
    "is_finite": (ops.is_finite, 1),
}  # fmt: skip

BINARY: dict[str, tuple[Callable[..., Any], int]] = {
    "add": (ops.add, 1), "subtract": (ops.subtract, 1), "multiply": (ops.multiply, 1), "divide": (ops.divide, 1),
    "maximum": (ops.maximum, 1), "minimum": (ops.minimum, 1), "mod": (ops.mod, 4), "floor_mod": (ops.floor_mod, 4),
    "squared_difference": (ops.squared_difference, 2), "power": (ops.power, 3), "equal": (ops.equal, 1),
    "not_equal": (ops.not_equal, 1), "less": (ops.less, 1), "less_equal": (ops.less_equal, 1), "greater":
    (ops.greater, 1), "greater_equal": (ops.greater_equal, 1), "prelu": (ops.prelu, 2),
}  # fmt: skip


class TestElementwise:
    @pytest.mark.parametrize("name", ELEMENTWISE)
    def test_one_input(self, name: str) -> None:
        make, each = ELEMENTWISE[name]
        assert counted(make(p(2, 3, 5))) == (30 * each, None)  # 2 * 3 * 5 = 30 elements

    @pytest.mark.parametrize("name", BINARY)
    def test_two_inputs_broadcast_to_the_size_of_the_output(self, name: str) -> None:
        make, each = BINARY[name]
        assert counted(make(p(4, 3, 5), p(3, 1) if name != "prelu" else p(3))) == (60 * each, None)

    @pytest.mark.parametrize(
        ("exponent", "each"),
        [(2.0, 1), (3.0, 2), (-1.0, 1), (-2.0, 2), (1.0, 0), (0.5, 1), (-0.5, 2), (2.5, 3)],
    )
    def test_power_of_a_constant(self, exponent: float, each: int) -> None:
        """x*x is 1, x*x*x is 2, 1/x is 1, 1/(x*x) is 2, a root is 1, 1/root is 2, everything else exp(p log x)."""
        assert counted(ops.power(p(10), scalar(exponent, F))) == (10 * each, None)

    def test_functions_with_settings(self) -> None:
        ten = 10
        assert counted(ops.clamp(p(10), 0.0, 1.0)) == (2 * ten, None)
        assert counted(ops.elu(p(10), 1.0)) == (4 * ten, None)
        assert counted(ops.selu(p(10), scalar(1.6, F), scalar(1.0, F))) == (5 * ten, None)
        assert counted(ops.hard_sigmoid(p(10), scalar(0.2, F), scalar(0.5, F))) == (4 * ten, None)
        assert counted(ops.gelu(p(10), "erf")) == (5 * ten, None)  # * 1/sqrt 2, erf, + 1, * x, * 0.5
        assert counted(ops.gelu(p(10), "tanh")) == ((2 + 1 + 1 + 1 + 5 + 1 + 1 + 1) * ten, None)
        assert counted(ops.swish(p(10))) == ((SIGMOID + 1) * ten, None)
        assert counted(ops.swish(p(10), scalar(1.5, F))) == ((SIGMOID + 2) * ten, None)
        low, high = scalar(0.0, F), scalar(1.0, F)
        assert counted(ops.fake_quantize(p(10), low, high, low, high, 256)) == (7 * ten, None)
        assert counted(ops.range(scalar(0), p(kind=np.int64), scalar(1), "i64"))[1] == OPEN_SHAPE

    def test_logic_and_bits(self) -> None:
        a, b = p(7, kind=np.bool_), p(7, kind=np.bool_)
        for node in (ops.logical_and(a, b), ops.logical_or(a, b), ops.logical_xor(a, b), ops.logical_not(a)):
            assert counted(node) == (7, None)
        i, j = p(7, kind=np.int32), p(7, kind=np.int32)
        for node in (ops.bitwise_and(i, j), ops.bitwise_or(i, j), ops.bitwise_xor(i, j), ops.bitwise_not(i)):
            assert counted(node) == (7, None)
        assert counted(opset15.bitwise_left_shift(i, j)) == (7, None)
        assert counted(opset15.bitwise_right_shift(i, j)) == (7, None)


class TestContractions:
    def test_convolution(self) -> None:
        """Output 1*16*32*32 = 16,384; each a dot product of 3*3*3 = 27 pairs: 2 * 27 * 16,384 = 884,736."""
        node = ops.convolution(p(1, 3, 32, 32), p(16, 3, 3, 3), [1, 1], [1, 1], [1, 1], [1, 1])
        assert counted(node) == (884_736, None)

    def test_strided_dilated_convolution_of_a_batch(self) -> None:
        """(15 - (2*2+1)) / 2 + 1 = 6: output 2*4*6*6 = 288; 2 * (3*3*3) * 288 = 15,552."""
        node = ops.convolution(p(2, 3, 15, 15), p(4, 3, 3, 3), [2, 2], [0, 0], [0, 0], [2, 2])
        assert counted(node) == (15_552, None)

    def test_depthwise_convolution(self) -> None:
        """8 groups of 1 channel: output 8*6*6 = 288; 2 * 9 * 288 = 5,184."""
        node = ops.group_convolution(p(1, 8, 8, 8), p(8, 1, 1, 3, 3), [1, 1], [0, 0], [0, 0], [1, 1])
        assert counted(node) == (5_184, None)

    def test_transposed_convolution(self) -> None:
        """Each of the 4*8*8 = 256 inputs meets 3 outputs * 2*2: 2 * 12 * 256 = 6,144."""
        node = ops.convolution_backprop_data(p(1, 4, 8, 8), p(4, 3, 2, 2), [2, 2])
        assert counted(node) == (6_144, None)

    def test_transposed_group_convolution(self) -> None:
        """2 groups [2 in, 3 out, 2*2]: each of the 4*5*5 = 100 inputs meets 3 * 4 = 12: 2 * 12 * 100 = 2,400."""
        node = ops.group_convolution_backprop_data(p(1, 4, 5, 5), p(2, 2, 3, 2, 2), [2, 2])
        assert counted(node) == (2_400, None)

    def test_deformable_convolution(self) -> None:
        """Output 5*8*8 = 320: 2 * (4*9) * 320 = 23,040. Sampling: 64 places * 4 channels * 9 positions = 2,304, times
        9."""
        node = ops.deformable_convolution(p(1, 4, 8, 8), p(1, 18, 8, 8), p(5, 4, 3, 3), [1, 1], [1, 1], [1, 1], [1, 1])
        assert counted(node) == (23_040 + 9 * 2_304, None)
        masked = ops.deformable_convolution(
            p(1, 4, 8, 8), p(1, 18, 8, 8), p(5, 4, 3, 3), [1, 1], [1, 1], [1, 1], [1, 1], p(1, 9, 8, 8)
        )
        assert counted(masked) == (23_040 + 10 * 2_304, None)

    @pytest.mark.parametrize(
        ("first", "second", "transposed", "expected"),
        [
            ((4, 7), (7, 5), (False, False), 2 * 7 * 20),
            ((7, 4), (7, 5), (True, False), 2 * 7 * 20),
            ((4, 7), (5, 7), (False, True), 2 * 7 * 20),
            ((7, 4), (5, 7), (True, True), 2 * 7 * 20),
            ((3, 2, 4, 7), (2, 7, 5), (False, False), 2 * 7 * (3 * 2 * 4 * 5)),
            ((7,), (7, 5), (False, False), 2 * 7 * 5),
            ((7,), (7,), (False, False), 2 * 7),
        ],
    )
    def test_matrix_product(
        self, first: tuple[int, ...], second: tuple[int, ...], transposed: tuple[bool, bool], expected: int
    ) -> None:
        assert counted(ops.matmul(p(*first), p(*second), *transposed)) == (expected, None)

    @pytest.mark.parametrize(
        ("equation", "shapes", "expected"),
        [
            ("ij,jk->ik", [(2, 3), (3, 4)], 2 * 2 * 3 * 4),  # a matrix product
            ("bij,bjk->bik", [(5, 2, 3), (5, 3, 4)], 2 * 5 * 2 * 3 * 4),
            ("i,j->ij", [(3,), (4,)], 12),  # an outer product: no sums
            ("ij->i", [(3, 4)], 12),  # a sum
            ("ij->ji", [(3, 4)], 0),  # a transposition
            ("ij,jk,kl->il", [(2, 3), (3, 4), (4, 5)], 2 * 2 * 3 * 4 + 2 * 2 * 4 * 5),
            ("...ij,...jk->...ik", [(6, 2, 3), (6, 3, 4)], 2 * 6 * 2 * 3 * 4),
        ],
    )
    def test_einsum(self, equation: str, shapes: list[tuple[int, ...]], expected: int) -> None:
        assert counted(ops.einsum([p(*shape) for shape in shapes], equation)) == (expected, None)

    def test_attention(self) -> None:
        """2 heads, 5 queries, 7 keys, E = 4, V = 6: 2 * 35 scores * (2*4 + scale 1 + softmax 5 + 2*6) = 70 * 26 =
        1,820."""
        query, key, value = p(1, 2, 5, 4), p(1, 2, 7, 4), p(1, 2, 7, 6)
        assert counted(ops.scaled_dot_product_attention(query, key, value)) == (1_820, None)
        masked = ops.scaled_dot_product_attention(query, key, value, p(5, 7))
        assert counted(masked) == (1_820 + 70, None)
        causal = ops.scaled_dot_product_attention(query, key, value, causal=True)
        assert counted(causal) == (1_820 + 70, None)


class TestPoolingAndReduction:
    def test_pooling(self) -> None:
        """Output 3*4*4 = 48, kernel 3*2 = 6: 288."""
        assert counted(ops.avg_pool(p(1, 3, 6, 5), [1, 1], [0, 0], [0, 0], [3, 2], True)) == (288, None)
        assert counted(ops.max_pool(p(1, 3, 6, 5), [1, 1], [1, 1], [0, 0], [0, 0], [3, 2])) == (288, None)

    def test_adaptive_pooling(self) -> None:
        """7 -> 2 has windows of 4, 6 -> 3 of 2: 3 channels * 6 outputs * 8 = 144."""
        assert counted(ops.adaptive_avg_pool(p(1, 3, 7, 6), c(2, 3))) == (144, None)
        assert counted(ops.adaptive_max_pool(p(1, 3, 7, 6), c(2, 3))) == (144, None)

    def test_reductions(self) -> None:
        """12 elements to 3."""
        x, axis = p(3, 4), c(1)
        for make in (ops.reduce_sum, ops.reduce_prod, ops.reduce_max, ops.reduce_min):
            assert counted(make(x, axis, False)) == (12, None)
        assert counted(ops.reduce_mean(x, axis, False)) == (12 + 3, None)
        assert counted(ops.reduce_l1(x, axis, False)) == (24, None)
        assert counted(ops.reduce_l2(x, axis, False)) == (24 + 3, None)
        flags = p(3, 4, kind=np.bool_)
        assert counted(ops.reduce_logical_and(flags, axis, False)) == (12, None)
        assert counted(ops.reduce_logical_or(flags, axis, False)) == (12, None)
        assert counted(ops.cum_sum(x, scalar(1))) == (12, None)
        assert counted(ops.non_zero(x)) == (12, None)

    @pytest.mark.parametrize(("k", "each"), [(1, 1), (2, 2), (5, 4), (8, 4)])
    def test_the_largest_k(self, k: int, each: int) -> None:
        """100 elements: a comparison each, and ceil(log2 k) more in the heap: 0, 1, 3, 3."""
        assert counted(ops.topk(p(2, 50), scalar(k), 1, "max", "value")) == (100 * each, None)

    def test_searching(self) -> None:
        """Among 7 boundaries there are 8 places: 3 comparisons for each of 10 values."""
        boundaries = ops.constant(np.arange(7, dtype=F))
        assert counted(ops.bucketize(p(10), boundaries)) == (30, None)
        assert counted(opset15.search_sorted(boundaries, p(10))) == (30, None)

    def test_scatter(self) -> None:
        """Replacing moves data; adding is one operation for each of the 6 updates."""
        x, updates, indices = p(4, 5), p(2, 3), ops.constant(np.zeros((2, 3), np.int64))
        assert counted(ops.scatter_elements_update(x, indices, updates, scalar(0))) == (0, None)
        assert counted(ops.scatter_elements_update(x, indices, updates, scalar(0), "sum")) == (6, None)

    def test_embedding_bags(self) -> None:
        """3 bags of 2 rows of 4 values: 24 additions; weighted, 24 multiplications more."""
        indices = p(3, 2, kind=np.int64)
        assert counted(ops.embedding_bag_packed_sum(p(10, 4), indices)) == (24, None)
        assert counted(ops.embedding_bag_packed_sum(p(10, 4), indices, p(3, 2))) == (48, None)


class TestNormalisation:
    def test_softmax(self) -> None:
        assert counted(ops.softmax(p(2, 10), 1)) == (100, None)  # max, -, exp, sum, / for 20 elements
        assert counted(ops.log_softmax(p(2, 10), 1)) == (100, None)

    def test_mean_and_variance(self) -> None:
        x, axes = p(1, 3, 4, 4), c(2, 3)
        assert counted(ops.mvn(x, axes, True, 1e-5, "inside_sqrt")) == (5 * 48, None)
        assert counted(ops.mvn(x, axes, False, 1e-5, "inside_sqrt")) == (2 * 48, None)
        assert counted(ops.group_normalization(p(1, 4, 3, 4), p(4), p(4), 2, 1e-5)) == (7 * 48, None)

    def test_others(self) -> None:
        x = p(1, 4, 3, 4)
        assert counted(ops.normalize_l2(x, c(1), 1e-9, "add")) == (3 * 48, None)
        assert counted(ops.grn(x, 1.0)) == (3 * 48, None)
        # a region of 5: 5 squares and 5 additions, then scale, shift, power (3) and division
        assert counted(ops.lrn(x, c(1), 1.0, 0.75, 1.0, 5)) == (16 * 48, None)
        assert counted(ops.batch_norm_inference(x, p(4), p(4), p(4), p(4), 1e-5)) == (2 * 48, None)


class TestRecurrent:
    """Inputs I = 4, hidden H = 3, batch 2."""

    # 4 gates: 2*4*3*(4+3) + 4*3 = 180; 3 sigmoids, 2 hyperbolic tangents and 4 of arithmetic for each of 3: 3 * 23 = 69
    LSTM = 180 + 3 * (3 * SIGMOID + 2 * TANH + 4)
    # 3 gates: 2*3*3*7 + 9 = 135; 2 sigmoids, 1 tangent, 5 of arithmetic: 3 * 16 = 48
    GRU = 135 + 3 * (2 * SIGMOID + TANH + 5)
    # 1 gate: 2*3*7 + 3 = 45; one tangent each: 15
    RNN = 45 + 3 * TANH

    def test_the_sums(self) -> None:
        assert (self.LSTM, self.GRU, self.RNN) == (249, 183, 60)

    def test_cells(self) -> None:
        x, h, state = p(2, 4), p(2, 3), p(2, 3)
        assert counted(ops.lstm_cell(x, h, state, p(12, 4), p(12, 3), p(12), 3)) == (2 * 249, None)
        assert counted(ops.gru_cell(x, h, p(9, 4), p(9, 3), p(9), 3)) == (2 * 183, None)
        assert counted(ops.rnn_cell(x, h, p(3, 4), p(3, 3), p(3), 3, ["tanh"], [], [])) == (2 * 60, None)
        assert counted(ops.rnn_cell(x, h, p(3, 4), p(3, 3), p(3), 3, ["relu"], [], [])) == (2 * (45 + 3), None)

    @pytest.mark.parametrize(("direction", "directions"), [("forward", 1), ("bidirectional", 2)])
    def test_sequences(self, direction: str, directions: int) -> None:
        """5 steps."""
        x, lengths = p(2, 5, 4), p(2, kind=np.int32)
        h = p(2, directions, 3)
        lstm = ops.lstm_sequence(
            x,
            h,
            p(2, directions, 3),
            lengths,
            p(directions, 12, 4),
            p(directions, 12, 3),
            p(directions, 12),
            3,
            direction,
        )
        assert counted(lstm) == (2 * 5 * directions * 249, None)
        gru = ops.gru_sequence(x, h, lengths, p(directions, 9, 4), p(directions, 9, 3), p(directions, 9), 3, direction)
        assert counted(gru) == (2 * 5 * directions * 183, None)
        rnn = ops.rnn_sequence(x, h, lengths, p(directions, 3, 4), p(directions, 3, 3), p(directions, 3), 3, direction)
        assert counted(rnn) == (2 * 5 * directions * 60, None)

    def test_linear_before_reset(self) -> None:
        """The second bias is added once more for each of 3."""
        node = ops.gru_cell(p(2, 4), p(2, 3), p(9, 4), p(9, 3), p(12), 3, ["sigmoid", "tanh"], [], [], 0.0, True)
        assert counted(node) == (2 * (183 + 3), None)


class TestEveryOperation:
    """The headers in the OpenVINO wheel list the operations of all sets."""

    TABLES = sorted((Path(ov.__file__).parent / "include" / "openvino" / "opsets").glob("opset*_tbl.hpp"))
    TYPES = sorted(set(re.findall(r"_OPENVINO_OP_REG\(([A-Z]\w*),", "\n".join(path.read_text() for path in TABLES))))

    def test_the_tables_are_there(self) -> None:
        assert len(self.TABLES) >= 16
        assert len(self.TYPES) > 200

    def test_each_has_a_formula_moves_data_or_is_listed(self) -> None:
        classes = [set(FORMULAS), set(MOVEMENT), set(CONTAINERS), set(UNCOUNTED)]
        in_classes = {kind: sum(kind in members for members in classes) for kind in self.TYPES}
        assert {kind: number for kind, number in in_classes.items() if number != 1} == {}

    def test_no_formula_is_for_a_type_that_does_not_exist(self) -> None:
        assert set(FORMULAS) | MOVEMENT | CONTAINERS | set(UNCOUNTED) <= set(self.TYPES)

    def test_movement_is_nothing(self) -> None:
        x = p(2, 3, 4)
        nodes = [
            ops.transpose(x, c(2, 0, 1)),
            ops.reshape(x, c(6, 4), False),
            ops.concat([x, x], 1),
            ops.gather(x, c(0, 1), scalar(1)),
            ops.convert(x, "f16"),
            ops.pad(x, c(0, 1, 1), c(0, 0, 0), "constant"),
            ops.select(p(2, 3, 4, kind=np.bool_), x, x),
            opset16.identity(x),
        ]
        assert [counted(node) for node in nodes] == [(0, None)] * len(nodes)

    def test_random_numbers_have_no_count_and_say_so(self) -> None:
        node = ops.random_uniform(c(2, 3), scalar(0.0, F), scalar(1.0, F), "f32")
        assert counted(node) == (0, "the cost of a random number is not defined")

"""Open dimensions: the polynomials, and the names in them."""

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

import numpy as np
import openvino as ov
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openvino import opset13 as ops

from workbench.engine.analyze.operation import analyse
from workbench.engine.analyze.polynomial import Polynomial, interpolate, lattice

F = np.float32


def p(*shape: Any, kind: Any = F, name: str = "x") -> Any:
    return ops.parameter(ov.PartialShape(list(shape)), kind, name=name)


def const(values: Any, kind: Any = F) -> Any:
    return ops.constant(np.asarray(values, kind))


def analysis(outputs: Sequence[Any], inputs: Sequence[Any]) -> dict[str, Any]:
    model = ov.Model([ops.result(output) for output in outputs], list(inputs), "m")
    result: dict[str, Any] = analyse(model, None)[0]["analysis"]
    return result


class TestPolynomials:
    @settings(max_examples=30, deadline=None)
    @given(st.integers(1, 3), st.data())
    def test_what_was_chosen_is_found(self, variables: int, data: st.DataObject) -> None:
        monomials = lattice(variables, 3)
        coefficients = data.draw(st.lists(st.integers(-50, 50), min_size=len(monomials), max_size=len(monomials)))
        chosen = Polynomial(
            {power: Fraction(value) for power, value in zip(monomials, coefficients, strict=True) if value}
        )
        found = interpolate(lambda point: [int(chosen.at(point))], [16] * variables, [8] * variables, 3)
        assert found == [chosen]

    def test_points_of_a_lattice(self) -> None:
        """As many as there are monomials: (3 + 2 over 2) = 10 for degree 3 in two variables."""
        assert len(lattice(2, 3)) == len(set(lattice(2, 3))) == 10

    def test_what_is_no_polynomial(self) -> None:
        assert interpolate(lambda point: [2 ** point[0]], [1], [1], 3) is None

    def test_as_text(self) -> None:
        chosen = Polynomial({(1, 2): Fraction(5, 2), (0, 1): Fraction(-3), (0, 0): Fraction(7)})
        assert chosen.text(["N", "S"]) == "2.5·N·S^2 - 3·S + 7"
        assert Polynomial({}).text([]) == "0"
        assert Polynomial({(1,): Fraction(-21 * 10**5)}).text(["d0"], 10**9) == "-0.0021·d0"


class TestModels:
    def convolution(self, x: Any) -> Any:
        """3x3, stride 2, padded: half the height and width."""
        return ops.convolution(x, const(np.ones((4, 3, 3, 3))), [2, 2], [1, 1], [1, 1], [1, 1])

    def test_a_convolution_of_open_batch_and_size(self) -> None:
        """2 * 27 * 4 * (H/2) * (W/2) = 54 H W for each image."""
        x = p(-1, 3, -1, -1)
        found = analysis([self.convolution(x)], [x])
        assert found["gflop"] is None
        assert found["gflop_expression"] == "5.4e-08·N·H·W"
        assert (found["giop"], found["giop_expression"]) == (0.0, None)
        assert found["dynamic"] is True
        assert found["batch"] is None
        assert set(found["symbols"]) == {"N", "H", "W"}
        assert found["symbols"]["H"] == {"inputs": [{"name": "x", "axis": 2}], "minimum": 1, "maximum": None}
        assert (found["minimum_memory_bytes"], found["maximum_memory_bytes"]) == (None, None)
        (row,) = found["operations"]
        assert (row["type"], row["gflop"], row["gflop_expression"]) == ("Convolution", None, "5.4e-08·N·H·W")

    def test_a_channel_that_the_weights_fix_is_no_variable(self) -> None:
        x = p(-1, -1, -1, -1)
        y = self.convolution(ops.transpose(x, const([0, 3, 1, 2], np.int64)))
        found = analysis([y], [x])
        assert found["gflop_expression"] == "5.4e-08·N·H·W"
        assert found["symbols"]["C"]["value"] == 3

    def test_a_bounded_batch(self) -> None:
        x = p(ov.Dimension(1, 8), 16)
        found = analysis([ops.matmul(x, const(np.ones((16, 4))), False, False)], [x])
        assert found["gflop_expression"] == "1.28e-07·N"  # 2 * 16 * 4
        assert found["symbols"]["N"]["maximum"] == 8
        assert found["maximum_memory_bytes"] == 8 * 16 * 4 + 8 * 4 * 4

    def test_attention_is_quadratic_in_the_length(self) -> None:
        """Tokens and mask share batch and length: 16 N S S for the product, and one N S S for the mask."""
        tokens, mask = p(-1, -1, kind=np.int64, name="tokens"), p(-1, -1, name="mask")
        x = ops.gather(const(np.ones((100, 8))), tokens, const(0, np.int64))
        scores = ops.matmul(x, x, False, True)
        y = ops.add(scores, ops.unsqueeze(mask, const([1], np.int64)))
        found = analysis([y], [tokens, mask])
        assert found["gflop_expression"] == "1.7e-08·N·d1^2"
        assert found["symbols"]["d1"]["inputs"] == [{"name": "tokens", "axis": 1}, {"name": "mask", "axis": 1}]

    def test_two_lengths_that_need_not_agree(self) -> None:
        """Every query meets every key: 8 for each pair."""
        query, key = p(1, -1, 4, name="query"), p(1, -1, 4, name="key")
        found = analysis([ops.matmul(query, key, False, True)], [query, key])
        assert found["gflop_expression"] == "8e-09·d1·d12"
        assert set(found["symbols"]) == {"d1", "d12"}

    def test_an_open_dimension_that_costs_nothing(self) -> None:
        x = p(-1, 3)
        found = analysis([ops.concat([x, x], 1)], [x])
        assert (found["gflop"], found["gflop_expression"]) == (0.0, None)
        assert found["dynamic"] is True

    def test_an_open_rank_is_unknown_not_nothing(self) -> None:
        x = ops.parameter(ov.PartialShape.dynamic(), F, name="x")
        found = analysis([ops.relu(x)], [x])
        assert (found["gflop"], found["gflop_expression"]) == (None, None)
        assert found["unknown_operations"][0]["type"] == "Relu"
        assert "run time" in found["unknown_operations"][0]["reason"]

    def test_the_iterations_of_a_loop_are_a_variable(self) -> None:
        trips, x, state = p(kind=np.int64, name="trips"), p(1, 4), p(1, 4, name="state")
        step = ops.matmul(state, const(np.ones((4, 4))), False, False)
        loop = ops.loop(trips, const(True, np.bool_))
        loop.set_friendly_name("loop")
        loop.set_function(ov.Model([ops.result(step), ops.result(const(True, np.bool_))], [state], "body"))
        loop.set_special_body_ports([-1, 1])
        loop.set_merged_input(state, x.output(0), step.output(0))
        found = analysis([loop.get_iter_value(step.output(0), -1)], [x, trips])
        assert found["gflop"] is None
        assert found["gflop_expression"] == "3.2e-08·iterations(loop)"

    def test_a_size_that_only_the_data_tells_is_counted_at_its_bound(self) -> None:
        """At most 10 boxes of 1 image and 3 classes are kept: 30 rows of 3 numbers, each multiplied once."""
        boxes, scores = p(1, 100, 4, name="boxes"), p(1, 3, 100, name="scores")
        kept = ops.non_max_suppression(boxes, scores, const(10, np.int64))
        y = ops.multiply(ops.convert(kept.output(0), "f32"), const(np.full((1, 3), 2.0)))
        found = analysis([y], [boxes, scores])
        assert found["gflop"] == pytest.approx((300 + 30 * 3) / 1e9)
        assert [row["type"] for row in found["unknown_operations"]] == ["NonMaxSuppression"]

"""Memory, and the graphs inside loops and branches, worked out by hand."""

import numpy as np
import openvino as ov
from openvino import opset13 as ops

from tests.unit.engine.corpus_graphs import LOOP_INPUT, const, graph, looped, p
from workbench.engine.analyze.count import count_layers
from workbench.engine.analyze.graph import Graph
from workbench.engine.analyze.memory import maximum_memory, minimum_memory


class TestMemory:
    def test_a_chain(self) -> None:
        """Input 16 B, then 8 and 32 B: the peak is the second matrix product, 8 + 32; all together 56."""
        x = p(1, 4)
        a = ops.matmul(x, const(np.ones((4, 2))), False, False)
        b = ops.matmul(a, const(np.ones((2, 8))), False, False)
        g = graph([b], [x])
        assert maximum_memory(g) == 16 + 8 + 32
        assert minimum_memory(g) == 40

    def test_a_branch_keeps_its_input_alive(self) -> None:
        """x (40 B) is read by the last addition, so it is there while three of 40 B are made one after the other."""
        x = p(10)
        c = ops.relu(ops.relu(ops.relu(x)))
        g = graph([ops.add(c, x)], [x])
        assert maximum_memory(g) == 5 * 40
        assert minimum_memory(g) == 3 * 40

    def test_each_output_lives_by_itself(self) -> None:
        """A split of 80 B into two of 40: the first is done with before the second is read.

        x + parts = 160; then x is gone: parts 80, + a 40 = 120; first part gone, + b 40 = 120; sum 80 + 40 = 120."""
        x = p(2, 10)
        parts = ops.split(x, const(0, np.int64), 2)
        g = graph([ops.add(ops.relu(parts.output(0)), ops.relu(parts.output(1)))], [x])
        assert minimum_memory(g) == 160
        assert maximum_memory(g) == 80 + 80 + 3 * 40

    def test_an_output_that_nobody_reads_lives_only_while_it_is_made(self) -> None:
        """TopK's values (20 B) and indices (20 B) of 400 B; only the values go on to a result of 2000 B."""
        x = p(1, 100)
        top = ops.topk(x, const(5, np.int64), 1, "max", "value", "i32")
        y = ops.matmul(top.output(0), const(np.ones((5, 500))), False, False)
        g = graph([y], [x])
        assert minimum_memory(g) == 20 + 2000
        assert maximum_memory(g) == 400 + 40 + 2000

    def test_results_stay_to_the_end(self) -> None:
        """a (400 B) is a result; b and then c (40 B, 40 B) come after: 400 + 80 beside it once x is gone."""
        x = p(10)
        a = ops.broadcast(x, const([10, 10], np.int64))
        b = ops.relu(x)
        g = graph([a, ops.relu(b)], [x])
        assert minimum_memory(g) == 400 + 40 + 40
        assert maximum_memory(g) == 40 + 400 + 40 + 40

    def test_bytes_follow_the_type(self) -> None:
        x = p(10)
        g = graph([ops.convert(x, "u8")], [x])
        assert maximum_memory(g) == 40 + 10
        assert minimum_memory(g) == 50

    def test_a_loop_needs_its_body_besides(self) -> None:
        """x 16, result 16, and in the body state 16 and step 16."""
        g = graph([looped(7)], [LOOP_INPUT])
        assert maximum_memory(g) == 32 + 32
        assert minimum_memory(g) == 32 + 32

    def test_an_open_shape_is_unknown_and_a_bounded_one_has_its_bound(self) -> None:
        x = p(-1, 4)
        assert minimum_memory(graph([ops.relu(x)], [x])) is None
        assert maximum_memory(graph([ops.relu(x)], [x])) is None
        y = p(ov.Dimension(1, 8), 4)
        assert maximum_memory(graph([ops.relu(y)], [y])) == 2 * 8 * 4 * 4

    def test_ten_thousand_layers_in_a_row(self) -> None:
        """Linear in the layers: quadratic work would take minutes here."""
        x = p(10)
        y = x
        for _ in range(10_000):
            y = ops.relu(y)
        assert minimum_memory(graph([y], [x])) == 80


class TestBodies:
    def operations(self, g: Graph) -> dict[str, int]:
        return {layer.name: layer.operations for layer in count_layers(g)}

    def test_a_loop_of_known_length(self) -> None:
        """7 times a product of [1, 4] and [4, 4]: 7 * 2 * 4 * 4 = 224."""
        found = self.operations(graph([looped(7)], [LOOP_INPUT]))
        assert found == {"loop": 0, "loop/step": 224}

    def test_a_loop_whose_length_is_an_input(self) -> None:
        trips = p(kind=np.int64, name="trips")
        g = graph([looped(trips)], [LOOP_INPUT, trips])
        (step,) = [layer for layer in count_layers(g) if layer.name == "loop/step"]
        assert (step.operations, step.loops) == (32, ("loop",))

    def test_a_tensor_iterator(self) -> None:
        """5 slices of [2, 1, 4], each times [4, 3]: 5 * 2 * 4 * (2*1*3) = 240."""
        x, slice_ = p(2, 5, 4), p(2, 1, 4)
        y = ops.matmul(slice_, const(np.ones((4, 3))), False, False, name="product")
        iterator = ops.tensor_iterator()
        iterator.set_friendly_name("iterator")
        iterator.set_body(ov.Model([ops.result(y)], [slice_], "body"))
        iterator.set_sliced_input(slice_, x.output(0), 0, 1, 1, 4, 1)
        out = iterator.get_concatenated_slices(y.output(0), 0, 1, 1, 4, 1)
        assert self.operations(graph([out], [x]))["iterator/product"] == 240

    def test_the_costlier_branch(self) -> None:
        """One branch of 8 and one of 8 + 8 operations."""
        condition, x = p(kind=np.bool_), p(8)
        then_input, else_input = p(8), p(8)
        then_body = ov.Model([ops.result(ops.relu(then_input, name="one"))], [then_input], "then")
        twice = ops.abs(ops.relu(else_input, name="two"), name="three")
        else_body = ov.Model([ops.result(twice)], [else_input], "else")
        branch = ops.if_op(condition.output(0))
        branch.set_friendly_name("if")
        branch.set_then_body(then_body)
        branch.set_else_body(else_body)
        branch.set_input(x.output(0), then_input, else_input)
        out = branch.set_output(then_body.results[0], else_body.results[0])
        found = self.operations(graph([out], [condition, x]))
        assert found == {"if": 0, "if/two": 8, "if/three": 8}

"""FLOP, bytes and conversions of executed layers, against figures worked out by hand."""

from typing import Any

import pytest

from tests.unit.engine.networks import classifier, np, op, ov
from workbench.engine import execution_graph, originals, work
from workbench.engine.analyze.graph import Graph
from workbench.engine.execution_graph import Layer
from workbench.engine.work import Work


def executed(model: ov.Model, precision: str = "f32") -> dict[str, tuple[Layer, Work]]:
    """The layers that run, by name."""
    compiled = ov.Core().compile_model(model, "CPU", {"INFERENCE_PRECISION_HINT": precision})
    found = execution_graph.layers(compiled.get_runtime_model(), model)
    graph = Graph(model)
    originals.complete(found, graph)
    works = work.of_layers(found, graph, [0.0] * len(found))
    return {layer.name: (layer, done) for layer, done in zip(found, works, strict=True) if not layer.constant}


def tensor(shape: list[int | str], precision: str, source: str = "x", port: int = 0) -> dict[str, Any]:
    return {"from": source, "port": port, "shape": shape, "precision": precision, "layout": "abcd"}


def layer(kind: str, inputs: list[dict[str, Any]], outputs: list[dict[str, Any]], **more: Any) -> Layer:
    values: dict[str, Any] = {"runtime_precision": "f32", "originals": [], "constant": False, "port": False} | more
    return Layer(order=0, name="it", type=kind, primitive=None, inputs=inputs, outputs=outputs, **values)


def of_one(*found: Layer) -> Work:
    """The work of the first of some layers that have no originals."""
    data = op.parameter([1], np.float32)
    return work.of_layers(found, Graph(ov.Model([data], [data], "m")), [0.0] * len(found))[0]


class TestAConvolution:
    """3×3, 3 → 8 channels, 16×16, with bias and ReLU: 2·27 + 1 + 1 operations for each of 8·256 results."""

    def test_f32(self) -> None:
        conv = executed(classifier())["conv"][1]
        assert conv.flop == (2 * 27 + 2) * 8 * 256
        assert conv.weight_bytes == 4 * (8 * 27 + 8)
        assert conv.bytes == 4 * (3 * 256 + 8 * 256) + 4 * (8 * 27 + 8)
        assert conv.conversion is None

    def test_the_batch_that_runs(self) -> None:
        one, four = executed(classifier())["conv"][1], executed(classifier((4, 3, 16, 16)))["conv"][1]
        assert one.flop is not None
        assert four.flop == 4 * one.flop
        assert four.weight_bytes == one.weight_bytes

    @pytest.mark.skipif(
        "BF16" not in ov.Core().get_property("CPU", "OPTIMIZATION_CAPABILITIES"), reason="this CPU has no bf16"
    )
    def test_bf16_halves_the_bytes(self) -> None:
        """Two bytes a value."""
        found = executed(classifier(), "bf16")
        conv = found["conv"][1]
        assert conv.weight_bytes == 2 * (8 * 27 + 8)
        assert conv.bytes == 2 * (3 * 256 + 8 * 256) + conv.weight_bytes
        converts = [done.converts for _, done in found.values() if done.conversion == "precision"]
        assert {"from": "f32", "to": "bf16"} in converts

    def test_the_sum_is_that_of_the_analysis(self) -> None:
        model = classifier()
        counted = sum(work.operations(node) or 0 for node in Graph(model).layers())
        assert sum(done.flop or 0 for _, done in executed(model).values()) == counted


class TestBytes:
    def test_a_tensor_read_twice_counts_once(self) -> None:
        done = of_one(layer("Multiply", [tensor([2, 3], "f32"), tensor([2, 3], "f32")], [tensor([2, 3], "f32")]))
        assert done.bytes == 2 * 24

    def test_two_outputs_of_one_layer_count_twice(self) -> None:
        inputs = [tensor([2, 3], "f32", port=0), tensor([2, 3], "f32", port=1)]
        assert of_one(layer("Add", inputs, [tensor([2, 3], "f32")])).bytes == 3 * 24

    def test_a_table_is_read_only_where_it_is_looked_up(self) -> None:
        table = layer("Const", [], [tensor([1000, 4], "f32")], constant=True)
        table.name = "table"
        picks = layer(
            "Gather", [tensor([1000, 4], "f32", "table"), tensor([7], "i32")], [tensor([7, 4], "f32")], originals=[]
        )
        done = of_one(picks, table)
        assert done.weight_bytes == 7 * 4 * 4
        assert done.bytes == 7 * 4 * 4 + 7 * 4 + 7 * 4 * 4

    def test_four_bits(self) -> None:
        weights = layer("Const", [], [tensor([10, 4], "u4")], constant=True)
        weights.name = "w"
        done = of_one(
            layer("FullyConnected", [tensor([1, 4], "f32"), tensor([10, 4], "u4", "w")], [tensor([1, 10], "f32")]),
            weights,
        )
        assert done.weight_bytes == 20

    def test_an_open_shape_is_not_known(self) -> None:
        assert of_one(layer("Relu", [tensor(["?", 3], "f32")], [tensor(["?", 3], "f32")])).bytes is None

    def test_an_input_that_is_left_out(self) -> None:
        empty = tensor([0], "dynamic", "none")
        assert of_one(layer("Relu", [tensor([3], "f32"), empty], [tensor([3], "f32")])).bytes == 24


class TestConversions:
    @pytest.mark.parametrize(
        ("kind", "before", "after", "expected"),
        [
            ("Reorder", ("f32", "abcd"), ("bf16", "acdb"), ("precision", {"from": "f32", "to": "bf16"})),
            ("Reorder", ("f32", "abcd"), ("f32", "acdb"), ("layout", {"from": "abcd", "to": "acdb"})),
            ("Convert", ("u8", "abcd"), ("f32", "abcd"), ("precision", {"from": "u8", "to": "f32"})),
            ("Reorder", ("f32", "abcd"), ("f32", "abcd"), (None, None)),
            ("Convolution", ("u8", "abcd"), ("f32", "abcd"), (None, None)),
        ],
    )
    def test_by_type(self, kind: str, before: Any, after: Any, expected: Any) -> None:
        source, result = tensor([1, 2], before[0]), tensor([1, 2], after[0])
        source["layout"], result["layout"] = before[1], after[1]
        done = of_one(layer(kind, [source], [result]))
        assert (done.conversion, done.converts) == expected
        assert done.flop == (0 if expected[0] else None)

    def test_a_quantisation_of_its_own(self) -> None:
        """OpenVINO runs it as a generated subgraph: what is in it tells."""
        alone = [{"name": "fq", "type": "FakeQuantize"}]
        more = [*alone, {"name": "relu", "type": "Relu"}]
        tensors = [tensor([1, 2], "f32")], [tensor([1, 2], "u8")]
        assert of_one(layer("Subgraph", *tensors, originals=alone)).conversion == "precision"
        assert of_one(layer("Subgraph", *tensors, originals=more)).conversion is None


def test_what_openvino_inserts() -> None:
    """It computes nothing where it only moves; what a subgraph of its own making computes is not known."""
    tensors = [tensor([1, 2], "f32")], [tensor([2, 1], "f32")]
    made_up = [{"name": "made up", "type": None}]
    assert of_one(layer("Transpose", *tensors, originals=made_up)).flop == 0
    assert of_one(layer("Subgraph", *tensors, originals=made_up)).flop is None


def test_what_does_not_run_has_no_work() -> None:
    assert of_one(layer("Const", [], [tensor([9], "f32")], constant=True)) == work.NOTHING
    assert of_one(layer("Input", [], [tensor([9], "f32")], port=True)) == work.NOTHING


def test_rates_by_hand() -> None:
    """2 MFLOP and 1 MB in 100 µs are 20 GFLOP/s and 10 GB/s."""
    done = Work(2_000_000, 1_000_000, 0, None, None)
    assert work.rates(done, 100.0) == {"gflops": 20.0, "gbps": 10.0}
    assert work.rates(done, None) == work.rates(done, 0.0) == {"gflops": None, "gbps": None}
    assert work.rates(work.NOTHING, 5.0) == {"gflops": None, "gbps": None}


class TestOperations:
    def test_a_loop_counts_its_iterations(self) -> None:
        """Five times an addition of 4 elements."""
        x, body_x = op.parameter([5, 4], np.float32), op.parameter([1, 4], np.float32)
        added = op.add(body_x, op.constant(np.float32(1)))
        loop = op.tensor_iterator()
        loop.set_body(ov.Model([added], [body_x], "body"))
        loop.set_sliced_input(body_x, x.output(0), 0, 1, 1, -1, 0)
        out = loop.get_concatenated_slices(added.output(0), 0, 1, 1, -1, 0)
        model = ov.Model([out], [x], "loop")
        node = next(node for node in Graph(model).layers() if node.type == "TensorIterator")
        assert work.operations(node) == 20

    def test_what_has_no_formula_is_not_known(self) -> None:
        shape = op.parameter([2], np.int64)
        low, high = op.constant(np.float32(0)), op.constant(np.float32(1))
        model = ov.Model([op.random_uniform(shape, low, high, "f32")], [shape], "random")
        assert [work.operations(node) for node in Graph(model).layers()] == [None]

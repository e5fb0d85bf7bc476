"""Each original in one executed layer, also where OpenVINO's record leaves it out."""

from typing import Any

from tests.unit.engine.networks import np, op, ov
from workbench.engine import originals
from workbench.engine.analyze.graph import Graph
from workbench.engine.execution_graph import Layer


def layer(order: int, kind: str, names: list[str], known: set[str], constant: bool = False) -> Layer:
    found = [{"name": name, "type": "Some" if name in known else None} for name in names]
    return Layer(order, names[0], kind, None, "f32", found, [], [], constant, False)


def model() -> ov.Model:
    """conv → add → relu → fq → conv2 → reshape → matmul → add2."""
    data = op.parameter([1, 2, 4, 4], np.float32, name="x")
    weights = op.constant(np.ones((2, 2, 1, 1), np.float32), name="w")
    conv = op.convolution(data, weights, [1, 1], [0, 0], [0, 0], [1, 1], name="conv")
    add = op.add(conv, op.constant(np.ones((1, 2, 1, 1), np.float32)), name="add")
    relu = op.relu(add, name="relu")
    ends = [op.constant(np.float32(value)) for value in (0, 1, 0, 1)]
    quantised = op.fake_quantize(relu, *ends, 256, name="fq")
    second = op.convolution(quantised, weights, [1, 1], [0, 0], [0, 0], [1, 1], name="conv2")
    flat = op.reshape(second, op.constant([1, -1]), False, name="reshape")
    product = op.matmul(flat, op.constant(np.ones((32, 3), np.float32)), False, False, name="matmul")
    return ov.Model([op.add(product, op.constant(np.ones((1, 3), np.float32)), name="add2")], [data], "m")


def names(found: Layer) -> set[str]:
    return {str(item["name"]) for item in found.originals}


class TestComplete:
    def test_a_whole_record_stays(self) -> None:
        graph = Graph(model())
        found = [layer(0, "Subgraph", [node.name for node in graph.layers()], set())]
        assert originals.complete(found, graph) == 0
        assert not any(item.get("inferred") for item in found[0].originals)

    def test_gaps_are_filled_by_position(self) -> None:
        """The record of an INT8 model: no ReLU, no matrix product of the fully connected layer."""
        graph = Graph(model())
        known = {node.name for node in graph.layers()}
        found = [
            layer(0, "Convolution", ["conv", "add", "fq"], known),
            layer(1, "Convolution", ["conv2"], known),
            layer(2, "Reshape", ["reshape"], known),
            layer(3, "FullyConnected", ["add2"], known),
        ]
        assert originals.complete(found, graph) == 2
        assert names(found[0]) == {"conv", "add", "relu", "fq"}
        assert names(found[3]) == {"matmul", "add2"}
        added = next(item for item in found[3].originals if item["name"] == "matmul")
        assert added == {"name": "matmul", "type": "MatMul", "inferred": True}
        assert found[3].attributes["weights_shape"] == [32, 3], "that of the original that works"

    def test_an_activation_follows_its_kernel_and_not_the_next_one(self) -> None:
        graph = Graph(model())
        known = {node.name for node in graph.layers()}
        found = [layer(0, "Convolution", ["conv"], known), layer(1, "Convolution", ["conv2", "reshape"], known)]
        originals.complete(found, graph)
        assert names(found[0]) == {"conv", "add", "relu", "fq"}
        assert names(found[1]) == {"conv2", "reshape", "matmul", "add2"}

    def test_a_copy_of_openvino(self) -> None:
        graph = Graph(model())
        known = {node.name for node in graph.layers()}
        found = [
            layer(0, "Subgraph", ["conv", "add", "relu", "fq_1"], known),
            layer(1, "Convolution", ["conv2", "reshape", "matmul", "add2"], known),
        ]
        assert originals.complete(found, graph) == 1
        assert "fq" in names(found[0])


class TestOwners:
    def test_each_original_has_one(self) -> None:
        """`conv` is named by three layers: that which computes such is its owner, not the longest one."""
        graph = Graph(model())
        known = {node.name for node in graph.layers()}
        found = [
            layer(0, "Reorder", ["conv"], known),
            layer(1, "Convolution", ["conv", "add"], known),
            layer(2, "Eltwise", ["add", "conv"], known),
            layer(3, "Const", ["relu"], known, constant=True),
            layer(4, "Eltwise", ["relu"], known),
        ]
        by_name: dict[str, Any] = {
            graph.nodes[node].name: at for node, at in originals.owners(found, graph, [9.0, 1.0, 5.0, 0.0, 0.0]).items()
        }
        assert by_name == {"conv": 1, "add": 2, "relu": 4}

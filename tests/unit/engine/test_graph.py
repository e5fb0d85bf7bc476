"""The graph of a model as a document."""

import gzip
import json
from pathlib import Path

import pytest

from tests.unit.engine.networks import Recorder, classifier, np, op, ov, save, work_folder
from workbench.engine import analyze, graph
from workbench.engine.analyze.graph import Graph
from workbench.engine.protocol import EngineError
from workbench.models.graph_schemas import Graph as GraphDocument

HOSTILE = '"><script>alert("x")</script>\n=cmd|\u202e'


class TestDocument:
    def test_by_hand(self) -> None:
        """Of the classifier: input, six operations, result; the weights are part of their readers."""
        found = graph.of_model(classifier())
        assert found["kind"] == "ir"
        assert [node["type"] for node in found["nodes"]] == [
            "Parameter",
            "Convolution",
            "Add",
            "Relu",
            "ReduceMean",
            "MatMul",
            "Softmax",
            "Result",
        ]
        conv = found["nodes"][1]
        assert conv["name"] == "conv"
        assert conv["inputs"] == [[0, 0]]
        assert conv["outputs"] == [{"shape": [1, 8, 16, 16], "precision": "f32"}]
        assert conv["constants"] == [
            {"port": 1, "name": "weights", "shape": [8, 3, 3, 3], "precision": "f32", "bytes": 8 * 27 * 4}
        ]
        assert conv["attributes"]["strides"] == [1, 1]
        GraphDocument.model_validate(found)

    def test_compressed_weights_are_told_as_stored(self, tmp_path: Path) -> None:
        ov.save_model(classifier(), tmp_path / "half.xml", compress_to_fp16=True)
        found = graph.of_model(ov.Core().read_model(tmp_path / "half.xml"))
        assert not any(node["type"] == "Convert" for node in found["nodes"])
        conv = next(node for node in found["nodes"] if node["name"] == "conv")
        assert (conv["constants"][0]["precision"], conv["constants"][0]["bytes"]) == ("f16", 8 * 27 * 2)

    def test_shapes_that_are_open(self) -> None:
        data = op.parameter(ov.PartialShape([-1, ov.Dimension(1, 8), ov.Dimension(2, -1), 3]), np.float32)
        loose = op.parameter(ov.PartialShape.dynamic(), np.float32)
        found = graph.of_model(ov.Model([op.relu(data), op.relu(loose)], [data, loose], "open"))
        shapes = [node["outputs"][0]["shape"] for node in found["nodes"] if node["type"] == "Parameter"]
        assert sorted(shapes, key=len) == [["..."], ["?", "1..8", "2..", 3]]
        GraphDocument.model_validate(found)

    def test_each_node_comes_after_those_it_reads(self) -> None:
        """Also with two outputs of one node, and one output read twice."""
        data = op.parameter([4, 6], np.float32)
        parts = op.split(data, op.constant(1), 2)
        both = op.add(parts.output(1), op.multiply(parts.output(0), parts.output(0)))
        found = graph.of_model(ov.Model([both], [data], "split"))
        for place, node in enumerate(found["nodes"]):
            assert all(source < place for source, _ in node["inputs"])
        split = next(place for place, node in enumerate(found["nodes"]) if node["type"] == "Split")
        multiply = next(node for node in found["nodes"] if node["type"] == "Multiply")
        addition = next(node for node in found["nodes"] if node["type"] == "Add")
        assert multiply["inputs"] == [[split, 0], [split, 0]]
        assert addition["inputs"][0] == [split, 1]

    def test_hostile_names_and_values_stay_data(self, tmp_path: Path) -> None:
        data = op.parameter([1, 4], np.float32, name=HOSTILE)
        clamp = op.clamp(data, float("-inf"), 1.0, name=HOSTILE + "2")
        path = tmp_path / "graph.json.gz"
        graph.write(Graph(ov.Model([clamp], [data], "m")), path)
        found = json.loads(gzip.decompress(path.read_bytes()), parse_constant=pytest.fail)
        assert [node["name"] for node in found["nodes"][:2]] == [HOSTILE, HOSTILE + "2"]

    def test_long_lists_are_cut(self) -> None:
        data = op.parameter([1] * 20, np.float32)
        found = graph.of_model(ov.Model([op.relu(data)], [data], "m"))
        assert len(found["nodes"][0]["attributes"]["shape"]) <= 16

    def test_ten_thousand_nodes_in_a_chain(self) -> None:
        node = data = op.parameter([1, 8], np.float32)
        for _ in range(10_000):
            node = op.relu(node)
        found = graph.of_model(ov.Model([node], [data], "deep"))
        assert len(found["nodes"]) == 10_002
        assert found["nodes"][-1]["inputs"] == [[10_000, 0]]


class TestTheOperation:
    def test_it_writes_the_document(self, tmp_path: Path) -> None:
        work = work_folder(tmp_path, classifier())
        result = graph.run({"model": "inputs/model.xml"}, work, Recorder())
        assert result == {"nodes": 8, "artifact": "out/graph.json.gz"}
        assert json.loads(gzip.decompress((work / result["artifact"]).read_bytes()))["kind"] == "ir"

    def test_the_analysis_writes_the_same(self, tmp_path: Path) -> None:
        work = work_folder(tmp_path, classifier())
        analyze.run({"model": "inputs/model.xml"}, work, Recorder())
        of_analysis = gzip.decompress((work / "out" / "graph.json.gz").read_bytes())
        graph.run({"model": "inputs/model.xml"}, work, Recorder())
        assert gzip.decompress((work / "out" / "graph.json.gz").read_bytes()) == of_analysis

    def test_a_file_that_is_not_there(self, tmp_path: Path) -> None:
        save(classifier(), tmp_path)
        with pytest.raises(EngineError) as caught:
            graph.run({"model": "inputs/none.xml"}, tmp_path, Recorder())
        assert caught.value.code == "model_file_missing"

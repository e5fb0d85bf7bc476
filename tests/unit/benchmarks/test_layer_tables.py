"""Reading the tables of layers, also old ones, and the executed graph made from them."""

import gzip
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.server import client_of, migrated, runtime_of
from workbench.benchmarks import layer_tables
from workbench.db.base import new_id
from workbench.db.session import now
from workbench.db.tables import Artifact, Dataset, Machine, Model, Project, Run, Target
from workbench.models.graph_schemas import Graph
from workbench.runtime import Runtime

HOSTILE = '<img src=x onerror="alert(1)">\u202e=cmd()'


def tensor(source: str | None = None, shape: list[int | str] | None = None, port: int | None = None) -> dict[str, Any]:
    found: dict[str, Any] = {"shape": shape or [1, 4], "precision": "f32", "layout": "ab"}
    return found | ({"from": source} if source else {}) | ({"port": port} if port is not None else {})


def row(order: int, name: str, kind: str, inputs: list[dict[str, Any]], **more: Any) -> dict[str, Any]:
    """A row as tables had it before layers told their work."""
    return {
        "order": order,
        "name": name,
        "type": kind,
        "primitive": None,
        "runtime_precision": "f32",
        "time_us": 10.0,
        "share": 0.5,
        "status": "executed",
        "originals": [],
        "inputs": inputs,
        "outputs": [tensor()],
        "attributes": {},
    } | more


NOT_RUN: dict[str, Any] = {"status": "not_executed", "time_us": None, "share": 0.0}
OLD = [
    row(0, "x", "Input", [], **NOT_RUN),
    row(1, "w", "Const", [], outputs=[tensor(shape=[4, 4])], **NOT_RUN),
    row(2, "w2", "Reorder", [tensor("w", [4, 4])], outputs=[tensor(shape=[4, 4])], **NOT_RUN),
    row(
        3, HOSTILE, "FullyConnected", [tensor("x"), tensor("w2", [4, 4])], originals=[{"name": "fc", "type": "MatMul"}]
    ),
    row(4, "split", "Split", [tensor(HOSTILE)], outputs=[tensor(), tensor()]),
    row(5, "y", "Output", [tensor("split", port=1)], **NOT_RUN),
]


class TestTheExecutedGraph:
    def test_constants_are_folded_into_their_readers(self) -> None:
        graph = Graph.model_validate(layer_tables.runtime_graph(OLD))
        assert graph.kind == "runtime"
        assert [node.name for node in graph.nodes] == ["x", HOSTILE, "split", "y"]
        product = graph.nodes[1]
        assert product.inputs == [(0, 0)]
        (constant,) = product.constants
        assert (constant.port, constant.name, constant.shape, constant.bytes) == (1, "w2", [4, 4], 64)
        assert product.originals == ["fc"]
        assert (product.order, product.time_us, product.status) == (3, 10.0, "executed")

    def test_the_output_of_the_layer_before_is_named(self) -> None:
        graph = layer_tables.runtime_graph(OLD)
        assert graph["nodes"][3]["inputs"] == [(2, 1)]
        assert graph["nodes"][2]["inputs"] == [(1, 0)], "older tables do not tell: the first"

    def test_each_node_comes_after_those_it_reads(self) -> None:
        """Whatever numbers a plugin gives."""
        rows = [
            row(0, "c", "Add", [tensor("b"), tensor("a")]),
            row(1, "b", "Relu", [tensor("a")]),
            row(2, "a", "X", []),
        ]
        graph = layer_tables.runtime_graph(rows)
        assert [node["name"] for node in graph["nodes"]] == ["a", "b", "c"]
        assert graph["nodes"][2]["inputs"] == [(1, 0), (0, 0)]

    def test_names_that_occur_twice(self) -> None:
        """The parts of HETERO may: none is lost, and none reads from what comes after it."""
        rows = [
            row(0, "a", "Input", []),
            row(1, "b", "Relu", [tensor("a")]),
            row(2, "a", "Input", [tensor("b")]),
            row(3, "b", "Relu", [tensor("a")]),
        ]
        graph = layer_tables.runtime_graph(rows)
        assert len(graph["nodes"]) == 4
        assert all(source < place for place, node in enumerate(graph["nodes"]) for source, _ in node["inputs"])

    def test_long_chains(self) -> None:
        """Linear, and without recursion."""
        rows = [row(0, "0", "X", [])] + [row(n, str(n), "Relu", [tensor(str(n - 1))]) for n in range(1, 30_000)]
        graph = layer_tables.runtime_graph(rows[::-1])
        assert len(graph["nodes"]) == 30_000
        assert graph["nodes"][-1]["inputs"] == [(29_998, 0)]


@pytest.mark.parametrize(
    ("shape", "precision", "size"),
    [([2, 3], "f32", 24), ([5], "u4", 3), ([4], "bf16", 8), ([4], "boolean", 4), (["?"], "f32", 0), ([], "i64", 8)],
)
def test_bytes_of_constants(shape: list[int | str], precision: str, size: int) -> None:
    assert layer_tables._bytes(shape, precision) == size


class Lab:
    """A run on a target with ceilings, with a table of layers of our making."""

    def __init__(self, runtime: Runtime, folder: Path) -> None:
        self.runtime, self._folder = runtime, folder
        with runtime.db.write() as session:
            session.add(Machine(id="m", turns=0))
            self.target = Target(name="t", kind="local", machine_id="m")
            model, dataset = Model(name="m", state="ready"), Dataset(name="d", state="ready")
            session.add_all([self.target, model, dataset])
            session.flush()
            self.project = Project(
                name="p", model_id=model.id, dataset_id=dataset.id, target_id=self.target.id, device="CPU"
            )
            session.add(self.project)
            session.flush()
            self.target_id, self.project_id = self.target.id, self.project.id

    def ceilings(self, **figures: Any) -> None:
        document = {"device": "CPU", "measured_at": "2026-01-01T00:00:00Z", "notes": []} | figures
        with self.runtime.db.write() as session:
            target = session.get(Target, self.target_id)
            assert target is not None
            target.ceilings = {"CPU": document}

    def run(self, content: dict[str, Any] | None, **summary: Any) -> str:
        stored = None
        if content is not None:
            folder = self._folder / new_id()
            folder.mkdir(parents=True)
            with gzip.open(folder / "layers.json.gz", "wt") as file:
                json.dump(content, file)
            stored = self.runtime.storage.publish(folder)
        with self.runtime.db.write() as session:
            if stored is not None:
                session.add(Artifact(id=stored.id, kind="run", size_bytes=1, sha256=stored.sha256))
                session.flush()
            made = Run(
                project_id=self.project_id,
                label="1 × 1",
                device="CPU",
                hint="none",
                effective_precision="f32",
                throughput_fps=1.0,
                latency_median_ms=1.0,
                verdict="stable",
                result={},
                layers={"iterations": 100, "layers_note": "a note"} | summary,
                layers_artifact_id=stored.id if stored else None,
                created_at=now(session),
            )
            session.add(made)
            session.flush()
            return made.id


@pytest.fixture
def lab(tmp_path: Path) -> Iterator[Lab]:
    with runtime_of(migrated(tmp_path / "data")) as runtime:
        runtime.storage.prepare()
        yield Lab(runtime, tmp_path / "data" / "work")


NEW = row(3, "fc", "FullyConnected", [tensor("x")], flop=2_000_000, bytes=1_000_000, weight_bytes=64, time_us=100.0)
TABLE: dict[str, Any] = {"by_type": [], "total_us": 100.0}


class TestOverHttp:
    def test_an_old_table_still_reads(self, lab: Lab) -> None:
        lab.ceilings(memory_gbps=20.0, compute_gflops={"f32": 200.0})
        run_id = lab.run({"layers": OLD} | TABLE)
        with client_of(lab.runtime) as client:
            found = client.get(f"/api/v1/runs/{run_id}/layers").json()
            graph = client.get(f"/api/v1/runs/{run_id}/graph").json()
        assert [layer["name"] for layer in found["layers"]] == [item["name"] for item in OLD]
        product = found["layers"][3]
        assert product["flop"] is product["bound"] is product["gflops"] is product["conversion"] is None
        assert found["by_precision"] == [{"precision": "f32", "time_us": 20.0, "share": 1.0, "count": 2}]
        assert found["conversions"] == []
        assert found["note"] == "a note"
        assert Graph.model_validate(graph).nodes[1].name == HOSTILE

    def test_layers_under_their_roof(self, lab: Lab) -> None:
        """2 FLOP per byte, 50 of 100 µs are the memory's."""
        run_id = lab.run({"layers": [NEW]} | TABLE)
        with client_of(lab.runtime) as client:
            before = client.get(f"/api/v1/runs/{run_id}/layers").json()
            lab.ceilings(memory_gbps=20.0, compute_gflops={"f32": 200.0})
            after = client.get(f"/api/v1/runs/{run_id}/layers").json()
        assert before["ceilings"] is before["layers"][0]["bound"] is None
        assert before["layers"][0]["intensity"] == 2.0
        assert after["ceilings"]["memory_gbps"] == 20.0
        assert (after["layers"][0]["bound"], after["layers"][0]["roof_share"]) == ("memory", 0.5)

    def test_what_was_placed_by_its_neighbours_says_so(self, lab: Lab) -> None:
        originals = [{"name": "fc", "type": "Add"}, {"name": "product", "type": "MatMul", "inferred": True}]
        run_id = lab.run({"layers": [NEW | {"originals": originals}]} | TABLE)
        with client_of(lab.runtime) as client:
            (layer,) = client.get(f"/api/v1/runs/{run_id}/layers").json()["layers"]
        assert [item["inferred"] for item in layer["originals"]] == [None, True]

    def test_streams_share_the_roof(self, lab: Lab) -> None:
        lab.ceilings(memory_gbps=20.0, compute_gflops={"f32": 200.0})
        run_id = lab.run({"layers": [NEW]} | TABLE, streams=2, requests=2)
        with client_of(lab.runtime) as client:
            found = client.get(f"/api/v1/runs/{run_id}/layers").json()
        assert found["ceilings"]["memory_gbps"] == 10.0
        assert found["layers"][0]["roof_share"] == 1.0

    @pytest.mark.parametrize("what", ["layers", "graph"])
    def test_a_run_without_layers(self, lab: Lab, what: str) -> None:
        run_id = lab.run(None)
        with client_of(lab.runtime) as client:
            answer = client.get(f"/api/v1/runs/{run_id}/{what}")
        assert (answer.status_code, answer.json()["code"]) == (404, "layers_not_found")

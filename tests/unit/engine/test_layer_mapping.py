"""Real networks, FP32 and INT8: each original convolution and matrix product is in exactly one executed layer."""

import gzip
import json
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.benchmarks import light_models
from tests.unit.engine.networks import Recorder, np, ov
from workbench.engine import layers, work
from workbench.engine.analyze.graph import Graph

pytestmark = pytest.mark.slow

NAMES = ("resnet50", "squeezenet", "densenet121", "shufflenet")
HEAVY = ("Convolution", "GroupConvolution", "MatMul")
KERNELS = {"Convolution", "FullyConnected"}


@dataclass
class Executed:
    """A model, and the table of the layers that it executed as."""

    graph: Graph
    result: dict[str, Any]
    table: dict[str, Any]

    @property
    def rows(self) -> list[dict[str, Any]]:
        return [row for row in self.table["layers"] if row["status"] != "not_executed"]

    def heavy(self) -> list[str]:
        return [node.name for node in self.graph.layers() if node.type in HEAVY]

    def holders(self, name: str) -> list[dict[str, Any]]:
        return [row for row in self.rows if any(item["name"] == name for item in row["originals"])]


def execute(path: Path, folder: Path) -> Executed:
    (folder / "out").mkdir(parents=True)
    given = {"model": str(path), "device": "CPU", "precision": "f32", "streams": 1, "iterations": 3}
    result = layers.run(given, folder, Recorder())
    table = json.loads(gzip.decompress((folder / result["artifact"]).read_bytes()))
    return Executed(Graph(ov.Core().read_model(path)), result, table)


@pytest.fixture(scope="module", params=NAMES)
def pair(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Executed]:
    """The same network in FP32 and, quantised by NNCF, in INT8."""
    import nncf

    folder = tmp_path_factory.mktemp(request.param)
    path = light_models.with_random_weights(request.param, folder)
    rng = np.random.default_rng(0)
    samples = nncf.Dataset([rng.random((1, 3, 224, 224), dtype=np.float32) for _ in range(2)])
    model = ov.Core().read_model(path)
    # Without the correction of biases, which takes most of the time and changes no layer.
    quick = nncf.AdvancedQuantizationParameters(disable_bias_correction=True)
    quantised = nncf.quantize(model, samples, subset_size=2, advanced_parameters=quick)
    ov.save_model(quantised, folder / "int8.xml", compress_to_fp16=False)
    return {"f32": execute(path, folder / "f32"), "int8": execute(folder / "int8.xml", folder / "int8")}


@pytest.mark.parametrize("version", ["f32", "int8"])
class TestMapping:
    def test_the_version_is_what_it_says(self, pair: dict[str, Executed], version: str) -> None:
        assert pair[version].result["effective_precision"] == {"f32": "f32", "int8": "int8/f32"}[version]

    def test_each_convolution_is_in_one_layer(self, pair: dict[str, Executed], version: str) -> None:
        executed = pair[version]
        names = executed.heavy()
        assert len(names) >= 26
        for name in names:
            holders = executed.holders(name)
            assert len(holders) == 1, f"{name} is in {[row['name'] for row in holders]}"
            assert holders[0]["type"] in KERNELS
        # And the other way round: no two of them share a layer, and no kernel is left without one.
        taken = Counter(executed.holders(name)[0]["name"] for name in names)
        assert set(taken.values()) == {1}
        assert set(taken) == {row["name"] for row in executed.rows if row["type"] in KERNELS}

    def test_each_operation_counts_once(self, pair: dict[str, Executed], version: str) -> None:
        executed = pair[version]
        counted = sum(work.operations(node) or 0 for node in executed.graph.layers())
        assert sum(row["flop"] or 0 for row in executed.rows) == counted
        assert all(row["flop"] is not None for row in executed.rows)
        assert all(row["bytes"] for row in executed.rows)

    def test_every_original_has_its_place(self, pair: dict[str, Executed], version: str) -> None:
        executed = pair[version]
        named = {item["name"] for row in executed.table["layers"] for item in row["originals"]}
        assert [node.name for node in executed.graph.layers() if node.name not in named] == []

    def test_the_time_is_accounted_for(self, pair: dict[str, Executed], version: str) -> None:
        """By layers that have originals, and by conversions that OpenVINO inserted."""
        rows = pair[version].rows
        told = sum(row["time_us"] or 0 for row in rows if row["originals"] or row["conversion"])
        assert told >= 0.99 * sum(row["time_us"] or 0 for row in rows)

    def test_weights_are_read_once(self, pair: dict[str, Executed], version: str) -> None:
        """The bytes of all kernels' weights are those of the model's, but for scales and folded constants."""
        rows = [row for row in pair[version].rows if row["type"] in KERNELS]
        each = {"f32": 4, "int8": 1}[version]
        elements = sum(np.prod(row["attributes"]["weights_shape"]) for row in rows)
        assert sum(row["weight_bytes"] for row in rows) == pytest.approx(elements * each, rel=0.05)


def test_both_versions_hold_the_same_convolutions(pair: dict[str, Executed]) -> None:
    """By name: what compares an FP32 with an INT8 version goes through them."""
    assert sorted(pair["f32"].heavy()) == sorted(pair["int8"].heavy())


def test_conversions_are_charged_at_the_layer_that_converts(pair: dict[str, Executed]) -> None:
    """The picture comes in f32: in the INT8 version exactly one layer makes it u8, and its time is its own."""
    for version, executed in pair.items():
        converting = [row for row in executed.rows if row["conversion"] is not None]
        assert sum(group["count"] for group in executed.table["conversions"]) == len(converting)
        for group in executed.table["conversions"]:
            own = [
                row["time_us"] or 0
                for row in converting
                if row["converts"] == {"from": group["from"], "to": group["to"]} and row["conversion"] == group["kind"]
            ]
            assert group["time_us"] == pytest.approx(sum(own), abs=0.01)
        into_integers = [row for row in converting if row["converts"] == {"from": "f32", "to": "u8"}]
        assert len(into_integers) == {"f32": 0, "int8": 1}[version]

"""The instrumented run: executed layers, their times, and what they were made from."""

import gzip
import json
from pathlib import Path
from typing import Any, ClassVar

import pytest

from tests.unit.engine.networks import Recorder, classifier, np, op, ov, work_folder
from workbench.engine import configuration, execution_graph, layers
from workbench.engine.inputs import Inputs

LARGE = (1, 3, 160, 160)


def run(work: Path, **given: Any) -> tuple[dict[str, Any], dict[str, Any]]:
    parameters = {"model": "inputs/model.xml", "device": "CPU", "precision": "f32", "streams": 1} | given
    result = layers.run(parameters, work, Recorder())
    json.dumps(result, allow_nan=False)
    table: dict[str, Any] = json.loads(gzip.decompress((work / result["artifact"]).read_bytes()))
    return result, table


@pytest.fixture(scope="module")
def measured(tmp_path_factory: pytest.TempPathFactory) -> tuple[dict[str, Any], dict[str, Any]]:
    return run(work_folder(tmp_path_factory.mktemp("layers"), classifier(LARGE, channels=16)))


class TestARun:
    def test_a_fused_layer_knows_its_originals(self, measured: tuple[dict[str, Any], dict[str, Any]]) -> None:
        """Convolution, bias and ReLU execute as one layer."""
        conv = next(row for row in measured[1]["layers"] if row["type"] == "Convolution")
        assert {(item["name"], item["type"]) for item in conv["originals"]} >= {
            ("conv", "Convolution"),
            ("relu", "Relu"),
        }
        assert conv["status"] == "executed"
        assert conv["time_us"] > 0
        assert conv["runtime_precision"] == "f32"
        assert conv["outputs"][0]["shape"] == [1, 16, 160, 160]
        assert conv["outputs"][0]["precision"] == "f32"
        assert conv["outputs"][0]["layout"]
        assert conv["attributes"]["strides"] == [1, 1]
        assert conv["attributes"]["pads_begin"] == [1, 1]
        assert conv["attributes"]["weights_shape"] == [16, 3, 3, 3]

    def test_order_is_that_of_execution(self, measured: tuple[dict[str, Any], dict[str, Any]]) -> None:
        orders = [row["order"] for row in measured[1]["layers"]]
        assert orders == sorted(orders)
        assert len(set(orders)) == len(orders)
        places = {row["name"]: row["order"] for row in measured[1]["layers"]}
        for row in measured[1]["layers"]:
            assert all(places[item["from"]] < row["order"] for item in row["inputs"])

    def test_what_never_runs_is_told_apart(self, measured: tuple[dict[str, Any], dict[str, Any]]) -> None:
        for row in measured[1]["layers"]:
            assert (row["time_us"] is not None) == (row["status"] == "executed")
            if row["type"] in ("Const", "Input", "Output"):
                assert row["status"] == "not_executed"
        softmax = next(row for row in measured[1]["layers"] if row["type"] == "Softmax")
        assert softmax["status"] in ("executed", "below_resolution"), "a softmax over 10 values runs, however fast"

    def test_sums(self, measured: tuple[dict[str, Any], dict[str, Any]]) -> None:
        result, table = measured
        rows = table["layers"]
        assert sum(row["time_us"] or 0 for row in rows) == pytest.approx(table["total_us"], abs=0.01)
        assert sum(row["share"] for row in rows) == pytest.approx(1, abs=1e-3)
        assert sum(group["time_us"] for group in table["by_type"]) == pytest.approx(table["total_us"], abs=0.01)
        assert sum(group["count"] for group in table["by_type"]) == result["executed"]
        assert result["total_us"] == table["total_us"]
        assert [group["time_us"] for group in table["by_type"]] == sorted(
            (group["time_us"] for group in table["by_type"]), reverse=True
        )

    def test_counts(self, measured: tuple[dict[str, Any], dict[str, Any]]) -> None:
        """Of the model: convolution, add, relu, mean, matmul, softmax."""
        result = measured[0]
        assert result["original"] == 6
        assert result["iterations"] == 102, "100, the one that was waited for before, and the one in flight after"
        assert result["effective_precision"] == "f32"
        assert result["layers_note"]


class TestConfigurations:
    def test_times_add_up_to_the_latency(self, tmp_path: Path) -> None:
        """One stream and one request: what the layers take is most of what the fastest inference takes."""
        model = classifier((1, 3, 256, 256), channels=32)
        result, _ = run(work_folder(tmp_path, model), iterations=60)
        request = ov.Core().compile_model(model, "CPU", {"INFERENCE_PRECISION_HINT": "f32"}).create_infer_request()
        fastest = float("inf")
        for _ in range(60):
            request.infer()
            fastest = min(fastest, request.latency * 1e3)
        assert result["total_us"] > 0.6 * fastest

    def test_several_streams(self, tmp_path: Path) -> None:
        result, table = run(work_folder(tmp_path, classifier(LARGE)), streams=2, requests=2, iterations=20)
        assert result["iterations"] == 20 + 2 * 2
        assert next(row for row in table["layers"] if row["type"] == "Convolution")["time_us"] > 0

    @pytest.mark.parametrize("device", ["HETERO:CPU", "AUTO:CPU"])
    def test_virtual_devices(self, tmp_path: Path, device: str) -> None:
        _, table = run(work_folder(tmp_path, classifier(LARGE)), device=device, iterations=20)
        conv = next(row for row in table["layers"] if row["type"] == "Convolution")
        assert conv["time_us"] > 0

    def test_a_model_that_compiles_to_nothing(self, tmp_path: Path) -> None:
        data = op.parameter([1, 4], np.float32, name="x")
        result, table = run(work_folder(tmp_path, ov.Model([op.result(data)], [data], "m")), iterations=3)
        assert result["executed"] >= 0
        assert all(row["share"] == 0 or row["time_us"] for row in table["layers"])


class TestOneByOne:
    """The way for devices whose counters are those of the last inference, on the CPU."""

    def test_reads_the_counters_after_each(self) -> None:
        compiled = ov.Core().compile_model(classifier(LARGE, channels=16), "CPU", {"PERF_COUNT": True})
        sets = [[ov.Tensor(np.zeros(LARGE, np.float32))]]
        emit = Recorder()
        wanted = configuration.read({"device": "CPU", "iterations": 7}, Path())
        times, count = layers.one_by_one(compiled, Inputs(sets, {}), wanted, emit)
        assert count == 7
        assert times["conv"] > 0
        assert emit.of("progress")[-1] == {"event": "progress", "done": 7, "total": 7, "unit": "inferences"}


class TestWithoutWarmUp:
    def test_by_hand(self) -> None:
        """10 inferences of 50 µs to warm up, then 100 of 20 µs: the mean of all is 22.7, cut to 22."""
        found = layers.without_warm_up({"conv": 50.0}, 10, {"conv": 22.0, "none": 0.0}, 100, streams=1)
        assert found["conv"] == pytest.approx((110 * 22 - 10 * 50) / 100)
        assert abs(found["conv"] - 20) < 110 / 100
        assert found["none"] == 0

    def test_never_negative(self) -> None:
        assert layers.without_warm_up({"a": 900.0}, 10, {"a": 1.0}, 20, streams=1) == {"a": 0.0}

    def test_not_with_several_streams(self) -> None:
        assert layers.without_warm_up({"a": 50.0}, 10, {"a": 22.0}, 100, streams=2) == {"a": 22.0}


class TestOriginalNames:
    known: ClassVar[dict[str, int]] = dict.fromkeys(("a", "b", "c,d", "e,f,g"), 1)

    @pytest.mark.parametrize(
        ("text", "names"),
        [
            ("", []),
            ("a", ["a"]),
            ("a,b", ["a", "b"]),
            ("a,c,d,b", ["a", "c,d", "b"]),
            ("e,f,g", ["e,f,g"]),
            ("made up,a", ["made up", "a"]),
            ("a,a,b", ["a", "b"]),
        ],
    )
    def test_names_may_hold_commas(self, text: str, names: list[str]) -> None:
        assert execution_graph.original_names(text, self.known) == names
        assert execution_graph.original_names(text, self.known, execution_graph.most_parts(self.known)) == names

    def test_thousands_in_one_layer(self) -> None:
        """Linear: looking for a name in every run of parts would take minutes."""
        known = {f"layer{number}": 1 for number in range(20_000)}
        assert execution_graph.original_names(",".join(known), known) == list(known)


def test_conversions_of_compressed_weights_do_not_count(tmp_path: Path) -> None:
    ov.save_model(classifier(), tmp_path / "half.xml", compress_to_fp16=True)
    half = ov.Core().read_model(tmp_path / "half.xml")
    assert any(node.get_type_name() == "Convert" for node in half.get_ops())
    assert execution_graph.operation_count(half) == execution_graph.operation_count(classifier()) == 6


def test_numbers_are_compared_as_numbers() -> None:
    """A chain of twelve layers: "10" comes after "9"."""
    data = op.parameter([1, 64], np.float32, name="x")
    node = data
    for number in range(12):
        node = op.matmul(
            node, op.constant(np.eye(64, dtype=np.float32) * (number + 1)), False, False, name=f"m{number}"
        )
        node = op.relu(node)
    model = ov.Model([node], [data], "chain")
    runtime = ov.Core().compile_model(model, "CPU", {"PERF_COUNT": True}).get_runtime_model()
    found = [layer.name for layer in execution_graph.layers(runtime, model) if layer.type == "FullyConnected"]
    assert found == [f"m{number}" for number in range(12)]


def test_an_fp32_and_an_int8_version_share_their_originals(tmp_path: Path) -> None:
    import nncf

    rng = np.random.default_rng(0)
    model = classifier(LARGE, channels=16)
    samples = nncf.Dataset([rng.random(LARGE, dtype=np.float32) for _ in range(4)])
    quantised = nncf.quantize(classifier(LARGE, channels=16), samples, subset_size=4)
    plain_result, plain = run(work_folder(tmp_path / "plain", model), iterations=10)
    small_result, small = run(work_folder(tmp_path / "small", quantised), iterations=10)
    assert plain_result["effective_precision"] == "f32"
    assert small_result["effective_precision"] == "int8/f32"

    def convolution(table: dict[str, Any]) -> set[str]:
        rows = [row for row in table["layers"] if row["type"] == "Convolution"]
        return {item["name"] for row in rows for item in row["originals"]}

    # In the INT8 version the ReLU has become part of the quantisation behind it.
    assert {"conv", "bias"} <= convolution(plain) & convolution(small)

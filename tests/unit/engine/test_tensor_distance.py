"""Distances of tensors, against formulas and against models that differ in a known way."""

import math
from pathlib import Path
from typing import Any

import pytest

from tests.unit.engine.networks import Recorder, classifier, np, op, ov
from tests.unit.engine.reports import BLUE, RED, annotated, lines, plain, prepare, reading
from workbench.engine import shown_layers, tensor_distance
from workbench.engine.protocol import EngineError
from workbench.engine.tensor_distance import distance


class TestDistance:
    def test_by_hand(self) -> None:
        """a = (3, 4), b = (3, 3): Σa² = 25, Σ(a−b)² = 1; cos = 21 / (5·√18)."""
        found = distance(np.array([3.0, 4.0]), np.array([3.0, 3.0]))
        assert found.mse == pytest.approx(0.5)
        assert found.max_abs == pytest.approx(1)
        assert found.sqnr_db == pytest.approx(10 * math.log10(25))
        assert found.cosine == pytest.approx(21 / (5 * math.sqrt(18)))
        assert found.loss == pytest.approx(1 / 25)

    def test_equal_tensors_have_no_ratio(self) -> None:
        found = distance(np.ones((2, 3), np.float16), np.ones((2, 3), np.float16))
        assert (found.mse, found.max_abs, found.cosine, found.sqnr_db, found.loss) == (0, 0, 1, None, 0)

    def test_nothing_against_something(self) -> None:
        found = distance(np.zeros(3), np.ones(3))
        assert (found.cosine, found.sqnr_db, found.loss) == (0, None, 1)

    def test_what_is_not_finite_is_far_away(self) -> None:
        assert distance(np.ones(2), np.array([1, np.nan])).loss == 1

    def test_large_tensors_keep_their_digits(self) -> None:
        rng = np.random.default_rng(0)
        a = rng.normal(0, 1, 4_000_000).astype(np.float32)
        b = a + rng.normal(0, 1e-3, a.shape).astype(np.float32)
        apart = (a.astype(np.float64) - b.astype(np.float64)) ** 2
        expected = 10 * math.log10((a.astype(np.float64) ** 2).sum() / apart.sum())
        assert distance(a, b).sqnr_db == pytest.approx(expected, abs=1e-4)

    def test_other_shapes(self) -> None:
        with pytest.raises(EngineError) as caught:
            distance(np.ones(2), np.ones(3))
        assert caught.value.code == "decoding_mismatch"


def scaled(factor: float) -> ov.Model:
    """Two outputs: the picture / 100, and that times `factor` (layer "scaled") behind a ReLU (layer "positive")."""
    picture = op.parameter([1, 3, 8, 8], np.float32, name="picture")
    first = op.multiply(picture, op.constant(np.float32(0.01)), name="small")
    second = op.multiply(first, op.constant(np.float32(factor)), name="scaled")
    third = op.relu(op.add(second, op.constant(np.float32(-1)), name="shifted"), name="positive")
    for node, name in ((first, "first"), (third, "third")):
        node.output(0).set_names({name})
    return ov.Model([op.result(first), op.result(third)], [picture], "m")


def run(work: Path, **parameters: Any) -> dict[str, Any]:
    given = {
        "model": "inputs/model.xml",
        "reference_model": "inputs/reference.xml",
        "dataset": "inputs/dataset",
        "device": "CPU",
        "precision": "f32",
        "reading": reading("generic", {"family": "none"}),
    }
    return tensor_distance.run(given | parameters, work, Recorder())


class TestRun:
    @pytest.fixture
    def work(self, tmp_path: Path) -> Path:
        annotated(tmp_path / "inputs" / "dataset", [(plain((200, 200, 200), 8, 8), {}), (plain((100,) * 3, 8, 8), {})])
        prepare(tmp_path, model=scaled(1.1), reference=scaled(1.0))
        return tmp_path

    def test_outputs(self, work: Path) -> None:
        """The first output is equal; the second is 1.2 against 1 of the first picture, 0.1 against 0 of the second."""
        found = run(work)
        rows = lines(work / "out" / "samples.jsonl")
        assert [(row["row"], row["sample"], row["output"]) for row in rows] == [
            (0, 0, "first"), (1, 0, "third"), (2, 1, "first"), (3, 1, "third"),
        ]  # fmt: skip
        assert rows[0]["sqnr_db"] is None
        assert rows[0]["mse"] == 0
        assert rows[1]["mse"] == pytest.approx(0.04, rel=1e-4)
        assert rows[1]["max_abs"] == pytest.approx(0.2, rel=1e-4)
        assert rows[1]["sqnr_db"] == pytest.approx(10 * math.log10(25), rel=1e-4)
        assert rows[1]["cosine"] == pytest.approx(1)
        assert rows[3]["loss"] == 1
        assert found["samples"] == 2
        assert found["metrics"]["mse"]["value"] == pytest.approx((0.04 / 2 + 0.01 / 2) / 2, rel=1e-4)
        assert found["primary"] == "sqnr_db"

    def test_layers(self, work: Path) -> None:
        run(work, per_layer=True)
        rows = [row for row in lines(work / "out" / "samples.jsonl") if row["kind"] == "layer" and row["sample"] == 0]
        told = {row["output"]: row["max_abs"] for row in rows}
        assert told == pytest.approx({"small": 0, "scaled": 0.2, "shifted": 0.2, "positive": 0.2}, abs=1e-5)
        assert list(told) == ["small", "scaled", "shifted", "positive"]

    def test_layers_in_many_passes(self, work: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        run(work, per_layer=True)
        before = (work / "out" / "tables.json").read_text()
        monkeypatch.setattr(shown_layers.passes_of, "__defaults__", (1,))
        found = run(work, per_layer=True)
        assert (work / "out" / "tables.json").read_text() == before
        assert found["samples"] == 2

    def test_a_model_with_compressed_weights(self, tmp_path: Path) -> None:
        """Half precision of weights moves the answer by about a thousandth: 60 dB and more."""
        prepare(tmp_path, reference=classifier())
        ov.save_model(classifier(), tmp_path / "inputs/model.xml", compress_to_fp16=True)
        annotated(tmp_path / "inputs" / "dataset", [(plain(RED), {}), (plain(BLUE), {})])
        found = run(tmp_path, per_layer=True)
        assert found["metrics"]["sqnr_db"]["value"] > 50
        names = {row["output"] for row in lines(tmp_path / "out" / "samples.jsonl")}
        assert {"conv", "bias", "relu", "mean", "fc"} <= names

    def test_equal_models(self, work: Path) -> None:
        found = run(work, model="inputs/reference.xml")
        assert "sqnr_db" not in found["metrics"]
        assert found["primary"] == "cosine"
        assert any("infinite" in note for note in found["notes"])

    def test_other_outputs(self, work: Path) -> None:
        prepare(work, model=classifier((1, 3, 8, 8)))
        with pytest.raises(EngineError) as caught:
            run(work)
        assert caught.value.code == "decoding_mismatch"

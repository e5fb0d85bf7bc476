"""The promise of accuracy control: within the limit on the same data, or it says that it could not."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.unit.engine import ruined
from tests.unit.engine.networks import Recorder, np, ov
from tests.unit.engine.test_sensitivity import CALIBRATION, READING, judged, prepared
from workbench.engine import quantize, ranking
from workbench.engine.accuracy_control import drop
from workbench.engine.protocol import EngineError
from workbench.engine.validation import Measured, Validation


def controlled(work: Path, emit: Recorder | None = None, **wanted: Any) -> dict[str, Any]:
    prepared(work)
    parameters = {
        "model": "inputs/model.xml", "device": "CPU", "reading": READING, "dataset": "inputs/calibration",
        "calibration": CALIBRATION,
        "control": {
            "metric": None, "max_drop": 0.01, "drop_type": "absolute", "ranking_samples": None,
            "dataset": "inputs/dataset", "subset": None, "without": CALIBRATION, "precision": "f32", **wanted,
        },
    }  # fmt: skip
    return quantize.run(parameters, work, emit or Recorder())


@pytest.mark.parametrize("kind", ["absolute", "relative"])
def test_the_promise_is_kept(tmp_path: Path, kind: str) -> None:
    told = Recorder()
    result = controlled(tmp_path, told, drop_type=kind, ranking_samples=10)
    found = result["control"]
    assert found["reached"]
    assert found["drop"] <= 0.01
    assert found["quantized"] < 0.6
    # Measured afterwards on the same samples, by the operation that makes reports.
    assert judged(tmp_path, tmp_path / "out" / "model.xml") == found["final"] == found["original"] == 1.0
    first, *between, last = found["steps"]
    assert (first["operations"], first["kept"], first["value"]) == ([], True, found["quantized"])
    assert [ruined.HARMED in step["operations"] for step in between if step["kept"]] == [True]
    assert last["value"] == found["final"]
    assert [event["data"] for event in told.of("partial")] == found["steps"]
    names = [event["name"] for event in told.of("stage")]
    assert names[-4:] == ["accuracy", "rank operations", "put operations back", "write"]
    # Most of it is still in INT8, with whole numbers for weights.
    made = ov.Core().read_model(tmp_path / "out" / "model.xml")
    assert any(str(node.get_element_type()) == "<Type: 'int8_t'>" for node in made.get_ops())
    assert sum(node.get_type_name() == "FakeQuantize" for node in made.get_ops()) >= 2


def test_nncf_by_itself_puts_the_same_back(tmp_path: Path) -> None:
    """`nncf.quantize_with_accuracy_control` with a plain loop for the accuracy, on the same model and pictures."""
    import nncf

    found = controlled(tmp_path)["control"]
    ours = {name for step in found["steps"] if step["kept"] for name in step["operations"]}
    model = ov.Core().read_model(tmp_path / "inputs" / "model.xml")
    chance = np.random.default_rng(4)
    data = []
    for number in range(30):
        picture = chance.integers(60, 140, (ruined.SIZE, ruined.SIZE, 3))
        picture[:, :, number % 3] += 40
        data.append((picture.astype(np.float32).transpose(2, 0, 1)[None], number % 3))

    def accuracy(compiled: Any, items: Any) -> tuple[float, None]:
        hits = [int(compiled(values)[0].argmax()) == label for values, label in items]
        return float(np.mean(hits)), None

    made = nncf.quantize_with_accuracy_control(
        model,
        calibration_dataset=nncf.Dataset([values for values, _ in data[:10]]),
        validation_dataset=nncf.Dataset(data[10:], lambda item: item[0]),
        validation_fn=accuracy,
        max_drop=0.01,
    )
    nodes = {node.get_friendly_name(): node for node in made.get_ops()}

    def reads_quantized(name: str) -> bool:
        return bool(nodes[name].input_value(0).get_node().get_type_name() == "FakeQuantize")

    names = [ruined.HARMED, "spread", "mixed", "fc"]
    assert [name for name in names if not reads_quantized(name)] == [name for name in names if name in ours]
    assert ruined.HARMED in ours


def test_nothing_is_put_back_where_nothing_is_lost(tmp_path: Path) -> None:
    found = controlled(tmp_path, max_drop=0.9)["control"]
    assert found["reached"]
    assert found["final"] == found["quantized"]
    assert [step["operations"] for step in found["steps"]] == [[], []]


def test_a_limit_that_cannot_be_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The best is given, and called what it is. What does the harm cannot be put back here."""
    real = ranking.rank

    def others(*given: Any) -> list[ranking.Ranked]:
        return [one for one in real(*given) if ruined.HARMED not in one.group.operations]

    monkeypatch.setattr(ranking, "rank", others)
    found = controlled(tmp_path)["control"]
    assert not found["reached"]
    assert found["drop"] > 0.3
    assert found["original"] == 1.0
    assert found["final"] == max(step["value"] for step in found["steps"])
    assert judged(tmp_path, tmp_path / "out" / "model.xml") == found["final"]
    # All others were tried, and what made it worse was undone.
    between = found["steps"][1:-1]
    assert between
    assert all(step["operations"] for step in between)
    last = found["quantized"]
    for step in between:
        assert step["kept"] == (step["value"] >= last)
        last = step["value"] if step["kept"] else last
    assert "could not be kept" in found["steps"][-1]["message"]


def test_what_makes_it_worse_is_undone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The first that is put back is made to look worse: its operations stay quantised, and the next go on."""
    real, asked = Validation.measure, []

    def second_worse(self: Validation, model: Any) -> Any:
        measured = real(self, model)
        asked.append(measured)
        # Original, quantised, quantised again for the ranking, then the first that is tried.
        return replace(measured, value=0.1) if len(asked) == 4 else measured

    monkeypatch.setattr(Validation, "measure", second_worse)
    monkeypatch.setattr(ranking, "rank", lambda reverter, *_: [
        ranking.Ranked(group, Measured(None, None), 0.0, 0.0)
        for group in sorted(reverter.groups, key=lambda group: ruined.HARMED in group.operations)
    ])  # fmt: skip
    found = controlled(tmp_path)["control"]
    _, undone, *between, last = found["steps"]
    assert (undone["value"], undone["kept"]) == (0.1, False)
    assert undone["drop"] == pytest.approx(0.9)
    assert "left quantised" in undone["message"]
    assert between[-1]["kept"]
    assert found["reached"]
    assert last["value"] == 1.0
    made = {node.get_friendly_name(): node for node in ov.Core().read_model(tmp_path / "out" / "model.xml").get_ops()}
    sources = [item.get_source_output().get_node().get_type_name() for item in made[undone["operations"][0]].inputs()]
    assert "FakeQuantize" in sources


def test_an_unknown_metric(tmp_path: Path) -> None:
    with pytest.raises(EngineError) as caught:
        controlled(tmp_path, metric="beauty")
    assert caught.value.code == "metric_unknown"
    assert "'accuracy@top1'" in caught.value.action
    assert not list((tmp_path / "out").iterdir())


@pytest.mark.parametrize(
    ("original", "now", "better", "kind", "expected"),
    [
        (0.8, 0.6, "higher", "absolute", 0.2),
        (0.8, 0.6, "higher", "relative", 0.25),
        (2.0, 3.0, "lower", "relative", 0.5),
        (2.0, 1.0, "lower", "absolute", -1.0),
        (0.0, 0.5, "lower", "relative", 0.5),
    ],
)
def test_drop_by_hand(original: float, now: float, better: str, kind: str, expected: float) -> None:
    assert drop(original, now, better, kind) == pytest.approx(expected)

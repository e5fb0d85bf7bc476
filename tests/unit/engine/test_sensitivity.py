"""Which operations hurt: on a model with one that quantisation ruins, that one is found and putting it back helps."""

import tempfile
from pathlib import Path
from typing import Any

import pytest

from tests.unit.engine import ruined
from tests.unit.engine.networks import Recorder, np, op, ov
from tests.unit.engine.reports import classifier_reading, prepare
from workbench.engine import accuracy, quantize, sensitivity
from workbench.engine.protocol import EngineError

READING = classifier_reading()
CALIBRATION = {"count": 10, "seed": 0}


def prepared(work: Path, labels: bool = True) -> dict[str, Any]:
    """Parameters for the model of `ruined`, with its pictures for all purposes."""
    prepare(work, model=ruined.model())
    folder = ruined.pictures(work / "inputs" / "dataset", labels=labels)
    (work / "inputs" / "calibration").symlink_to(folder)
    return {
        "model": "inputs/model.xml", "device": "CPU", "precision": "f32", "reading": READING,
        "dataset": "inputs/dataset", "subset": {"count": 20, "seed": 1}, "without": CALIBRATION,
        "quantize": {"dataset": "inputs/calibration", "calibration": CALIBRATION},
    }  # fmt: skip


def judged(work: Path, model: Path) -> float:
    """By the operation that makes reports, on the samples that no calibration used."""
    folder = Path(tempfile.mkdtemp(dir=work))
    (folder / "out").mkdir()
    asked = {"device": "CPU", "precision": "f32", "reading": READING, "without": CALIBRATION}
    given = {"model": str(model), "dataset": str(work / "inputs" / "dataset")}
    found = accuracy.run({**asked, **given}, folder, Recorder())
    return float(found["metrics"][found["primary"]]["value"])


@pytest.mark.parametrize("measure", ["metric", "distance"])
def test_the_ruined_operation_ranks_first(tmp_path: Path, measure: str) -> None:
    told = Recorder()
    found = sensitivity.run(prepared(tmp_path) | {"measure": measure}, tmp_path, told)
    first, *others = found["operations"]
    assert ruined.HARMED in first["operations"]
    assert first["rank"] == 1
    assert all(ruined.HARMED not in one["operations"] for one in others)
    assert [one["gain"] for one in found["operations"]] == sorted(
        (o["gain"] for o in found["operations"]), reverse=True
    )
    assert len([event for event in told.of("partial") if event["name"] == "operation"]) == len(found["operations"])
    if measure == "metric":
        assert (found["metric"], found["better"], found["original"]) == ("accuracy@top1", "higher", 1.0)
        assert found["quantized"] < 0.6
        assert first["value"] == 1.0
        assert first["gain"] == pytest.approx(1 - found["quantized"])
    else:
        assert (found["metric"], found["better"], found["original"]) == ("nmse", "lower", 0.0)
        # Nearly all of what is lost comes from it.
        assert first["gain"] > 0.9 * found["quantized"]
        assert all(one["gain"] < 0.1 * found["quantized"] for one in others)


def test_leaving_it_out_restores_the_accuracy(tmp_path: Path) -> None:
    parameters = prepared(tmp_path)
    ranked = sensitivity.run(parameters, tmp_path, Recorder())["operations"]
    shared = {"model": "inputs/model.xml", "device": "CPU", "reading": READING}
    given = shared | {"dataset": "inputs/calibration", "calibration": CALIBRATION}
    plain = tmp_path / "out" / "model.xml"
    quantize.run(given, tmp_path, Recorder())
    assert judged(tmp_path, plain) < 0.6
    for suffix in (".xml", ".bin"):
        (tmp_path / "out" / f"model{suffix}").rename(tmp_path / f"all{suffix}")
    quantize.run(given | {"ignored": {"names": ranked[0]["operations"]}}, tmp_path, Recorder())
    assert judged(tmp_path, plain) == 1.0
    # And the others are still quantised.
    kinds = [node.get_type_name() for node in ov.Core().read_model(plain).get_ops()]
    assert kinds.count("FakeQuantize") >= 2


def test_a_quantised_file_with_its_original(tmp_path: Path) -> None:
    """Its weights are whole numbers already; the ranking is that of the model itself."""
    parameters = prepared(tmp_path)
    first = sensitivity.run(parameters, tmp_path, Recorder())
    given = {"dataset": "inputs/calibration", "calibration": CALIBRATION, "reading": READING}
    quantize.run({"model": "inputs/model.xml", "device": "CPU", **given}, tmp_path, Recorder())
    own = {"model": "out/model.xml", "reference": "inputs/model.xml", "quantize": None}
    again = sensitivity.run(parameters | own, tmp_path, Recorder())
    assert again["operations"][0]["operations"] == first["operations"][0]["operations"]
    assert again["quantized"] == pytest.approx(first["quantized"], abs=0.06)
    assert again["original"] == first["original"] == 1.0


def test_without_labels_it_is_the_distance(tmp_path: Path) -> None:
    found = sensitivity.run(prepared(tmp_path, labels=False) | {"measure": "auto"}, tmp_path, Recorder())
    assert found["measure"] == "distance"
    assert ruined.HARMED in found["operations"][0]["operations"]


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"reference": "inputs/model.xml"}, "not_quantized"),
        ({"metric": "beauty", "measure": "metric"}, "metric_unknown"),
        ({"reading": None}, "reading_invalid"),
        ({"dataset": "inputs/none"}, "dataset_unreadable"),
    ],
)
def test_refused(tmp_path: Path, change: dict[str, Any], code: str) -> None:
    with pytest.raises(EngineError) as caught:
        sensitivity.run(prepared(tmp_path) | {"measure": "metric"} | change, tmp_path, Recorder())
    assert caught.value.code == code


def test_nmse_by_hand() -> None:
    from workbench.engine.validation import nmse

    a, b = np.array([3.0, 4.0], np.float32), np.array([3.0, 3.0], np.float32)
    assert nmse([a], [b]) == pytest.approx(1 / 25)
    assert nmse([a, np.zeros(2, np.float32)], [b, b]) == pytest.approx(1 / 25)
    assert nmse([a], [a]) == 0.0
    assert nmse([np.zeros(2, np.float32)], [b]) is None
    # What is broken is no better than nothing.
    assert nmse([a], [np.array([np.nan, 4], np.float32)]) == 1.0
    assert nmse([a, a], [a, np.array([np.inf, 4], np.float32)]) == 0.5


def test_outputs_of_zeros(tmp_path: Path) -> None:
    """Nothing can be said of how far others are from them."""
    parameters = prepared(tmp_path, labels=False)
    model = ruined.model()
    last = model.get_results()[0].input_value(0).get_node()
    zeros = op.constant(np.zeros(list(last.input_value(1).get_shape()), np.float32))
    last.input(1).replace_source_output(zeros.output(0))
    ov.save_model(model, tmp_path / "inputs" / "zeros.xml", compress_to_fp16=False)
    parameters["model"] = "inputs/zeros.xml"
    with pytest.raises(EngineError) as caught:
        sensitivity.run(parameters | {"measure": "distance"}, tmp_path, Recorder())
    assert caught.value.code == "nothing_to_compare"

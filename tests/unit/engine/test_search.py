"""The search operation on a real small model, with short cells; and what it tells."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.unit.engine.networks import Recorder, classifier, ov, work_folder
from workbench.engine import search
from workbench.engine.protocol import EngineError

BASE: dict[str, Any] = {"model": "inputs/model.xml", "device": "CPU", "precision": "f32", "cell_s": 0.5}


def test_finished_cells_are_told_at_once_with_their_latencies(tmp_path: Path) -> None:
    work, emit = work_folder(tmp_path, classifier()), Recorder()
    told = search.run(BASE | {"streams": [1], "batches": [2, 1], "budget_s": 6.0, "percentile": "p90"}, work, emit)
    parts = {(part["data"]["streams"], part["data"]["batch"]): part["data"]["result"] for part in emit.of("partial")}
    assert parts
    for (streams, batch), result in parts.items():
        kept = np.load(work / "out" / f"latencies-{streams}-{batch}.npz")
        assert len(kept["latency_ms"]) == result["samples"]
        assert np.all(np.diff(kept["completed_s"]) >= 0)
        assert result["throughput_fps"] == pytest.approx(result["samples"] * batch / kept["completed_s"][-1])
        assert result["latency_ms"]["median"] == pytest.approx(float(np.median(kept["latency_ms"])), rel=1e-5)
        assert result["provenance"]["properties"]["NUM_STREAMS"] == str(streams)
    assert told["grid"] == 2
    assert told["stopped"] in ("resolved", "budget")
    measured = [[point["streams"], point["batch"]] for point in told["points"]]
    assert measured + [[skip["streams"], skip["batch"]] for skip in told["skipped"]] == [[1, 1], [1, 2]]
    assert all(key in measured for key in told["front"])
    assert told["reason"].endswith(".")


def test_streams_that_the_device_does_not_have_are_the_same_as_fewer(tmp_path: Path) -> None:
    last = int(ov.Core().get_property("CPU", "RANGE_FOR_STREAMS")[1])
    work = work_folder(tmp_path, classifier())
    told = search.run(BASE | {"streams": [last, 4 * last], "batches": [1], "budget_s": 5.0}, work, Recorder())
    (skip,) = told["skipped"]
    assert skip["streams"] == 4 * last
    assert f"the same as {last} × 1" in skip["reason"]


def test_the_devices_own_streams() -> None:
    assert search.default_streams(ov.Core(), "CPU")[0] == 1
    assert search.default_streams(ov.Core(), "NOTHING") == search.DEFAULT_STREAMS


@pytest.mark.parametrize(
    ("changed", "parameter"),
    [
        ({"objective": "beauty"}, "objective"),
        ({"percentile": "p1"}, "percentile"),
        ({"streams": [0]}, "streams"),
        ({"batches": "1"}, "batches"),
        ({"min_fps": -1}, "min_fps"),
    ],
)
def test_bad_parameters_are_named(tmp_path: Path, changed: dict[str, Any], parameter: str) -> None:
    work = work_folder(tmp_path, classifier())
    with pytest.raises(EngineError) as raised:
        search.run(BASE | changed, work, Recorder())
    assert raised.value.code == "invalid_configuration"
    assert raised.value.detail is not None
    assert raised.value.detail["parameter"] == parameter


def test_a_device_that_is_not_there_ends_it(tmp_path: Path) -> None:
    work = work_folder(tmp_path, classifier())
    with pytest.raises(EngineError) as raised:
        search.run(BASE | {"device": "NPU"}, work, Recorder())
    assert raised.value.code == "device_not_available"

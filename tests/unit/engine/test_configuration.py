"""What a benchmark is asked to do, and what is refused at the door."""

from pathlib import Path
from typing import Any

import pytest

from tests.unit.engine.networks import ov
from workbench.engine import configuration
from workbench.engine.configuration import Preprocessing
from workbench.engine.protocol import EngineError

WORK = Path("/work-folder")


def read(**given: Any) -> configuration.Configuration:
    return configuration.read({"model": "inputs/model.xml", "device": "CPU"} | given, WORK)


def test_defaults() -> None:
    found = read()
    assert found.model == WORK / "inputs/model.xml"
    assert found.dataset is None
    assert (found.hint, found.streams, found.requests, found.batch, found.threads) == ("none", None, None, None, None)
    assert (found.precision, found.duration_s, found.iterations, found.seed) == (None, None, None, 0)
    assert found.preprocessing == Preprocessing("RGB", "stretch", None, None)


def test_everything_given() -> None:
    found = read(
        dataset="inputs/dataset",
        streams=2,
        requests=4,
        batch=8,
        threads=2,
        precision="bf16",
        duration_s=2,
        iterations=50,
        preprocessing={"color": "BGR", "resize": "letterbox", "mean": [1, 2, 3], "scale": [4.5]},
        layouts={"x": "NHWC"},
        shapes={"x": [1, 3, 8, 8]},
        seed=7,
    )
    assert found.dataset == WORK / "inputs/dataset"
    assert (found.streams, found.requests, found.batch, found.threads) == (2, 4, 8, 2)
    assert found.preprocessing == Preprocessing("BGR", "letterbox", (1.0, 2.0, 3.0), (4.5,))
    assert found.shapes == {"x": [1, 3, 8, 8]}
    assert found.layouts == {"x": "NHWC"}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("device", ""),
        ("device", None),
        ("hint", "fast"),
        ("streams", 0),
        ("streams", True),
        ("requests", -1),
        ("batch", "4"),
        ("threads", 1.5),
        ("precision", "i8"),
        ("duration_s", 0),
        ("duration_s", float("nan")),
        ("iterations", 0),
    ],
)
def test_refused(name: str, value: object) -> None:
    with pytest.raises(EngineError) as caught:
        read(**{name: value})
    assert caught.value.code == "invalid_configuration"
    assert caught.value.detail is not None
    assert caught.value.detail["parameter"] == name


@pytest.mark.parametrize(
    ("preprocessing", "name"),
    [
        ({"color": "CMYK"}, "color"),
        ({"resize": "fold"}, "resize"),
        ({"mean": "x"}, "mean"),
        ({"scale": [0, 1, 1]}, "scale"),
    ],
)
def test_refused_preprocessing(preprocessing: dict[str, Any], name: str) -> None:
    with pytest.raises(EngineError) as caught:
        read(preprocessing=preprocessing)
    assert caught.value.detail is not None
    assert caught.value.detail["parameter"] == name


def test_refused_shape() -> None:
    with pytest.raises(EngineError, match="shapes"):
        read(shapes={"x": [1, -1]})


def test_a_hint_excludes_streams() -> None:
    with pytest.raises(EngineError, match="streams"):
        read(hint="throughput", streams=2)


class TestProperties:
    def test_of_a_device(self) -> None:
        found = configuration.properties(ov.Core(), read(streams=2, threads=1, precision="f32", requests=3))
        assert found.own == {
            "NUM_STREAMS": 2,
            "INFERENCE_NUM_THREADS": 1,
            "INFERENCE_PRECISION_HINT": "f32",
            "PERFORMANCE_HINT_NUM_REQUESTS": 3,
        }
        assert found.behind == {}

    def test_of_a_hint_and_counters(self) -> None:
        found = configuration.properties(ov.Core(), read(hint="cumulative_throughput"), profiling=True)
        assert found.own == {"PERFORMANCE_HINT": "CUMULATIVE_THROUGHPUT", "PERF_COUNT": True}

    def test_nothing_is_left_to_the_device(self) -> None:
        assert configuration.properties(ov.Core(), read()).own == {}

    def test_a_virtual_device_passes_on_what_it_does_not_know(self) -> None:
        core = ov.Core()
        wanted = read(device="HETERO:CPU", streams=2, precision="f32")
        found = configuration.properties(core, wanted, profiling=True)
        assert found.own == {}
        assert found.behind == {"CPU": {"NUM_STREAMS": 2, "INFERENCE_PRECISION_HINT": "f32", "PERF_COUNT": True}}
        found.apply(core)
        assert core.get_property("CPU", "NUM_STREAMS") == 2

    def test_a_setting_that_no_device_has(self) -> None:
        with pytest.raises(EngineError) as caught:
            configuration.properties(ov.Core(), read(device="NPU", threads=2))
        assert caught.value.code == "invalid_configuration"

"""Devices of this machine: at least its CPU."""

from pathlib import Path

import pytest

from tests.unit.engine.networks import Recorder, ov
from workbench.engine import devices, probe
from workbench.engine.protocol import EngineError


def test_the_cpu() -> None:
    found = {device["name"]: device for device in devices.listing(ov.Core())}["CPU"]
    assert found["full_name"]
    assert found["architecture"] in ("intel64", "arm64", "aarch64")
    assert "FP32" in found["capabilities"]
    assert "f32" in found["precisions"]
    assert found["default_precision"] in ("f32", "bf16", "f16")
    low, high = found["streams_range"]
    assert 1 == low <= high
    assert len(found["requests_range"]) == 3


def test_what_is_not_there_has_a_reason() -> None:
    core = ov.Core()
    present = {name.split(".")[0] for name in core.available_devices}
    missing = {item["name"]: item["reason"] for item in devices.unavailable(core)}
    assert set(missing) == {"GPU", "NPU"} - present
    for reason in missing.values():
        assert reason
        assert "/" not in reason
        assert "Exception" not in reason


@pytest.mark.parametrize(
    "device", ["CPU", "AUTO", "AUTO:CPU", "HETERO:CPU", "MULTI:CPU(2)", "BATCH:CPU(4)", "AUTO:-NPU,CPU"]
)
def test_usable(device: str) -> None:
    if "NPU" in device and "NPU" not in ov.Core().available_devices:
        with pytest.raises(EngineError):
            devices.check(ov.Core(), device)
    else:
        devices.check(ov.Core(), device)


@pytest.mark.parametrize("device", ["FOO", "CPU.0", "CPU.1", "AUTO:FOO,CPU", "HETERO:FOO"])
def test_not_there(device: str) -> None:
    with pytest.raises(EngineError) as caught:
        devices.check(ov.Core(), device)
    assert caught.value.code == "device_not_available"
    assert "there is no such device" in caught.value.message


def test_probe() -> None:
    emit = Recorder()
    found = probe.run({}, Path(), emit)
    assert found["openvino_version"].count(".") == 2
    assert found["openvino_build"].startswith(found["openvino_version"])
    assert found["cpu"]["logical_cores"] >= 1
    assert [event["name"] for event in emit.of("stage")] == ["look for devices"]

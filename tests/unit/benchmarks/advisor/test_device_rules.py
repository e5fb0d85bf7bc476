"""The rule about devices: what executed elsewhere than asked for, and why."""

import dataclasses
from collections.abc import Sequence

import pytest

from tests.unit.benchmarks.advisor.material import facts
from tests.unit.comparisons.measured import layer, network
from workbench.benchmarks.advisor.device_rules import fallback
from workbench.benchmarks.advisor.facts import Fine, NotApplicable, Outcome
from workbench.benchmarks.layer_schemas import Finding, Layer
from workbench.targets.schemas import UnavailableDevice

NO_GPU = [UnavailableDevice(name="GPU", reason="the library libx.so of its driver is missing")]
MIXED = network(
    layer("conv", 80, ("conv", "Convolution"), primitive="convolution_gpu_bfyx_f16"),
    layer("nms", 20, ("nms", "NonMaxSuppression"), type="NonMaxSuppression", primitive="ref_any_f32"),
)


def executed(
    device: str, on: str | None, layers: Sequence[Layer] | None = None, missing: Sequence[UnavailableDevice] = ()
) -> Outcome:
    """What the rule says of a run on `device` that these devices executed."""
    properties = {"EXECUTION_DEVICES": on} if on is not None else {}
    known = facts(layers, unavailable=missing, provenance={"properties": properties})
    return fallback(dataclasses.replace(known, run=known.run.model_copy(update={"device": device})))


class TestFallback:
    def test_auto_without_an_accelerator(self) -> None:
        found = executed("AUTO", "CPU", missing=NO_GPU)
        assert isinstance(found, Finding)
        assert found.severity == "info"
        assert "GPU: the library libx.so of its driver is missing" in found.summary

    @pytest.mark.parametrize("device", ["AUTO:GPU,CPU", "MULTI:GPU.0(4),CPU", "HETERO:GPU,CPU", "AUTO:-GPU,CPU"])
    def test_the_first_choice_executed_nothing(self, device: str) -> None:
        found = executed(device, "CPU", missing=NO_GPU)
        assert isinstance(found, Finding)
        assert found.severity == "high"
        assert "libx.so" in found.summary

    def test_layers_that_left_the_accelerator(self) -> None:
        found = executed("HETERO:GPU,CPU", "GPU.0, CPU", MIXED)
        assert isinstance(found, Finding)
        assert (found.layers, found.severity) == ([1], "high")
        assert "GPU does not support NonMaxSuppression as they are here" in found.summary
        assert next(item.value for item in found.evidence if item.unit == "%") == 20.0

    @pytest.mark.parametrize(("part", "severity"), [(0.099, "medium"), (0.1, "high")])
    def test_how_much_left(self, part: float, severity: str) -> None:
        layers = network(
            layer("conv", 1000 * (1 - part), primitive="gpu"), layer("nms", 1000 * part, primitive="jit_avx512_f32")
        )
        found = executed("HETERO:GPU,CPU", "GPU, CPU", layers)
        assert isinstance(found, Finding)
        assert found.severity == severity

    @pytest.mark.parametrize(
        ("device", "on"), [("AUTO:CPU", "CPU"), ("AUTO", "GPU"), ("HETERO:GPU,CPU", "GPU.0"), ("AUTO", "CPU")]
    )
    def test_as_asked(self, device: str, on: str) -> None:
        assert isinstance(executed(device, on), Fine)

    def test_not_applicable(self) -> None:
        assert isinstance(executed("CPU", "CPU"), NotApplicable)
        assert isinstance(executed("AUTO", None), NotApplicable)

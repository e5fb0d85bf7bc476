"""Rules about precision: each fires, stays silent at its threshold, and knows when it does not apply."""

from typing import Any

import pytest

from tests.unit.benchmarks.advisor.material import CPU, ceilings, facts, other, split
from tests.unit.comparisons.measured import layer, model, network
from workbench.benchmarks.advisor.facts import Fine, NotApplicable, Original, Outcome
from workbench.benchmarks.advisor.precision_rules import calibrate_first, half_precision, unquantized_layers
from workbench.benchmarks.layer_schemas import Finding


def value(found: Outcome, label: str) -> float | str:
    assert isinstance(found, Finding)
    return next(item.value for item in found.evidence if item.label == label)


class TestCalibrateFirst:
    def test_by_amdahls_law(self) -> None:
        """80 % of the time three times as fast: 1 / (0.2 + 0.8 / 3) = 2.14."""
        found = calibrate_first(facts(split(0.8)))
        assert value(found, "Estimated gain of the whole") == 2.14
        assert value(found, "Time in convolutions and matrix products") == 80.0
        assert isinstance(found, Finding)
        assert (found.severity, found.layers, found.action.kind) == ("high", [0], "quantize")
        assert found.action.command == """workbench quantize 'net on '"'"'pictures'"'"''"""

    def test_bf16_gains_less(self) -> None:
        """1 / (0.2 + 0.8 / 1.6) = 1.43."""
        found = calibrate_first(facts(split(0.8), effective_precision="bf16"))
        assert value(found, "Estimated gain of the whole") == 1.43
        assert isinstance(found, Finding)
        assert found.severity == "medium"

    def test_the_ceilings_of_the_device_count_more(self) -> None:
        """i8 twice f32: 1 / (0.2 + 0.4) = 1.67."""
        found = calibrate_first(facts(split(0.8), roof=ceilings(f32=100.0, i8=200.0)))
        assert value(found, "Estimated gain of the whole") == 1.67

    def test_ceilings_measured_on_a_busy_machine_promise_no_wonders(self) -> None:
        """Twice bf16 at most: 1 / (0.2 + 0.4) = 1.67."""
        found = calibrate_first(facts(split(0.8), roof=ceilings(bf16=50.0, i8=350.0), effective_precision="bf16"))
        assert value(found, "Estimated gain of the whole") == 1.67

    def test_at_the_threshold(self) -> None:
        """A gain of 1.15 needs p = (1 - 1/1.15) / (1 - 1/3) = 0.1957."""
        assert isinstance(calibrate_first(facts(split(0.195))), Fine)
        assert isinstance(calibrate_first(facts(split(0.197))), Finding)

    @pytest.mark.parametrize(
        "situation",
        [
            facts(split(0.8), effective_precision="int8/f32"),
            facts(split(0.8), known=model(analysis={"quantized": True})),
            facts(split(0.8), device=None),
            facts(split(0.8), device=CPU.model_copy(update={"precisions": ["f32"]})),
            facts(None),
        ],
        ids=["int8 run", "int8 model", "unknown device", "no int8", "no layers"],
    )
    def test_not_applicable(self, situation: object) -> None:
        assert isinstance(calibrate_first(situation), NotApplicable)  # type: ignore[arg-type]


INT8: dict[str, Any] = {"effective_precision": "int8/f32"}


class TestUnquantizedLayers:
    def test_names_what_was_left(self) -> None:
        layers = network(
            layer("first", 30, ("first", "Convolution"), runtime_precision="f32"),
            layer("second", 50, ("second", "Convolution"), runtime_precision="i8"),
            layer("third", 20, ("third", "MatMul"), type="FullyConnected", runtime_precision="bf16"),
        )
        found = unquantized_layers(facts(layers, **INT8))
        assert isinstance(found, Finding)
        assert (found.layers, found.severity) == ([0, 2], "high")
        assert value(found, "Time in unquantized layers") == 50.0
        assert value(found, "Slowest of them") == "first"

    def test_what_was_left_out_on_purpose_is_put_back(self) -> None:
        layers = network(
            layer("first", 50, ("a;b", "Convolution"), runtime_precision="f32"),
            layer("second", 50, ("second", "Convolution"), runtime_precision="i8"),
        )
        conversion = {"method": "int8", "options": {"ignored": {"names": ["a;b", "other one"]}}}
        found = unquantized_layers(
            facts(layers, known=model(conversion=conversion), original=Original("7", "the first"), **INT8)
        )
        assert isinstance(found, Finding)
        assert (found.action.kind, found.action.project_id) == ("quantize", "7")
        assert found.action.ignored == ["other one"]
        assert found.action.command == "workbench quantize 'the first' --ignore 'other one'"
        assert found.action.label == "Quantize with these layers"

    @pytest.mark.parametrize("conversion", [None, {}, {"options": 7}, {"options": {"ignored": {"names": [None]}}}])
    def test_what_a_quantisation_left_by_itself(self, conversion: Any) -> None:
        layers = network(layer("first", 50, ("a", "Convolution"), runtime_precision="f32"))
        known = model(conversion=conversion)
        found = unquantized_layers(facts(layers, known=known, original=Original("7", "one"), **INT8))
        assert isinstance(found, Finding)
        assert (found.action.kind, found.action.ignored) == ("quantize", [])
        # Without the original, only a model from elsewhere helps.
        found = unquantized_layers(facts(layers, known=known, **INT8))
        assert isinstance(found, Finding)
        assert found.action.kind == "import_model"

    @pytest.mark.parametrize(("part", "severity"), [(0.049, None), (0.05, "medium"), (0.2, "high")])
    def test_thresholds(self, part: float, severity: str | None) -> None:
        layers = network(
            layer("left", 1000 * part, ("left", "Convolution")),
            layer("done", 1000 * (1 - part), ("done", "Convolution"), runtime_precision="u8"),
        )
        found = unquantized_layers(facts(layers, **INT8))
        assert (found.severity if isinstance(found, Finding) else None) == severity

    def test_not_applicable(self) -> None:
        assert isinstance(unquantized_layers(facts(split(0.5))), NotApplicable)
        assert isinstance(unquantized_layers(facts(None, **INT8)), NotApplicable)
        pool = network(layer("pool", 9, ("pool", "MaxPool"), type="Pooling"))
        assert isinstance(unquantized_layers(facts(pool, **INT8)), NotApplicable)


class TestHalfPrecision:
    def test_offers_to_measure_it(self) -> None:
        found = half_precision(facts(split(0.8), requested_precision="f32", streams=2, requests=2,
                                     configuration={"streams": 2, "precision": "f32"}))  # fmt: skip
        assert isinstance(found, Finding)
        (wanted,) = found.action.configurations
        assert (wanted.streams, wanted.precision) == (2, "bf16")
        assert found.action.command == (
            """workbench benchmark 'net on '"'"'pictures'"'"'' --streams 2 --precision bf16"""
        )
        assert "because that was asked for" in found.summary

    def test_tells_what_was_measured(self) -> None:
        faster = other(1, effective_precision="bf16", throughput_fps=190.0)
        found = half_precision(facts(split(0.8), others=[faster]))
        assert value(found, "Throughput measured in bf16") == 1.9
        assert isinstance(found, Finding)
        assert found.severity == "high"

    @pytest.mark.parametrize(("fps", "fires"), [(104.9, False), (105.0, True)])
    def test_what_was_measured_and_does_not_pay(self, fps: float, fires: bool) -> None:
        same = other(1, effective_precision="bf16", throughput_fps=fps)
        assert isinstance(half_precision(facts(split(0.8), others=[same])), Finding) is fires

    @pytest.mark.parametrize(("part", "fires"), [(0.099, False), (0.1, True)])
    def test_threshold(self, part: float, fires: bool) -> None:
        assert isinstance(half_precision(facts(split(part))), Finding) is fires

    def test_fine_where_it_is_used(self) -> None:
        assert isinstance(half_precision(facts(split(0.8), effective_precision="int8/bf16")), Fine)

    def test_not_applicable(self) -> None:
        full = CPU.model_copy(update={"precisions": ["f32", "i8"]})
        assert isinstance(half_precision(facts(split(0.8), device=full)), NotApplicable)
        assert isinstance(half_precision(facts(split(0.8), device=None)), NotApplicable)

    def test_f16_of_a_gpu_without_layers(self) -> None:
        gpu = CPU.model_copy(update={"name": "GPU", "precisions": ["f32", "f16"]})
        found = half_precision(facts(None, device=gpu))
        assert isinstance(found, Finding)
        assert found.action.configurations[0].precision == "f16"

"""Rules about layers: each fires, stays silent at its threshold, and knows when it does not apply."""

from typing import Any

import pytest

from tests.unit.benchmarks.advisor.material import ceilings, facts, split
from tests.unit.comparisons.measured import layer, network
from workbench.benchmarks.advisor.facts import Fine, NotApplicable
from workbench.benchmarks.advisor.layer_rules import conversions, memory_bound, overhead
from workbench.benchmarks.layer_schemas import Finding, Layer


def with_conversions(part: float, conversion: str = "precision", **more: Any) -> list[Layer]:
    change = {"from": "f32", "to": "u8"} if conversion == "precision" else {"from": "abcd", "to": "acdb"}
    return network(
        layer("x_abcd_acdb_y", 600 * part, type="Reorder", conversion=conversion, converts=change, **more),
        layer("quantize", 400 * part, type="Convert", conversion=None),
        layer("conv", 1000 * (1 - part), ("conv", "Convolution")),
    )


class TestConversions:
    def test_names_the_worst(self) -> None:
        found = conversions(facts(with_conversions(0.3)))
        assert isinstance(found, Finding)
        assert (found.severity, found.layers) == ("high", [0, 1])
        assert "x_abcd_acdb_y (f32 to u8, 18 %)" in found.summary
        assert [item.value for item in found.evidence][:3] == [30.0, 18.0, 0.0]

    @pytest.mark.parametrize(("part", "fires"), [(0.0999, False), (0.101, True)])
    def test_above_ten_per_cent(self, part: float, fires: bool) -> None:
        assert isinstance(conversions(facts(with_conversions(part))), Finding) is fires

    def test_advice_fits_what_is_converted(self) -> None:
        layout = conversions(facts(with_conversions(0.3, "layout")))
        precision = conversions(facts(with_conversions(0.3), effective_precision="int8/f32"))
        assert isinstance(layout, Finding)
        assert isinstance(precision, Finding)
        assert "layout" in layout.advice
        assert "quantize the layers in between" in precision.advice

    def test_not_applicable(self) -> None:
        assert isinstance(conversions(facts(None)), NotApplicable)


def bound(kind: str, part: float, **more: Any) -> list[Layer]:
    return network(
        layer("a", 1000 * part, ("a", "Convolution"), bound=kind, bytes=4_000_000, weight_bytes=1_000_000, **more),
        layer("b", 1000 * (1 - part), ("b", "Convolution"), bound="compute"),
    )


class TestMemoryBound:
    def test_fires(self) -> None:
        found = memory_bound(facts(bound("memory", 0.5), roof=ceilings()))
        assert isinstance(found, Finding)
        assert found.layers == [0]
        assert [item.value for item in found.evidence] == [50.0, 4.0, 25.0, 20.0]
        assert found.action.kind == "quantize"

    @pytest.mark.parametrize(("part", "fires"), [(0.299, False), (0.3, True)])
    def test_threshold(self, part: float, fires: bool) -> None:
        assert isinstance(memory_bound(facts(bound("memory", part), roof=ceilings())), Finding) is fires

    def test_weights_ask_for_a_larger_batch(self) -> None:
        layers = network(layer("fc", 10, ("fc", "MatMul"), bound="memory", bytes=100, weight_bytes=90))
        found = memory_bound(facts(layers, roof=ceilings(), batch=4, configuration={"streams": 1, "batch": 4}))
        assert isinstance(found, Finding)
        assert [each.batch for each in found.action.configurations] == [8]
        assert str(found.action.command).endswith("--streams 1 --batch 8")

    def test_not_applicable(self) -> None:
        assert isinstance(memory_bound(facts(None)), NotApplicable)
        assert isinstance(memory_bound(facts(bound("memory", 0.5))), NotApplicable)
        assert isinstance(memory_bound(facts(split(0.5), roof=ceilings())), NotApplicable)


class TestOverhead:
    @pytest.mark.parametrize(("part", "fires"), [(0.199, False), (0.2, True)])
    def test_threshold_under_the_roof(self, part: float, fires: bool) -> None:
        found = overhead(facts(bound("overhead", part), roof=ceilings()))
        assert isinstance(found, Finding) is fires
        if isinstance(found, Finding):
            assert [each.batch for each in found.action.configurations] == [4, 8]

    @pytest.mark.parametrize(("time_us", "fires"), [(9.9, True), (10.0, False)])
    def test_short_layers_where_no_roof_is_known(self, time_us: float, fires: bool) -> None:
        layers = network(layer("a", time_us, ("a", "Relu")), layer("b", 15, ("b", "Convolution")))
        found = overhead(facts(layers))
        assert isinstance(found, Finding if fires else Fine)

    def test_not_applicable(self) -> None:
        assert isinstance(overhead(facts(None)), NotApplicable)

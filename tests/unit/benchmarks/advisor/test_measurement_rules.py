"""Rules about the measurement: each fires, stays silent at its threshold, and knows when it does not apply."""

import pytest

from tests.unit.benchmarks.advisor.material import facts
from workbench.benchmarks.advisor.facts import Fine, NotApplicable
from workbench.benchmarks.advisor.measurement_rules import noisy_measurement, short_run, slow_start
from workbench.benchmarks.layer_schemas import Finding


class TestNoisyMeasurement:
    @pytest.mark.parametrize(
        ("verdict", "severity"), [("contended", "high"), ("throttled", "high"), ("noisy", "medium")]
    )
    def test_fires(self, verdict: str, severity: str) -> None:
        found = noisy_measurement(facts(verdict=verdict, verdict_reason="It varied.", spread=0.08))
        assert isinstance(found, Finding)
        assert (found.severity, found.summary) == (severity, "It varied.")
        assert found.evidence[0].value == 8.0
        assert str(found.action.command).endswith("--streams 1 --batch 1 --duration 30")

    def test_fine(self) -> None:
        assert isinstance(noisy_measurement(facts()), Fine)


class TestShortRun:
    @pytest.mark.parametrize(("samples", "fires"), [(298, True), (299, False)])
    def test_threshold(self, samples: int, fires: bool) -> None:
        assert isinstance(short_run(facts(samples=samples)), Finding if fires else Fine)

    def test_says_how_long(self) -> None:
        found = short_run(facts(samples=100, duration_s=10.0))
        assert isinstance(found, Finding)
        assert "30 s or longer" in found.advice

    def test_not_applicable(self) -> None:
        assert isinstance(short_run(facts(samples=0)), NotApplicable)


class TestSlowStart:
    @pytest.mark.parametrize(
        ("compile_ms", "cached_ms", "outcome"),
        [(499.0, 10.0, Fine), (500.0, 10.0, Finding), (1000.0, 700.0, Finding), (1000.0, 701.0, Fine)],
    )
    def test_thresholds(self, compile_ms: float, cached_ms: float, outcome: type) -> None:
        assert isinstance(slow_start(facts(compile_ms=compile_ms, compile_cached_ms=cached_ms)), outcome)

    def test_not_applicable(self) -> None:
        assert isinstance(slow_start(facts(compile_ms=None)), NotApplicable)
        assert isinstance(slow_start(facts(compile_ms=900.0, compile_cached_ms=None)), NotApplicable)

"""Rules about streams, batch and arrivals: each fires, stays silent at its threshold, and knows when not to apply."""

from typing import Any

import pytest

from tests.unit.benchmarks.advisor.material import CPU, facts, other
from workbench.benchmarks.advisor.facts import Fine, NotApplicable
from workbench.benchmarks.advisor.load_rules import batch_without_gain, one_stream, overloaded
from workbench.benchmarks.layer_schemas import Finding

TWO: dict[str, Any] = {"streams": 2, "requests": 2, "configuration": {"streams": 2, "batch": 1}}
SLOW = {"min": 19, "mean": 20, "median": 20, "p90": None, "p95": None, "p99": None, "max": 30}


class TestOneStream:
    def test_offers_what_was_not_tried(self) -> None:
        found = one_stream(facts())
        assert isinstance(found, Finding)
        assert found.severity == "info"
        assert [each.streams for each in found.action.configurations] == [2, 4, 8]
        assert str(found.action.command).endswith("--batch 1 --streams 2,4,8")

    def test_tells_what_was_measured(self) -> None:
        found = one_stream(facts(others=[other(1, throughput_fps=150.0, latency_ms=SLOW, **TWO)]))
        assert isinstance(found, Finding)
        assert found.severity == "medium"
        assert "1.50 times the throughput of this run, at 2.00 times its median latency" in found.summary

    @pytest.mark.parametrize(("fps", "fires"), [(109.9, False), (110.0, True)])
    def test_threshold(self, fps: float, fires: bool) -> None:
        assert isinstance(one_stream(facts(others=[other(1, throughput_fps=fps, **TWO)])), Finding) is fires

    @pytest.mark.parametrize("change", [{"verdict": "noisy"}, {"effective_precision": "bf16"}, {"batch": 4}])
    def test_counts_only_what_can_be_compared(self, change: dict[str, Any]) -> None:
        found = one_stream(facts(others=[other(1, throughput_fps=300.0, **TWO | change)]))
        assert isinstance(found, Finding)
        assert found.severity == "info"

    def test_not_applicable(self) -> None:
        assert isinstance(one_stream(facts(**TWO)), NotApplicable)
        assert isinstance(one_stream(facts(device=CPU.model_copy(update={"streams_range": [1, 1]}))), NotApplicable)
        assert isinstance(one_stream(facts(device=None)), NotApplicable)


class TestBatchWithoutGain:
    BATCH: dict[str, Any] = {"batch": 4, "latency_ms": SLOW, "configuration": {"streams": 1, "batch": 4}}  # noqa: RUF012

    def test_fires(self) -> None:
        found = batch_without_gain(facts(others=[other(1)], **self.BATCH, throughput_fps=101.0))
        assert isinstance(found, Finding)
        assert "1.01 times the throughput of batch 1, and a request takes 2.0 times as long" in found.summary
        assert found.action.configurations[0].batch == 1

    @pytest.mark.parametrize(("fps", "fires"), [(104.9, True), (105.0, False)])
    def test_threshold(self, fps: float, fires: bool) -> None:
        found = batch_without_gain(facts(others=[other(1)], **self.BATCH, throughput_fps=fps))
        assert isinstance(found, Finding if fires else Fine)

    def test_not_applicable(self) -> None:
        assert isinstance(batch_without_gain(facts(others=[other(1)])), NotApplicable)
        assert isinstance(batch_without_gain(facts(**self.BATCH)), NotApplicable)
        assert isinstance(batch_without_gain(facts(others=[other(1, streams=2)], **self.BATCH)), NotApplicable)


class TestOverloaded:
    LOOP: dict[str, Any] = {  # noqa: RUF012
        "arrivals_per_s": 100.0, "arrived": 1000, "completed": 800, "achieved_per_s": 80.0, "kept_up": False,
        "service_ms": 10.0, "wait_ms": 500.0,
    }  # fmt: skip

    def test_fires(self) -> None:
        found = overloaded(facts(open_loop=self.LOOP, configuration={"streams": 2, "arrivals_per_s": 100.0}))
        assert isinstance(found, Finding)
        assert found.severity == "high"
        assert found.action.configurations[0].arrivals_per_s == 64.0
        assert str(found.action.command).endswith("--streams 2 --arrivals 64")

    def test_fine(self) -> None:
        assert isinstance(overloaded(facts(open_loop=self.LOOP | {"kept_up": True})), Fine)

    def test_not_applicable(self) -> None:
        assert isinstance(overloaded(facts()), NotApplicable)
        assert isinstance(one_stream(facts(open_loop=self.LOOP)), NotApplicable)

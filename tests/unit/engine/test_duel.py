"""The operation of a check on real small models; and its rules on blocks that are made up."""

from array import array
from pathlib import Path
from typing import Any

import pytest

from tests.unit.engine.networks import Recorder, classifier, np, save
from workbench.engine import duel, ruling
from workbench.engine.blocks import Block, Turn, pooled
from workbench.engine.pipeline import Flow
from workbench.engine.protocol import EngineError
from workbench.engine.ruling import Limits, Recorded
from workbench.engine.verdict import Moment

CORES_S = 0.4


def moment(at_s: float, busy_s: float, own_s: float) -> Moment:
    return Moment(at_s, busy_s, 0.0, own_s, [], None, None, None)


def turn(seconds: float, latency_ms: float | None = None, count: int = 40) -> Turn:
    latency = seconds * 1e3 if latency_ms is None else latency_ms
    completed = array("d", (seconds * (number + 1) for number in range(count)))
    return Turn(Flow(array("d", [latency] * count), completed), seconds)


def block(baseline_s: float, current_s: float, *, at_s: float = 0.0, others: float = 0.0, **more: Any) -> Block:
    """Of 0.4 s, in which others use that share of the machine's CPU."""
    from workbench.engine.machine import logical_cores

    capacity = CORES_S * logical_cores()
    used = others * capacity + 0.03
    turns = ([turn(baseline_s)] * 2, [turn(current_s, **more)] * 2)
    return Block(
        turns, moment(at_s, 0.0, 0.0), moment(at_s + CORES_S, capacity * (1 - others) + used, capacity * (1 - others))
    )


def blocks(number: int, slowdown: float, **more: Any) -> list[Block]:
    wobble = np.random.default_rng(1).normal(0, 0.004, number)
    return [block(0.001, 0.001 * (1 + slowdown + float(step)), **more) for step in wobble]


def verdict(found: list[Block], limits: Limits) -> dict[str, Any]:
    quiet = [one for one in found if one.quiet]
    standing = ruling.look(quiet, 1, None, limits) if quiet else ruling.Standing(None, None, None, None)
    return ruling.verdict(found, quiet, standing, limits, None)


LIMITS = Limits(0.05, None, 60.0)


class TestVerdict:
    def test_passed_and_regression(self) -> None:
        passed, called = verdict(blocks(8, 0.0), LIMITS), verdict(blocks(8, 0.08), LIMITS)
        assert (passed["verdict"], called["verdict"]) == ("passed", "regression")
        assert called["slowdown_ci95"][0] < called["slowdown"] < called["slowdown_ci95"][1]
        assert called["slowdown"] == pytest.approx(0.08, abs=0.01)
        assert "8" in called["reason"]
        assert "5 % was allowed" in called["reason"]

    def test_contended_before_all_else(self) -> None:
        disturbed = blocks(9, 0.5, others=0.5)
        found = verdict(disturbed + blocks(8, 0.5), LIMITS)
        assert (found["verdict"], found["slowdown_ci95"]) == ("contended", None)
        assert "9 of 17 rounds were disturbed" in found["reason"]
        assert verdict(disturbed, LIMITS)["verdict"] == "contended"

    def test_a_short_disturbance_is_left_out(self) -> None:
        found = verdict(blocks(8, 0.9, others=0.5) + blocks(8, 0.0), LIMITS)
        assert found["verdict"] == "passed"
        assert found["slowdown"] == pytest.approx(0, abs=0.01)

    def test_a_little_all_the_time_is_contended_too(self) -> None:
        # What the short rounds leave in doubt, the counters of all of them together do not.
        found = [block(0.001, 0.001, at_s=number, others=0.048) for number in range(20)]
        assert all(one.quiet for one in found)
        assert pooled(found).cpu_others > 0.05
        assert verdict(found, LIMITS)["verdict"] == "contended"

    def test_too_few_rounds(self) -> None:
        found = verdict(blocks(3, 0.5), LIMITS)
        assert (found["verdict"], found["slowdown_ci95"]) == ("noisy", None)
        assert "Only 3 of the 8 rounds" in found["reason"]

    @pytest.mark.parametrize(("limit_ms", "expected"), [(2.0, "passed"), (0.5, "regression")])
    def test_p99(self, limit_ms: float, expected: str) -> None:
        found = verdict(blocks(16, 0.0, latency_ms=1.0), Limits(0.05, limit_ms, 60.0))
        assert (found["verdict"], found["p99_ms"]) == (expected, 1.0)
        assert [criterion["verdict"] for criterion in found["criteria"]] == ["passed", expected]
        assert found["reason"] == found["criteria"][0 if expected == "passed" else 1]["reason"]

    def test_p99_of_too_few_requests(self) -> None:
        found = verdict(blocks(8, 0.0, count=2), Limits(0.05, 2.0, 60.0))
        assert found["verdict"] == "noisy"
        assert "299 are needed" in found["reason"]


class TestRecorded:
    def test_the_interval_is_widened(self) -> None:
        found = Recorded.of({"throughput_fps": 100.0, "throughput_ci95": [99.0, 101.0]})
        assert found.log_time == pytest.approx(np.log(0.01))
        # 2.576 / 1.96 of the interval, and one percent for another session.
        assert found.half_width == pytest.approx(1.32 * 0.01 + 0.01, abs=2e-4)
        assert Recorded.of({"throughput_fps": 100.0}).half_width == pytest.approx(0.04)

    def test_against_them(self) -> None:
        limits, record = (
            Limits(0.05, None, 60.0),
            Recorded.of({"throughput_fps": 1000.0, "throughput_ci95": [999, 1001]}),
        )
        for slowdown, expected in ((0.0, "passed"), (0.09, "regression")):
            found = blocks(8, slowdown)
            standing = ruling.look(found, 1, record, limits)
            assert ruling.verdict(found, found, standing, limits, record)["verdict"] == expected


class TestSeries:
    def test_very_many_are_thinned_out(self) -> None:
        few, many = duel._series(blocks(8, 0.1), None), duel._series([block(1, 1, at_s=n) for n in range(1700)], None)
        assert (len(few), len(many)) == (8, 425)
        assert [point["at_s"] for point in many[:3]] == [0, 4, 8]
        assert few[0]["quiet"]


class TestBlocks:
    def test_pooled_adds_up(self) -> None:
        found = pooled([block(1, 1, at_s=0, others=0.2), block(1, 1, at_s=100, others=0.4)])
        # What lay between the two does not count.
        assert found.cpu_others == pytest.approx(0.3, abs=0.05)


@pytest.fixture
def work(tmp_path: Path) -> Path:
    """A small model, and one that does far more."""
    save(classifier(), tmp_path / "inputs" / "small")
    save(classifier((1, 3, 64, 64), 64), tmp_path / "inputs" / "large")
    (tmp_path / "out").mkdir()
    return tmp_path


def side(name: str, **more: Any) -> dict[str, Any]:
    return {"model": f"inputs/{name}/model.xml", "device": "CPU", "streams": 1, **more}


class TestRun:
    def test_the_whole_operation(self, work: Path) -> None:
        told = Recorder()
        parameters = {"baseline": side("small"), "current": side("large", batch=2), "max_slowdown": 0.05, "budget_s": 3}
        found = duel.run(parameters, work, told)
        # Many times slower; what the verdict says of it depends on what else the machine does.
        assert found["slowdown"] > 0.5
        assert found["verdict"] in ("regression", "contended", "noisy")
        assert found["interleaved"]
        assert [event["name"] for event in told.of("stage")][-1] == "measure in turn"
        assert len(found["series"]) == found["rounds"] + found["conditions"]["disturbed_rounds"]
        current = found["current"]
        with np.load(work / "out" / "latencies.npz") as file:
            assert len(file["latency_ms"]) == current["samples"]
            assert np.all(np.diff(file["completed_s"]) > 0)
            assert file["completed_s"][-1] == pytest.approx(current["duration_s"])
        assert current["throughput_fps"] == pytest.approx(2 * current["samples"] / current["duration_s"])
        assert current["provenance"]["model_sha256"] != found["baseline"]["provenance"]["model_sha256"]
        # Small models are compiled anew all the time; what the first of them told of itself is told once.
        assert found["conditions"]["compilations"] > 1
        assert any("batches of 2 and 1" in warning for warning in found["warnings"])

    def test_blocking_calls_and_several_requests(self, work: Path) -> None:
        sides = {"baseline": side("small", api="sync"), "current": side("small", streams=2, requests=2)}
        found = duel.run(sides | {"max_slowdown": 0.05, "budget_s": 1}, work, Recorder())
        assert (found["baseline"]["requests"], found["current"]["requests"]) == (1, 2)
        assert found["current"]["samples"] % 2 == 0

    def test_recorded_figures(self, work: Path) -> None:
        figures = {"throughput_fps": 1e9, "throughput_ci95": [0.99e9, 1.01e9]}
        parameters = {"recorded": figures, "current": side("small"), "max_slowdown": 0.05, "budget_s": 2}
        found = duel.run(parameters, work, Recorder())
        assert not found["interleaved"]
        assert found["baseline"] is None
        assert found["slowdown"] > 10
        assert found["verdict"] in ("regression", "contended", "noisy")

    @pytest.mark.parametrize(
        ("change", "code"),
        [
            ({"recorded": {"throughput_fps": 9.0, "machine": "A 6502"}}, "baseline_elsewhere"),
            ({"recorded": {"throughput_fps": 9.0, "effective_precision": "i4"}}, "baseline_precision_differs"),
            ({"current": side("small", arrivals_per_s=5.0)}, "invalid_configuration"),
        ],
    )
    def test_refused(self, work: Path, change: dict[str, Any], code: str) -> None:
        parameters = {"baseline": side("small"), "current": side("small"), "max_slowdown": 0.05, "budget_s": 2}
        with pytest.raises(EngineError) as caught:
            duel.run(parameters | change, work, Recorder())
        assert caught.value.code == code

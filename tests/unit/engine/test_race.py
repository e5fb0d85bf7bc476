"""Versions measured in turn: ratios of made-up rounds whose truth is known, and the operation on real small models."""

from pathlib import Path
from typing import Any

import pytest

from tests.unit.engine.networks import Recorder, classifier, np, save
from tests.unit.engine.test_duel import CORES_S, moment, turn
from workbench.engine import race
from workbench.engine.machine import logical_cores
from workbench.engine.protocol import EngineError
from workbench.engine.race import Round


def rounds(count: int, *seconds: float, noise: float = 0.004, drift: float = 0.0) -> list[Round]:
    """Of sides that take so many seconds for a sample; all of them grow by `drift` from the first round to the last."""
    chance = np.random.default_rng(2)
    capacity = CORES_S * logical_cores()
    return [
        Round(
            [
                [turn(one * (1 + drift * number / count) * float(np.exp(chance.normal(0, noise)))) for _ in range(2)]
                for one in seconds
            ],
            moment(number, 0.0, 0.0),
            moment(number + CORES_S, capacity, capacity),
        )
        for number in range(count)
    ]


class TestEstimates:
    def test_the_truth_is_inside(self) -> None:
        first, same, slower = race.estimates(rounds(24, 0.002, 0.002, 0.003), 3, 1)
        assert first is not None
        assert (first.slowdown, first.half_width) == (0.0, 0.0)
        assert same is not None
        assert same.low < 0 < same.high
        assert slower is not None
        assert slower.low < 0.5 < slower.high
        assert slower.half_width < 0.02

    def test_what_all_of_them_share_does_not_matter(self) -> None:
        """A machine that gets slower by half meanwhile."""
        _, found = race.estimates(rounds(24, 0.002, 0.001, drift=0.5), 2, 1)
        assert found is not None
        assert found.low < -0.5 < found.high
        assert found.half_width < 0.02

    def test_too_few_have_no_interval(self) -> None:
        assert race.estimates(rounds(3, 0.002, 0.001), 2, 1)[1] is None


def side(model: Path, **more: Any) -> dict[str, Any]:
    return {
        "model": model.name, "dataset": None, "device": "CPU", "hint": "none", "streams": 1, "precision": "f32",
        "layouts": {}, "duration_s": 1.0, **more,
    }  # fmt: skip


@pytest.fixture(scope="module")
def work(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("race")
    (folder / "out").mkdir()
    save(classifier(), folder, "small")
    save(classifier((1, 3, 64, 64), channels=48), folder, "large")
    return folder


class TestRun:
    def test_the_whole_operation(self, work: Path) -> None:
        told = Recorder()
        small, large = work / "small.xml", work / "large.xml"
        parameters = {"sides": [side(large), side(large), side(small, batch=2)], "budget_s": 3, "seed": 5}
        found = race.run(parameters, work, told)
        first, same, quick = found["sides"]
        assert (first["ratio"], first["ratio_ci95"]) == (1.0, None)
        # The same model; how near depends on what else the machine does.
        assert 0.7 < same["ratio"] < 1.4
        assert quick["ratio"] > 2
        assert [event["name"] for event in told.of("stage")][-2:] == ["warm up", "measure in turn"]
        for number, one in enumerate(found["sides"]):
            result = one["result"]
            with np.load(work / "out" / f"latencies-{number}.npz") as file:
                assert len(file["latency_ms"]) == result["samples"]
            assert result["throughput_fps"] == pytest.approx(result["inferences"] / result["duration_s"])
            assert result["verdict"] in ("stable", "noisy", "contended", "throttled")
            assert result["provenance"]["model_sha256"]
        assert found["rounds"] >= 1
        assert found["sides"][2]["result"]["batch"] == 2

    @pytest.mark.parametrize("count", [1, 17])
    def test_too_few_or_too_many(self, work: Path, count: int) -> None:
        with pytest.raises(EngineError) as caught:
            race.run({"sides": [side(work / "small.xml")] * count, "budget_s": 1}, work, Recorder())
        assert caught.value.code == "invalid_configuration"

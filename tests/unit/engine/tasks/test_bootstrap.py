from typing import Any

import numpy as np
import pytest

from workbench.engine.tasks import bootstrap


class TestMeanCi95:
    def test_is_the_normal_interval_of_a_mean(self) -> None:
        values = np.random.default_rng(1).normal(5.0, 2.0, 4000)
        half = 1.959964 * values.std() / np.sqrt(len(values))
        low, high = bootstrap.mean_ci95(values, resamples=4000) or []
        assert low == pytest.approx(values.mean() - half, abs=0.06 * half)
        assert high == pytest.approx(values.mean() + half, abs=0.06 * half)

    def test_is_the_normal_interval_of_a_share(self) -> None:
        values = np.array([1.0] * 700 + [0.0] * 300)
        half = 1.959964 * np.sqrt(0.7 * 0.3 / 1000)
        low, high = bootstrap.mean_ci95(values, resamples=4000) or []
        assert [low, high] == pytest.approx([0.7 - half, 0.7 + half], abs=0.002)

    @pytest.mark.parametrize("share", [True, False], ids=["share", "skewed"])
    def test_covers_the_truth_as_often_as_it_says(self, share: bool) -> None:
        generator = np.random.default_rng(2)
        trials, inside = 400, 0
        for _ in range(trials):
            values = (generator.random(150) < 0.8).astype(float) if share else generator.gamma(4.0, 0.2, 150)
            low, high = bootstrap.mean_ci95(values, resamples=400) or []
            inside += low <= 0.8 <= high
        # Binomial(400, 0.95) is within 0.95 ± 0.04 but for one time in a thousand; percentiles are a bit short.
        assert 0.90 <= inside / trials <= 0.99

    def test_gives_the_same_again(self) -> None:
        values = np.random.default_rng(3).random(500)
        assert bootstrap.mean_ci95(values) == bootstrap.mean_ci95(values)
        assert bootstrap.mean_ci95(values) != bootstrap.mean_ci95(values, seed=1)

    def test_draws_much_in_pieces(self) -> None:
        values = np.random.default_rng(4).random(3000)
        low, high = bootstrap.mean_ci95(values) or []
        assert high - low == pytest.approx(2 * 1.96 * values.std() / np.sqrt(3000), rel=0.1)

    def test_needs_two(self) -> None:
        assert bootstrap.mean_ci95(np.array([1.0])) is None
        assert bootstrap.mean_ci95(np.array([])) is None
        assert bootstrap.mean_ci95(np.array([1.0, 1.0])) == [1.0, 1.0]


class TestCi95:
    def test_agrees_with_the_mean(self) -> None:
        values = np.random.default_rng(5).random(400)
        half = 1.959964 * values.std() / np.sqrt(len(values))
        low, high = bootstrap.ci95(lambda weights: float(weights @ values / weights.sum()), 400, resamples=3000) or []
        assert [low, high] == pytest.approx([values.mean() - half, values.mean() + half], abs=0.1 * half)

    def test_weights_are_a_resample(self) -> None:
        seen = []

        def note(weights: Any) -> float:
            seen.append(weights.copy())
            return 0.0

        bootstrap.ci95(note, 7, resamples=50)
        assert all(len(weights) == 7 and weights.sum() == 7 and weights.min() >= 0 for weights in seen)
        assert len({tuple(weights) for weights in seen}) > 25

    def test_leaves_out_what_is_not_defined(self) -> None:
        ratio = bootstrap.ci95(lambda weights: float("nan") if weights[0] == 0 else weights[0], 10)
        assert ratio is not None
        assert ratio[0] >= 1
        assert bootstrap.ci95(lambda _: float("nan"), 10) is None

    def test_needs_two(self) -> None:
        assert bootstrap.ci95(lambda _: 1.0, 1) is None


class TestIntervals:
    def test_figures_of_the_same_resamples(self) -> None:
        values = np.random.default_rng(6).random(50)

        def statistics(weights: Any) -> dict[str, float]:
            mean = float(weights @ values / weights.sum())
            return {"mean": mean, "negative": -mean, "never": float("nan")}

        found = bootstrap.intervals(statistics, 50)
        assert found["mean"] is not None
        assert found["negative"] == pytest.approx([-found["mean"][1], -found["mean"][0]])
        assert found["never"] is None
        assert found["mean"] == bootstrap.ci95(lambda weights: statistics(weights)["mean"], 50)

    def test_needs_two(self) -> None:
        assert bootstrap.intervals(lambda _: {"one": 1.0}, 1) == {}

from typing import Any

import numpy as np
import pytest
from sklearn import metrics as sklearn_metrics

from workbench.engine.tasks import roc


def scores(seed: int, count: int = 400, digits: int = 2) -> tuple[Any, Any]:
    """Overlapping scores of both kinds, many of them equal."""
    generator = np.random.default_rng(seed)
    same = generator.random(count) < 0.4
    return np.round(generator.normal(0, 1, count) + 1.4 * same, digits), same


class TestRoc:
    @pytest.mark.parametrize("digits", [1, 8])
    def test_is_that_of_scikit_learn(self, digits: int) -> None:
        values, same = scores(0, digits=digits)
        found = roc.Scores(values, same).roc()
        assert found is not None
        far, tar, threshold = sklearn_metrics.roc_curve(same, values, drop_intermediate=False)
        assert found.far == pytest.approx(far)
        assert found.tar == pytest.approx(tar)
        assert found.threshold[1:] == pytest.approx(threshold[1:])
        assert found.area == pytest.approx(sklearn_metrics.roc_auc_score(same, values), abs=1e-12)

    @pytest.mark.parametrize("far", [0.001, 0.01, 0.1, 0.5])
    def test_tar_at_far_by_trying_every_threshold(self, far: float) -> None:
        values, same = scores(1)
        found = roc.Scores(values, same).roc()
        assert found is not None
        tries = [(np.mean(values[~same] >= one), np.mean(values[same] >= one)) for one in [*values, np.inf]]
        assert found.tar_at(far) == pytest.approx(max(tar for wrong, tar in tries if wrong <= far))

    def test_equal_error_rate(self) -> None:
        values, same = scores(2, 4000, 6)
        found = roc.Scores(values, same).roc()
        assert found is not None
        # Two normal distributions 1.4 apart cross at 0.7: Φ(−0.7).
        assert found.equal_error == pytest.approx(0.24196, abs=0.02)
        place = int(np.argmin(np.abs(found.far - (1 - found.tar))))
        assert found.equal_error == pytest.approx(found.far[place], abs=0.005)

    def test_perfect_and_hopeless(self) -> None:
        same = np.array([True, True, False])
        perfect = roc.Scores(np.array([3.0, 2.0, 1.0]), same).roc()
        assert perfect is not None
        assert (perfect.area, perfect.equal_error, perfect.tar_at(0.001)) == (1, 0, 1)
        flat = roc.Scores(np.ones(3), same).roc()
        assert flat is not None
        assert (flat.area, flat.equal_error, flat.tar_at(0.9)) == (0.5, 0.5, 0)

    def test_of_one_kind_there_is_none(self) -> None:
        assert roc.Scores(np.array([1.0, 2.0]), np.array([True, True])).roc() is None

    def test_weights_are_repetitions(self) -> None:
        values, same = scores(3, 60)
        weights = np.random.default_rng(4).integers(0, 4, 60)
        weighted = roc.Scores(values, same).roc(weights.astype(float))
        repeated = roc.Scores(np.repeat(values, weights), np.repeat(same, weights)).roc()
        assert weighted is not None
        assert repeated is not None
        assert weighted.area == pytest.approx(repeated.area)
        assert weighted.tar_at(0.1) == pytest.approx(repeated.tar_at(0.1))

    def test_interval_of_the_area_is_that_of_hanley_and_mcneil(self) -> None:
        values, same = scores(5, 800, 8)
        ordered = roc.Scores(values, same)
        found = ordered.roc()
        assert found is not None
        area, one, other = found.area, int(same.sum()), int((~same).sum())
        # Hanley & McNeil 1982: the standard error of the area.
        q1, q2 = area / (2 - area), 2 * area**2 / (1 + area)
        variance = (area * (1 - area) + (one - 1) * (q1 - area**2) + (other - 1) * (q2 - area**2)) / (one * other)
        ends = ordered.intervals([0.1])["auc"]
        assert ends is not None
        assert ends[1] - ends[0] == pytest.approx(2 * 1.96 * np.sqrt(variance), rel=0.25)
        assert ends[0] < area < ends[1]


class TestBestThreshold:
    @pytest.mark.parametrize("seed", range(8))
    def test_no_threshold_is_better(self, seed: int) -> None:
        values, same = scores(seed, 80, seed % 3)
        found = roc.best_threshold(values, same)
        tries = [*values, *(values + 1e-9), np.inf]
        best = max(int(((values >= one) == same).sum()) for one in tries)
        assert int(((values >= found) == same).sum()) == best

    def test_lies_in_the_middle_of_the_gap(self) -> None:
        assert roc.best_threshold(np.array([0.1, 0.3, 0.7, 0.9]), np.array([False, False, True, True])) == 0.5

    def test_of_one_kind(self) -> None:
        values = np.array([0.2, 0.4])
        assert (values >= roc.best_threshold(values, np.array([True, True]))).all()
        assert not (values >= roc.best_threshold(values, np.array([False, False]))).any()

    def test_neighbours_of_float64(self) -> None:
        low = 0.5
        values = np.array([low, np.nextafter(low, 1)])
        found = roc.best_threshold(values, np.array([False, True]))
        assert (values >= found).tolist() == [False, True]

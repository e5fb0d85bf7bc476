from typing import Any

import numpy as np
import pytest

from tests.unit.engine.tasks.pictures_and_scores import checked, class_map, facts, ports, reading, stretched, truth
from workbench.engine.protocol import EngineError
from workbench.engine.tasks import landmarks
from workbench.engine.tasks.task import Answer, Geometry

FACE = np.array([[30.0, 40.0], [70.0, 40.0], [50.0, 60.0], [35.0, 80.0], [65.0, 80.0]], np.float32)


def decoded(values: Any, geometry: Geometry, **options: Any) -> Any:
    values = np.asarray(values, dtype=np.float32)
    decode = landmarks.decoder(reading("points", **options), ports(out=values.shape), class_map([]))
    return decode({"out": values}, geometry).points


class TestDecoder:
    @pytest.mark.parametrize("shape", [(1, 10), (1, 10, 1, 1), (1, 5, 2), (10,)])
    def test_shares_of_the_input(self, shape: tuple[int, ...]) -> None:
        values = (FACE / [100, 120]).reshape(shape)
        assert decoded(values, stretched(100, 120, 48, 48)) == pytest.approx(FACE, abs=1e-4)

    def test_pixels_of_the_input(self) -> None:
        values = (FACE * [48 / 100, 48 / 120]).reshape(1, 10)
        assert decoded(values, stretched(100, 120, 48, 48), normalized=False) == pytest.approx(FACE, abs=1e-4)

    def test_all_x_then_all_y(self) -> None:
        values = (FACE / 100).T.reshape(1, 10)
        assert decoded(values, stretched(100, 100, 48, 48), order="x_then_y") == pytest.approx(FACE, abs=1e-4)

    def test_of_a_face_that_was_cut_out(self) -> None:
        # The face's box is 80 × 100 at (200, 300), and fills an input of 40 × 50.
        geometry = Geometry(640, 480, 40, 50, 0.5, 0.5, -100.0, -150.0)
        values = FACE / [80, 100]
        assert decoded(values.reshape(1, 10), geometry) == pytest.approx(FACE + np.array([200, 300]), abs=1e-3)

    @pytest.mark.parametrize("shape", [(1, 9), (1, 3, 5, 7, 9)])
    def test_refuses_what_is_no_points(self, shape: tuple[int, ...]) -> None:
        with pytest.raises(EngineError) as caught:
            decoded(np.zeros(shape), stretched(8, 8, 8, 8))
        assert caught.value.code == "decoding_mismatch"


def judge_of(norm_by: str = "eyes") -> landmarks.LandmarksJudge:
    return landmarks.judge(reading("points", metrics={"norm_by": norm_by}), facts())


class TestRows:
    def test_worked_by_hand(self) -> None:
        """The eyes are 40 apart; one point is off by (3, 4), one by 10."""
        told = FACE.copy()
        told[2] += (3, 4)
        told[4] += (0, 10)
        judge = judge_of()
        row = judge.add(truth(2, points=FACE), Answer(points=told))
        assert row["normed_error"] == pytest.approx((5 + 10) / 5 / 40)
        assert row["worst_error"] == pytest.approx(10 / 40)
        assert (row["worst_point"], row["norm"], row["error"]) == (4, 40, False)
        assert row["loss"] == row["normed_error"]
        assert set(row) == {"sample", "name", *(column.name for column in judge.columns)}

    def test_by_the_box(self) -> None:
        told = FACE + np.float32(6)
        off = 6 * np.sqrt(2)
        record = {"boxes": [{"label": 0, "bbox": [20, 20, 90, 40]}]}
        row = judge_of("box").add(truth(0, points=FACE, record=record), Answer(points=told))
        assert row["normed_error"] == pytest.approx(off / np.sqrt(90 * 40), rel=1e-6)
        row = judge_of("box").add(truth(0, points=FACE), Answer(points=told))
        assert row["normed_error"] == pytest.approx(off / np.sqrt(40 * 40), rel=1e-6)
        assert row["error"] is True

    @pytest.mark.parametrize(
        ("count", "left", "right"),
        [(35, [0, 1], [2, 3]), (68, range(36, 42), range(42, 48)), (98, [60], [72])],
    )
    def test_eyes_of_other_orders(self, count: int, left: Any, right: Any) -> None:
        points = np.random.default_rng(0).random((count, 2)).astype(np.float32) * 100
        points[list(left)], points[list(right)] = (10, 20), (40, 60)
        row = judge_of().add(truth(0, points=points), Answer(points=points + np.float32(1)))
        assert row["norm"] == pytest.approx(50)
        assert row["normed_error"] == pytest.approx(np.sqrt(2) / 50, rel=1e-5)

    def test_unknown_eyes_are_noted(self) -> None:
        points = np.random.default_rng(0).random((106, 2)).astype(np.float32)
        points[0], points[1] = (0, 0), (1, 1)
        judge = judge_of()
        assert judge.add(truth(0, points=points), Answer(points=points))["norm"] == pytest.approx(1)
        assert any("106" in note for note in judge.finish().notes)

    def test_refuses_another_number_of_points(self) -> None:
        with pytest.raises(EngineError) as caught:
            judge_of().add(truth(0, points=FACE), Answer(points=FACE[:4]))
        assert caught.value.code == "decoding_mismatch"

    def test_faces_that_cannot_be_judged_are_noted(self) -> None:
        judge = judge_of()
        assert judge.add(truth(0), Answer(points=FACE))["error"] is False
        blind = FACE.copy()
        blind[1] = blind[0]
        assert judge.add(truth(1, points=blind), Answer(points=FACE))["normed_error"] is None
        summary = judge.finish()
        assert (summary.metrics, summary.primary, len(summary.notes)) == ({}, None, 2)


class TestFinish:
    def judged(self) -> tuple[Any, Any, Any]:
        generator = np.random.default_rng(1)
        judge = judge_of()
        offsets = generator.normal(0, 2.2, (300, 5, 2)).astype(np.float32)
        rows = [
            judge.add(truth(int(number), points=FACE), Answer(points=FACE + offsets[number]))
            for number in generator.permutation(300)
        ]
        each = np.sqrt((offsets.astype(float) ** 2).sum(axis=2)) / 40
        return checked(judge.finish(), rows), each.mean(axis=1), each.mean(axis=0)

    def test_means(self) -> None:
        summary, errors, by_point = self.judged()
        found = {name: entry["value"] for name, entry in summary.metrics.items()}
        assert found["normed_error"] == pytest.approx(errors.mean(), rel=1e-5)
        assert found["normed_error_median"] == pytest.approx(np.median(errors), rel=1e-5)
        assert found["failure_rate@0.08"] == pytest.approx((errors > 0.08).mean())
        assert found["failure_rate@0.1"] == pytest.approx((errors > 0.1).mean())
        assert 0 < found["failure_rate@0.1"] < found["failure_rate@0.08"]
        rows = summary.tables["classes"]
        assert [row["metrics"]["normed_error"] for row in rows] == pytest.approx(by_point, rel=1e-5)
        assert [(row["label"], row["samples"]) for row in rows] == [(point, 300) for point in range(5)]
        assert summary.metrics["normed_error"]["better"] == "lower"

    def test_area_is_that_under_the_distribution(self) -> None:
        summary, errors, _ = self.judged()
        x = np.linspace(0, 0.1, 100_001)
        share = np.searchsorted(np.sort(errors), x, side="right") / len(errors)
        assert summary.metrics["auc@0.1"]["value"] == pytest.approx(np.trapezoid(share, x) / 0.1, abs=1e-4)

    def test_curve_is_the_distribution(self) -> None:
        summary, errors, _ = self.judged()
        (curves,) = summary.tables["curves"]
        assert curves["kind"] == "error_distribution"
        (curve,) = curves["curves"]
        for x, y in zip(curve["x"], curve["y"], strict=True):
            assert y == pytest.approx((errors <= x + 1e-7).mean(), abs=1e-9)

    def test_intervals_hold_the_value(self) -> None:
        summary = self.judged()[0]
        for entry in summary.metrics.values():
            assert entry["ci95"][0] < entry["value"] < entry["ci95"][1]
        assert summary.metrics == self.judged()[0].metrics


@pytest.mark.parametrize("count", [1, 2, 5, 8])
def test_median_of_what_occurs_so_often(count: int) -> None:
    generator = np.random.default_rng(count)
    values = np.sort(generator.random(count))
    for _ in range(50):
        weights = np.bincount(generator.integers(0, count, count), minlength=count)
        wanted = np.median(np.repeat(values, weights))
        assert landmarks._weighted_median(values, weights.astype(float)) == pytest.approx(wanted)

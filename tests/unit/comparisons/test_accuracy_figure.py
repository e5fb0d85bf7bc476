"""Accuracy beside speed: which reports stand for the sides, how sure their difference is, and when to be warned."""

from datetime import UTC, datetime
from typing import Any

import pytest

from tests.unit.comparisons import measured
from workbench.accuracy.schemas import Report
from workbench.comparisons.accuracy_figure import accuracy_metric, independent
from workbench.comparisons.comparing import compare
from workbench.comparisons.html import comparison_report
from workbench.comparisons.measured import Measured
from workbench.comparisons.metrics import metrics
from workbench.comparisons.schemas import Value
from workbench.comparisons.warnings import of_sides


def report(value: float, ci95: list[float] | None = None, **more: Any) -> Report:
    metric = {"value": value, "ci95": ci95, "label": "Top-1 accuracy", "unit": "", "better": "higher"}
    fields: dict[str, Any] = {
        "id": "r", "kind": "annotations", "project_id": "p", "job_id": None, "dataset_id": "d", "model_id": "m",
        "model_sha256": None, "task": "classification", "samples": 100, "metrics": {"accuracy@top1": metric},
        "primary": "accuracy@top1", "columns": [], "reading": None, "effective_precision": "f32", "device": "CPU",
        "elapsed_s": 1.0, "samples_per_s": 100.0, "subset": None, "reference": None, "engine": "workbench", "notes": [],
        "created_at": datetime.now(UTC),
    }  # fmt: skip
    return Report.model_validate(fields | more)


def side(found: Report | None, ci95: list[float] | None = None) -> Measured:
    one = measured.side()
    return Measured(one.side, one.model, one.layers, found, ci95)


class TestFigure:
    def test_none_without_reports(self) -> None:
        assert accuracy_metric([side(None), side(None)]) is None
        assert "accuracy" not in [metric.name for metric in metrics([side(None), side(None)])]

    def test_a_paired_interval_is_taken(self) -> None:
        metric = accuracy_metric([side(report(0.75, [0.7, 0.8])), side(report(0.74, [0.69, 0.79]), [-0.02, -0.001])])
        assert metric is not None
        assert [value.value if value else None for value in metric.values] == [0.75, 0.74]
        difference = metric.differences[1]
        assert difference is not None
        assert difference.absolute == pytest.approx(-0.01)
        assert (difference.absolute_ci95, difference.certain) == ([-0.02, -0.001], True)

    def test_else_that_of_independent_ones(self) -> None:
        """Equal half-widths of 0.05 make √2 times that."""
        metric = accuracy_metric([side(report(0.75, [0.7, 0.8])), side(report(0.74, [0.69, 0.79]))])
        assert metric is not None
        difference = metric.differences[1]
        assert difference is not None
        assert difference.absolute_ci95 == pytest.approx([-0.01 - 0.05 * 2**0.5, -0.01 + 0.05 * 2**0.5])
        assert difference.certain is False

    def test_no_interval_of_one_without(self) -> None:
        assert independent(Value(value=1.0), Value(value=1.0, ci95=[0.9, 1.1])) is None

    def test_a_side_without_a_report(self) -> None:
        metric = accuracy_metric([side(None), side(report(0.5))])
        assert metric is not None
        assert (metric.values[0], metric.differences) == (None, [None, None])

    def test_another_figure_is_not_compared(self) -> None:
        other = report(0.5, primary="map", metrics={"map": {"value": 0.5, "label": "mAP"}})
        metric = accuracy_metric([side(report(0.7)), side(other)])
        assert metric is not None
        assert metric.values[1] is None

    def test_it_stands_among_the_first(self) -> None:
        names = [metric.name for metric in metrics([side(report(0.5)), side(report(0.5))])]
        assert names.index("accuracy") == 2


class TestWarnings:
    def codes(self, *reports: Report | None) -> list[str]:
        return [one.code for one in of_sides([side(found) for found in reports]) if one.code.startswith("accuracy")]

    def test_none_for_equals(self) -> None:
        assert self.codes(report(0.5), report(0.6)) == []
        assert self.codes(report(0.5), None) == []

    def test_precision(self) -> None:
        assert self.codes(report(0.5), report(0.5, effective_precision="bf16")) == ["accuracy_precision_differs"]

    def test_samples(self) -> None:
        assert self.codes(report(0.5), report(0.5, samples=10)) == ["accuracy_samples_differ"]
        subset = {"count": 100, "seed": 3}
        assert self.codes(report(0.5), report(0.5, subset=subset)) == ["accuracy_samples_differ"]

    def test_metric(self) -> None:
        other = report(0.5, primary="map", metrics={"map": {"value": 0.5, "label": "mAP"}})
        assert self.codes(report(0.5), other) == ["accuracy_metric_differs"]


class TestReport:
    @pytest.mark.parametrize("first", [0.75, 0.0])
    def test_the_page_tells_the_difference_not_the_ratio(self, first: float) -> None:
        sides = [side(report(first, [first, first + 0.05])), side(report(0.7, [0.65, 0.75]), [-0.09, -0.01])]
        page = comparison_report(compare(sides))
        assert "−0.0900 to −0.0100" in page

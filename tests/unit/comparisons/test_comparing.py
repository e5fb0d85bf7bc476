"""What a comparison tells: figures, rows, warnings."""

from typing import Any

import pytest

from tests.unit.comparisons.measured import layer, model, network, side
from workbench.comparisons.comparing import compare
from workbench.comparisons.schemas import Comparison

CONV, POOL = ("c1", "Convolution"), ("pool", "MaxPool")
FP32 = network(
    layer("reorder", 10, type="Reorder"),
    layer("c1", 70, CONV, after=["reorder"]),
    layer("pool", 20, POOL, type="Pooling", after=["c1"]),
)
INT8 = network(
    layer("c1", 20, CONV, runtime_precision="i8"),
    layer("pool", 15, POOL, type="Pooling", runtime_precision="i8", after=["c1"]),
    layer("extra", 5, ("extra", "Softmax"), type="Softmax", after=["pool"]),
)


def codes(comparison: Comparison) -> list[str]:
    return [warning.code for warning in comparison.warnings]


class TestRows:
    def test_what_changed_most_comes_first(self) -> None:
        found = compare([side(FP32), side(INT8)])
        assert [(row.label, row.type, row.delta_us) for row in found.layers] == [
            ("c1", "Convolution", [0, -50]),
            ("conversions before c1", "Conversion", [0, -10]),
            ("pool", "Pooling", [0, -5]),
            ("extra", "Softmax", [0, 5]),
        ]

    def test_times_add_up_to_those_of_the_sides(self) -> None:
        found = compare([side(FP32), side(INT8)])
        for place, total in enumerate((100, 40)):
            assert sum(cell.time_us or 0 for row in found.layers if (cell := row.sides[place]) is not None) == total

    def test_accounted_leaves_out_what_only_one_side_has(self) -> None:
        found = compare([side(FP32), side(INT8)])
        assert found.accounted == [1.0, pytest.approx(35 / 40)]
        (alone,) = [row for row in found.layers if row.only_in is not None]
        assert (alone.label, alone.only_in, alone.ratio) == ("extra", 1, [None, None])

    def test_types_hold_all_of_the_time(self) -> None:
        found = compare([side(FP32), side(INT8)])
        assert [(row.type, row.time_us) for row in found.types][:2] == [
            ("Convolution", [70, 20]),
            ("Pooling", [20, 15]),
        ]
        assert [sum(row.share[place] or 0 for row in found.types) for place in (0, 1)] == pytest.approx([1.0, 1.0])

    def test_other_models_by_type_only(self) -> None:
        other = network(layer("k", 50, ("k", "MatMul"), type="FullyConnected"))
        found = compare([side(FP32), side(other)])
        assert found.layers == []
        assert found.accounted == [None, None]
        assert "different_models" in codes(found)
        assert {row.type for row in found.types} == {"Convolution", "Pooling", "Reorder", "FullyConnected"}

    def test_networks_that_share_some_names(self) -> None:
        """Exporters call layers n0, n1 …: a pooling in common does not make a network the same."""
        other = network(layer("k", 80, ("k", "Convolution")), layer("pool", 20, POOL, type="Pooling"))
        found = compare([side(FP32), side(other)])
        assert found.layers == []
        assert "different_models" in codes(found)

    def test_one_of_three_is_another_network(self) -> None:
        other = network(layer("k", 50, ("k", "MatMul"), type="FullyConnected"))
        found = compare([side(FP32), side(other), side(INT8)])
        assert found.accounted == [1.0, None, pytest.approx(35 / 40)]
        assert found.layers[0].delta_us == [0, None, -50]
        (warning,) = [item for item in found.warnings if item.code == "different_models"]
        assert warning.message.startswith("B: another network")

    def test_a_side_without_layers(self) -> None:
        found = compare([side(FP32), side(None)])
        assert found.layers == []
        assert "no_layers" in codes(found)
        both = compare([side(FP32), side(None), side(INT8)])
        assert both.accounted[1] is None
        assert all(row.sides[1] is None and row.delta_us[1] is None for row in both.layers)


class TestMetrics:
    def test_against_the_first(self) -> None:
        faster = side(known=model(size_bytes=250), throughput_fps=150.0, throughput_ci95=[149, 151])
        found = compare([side(known=model()), faster])
        by_name = {metric.name: metric for metric in found.metrics}
        throughput = by_name["throughput_fps"].differences
        assert throughput[0] is None
        assert throughput[1] is not None
        assert (throughput[1].ratio, throughput[1].certain) == (1.5, True)
        size = by_name["model_size_bytes"].differences[1]
        assert size is not None
        assert (size.ratio, size.certain) == (0.25, None)
        median = by_name["latency_median_ms"].differences[1]
        assert median is not None
        assert median.certain is False

    def test_what_no_side_has_is_left_out(self) -> None:
        names = {metric.name for metric in compare([side(), side()]).metrics}
        assert "latency_p999_ms" not in names
        assert "gflop" not in names
        assert "layers_us" not in names


class TestWarnings:
    def test_the_same_needs_none(self) -> None:
        assert codes(compare([side(FP32), side(FP32)])) == []

    @pytest.mark.parametrize(
        ("change", "code"),
        [
            ({"effective_precision": "int8/f32"}, "precision_differs"),
            ({"batch": 4}, "batch_differs"),
            ({"streams": 2, "requests": 2}, "load_differs"),
            ({"hint": "latency"}, "load_differs"),
            ({"input": {"source": "synthetic"}}, "input_differs"),
            ({"input": {"source": "dataset", "inputs": [{"name": "x", "shape": [1, 3, 9, 9]}]}}, "shapes_differ"),
            ({"provenance": {"cpu": "Other"}}, "cpu_differs"),
            ({"provenance": {"openvino": "2025.1.0-1"}}, "openvino_differs"),
            ({"device": "GPU"}, "device_differs"),
            ({"verdict": "noisy", "verdict_reason": "it varied"}, "not_stable"),
        ],
    )
    def test_each_difference(self, change: dict[str, Any], code: str) -> None:
        assert codes(compare([side(FP32), side(FP32, **change)])) == [code]

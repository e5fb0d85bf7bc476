"""How texts of the command line become configurations, shapes and numbers."""

from typing import Any

import pytest
import typer

from workbench.cli import options
from workbench.cli.benchmark import configurations, hints


class TestNumbers:
    def test_a_list(self) -> None:
        assert options.numbers("1, 2,16", "--streams") == [1, 2, 16]
        assert options.numbers(None, "--streams") is None

    @pytest.mark.parametrize("text", ["", "1,", "0", "-1", "1.5", "a", "1;2", "²"])
    def test_what_is_none(self, text: str) -> None:
        with pytest.raises(typer.BadParameter):
            options.numbers(text, "--streams")


class TestRanges:
    @pytest.mark.parametrize(
        ("text", "wanted"),
        [
            ("1-4", [1, 2, 3, 4]),
            ("2..4", [2, 3, 4]),
            ("1..64x2", [1, 2, 4, 8, 16, 32, 64]),
            ("1..70x3, 5", [1, 3, 9, 27, 5]),
            ("2,1-3,2", [2, 1, 3]),
            ("7-7", [7]),
        ],
    )
    def test_of_numbers(self, text: str, wanted: list[int]) -> None:
        assert options.ranges(text, "--batch") == wanted
        assert options.ranges(None, "--batch") is None

    @pytest.mark.parametrize(
        "text", ["4-1", "0-3", "1-", "-3", "1..8x1", "1..8x0", "1-8x", "1-2-3", "1-500", "a-b", ""]
    )
    def test_what_is_none(self, text: str) -> None:
        with pytest.raises(typer.BadParameter):
            options.ranges(text, "--batch")

    def test_a_shape_has_no_ranges(self) -> None:
        with pytest.raises(typer.BadParameter):
            options.shapes(["x=1-3,3"], "--shape")


class TestRates:
    def test_a_list(self) -> None:
        assert options.rates("50, 0.5,100.25", "--arrivals") == [50.0, 0.5, 100.25]
        assert options.rates(None, "--arrivals") is None

    @pytest.mark.parametrize("text", ["", "0", "0.0", "-1", "1e3", "inf", "nan", "1-8", "5,"])
    def test_what_is_none(self, text: str) -> None:
        with pytest.raises(typer.BadParameter):
            options.rates(text, "--arrivals")


class TestShapes:
    def test_names_may_hold_signs(self) -> None:
        assert options.shapes(["x=1,3", "a=b:0=2"], "--shape") == {"x": [1, 3], "a=b:0": [2]}
        assert options.shapes(None, "--shape") is None

    def test_dimensions_of_an_import_may_be_open(self) -> None:
        assert options.inputs(["x=1..8,3,?,224"], "--input") == [{"name": "x", "shape": ["1..8", 3, "?", 224]}]

    @pytest.mark.parametrize("text", ["x", "=1,2", "x=", "x=1,,2", "x=1,a"])
    def test_what_is_none(self, text: str) -> None:
        for read in (options.shapes, options.inputs):
            with pytest.raises(typer.BadParameter):
                read([text], "--shape")

    def test_a_benchmark_needs_numbers(self) -> None:
        with pytest.raises(typer.BadParameter):
            options.shapes(["x=?,3"], "--shape")


class TestConfigurations:
    @pytest.mark.parametrize(
        ("streams", "batches", "requests", "named", "wanted"),
        [
            ([1, 2], None, None, [], [{"hint": "none", "streams": 1}, {"hint": "none", "streams": 2}]),
            (
                [1, 2],
                [1, 4],
                None,
                [],
                [
                    {"hint": "none", "streams": 1, "batch": 1},
                    {"hint": "none", "streams": 1, "batch": 4},
                    {"hint": "none", "streams": 2, "batch": 1},
                    {"hint": "none", "streams": 2, "batch": 4},
                ],
            ),
            (None, [2], [3], [], [{"hint": "none", "batch": 2, "requests": 3}]),
            (None, None, None, ["latency", "throughput"], [{"hint": "latency"}, {"hint": "throughput"}]),
            (None, [2], None, ["throughput"], [{"hint": "throughput", "batch": 2}]),
            ([4], None, None, ["latency"], [{"hint": "none", "streams": 4}, {"hint": "latency"}]),
            ([1, 1], None, None, [], [{"hint": "none", "streams": 1}]),
            (
                None,
                None,
                None,
                [],
                [{"hint": "latency"}, {"hint": "throughput"}, {"hint": "none", "streams": 1, "batch": 1}],
            ),
        ],
    )
    def test_every_combination_once(
        self,
        streams: list[int] | None,
        batches: list[int] | None,
        requests: list[int] | None,
        named: list[str],
        wanted: list[dict[str, Any]],
    ) -> None:
        assert configurations(streams, batches, requests, named, None, None) == wanted

    def test_threads_and_precision_hold_for_all(self) -> None:
        assert configurations([1], None, None, ["latency"], [3], "f32") == [
            {"hint": "none", "streams": 1, "threads": 3, "precision": "f32"},
            {"hint": "latency", "threads": 3, "precision": "f32"},
        ]

    def test_threads_and_arrivals_combine(self) -> None:
        found = configurations([1], None, None, [], [1, 2], None, "async", [5.0, 10.0])
        assert [(one["threads"], one["arrivals_per_s"]) for one in found] == [(1, 5), (1, 10), (2, 5), (2, 10)]
        assert {one["api"] for one in found} == {"async"}

    def test_the_api_alone_asks_for_a_baseline(self) -> None:
        found = configurations(None, None, None, [], None, None, "sync")
        assert [one["hint"] for one in found] == ["latency", "throughput", "none"]
        assert {one["api"] for one in found} == {"sync"}

    def test_hints(self) -> None:
        assert hints("latency, cumulative_throughput") == ["latency", "cumulative_throughput"]
        assert hints(None) == []
        with pytest.raises(typer.BadParameter):
            hints("latency,fast")


class TestDrop:
    @pytest.mark.parametrize(
        ("text", "value"), [("1%", 0.01), ("0.5 %", 0.005), ("0.02", 0.02), ("2", 2.0), (" 1% ", 0.01), ("100%", 1.0)]
    )
    def test_is_a_share_or_a_number(self, text: str, value: float) -> None:
        assert options.drop(text, "--max-drop") == pytest.approx(value, rel=1e-12)

    def test_none_stays_none(self) -> None:
        assert options.drop(None, "--max-drop") is None

    @pytest.mark.parametrize("text", ["", "%", "1%x", "-1%", "1e3", "1 0", "nan", "1,5%", "%1", "\u0661%"])
    def test_anything_else_is_wrong_usage(self, text: str) -> None:
        with pytest.raises(typer.BadParameter):
            options.drop(text, "--max-drop")

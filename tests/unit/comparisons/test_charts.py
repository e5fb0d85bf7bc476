"""Charts: things stand where the axes say, and nothing in them is markup."""

import re
from xml.etree import ElementTree

import pytest

from tests.unit.comparisons.reports import EVIL
from workbench.comparisons.charts import (
    HALF,
    Part,
    Point,
    RatioLine,
    Spot,
    grouped_bars,
    ratio_lines,
    roofline,
    stacked,
    tradeoff,
)


def parsed(svg: str) -> ElementTree.Element:
    """As XML, which is stricter than a browser."""
    return ElementTree.fromstring(svg)  # noqa: S314 - made here


def place(svg: ElementTree.Element, tick: str, axis: str) -> float:
    """Where the label of a tick stands."""
    anchor = "mid" if axis == "x" else "end"
    found = [item for item in svg.iter("text") if item.text == tick and item.get("class") == anchor]
    return float(found[0].get(axis) or "nan") - (4 if axis == "y" else 0)


class TestTradeoff:
    POINTS = (
        Point("a", 10.0, 100.0, [95.0, 105.0], [9.0, 11.0], front=True),
        Point("b" + EVIL, 20.0, 200.0, None, None, series=1, sure=False, front=True),
    )

    def test_points_stand_at_their_values(self) -> None:
        svg = parsed(tradeoff(self.POINTS))
        circles = {float(item.get("cx") or 0): float(item.get("cy") or 0) for item in svg.iter("circle")}
        assert set(circles) == {place(svg, "10", "x"), place(svg, "20", "x")}
        assert set(circles.values()) == {place(svg, "100", "y"), place(svg, "200", "y")}

    def test_intervals_front_and_doubt_are_drawn(self) -> None:
        svg = parsed(tradeoff(self.POINTS))
        assert len(list(svg.iter("polyline"))) == 1
        kinds = [item.get("class") for item in svg.iter("g")]
        assert sorted(map(str, kinds)) == ["s0", "s1 unsure"]
        bars = [item for group in svg.iter("g") for item in group.iter("line")]
        assert len(bars) == 2

    def test_names_are_text(self) -> None:
        assert any((item.text or "").startswith("b" + EVIL) for item in parsed(tradeoff(self.POINTS)).iter("title"))

    def test_labels_do_not_cover_each_other(self) -> None:
        crowd = [Point(f"configuration {number}", 10 + number / 100, 100.0) for number in range(30)]
        svg = parsed(tradeoff(crowd, HALF))
        labels = [item for item in svg.iter("text") if (item.text or "").startswith("configuration")]
        assert 1 <= len(labels) < 6
        assert len(list(svg.iter("circle"))) == 30

    def test_nothing_and_one(self) -> None:
        parsed(tradeoff([]))
        parsed(tradeoff([Point("a", 0.0, 0.0)]))


class TestRoofline:
    def test_the_roofs_meet_at_the_ridge(self) -> None:
        """10 GB/s and 100 GFLOP/s meet at 10 FLOP for each byte."""
        svg = parsed(roofline([Spot("a", 1.0, 10.0, 0.5), Spot("b", 100.0, 50.0, 0.1)], 10.0, [("f32", 100.0)]))
        lines = [item for item in svg.iter("line") if item.get("class") == "roof"]
        memory, compute = [[float(line.get(end) or 0) for end in ("x1", "y1", "x2", "y2")] for line in lines]
        assert memory[2:] == compute[:2]
        assert memory[2] == place(svg, "10", "x")
        assert compute[1] == compute[3] == place(svg, "100", "y")
        # A layer on the roof of the memory: 1 FLOP for each byte at 10 GFLOP/s.
        spot = next(item for item in svg.iter("circle") if float(item.get("cx") or 0) == place(svg, "1", "x"))
        slope = (memory[3] - memory[1]) / (memory[2] - memory[0])
        expected = memory[1] + slope * (float(spot.get("cx") or 0) - memory[0])
        assert float(spot.get("cy") or 0) == pytest.approx(expected, abs=0.1)

    def test_the_area_is_the_share(self) -> None:
        svg = parsed(roofline([Spot("a", 1.0, 5.0, 0.64), Spot("b", 9.0, 5.0, 0.16)], 10.0, [("f32", 100.0)]))
        large, small = (float(item.get("r") or 0) - 2.5 for item in svg.iter("circle"))
        assert large / small == pytest.approx(2.0, rel=0.05)


class TestBars:
    def test_stacked_fills_the_width(self) -> None:
        svg = parsed(stacked([Part("a", 0.75, 0), Part("b" + EVIL, 0.25, 1)], width=400))
        assert [(float(item.get("x") or 0), float(item.get("width") or 0)) for item in svg.iter("rect")] == [
            (0, 299), (300, 99)
        ]  # fmt: skip

    def test_grouped_on_one_scale(self) -> None:
        svg = parsed(grouped_bars(["Convolution", "x" + EVIL], [[100.0, 50.0], [25.0, None]], "µs"))
        widths = [float(item.get("width") or 0) for item in svg.iter("rect")]
        assert len(widths) == 3
        assert widths[0] / widths[1] == pytest.approx(4.0)
        assert "µs" in [item.text for item in svg.iter("text")]

    def test_ratios_with_intervals(self) -> None:
        svg = parsed(ratio_lines([RatioLine("speed", 2.0, [1.5, 2.5], 1, True), RatioLine("size", 0.5, None, 1, None)]))
        one = place(svg, "1", "x")
        places = [float(item.get("cx") or 0) for item in svg.iter("circle")]
        assert places[0] - one == pytest.approx(one - places[1], abs=0.02)
        assert re.search(r"1\.50 × to 2\.50 ×", ratio_lines([RatioLine("speed", 2.0, [1.5, 2.5], 1, True)]))

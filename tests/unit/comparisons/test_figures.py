"""Numbers in reports."""

import pytest

from workbench.comparisons import figures


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0, "0"), (7.0, "7"), (1234.5, "1,234"), (123.456, "123.5"), (12.3456, "12.35"), (1.23456, "1.235"),
        (0.123456, "0.1235"), (0.000012345, "1.2e-05"), (None, "–"), (float("nan"), "–"), (-4.5678, "-4.568"),
    ],
)  # fmt: skip
def test_figure(value: float | None, text: str) -> None:
    assert figures.figure(value) == text


@pytest.mark.parametrize(
    ("count", "text"),
    [(None, "–"), (0, "0 B"), (999, "999 B"), (1500, "1.5 kB"), (5e13, "50.0 TB")],
)
def test_size(count: float | None, text: str) -> None:
    assert figures.size(count) == text


def test_signs_and_ratios() -> None:
    assert [figures.signed(value) for value in (1.5, -1.5, 0, None)] == ["+1.500", "−1.500", "0", "–"]
    assert [figures.ratio(value) for value in (1.738, 0.0123, 1234.5, None)] == ["1.74 ×", "0.012 ×", "1,234 ×", "–"]
    assert figures.half_width(100.0, [98.0, 103.0]) == "± 3"
    assert figures.half_width(5000.0, [2765.4, 5010.0]) == "± 2,235"
    assert figures.half_width(100.0, None) == ""
    assert figures.percent(0.12345) == "12.3 %"

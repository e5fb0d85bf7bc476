"""Sizes for dynamic dimensions."""

from typing import Any

import pytest

from workbench.benchmarks.shapes import shapes_for


def port(shape: list[Any] | None, layout: str | None = None) -> dict[str, Any]:
    return {"name": "x", "shape": shape, "layout": layout}


@pytest.mark.parametrize(
    ("shape", "layout", "expected"),
    [
        (["?", 3, "?", "?"], "NCHW", [1, 3, 224, 224]),
        (["?", "?", "?", 3], "NHWC", [1, 224, 224, 3]),
        (["?", "?", "?", "?"], "NCHW", [1, 3, 224, 224]),
        (["?", "?"], None, [1, 128]),
        (["?", 300], "NC", [1, 300]),
        (["4..8", 3, "1..100", "300..400"], "NCHW", [4, 3, 100, 300]),
    ],
)
def test_usual_sizes(shape: list[Any], layout: str | None, expected: list[int]) -> None:
    assert shapes_for([port(shape, layout)], None) == {"x": expected}


def test_channels_that_the_graph_demands() -> None:
    gray = port(["?", "?", "?", "?"], "NHWC") | {"channels": 1}
    assert shapes_for([gray], None) == {"x": [1, 224, 224, 1]}


def test_static_inputs_need_nothing() -> None:
    assert shapes_for([port([1, 3, 8, 8], "NCHW")], None) is None


def test_what_the_user_names_wins() -> None:
    assert shapes_for([port(["?", 3, "?", "?"], "NCHW")], {"x": [2, 3, 64, 64]}) == {"x": [2, 3, 64, 64]}

"""What `workbench versions` shows to people."""

from typing import Any

import pytest

from workbench.cli.versions import _show


def item(name: str, **more: Any) -> dict[str, Any]:
    fields: dict[str, Any] = {
        "key": name, "name": name, "method": "int8", "effective_precision": "f32", "size_bytes": 2_000_000, "depth": 0,
        "run": {"latency_median_ms": 2.5, "throughput_fps": 400.0}, "accuracy": None, "distance": None,
        "on_front": False, "dominated_by": None, "lacks": [], "warnings": [],
    }  # fmt: skip
    return fields | more


def test_who_is_on_the_front_and_why_others_are_not(capsys: pytest.CaptureFixture[str]) -> None:
    judged = {"label": "Top-1", "value": 0.91, "unit": ""}
    items = [
        item("first", on_front=True, accuracy=judged),
        item("worse", depth=1, dominated_by="first", warnings=["It was noisy."]),
        item("bare", depth=2, run=None, effective_precision=None, lacks=["not measured", "no accuracy report"]),
        item("evil\x1b[2J", dominated_by="gone"),
    ]
    _show({"x": "latency_ms", "y": "accuracy", "items": items, "warnings": ["Not of the same samples."]})
    told, noted = capsys.readouterr()
    lines = told.splitlines()
    assert lines[1].split() == ["first", "int8", "f32", "2.0", "MB", "2.500", "ms", "400.0", "Top-1", "0.91", "–",
                                "front", "–"]  # fmt: skip
    assert lines[2].startswith("· worse ")
    assert lines[2].endswith("beaten by first (f32)")
    assert lines[3].startswith("· · bare ")
    assert lines[3].endswith("not measured; no accuracy report")
    assert lines[4].endswith("beaten by another")
    assert lines[5] == "Front of latency ms and accuracy."
    assert noted.splitlines() == ["worse (f32): It was noisy.", "Not of the same samples."]
    assert "\x1b" not in told

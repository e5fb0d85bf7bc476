"""What `workbench check` makes of its options."""

import json
from pathlib import Path
from typing import Any

import pytest
import typer

from workbench.cli import check


class TestShare:
    @pytest.mark.parametrize(
        ("text", "expected"), [("5%", 0.05), ("2.5 %", 0.025), ("0.05", 0.05), (".5%", 0.005), ("150%", 1.5)]
    )
    def test_percent_or_fraction(self, text: str, expected: float) -> None:
        assert check.share(text) == pytest.approx(expected)

    @pytest.mark.parametrize("text", ["5", "1", "-5%", "0", "0%", "five", "", "5%%", "nan", "inf%", "1e-2", "2000%"])
    def test_nothing_that_could_be_meant_otherwise(self, text: str) -> None:
        with pytest.raises(typer.BadParameter):
            check.share(text)


class TestChanged:
    def test_a_hint_displaces_streams_and_they_it(self) -> None:
        streams = {"hint": "none", "streams": 2, "batch": 4, "threads": None}
        assert check.changed(streams, {"hint": "latency"}) == {"hint": "latency", "batch": 4}
        assert check.changed({"hint": "latency", "streams": None}, {"streams": 3}) == {"hint": "none", "streams": 3}

    def test_the_rest_stays(self) -> None:
        before = {"hint": "throughput", "batch": 2, "precision": "f32"}
        assert check.changed(before, {"batch": 8}) == {"hint": "throughput", "batch": 8, "precision": "f32"}


class TestBaselineOf:
    def test_a_file_before_an_id(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.chdir(tmp_path)
        run = {"id": "a", "throughput_fps": 5.0}
        Path("before.json").write_text(json.dumps(run))
        assert check.baseline_of("before.json")["baseline"]["throughput_fps"] == 5.0
        name = "01a2142e-0000-7000-8000-000000000000"
        assert check.baseline_of(name) == {"baseline_run": name}
        with pytest.raises(typer.BadParameter):
            check.baseline_of("after.json")


def test_what_people_read(capsys: pytest.CaptureFixture[str]) -> None:
    side: dict[str, Any] = {"throughput_fps": 950.0, "model_name": "a\x1b[31m", "run_id": "r", "label": "latency hint"}
    result = {
        "verdict": "regression",
        "reason": "It is slower.",
        "interleaved": True,
        "slowdown": 0.0612,
        "slowdown_ci95": [0.051, 0.071],
        "max_slowdown": 0.05,
        "max_p99_ms": None,
        "p99_ms": 1.5,
        "rounds": 12,
        "measured_s": 4.2,
        "baseline": side | {"throughput_fps": 1008.0},
        "current": side,
        "conditions": {"disturbed_rounds": 2, "cpu_others": 0.01},
        "warnings": ["Two\x07 things."],
        "run_id": "new",
    }
    check.show({"result": result, "project": {"name": "p"}})
    told = capsys.readouterr()
    assert told.out.startswith("regression: It is slower.\n")
    assert "+6.1 % (95 %: +5.1 % to +7.1 %), limit +5.0 %" in told.out
    assert "950.0 FPS, baseline 1,008 FPS" in told.out
    assert "2 more were disturbed" in told.out
    assert "\x1b" not in told.out
    assert "\x07" not in told.err

"""Rows are numbered as they come, and what is drawn is found by its offset."""

import json
from pathlib import Path

from tests.unit.engine.networks import np
from tests.unit.engine.reports import drawn, lines
from workbench.engine.report_files import ReportFiles


def test_rows_and_offsets(tmp_path: Path) -> None:
    made = ReportFiles(tmp_path, classes=True)
    for number in range(3):
        made.row({"sample": number * 2, "value": np.float32(0.5), "gone": float("nan")})
        made.class_row({"label": number})
        made.draw(None, {"points": [[float("inf"), number]]})
    made.finish({"classes": [{"metrics": {"ap": float("nan")}}]})
    rows = lines(tmp_path / "samples.jsonl")
    assert rows[2] == {"row": 2, "sample": 4, "value": 0.5, "gone": None}
    assert [row["row"] for row in lines(tmp_path / "classes.jsonl")] == [0, 1, 2]
    assert [drawn(tmp_path, row)["prediction"]["points"] for row in (2, 0)] == [[[None, 2]], [[None, 0]]]
    assert (tmp_path / "drawn.offsets").stat().st_size == 24
    assert json.loads((tmp_path / "tables.json").read_text()) == {"classes": [{"metrics": {"ap": None}}]}


def test_what_is_not_asked_for_is_not_written(tmp_path: Path) -> None:
    made = ReportFiles(tmp_path, drawn=False)
    made.row({})
    made.class_row({})
    made.draw(None, None)
    made.finish({})
    assert sorted(path.name for path in tmp_path.iterdir()) == ["samples.jsonl", "tables.json"]

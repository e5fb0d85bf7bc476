"""What comes out of an engine that ran a hostile file: kept when it is as agreed, else refused with a word why."""

import json
import os
import struct
from pathlib import Path
from typing import Any

import pytest

from workbench.accuracy import keeping, tables
from workbench.accuracy.keeping import Unusable

RESULT: dict[str, Any] = {
    "samples": 3,
    "metrics": {"accuracy@top1": {"value": 2 / 3, "ci95": [0.0, 1.0], "label": "Top-1 accuracy"}},
    "primary": "accuracy@top1",
    "columns": [
        {"name": "label", "label": "Label", "type": "integer"},
        {"name": "loss", "label": "Loss", "type": "number"},
        {"name": "error", "label": "Wrong", "type": "boolean"},
        {"name": "label_name", "label": "Class", "type": "text"},
    ],
    "effective_precision": "f32",
    "device": "CPU",
    "elapsed_s": 1.0,
    "samples_per_s": 3.0,
}


def row(number: int, **more: Any) -> dict[str, Any]:
    values = {"row": number, "sample": number, "name": f"{number}.png", "label": 1, "loss": 0.5, "error": False}
    return values | {"label_name": "cat"} | more


def made(folder: Path, rows: list[dict[str, Any]] | None = None) -> Path:
    """The `out` of an engine."""
    out = folder / "out"
    (out / "files" / "masks").mkdir(parents=True)
    (out / "files" / "masks" / "000000.png").write_bytes(b"mask")
    lines = [json.dumps(one) + "\n" for one in (rows if rows is not None else [row(0), row(1, label=None), row(2)])]
    (out / "samples.jsonl").write_text("".join(lines))
    drawn = [json.dumps({"annotation": None, "prediction": {"classes": []}}) + "\n" for _ in lines]
    (out / "drawn.jsonl").write_text("".join(drawn))
    places = [sum(len(one) for one in drawn[:number]) for number in range(len(drawn))]
    (out / "drawn.offsets").write_bytes(struct.pack(f"<{len(drawn)}Q", *places))
    (out / "tables.json").write_text('{"classes": [{"label": 0, "name": "a", "samples": 1, "metrics": {"f1": NaN}}]}')
    return out


def keep(folder: Path, out: Path, **more: Any) -> int:
    return keeping.keep(keeping.checked(RESULT | more), out, folder / "kept")


class TestKept:
    def test_all_of_it(self, tmp_path: Path) -> None:
        assert keep(tmp_path, made(tmp_path)) == 3
        kept = tmp_path / "kept"
        table = tables.Table(kept / "samples.parquet")
        assert table.types == {
            "row": "integer", "sample": "integer", "name": "text", "label": "integer", "loss": "number",
            "error": "boolean", "label_name": "text",
        }  # fmt: skip
        assert table.rows([], None).page(1, 1) == [row(1, label=None)]
        assert (kept / "files" / "masks-000000.png").read_bytes() == b"mask"
        assert json.loads((kept / "tables.json").read_text())["classes"][0]["metrics"] == {"f1": None}
        assert (kept / "drawn.jsonl").is_file()

    def test_more_rows_than_a_group_has(self, tmp_path: Path) -> None:
        count = keeping.ROW_GROUP * 2 + 5
        assert keep(tmp_path, made(tmp_path, [row(number, loss=number / 7) for number in range(count)])) == count
        found = tables.Table(tmp_path / "kept" / "samples.parquet").rows(["loss > 2340"], None).page(0, 500)
        assert [one["row"] for one in found] == [number for number in range(count) if number / 7 > 2340]

    def test_what_is_no_number_is_nothing(self, tmp_path: Path) -> None:
        keep(tmp_path, made(tmp_path, [row(0, loss=float("nan")), row(1, loss=float("inf")), row(2, loss=3)]))
        found = tables.Table(tmp_path / "kept" / "samples.parquet").rows([], None).page(0, 3)
        assert [one["loss"] for one in found] == [None, None, 3.0]

    def test_columns_that_every_table_has_stand_first_and_once(self, tmp_path: Path) -> None:
        columns = [{"name": "name", "label": "File", "type": "text"}, *RESULT["columns"]]
        report = keeping.checked(RESULT | {"columns": columns})
        keeping.keep(report, made(tmp_path), tmp_path / "kept")
        assert [column.name for column in report.columns[:4]] == ["row", "sample", "name", "label"]
        assert report.columns[2].label == "File"

    def test_a_table_of_classes(self, tmp_path: Path) -> None:
        out = made(tmp_path)
        one = {"row": 0, "sample": 0, "name": "0.png", "label": 2, "label_name": "cat", "ap": 0.5}
        (out / "classes.jsonl").write_text(json.dumps(one))
        keep(tmp_path, out, class_columns=[{"name": "ap", "label": "AP", "type": "number"}])
        assert tables.Table(tmp_path / "kept" / "classes.parquet").rows([], None).page(0, 5) == [one]

    def test_no_rows(self, tmp_path: Path) -> None:
        assert keep(tmp_path, made(tmp_path, [])) == 0


class TestRefused:
    @pytest.mark.parametrize(
        ("change", "said"),
        [
            ({"label": 1.5}, "is no value of the column 'label' (integer)"),
            ({"label": True}, "is no value of the column 'label' (integer)"),
            ({"label": 1 << 63}, "is no value of the column 'label' (integer)"),
            ({"loss": "much"}, "is no value of the column 'loss' (number)"),
            ({"error": 1}, "is no value of the column 'error' (boolean)"),
            ({"label_name": ["cat"]}, "is no value of the column 'label_name' (text)"),
            ({"row": 5}, "row 1 of samples.jsonl is numbered 5"),
        ],
    )
    def test_rows(self, tmp_path: Path, change: dict[str, Any], said: str) -> None:
        with pytest.raises(Unusable) as error:
            keep(tmp_path, made(tmp_path, [row(0), row(1) | change]))
        assert said in error.value.message
        assert error.value.code == "engine_result_unusable"

    @pytest.mark.parametrize("line", ["[1]", "{", "null", "[" * 100_000])
    def test_lines(self, tmp_path: Path, line: str) -> None:
        out = made(tmp_path)
        (out / "samples.jsonl").write_text(line)
        with pytest.raises(Unusable):
            keep(tmp_path, out)

    @pytest.mark.parametrize(
        "change",
        [
            {"metrics": {"a": {"value": float("nan"), "label": "A"}}},
            {"metrics": {"a": {"value": 1.0, "label": "A", "ci95": [1.0]}}},
            {"metrics": {"a": {"value": "1 %", "label": "A"}}},
            {"columns": [{"name": "../x", "label": "x", "type": "text"}]},
            {"columns": [{"name": "x", "label": "x", "type": "blob"}]},
            {"samples": -1},
            {"device": 5},
        ],
    )
    def test_results(self, change: dict[str, Any]) -> None:
        with pytest.raises(Unusable):
            keeping.checked(RESULT | change)

    def test_a_link_into_the_store(self, tmp_path: Path) -> None:
        out = made(tmp_path)
        (out / "files" / "masks" / "000001.png").symlink_to("/etc/passwd")
        with pytest.raises(Unusable):
            keep(tmp_path, out)

    def test_a_link_in_place_of_the_rows(self, tmp_path: Path) -> None:
        out = made(tmp_path)
        (out / "samples.jsonl").rename(tmp_path / "elsewhere")
        (out / "samples.jsonl").symlink_to(tmp_path / "elsewhere")
        with pytest.raises(Unusable):  # the offsets tell of rows that are not there
            keep(tmp_path, out)

    @pytest.mark.parametrize("name", ["page.html", "masks/.png", "masks/A b.png", "masks/deep/1.png"])
    def test_names_of_files(self, tmp_path: Path, name: str) -> None:
        out = made(tmp_path)
        path = out / "files" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"x")
        with pytest.raises(Unusable):
            keep(tmp_path, out)

    @pytest.mark.parametrize("data", [b"", struct.pack("<3Q", 0, 1, 1 << 40), struct.pack("<4Q", 0, 1, 2, 3)])
    def test_offsets(self, tmp_path: Path, data: bytes) -> None:
        out = made(tmp_path)
        (out / "drawn.offsets").write_bytes(data)
        with pytest.raises(Unusable):
            keep(tmp_path, out)

    def test_a_pipe(self, tmp_path: Path) -> None:
        out = made(tmp_path)
        os.mkfifo(out / "files" / "masks" / "000002.png")
        with pytest.raises(Unusable):
            keep(tmp_path, out)


class TestWhatNoDatabaseTakes:
    @pytest.mark.parametrize(
        "more", [{"elapsed_s": float("nan")}, {"samples_per_s": float("inf")}, {"model_classes": ["a"] * 100_001}]
    )
    def test_is_refused(self, more: dict[str, Any]) -> None:
        with pytest.raises(Unusable):
            keeping.checked(RESULT | more)

    def test_is_replaced_where_nothing_is_lost(self) -> None:
        report = keeping.checked(RESULT | {"device": "a\0\ud800", "limits": {"x": float("nan")}, "notes": ["n" * 9999]})
        assert (report.device, report.limits) == ("a\ufffd?", {"x": None})
        assert len(report.notes[0]) == keeping.TEXT_CHARACTERS

    def test_outlines_of_a_prediction_keep_their_length(self) -> None:
        assert keeping.storable({"counts": "x" * 9999}, most=None) == {"counts": "x" * 9999}

    @pytest.mark.parametrize("value", [10**400, 2**63])
    def test_whole_numbers_without_measure(self, tmp_path: Path, value: int) -> None:
        with pytest.raises(Unusable):
            keep(tmp_path, made(tmp_path, [row(0, loss=value if value > 2**100 else 0.5, label=value)]))

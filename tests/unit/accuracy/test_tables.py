"""Tables of reports: pages, order, rows without a value, and how few stay open."""

import json
from pathlib import Path
from typing import Any

import pytest

from workbench.accuracy import keeping, tables
from workbench.accuracy.schemas import Column

COLUMNS = keeping.with_first(
    [Column(name="loss", label="Loss", type="number"), Column(name="group", label="Group", type="text")], keeping.FIRST
)
LOSSES = [3.0, None, 1.0, 2.0, None, 1.0, 0.0]


def written(folder: Path, losses: list[float | None] = LOSSES) -> Path:
    lines = [
        json.dumps({"row": row, "sample": row * 2, "name": f"{row}.png", "loss": loss, "group": "ab"[row % 2]})
        for row, loss in enumerate(losses)
    ]
    folder.mkdir(exist_ok=True)
    (folder / "samples.jsonl").write_text("".join(line + "\n" for line in lines))
    assert keeping.write_table(folder / "samples.jsonl", COLUMNS, folder / tables.SAMPLES) == len(losses)
    return folder / tables.SAMPLES


def numbers(rows: list[dict[str, Any]]) -> list[int]:
    return [row["row"] for row in rows]


class TestRows:
    def test_all_in_their_order(self, tmp_path: Path) -> None:
        rows = tables.Table(written(tmp_path)).rows([], None)
        assert (len(rows), numbers(rows.page(2, 3)), numbers(rows.page(6, 3)), rows.page(9, 3)) == (
            7,
            [2, 3, 4],
            [6],
            [],
        )
        assert rows.page(0, 1) == [{"row": 0, "sample": 0, "name": "0.png", "loss": 3.0, "group": "a"}]

    @pytest.mark.parametrize(
        ("sort", "order"),
        [
            ("loss", [6, 2, 5, 3, 0, 1, 4]),
            ("-loss", [0, 3, 2, 5, 6, 1, 4]),
            ("group", [0, 2, 4, 6, 1, 3, 5]),
            ("-row", [6, 5, 4, 3, 2, 1, 0]),
        ],
    )
    def test_sorted_with_ties_in_order_and_nothing_last(self, tmp_path: Path, sort: str, order: list[int]) -> None:
        assert numbers(tables.Table(written(tmp_path)).rows([], sort).page(0, 10)) == order

    def test_filtered_and_sorted(self, tmp_path: Path) -> None:
        rows = tables.Table(written(tmp_path)).rows(["group = a", "loss != null"], "-loss")
        assert (len(rows), numbers(rows.page(0, 2)), numbers(rows.page(2, 2))) == (3, [0, 2], [6])

    def test_nothing_is_left(self, tmp_path: Path) -> None:
        rows = tables.Table(written(tmp_path)).rows(["loss > 9"], "loss")
        assert (len(rows), rows.page(0, 5), list(rows.batches())) == (0, [], [])

    def test_an_empty_report(self, tmp_path: Path) -> None:
        rows = tables.Table(written(tmp_path, [])).rows(["loss > 9"], "-loss")
        assert (len(rows), rows.page(0, 5)) == (0, [])

    def test_an_unknown_sort(self, tmp_path: Path) -> None:
        with pytest.raises(tables.BadRowSort, match="no column 'size' to sort by"):
            tables.Table(written(tmp_path)).rows([], "-size")


def test_few_stay_open(tmp_path: Path) -> None:
    paths = [written(tmp_path / str(number)) for number in range(tables.KEPT_TABLES + 2)]
    first = tables.table(paths[0])
    assert tables.table(paths[0]) is first
    for path in paths[1:]:
        tables.table(path)
    assert tables.table(paths[0]) is not first
    tables.forget(tmp_path / "0")
    again = tables.table(paths[0])
    assert again is not first
    tables.forget(tmp_path)

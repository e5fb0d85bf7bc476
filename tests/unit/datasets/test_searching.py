"""Samples by name, whatever the names and the rest of the line look like."""

import json
from pathlib import Path

import pytest

from workbench.datasets.internal_form import DatasetReader
from workbench.datasets.searching import named

NAMES = ["a/Cat.png", 'quote".png', "back\\slash.png", 'both\\".png', "straße.png", "dog.png", "\u732b.png"]


@pytest.fixture(params=[(",", ":"), (", ", ": ")], ids=["compact", "with blanks"])
def reader(tmp_path: Path, request: pytest.FixtureRequest) -> DatasetReader:
    lines = [
        {"id": n, "file": f"images/{n:06d}.png", "source": name, "boxes": [{"label": 0, "comment": 'cat "source":'}]}
        for n, name in enumerate(NAMES)
    ]
    lines.append({"id": len(NAMES), "file": "images/000007.png"})
    # As the writer does it, and as another JSON writer may do it.
    text = "".join(
        json.dumps(line, separators=request.param, ensure_ascii=n % 2 == 0) + "\n" for n, line in enumerate(lines)
    )
    (tmp_path / "index.jsonl").write_text(text)
    return DatasetReader(tmp_path)


class TestNamed:
    @pytest.mark.parametrize(
        ("part", "found"),
        [
            ("cat", [0]),
            ("CAT", [0]),
            (".png", [0, 1, 2, 3, 4, 5, 6, 7]),
            ('"', [1, 3]),
            ("\\", [2, 3]),
            ("STRASSE", [4]),
            ("\u732b", [6]),
            ("000007", [7]),
            ("source", []),
        ],
    )
    def test_all(self, reader: DatasetReader, part: str, found: list[int]) -> None:
        assert named(reader, range(8), part) == found

    def test_only_among_those_asked_for(self, reader: DatasetReader) -> None:
        assert named(reader, [0, 5, 7], ".png") == [0, 5, 7]
        assert named(reader, [1, 2], "cat") == []

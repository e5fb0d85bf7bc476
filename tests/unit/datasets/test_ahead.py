"""Pictures that were examined while unpacking are the same as those that are examined later."""

import json
from pathlib import Path

import pytest

from tests.unit.datasets.material import Content, Imported, picture
from workbench.datasets import importing
from workbench.datasets.ahead import Ahead, Examined
from workbench.datasets.thumbnails import BadPicture, examine


class TestAhead:
    def test_found_by_inode_wherever_the_file_is_then(self, tmp_path: Path) -> None:
        good, bad, other = tmp_path / "a.JPG", tmp_path / "b.jpeg", tmp_path / "c.png"
        good.write_bytes(picture(400, 300, ".jpg"))
        bad.write_bytes(picture(400, 300, ".jpg")[:2000])
        other.write_bytes(picture())
        (tmp_path / "staged").mkdir()
        with Ahead(tmp_path / "staged", 2) as ahead:
            for path in (good, bad, other):
                ahead.take(path)
        moved = good.rename(tmp_path / "moved")
        known = ahead.found[moved.stat().st_ino]
        assert isinstance(known, Examined)
        assert (known.picture.width, known.picture.height) == (400, 300)
        assert known.thumbnail.read_bytes() == examine(moved.read_bytes()).thumbnail
        assert isinstance(ahead.found[bad.stat().st_ino], BadPicture)
        assert other.stat().st_ino not in ahead.found

    def test_a_file_that_is_gone_is_left_for_later(self, tmp_path: Path) -> None:
        with Ahead(tmp_path, 1) as ahead:
            for number in range(200):
                ahead.take(tmp_path / f"{number}.jpg")
        assert not ahead.found


class TestImport:
    @pytest.fixture
    def content(self) -> Content:
        files: Content = {f"top/c{n % 3}/{n:03}.jpg": picture(330 + n, 250, ".jpg", n) for n in range(100)}
        files["top/c0/bad.jpg"] = picture(330, 250, ".jpg")[:3000]
        files["top/c1/drawn.png"] = picture(50, 40)
        return files

    def test_the_same_dataset_as_without(
        self, tmp_path: Path, content: Content, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        with_it = Imported(tmp_path / "with", content)

        class Never(Ahead):
            def take(self, path: Path) -> None:
                pass

        monkeypatch.setattr(importing, "Ahead", Never)
        without = Imported(tmp_path / "without", content)
        files = {path.relative_to(with_it.folder) for path in with_it.folder.rglob("*") if path.is_file()}
        assert files == {path.relative_to(without.folder) for path in without.folder.rglob("*") if path.is_file()}
        for name in files:
            assert (with_it.folder / name).read_bytes() == (without.folder / name).read_bytes(), name
        assert with_it.facts["count"] == 101
        assert [warning["file"] for warning in with_it.facts["warnings"]] == ["c0/bad.jpg"]
        json.dumps(with_it.facts)

    def test_a_subset_examines_only_what_it_takes(
        self, tmp_path: Path, content: Content, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(importing, "Ahead", None)
        assert Imported(tmp_path / "a", content, subset={"count": 5, "seed": 0}).facts["count"] == 5

    def test_a_refused_archive_leaves_nothing(self, tmp_path: Path, content: Content) -> None:
        content["../outside.jpg"] = b""
        with pytest.raises(Exception, match="outside"):
            Imported(tmp_path / "a", content)
        assert [path.name for path in (tmp_path / "a").iterdir()] == ["inputs"]

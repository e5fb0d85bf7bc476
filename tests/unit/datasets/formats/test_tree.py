"""The files below a folder: which count, what a name in an annotation means."""

from pathlib import Path, PurePosixPath

import pytest

from tests.unit.datasets.material import Content, tree_of, write_files
from workbench.datasets.formats.tree import FileTree, scan, stem, suffix
from workbench.datasets.problems import Problems, Refused
from workbench.storage.archive_rules import Limits


class TestScan:
    @pytest.mark.parametrize(
        "content, root, files",
        [
            ({"a/b/x.txt": "", "a/y.txt": ""}, "a", ("b/x.txt", "y.txt")),
            ({"a/b/c/x.txt": "", "a/b/d/y.txt": ""}, "a/b", ("c/x.txt", "d/y.txt")),
            ({"cat/x.png": ""}, "", ("cat/x.png",)),
            ({"x.txt": "", "a/y.txt": ""}, "", ("a/y.txt", "x.txt")),
            ({"a/x.txt": "", ".git/y": "", "__MACOSX/z": "", "a/Thumbs.db": ""}, "a", ("x.txt",)),
            ({}, "", ()),
        ],
    )
    def test_folders_that_hold_everything(
        self, tmp_path: Path, content: Content, root: str, files: tuple[str, ...]
    ) -> None:
        tree = tree_of(tmp_path, content)
        assert (tree.root, tree.files) == (tmp_path / root, files)

    def test_links_are_left_out(self, tmp_path: Path) -> None:
        outside = write_files(tmp_path / "outside", {"secret.png": b"x"})
        folder = write_files(tmp_path / "data", {"a.png": b"x"})
        (folder / "b.png").symlink_to(outside / "secret.png")
        (folder / "more").symlink_to(outside, target_is_directory=True)
        problems = Problems()
        assert scan(folder, Limits(), problems).files == ("a.png",)
        assert [(problem.file, "link" in problem.problem) for problem in problems.warnings] == [
            ("b.png", True),
            ("more", True),
        ]

    def test_names_with_control_characters_are_left_out(self, tmp_path: Path) -> None:
        problems = Problems()
        write_files(tmp_path, {"a\n.png": b"x", "b\u202e.png": b"x", "\u5199\u3000\u771f.png": b"x"})
        assert scan(tmp_path, Limits(), problems).files == ("\u5199\u3000\u771f.png",)
        assert problems.warning_count == 2

    def test_too_many(self, tmp_path: Path) -> None:
        write_files(tmp_path, {f"{number}.png": b"" for number in range(4)})
        with pytest.raises(Refused) as refused:
            scan(tmp_path, Limits(members=3), Problems())
        assert refused.value.code == "dataset_too_many_files"

    def test_too_deep(self, tmp_path: Path) -> None:
        write_files(tmp_path, {"a/b/c/d.png": b""})
        with pytest.raises(Refused) as refused:
            scan(tmp_path, Limits(depth=3), Problems())
        assert refused.value.code == "dataset_too_deep"


class TestFindImage:
    TREE = FileTree(Path("/"), ("a/1.png", "a/2.png", "b/1.png", "b/3.txt"))

    @pytest.mark.parametrize(
        "name, folders, expected",
        [
            ("1.png", ("a",), "a/1.png"),
            ("1.png", ("b", "a"), "b/1.png"),
            ("a/1.png", ("",), "a/1.png"),
            ("1.png", (), None),
            ("2.png", (), "a/2.png"),
            ("elsewhere/2.png", (), "a/2.png"),
            ("3.txt", ("b",), None),
            ("../a/1.png", ("b",), None),
        ],
    )
    def test_meaning(self, name: str, folders: tuple[str, ...], expected: str | None) -> None:
        assert self.TREE.find_image(name, *folders) == expected


class TestReadText:
    def test_not_text(self, tmp_path: Path) -> None:
        tree = tree_of(tmp_path, {"x.txt": b"ab\xff"})
        with pytest.raises(Refused) as refused:
            tree.read_text("x.txt")
        assert refused.value.code == "annotation_not_text"
        assert "byte 2" in refused.value.message

    def test_too_large(self, tmp_path: Path) -> None:
        with (tmp_path / "x.txt").open("wb") as file:
            file.truncate(2**28 + 1)
        with pytest.raises(Refused) as refused:
            FileTree(tmp_path, ("x.txt",)).read_text("x.txt")
        assert refused.value.code == "annotation_too_large"


class TestNames:
    @pytest.mark.parametrize(
        "name", ["a/b.JPG", "b.tar.gz", ".hidden", "a/.x.png", "a.", "a..", "..", "a b/c.d e", "a.b/c"]
    )
    def test_as_the_standard_library_parts_them(self, name: str) -> None:
        assert (stem(name), suffix(name)) == (PurePosixPath(name).stem, PurePosixPath(name).suffix.lower())

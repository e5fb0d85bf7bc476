"""What the directory of a zip archive is examined for."""

import io
import zipfile
from pathlib import Path

import pytest

from tests.unit.storage.archives import Entry, raw_zip
from workbench.storage.archive_rules import ArchiveError, Limits
from workbench.storage.archive_zip import opened


def names(path: Path, data: bytes, limits: Limits | None = None) -> list[str]:
    (path / "upload").write_bytes(data)
    with opened(path / "upload", limits or Limits()) as content:
        return [member.name for member in content.members()]


class TestNames:
    def test_utf8_without_its_flag(self, tmp_path: Path) -> None:
        assert names(tmp_path, raw_zip([Entry("größe.png".encode(), flags=0)])) == ["größe.png"]

    def test_the_old_code_page(self, tmp_path: Path) -> None:
        assert names(tmp_path, raw_zip([Entry(b"gr\x94\xe1e.png", flags=0)])) == ["größe.png"]

    def test_a_folder_by_its_mode(self, tmp_path: Path) -> None:
        (tmp_path / "upload").write_bytes(raw_zip([Entry(b"folder", b"", mode=0o040755)]))
        with opened(tmp_path / "upload", Limits()) as content:
            assert [member.is_folder for member in content.members()] == [True]


class TestSizes:
    def test_zip64(self, tmp_path: Path) -> None:
        """More members than 16 bits can count."""
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w") as archive:
            for number in range(65_600):
                archive.writestr(zipfile.ZipInfo(f"{number}"), b"")
        assert len(names(tmp_path, buffer.getvalue())) == 65_600
        with pytest.raises(ArchiveError) as refused:
            names(tmp_path, buffer.getvalue(), Limits(members=65_599))
        assert refused.value.code == "archive_too_many_members"

    def test_a_comment_behind_the_directory(self, tmp_path: Path) -> None:
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w") as archive:
            archive.writestr("a", b"x")
            archive.comment = b"PK comment " * 100
        assert names(tmp_path, buffer.getvalue()) == ["a"]

    def test_the_sum_of_what_members_declare(self, tmp_path: Path) -> None:
        data = raw_zip([Entry(b"a", b"x", size=60), Entry(b"b", b"x", size=41)])
        with pytest.raises(ArchiveError) as refused:
            names(tmp_path, data, Limits(bytes=100))
        assert refused.value.code == "archive_too_large"

import errno
import os
import stat
from pathlib import Path

import pytest

from workbench.errors import DiskFull, NotFound
from workbench.uploads import files
from workbench.uploads.files import Appender, UploadLocked


@pytest.fixture
def path(tmp_path: Path) -> Path:
    place = tmp_path / "upload"
    files.create(place)
    return place


class TestCreate:
    def test_empty_and_for_its_owner_alone(self, path: Path) -> None:
        assert files.size(path) == 0
        assert stat.S_IMODE(path.stat().st_mode) == 0o600

    def test_never_over_another_file(self, path: Path) -> None:
        with pytest.raises(FileExistsError):
            files.create(path)


class TestAppender:
    def test_appends_where_the_file_ends(self, path: Path) -> None:
        for part in (b"ab", b"", b"cde"):
            appender = Appender(path)
            appender.write(part)
            appender.close()
        assert path.read_bytes() == b"abcde"
        assert files.size(path) == 5

    def test_only_one_at_a_time(self, path: Path) -> None:
        first = Appender(path)
        with pytest.raises(UploadLocked):
            Appender(path)
        first.close()
        Appender(path).close()

    def test_rewinds_to_where_it_began(self, path: Path) -> None:
        path.write_bytes(b"kept")
        appender = Appender(path)
        appender.write(b"refused")
        appender.rewind()
        assert (appender.start, appender.offset) == (4, 4)
        appender.write(b"!")
        appender.close()
        assert path.read_bytes() == b"kept!"

    def test_a_missing_file(self, tmp_path: Path) -> None:
        with pytest.raises(NotFound):
            Appender(tmp_path / "none")

    def test_a_link_is_not_followed(self, tmp_path: Path) -> None:
        target = tmp_path / "target"
        target.write_bytes(b"secret")
        link = tmp_path / "link"
        link.symlink_to(target)
        with pytest.raises(OSError, match="symbolic links") as caught:
            Appender(link)
        assert caught.value.errno == errno.ELOOP
        assert target.read_bytes() == b"secret"

    def test_closing_twice_is_fine(self, path: Path) -> None:
        appender = Appender(path)
        appender.close()
        appender.close()

    def test_on_a_full_disk_what_fitted_counts(self, path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        room = 3
        real = os.write

        def write(descriptor: int, data: bytes) -> int:
            nonlocal room
            if room == 0:
                raise OSError(errno.ENOSPC, "No space left on device")
            count = real(descriptor, bytes(data)[:room])
            room -= count
            return count

        appender = Appender(path)
        monkeypatch.setattr(os, "write", write)
        with pytest.raises(DiskFull) as caught:
            appender.write(b"abcdef")
        appender.close()
        assert caught.value.status == 507
        assert appender.offset == files.size(path) == 3
        assert path.read_bytes() == b"abc"


class TestUnused:
    def test_tells_whether_somebody_appends(self, path: Path) -> None:
        with files.unused(path) as free:
            assert free
            with pytest.raises(UploadLocked):
                Appender(path)
        appender = Appender(path)
        with files.unused(path) as free:
            assert not free
        appender.close()

    def test_a_missing_file_is_unused(self, tmp_path: Path) -> None:
        with files.unused(tmp_path / "none") as free:
            assert free

"""The extractor as its callers use it: what comes out, its limits, and hostile names and bytes without end."""

import bz2
import errno
import gzip
import io
import lzma
import os
import shutil
import struct
import tarfile
import time
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.unit.storage.archives import Entry, Files, files_of, raw_zip, tar_of, zip_of
from workbench.storage.archive import ArchiveError, Limits, archive_kind, extract, is_archive

CONTENT: Files = {
    "a.txt": b"first",
    "pictures/one.png": bytes(range(256)) * 3000,
    "pictures/deep/er/zwölf \N{CAT FACE}.jpg": b"",
    "long/" + "n" * 120 + "/" + "m" * 200 + ".bin": os.urandom(1000),
}


def unpack(tmp_path: Path, data: bytes, limits: Limits | None = None) -> Files:
    (tmp_path / "upload").write_bytes(data)
    extract(tmp_path / "upload", tmp_path / "out", limits)
    return files_of(tmp_path / "out")


KINDS: dict[str, tuple[str, Callable[[Files], bytes]]] = {
    "zip, deflated": ("zip", zip_of),
    "zip, stored": ("zip", lambda files: zip_of(files, zipfile.ZIP_STORED)),
    "zip, bzip2": ("zip", lambda files: zip_of(files, zipfile.ZIP_BZIP2)),
    "tar, pax": ("tar", tar_of),
    "tar, gnu": ("tar", lambda files: tar_of(files, tarfile.GNU_FORMAT)),
    "tar.gz": ("tar.gz", lambda files: gzip.compress(tar_of(files))),
    "tar.gz in two parts": ("tar.gz", lambda files: b"".join(map(gzip.compress, halves(tar_of(files))))),
    "tar.bz2": ("tar.bz2", lambda files: bz2.compress(tar_of(files))),
    "tar.xz": ("tar.xz", lambda files: lzma.compress(tar_of(files))),
    "tar.xz in two parts": ("tar.xz", lambda files: b"".join(map(lzma.compress, halves(tar_of(files))))),
}


def halves(data: bytes) -> list[bytes]:
    return [data[: len(data) // 2], data[len(data) // 2 :]]


class TestExtract:
    @pytest.mark.parametrize("name", KINDS)
    def test_everything_comes_out(self, tmp_path: Path, name: str) -> None:
        kind, make = KINDS[name]
        (tmp_path / "upload").write_bytes(make(CONTENT))
        done = extract(tmp_path / "upload", tmp_path / "out")
        assert files_of(tmp_path / "out") == CONTENT
        assert done.kind == kind
        assert done.files == len(CONTENT)
        assert done.bytes == sum(len(data) for data in CONTENT.values())

    def test_content_counts_and_not_the_name(self, tmp_path: Path) -> None:
        upload = tmp_path / "pictures.zip"
        upload.write_bytes(gzip.compress(tar_of({"a/x": b"1", "b/y": b"2"})))
        extract(upload, tmp_path / "out")
        assert files_of(tmp_path / "out") == {"a/x": b"1", "b/y": b"2"}

    def test_a_single_root_folder_is_left_out_once(self, tmp_path: Path) -> None:
        assert unpack(tmp_path, zip_of({"root/inner/x": b"1", "root/inner/y": b"2"})) == {
            "inner/x": b"1",
            "inner/y": b"2",
        }
        assert sorted(path.name for path in tmp_path.iterdir()) == ["out", "upload"]

    def test_two_root_folders_stay(self, tmp_path: Path) -> None:
        assert unpack(tmp_path, tar_of({"a/x": b"1", "b/y": b"2"})) == {"a/x": b"1", "b/y": b"2"}

    def test_hidden_files_and_litter_are_dropped(self, tmp_path: Path) -> None:
        content = {
            "data/x.png": b"1",
            "data/.DS_Store": b"2",
            ".git/config": b"3",
            "__MACOSX/data/._x.png": b"4",
            "data/Thumbs.db": b"5",
            "data/desktop.ini": b"6",
        }
        (tmp_path / "upload").write_bytes(zip_of(content))
        assert extract(tmp_path / "upload", tmp_path / "out").dropped == 5
        assert files_of(tmp_path / "out") == {"x.png": b"1"}

    def test_dots_and_doubled_slashes_are_plain_paths(self, tmp_path: Path) -> None:
        assert unpack(tmp_path, tar_of({"./a//x": b"1", "./b/./y": b"2"})) == {"a/x": b"1", "b/y": b"2"}

    def test_archives_inside_stay_archives(self, tmp_path: Path) -> None:
        inner = zip_of({"y": b"1"})
        assert unpack(tmp_path, zip_of({"inner.zip": inner, "x": b"2"})) == {"inner.zip": inner, "x": b"2"}

    def test_files_are_never_executable(self, tmp_path: Path) -> None:
        unpack(tmp_path, raw_zip([Entry(b"run.sh", mode=0o104755), Entry(b"other")]))
        assert (tmp_path / "out" / "run.sh").stat().st_mode & 0o7111 == 0

    @pytest.mark.parametrize("make", [zip_of, tar_of, lambda files: gzip.compress(tar_of(files))])
    def test_progress_rises_to_the_end(self, tmp_path: Path, make: Callable[[Files], bytes]) -> None:
        (tmp_path / "upload").write_bytes(make(CONTENT))
        heard: list[tuple[int, int]] = []
        extract(tmp_path / "upload", tmp_path / "out", progress=lambda done, total: heard.append((done, total)))
        assert [done for done, _ in heard] == sorted(done for done, _ in heard)
        assert all(done <= total for done, total in heard)
        assert heard[-1][0] >= 0.9 * heard[-1][1]


class TestKinds:
    @pytest.mark.parametrize("name", KINDS)
    def test_known_by_content(self, tmp_path: Path, name: str) -> None:
        kind, make = KINDS[name]
        (tmp_path / "upload").write_bytes(make(CONTENT))
        assert archive_kind(tmp_path / "upload") == kind

    @pytest.mark.parametrize(
        "data", [b"", b"PK", b"\x89PNG\r\n\x1a\n" + bytes(600), gzip.compress(b"text"), b"x" * 2000]
    )
    def test_other_files_are_none(self, tmp_path: Path, data: bytes) -> None:
        (tmp_path / "file").write_bytes(data)
        assert not is_archive(tmp_path / "file")


class TestLimits:
    def test_members(self, tmp_path: Path) -> None:
        files = {f"{number}.png": b"" for number in range(6)}
        for data in (zip_of(files), tar_of(files)):
            with pytest.raises(ArchiveError) as refused:
                unpack(tmp_path, data, Limits(members=5))
            assert refused.value.code == "archive_too_many_members"
            assert not (tmp_path / "out").exists()
        assert len(unpack(tmp_path, zip_of(files), Limits(members=6))) == 6

    @pytest.mark.parametrize("name", KINDS)
    def test_bytes(self, tmp_path: Path, name: str) -> None:
        data = KINDS[name][1]({"a.png": os.urandom(6000), "b.png": os.urandom(4001)})
        with pytest.raises(ArchiveError) as refused:
            unpack(tmp_path, data, Limits(bytes=10_000))
        assert refused.value.code == "archive_too_large"
        assert len(unpack(tmp_path, data, Limits(bytes=10_001))) == 2

    def test_headers_alone_are_a_bomb_too(self, tmp_path: Path) -> None:
        comments = tar_of({"a.png": b""}, tarfile.PAX_FORMAT)
        buffer = io.BytesIO()
        with tarfile.open(fileobj=buffer, mode="w", pax_headers={"comment": "x" * 30_000}):
            pass
        global_header = buffer.getvalue()[:31_232]
        data = gzip.compress(global_header * 4000 + comments)
        started = time.process_time()
        with pytest.raises(ArchiveError) as refused:
            unpack(tmp_path, data)
        assert refused.value.code == "archive_bomb"
        assert time.process_time() - started < 1.0

    def test_check_stops_it(self, tmp_path: Path) -> None:
        class Stopped(Exception):
            pass

        calls = 0

        def check() -> None:
            nonlocal calls
            calls += 1
            if calls == 3:
                raise Stopped

        (tmp_path / "upload").write_bytes(zip_of(CONTENT))
        with pytest.raises(Stopped):
            extract(tmp_path / "upload", tmp_path / "out", None, check)
        assert not (tmp_path / "out").exists()

    def test_a_disk_without_room_is_noticed_first(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        usage = shutil.disk_usage(tmp_path)
        monkeypatch.setattr(shutil, "disk_usage", lambda _: usage._replace(free=100))
        with pytest.raises(OSError) as full:
            unpack(tmp_path, zip_of({"a.png": bytes(101)}))
        assert full.value.errno == errno.ENOSPC
        assert not (tmp_path / "out").exists()

    def test_a_disk_that_fills_up_leaves_nothing(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        opened = io.FileIO

        class Full(io.FileIO):
            def write(self, _: object, /) -> int:
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

        def fake_open(path: Path, mode: str = "r", *rest: object, **options: object) -> object:
            return (Full if "x" in mode else opened)(str(path), mode.replace("b", ""))

        (tmp_path / "upload").write_bytes(tar_of({"a.png": b"x"}))
        monkeypatch.setattr(Path, "open", fake_open)
        with pytest.raises(OSError) as full:
            extract(tmp_path / "upload", tmp_path / "out")
        assert full.value.errno == errno.ENOSPC
        assert not (tmp_path / "out").exists()

    def test_a_folder_that_is_there_already_is_not_touched(self, tmp_path: Path) -> None:
        (tmp_path / "out").mkdir()
        (tmp_path / "out" / "mine").write_bytes(b"x")
        with pytest.raises(FileExistsError):
            unpack(tmp_path, zip_of(CONTENT))
        assert files_of(tmp_path / "out") == {"mine": b"x"}


PIECES = [
    "..",
    ".",
    "",
    "a",
    "A",
    "b",
    "C:",
    "~",
    "..%2f",
    "%2e%2e",
    "\\",
    "..\\",
    "\0",
    "\n",
    "é",
    "e\u0301",
    "\u202e",
]
NAMES = st.lists(st.sampled_from([*PIECES, "x" * 300, " ", "con", ".git"]), min_size=1, max_size=6).map("/".join)
FAST = settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def attempt(tmp_path: Path, data: bytes) -> Files | None:
    """What comes out, None when it is refused; in both cases nothing outside of its folder has changed."""
    place = tmp_path / "place"
    shutil.rmtree(place, ignore_errors=True)
    place.mkdir()
    (place / "upload").write_bytes(data)
    refusal = None
    try:
        extract(place / "upload", place / "out", Limits(bytes=10**7))
    except ArchiveError as error:
        refusal = error
    if refusal is not None:
        assert refusal.code.startswith("archive_")
        assert refusal.message.isprintable()
        assert {path.name for path in place.iterdir()} == {"upload"}
        return None
    assert {path.name for path in place.iterdir()} == {"upload", "out"}
    assert {path.name for path in tmp_path.iterdir()} == {"place"}
    assert not any(path.is_symlink() for path in (place / "out").rglob("*"))
    return files_of(place / "out")


class TestHostileNames:
    @FAST
    @given(st.lists(NAMES, min_size=1, max_size=4))
    def test_zip(self, tmp_path: Path, names: list[str]) -> None:
        found = attempt(tmp_path, raw_zip([Entry(name.encode()) for name in names]))
        assert found is None or set(found.values()) == {b"content"}
        if any(".." in name.split("/") or "\\" in name or "\0" in name for name in names):
            assert found is None

    @FAST
    @given(st.lists(NAMES, min_size=1, max_size=4))
    def test_tar(self, tmp_path: Path, names: list[str]) -> None:
        found = attempt(tmp_path, tar_of({name: b"content" for name in names if "\0" not in name and name}))
        if any(".." in name.split("/") for name in names if "\0" not in name):
            assert found is None

    @FAST
    @given(st.dictionaries(st.lists(st.sampled_from("abcdef"), min_size=1, max_size=4).map("/".join), st.binary()))
    def test_both_agree_on_plain_names(self, tmp_path: Path, files: Files) -> None:
        assert attempt(tmp_path, zip_of(files)) == attempt(tmp_path, tar_of(files))


class TestDamage:
    """Whatever is done to the bytes, the answer is a refusal with a code or plain files in the folder."""

    BASES = (
        zip_of({"a/x.png": b"x" * 3000, "b/y.png": os.urandom(100)}),
        tar_of({"a/x.png": b"x" * 3000, "b/" + "y" * 150: os.urandom(100)}),
        tar_of({"a/x.png": b"x" * 3000, "b/" + "y" * 150: os.urandom(100)}, tarfile.GNU_FORMAT),
        gzip.compress(tar_of({"a/x.png": b"x" * 3000})),
        lzma.compress(tar_of({"a/x.png": b"x" * 3000})),
    )

    @FAST
    @given(
        st.sampled_from(range(len(BASES))),
        st.lists(st.tuples(st.floats(0, 0.999), st.binary(min_size=1, max_size=8)), min_size=1, max_size=4),
        st.floats(0, 1),
    )
    def test_overwritten_and_cut(
        self, tmp_path: Path, base: int, changes: list[tuple[float, bytes]], keep: float
    ) -> None:
        data = bytearray(self.BASES[base])
        for where, patch in changes:
            at = int(where * len(data))
            data[at : at + len(patch)] = patch
        attempt(tmp_path, bytes(data[: int(len(data) * max(keep, 0.5))]))

    @FAST
    @given(st.binary(max_size=2000))
    def test_noise_behind_every_magic(self, tmp_path: Path, noise: bytes) -> None:
        for magic in (b"PK\3\4", b"PK\5\6" + bytes(18), b"\x1f\x8b\x08", b"BZh9", b"\xfd7zXZ\0"):
            attempt(tmp_path, magic + noise)

    def test_a_directory_that_claims_millions(self, tmp_path: Path) -> None:
        end = struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, 1, 1, 2**31, 0, 0)
        (tmp_path / "upload").write_bytes(b"PK\3\4" + bytes(100) + end)
        with pytest.raises(ArchiveError) as refused:
            extract(tmp_path / "upload", tmp_path / "out", Limits(members=5000))
        assert refused.value.code == "archive_too_many_members"

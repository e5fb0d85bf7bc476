"""A corpus of hostile and broken archives: each with its code, the place it names, and nothing left behind."""

import bz2
import gzip
import io
import lzma
import os
import tarfile
import time
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.unit.storage.archives import Entry, raw_zip, tar_member, tar_of, zip_of
from workbench.storage.archive import ArchiveError, extract

CONTENT = {"a.txt": b"first", "deep/er/b.bin": os.urandom(200_000)}


def gnu_sparse() -> bytes:
    header = bytearray(tar_of({"sparse.bin": b"x" * 10}, tarfile.GNU_FORMAT))
    header[156:157] = b"S"
    header[148:156] = b" " * 8
    header[148:156] = f"{sum(header[:512]):06o}\0 ".encode()
    return bytes(header)


def bomb_of_overlapping_members() -> bytes:
    """42 kB to 4 GB: a hundred entries of one compressed stream (D. Fifield, "A better zip bomb")."""
    zeros = bytes(40 * 1024**2)
    first = Entry(b"0000.png", zeros)
    return raw_zip([first, *(Entry(b"%04d.png" % number, zeros, crc=0, at=0) for number in range(1, 103))])


def bomb_of_repeated_streams(compress: Callable[[bytes], bytes], stream: int = 2**26) -> bytes:
    """A tar of one member of 4 GiB of zeros: compressors accept one short stream many times over."""
    info = tarfile.TarInfo("zeros.png")
    info.size = 2**32
    return compress(info.tobuf()) + compress(bytes(stream)) * (2**32 // stream)


HOSTILE: dict[str, tuple[Callable[[], bytes], str, str]] = {
    "zip, parent": (lambda: zip_of({"../up.png": b"x"}), "archive_path_outside", "../up.png"),
    "zip, parent inside": (lambda: zip_of({"a/../../up.png": b"x"}), "archive_path_outside", "a/../../up.png"),
    "zip, absolute": (lambda: zip_of({"/etc/up.png": b"x"}), "archive_path_outside", "/etc/up.png"),
    "zip, backslash": (lambda: zip_of({"..\\up.png": b"x"}), "archive_path_outside", "..\\up.png"),
    "zip, drive": (lambda: zip_of({"C:up.png": b"x"}), "archive_path_outside", "C:up.png"),
    "zip, NUL": (lambda: raw_zip([Entry(b"a.png\0.txt")]), "archive_name_invalid", "a.png"),
    "zip, line break": (lambda: raw_zip([Entry(b"a\n.png")]), "archive_name_invalid", "U+000A"),
    "zip, turned text": (lambda: zip_of({"a\u202egpj.exe": b"x"}), "archive_name_invalid", "U+202E"),
    "zip, no name": (lambda: raw_zip([Entry(b"")]), "archive_name_invalid", "no name"),
    "zip, hidden and outside": (lambda: zip_of({".x/../../y": b"x"}), "archive_path_outside", ".x/../../y"),
    "zip, symlink": (lambda: raw_zip([Entry(b"l.png", b"/etc/passwd", mode=0o120777)]), "archive_link", "l.png"),
    "zip, device": (lambda: raw_zip([Entry(b"d.png", mode=0o020666)]), "archive_special_file", "d.png"),
    "zip, pipe": (lambda: raw_zip([Entry(b"p.png", mode=0o010666)]), "archive_special_file", "p.png"),
    "zip, encrypted": (lambda: raw_zip([Entry(b"s.png", flags=0x801)]), "archive_encrypted", "s.png"),
    "zip, LZMA": (lambda: zip_of({"m.png": b"x"}, zipfile.ZIP_LZMA), "archive_method_unsupported", "m.png"),
    "zip, Deflate64": (lambda: raw_zip([Entry(b"m.png", method=9)]), "archive_method_unsupported", "Deflate64"),
    "zip, same name": (lambda: raw_zip([Entry(b"a.png"), Entry(b"a.png")]), "archive_name_collision", "a.png"),
    "zip, same name but case": (lambda: zip_of({"a.png": b"", "A.PNG": b""}), "archive_name_collision", "A.PNG"),
    "zip, same name but ß": (lambda: zip_of({"stra\u00dfe": b"", "STRASSE": b""}), "archive_name_collision", "STRASSE"),
    "zip, same name composed": (lambda: zip_of({"\u00e9": b"", "e\u0301": b""}), "archive_name_collision", "\u0301"),
    "zip, file and folder": (lambda: zip_of({"a": b"", "a/b": b""}), "archive_name_collision", "a/b"),
    "zip, folder and file": (lambda: zip_of({"a/b": b"", "a": b""}), "archive_name_collision", "'a'"),
    "zip, folders but case": (lambda: zip_of({"a/b": b"", "A/c": b""}), "archive_name_collision", "A/c"),
    "zip, long part": (lambda: zip_of({"n" * 256: b""}), "archive_name_too_long", "nnn"),
    "zip, long path": (lambda: zip_of({"/".join(["n" * 100] * 11): b""}), "archive_name_too_long", "nnn"),
    "zip, deep": (lambda: zip_of({"d/" * 32 + "x": b""}), "archive_too_deep", "33 folders"),
    "zip, empty": (lambda: zip_of({}), "archive_empty", "no files"),
    "zip, only litter": (lambda: zip_of({".hidden": b"x"}), "archive_empty", "no files"),
    "zip, cut off": (lambda: zip_of(CONTENT)[:-100], "archive_truncated", "directory"),
    "zip, wrong sum": (lambda: raw_zip([Entry(b"a.png", crc=1)]), "archive_corrupt", "a.png"),
    "zip, says more": (lambda: raw_zip([Entry(b"a.png", size=9999)]), "archive_corrupt", "a.png"),
    "zip, says less": (lambda: raw_zip([Entry(b"a.png", size=3)]), "archive_corrupt", "a.png"),
    "zip, other local name": (lambda: raw_zip([Entry(b"a.png", local_name=b"../bb")]), "archive_corrupt", "a.png"),
    "zip, overlapping": (bomb_of_overlapping_members, "archive_overlap", ".png"),
    "zip, ratio": (lambda: zip_of({"z.png": bytes(40_000_000)}), "archive_bomb", "200 times"),
    "tar, parent": (lambda: tar_of({"../up.png": b"x"}), "archive_path_outside", "../up.png"),
    "tar, absolute": (lambda: tar_of({"/up.png": b"x"}), "archive_path_outside", "/up.png"),
    "tar, symlink": (lambda: tar_member("l.png", tarfile.SYMTYPE, "/etc/passwd"), "archive_link", "l.png"),
    "tar, symlink inside": (lambda: tar_member("l.png", tarfile.SYMTYPE, "other.png"), "archive_link", "l.png"),
    "tar, hard link": (lambda: tar_member("h.png", tarfile.LNKTYPE, "../../x"), "archive_link", "h.png"),
    "tar, character device": (lambda: tar_member("c", tarfile.CHRTYPE), "archive_special_file", "'c'"),
    "tar, block device": (lambda: tar_member("b", tarfile.BLKTYPE), "archive_special_file", "'b'"),
    "tar, pipe": (lambda: tar_member("p", tarfile.FIFOTYPE), "archive_special_file", "'p'"),
    "tar, unknown type": (lambda: tar_member("u", b"Z"), "archive_special_file", "'u'"),
    "tar, sparse": (gnu_sparse, "archive_special_file", "sparse.bin"),
    "tar, same name": (lambda: tar_of({"a.png": b"", "./a.png": b""}), "archive_name_collision", "a.png"),
    "tar, empty": (lambda: bytes(10240), "archive_empty", "no files"),
    "tar, cut in a file": (lambda: tar_of({"a.png": bytes(9999)})[:4096], "archive_truncated", "a.png"),
    "tar, cut between": (lambda: tar_of({"a.png": b""}, tarfile.GNU_FORMAT)[:512], "archive_truncated", "end mark"),
    "tar, broken header": (
        lambda: tar_of({"a.png": b""}, tarfile.GNU_FORMAT)[:512] + b"x" * 512,
        "archive_corrupt",
        "a.png",
    ),
    "tar.gz, cut off": (lambda: gzip.compress(tar_of(CONTENT))[:-2000], "archive_truncated", "too early"),
    "tar.gz, wrong sum": (lambda: gzip.compress(tar_of({"a": b"x"}))[:-8] + bytes(8), "archive_corrupt", "compressed"),
    "tar.bz2, cut off": (lambda: bz2.compress(tar_of(CONTENT))[:-50], "archive_truncated", "too early"),
    "tar.xz, cut off": (lambda: lzma.compress(tar_of(CONTENT))[:-50], "archive_truncated", "too early"),
    "tar.gz, ratio": (lambda: gzip.compress(tar_of({"z.png": bytes(40_000_000)})), "archive_bomb", "200 times"),
    "tar.bz2, 4 GiB": (lambda: bomb_of_repeated_streams(bz2.compress), "archive_bomb", "200 times"),
    "tar.xz, 4 GiB": (lambda: bomb_of_repeated_streams(lzma.compress), "archive_bomb", "200 times"),
    "not an archive": (lambda: b"\x89PNG\r\n\x1a\n" + bytes(5000), "archive_not_recognised", "neither zip nor tar"),
    "nothing": (lambda: b"", "archive_not_recognised", "empty"),
    "RAR": (lambda: b"Rar!\x1a\7\1\0" + bytes(500), "archive_format_unsupported", "RAR"),
    "7-Zip": (lambda: b"7z\xbc\xaf\x27\x1c" + bytes(500), "archive_format_unsupported", "7-Zip"),
    "gzip of a text": (lambda: gzip.compress(b"no tar"), "archive_format_unsupported", "not a tar"),
}


class TestRefusals:
    @pytest.mark.parametrize("name", HOSTILE)
    def test_code_place_and_nothing_left(self, tmp_path: Path, name: str) -> None:
        make, code, place = HOSTILE[name]
        upload = tmp_path / "upload"
        upload.write_bytes(make())
        started = time.process_time()
        with pytest.raises(ArchiveError) as refused:
            extract(upload, tmp_path / "in" / "out")
        assert time.process_time() - started < 1.0
        assert refused.value.code == code
        assert place in refused.value.message
        assert refused.value.action.endswith(".")
        assert list((tmp_path / "in").iterdir() if (tmp_path / "in").exists() else []) == []
        assert sorted(path.name for path in tmp_path.iterdir() if path.name != "in") == ["upload"]

    def test_the_bombs_are_as_small_and_as_large_as_they_say(self) -> None:
        bomb = bomb_of_overlapping_members()
        assert len(bomb) < 50_000
        with zipfile.ZipFile(io.BytesIO(bomb)) as archive:
            assert sum(info.file_size for info in archive.infolist()) > 4 * 10**9
        assert len(bomb_of_repeated_streams(bz2.compress)) < 50_000

"""The forward-only tar reader on headers put together by hand."""

import io
from collections.abc import Callable

import pytest

from workbench.storage.archive_rules import ArchiveError
from workbench.storage.archive_tar import is_header, members


def header(name: bytes, size: bytes = b"00000000003\0", kind: bytes = b"0", magic: bytes = b"ustar\x0000") -> bytes:
    """A header record as POSIX lays it out: name 0, size 124, checksum 148, type 156, magic 257."""
    record = bytearray(512)
    record[: len(name)] = name
    record[124:136] = size
    record[148:156] = b" " * 8
    record[156:157] = kind
    record[257:265] = magic
    record[148:156] = b"%06o\0 " % sum(record)
    return bytes(record)


def padded(data: bytes) -> bytes:
    return data + bytes(-len(data) % 512)


END = bytes(1024)


def read(data: bytes) -> list[tuple[str, bool, bytes]]:
    stream = io.BytesIO(data)
    return [(member.name, member.is_folder, b"".join(member.blocks)) for member in members(stream.read)]


class TestHeaders:
    def test_ustar(self) -> None:
        assert read(header(b"a.txt") + padded(b"abc") + END) == [("a.txt", False, b"abc")]

    def test_prefix_stands_before_the_name(self) -> None:
        record = bytearray(header(b"a.txt"))
        record[345:350] = b"outer"
        record[148:156] = b" " * 8
        record[148:156] = b"%06o\0 " % sum(record)
        assert read(bytes(record) + padded(b"abc") + END)[0][0] == "outer/a.txt"

    def test_gnu_has_times_where_the_prefix_would_be(self) -> None:
        record = bytearray(header(b"a.txt", magic=b"ustar  \0"))
        record[345:356] = b"14700000000"
        record[148:156] = b" " * 8
        record[148:156] = b"%06o\0 " % sum(record)
        assert read(bytes(record) + padded(b"abc") + END)[0][0] == "a.txt"

    def test_before_posix_a_slash_made_the_folder(self) -> None:
        data = header(b"folder/", b"00000000000\0", b"\0", bytes(8)) + header(b"folder/x", magic=bytes(8))
        assert read(data + padded(b"abc") + END) == [("folder/", True, b""), ("folder/x", False, b"abc")]

    def test_binary_size(self) -> None:
        size = b"\x80" + (5).to_bytes(11, "big")
        assert read(header(b"a", size) + padded(b"abcde") + END) == [("a", False, b"abcde")]

    def test_pax_path_and_size(self) -> None:
        records = b"23 path=\xc3\xa4/long name.x\n" + b"10 size=4\n"
        extension = header(b"pax", b"%011o\0" % len(records), b"x") + padded(records)
        assert read(extension + header(b"short") + padded(b"abcd") + END) == [("ä/long name.x", False, b"abcd")]

    def test_gnu_long_name(self) -> None:
        name = b"n" * 300
        extension = header(b"././@LongLink", b"%011o\0" % 301, b"L") + padded(name + b"\0")
        assert read(extension + header(b"nnn") + padded(b"abc") + END)[0][0] == name.decode()

    def test_an_extension_counts_for_one_member_only(self) -> None:
        records = b"10 path=b\n"
        extension = header(b"pax", b"%011o\0" % len(records), b"x") + padded(records)
        data = extension + header(b"a") + padded(b"abc") + header(b"c") + padded(b"abc") + END
        assert [name for name, _, _ in read(data)] == ["b", "c"]

    def test_names_that_are_not_utf8(self) -> None:
        assert read(header(b"caf\xe9") + padded(b"abc") + END)[0][0] == "café"

    def test_a_member_that_nobody_reads_is_skipped(self) -> None:
        stream = io.BytesIO(header(b"a") + padded(b"abc") + header(b"b") + padded(b"abc") + END)
        assert [member.name for member in members(stream.read)] == ["a", "b"]

    def test_signed_checksums_of_old_writers(self) -> None:
        record = bytearray(header(b"caf\xe9"))
        signed = sum(byte - 256 if byte > 127 else byte for byte in record[:148] + record[156:]) + 256
        record[148:156] = b"%06o\0 " % signed
        assert is_header(bytes(record))


class TestRefusals:
    @pytest.mark.parametrize(
        "data, code",
        [
            (lambda: header(b"a", b"\x80" + b"\xff" * 11), "archive_corrupt"),
            (lambda: header(b"a", b"0000000000x\0"), "archive_corrupt"),
            (lambda: header(b"pax", b"77777777777\0", b"x") + END, "archive_corrupt"),
            (lambda: header(b"././@LongLink", b"77777777777\0", b"L") + END, "archive_corrupt"),
            (lambda: header(b"pax", b"%011o\0" % 6, b"x") + padded(b"99 a=b"), "archive_corrupt"),
            (lambda: header(b"pax", b"%011o\0" % 8, b"x") + padded(b"8 nothin"), "archive_corrupt"),
            (lambda: header(b"pax", b"%011o\0" % 11, b"x") + padded(b"11 size=-1\n"), "archive_corrupt"),
            (lambda: header(b"a")[:300], "archive_truncated"),
            (lambda: header(b"a") + b"ab", "archive_truncated"),
            (lambda: header(b"a") + padded(b"abc"), "archive_truncated"),
        ],
    )
    def test_code(self, data: Callable[[], bytes], code: str) -> None:
        with pytest.raises(ArchiveError) as refused:
            read(data())
        assert refused.value.code == code

    def test_a_huge_header_is_refused_unread(self) -> None:
        reads: list[int] = []
        stream = io.BytesIO(header(b"pax", b"77777777777\0", b"x"))

        def recorded(count: int) -> bytes:
            reads.append(count)
            return stream.read(count)

        with pytest.raises(ArchiveError):
            list(members(recorded))
        assert max(reads) == 512

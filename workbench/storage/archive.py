"""Unpacking archives that strangers made: zip, tar, tar.gz, tar.bz2, tar.xz, known by content and not by name.

Either everything is unpacked or nothing is left. Links, devices, paths that lead out, names that collide, encryption,
overlapping members and more than `Limits` allow are refused; archives inside of archives stay as they are.
"""

import bz2
import errno
import gzip
import io
import lzma
import os
import shutil
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Literal

from workbench.storage import archive_tar, archive_zip
from workbench.storage.archive_rules import (
    ArchiveError,
    Destination,
    Limits,
    corrupt,
    most_bytes,
    too_large,
    truncated,
)

__all__ = ["ArchiveError", "Extraction", "Kind", "Limits", "archive_kind", "extract", "is_archive"]

Kind = Literal["zip", "tar", "tar.gz", "tar.bz2", "tar.xz"]
Progress = Callable[[int, int], None]

_XZ_MEMORY_BYTES = 256 * 1024**2
_ENTRY_OVERHEAD_BYTES = 2048
_KNOWN_OTHERS = {
    b"Rar!": "RAR",
    b"7z\xbc\xaf\x27\x1c": "7-Zip",
    b"\x28\xb5\x2f\xfd": "Zstandard",
    b"\x04\x22\x4d\x18": "LZ4",
    b"\x1f\x9d": "compress (.Z)",
    b"MSCF": "Cabinet",
}


@dataclass(frozen=True)
class Extraction:
    """What came out: plain files, their bytes, and how many hidden files and system litter were left out."""

    kind: Kind
    files: int
    bytes: int
    dropped: int


def is_archive(path: Path) -> bool:
    """True when `extract` would take the file for an archive, by its content."""
    return archive_kind(path) is not None


def archive_kind(path: Path) -> Kind | None:
    """What kind of archive the file is, by its first bytes; None for anything else. Raises OSError."""
    with path.open("rb") as file:
        head = file.read(archive_tar.RECORD)
        if head[:4] in (b"PK\3\4", b"PK\5\6", b"PK\7\x08"):
            return "zip"
        if archive_tar.is_header(head):
            return "tar"
        kind = _compression(head)
        if kind is None:
            return None
        file.seek(0)
        try:
            inner = _decompressed(file, kind)
            return kind if archive_tar.is_header(_up_to(inner, archive_tar.RECORD)) else None
        except ArchiveError:
            # Compressed and damaged: unpacking it tells what is wrong.
            return kind


def extract(
    archive: Path,
    folder: Path,
    limits: Limits | None = None,
    check: Callable[[], None] | None = None,
    progress: Progress | None = None,
    written: Callable[[Path], None] | None = None,
) -> Extraction:
    """Unpack `archive` into `folder`, which must not exist yet; a single root folder is left out of the paths.

    `check` is called often and may raise to stop; `progress` hears (bytes done, bytes in all), `written` each
    file once it is whole, where it is then: at the end all may be moved by one folder.
    Raises ArchiveError, OSError (ENOSPC on a full disk), or what `check` raises; `folder` is gone then.
    """
    limits = limits or Limits()
    kind = archive_kind(archive)
    if kind is None:
        raise _not_an_archive(archive)
    folder.mkdir(parents=True)
    try:
        size = archive.stat().st_size
        destination = Destination(folder, limits, size if kind != "tar" else limits.bytes, check, written)
        with archive.open("rb") as file:
            if kind == "zip":
                _extract_zip(archive, destination, limits, progress)
            else:
                _extract_tar(file, kind, size, destination, limits, progress)
        if destination.files == 0:
            raise ArchiveError("archive_empty", "The archive holds no files.", "Pack the files and upload it again.")
        _flatten(folder)
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    return Extraction(kind, destination.files, destination.bytes, destination.dropped)


def _extract_zip(archive: Path, destination: Destination, limits: Limits, progress: Progress | None) -> None:
    with archive_zip.opened(archive, limits) as content:
        if shutil.disk_usage(destination.folder).free < content.bytes:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        for member in content.members():
            destination.take(member)
            if progress is not None:
                progress(destination.bytes, content.bytes)


def _extract_tar(
    file: BinaryIO, kind: Kind, size: int, destination: Destination, limits: Limits, progress: Progress | None
) -> None:
    most = limits.bytes if kind == "tar" else most_bytes(limits, size)
    # Headers and padding count too: a stream of nothing but headers is also a bomb.
    stream = _Bounded(_decompressed(file, kind), limits, most, most + limits.members * _ENTRY_OVERHEAD_BYTES)
    for member in archive_tar.members(stream.read):
        destination.take(member)
        if progress is not None:
            progress(min(file.tell(), size), size)


class _Bounded:
    """A stream that ends with ArchiveError when more comes out of it than allowed, or it is broken."""

    def __init__(self, stream: BinaryIO, limits: Limits, most: int, most_with_headers: int) -> None:
        self._stream = stream
        self._limits = limits
        self._most = most
        self._left = most_with_headers if most >= limits.bytes else most

    def read(self, count: int) -> bytes:
        if not count:
            return b""
        block = _up_to(self._stream, count)
        self._left -= len(block)
        if self._left < 0:
            raise too_large(self._limits, self._most)
        return block


def _up_to(stream: BinaryIO, count: int) -> bytes:
    """`stream.read`, with each decompressor's own way to complain turned into ArchiveError."""
    try:
        return stream.read(count)
    except EOFError as error:
        raise truncated("the compressed data end too early") from error
    except (zlib.error, lzma.LZMAError, gzip.BadGzipFile) as error:
        raise corrupt("the compressed data are broken") from error
    except OSError as error:
        # bz2 says it with a plain OSError; real ones carry a number.
        if error.errno is not None:
            raise
        raise corrupt("the compressed data are broken") from error


def _compression(head: bytes) -> Kind | None:
    if head[:3] == b"\x1f\x8b\x08":
        return "tar.gz"
    if head[:3] == b"BZh":
        return "tar.bz2"
    if head[:6] == b"\xfd7zXZ\0":
        return "tar.xz"
    return None


def _decompressed(file: BinaryIO, kind: Kind) -> BinaryIO:
    match kind:
        case "tar.gz":
            return io.BufferedReader(gzip.GzipFile(fileobj=file, mode="rb"), 128 * 1024)
        case "tar.bz2":
            return io.BufferedReader(bz2.BZ2File(file, "rb"), 128 * 1024)
        case "tar.xz":
            return io.BufferedReader(_Xz(file), 128 * 1024)
        case _:
            return file


class _Xz(io.RawIOBase):
    """An .xz stream. `lzma.LZMAFile` sets no bound on the memory that the file may ask for; this one does."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._fresh()

    def _fresh(self, rest: bytes = b"") -> None:
        self._decoder = lzma.LZMADecompressor(format=lzma.FORMAT_XZ, memlimit=_XZ_MEMORY_BYTES)
        self._rest = rest

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: "bytearray | memoryview[int]") -> int:  # type: ignore[override]
        while True:
            if self._decoder.eof:
                # Several streams may follow each other, with padding in between.
                rest = (self._decoder.unused_data or self._file.read(64 * 1024)).lstrip(b"\0")
                if not rest:
                    if self._file.read(1):
                        raise lzma.LZMAError("data after the end")
                    return 0
                self._fresh(rest)
            data = b""
            if self._decoder.needs_input:
                data = self._rest or self._file.read(64 * 1024)
                self._rest = b""
                if not data:
                    raise EOFError
            block = self._decoder.decompress(data, len(buffer))
            if block:
                buffer[: len(block)] = block
                return len(block)


def _not_an_archive(path: Path) -> ArchiveError:
    with path.open("rb") as file:
        head = file.read(archive_tar.RECORD)
    for magic, name in _KNOWN_OTHERS.items():
        if head.startswith(magic):
            return ArchiveError(
                "archive_format_unsupported",
                f"The file is a {name} archive, which is not supported.",
                "Pack the files as .zip, .tar or .tar.gz.",
            )
    if not head:
        return ArchiveError("archive_not_recognised", "The file is empty.", "Upload it again.")
    if _compression(head) is not None:
        return ArchiveError(
            "archive_format_unsupported",
            "The file is compressed, but what is inside is not a tar archive.",
            "Pack the files as .zip, .tar or .tar.gz.",
        )
    return ArchiveError(
        "archive_not_recognised",
        "The file is not an archive: its content is neither zip nor tar.",
        "Pack the files as .zip, .tar or .tar.gz.",
    )


def _flatten(folder: Path) -> None:
    """Leave out a single root folder."""
    entries = list(folder.iterdir())
    if len(entries) != 1 or not entries[0].is_dir():
        return
    aside = folder.with_name(f"{folder.name}.{os.urandom(4).hex()}")
    entries[0].rename(aside)
    folder.rmdir()
    aside.rename(folder)

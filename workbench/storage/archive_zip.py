"""Members of a zip archive, examined as a whole before the first byte is unpacked."""

import contextlib
import stat
import struct
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from workbench.storage.archive_rules import (
    BLOCK_BYTES,
    ArchiveError,
    Limits,
    Member,
    corrupt,
    most_bytes,
    path_parts,
    shown,
    special_file,
    too_large,
    too_many,
    truncated,
    unsupported_link,
)

# LZMA members say themselves how much memory unpacking them takes, up to 4 GB, so they are not among these.
_METHODS = frozenset({zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2})
_OTHER_METHODS = {9: "Deflate64", 14: "LZMA", 93: "Zstandard", 95: "XZ"}
_UTF8 = 0x800
_ENCRYPTED = 0x1 | 0x40 | 0x2000
_LOCAL_HEADER_BYTES = 30

# APPNOTE.TXT 4.3.14 to 4.3.16
_END = struct.Struct("<4s4H2LH")
_END64_LOCATOR = struct.Struct("<4sLQL")
_END64 = struct.Struct("<4sQ2H2L4Q")
_ENTRY_BYTES = 400
_ENTRY_BYTES_FREE = 1024**2


@dataclass(frozen=True)
class ZipContent:
    """An archive whose directory was found in order; `bytes` is what will come out, never more."""

    archive: zipfile.ZipFile
    bytes: int

    def members(self) -> Iterator[Member]:
        """The members in the order of the directory."""
        for info in self.archive.infolist():
            name = _name(info)
            is_folder = name.endswith("/") or stat.S_ISDIR(info.external_attr >> 16)
            yield Member(name, is_folder, _blocks(self.archive, info))


@contextlib.contextmanager
def opened(path: Path, limits: Limits) -> Iterator[ZipContent]:
    """The archive, once nothing about its directory is suspicious. Raises ArchiveError."""
    with path.open("rb") as file:
        _check_directory_size(file, limits)
    try:
        archive = zipfile.ZipFile(path)
    except (zipfile.BadZipFile, UnicodeDecodeError, struct.error, ValueError, OverflowError) as error:
        raise truncated("its directory at the end is missing or broken") from error
    except NotImplementedError as error:
        raise _unsupported("The archive", str(error)) from error
    with archive:
        infos = archive.infolist()
        if len(infos) > limits.members:
            raise too_many(limits)
        for info in infos:
            _check_member(info, limits)
        _check_overlap(infos, archive.start_dir)
        total = sum(info.file_size for info in infos)
        most = most_bytes(limits, path.stat().st_size)
        if total > most:
            raise too_large(limits, most)
        yield ZipContent(archive, total)


def _name(info: zipfile.ZipInfo) -> str:
    """The name as it was meant: many tools write UTF-8 without saying so."""
    name = info.orig_filename
    if not info.flag_bits & _UTF8 and not name.isascii():
        with contextlib.suppress(UnicodeError):
            return name.encode("cp437").decode("utf-8")
    return name


def _check_directory_size(file: BinaryIO, limits: Limits) -> None:
    """Refuse a directory that would take a lot of memory just to be read."""
    size = file.seek(0, 2)
    start = max(0, size - _END.size - 0xFFFF)
    file.seek(start)
    tail = file.read()
    # The same choice as that of `zipfile`: a record without comment at the very end, else the last signature.
    at = len(tail) - _END.size
    if at < 0 or tail[at : at + 4] != b"PK\5\6" or tail[-2:] != b"\0\0":
        at = tail.rfind(b"PK\5\6")
    if at < 0 or len(tail) - at < _END.size:
        raise truncated("its directory at the end is missing")
    _, _, _, _, count, directory, _, _ = _END.unpack_from(tail, at)
    position = start + at - _END64_LOCATOR.size - _END64.size
    if position >= 0:
        file.seek(position)
        both = file.read(_END64.size + _END64_LOCATOR.size)
        if both[_END64.size : _END64.size + 4] == b"PK\6\7" and both[:4] == b"PK\6\6":
            fields = _END64.unpack_from(both)
            count, directory = max(count % 0xFFFF, fields[7]), fields[8]
    if count > limits.members or directory > limits.members * _ENTRY_BYTES + _ENTRY_BYTES_FREE:
        raise too_many(limits)


def _check_member(info: zipfile.ZipInfo, limits: Limits) -> None:
    name = _name(info)
    path_parts(name, limits)
    mode = info.external_attr >> 16
    if stat.S_ISLNK(mode):
        raise unsupported_link(name)
    if info.create_system == 3 and stat.S_IFMT(mode) not in (0, stat.S_IFREG, stat.S_IFDIR):
        raise special_file(name, "a device, pipe or socket")
    if info.flag_bits & _ENCRYPTED:
        raise ArchiveError(
            "archive_encrypted",
            f"The archive member {shown(name)} is encrypted.",
            "Make the archive again without a password.",
        )
    if info.compress_type not in _METHODS:
        method = _OTHER_METHODS.get(info.compress_type, str(info.compress_type))
        raise _unsupported(f"The archive member {shown(name)}", f"compression method {method}")


def _unsupported(who: str, what: str) -> ArchiveError:
    return ArchiveError(
        "archive_method_unsupported",
        f"{who} uses something that is not supported: {what}.",
        "Make the archive again with the usual 'deflate' compression, or as .tar.gz.",
    )


def _check_overlap(infos: list[zipfile.ZipInfo], directory_start: int) -> None:
    """Members that share compressed bytes are how a few kilobytes become petabytes (D. Fifield, WOOT 2019)."""
    ordered = sorted(infos, key=lambda info: info.header_offset)
    for position, info in enumerate(ordered, 1):
        name_bytes = len(info.orig_filename.encode("utf-8" if info.flag_bits & _UTF8 else "cp437", "replace"))
        end = info.header_offset + _LOCAL_HEADER_BYTES + name_bytes + info.compress_size
        limit = ordered[position].header_offset if position < len(ordered) else directory_start
        if info.header_offset < 0 or end > limit:
            raise ArchiveError(
                "archive_overlap",
                f"The archive member {shown(_name(info))} shares its bytes with another; it looks like a"
                " decompression bomb.",
                "Make the archive again with a common tool.",
            )


def _blocks(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> Iterator[bytes]:
    name = shown(_name(info))
    done = 0
    try:
        with archive.open(info) as member:
            while block := member.read(BLOCK_BYTES):
                done += len(block)
                yield block
    except (zipfile.BadZipFile, zlib.error, EOFError, struct.error, UnicodeDecodeError, ValueError) as error:
        raise corrupt(f"the member {name} cannot be unpacked") from error
    except (NotImplementedError, RuntimeError) as error:
        raise _unsupported(f"The archive member {name}", str(error)) from error
    except OSError as error:
        if error.errno is not None:
            raise
        raise corrupt(f"the member {name} cannot be unpacked") from error
    if done != info.file_size:
        raise corrupt(f"the member {name} is shorter than it says")

"""Archives for tests: common ones from the standard library, and zip byte by byte as no tool would write it."""

import io
import struct
import tarfile
import zipfile
import zlib
from dataclasses import dataclass
from pathlib import Path

Files = dict[str, bytes]


def zip_of(files: Files, method: int = zipfile.ZIP_DEFLATED) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return buffer.getvalue()


def tar_of(files: Files, form: int = tarfile.PAX_FORMAT) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=form) as archive:
        for name, data in files.items():
            info = tarfile.TarInfo(name)
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    return buffer.getvalue()


def tar_member(name: str, kind: bytes, target: str = "") -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        info = tarfile.TarInfo(name)
        info.type, info.linkname = kind, target
        archive.addfile(info)
    return buffer.getvalue()


def files_of(folder: Path) -> Files:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@dataclass
class Entry:
    """A member. What is None follows from `data`; `at` lets the directory point to the local header of another."""

    name: bytes
    data: bytes = b"content"
    method: int = 8
    flags: int = 0x800
    mode: int = 0o100644
    system: int = 3
    size: int | None = None
    crc: int | None = None
    local_name: bytes | None = None
    at: int | None = None


def raw_zip(entries: list[Entry]) -> bytes:
    """The archive with `entries` in this order (APPNOTE.TXT 4.3)."""
    body, directory = bytearray(), bytearray()
    places: list[int] = []
    streams: list[bytes] = []
    for entry in entries:
        if entry.at is not None:
            packed = streams[entry.at]
        elif entry.method == 8:
            packer = zlib.compressobj(9, zlib.DEFLATED, -15)
            packed = packer.compress(entry.data) + packer.flush()
        else:
            packed = entry.data
        streams.append(packed)
        size = len(entry.data) if entry.size is None else entry.size
        crc = entry.crc if entry.crc is not None else zlib.crc32(entry.data)
        shared = (20, entry.flags, entry.method, 0, 0x21, crc, len(packed), size)
        if entry.at is None:
            places.append(len(body))
            local_name = entry.name if entry.local_name is None else entry.local_name
            body += struct.pack("<4s5H3L2H", b"PK\3\4", *shared, len(local_name), 0) + local_name + packed
        else:
            places.append(places[entry.at])
        made_by = entry.system << 8 | 20
        directory += struct.pack(
            "<4s6H3L5H2L", b"PK\1\2", made_by, *shared, len(entry.name), 0, 0, 0, 0, entry.mode << 16, places[-1]
        )
        directory += entry.name
    end = struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, len(entries), len(entries), len(directory), len(body), 0)
    return bytes(body + directory + end)

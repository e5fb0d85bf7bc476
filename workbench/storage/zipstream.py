"""A zip archive sent while it is written: nothing is held in memory or on disk."""

import io
import zipfile
from collections.abc import Iterator, Sequence
from pathlib import Path

_BLOCK = 1 << 20


class _Pipe(io.RawIOBase):
    """Collects what the archive writer has written; not seekable, so sizes follow their data."""

    def __init__(self) -> None:
        self._parts: list[bytes] = []

    def writable(self) -> bool:
        return True

    def write(self, data: object) -> int:
        block = bytes(data)  # type: ignore[call-overload]
        self._parts.append(block)
        return len(block)

    def take(self) -> bytes:
        data = b"".join(self._parts)
        self._parts.clear()
        return data


def zip_stream(files: Sequence[tuple[str, Path]]) -> Iterator[bytes]:
    """The bytes of a zip archive with `files` (name in the archive, path), stored without compression."""
    pipe = _Pipe()
    with zipfile.ZipFile(pipe, "w", zipfile.ZIP_STORED, allowZip64=True) as archive:
        for name, path in files:
            info = zipfile.ZipInfo.from_file(path, name)
            with path.open("rb") as source, archive.open(info, "w", force_zip64=True) as member:
                while block := source.read(_BLOCK):
                    member.write(block)
                    yield pipe.take()
    yield pipe.take()

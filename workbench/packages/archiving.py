"""Archives that are the same, byte for byte, whenever they are made of the same files; and how large they will be."""

import gzip
import hashlib
import io
import tarfile
import zlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

# Of all members: the first moment that zip and FAT know, too.
TIME = 315532800  # 1980-01-01
LEVEL = 6
SUMS = "SHA256SUMS"
_BLOCK = 1 << 20
# So much of a large file is compressed to tell how well all of it will be.
_PROBE_BLOCK, _PROBES = 128 * 1024, 8
_HEADER_BYTES = 120  # of a member's header, compressed


@dataclass(frozen=True)
class Entry:
    """A member: a file or its bytes; or a link to another place of the archive."""

    name: str
    source: Path | bytes
    executable: bool = False
    link: str | None = None

    @property
    def size(self) -> int:
        if self.link is not None:
            return 0
        return len(self.source) if isinstance(self.source, bytes) else self.source.stat().st_size

    def blocks(self) -> Iterator[bytes]:
        if isinstance(self.source, bytes):
            yield self.source
            return
        with self.source.open("rb") as file:
            while block := file.read(_BLOCK):
                yield block


def sums(entries: Iterable[Entry]) -> bytes:
    """The lines that `sha256sum -c` reads. Names have neither backslash nor line break."""
    lines = []
    for entry in sorted(entries, key=lambda entry: entry.name):
        if entry.link is None:
            digest = hashlib.sha256()
            for block in entry.blocks():
                digest.update(block)
            lines.append(f"{digest.hexdigest()}  {entry.name}\n")
    return "".join(lines).encode()


def write(
    entries: Sequence[Entry], top: str, path: Path, check: Callable[[int], None] = lambda done: None
) -> tuple[int, str]:
    """A tar.gz of all entries below a folder `top`, sorted, of one time and owner. Returns its size and its SHA-256.

    `check` is called often with the bytes done, and may raise to stop.
    """
    digest = hashlib.sha256()
    with path.open("wb") as file:
        told = _Told(file, digest)
        # Without the name and the time that gzip would write.
        with (
            gzip.GzipFile(filename="", mode="wb", fileobj=told, mtime=0, compresslevel=LEVEL) as packed,
            tarfile.open(fileobj=packed, mode="w", format=tarfile.PAX_FORMAT) as archive,
        ):
            done = 0
            for entry in sorted(entries, key=lambda entry: entry.name):
                archive.addfile(_member(entry, top), _Checked(entry, lambda count: check(done + count)))  # noqa: B023
                done += entry.size
    return path.stat().st_size, digest.hexdigest()


def _member(entry: Entry, top: str) -> tarfile.TarInfo:
    info = tarfile.TarInfo(f"{top}/{entry.name}")
    info.mtime = TIME
    info.mode = 0o755 if entry.executable else 0o644
    if entry.link is not None:
        info.type, info.linkname = tarfile.SYMTYPE, entry.link
    else:
        info.size = entry.size
    return info


class _Told(io.RawIOBase):
    """Hashes what is written."""

    def __init__(self, file: io.BufferedWriter, digest: "hashlib._Hash") -> None:
        self._file, self._digest = file, digest

    def writable(self) -> bool:
        return True

    def write(self, data: object) -> int:
        block = bytes(data)  # type: ignore[call-overload]
        self._digest.update(block)
        return self._file.write(block)


class _Checked(io.RawIOBase):
    """Reads an entry, and tells how far."""

    def __init__(self, entry: Entry, check: Callable[[int], None]) -> None:
        self._blocks, self._rest, self._done, self._check = entry.blocks(), b"", 0, check

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        while len(self._rest) < size or size < 0:
            block = next(self._blocks, b"")
            if not block:
                break
            self._rest += block
        made, self._rest = (self._rest, b"") if size < 0 else (self._rest[:size], self._rest[size:])
        self._done += len(made)
        self._check(self._done)
        return made


def estimate(entries: Iterable[Entry]) -> int:
    """About how large the archive of these will be, from how well parts of them are compressed."""
    total = 0.0
    for entry in entries:
        if entry.link is not None:
            continue
        if isinstance(entry.source, bytes):
            total += len(zlib.compress(entry.source, LEVEL))
        else:
            status = entry.source.stat()
            total += status.st_size * _ratio(entry.source, status.st_size, status.st_mtime_ns)
        total += _HEADER_BYTES
    return round(total)


@lru_cache(maxsize=10_000)
def _ratio(path: Path, size: int, changed: int) -> float:
    """Compressed size / size; of a large file measured at places all over it."""
    if size == 0:
        return 0.0
    taken = packed = 0
    with path.open("rb") as file:
        for number in range(_PROBES):
            if size > _PROBES * _PROBE_BLOCK:
                file.seek(number * (size - _PROBE_BLOCK) // (_PROBES - 1))
            block = file.read(_PROBE_BLOCK)
            if not block:
                break
            taken += len(block)
            packed += len(zlib.compress(block, LEVEL))
    return packed / max(1, taken)

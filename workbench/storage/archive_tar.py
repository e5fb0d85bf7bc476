"""Members of a tar stream, read strictly forward: ustar, GNU and pax headers, never more memory than one header.

The standard library's reader takes a pax or GNU long-name header of any size into memory, so this is one of our own.
Format: POSIX.1-2017, pax, "ustar Interchange Format" and "pax Interchange Format"; GNU tar manual, "Basic Tar Format".
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from workbench.storage.archive_rules import (
    BLOCK_BYTES,
    Member,
    corrupt,
    shown,
    special_file,
    truncated,
    unsupported_link,
)

RECORD = 512
_ZEROS = bytes(RECORD)
_HEADER_LIMIT = 64 * 1024
_SPECIAL = {
    b"3": "a character device",
    b"4": "a block device",
    b"6": "a pipe",
    b"S": "a sparse file",
    b"M": "a part of another archive",
}

Read = Callable[[int], bytes]


@dataclass
class _Extension:
    """What pax and GNU headers say about the member that follows."""

    path: str | None = None
    size: int | None = None
    sparse: bool = False


@dataclass
class _Data:
    """The bytes of one member; whatever is left of them is skipped before the next header."""

    read: Read
    name: str
    left: int
    padding: int = field(init=False)

    def __post_init__(self) -> None:
        self.padding = -self.left % RECORD

    def __iter__(self) -> Iterator[bytes]:
        while self.left:
            block = self.read(min(self.left, BLOCK_BYTES))
            if not block:
                raise truncated(f"it ends inside of {shown(self.name)}")
            self.left -= len(block)
            yield block

    def finish(self) -> None:
        for _ in self:
            pass
        _exactly(self.read, self.padding, f"it ends after {shown(self.name)}")


def is_header(record: bytes) -> bool:
    """True for a tar header with a right checksum, or an archive without members."""
    return len(record) == RECORD and (record == _ZEROS or _checksum_fits(record))


def members(read: Read) -> Iterator[Member]:
    """The members of the stream behind `read(n)`, which returns up to n bytes and b"" at the end."""
    extension = _Extension()
    last = "its beginning"
    while True:
        record = _exactly(read, RECORD, f"it ends after {last} without an end mark")
        if record == _ZEROS:
            break
        if not _checksum_fits(record):
            raise corrupt(f"there is no valid header after {last}")
        kind = record[156:157]
        if kind in (b"x", b"g", b"L", b"K"):
            _extend(extension, kind, read, _number(record[124:136]))
            continue
        size = _number(record[124:136]) if extension.size is None else extension.size
        name = _name(record) if extension.path is None else extension.path
        sparse, extension = extension.sparse, _Extension()
        if kind == b"V":
            continue
        last = shown(name)
        if kind in (b"1", b"2"):
            raise unsupported_link(name)
        if kind in _SPECIAL or sparse:
            raise special_file(name, _SPECIAL.get(kind, "a sparse file"))
        if kind not in (b"0", b"\0", b"5", b"7"):
            raise special_file(name, f"of the unknown type {kind!r}")
        # Before POSIX a folder was a file whose name ends with a slash.
        is_folder = kind == b"5" or name.endswith("/")
        data = _Data(read, name, 0 if is_folder and kind == b"5" else size)
        yield Member(name, is_folder, data)
        data.finish()
    # Read to the end, so that the check sum of a compressed stream is verified.
    while read(BLOCK_BYTES):
        pass


def _extend(extension: _Extension, kind: bytes, read: Read, size: int) -> None:
    if size > _HEADER_LIMIT:
        raise corrupt(f"a header of {size:,} bytes")
    content = _exactly(read, size, "it ends inside of a header")
    _exactly(read, -size % RECORD, "it ends inside of a header")
    if kind == b"L":
        extension.path = _text(content.rstrip(b"\0"))
    elif kind == b"x":
        for key, value in _pax(content):
            if key == b"path":
                extension.path = _text(value)
            elif key == b"size":
                if not value.isdigit() or len(value) > 18:
                    raise corrupt("a pax header with an impossible size")
                extension.size = int(value)
            elif key.startswith(b"GNU.sparse"):
                extension.sparse = True


def _pax(content: bytes) -> Iterator[tuple[bytes, bytes]]:
    """(key, value) of records "length key=value\\n"; the length counts itself."""
    at = 0
    while at < len(content) and content[at]:
        space = content.find(b" ", at, at + 8)
        digits = content[at:space] if space > 0 else b""
        if not digits.isdigit() or not 5 <= (length := int(digits)) <= len(content) - at:
            raise corrupt("a broken pax header")
        record = content[space + 1 : at + length]
        key, equals, value = record.partition(b"=")
        if not equals or not record.endswith(b"\n"):
            raise corrupt("a broken pax header")
        yield key, value[:-1]
        at += length


def _exactly(read: Read, count: int, where: str) -> bytes:
    parts = bytearray()
    while len(parts) < count:
        block = read(count - len(parts))
        if not block:
            raise truncated(where)
        parts += block
    return bytes(parts)


def _checksum_fits(record: bytes) -> bool:
    """The sum of all header bytes with the checksum's own field as blanks; some writers summed signed bytes."""
    digits = record[148:156].strip(b" \0")
    if not digits or any(digit not in b"01234567" for digit in digits):
        return False
    others = record[:148] + record[156:]
    blanks = 8 * 32
    unsigned = sum(others) + blanks
    signed = sum(byte - 256 if byte > 127 else byte for byte in others) + blanks
    return int(digits, 8) in (unsigned, signed)


def _number(octets: bytes) -> int:
    """Octal digits, or GNU's base-256 number with the highest bit set."""
    if octets[0] == 0x80:
        value = int.from_bytes(octets[1:], "big")
        if value >> 62:
            raise corrupt("a member of an impossible size")
        return value
    digits = octets.strip(b" \0")
    if any(digit not in b"01234567" for digit in digits):
        raise corrupt("a member of an impossible size")
    return int(digits or b"0", 8)


def _name(record: bytes) -> str:
    name = record[:100].split(b"\0", 1)[0]
    prefix = record[345:500].split(b"\0", 1)[0]
    # GNU's old format keeps times where ustar has the prefix.
    if record[257:263] == b"ustar\0" and prefix:
        name = prefix + b"/" + name
    return _text(name)


def _text(name: bytes) -> str:
    try:
        return name.decode()
    except UnicodeDecodeError:
        return name.decode("latin-1")

"""What every archive must keep to: how much may come out of it, and which names its members may have."""

import unicodedata
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

BLOCK_BYTES = 256 * 1024
# Below this much output nobody is harmed, however well it was compressed.
RATIO_FREE_BYTES = 16 * 1024**2
SHOWN_CHARACTERS = 120

_LITTER_FOLDERS = frozenset({"__macosx"})
_LITTER_FILES = frozenset({"thumbs.db", "desktop.ini"})
# These turn the text that follows around, so that a name reads as another one.
_TURNING = frozenset("\u200e\u200f\u061c\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_REFUSED_CATEGORIES = frozenset({"Cc", "Cs", "Zl", "Zp"})


@dataclass(frozen=True)
class Limits:
    """How much an archive may hold.

    `bytes` counts what comes out; `ratio` is that over the archive's own size, ignored below 16 MiB; `depth` counts
    the parts of a path, the file's own name included.
    """

    members: int = 2_000_000
    bytes: int = 64 * 1024**3
    ratio: float = 200.0
    depth: int = 32
    name_bytes: int = 255
    path_bytes: int = 1024


class ArchiveError(Exception):
    """The archive is refused: a stable `code`, a sentence that names the member, and what to do."""

    def __init__(self, code: str, message: str, action: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.action = action


@dataclass(frozen=True)
class Member:
    """A file or folder of an archive. `blocks` gives its bytes once, and has to be used up before the next member."""

    name: str
    is_folder: bool
    blocks: Iterable[bytes]


def shown(name: str) -> str:
    """A member's name fit for a message: no control characters, not longer than a line."""
    text = "".join(
        char if char.isprintable() and char not in _TURNING else "\N{REPLACEMENT CHARACTER}" for char in name
    )
    return f"'{text}'" if len(text) <= SHOWN_CHARACTERS else f"'{text[:SHOWN_CHARACTERS]}…'"


def control_character(name: str) -> str | None:
    """The first character of a name that cannot be shown, or makes it read as another name."""
    if name.isascii() and name.isprintable():
        return None
    found = (char for char in name if char in _TURNING or unicodedata.category(char) in _REFUSED_CATEGORIES)
    return next(found, None)


def corrupt(what: str) -> ArchiveError:
    """The archive breaks the rules of its own format."""
    return ArchiveError("archive_corrupt", f"The archive is damaged: {what}.", "Make the archive again and upload it.")


def truncated(what: str) -> ArchiveError:
    """The archive ends too early."""
    return ArchiveError(
        "archive_truncated",
        f"The archive is not complete: {what}.",
        "Upload it again; check its size against the original.",
    )


def unsupported_link(name: str) -> ArchiveError:
    return ArchiveError(
        "archive_link",
        f"The archive holds a link, {shown(name)}; links are refused because they can lead out of it.",
        "Pack the files themselves in place of links to them (tar: option --dereference).",
    )


def special_file(name: str, what: str) -> ArchiveError:
    return ArchiveError(
        "archive_special_file",
        f"The archive member {shown(name)} is {what}, not a plain file.",
        "Pack plain files and folders only.",
    )


def _outside(name: str, why: str) -> ArchiveError:
    return ArchiveError(
        "archive_path_outside",
        f"The archive member {shown(name)} would leave the folder it is unpacked into: {why}.",
        "Make the archive again with relative paths, separated by '/'.",
    )


def path_parts(name: str, limits: Limits) -> tuple[str, ...]:
    """The parts of a member's path; empty for the archive's own root ('./').

    Raises ArchiveError for names that lead out (absolute, '..', backslash, drive), that cannot be shown or stored
    (control characters, NUL, unpaired surrogates), or that are too long or too deep.
    """
    char = control_character(name)
    if char is not None:
        raise ArchiveError(
            "archive_name_invalid",
            f"The name of the archive member {shown(name)} contains a control character (U+{ord(char):04X}).",
            "Rename the file and make the archive again.",
        )
    if "\\" in name:
        raise _outside(name, "it contains a backslash")
    if name.startswith("/"):
        raise _outside(name, "its path is absolute")
    if len(name) > 1 and name[1] == ":" and name[0].isascii() and name[0].isalpha():
        raise _outside(name, "it begins with a drive letter")
    parts = tuple(part for part in name.split("/") if part not in ("", "."))
    if ".." in parts:
        raise _outside(name, "it contains '..'")
    if len(parts) > limits.depth:
        raise ArchiveError(
            "archive_too_deep",
            f"The archive member {shown(name)} lies {len(parts)} folders deep; {limits.depth} are allowed.",
            "Pack with fewer nested folders.",
        )
    if any(len(part.encode()) > limits.name_bytes for part in parts) or len(name.encode()) > limits.path_bytes:
        raise ArchiveError(
            "archive_name_too_long",
            f"The name of the archive member {shown(name)} is longer than {limits.name_bytes} bytes,"
            f" or its path than {limits.path_bytes}.",
            "Shorten the names and make the archive again.",
        )
    if not parts and name.strip("./"):
        raise ArchiveError("archive_name_invalid", "An archive member has no name.", "Make the archive again.")
    return parts


def is_litter(parts: tuple[str, ...]) -> bool:
    """Files that operating systems leave behind, and hidden ones."""
    if any(part.startswith(".") or part.lower() in _LITTER_FOLDERS for part in parts):
        return True
    return parts[-1].lower() in _LITTER_FILES


class Destination:
    """Writes members below `folder`, which has to be empty, and holds the limits while it does."""

    def __init__(
        self,
        folder: Path,
        limits: Limits,
        archive_bytes: int,
        check: Callable[[], None] | None = None,
        written: Callable[[Path], None] | None = None,
    ) -> None:
        self.folder = folder
        self.limits = limits
        self.files = 0
        self.bytes = 0
        self.dropped = 0
        self._members = 0
        self._check = check
        self._written = written
        self._most = most_bytes(limits, archive_bytes)
        self._file_keys: set[str] = set()
        self._folder_keys: dict[str, str] = {}
        self._folders: set[str] = set()

    def take(self, member: Member) -> None:
        """Store one member, or drop it when it is litter. Raises ArchiveError; OSError when the disk is full."""
        self._members += 1
        if self._members > self.limits.members:
            raise too_many(self.limits)
        if self._check is not None:
            self._check()
        parts = path_parts(member.name, self.limits)
        if not parts:
            if not member.is_folder:
                raise ArchiveError("archive_name_invalid", "An archive member has no name.", "Make the archive again.")
            self._use_up(member)
            return
        if member.is_folder:
            self._claim_folders(parts, member.name)
            self._use_up(member)
            return
        self._claim_folders(parts[:-1], member.name)
        self._claim_file(parts, member.name)
        if is_litter(parts):
            self.dropped += 1
            self._use_up(member)
            return
        self._write(parts, member)

    def _write(self, parts: tuple[str, ...], member: Member) -> None:
        parent = "/".join(parts[:-1])
        if parent not in self._folders:
            self.folder.joinpath(*parts[:-1]).mkdir(parents=True, exist_ok=True)
            self._folders.add(parent)
        path = self.folder.joinpath(*parts)
        with path.open("xb", buffering=0) as file:
            for block in self._counted(member):
                rest = memoryview(block)
                while rest:
                    rest = rest[file.write(rest) :]
        self.files += 1
        if self._written is not None:
            self._written(path)

    def _use_up(self, member: Member) -> None:
        for _ in self._counted(member):
            pass

    def _counted(self, member: Member) -> Iterator[bytes]:
        for block in member.blocks:
            self.bytes += len(block)
            if self.bytes > self._most:
                raise too_large(self.limits, self._most)
            if self._check is not None:
                self._check()
            yield block

    def _claim_folders(self, parts: tuple[str, ...], name: str) -> None:
        """Note the folders of a path; neither a file nor another spelling may have the same name."""
        path = "/".join(parts)
        if path in self._folder_keys:
            return
        for depth in range(1, len(parts) + 1):
            spelling = "/".join(parts[:depth])
            key = _caseless(spelling)
            known = self._folder_keys.setdefault(key, spelling)
            if known != spelling or key in self._file_keys:
                raise _collision(name)
        self._folder_keys.setdefault(path, path)

    def _claim_file(self, parts: tuple[str, ...], name: str) -> None:
        key = _caseless("/".join(parts))
        if key in self._file_keys or key in self._folder_keys:
            raise _collision(name)
        self._file_keys.add(key)


def most_bytes(limits: Limits, archive_bytes: int) -> int:
    """How much may come out of an archive of `archive_bytes`."""
    return min(limits.bytes, max(RATIO_FREE_BYTES, int(limits.ratio * archive_bytes)))


def too_many(limits: Limits) -> ArchiveError:
    return ArchiveError(
        "archive_too_many_members",
        f"The archive has more than {limits.members:,} members.",
        "Split it, or pack only what is needed.",
    )


def too_large(limits: Limits, most: int) -> ArchiveError:
    """The refusal for more than `most` bytes: by size, or by how suspiciously well they were compressed."""
    if most >= limits.bytes:
        return ArchiveError(
            "archive_too_large",
            f"The archive holds more than {limits.bytes / 1024**2:,.0f} MiB.",
            "Pack fewer files, or let the administrator raise the limit.",
        )
    return ArchiveError(
        "archive_bomb",
        f"The archive unpacks to more than {limits.ratio:g} times its size; it looks like a decompression bomb.",
        "If its content is right, pack it without compression (zip -0, plain tar).",
    )


def _caseless(path: str) -> str:
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", path).casefold())


def _collision(name: str) -> ArchiveError:
    return ArchiveError(
        "archive_name_collision",
        f"The archive has two members called {shown(name)}, or names that differ only in upper and lower case.",
        "Rename one of them and make the archive again.",
    )

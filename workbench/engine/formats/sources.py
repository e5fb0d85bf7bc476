"""The files of an import, resolved once, with links and special files refused."""

from __future__ import annotations

import mmap
import os
import stat
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from workbench.engine.formats.limits import MAX_FILES, MAX_NESTING
from workbench.engine.protocol import EngineError


@dataclass(frozen=True, slots=True)
class SourceFile:
    """One uploaded file: its name within the upload (with folders, by `/`), where it is staged, and its size in
    bytes."""

    name: str
    path: Path
    size: int

    @property
    def base(self) -> str:
        """The name without folders."""
        return PurePosixPath(self.name).name

    @property
    def stem(self) -> str:
        """The base name without its last extension."""
        return PurePosixPath(self.name).stem

    @property
    def extension(self) -> str:
        """Lower-case last extension with its dot, or an empty string."""
        return PurePosixPath(self.name).suffix.lower()

    @property
    def folder(self) -> str:
        """The folder part of the name, empty at the top."""
        parent = str(PurePosixPath(self.name).parent)
        return "" if parent == "." else parent

    def head(self, size: int = 4096) -> bytes:
        """The first bytes of the file."""
        with self.path.open("rb") as file:
            return file.read(size)

    @contextmanager
    def mapped(self) -> Iterator[memoryview]:
        """The whole file as a read-only view, mapped and not read."""
        if self.size == 0:
            yield memoryview(b"")
            return
        with self.path.open("rb") as file:
            mapping = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        view = memoryview(mapping)
        try:
            yield view
        finally:
            view.release()
            # A slice that a local variable or a traceback still holds keeps the mapping; it then goes with that.
            with suppress(BufferError):
                mapping.close()


def collect(files: Sequence[str], work: Path) -> list[SourceFile]:
    """The files named in an operation; a folder stands for all files in it.

    A name given directly may be a symbolic link, because that is how inputs are staged; what it leads to, and
    anything inside a folder, must be a plain file with one name. Raises `model_file_missing`, `model_file_forbidden`,
    `model_too_large`.
    """
    if not files:
        raise EngineError("model_file_missing", "The import names no file.", "Choose the files of the model.")
    found: list[SourceFile] = []
    for entry in files:
        pure = PurePosixPath(entry)
        if pure.is_absolute() or ".." in pure.parts or "\0" in entry or not pure.parts:
            raise _forbidden(entry, "it lies outside the folder of the import")
    common = PurePosixPath(os.path.commonpath([str(PurePosixPath(entry).parent) for entry in files]))
    for entry in files:
        pure = PurePosixPath(entry)
        path = work / entry
        target = _one_hop(path, entry)
        try:
            info = target.lstat()
        except OSError:
            raise EngineError(
                "model_file_missing", f"The file {pure.name} is not there.", "Upload the file again."
            ) from None
        if stat.S_ISDIR(info.st_mode):
            found.extend(_walk(path, ""))
        else:
            _check_regular(info, pure.name)
            found.append(SourceFile(str(pure.relative_to(common)), path, info.st_size))
        if len(found) > MAX_FILES:
            break
    if len(found) > MAX_FILES:
        raise EngineError(
            "model_too_large",
            f"The import has more than {MAX_FILES} files.",
            "Import only the files of one model.",
        )
    return sorted(found, key=lambda file: file.name)


def _one_hop(path: Path, entry: str) -> Path:
    if not path.is_symlink():
        return path
    target = path.parent / path.readlink()
    if target.is_symlink():
        raise _forbidden(PurePosixPath(entry).name, "it is a symbolic link")
    return target


def _walk(folder: Path, prefix: str, depth: int = 0) -> Iterator[SourceFile]:
    if depth > MAX_NESTING:
        raise EngineError(
            "model_too_large",
            "The folders of the import are nested too deeply.",
            "Import the folder of the model itself.",
        )
    with os.scandir(folder) as entries:
        for count, entry in enumerate(entries):
            name = f"{prefix}{entry.name}"
            if count > MAX_FILES:
                return
            if entry.is_symlink():
                raise _forbidden(name, "it is a symbolic link")
            if entry.is_dir(follow_symlinks=False):
                yield from _walk(Path(entry.path), f"{name}/", depth + 1)
            else:
                info = entry.stat(follow_symlinks=False)
                _check_regular(info, name)
                yield SourceFile(name, Path(entry.path), info.st_size)


def _check_regular(info: os.stat_result, name: str) -> None:
    if stat.S_ISLNK(info.st_mode):
        raise _forbidden(name, "it is a symbolic link")
    if not stat.S_ISREG(info.st_mode):
        raise _forbidden(name, "it is not a plain file")
    if info.st_nlink != 1:
        raise _forbidden(name, "it is a hard link to a file that also has another name")


def _forbidden(name: str, why: str) -> EngineError:
    return EngineError(
        "model_file_forbidden",
        f"The file {name} is refused: {why}.",
        "Upload the files themselves, not links to them.",
        {"file": name},
    )

"""The bytes of an upload: one file, locked while somebody appends. Its size is the offset, whatever crashed before."""

import contextlib
import errno
import fcntl
import os
from collections.abc import Iterator
from pathlib import Path

from workbench.errors import DiskFull, NotFound, WorkbenchError

_NO_ROOM = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


class UploadLocked(WorkbenchError):
    status = 423
    code = "upload_locked"
    title = "Somebody else is sending this upload"
    action = "Wait for the other request to end, ask for the offset and go on from there."


def create(path: Path) -> None:
    """An empty file that is there after a crash too."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
    os.close(descriptor)
    folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def size(path: Path) -> int | None:
    """Bytes that have arrived; None when there is no such file."""
    try:
        return path.stat(follow_symlinks=False).st_size
    except FileNotFoundError:
        return None


def untouched_since(path: Path, before: float) -> bool:
    """True when the file is there and was last written before `before` (seconds since the epoch)."""
    try:
        return path.stat(follow_symlinks=False).st_mtime < before
    except FileNotFoundError:
        return False


class Appender:
    """Holds the lock of an upload and appends to it.

    The lock is the kernel's: it ends with the process that held it.
    """

    def __init__(self, path: Path) -> None:
        try:
            self._file = open(path, "r+b", buffering=0, opener=_no_links)  # noqa: SIM115  (lives as long as this)
        except FileNotFoundError as error:
            raise NotFound("There is no such upload.", code="upload_not_found") from error
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            self._file.close()
            raise UploadLocked("Another request is appending to this upload.") from error
        status = os.fstat(self._file.fileno())
        if status.st_nlink == 0:
            self._file.close()
            raise NotFound("There is no such upload.", code="upload_not_found")
        self.start = status.st_size
        self.offset = self._file.seek(0, os.SEEK_END)

    def write(self, data: bytes) -> None:
        """Append all of `data`. What fits before the disk is full stays and counts."""
        rest = memoryview(data)
        while rest:
            try:
                count = os.write(self._file.fileno(), rest)
            except OSError as error:
                if error.errno in _NO_ROOM:
                    raise DiskFull("The upload stopped because the disk of the server is full.") from error
                raise
            self.offset += count
            rest = rest[count:]

    def rewind(self) -> None:
        """Back to where this request began: its data was refused."""
        self._file.truncate(self.start)
        self.offset = self._file.seek(self.start)

    def close(self) -> None:
        """Sync what was written, then give the lock up."""
        if self._file.closed:
            return
        try:
            if self.offset != self.start:
                os.fsync(self._file.fileno())
        finally:
            self._file.close()


def _no_links(path: str, flags: int) -> int:
    return os.open(path, flags | os.O_NOFOLLOW)


@contextlib.contextmanager
def unused(path: Path) -> Iterator[bool]:
    """Keep appenders away for a moment; False when one is at work. A missing file counts as unused."""
    try:
        appender = Appender(path)
    except NotFound:
        yield True
    except UploadLocked:
        yield False
    else:
        try:
            yield True
        finally:
            appender.close()

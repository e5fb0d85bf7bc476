"""JPEG pictures are examined while their archive is still being unpacked: one waits for the disk, one computes."""

import threading
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from types import TracebackType
from typing import Self

from workbench.datasets.thumbnails import BadPicture, Picture, read_picture

# Masks are never JPEG: what is called so is a picture that will have to be examined anyway.
SUFFIXES = (".jpg", ".jpeg")
WAITING = 64


@dataclass(frozen=True)
class Examined:
    """A picture that was decoded, and where its thumbnail is."""

    picture: Picture
    thumbnail: Path


class Ahead:
    """Examines files as they are written. They may be moved afterwards: they are known by their inode."""

    def __init__(self, staged: Path, threads: int) -> None:
        self._staged = staged
        self._found: dict[int, Examined | BadPicture] = {}
        self._room = threading.BoundedSemaphore(WAITING)
        self._pool = ThreadPoolExecutor(threads)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._pool.shutdown(cancel_futures=kind is not None)

    def take(self, path: Path) -> None:
        """Examine a complete file if it seems to be a picture; waits while too many others do."""
        if path.suffix.lower() in SUFFIXES:
            self._room.acquire()
            self._pool.submit(self._examine, path)

    def _examine(self, path: Path) -> None:
        try:
            inode = path.stat().st_ino
            self._found[inode] = examined(path, self._staged / f"ahead-{inode}.thumbnail")[1]
        except BadPicture as error:
            self._found[inode] = error
        except OSError:
            # Moved meanwhile, or a full disk: whoever needs it looks again, and tells.
            return
        finally:
            self._room.release()

    @property
    def found(self) -> Mapping[int, Examined | BadPicture]:
        """Inode → what its file is; complete once this was left."""
        return self._found


def examined(path: Path, thumbnail: Path) -> tuple[bytes, Examined]:
    """The content of a file and what it is; its thumbnail is written. Raises BadPicture, OSError."""
    data, picture = read_picture(path)
    thumbnail.write_bytes(picture.thumbnail)
    return data, Examined(replace(picture, thumbnail=b""), thumbnail)

"""Folders of the data folder, and artifacts that appear whole or not at all (DESIGN §7)."""

import contextlib
import hashlib
import os
import re
import shutil
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from workbench.db.base import new_id
from workbench.errors import DiskFull, NotFound

_ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_PART = re.compile(r"[^\x00-\x1f/\\]{1,255}")
_BLOCK = 1 << 20
# Syncs that wait for the disk together take half the time of as many one after another.
_SYNCS = 4


@dataclass(frozen=True)
class StoredArtifact:
    """A complete folder in the store; `sha256` covers names and contents of all its files."""

    id: str
    size_bytes: int
    sha256: str


class Storage:
    """All paths below `root`. Users never supply one: names come from ids or are checked here."""

    def __init__(self, root: Path, reserve_bytes: int = 0) -> None:
        self.root = root.absolute()
        self.reserve_bytes = reserve_bytes

    def prepare(self) -> None:
        """Make the folders; the data folder is readable for its owner alone."""
        self.root.mkdir(parents=True, exist_ok=True, mode=0o700)
        for name in ("artifacts", "uploads", "work", "logs", "trash"):
            (self.root / name).mkdir(exist_ok=True)

    # Paths

    def resolve(self, *parts: str) -> Path:
        """`root/parts…`, refusing every part that could leave the data folder."""
        for part in parts:
            # File systems count bytes, and make an error of a longer name.
            if part in ("", ".", "..") or not _PART.fullmatch(part) or len(part.encode("utf-8", "replace")) > 255:
                raise NotFound("There is no such file.")
        path = self.root.joinpath(*parts)
        if not path.resolve().is_relative_to(self.root.resolve()):
            raise NotFound("There is no such file.")
        return path

    def artifact(self, artifact_id: str, *parts: str) -> Path:
        """A file of an artifact (or its folder). Sharded by the last two digits: UUIDv7 begins with the time."""
        self._check(artifact_id)
        return self.resolve("artifacts", artifact_id[-2:], artifact_id, *parts)

    def upload(self, upload_id: str) -> Path:
        self._check(upload_id)
        return self.resolve("uploads", upload_id)

    def job_log(self, job_id: str) -> Path:
        self._check(job_id)
        return self.resolve("logs", f"job-{job_id}.log")

    def server_log(self, name: str) -> Path:
        return self.resolve("logs", f"{name}.log")

    def server_logs(self) -> list[Path]:
        return sorted(path for path in (self.root / "logs").glob("*.log") if not path.name.startswith("job-"))

    @staticmethod
    def _check(identifier: str) -> None:
        if not _ID.fullmatch(identifier):
            raise NotFound("There is no such thing.")

    # Work folders

    def new_work(self, job_id: str, attempt: int) -> Path:
        """An empty folder for one attempt of a job."""
        self._check(job_id)
        path = self.root / "work" / f"{job_id}-{attempt}-{os.urandom(3).hex()}"
        path.mkdir(parents=True)
        return path

    def discard(self, path: Path) -> None:
        """Remove a work folder or an upload; not being there is fine."""
        if not path.absolute().is_relative_to(self.root):
            raise ValueError(f"{path} is outside of the data folder")
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path, ignore_errors=True)
        else:
            path.unlink(missing_ok=True)

    # Artifacts

    def publish(self, folder: Path) -> StoredArtifact:
        """Hash, sync and rename `folder` (of regular files, on the same disk) into the store.

        The caller commits the row afterwards; an artifact without row is swept away.
        """
        with ThreadPoolExecutor(_SYNCS) as pool:
            size, digest = _hashed(folder, pool)
        identifier = new_id()
        place = self.artifact(identifier)
        place.parent.mkdir(parents=True, exist_ok=True)
        folder.rename(place)
        for directory in (place, place.parent):
            _sync(directory)
        return StoredArtifact(identifier, size, digest)

    def delete_artifact(self, artifact_id: str) -> None:
        """Out of sight at once by a rename, then removed; done after the row is gone."""
        place = self.artifact(artifact_id)
        grave = self.root / "trash" / f"{artifact_id}-{os.urandom(3).hex()}"
        with contextlib.suppress(FileNotFoundError):
            place.rename(grave)
            shutil.rmtree(grave, ignore_errors=True)

    def artifact_ids(self, older_than_s: float) -> Iterator[str]:
        """Artifacts that have been here for some time, so that none is taken for an orphan before its commit."""
        limit = time.time() - older_than_s
        for place in (self.root / "artifacts").glob("*/*"):
            with contextlib.suppress(OSError):
                if _ID.fullmatch(place.name) and place.stat().st_ctime < limit:
                    yield place.name

    def stale_work(self, older_than_s: float) -> Iterator[tuple[str, Path]]:
        """(job id, folder) of work folders untouched for some time; also what a crash left in the trash."""
        limit = time.time() - older_than_s
        for name in ("work", "trash"):
            for place in (self.root / name).iterdir():
                with contextlib.suppress(OSError):
                    if place.stat().st_mtime < limit:
                        yield place.name[:36], place

    # Disk

    def disk(self) -> shutil._ntuple_diskusage:
        return shutil.disk_usage(self.root)

    def require_room(self, wanted_bytes: int) -> None:
        """Raise DiskFull when `wanted_bytes` would eat into the reserve."""
        free = self.disk().free
        if wanted_bytes > free - self.reserve_bytes:
            raise DiskFull(f"{wanted_bytes / 1e6:.0f} MB are needed and {free / 1e6:.0f} MB are free on the server.")

    def size_of(self, *parts: str) -> int:
        """Bytes of all files below a folder of the store."""
        return sum(path.stat().st_size for path in self.resolve(*parts).rglob("*") if path.is_file())


def _hashed(folder: Path, pool: ThreadPoolExecutor) -> tuple[int, str]:
    """The bytes of all files below `folder` and the SHA-256 over their names and contents; all are on the disk then.

    Raises ValueError for what is no regular file, OSError.
    """
    digest = hashlib.sha256()
    size = 0
    syncs = []
    for parts in sorted(_files(folder, ())):
        relative = "/".join(parts)
        name = os.fsencode(relative)
        digest.update(len(name).to_bytes(4, "big") + name)
        path = folder / relative
        count = 0
        with path.open("rb", buffering=0) as file:
            while block := file.read(_BLOCK):
                digest.update(block)
                count += len(block)
        syncs.append(pool.submit(_sync, path))
        digest.update(count.to_bytes(8, "big"))
        size += count
    for sync in syncs:
        sync.result()
    return size, digest.hexdigest()


def _files(folder: Path, parts: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    """The names of all files below `folder`, in their parts. Raises ValueError for what is no regular file."""
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.is_dir(follow_symlinks=False):
                yield from _files(folder / entry.name, (*parts, entry.name))
            elif entry.is_file(follow_symlinks=False):
                yield (*parts, entry.name)
            else:
                raise ValueError(f"{entry.name} is not a regular file")


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)

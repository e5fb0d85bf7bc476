"""Writes the archive of an export: the hash of every file is taken while it is packed, and the manifest comes last."""

import hashlib
import io
import tarfile
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import IO, Self

from workbench import __version__
from workbench.packages.export_document import MANIFEST, SCHEMA, Manifest, Member

# Weights and pictures hardly become smaller: more effort would only take longer.
COMPRESSION = 1
_BLOCK = 1 << 20


class Archive:
    """A tar.gz that is being written; its members have no owner and the time that it was made for all of them."""

    def __init__(self, path: Path, openvino: str, created_at: datetime, packed: Callable[[int], None]) -> None:
        self._tar = tarfile.open(path, "w:gz", compresslevel=COMPRESSION, format=tarfile.GNU_FORMAT)  # noqa: SIM115
        self._openvino, self._created_at, self._packed = openvino, created_at, packed
        self.members: list[Member] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._tar.close()

    def file(self, name: str, path: Path) -> None:
        """Raises OSError, also FileNotFoundError for a file that has gone meanwhile."""
        with path.open("rb") as source:
            self._add(name, source, path.stat().st_size)

    def text(self, name: str, text: str) -> None:
        data = text.encode()
        self._add(name, io.BytesIO(data), len(data))

    def finish(self) -> None:
        """Write the manifest."""
        manifest = Manifest(
            format="workbench project export",
            schema_version=SCHEMA,
            workbench=__version__,
            openvino=self._openvino,
            created_at=self._created_at,
            files=self.members,
        )
        data = manifest.model_dump_json(indent=1).encode()
        self._tar.addfile(self._info(MANIFEST, len(data)), io.BytesIO(data))

    def _add(self, name: str, source: IO[bytes], size: int) -> None:
        hashed = _Hashed(source, self._packed)
        self._tar.addfile(self._info(name, size), hashed)
        self.members.append(Member(path=name, size_bytes=size, sha256=hashed.digest.hexdigest()))

    def _info(self, name: str, size: int) -> tarfile.TarInfo:
        info = tarfile.TarInfo(name)
        info.size, info.mtime, info.mode = size, int(self._created_at.timestamp()), 0o644
        return info


class _Hashed(io.RawIOBase):
    """What is read from it is hashed and counted."""

    def __init__(self, source: IO[bytes], packed: Callable[[int], None]) -> None:
        self._source, self._packed = source, packed
        self.digest = hashlib.sha256()

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        data = self._source.read(size)
        self.digest.update(data)
        self._packed(len(data))
        return data


def sha256_of(path: Path, check: Callable[[], None] | None = None) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(_BLOCK):
            if check is not None:
                check()
            digest.update(block)
    return digest.hexdigest()

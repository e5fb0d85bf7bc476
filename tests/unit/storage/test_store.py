"""Artifacts appear whole or not at all, and no name leaves the data folder."""

import errno
import hashlib
import os
import zipfile
from io import BytesIO
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.db.base import new_id
from workbench.errors import DiskFull, NotFound
from workbench.storage.store import Storage
from workbench.storage.zipstream import zip_stream


@pytest.fixture
def storage(tmp_path: Path) -> Storage:
    storage = Storage(tmp_path / "data")
    storage.prepare()
    return storage


def folder(storage: Storage, **files: bytes) -> Path:
    work = storage.new_work(new_id(), 1) / "artifact"
    work.mkdir()
    for name, content in files.items():
        (work / name).write_bytes(content)
    return work


def test_publish_moves_the_whole_folder(storage: Storage) -> None:
    work = folder(storage, a=b"abc", b=b"defg")
    stored = storage.publish(work)
    assert not work.exists()
    assert storage.artifact(stored.id, "a").read_bytes() == b"abc"
    assert stored.size_bytes == 7
    # Length-prefixed name, content, length of content: written down here independently.
    digest = hashlib.sha256()
    for name, content in ((b"a", b"abc"), (b"b", b"defg")):
        digest.update(len(name).to_bytes(4, "big") + name + content + len(content).to_bytes(8, "big"))
    assert stored.sha256 == digest.hexdigest()


def test_publish_refuses_links(storage: Storage) -> None:
    work = folder(storage, a=b"abc")
    (work / "link").symlink_to("/etc/passwd")
    with pytest.raises(ValueError, match="regular"):
        storage.publish(work)
    assert list(storage.artifact_ids(-1)) == []


def test_delete_leaves_nothing(storage: Storage) -> None:
    stored = storage.publish(folder(storage, a=b"abc"))
    storage.delete_artifact(stored.id)
    storage.delete_artifact(stored.id)
    assert list(storage.artifact_ids(-1)) == []
    assert list((storage.root / "trash").iterdir()) == []


def test_a_failed_rename_publishes_nothing(storage: Storage, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(self: Path, target: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    work = folder(storage, a=b"abc")
    monkeypatch.setattr(Path, "rename", full)
    with pytest.raises(OSError, match="No space"):
        storage.publish(work)
    assert list(storage.artifact_ids(-1)) == []


@pytest.mark.parametrize(
    "part",
    ["", ".", "..", "../x", "a/b", "/etc/passwd", "a\\b", "a\x00b", "line\nbreak", "x" * 256, "..\\..", "\x7f/.."],
)
def test_hostile_parts(storage: Storage, part: str) -> None:
    with pytest.raises(NotFound):
        storage.resolve("artifacts", part)


@given(st.lists(st.text(max_size=40), min_size=1, max_size=4))
def test_no_text_leaves_the_folder(tmp_path_factory: pytest.TempPathFactory, parts: list[str]) -> None:
    root = tmp_path_factory.getbasetemp() / "hostile"
    try:
        path = Storage(root).resolve(*parts)
    except NotFound:
        return
    assert Path(os.path.normpath(path)).is_relative_to(root)


@pytest.mark.parametrize("name", ["", "x", "../../etc", new_id().upper() + "x", "0" * 36, "%2e%2e"])
def test_hostile_ids(storage: Storage, name: str) -> None:
    for place in (storage.artifact, storage.upload, storage.job_log):
        with pytest.raises(NotFound):
            place(name)


def test_a_link_inside_an_artifact_is_not_followed(storage: Storage) -> None:
    stored = storage.publish(folder(storage, a=b"abc"))
    (storage.artifact(stored.id) / "out").symlink_to("/etc")
    with pytest.raises(NotFound):
        storage.artifact(stored.id, "out", "passwd")


def test_room_is_asked_for(storage: Storage) -> None:
    storage.require_room(1)
    with pytest.raises(DiskFull) as caught:
        storage.require_room(1 << 60)
    assert caught.value.status == 507


def test_zip_stream_is_a_zip(tmp_path: Path) -> None:
    big = os.urandom(3_000_000)
    (tmp_path / "a.bin").write_bytes(big)
    (tmp_path / "b.xml").write_text("<net/>")
    data = b"".join(zip_stream([("m.bin", tmp_path / "a.bin"), ("m.xml", tmp_path / "b.xml")]))
    with zipfile.ZipFile(BytesIO(data)) as archive:
        assert archive.testzip() is None
        assert archive.read("m.bin") == big
        assert archive.read("m.xml") == b"<net/>"

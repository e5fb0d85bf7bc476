import os
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import update
from sqlalchemy.orm import Session

from tests.server import migrated, runtime_of
from workbench.db.base import new_id
from workbench.db.session import now
from workbench.db.tables import Job, Upload
from workbench.errors import Conflict, DiskFull, WorkbenchError
from workbench.runtime import Runtime
from workbench.uploads import files, repository, service
from workbench.uploads.names import BadFilename


@pytest.fixture
def runtime(tmp_path: Path) -> Iterator[Runtime]:
    with runtime_of(migrated(tmp_path / "data", upload_max_bytes=1000, disk_reserve_bytes=0)) as made:
        yield made


def uploaded(runtime: Runtime, name: str, content: bytes, announced: int | None = None) -> str:
    """An upload of which `content` has arrived."""
    row = service.create(runtime, len(content) if announced is None else announced, name)
    appender, _ = service.open_appender(runtime, row.id, 0, len(content))
    appender.write(content)
    service.close_appender(runtime, row.id, appender)
    return row.id


def job(session: Session, state: str = "queued") -> str:
    row = Job(kind="test", title="test", measuring=False, parameters={}, state=state)
    session.add(row)
    session.flush()
    return row.id


def expire(runtime: Runtime, upload_id: str) -> None:
    with runtime.db.write() as session:
        past = now(session) - timedelta(seconds=1)
        session.execute(update(Upload).where(Upload.id == upload_id).values(expires_at=past))


def exists(runtime: Runtime, upload_id: str) -> tuple[bool, bool]:
    """Whether the row and the file are there."""
    with runtime.db.read() as session:
        return session.get(Upload, upload_id) is not None, runtime.storage.upload(upload_id).exists()


def code_of(caught: "pytest.ExceptionInfo[WorkbenchError]") -> str:
    return caught.value.code


class TestCreate:
    def test_makes_row_and_empty_file(self, runtime: Runtime) -> None:
        row = service.create(runtime, 10, "a/b.onnx")
        with runtime.db.read() as session:
            found, offset = service.get(session, runtime.storage, row.id)
        assert (found.filename, found.size_bytes, offset) == ("a/b.onnx", 10, 0)
        assert found.expires_at - found.created_at == timedelta(hours=24)

    def test_too_large_leaves_nothing(self, runtime: Runtime) -> None:
        with pytest.raises(service.UploadTooLarge):
            service.create(runtime, 1001, "a")
        assert list(runtime.storage.resolve("uploads").iterdir()) == []

    def test_bad_name_leaves_nothing(self, runtime: Runtime) -> None:
        with pytest.raises(BadFilename):
            service.create(runtime, 1, "../a")
        assert list(runtime.storage.resolve("uploads").iterdir()) == []

    def test_refused_when_the_disk_has_no_room_for_it(self, tmp_path: Path) -> None:
        with runtime_of(migrated(tmp_path / "full", disk_reserve_bytes=1 << 60)) as runtime:
            with pytest.raises(DiskFull):
                service.create(runtime, 1, "a")
            assert list(runtime.storage.resolve("uploads").iterdir()) == []

    def test_no_file_stays_when_the_row_cannot_be_written(
        self, runtime: Runtime, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def fail(*_: object) -> None:
            raise RuntimeError("no database")

        monkeypatch.setattr(repository, "add", fail)
        with pytest.raises(RuntimeError):
            service.create(runtime, 1, "a")
        assert list(runtime.storage.resolve("uploads").iterdir()) == []


class TestGet:
    @pytest.mark.parametrize("text", ["", "x", "../../etc/passwd", "0" * 36, "A" * 8, "\x00"])
    def test_what_is_no_id_is_not_found(self, runtime: Runtime, text: str) -> None:
        with runtime.db.read() as session, pytest.raises(service.UploadNotFound):
            service.get(session, runtime.storage, text)

    def test_unknown(self, runtime: Runtime) -> None:
        with runtime.db.read() as session, pytest.raises(service.UploadNotFound):
            service.get(session, runtime.storage, new_id())

    def test_a_lost_file_is_not_found(self, runtime: Runtime) -> None:
        row = service.create(runtime, 1, "a")
        runtime.storage.upload(row.id).unlink()
        with runtime.db.read() as session, pytest.raises(service.UploadNotFound):
            service.get(session, runtime.storage, row.id)

    def test_expired(self, runtime: Runtime) -> None:
        row = service.create(runtime, 1, "a")
        expire(runtime, row.id)
        with runtime.db.read() as session, pytest.raises(service.UploadExpired) as caught:
            service.get(session, runtime.storage, row.id)
        assert caught.value.status == 410


class TestOpenAppender:
    def test_the_offset_is_the_size_of_the_file_not_of_the_row(self, runtime: Runtime) -> None:
        # As after a kill between writing and noting: three bytes are there, the row says none.
        row = service.create(runtime, 5, "a")
        runtime.storage.upload(row.id).write_bytes(b"abc")
        with pytest.raises(service.OffsetMismatch):
            service.open_appender(runtime, row.id, 0, 2)
        appender, room = service.open_appender(runtime, row.id, 3, 2)
        appender.close()
        assert room == 2

    def test_past_the_end(self, runtime: Runtime) -> None:
        row = service.create(runtime, 5, "a")
        with pytest.raises(service.UploadTooLarge) as caught:
            service.open_appender(runtime, row.id, 0, 6)
        assert code_of(caught) == "upload_past_end"

    def test_larger_than_a_part_may_be(self, tmp_path: Path) -> None:
        with runtime_of(migrated(tmp_path / "parts", upload_chunk_max_bytes=10)) as runtime:
            row = service.create(runtime, 100, "a")
            with pytest.raises(service.UploadTooLarge) as caught:
                service.open_appender(runtime, row.id, 0, 11)
            assert code_of(caught) == "upload_part_too_large"

    def test_refusals_give_the_lock_back(self, runtime: Runtime) -> None:
        row = service.create(runtime, 5, "a")
        for _ in range(2):
            with pytest.raises(service.OffsetMismatch):
                service.open_appender(runtime, row.id, 1, 1)

    def test_handed_over(self, runtime: Runtime) -> None:
        upload = uploaded(runtime, "a", b"x")
        with runtime.db.write() as session:
            service.take(session, runtime.storage, [upload], job(session))
        with pytest.raises(service.UploadInUse):
            service.open_appender(runtime, upload, 1, 0)

    def test_a_part_puts_the_expiry_off(self, runtime: Runtime) -> None:
        row = service.create(runtime, 5, "a")
        with runtime.db.write() as session:
            soon = now(session) + timedelta(seconds=30)
            session.execute(update(Upload).where(Upload.id == row.id).values(expires_at=soon))
        appender, _ = service.open_appender(runtime, row.id, 0, 1)
        appender.write(b"x")
        noted = service.close_appender(runtime, row.id, appender)
        assert noted is not None
        assert noted.offset_bytes == 1
        assert noted.expires_at > soon + timedelta(hours=23)


class TestTake:
    def test_gives_complete_files_in_the_order_asked_for(self, runtime: Runtime) -> None:
        second, first = uploaded(runtime, "b", b"22"), uploaded(runtime, "f/a", b"1")
        with runtime.db.write() as session:
            taken = service.take(session, runtime.storage, [first, second], job(session))
        assert [(t.id, t.filename, t.path.read_bytes(), t.size_bytes) for t in taken] == [
            (first, "f/a", b"1", 1),
            (second, "b", b"22", 2),
        ]

    def test_of_job_tells_them_again(self, runtime: Runtime) -> None:
        uploads = [uploaded(runtime, name, b"x") for name in ("b", "a")]
        with runtime.db.write() as session:
            owner = job(session)
            service.take(session, runtime.storage, uploads, owner)
        with runtime.db.read() as session:
            assert [t.filename for t in service.of_job(session, runtime.storage, owner)] == ["a", "b"]
            assert service.of_job(session, runtime.storage, new_id()) == []

    def test_incomplete(self, runtime: Runtime) -> None:
        upload = uploaded(runtime, "a", b"12", announced=3)
        with runtime.db.write() as session, pytest.raises(service.UploadIncomplete):
            service.take(session, runtime.storage, [upload], job(session))

    def test_unknown(self, runtime: Runtime) -> None:
        for upload in (new_id(), "../x", ""):
            with runtime.db.write() as session, pytest.raises(service.UploadNotFound):
                service.take(session, runtime.storage, [upload], job(session))

    def test_once_only(self, runtime: Runtime) -> None:
        upload = uploaded(runtime, "a", b"1")
        with runtime.db.write() as session:
            service.take(session, runtime.storage, [upload], job(session))
        with runtime.db.write() as session, pytest.raises(service.UploadInUse):
            service.take(session, runtime.storage, [upload], job(session))

    def test_named_twice(self, runtime: Runtime) -> None:
        upload = uploaded(runtime, "a", b"1")
        with runtime.db.write() as session, pytest.raises(Conflict) as caught:
            service.take(session, runtime.storage, [upload, upload], job(session))
        assert code_of(caught) == "upload_repeated"

    def test_names_that_clash(self, runtime: Runtime) -> None:
        uploads = [uploaded(runtime, name, b"1") for name in ("a", "a/b")]
        with runtime.db.write() as session, pytest.raises(Conflict) as caught:
            service.take(session, runtime.storage, uploads, job(session))
        assert code_of(caught) == "upload_names_clash"

    def test_a_refusal_leaves_the_others_free(self, runtime: Runtime) -> None:
        good, bad = uploaded(runtime, "a", b"1"), uploaded(runtime, "b", b"1", announced=2)
        with pytest.raises(service.UploadIncomplete), runtime.db.write() as session:
            service.take(session, runtime.storage, [good, bad], job(session))
        with runtime.db.write() as session:
            assert service.take(session, runtime.storage, [good], job(session))

    def test_more_than_one_statement_may_name(self, runtime: Runtime) -> None:
        with runtime.db.write() as session:
            moment = now(session)
            rows = [Upload(filename=f"f/{i}", size_bytes=0, expires_at=moment) for i in range(repository.BATCH + 1)]
            session.add_all(rows)
            session.flush()
            for row in rows:
                files.create(runtime.storage.upload(row.id))
            taken = service.take(session, runtime.storage, [row.id for row in rows], job(session))
        assert len(taken) == repository.BATCH + 1


def test_names_come_in_the_order_asked_for(runtime: Runtime) -> None:
    b, a = service.create(runtime, 1, "b"), service.create(runtime, 1, "a")
    with runtime.db.read() as session:
        assert service.names(session, [a.id, b.id]) == ["a", "b"]
        with pytest.raises(service.UploadNotFound):
            service.names(session, [new_id()])


class TestRelease:
    def test_removes_rows_and_files_after_the_commit(self, runtime: Runtime) -> None:
        upload = uploaded(runtime, "a", b"1")
        with runtime.db.write() as session:
            owner = job(session)
            service.take(session, runtime.storage, [upload], owner)
        with runtime.db.write() as session:
            service.release(session, runtime.storage, owner)
            assert runtime.storage.upload(upload).exists()
        assert exists(runtime, upload) == (False, False)

    def test_a_rolled_back_release_leaves_both(self, runtime: Runtime) -> None:
        upload = uploaded(runtime, "a", b"1")
        with runtime.db.write() as session:
            owner = job(session)
            service.take(session, runtime.storage, [upload], owner)
        with runtime.db.write() as session:
            service.release(session, runtime.storage, owner)
            session.rollback()
        assert exists(runtime, upload) == (True, True)

    def test_twice_is_fine(self, runtime: Runtime) -> None:
        for _ in range(2):
            with runtime.db.write() as session:
                service.release(session, runtime.storage, new_id())


class TestDelete:
    def test_removes_row_and_file(self, runtime: Runtime) -> None:
        upload = uploaded(runtime, "a", b"1")
        service.delete(runtime, upload)
        assert exists(runtime, upload) == (False, False)
        with pytest.raises(service.UploadNotFound):
            service.delete(runtime, upload)

    def test_refused_while_a_job_uses_it(self, runtime: Runtime) -> None:
        upload = uploaded(runtime, "a", b"1")
        with runtime.db.write() as session:
            service.take(session, runtime.storage, [upload], job(session))
        with pytest.raises(service.UploadInUse):
            service.delete(runtime, upload)
        assert exists(runtime, upload) == (True, True)

    def test_refused_while_a_part_arrives(self, runtime: Runtime) -> None:
        row = service.create(runtime, 1, "a")
        appender, _ = service.open_appender(runtime, row.id, 0, 1)
        with pytest.raises(files.UploadLocked):
            service.delete(runtime, row.id)
        appender.close()
        service.delete(runtime, row.id)


class TestSweep:
    def test_expired_ones_go_and_others_stay(self, runtime: Runtime) -> None:
        old, new = uploaded(runtime, "a", b"1"), uploaded(runtime, "b", b"1")
        expire(runtime, old)
        assert service.sweep(runtime) == 1
        assert exists(runtime, old) == (False, False)
        assert exists(runtime, new) == (True, True)

    @pytest.mark.parametrize(("state", "goes"), [("queued", False), ("running", False), ("failed", True)])
    def test_what_a_job_uses_stays_until_the_job_has_ended(self, runtime: Runtime, state: str, goes: bool) -> None:
        upload = uploaded(runtime, "a", b"1")
        with runtime.db.write() as session:
            service.take(session, runtime.storage, [upload], job(session, state))
        expire(runtime, upload)
        service.sweep(runtime)
        assert exists(runtime, upload) == (not goes, not goes)

    def test_one_that_is_being_sent_stays(self, runtime: Runtime) -> None:
        row = service.create(runtime, 1, "a")
        appender, _ = service.open_appender(runtime, row.id, 0, 1)
        expire(runtime, row.id)
        assert service.sweep(runtime) == 0
        appender.close()
        assert service.sweep(runtime) == 1

    def test_files_without_row_go_when_they_are_old(self, runtime: Runtime) -> None:
        folder = runtime.storage.resolve("uploads")
        kept = uploaded(runtime, "a", b"1")
        orphan, fresh, strange = folder / new_id(), folder / new_id(), folder / "notes.txt"
        long_ago = time.time() - 2 * service.ORPHAN_AGE_S
        for path in (orphan, fresh, strange):
            path.write_bytes(b"x")
        for path in (orphan, strange, runtime.storage.upload(kept)):
            os.utime(path, (long_ago, long_ago))
        assert service.sweep(runtime) == 2
        assert sorted(path.name for path in folder.iterdir()) == sorted([kept, fresh.name])

    def test_a_row_whose_file_is_lost_goes_when_it_expires(self, runtime: Runtime) -> None:
        row = service.create(runtime, 1, "a")
        runtime.storage.upload(row.id).unlink()
        expire(runtime, row.id)
        assert service.sweep(runtime) == 1
        assert exists(runtime, row.id) == (False, False)


def test_arrived_bytes_is_the_sum_of_what_was_noted(runtime: Runtime) -> None:
    uploaded(runtime, "a", b"123", announced=10)
    uploaded(runtime, "b", b"45")
    with runtime.db.read() as session:
        assert service.arrived_bytes(session) == 5

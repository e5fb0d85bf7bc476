"""Uploads over real HTTP, on both databases: the protocol, and everything that can break off."""

import base64
import contextlib
import errno
import os
import secrets
import socket
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import httpx
import pytest
from sqlalchemy import update

from tests.server import client_of, migrated, runtime_of, serving
from workbench.db.base import new_id
from workbench.db.session import now
from workbench.db.tables import Upload
from workbench.runtime import Runtime
from workbench.uploads import routes

TUS = {"Tus-Resumable": "1.0.0"}
BYTES = {"Content-Type": "application/offset+octet-stream"}
UPLOADS = "/api/v1/uploads"


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def runtime(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Runtime]:
    folder = tmp_path_factory.mktemp("data")
    url = None
    if request.param == "postgresql":
        url = request.getfixturevalue("postgres").create_database(f"uploads_{secrets.token_hex(4)}")
    settings = migrated(folder, database_url=url, upload_max_bytes=10_000_000, upload_chunk_max_bytes=4_000_000)
    with runtime_of(settings) as made:
        yield made


@pytest.fixture(scope="module")
def client(runtime: Runtime) -> Iterator[httpx.Client]:
    with client_of(runtime) as made:
        yield made


def named(name: str | bytes) -> dict[str, str]:
    encoded = name.encode() if isinstance(name, str) else name
    return {"Upload-Metadata": "filename " + base64.b64encode(encoded).decode()}


def announce(client: httpx.Client, size: int, name: str = "model.onnx") -> str:
    answer = client.post(UPLOADS, headers=TUS | named(name) | {"Upload-Length": str(size)})
    assert answer.status_code == 201, answer.text
    return answer.headers["Location"]


def send(client: httpx.Client, place: str, offset: int, content: bytes) -> httpx.Response:
    return client.patch(place, headers=TUS | BYTES | {"Upload-Offset": str(offset)}, content=content)


def offset_of(client: httpx.Client, place: str) -> int:
    answer = client.head(place, headers=TUS)
    assert answer.status_code == 200
    return int(answer.headers["Upload-Offset"])


def content_of(runtime: Runtime, place: str) -> bytes:
    return runtime.storage.upload(place.rsplit("/", 1)[1]).read_bytes()


def refused(answer: httpx.Response, status: int, code: str) -> None:
    assert (answer.status_code, answer.json()["code"]) == (status, code), answer.text
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.json()["action"]
    assert answer.headers["Tus-Resumable"] == "1.0.0"


@contextlib.contextmanager
def half_sent(client: httpx.Client, place: str, announced: int, content: bytes) -> Iterator[socket.socket]:
    """A PATCH that announced more than it has sent so far, on a connection that is still open."""
    url = client.base_url
    head = (
        f"PATCH {place} HTTP/1.1\r\nHost: {url.host}:{url.port}\r\nTus-Resumable: 1.0.0\r\nUpload-Offset: 0\r\n"
        f"Content-Type: application/offset+octet-stream\r\nContent-Length: {announced}\r\n\r\n"
    )
    with socket.create_connection((url.host, url.port or 80), timeout=10) as connection:
        connection.sendall(head.encode() + content)
        yield connection


def eventually_arrived(client: httpx.Client, place: str, count: int) -> None:
    """Wait until the server has taken `count` bytes, so that the request which sends them holds the upload."""
    deadline = time.monotonic() + 10
    while offset_of(client, place) < count:
        assert time.monotonic() < deadline
        time.sleep(0.02)


def eventually_unlocked(client: httpx.Client, place: str) -> int:
    deadline = time.monotonic() + 10
    while True:
        offset = offset_of(client, place)
        if send(client, place, offset, b"").status_code == 204:
            return offset
        assert time.monotonic() < deadline
        time.sleep(0.02)


class TestProtocol:
    def test_options_tell_what_is_spoken(self, client: httpx.Client) -> None:
        answer = client.options(UPLOADS)
        assert answer.status_code == 204
        assert answer.headers["Tus-Version"] == "1.0.0"
        assert answer.headers["Tus-Max-Size"] == "10000000"
        assert set(answer.headers["Tus-Extension"].split(",")) == {
            "creation",
            "creation-with-upload",
            "expiration",
            "termination",
        }

    def test_a_file_in_two_parts(self, client: httpx.Client, runtime: Runtime) -> None:
        content = os.urandom(3_000_001)
        place = announce(client, len(content), "folder/модель.onnx")
        assert place.startswith("/api/v1/uploads/")
        first = send(client, place, 0, content[:2_000_000])
        assert (first.status_code, first.headers["Upload-Offset"]) == (204, "2000000")
        assert first.headers["Upload-Expires"].endswith("GMT")
        head = client.head(place, headers=TUS)
        assert (head.headers["Upload-Offset"], head.headers["Upload-Length"]) == ("2000000", "3000001")
        assert head.headers["Cache-Control"] == "no-store"
        assert head.headers["Upload-Metadata"] == named("folder/модель.onnx")["Upload-Metadata"]
        assert not client.get(place).json()["complete"]
        assert send(client, place, 2_000_000, content[2_000_000:]).headers["Upload-Offset"] == "3000001"
        told = client.get(place).json()
        assert told["complete"]
        assert (told["filename"], told["size_bytes"], told["offset_bytes"]) == ("folder/модель.onnx", 3000001, 3000001)
        assert content_of(runtime, place) == content

    def test_created_with_its_content(self, client: httpx.Client, runtime: Runtime) -> None:
        headers = TUS | BYTES | named("a.bin") | {"Upload-Length": "5"}
        answer = client.post(UPLOADS, headers=headers, content=b"12345")
        assert (answer.status_code, answer.headers["Upload-Offset"]) == (201, "5")
        assert answer.json()["complete"]
        assert content_of(runtime, answer.headers["Location"]) == b"12345"

    def test_created_with_too_much_leaves_nothing(self, client: httpx.Client) -> None:
        before = client.get(UPLOADS).json()["total"]
        headers = TUS | BYTES | named("a.bin") | {"Upload-Length": "4"}
        refused(client.post(UPLOADS, headers=headers, content=b"12345"), 413, "upload_past_end")
        assert client.get(UPLOADS).json()["total"] == before

    def test_an_empty_file_is_complete_at_once(self, client: httpx.Client) -> None:
        assert client.get(announce(client, 0)).json()["complete"]

    def test_delete(self, client: httpx.Client, runtime: Runtime) -> None:
        place = announce(client, 5)
        assert client.delete(place, headers=TUS).status_code == 204
        refused(client.get(place), 404, "upload_not_found")
        refused(client.delete(place, headers=TUS), 404, "upload_not_found")
        assert not runtime.storage.upload(place.rsplit("/", 1)[1]).exists()

    def test_listed_newest_first_in_pages(self, client: httpx.Client) -> None:
        places = [announce(client, 1, f"listed-{number}") for number in range(3)]
        first = client.get(UPLOADS, params={"limit": 2}).json()
        second = client.get(UPLOADS, params={"limit": 2, "cursor": first["next_cursor"]}).json()
        ids = [item["id"] for item in first["items"] + second["items"]]
        assert ids[:3] == [place.rsplit("/", 1)[1] for place in reversed(places)]
        by_name = client.get(UPLOADS, params={"sort": "filename", "limit": 200}).json()["items"]
        assert [item["filename"] for item in by_name] == sorted(item["filename"] for item in by_name)


class TestRefusals:
    @pytest.mark.parametrize("version", [None, "0.2.2", "1.0.1", ""])
    def test_another_version(self, client: httpx.Client, version: str | None) -> None:
        place = announce(client, 5)
        headers = {} if version is None else {"Tus-Resumable": version}
        for method in ("PATCH", "DELETE"):
            answer = client.request(method, place, headers=headers | BYTES | {"Upload-Offset": "0"})
            refused(answer, 412, "unsupported_tus_version")
            assert answer.headers["Tus-Version"] == "1.0.0"
        assert client.head(place, headers=headers).status_code == 412

    def test_another_offset(self, client: httpx.Client) -> None:
        place = announce(client, 5)
        send(client, place, 0, b"12")
        for offset in (0, 1, 3, 5, 2**62):
            refused(send(client, place, offset, b"x"), 409, "upload_offset_mismatch")
        assert offset_of(client, place) == 2

    @pytest.mark.parametrize("offset", ["-1", "x", "", "1.5", "0x1"])
    def test_an_offset_that_is_no_number(self, client: httpx.Client, offset: str) -> None:
        headers = TUS | BYTES | {"Upload-Offset": offset}
        refused(client.patch(announce(client, 5), headers=headers, content=b"x"), 422, "invalid_fields")

    def test_another_content_type(self, client: httpx.Client) -> None:
        headers = TUS | {"Upload-Offset": "0", "Content-Type": "application/json"}
        refused(client.patch(announce(client, 5), headers=headers, content=b"1"), 415, "unsupported_content_type")

    def test_more_than_announced(self, client: httpx.Client) -> None:
        place = announce(client, 5)
        refused(send(client, place, 0, b"123456"), 413, "upload_past_end")
        assert offset_of(client, place) == 0

    def test_more_than_announced_without_saying_so(self, client: httpx.Client, runtime: Runtime) -> None:
        place = announce(client, 3_000_000)
        send(client, place, 0, b"kept")

        def endless() -> Iterator[bytes]:
            for _ in range(70):
                yield b"x" * 50_000

        headers = TUS | BYTES | {"Upload-Offset": "4"}
        refused(client.patch(place, headers=headers, content=endless()), 413, "upload_past_end")
        assert content_of(runtime, place) == b"kept"

    def test_a_part_larger_than_parts_may_be(self, client: httpx.Client) -> None:
        place = announce(client, 9_000_000)
        answer = send(client, place, 0, bytes(4_000_001))
        assert (answer.status_code, answer.json()["code"]) == (413, "too_large")
        headers = TUS | BYTES | {"Upload-Offset": "0"}
        chunks = (bytes(500_000) for _ in range(9))
        refused(client.patch(place, headers=headers, content=chunks), 413, "upload_part_too_large")
        assert offset_of(client, place) == 0

    @pytest.mark.parametrize("size", [10_000_001, 2**63, 10**30])
    def test_a_file_larger_than_files_may_be(self, client: httpx.Client, size: int) -> None:
        answer = client.post(UPLOADS, headers=TUS | named("a") | {"Upload-Length": str(size)})
        refused(answer, 413, "upload_too_large")

    @pytest.mark.parametrize("size", ["-1", "", "x", "1e3", "9" * 5000])
    def test_a_size_that_is_no_number(self, client: httpx.Client, size: str) -> None:
        answer = client.post(UPLOADS, headers=TUS | named("a") | {"Upload-Length": size})
        refused(answer, 422, "invalid_fields")

    @pytest.mark.parametrize("name", ["../x", "/etc/passwd", "a\\b", "a\x00b", "C:x", "a//b", "x" * 256, "\u202ex"])
    def test_a_name_that_leaves(self, client: httpx.Client, name: str) -> None:
        answer = client.post(UPLOADS, headers=TUS | named(name) | {"Upload-Length": "1"})
        refused(answer, 422, "invalid_filename")

    @pytest.mark.parametrize("metadata", ["filename", "filename !!", "name YQ==", "", "filename /w=="])
    def test_metadata_without_a_name(self, client: httpx.Client, metadata: str) -> None:
        headers = TUS | {"Upload-Length": "1", "Upload-Metadata": metadata}
        answer = client.post(UPLOADS, headers=headers)
        assert answer.status_code == 422
        assert answer.json()["code"] in ("invalid_upload_metadata", "invalid_filename")

    @pytest.mark.parametrize("identifier", [new_id(), "x", "..%2f..%2fetc%2fpasswd", "%00", "0" * 36])
    def test_what_does_not_exist(self, client: httpx.Client, identifier: str) -> None:
        place = f"{UPLOADS}/{identifier}"
        for answer in (client.get(place), client.delete(place, headers=TUS), send(client, place, 0, b"")):
            assert answer.status_code in (400, 404, 405)
        assert client.head(place, headers=TUS).status_code in (400, 404, 405)

    def test_expired(self, client: httpx.Client, runtime: Runtime) -> None:
        place = announce(client, 5)
        with runtime.db.write() as session:
            past = now(session) - timedelta(seconds=1)
            session.execute(update(Upload).where(Upload.id == place.rsplit("/", 1)[1]).values(expires_at=past))
        refused(client.get(place), 410, "upload_expired")
        refused(send(client, place, 0, b"x"), 410, "upload_expired")


class TestBreakingOff:
    def test_a_lost_connection_keeps_what_came(
        self, client: httpx.Client, runtime: Runtime, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(routes, "WRITE_BYTES", 1)  # what arrived is seen at once
        content = os.urandom(1_000_000)
        place = announce(client, len(content))
        with half_sent(client, place, len(content), content[:300_000]):
            eventually_arrived(client, place, 300_000)
        assert eventually_unlocked(client, place) == 300_000
        assert send(client, place, 300_000, content[300_000:]).status_code == 204
        assert content_of(runtime, place) == content

    def test_only_one_request_at_a_time(self, client: httpx.Client, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(routes, "WRITE_BYTES", 1)
        place = announce(client, 1000)
        with half_sent(client, place, 1000, b"x" * 10):
            eventually_arrived(client, place, 10)
            refused(send(client, place, 0, b"y"), 423, "upload_locked")
            refused(client.delete(place, headers=TUS), 423, "upload_locked")
            assert client.get(place).status_code == 200
        assert eventually_unlocked(client, place) == 10

    def test_a_stalled_request_ends_and_keeps_what_came(
        self, client: httpx.Client, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(routes, "IDLE_S", 0.3)
        place = announce(client, 1000)
        with half_sent(client, place, 1000, b"x" * 10) as connection:
            assert connection.recv(100).startswith(b"HTTP/1.1 408")
        assert eventually_unlocked(client, place) == 10

    def test_a_full_disk_keeps_what_fitted(
        self, client: httpx.Client, runtime: Runtime, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        content = os.urandom(3_000_000)
        place = announce(client, len(content))
        write, room = os.write, 1_500_000

        def limited(descriptor: int, data: bytes) -> int:
            nonlocal room
            if len(data) < 1000:  # not a block of the upload
                return write(descriptor, data)
            if room == 0:
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
            count = write(descriptor, bytes(data)[:room])
            room -= count
            return count

        with monkeypatch.context() as patch:
            patch.setattr(os, "write", limited)
            refused(send(client, place, 0, content), 507, "disk_full")
        assert offset_of(client, place) == 1_500_000
        assert send(client, place, 1_500_000, content[1_500_000:]).status_code == 204
        assert content_of(runtime, place) == content

    def test_no_room_is_told_before_anything_is_sent(
        self, client: httpx.Client, runtime: Runtime, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        place = announce(client, 1000)
        monkeypatch.setattr(runtime.storage, "reserve_bytes", 1 << 60)
        answer = client.post(UPLOADS, headers=TUS | named("a") | {"Upload-Length": "1000"})
        refused(answer, 507, "disk_full")
        refused(send(client, place, 0, b"x" * 1000), 507, "disk_full")

    def test_a_slow_disk_does_not_hold_up_others(self, client: httpx.Client, monkeypatch: pytest.MonkeyPatch) -> None:
        place = announce(client, 1000)
        sync = os.fsync

        def slow(descriptor: int) -> None:
            time.sleep(1.5)
            sync(descriptor)

        monkeypatch.setattr(os, "fsync", slow)
        with half_sent(client, place, 1000, b"x" * 1000) as connection:
            began = time.monotonic()
            while time.monotonic() - began < 1.0:
                asked = time.monotonic()
                assert client.get("/api/v1/system/health").status_code == 200
                assert time.monotonic() - asked < 0.7
            assert connection.recv(100).startswith(b"HTTP/1.1 204")


def test_a_killed_server_goes_on_where_it_was(tmp_path: Path) -> None:
    content = os.urandom(8_000_000)
    with serving(tmp_path / "data") as server:
        with httpx.Client(base_url=server.url, timeout=30) as client:
            place = announce(client, len(content))
            assert send(client, place, 0, content[:1_000_000]).status_code == 204
            url = httpx.URL(server.url)
            head = (
                f"PATCH {place} HTTP/1.1\r\nHost: {url.host}:{url.port}\r\nTus-Resumable: 1.0.0\r\n"
                "Upload-Offset: 1000000\r\nContent-Type: application/offset+octet-stream\r\n"
                f"Content-Length: 7000000\r\n\r\n"
            )
            with socket.create_connection((url.host, url.port or 80), timeout=10) as connection:
                connection.sendall(head.encode() + content[1_000_000:5_000_000])
                deadline = time.monotonic() + 10
                while offset_of(client, place) < 3_000_000:
                    assert time.monotonic() < deadline
                    time.sleep(0.02)
                server.kill()
        server.start()
        with httpx.Client(base_url=server.url, timeout=30) as client:
            offset = offset_of(client, place)
            assert 3_000_000 <= offset <= 5_000_000
            assert send(client, place, offset, content[offset:]).status_code == 204
            assert client.get(place).json()["complete"]
        stored = server.folder / "uploads" / place.rsplit("/", 1)[1]
        assert stored.read_bytes() == content

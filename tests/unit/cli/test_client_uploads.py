"""Uploads against a tus server of the test's own that loses connections, and the files that are sent."""

import base64
import os
import tarfile
from pathlib import Path

import httpx
import pytest

from workbench.client import ApiError, BadFiles, Client, ServerNotReachable, sources, uploads

CONTENT = bytes(range(256)) * 5  # 1,280 bytes


class TusServer:
    """Keeps one upload. `lose` maps the number of a PATCH to how many of its bytes still arrive."""

    def __init__(self, lose: dict[int, int] | None = None) -> None:
        self.lose = lose or {}
        self.data = b""
        self.length = -1
        self.name = ""
        self.methods: list[str] = []
        self.part_sizes: list[int] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.methods.append(request.method)
        assert request.headers["Tus-Resumable"] == "1.0.0"
        if request.method == "POST":
            self.length = int(request.headers["Upload-Length"])
            key, encoded = request.headers["Upload-Metadata"].split(" ")
            assert key == "filename"
            self.name = base64.b64decode(encoded).decode()
            self.data = request.content
            return httpx.Response(201, json={"id": "u1", "offset_bytes": len(self.data)})
        assert request.url.path == "/api/v1/uploads/u1"
        if request.method == "HEAD":
            return httpx.Response(200, headers={"Upload-Offset": str(len(self.data))})
        assert request.headers["Content-Type"] == "application/offset+octet-stream"
        assert int(request.headers["Upload-Offset"]) == len(self.data)
        number = self.methods.count("PATCH")
        if number in self.lose:
            self.data += request.content[: self.lose[number]]
            raise httpx.ReadError("lost")
        self.part_sizes.append(len(request.content))
        self.data += request.content
        return httpx.Response(204, headers={"Upload-Offset": str(len(self.data))})


@pytest.fixture(autouse=True)
def _small_and_fast(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(uploads, "CHUNK_BYTES", 500)
    monkeypatch.setattr(uploads, "RETRY_AFTER_S", (0.0, 0.0, 0.0))


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "weights.bin"
    path.write_bytes(CONTENT)
    return path


def send(server: TusServer, file: Path, name: str = "weights.bin") -> list[int]:
    """What `sent` was told."""
    told: list[int] = []
    client = Client("http://127.0.0.1:9", transport=httpx.MockTransport(server))
    assert uploads.upload(client._connection, file, name, told.append) == "u1"
    return told


class TestUpload:
    def test_a_small_file_is_one_request(self, tmp_path: Path) -> None:
        path = tmp_path / "small"
        path.write_bytes(b"12345")
        server = TusServer()
        assert send(server, path, "Ordner/größe.bin") == [5]
        assert (server.methods, server.data, server.name) == (["POST"], b"12345", "Ordner/größe.bin")

    def test_an_empty_file_is_sent_too(self, tmp_path: Path) -> None:
        path = tmp_path / "empty"
        path.touch()
        server = TusServer()
        send(server, path)
        assert (server.length, server.methods) == (0, ["POST"])

    def test_a_large_file_goes_in_parts(self, file: Path) -> None:
        server = TusServer()
        told = send(server, file)
        assert server.data == CONTENT
        assert server.part_sizes == [500, 500, 280]
        assert sum(told) == 1280

    def test_it_goes_on_where_the_connection_broke(self, file: Path) -> None:
        server = TusServer(lose={2: 120})
        told = send(server, file)
        assert server.data == CONTENT
        assert server.methods == ["POST", "PATCH", "PATCH", "HEAD", "PATCH", "PATCH"]
        assert server.part_sizes == [500, 500, 160]
        assert sum(told) == 1280

    def test_it_does_not_try_for_ever(self, file: Path) -> None:
        server = TusServer(lose=dict.fromkeys(range(1, 99), 0))
        with pytest.raises(ServerNotReachable):
            send(server, file)
        assert server.methods.count("PATCH") == 4

    def test_a_refusal_is_final(self, file: Path) -> None:
        class Full(TusServer):
            def __call__(self, request: httpx.Request) -> httpx.Response:
                if request.method == "PATCH":
                    self.methods.append("PATCH")
                    problem = {
                        "code": "disk_full",
                        "title": "Full",
                        "detail": "Full.",
                        "action": "Delete.",
                        "status": 507,
                    }
                    return httpx.Response(507, json=problem)
                return super().__call__(request)

        server = Full()
        with pytest.raises(ApiError) as refused:
            send(server, file)
        assert (refused.value.code, server.methods) == ("disk_full", ["POST", "PATCH"])

    def test_a_file_that_shrinks_is_noticed(self, file: Path) -> None:
        class Shrinking(TusServer):
            def __call__(self, request: httpx.Request) -> httpx.Response:
                os.truncate(file, 600)
                return super().__call__(request)

        with pytest.raises(BadFiles, match="shorter"):
            send(Shrinking(), file)

    def test_a_file_that_cannot_be_read(self, tmp_path: Path) -> None:
        with pytest.raises(BadFiles):
            send(TusServer(), tmp_path / "none")


def make(folder: Path, *names: str) -> None:
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(name)


class TestSources:
    @pytest.mark.parametrize(
        ("named", "others", "wanted"),
        [
            ("net.xml", ["net.bin", "other.bin"], ["net.xml", "net.bin"]),
            ("net.xml", [], ["net.xml"]),
            ("net.onnx", ["net.onnx.data", "net.bin"], ["net.onnx", "net.onnx.data"]),
            ("net.onnx", ["net.onnx_data", "net.data"], ["net.onnx", "net.onnx_data", "net.data"]),
            ("net.pdmodel", ["net.pdiparams", "net.xml"], ["net.pdmodel", "net.pdiparams"]),
            (
                "net[1].meta",
                ["net[1].index", "net[1].data-00000-of-00001", "net1.data-00000-of-00001"],
                ["net[1].meta", "net[1].index", "net[1].data-00000-of-00001"],
            ),
            ("net.tflite", ["net.bin"], ["net.tflite"]),
        ],
    )
    def test_what_belongs_to_a_file_comes_along(
        self, named: str, others: list[str], wanted: list[str], tmp_path: Path
    ) -> None:
        make(tmp_path, named, *others)
        assert [path.name for path in sources.with_companions(tmp_path / named)] == wanted

    def test_a_folder_keeps_its_names(self, tmp_path: Path) -> None:
        make(tmp_path / "photos", "b.jpg", "a/c.jpg")
        (tmp_path / "photos" / "link").symlink_to("/etc/passwd")
        assert [name for name, _ in sources.files_of([tmp_path / "photos"])] == ["photos/b.jpg", "photos/a/c.jpg"]

    def test_the_present_folder_has_a_name(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        make(tmp_path / "photos", "b.jpg")
        monkeypatch.chdir(tmp_path / "photos")
        assert [name for name, _ in sources.files_of(sources.existing([Path()]))] == ["photos/b.jpg"]

    def test_an_empty_folder_is_refused(self, tmp_path: Path) -> None:
        with pytest.raises(BadFiles):
            sources.files_of([tmp_path])

    def test_what_is_missing_is_named(self, tmp_path: Path) -> None:
        with pytest.raises(BadFiles, match="gone"):
            sources.existing([tmp_path / "gone"])

    def test_many_files_are_packed_into_one(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(sources, "PACK_ABOVE", 2)
        make(tmp_path / "photos", "1.jpg", "2.jpg", "3/4.jpg")
        files = sources.files_of([tmp_path / "photos"])
        with sources.packed(files) as packed:
            ((name, archive),) = packed
            assert name == "photos.tar"
            with tarfile.open(archive) as tar:
                assert {member.name for member in tar} == {"photos/1.jpg", "photos/2.jpg", "photos/3/4.jpg"}
                content = tar.extractfile("photos/3/4.jpg")
                assert content is not None
                assert content.read() == b"3/4.jpg"
        assert not archive.exists()
        with sources.packed(files[:2]) as unpacked:
            assert unpacked == files[:2]

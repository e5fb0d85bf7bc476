"""Downloads from a real server on loopback, which is reached only where it is listed."""

import contextlib
import io
import json
import socket
import ssl
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_network
from pathlib import Path
from typing import Any

import pytest

from workbench.datasets import downloading, remote_source
from workbench.datasets.downloading import resolved, run
from workbench.engine.protocol import Emitter, EngineError
from workbench.settings import Settings

LOOPBACK = ["127.0.0.0/8"]
BODY = bytes(range(256)) * 1000


class Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        server: Any = self.server
        server.heard.append((self.path, dict(self.headers)))
        action: Callable[[BaseHTTPRequestHandler], None] = server.routes[self.path.partition("?")[0]]
        action(self)

    def log_message(self, *_: Any) -> None:
        pass


def sends(body: bytes = BODY, status: int = 200, **headers: str) -> Callable[[BaseHTTPRequestHandler], None]:
    def answer(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(status)
        for name, value in {"Content_Length": str(len(body)), **headers}.items():
            handler.send_header(name.replace("_", "-"), value)
        handler.end_headers()
        handler.wfile.write(body)

    return answer


def leads(to: str, status: int = 302) -> Callable[[BaseHTTPRequestHandler], None]:
    return sends(b"", status, Location=to)


@contextmanager
def serving(routes: dict[str, Callable[[BaseHTTPRequestHandler], None]], tls: Path | None = None) -> Iterator[Any]:
    server: Any = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.routes, server.heard = routes, []
    server.port = server.server_address[1]
    if tls is not None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(tls)
        server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        thread.join(5)
        server.server_close()


def fetched(work: Path, url: str, **parameters: Any) -> tuple[dict[str, Any], Path]:
    (work / "out").mkdir(parents=True)
    given = {"url": url, "redirects": 3, "networks": LOOPBACK, "max_bytes": 10**6, "timeout_s": 20.0, **parameters}
    return run(given, work, Emitter(io.StringIO())), work / "out" / "download"


def refusal(work: Path, url: str, **parameters: Any) -> EngineError:
    with pytest.raises(EngineError) as refused:
        fetched(work, url, **parameters)
    assert refused.value.action
    return refused.value


class TestDownload:
    def test_the_file_as_it_is(self, tmp_path: Path) -> None:
        with serving({"/a.zip": sends()}) as server:
            result, path = fetched(tmp_path, f"http://127.0.0.1:{server.port}/a.zip?x=1")
        assert result == {"bytes": len(BODY)}
        assert path.read_bytes() == BODY
        path_heard, headers = server.heard[0]
        assert path_heard == "/a.zip?x=1"
        assert headers["Host"] == f"127.0.0.1:{server.port}"

    def test_connects_to_the_address_and_names_the_host(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        """The name is resolved once: a second answer (DNS rebinding) is never asked for."""
        asked = []

        def resolve(host: str, port: int, **_: Any) -> list[Any]:
            asked.append(host)
            return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", port))]

        real = socket.getaddrinfo
        monkeypatch.setattr(
            socket,
            "getaddrinfo",
            lambda host, *a, **k: resolve(host, *a, **k) if host == "data.example" else real(host, *a, **k),
        )
        with serving({"/a.zip": sends()}) as server:
            fetched(tmp_path, f"http://data.example:{server.port}/a.zip")
        assert asked == ["data.example"]
        assert server.heard[0][1]["Host"] == f"data.example:{server.port}"

    def test_the_next_address_when_one_does_not_answer(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(downloading, "resolved", lambda *_: ["127.0.0.2", "127.0.0.1"])
        with serving({"/a.zip": sends()}) as server:
            assert fetched(tmp_path, f"http://two.example:{server.port}/a.zip")[1].read_bytes() == BODY

    def test_no_proxy_of_the_environment(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
            monkeypatch.setenv(name, "http://127.0.0.1:1")
        with serving({"/a.zip": sends()}) as server:
            assert fetched(tmp_path, f"http://127.0.0.1:{server.port}/a.zip")[1].read_bytes() == BODY

    def test_a_body_without_a_length(self, tmp_path: Path) -> None:
        def answer(handler: BaseHTTPRequestHandler) -> None:
            handler.send_response(200)
            handler.end_headers()
            handler.wfile.write(BODY)

        with serving({"/a.zip": answer}) as server:
            assert fetched(tmp_path, f"http://127.0.0.1:{server.port}/a.zip")[1].read_bytes() == BODY

    def test_what_a_server_calls_encoded_is_kept_as_it_is(self, tmp_path: Path) -> None:
        with serving({"/a.tar.gz": sends(BODY, Content_Encoding="gzip")}) as server:
            assert fetched(tmp_path, f"http://127.0.0.1:{server.port}/a.tar.gz")[1].read_bytes() == BODY

    def test_a_signed_address_arrives_as_it_was_signed(self, tmp_path: Path) -> None:
        """Another spelling of path, query or host would not match the signature."""
        with serving({"/bucket/a%20b/%C3%BC%2B~%28%25.zip": sends()}) as server:
            keys: dict[str, Any] = {
                "s3_access_key_id": "AK/+",
                "s3_secret_access_key": "SK",
                "s3_session_token": "a/b+c==",
            }
            host = f"127.0.0.1:{server.port}"
            own = Settings(data_dir=tmp_path, allow_remote_sources=True, s3_endpoint=f"http://{host}/", **keys)
            remote = remote_source.checked(own, "s3://bucket/a b/ü+~(%.zip")
            signed = remote_source.download(own, remote, datetime(2013, 5, 24, tzinfo=UTC))
            (tmp_path / "out").mkdir()
            run(signed | {"networks": LOOPBACK, "timeout_s": 20.0}, tmp_path, Emitter(io.StringIO()))
        path, headers = server.heard[0]
        assert f"http://{headers['Host']}{path}" == signed["url"]


class TestRefusals:
    @pytest.mark.parametrize(
        "host", ["127.0.0.1", "localhost", "127.1", "2130706433", "0x7f.0.0.1", "0", "[::1]", "[::ffff:127.0.0.1]"]
    )
    def test_loopback_by_every_spelling(self, tmp_path: Path, host: str) -> None:
        """`localhost` is the name that resolves to loopback here."""
        with serving({"/a.zip": sends()}) as server:
            error = refusal(tmp_path, f"http://{host}:{server.port}/a.zip", networks=[])
        assert error.code in ("remote_address_refused", "remote_unresolved")
        assert not server.heard

    @pytest.mark.parametrize(
        "answers",
        [["10.0.0.1"], ["8.8.8.8", "10.0.0.1"], ["8.8.8.8", "::1"], ["169.254.169.254"], ["fe80::1%eth0"], []],
    )
    def test_a_name_that_leads_inside(self, monkeypatch: pytest.MonkeyPatch, answers: list[str]) -> None:
        """All addresses of a name have to be allowed: which one is taken is the other side's choice."""
        found = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, 80)) for address in answers]
        monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: found)
        with pytest.raises(EngineError) as refused:
            resolved("inside.example", 80, ())
        assert refused.value.code == "remote_address_refused"
        assert not any(address in refused.value.message for address in answers)

    def test_no_such_name(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        def nowhere(*_: Any, **__: Any) -> Any:
            raise socket.gaierror(-2, "Name or service not known")

        monkeypatch.setattr(socket, "getaddrinfo", nowhere)
        assert refusal(tmp_path, "http://nowhere.invalid/a.zip").code == "remote_unresolved"

    def test_nobody_listens(self, tmp_path: Path) -> None:
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))
            assert refusal(tmp_path, f"http://127.0.0.1:{taken.getsockname()[1]}/a.zip").code == "remote_unreachable"

    @pytest.mark.parametrize("status", [400, 403, 404, 500, 204, 206, 304])
    def test_another_status(self, tmp_path: Path, status: int) -> None:
        with serving({"/a.zip": sends(b"", status)}) as server:
            error = refusal(tmp_path, f"http://127.0.0.1:{server.port}/a.zip")
        assert error.code == "remote_refused"
        assert str(status) in error.message

    def test_nothing_there(self, tmp_path: Path) -> None:
        with serving({"/a.zip": sends(b"")}) as server:
            assert refusal(tmp_path, f"http://127.0.0.1:{server.port}/a.zip").code == "remote_empty"


class TestRedirects:
    def test_three_are_followed(self, tmp_path: Path) -> None:
        routes = {"/1": leads("/2", 301), "/2": leads("3?x=1", 307), "/3": leads("/a.zip", 303), "/a.zip": sends()}
        with serving(routes) as server:
            assert fetched(tmp_path, f"http://127.0.0.1:{server.port}/1")[1].read_bytes() == BODY
        assert [path for path, _ in server.heard] == ["/1", "/2", "/3?x=1", "/a.zip"]

    def test_four_are_not(self, tmp_path: Path) -> None:
        with serving({f"/{n}": leads(f"/{n + 1}") for n in range(9)}) as server:
            assert refusal(tmp_path, f"http://127.0.0.1:{server.port}/0").code == "remote_redirects"
        assert len(server.heard) == 4

    @pytest.mark.parametrize(
        "to", ["http://10.0.0.1/a.zip", "http://169.254.169.254/latest/meta-data/", "http://[::1]/a.zip"]
    )
    def test_into_another_network(self, tmp_path: Path, to: str) -> None:
        """Listed is loopback; what it leads to is judged by itself."""
        with serving({"/a.zip": leads(to)}) as server:
            assert refusal(tmp_path, f"http://127.0.0.1:{server.port}/a.zip").code == "remote_address_refused"

    def test_from_outside_to_loopback(self, tmp_path: Path) -> None:
        """127.0.0.1 is listed and stands for the outside; 127.0.0.2 is not."""
        with (
            serving({"/a.zip": sends()}) as inside,
            serving({"/a.zip": leads(f"http://127.0.0.2:{inside.port}/a.zip")}) as server,
        ):
            error = refusal(tmp_path, f"http://127.0.0.1:{server.port}/a.zip", networks=["127.0.0.1/32"])
            assert error.code == "remote_address_refused"
            assert not inside.heard

    @pytest.mark.parametrize("to", ["file:///etc/passwd", "ftp://127.0.0.1/a", "//[", "s3://bucket/key", "http://"])
    def test_to_something_else(self, tmp_path: Path, to: str) -> None:
        with serving({"/a.zip": leads(to)}) as server:
            error = refusal(tmp_path, f"http://127.0.0.1:{server.port}/a.zip")
        assert error.code in ("remote_redirects", "remote_unresolved", "remote_address_refused")

    def test_to_nowhere(self, tmp_path: Path) -> None:
        with serving({"/a.zip": sends(b"", 302)}) as server:
            assert refusal(tmp_path, f"http://127.0.0.1:{server.port}/a.zip").code == "remote_redirects"

    def test_none_with_a_signature(self, tmp_path: Path) -> None:
        with serving({"/k": sends(b"", 307, Location="/other", x_amz_bucket_region="eu-west-1")}) as server:
            error = refusal(tmp_path, f"http://127.0.0.1:{server.port}/k", redirects=0, is_s3=True)
        assert error.code == "remote_redirects"
        assert "eu-west-1" in error.message


class TestLimits:
    def test_announced(self, tmp_path: Path) -> None:
        with serving({"/a.zip": sends()}) as server:
            error = refusal(tmp_path, f"http://127.0.0.1:{server.port}/a.zip", max_bytes=len(BODY) - 1)
        assert error.code == "remote_too_large"
        assert not (tmp_path / "out" / "download").exists()

    def test_exactly_the_limit(self, tmp_path: Path) -> None:
        with serving({"/a.zip": sends()}) as server:
            assert fetched(tmp_path, f"http://127.0.0.1:{server.port}/a.zip", max_bytes=len(BODY))[0]["bytes"] == len(
                BODY
            )

    def test_more_than_the_limit_without_saying_so(self, tmp_path: Path) -> None:
        """Chunks without end: it stops by itself."""

        def answer(handler: BaseHTTPRequestHandler) -> None:
            handler.protocol_version = "HTTP/1.1"
            handler.send_response(200)
            handler.send_header("Transfer-Encoding", "chunked")
            handler.end_headers()
            with contextlib.suppress(BrokenPipeError, ConnectionResetError):
                while True:
                    handler.wfile.write(b"%x\r\n%s\r\n" % (len(BODY), BODY))

        with serving({"/a.zip": answer}) as server:
            assert refusal(tmp_path, f"http://127.0.0.1:{server.port}/a.zip").code == "remote_too_large"
        assert (tmp_path / "out" / "download").stat().st_size <= 10**6

    @pytest.mark.parametrize("announced", [len(BODY) + 1, 2 * len(BODY)])
    def test_a_length_that_promises_too_much(self, tmp_path: Path, announced: int) -> None:
        with serving({"/a.zip": sends(BODY, Content_Length=str(announced))}) as server:
            assert refusal(tmp_path, f"http://127.0.0.1:{server.port}/a.zip").code == "remote_incomplete"

    def test_a_length_that_promises_too_little(self, tmp_path: Path) -> None:
        """What comes after the announced end belongs to nobody."""
        with serving({"/a.zip": sends(BODY, Content_Length="1000")}) as server:
            assert fetched(tmp_path, f"http://127.0.0.1:{server.port}/a.zip")[1].read_bytes() == BODY[:1000]

    @pytest.mark.parametrize("announced", ["-1", "10, 20", "1e9", "99999999999999999999999"])
    def test_a_length_that_is_none(self, tmp_path: Path, announced: str) -> None:
        with serving({"/a.zip": sends(BODY, Content_Length=announced)}) as server:
            error = refusal(tmp_path, f"http://127.0.0.1:{server.port}/a.zip")
        assert error.code in ("remote_unreachable", "remote_incomplete", "remote_too_large")

    def test_a_full_disk(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(
            "workbench.datasets.downloading.shutil.disk_usage", lambda _: type("Usage", (), {"free": 10})
        )
        with serving({"/a.zip": sends()}) as server:
            assert refusal(tmp_path, f"http://127.0.0.1:{server.port}/a.zip").code == "disk_full"

    def test_byte_by_byte_for_ever(self, tmp_path: Path) -> None:
        """In the real process: each byte comes in time, all of them never."""
        stop = threading.Event()

        def answer(handler: BaseHTTPRequestHandler) -> None:
            handler.wfile.write(b"HTTP/1.1 200 OK\r\nX-Slow: ")
            while not stop.wait(0.05):
                handler.wfile.write(b"x")

        (tmp_path / "out").mkdir()
        with serving({"/a.zip": answer}) as server:
            url = f"http://127.0.0.1:{server.port}/a.zip"
            parameters = {"url": url, "redirects": 3, "networks": LOOPBACK, "max_bytes": 10**6, "timeout_s": 1.0}
            operation = {"kind": "dataset_download", "parameters": parameters}
            (tmp_path / "operation.json").write_text(json.dumps(operation))
            process = subprocess.Popen(
                downloaded_by(), cwd=tmp_path, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environment()
            )
            assert process.stdout is not None
            events = [json.loads(line) for line in process.stdout]
            assert process.wait(30) == 1
            assert process.stdin is not None
            process.stdin.close()
            process.stdout.close()
            stop.set()
        assert events[-1]["code"] == "remote_too_slow"


def downloaded_by() -> list[str]:
    import sys

    return [sys.executable, "-m", "workbench.datasets.process", "run", "operation.json"]


def environment() -> dict[str, str]:
    return {"PYTHONPATH": str(Path(__file__).resolve().parents[3]), "PATH": ""}


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate for data.example that signs itself, with its key, in one file."""
    folder = tmp_path_factory.mktemp("tls")
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=data.example",
         "-addext", "subjectAltName=DNS:data.example", "-keyout", "key.pem", "-out", "cert.pem"],
        cwd=folder, check=True, capture_output=True,
    )  # fmt: skip
    both = folder / "both.pem"
    both.write_bytes((folder / "key.pem").read_bytes() + (folder / "cert.pem").read_bytes())
    return both


class TestTls:
    @pytest.fixture(autouse=True)
    def _names(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(downloading, "resolved", lambda *_: ["127.0.0.1"])

    def test_the_certificate_is_checked_for_the_name(self, tmp_path: Path, certificate: Path) -> None:
        with serving({"/a.zip": sends()}, tls=certificate) as server:
            url = f"https://data.example:{server.port}/a.zip"
            assert fetched(tmp_path, url, ca_file=str(certificate))[1].read_bytes() == BODY

    def test_another_name(self, tmp_path: Path, certificate: Path) -> None:
        with serving({"/a.zip": sends()}, tls=certificate) as server:
            error = refusal(tmp_path, f"https://other.example:{server.port}/a.zip", ca_file=str(certificate))
        assert (error.code, "certificate" in error.message) == ("remote_unreachable", True)
        assert not server.heard

    def test_an_unknown_issuer(self, tmp_path: Path, certificate: Path) -> None:
        with serving({"/a.zip": sends()}, tls=certificate) as server:
            error = refusal(tmp_path, f"https://data.example:{server.port}/a.zip")
        assert (error.code, "certificate" in error.message) == ("remote_unreachable", True)
        assert not server.heard

    def test_no_way_back_to_plain_http(self, tmp_path: Path, certificate: Path) -> None:
        with serving({"/a.zip": leads("http://data.example/a.zip")}, tls=certificate) as server:
            error = refusal(tmp_path, f"https://data.example:{server.port}/a.zip", ca_file=str(certificate))
        assert error.code == "remote_redirects"


class TestResolved:
    def test_listed_loopback(self) -> None:
        assert resolved("127.0.0.1", 80, (ip_network("127.0.0.0/8"),)) == ["127.0.0.1"]

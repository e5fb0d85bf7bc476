"""What the client makes of answers, of a server that is away, and of something that is no server."""

import socket
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest

from workbench import discovery
from workbench.client import ApiError, BadFiles, Client, ServerNotReachable, waiting

PROBLEM = {
    "type": "about:blank",
    "title": "Not found",
    "status": 404,
    "code": "model_not_found",
    "detail": "There is no model 'x'.",
    "action": "Look at the list.",
}
Answer = Callable[[httpx.Request], httpx.Response]


def client_of(answer: Answer, token: str | None = None) -> Client:
    return Client("http://127.0.0.1:9", token, transport=httpx.MockTransport(answer))


def refusing(status: int, body: Any) -> Answer:
    return lambda request: httpx.Response(status, json=body)


class TestAnswers:
    def test_a_problem_becomes_an_error_with_all_it_says(self) -> None:
        with client_of(refusing(404, PROBLEM)) as client, pytest.raises(ApiError) as refused:
            client.model("x")
        error = refused.value
        assert (error.code, error.title, error.detail, error.action, error.status) == (
            "model_not_found",
            "Not found",
            "There is no model 'x'.",
            "Look at the list.",
            404,
        )

    def test_without_a_token_it_says_where_to_put_one(self) -> None:
        body = PROBLEM | {"status": 401, "code": "token_required", "action": "Send it as a header."}
        with client_of(refusing(401, body)) as client, pytest.raises(ApiError) as refused:
            client.models()
        assert "WORKBENCH_TOKEN" in refused.value.action

    def test_the_token_is_sent(self) -> None:
        heard: list[str | None] = []

        def answer(request: httpx.Request) -> httpx.Response:
            heard.append(request.headers.get("Authorization"))
            return httpx.Response(200, json={})

        client_of(answer, "wbt_x").system()
        client_of(answer).system()
        assert heard == ["Bearer wbt_x", None]

    @pytest.mark.parametrize(
        "answer",
        [
            httpx.Response(200, text="<html>a router</html>"),
            httpx.Response(200, json=[]),
            httpx.Response(404, text="nginx"),
            httpx.Response(404, json={"detail": "Not Found"}),
            httpx.Response(302, headers={"Location": "https://elsewhere"}),
        ],
    )
    def test_a_stranger_on_that_port_is_told(self, answer: httpx.Response) -> None:
        with client_of(lambda request: answer) as client, pytest.raises(ServerNotReachable, match="not a workbench"):
            client.models()

    def test_nobody_there(self) -> None:
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))
            with Client(f"http://127.0.0.1:{taken.getsockname()[1]}") as client:
                with pytest.raises(ServerNotReachable) as nobody:
                    client.models()
                assert "workbench up" in nobody.value.action
                assert not client.healthy()

    @pytest.mark.parametrize(
        ("name", "path"), [("a b", "a%20b"), ("50% (2)", "50%25%20%282%29"), ("a/../b", "a%2F..%2Fb"), ("ü", "%C3%BC")]
    )
    def test_a_name_is_one_segment(self, name: str, path: str) -> None:
        heard: list[bytes] = []

        def answer(request: httpx.Request) -> httpx.Response:
            heard.append(request.url.raw_path)
            return httpx.Response(200, json={})

        client_of(answer).model(name)
        assert heard == [f"/api/v1/models/{path}".encode()]

    @pytest.mark.parametrize("name", ["", " ", ".", ".."])
    def test_no_name_does_not_mean_the_list(self, name: str) -> None:
        with pytest.raises(ApiError) as refused:
            client_of(refusing(200, {})).delete_model(name)
        assert refused.value.code == "invalid_reference"

    def test_a_list_takes_as_many_pages_as_needed(self) -> None:
        asked: list[dict[str, str]] = []

        def answer(request: httpx.Request) -> httpx.Response:
            query = dict(request.url.params)
            asked.append(query)
            start, count = int(query.get("cursor", 0)), int(query["limit"])
            end = min(start + count, 450)
            cursor = str(end) if end < 450 else None
            return httpx.Response(200, json={"items": list(range(start, end)), "next_cursor": cursor, "total": 450})

        with client_of(answer) as client:
            assert client.models(q="net") == {"items": list(range(450)), "total": 450}
            assert [query["limit"] for query in asked] == ["200", "200", "200"]
            assert {query["q"] for query in asked} == {"net"}
            asked.clear()
            assert len(client.models(250)["items"]) == 250
            assert [query["limit"] for query in asked] == ["200", "50"]
            assert client.models(7)["total"] == 450


class TestWait:
    @pytest.fixture(autouse=True)
    def _fast(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(waiting, "FIRST_PAUSE_S", 0.001)
        monkeypatch.setattr(waiting, "LONGEST_PAUSE_S", 0.002)

    def test_it_ends_with_the_job_and_tells_on_the_way(self) -> None:
        states = iter(["queued", "running", "running", "failed"])
        told: list[str] = []
        client = client_of(lambda request: httpx.Response(200, json={"id": "j", "state": next(states)}))
        assert client.wait("j", lambda job: told.append(job["state"]))["state"] == "failed"
        assert told == ["queued", "running", "running", "failed"]

    def test_a_server_that_is_started_again_is_waited_for(self) -> None:
        steps: list[Any] = [
            {"state": "running"},
            httpx.ConnectError("away"),
            httpx.Response(503, json=PROBLEM | {"status": 503, "code": "database_unavailable"}),
            {"state": "succeeded"},
        ]

        def answer(request: httpx.Request) -> httpx.Response:
            step = steps.pop(0)
            if isinstance(step, Exception):
                raise step
            return step if isinstance(step, httpx.Response) else httpx.Response(200, json={"id": "j"} | step)

        assert client_of(answer).wait({"id": "j"})["state"] == "succeeded"

    def test_not_for_ever(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(waiting, "PATIENCE_S", 0.05)

        def away(request: httpx.Request) -> httpx.Response:
            raise httpx.ConnectError("away")

        with pytest.raises(ServerNotReachable):
            client_of(away).wait("j")

    def test_a_job_that_is_gone_is_no_outage(self) -> None:
        with pytest.raises(ApiError):
            client_of(refusing(404, PROBLEM)).wait("j")

    def test_a_limit(self) -> None:
        with pytest.raises(TimeoutError):
            client_of(refusing(200, {"id": "j", "state": "running"})).wait("j", timeout_s=0.02)


class TestImportOfAFolder:
    """A folder is read by a server on this machine, and sent to any other."""

    @pytest.fixture
    def folder(self, tmp_path: Path) -> Path:
        (tmp_path / "photos").mkdir()
        (tmp_path / "photos" / "1.png").write_bytes(b"1")
        return tmp_path / "photos"

    def bodies(
        self, folder: Path, monkeypatch: pytest.MonkeyPatch, server: discovery.Server, refuse_paths: str | None = None
    ) -> list[dict[str, Any]]:
        """What `/datasets` was sent."""
        import json

        heard: list[dict[str, Any]] = []

        def answer(request: httpx.Request) -> httpx.Response:
            if request.url.path.endswith("/uploads"):
                return httpx.Response(201, json={"id": "u1", "offset_bytes": 1})
            heard.append(json.loads(request.content))
            if refuse_paths and "path" in heard[-1]:
                return httpx.Response(403, json=PROBLEM | {"code": refuse_paths})
            return httpx.Response(202, json={})

        monkeypatch.setattr(discovery, "find", lambda: server)
        with Client(transport=httpx.MockTransport(answer)) as client:
            client.import_dataset([folder], name="p")
        return heard

    def test_by_path_where_the_server_sees_it(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        here = discovery.Server("http://127.0.0.1:9", None, True)
        assert self.bodies(folder, monkeypatch, here) == [{"name": "p", "path": str(folder)}]

    @pytest.mark.parametrize("code", ["path_not_allowed", "path_not_found"])
    def test_sent_where_the_path_is_refused(self, code: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        here = discovery.Server("http://127.0.0.1:9", None, True)
        assert self.bodies(folder, monkeypatch, here, code)[1:] == [{"name": "p", "uploads": ["u1"]}]

    def test_another_refusal_is_no_reason_to_send(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        here = discovery.Server("http://127.0.0.1:9", None, True)
        with pytest.raises(ApiError):
            self.bodies(folder, monkeypatch, here, "name_taken")

    @pytest.mark.parametrize(
        "server", [discovery.Server("http://127.0.0.1:9"), discovery.Server("http://127.0.0.1:9", "wbt_x", True)]
    )
    def test_sent_to_every_other(self, server: discovery.Server, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        assert self.bodies(folder, monkeypatch, server) == [{"name": "p", "uploads": ["u1"]}]


class TestDownload:
    @pytest.mark.parametrize(
        ("header", "name"),
        [
            ('attachment; filename="net.zip"', "net.zip"),
            ('attachment; filename="../../etc/cron.d/x"', "etc_cron.d_x"),
            ('attachment; filename=".bashrc"', "bashrc"),
            ("attachment", "model.zip"),
        ],
    )
    def test_the_servers_name_stays_in_this_folder(
        self, header: str, name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.chdir(tmp_path)
        client = client_of(lambda request: httpx.Response(200, content=b"zip", headers={"Content-Disposition": header}))
        assert client.download_model("net") == Path(name)
        assert [(path.name, path.read_bytes()) for path in tmp_path.iterdir()] == [(name, b"zip")]

    def test_a_file_that_is_there_stays(self, tmp_path: Path) -> None:
        target = tmp_path / "net.zip"
        target.write_text("mine")
        client = client_of(lambda request: httpx.Response(200, content=b"zip"))
        with pytest.raises(BadFiles):
            client.download_model("net", target)
        assert target.read_text() == "mine"
        client.download_model("net", target, replace=True)
        assert target.read_bytes() == b"zip"

    def test_a_refusal_leaves_no_file(self, tmp_path: Path) -> None:
        with pytest.raises(ApiError):
            client_of(refusing(404, PROBLEM)).download_model("net", tmp_path / "net.zip")
        assert not list(tmp_path.iterdir())

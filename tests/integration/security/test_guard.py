"""The guard over every route of the API: Host, Origin, bodies."""

import json
import secrets
import socket
from pathlib import Path

import pytest

from tests.integration.security.sites import (
    API,
    BOOTSTRAP,
    NOWHERE,
    SECURITY_HEADERS,
    SESSION,
    TOKENS,
    WHOAMI,
    Site,
    bearer,
    code,
)
from tests.server import client_of, migrated, runtime_of
from workbench.accounts import hosts


class TestEveryRoute:
    """The same for all, by default and not by a list of paths."""

    @pytest.mark.parametrize(
        "host",
        ["evil.example", "evil.example:5665", "127.0.0.1.evil.example", "localhost.evil.example", "0.0.0.0", "a b", ""],
    )
    def test_another_host_is_refused(self, site: Site, host: str) -> None:
        for operation in site.operations:
            answer = site.client.request(operation.method, operation.at(), headers={"Host": host})
            assert answer.status_code == 403, operation
            if operation.method != "HEAD":
                assert code(answer) == "host_not_allowed"

    @pytest.mark.parametrize(
        "origin", ["http://evil.example", "null", "https://127.0.0.1", "http://127.0.0.1:1", "file://"]
    )
    def test_another_origin_is_refused(self, site: Site, origin: str) -> None:
        for operation in site.operations:
            answer = site.client.request(operation.method, operation.at(), headers={"Origin": origin})
            assert answer.status_code == 403, operation
            if operation.method != "HEAD":
                assert code(answer) == "origin_not_allowed"

    @pytest.mark.parametrize("where", ["cross-site", "same-site", "something-new", ""])
    def test_what_the_browser_calls_foreign_is_refused(self, site: Site, where: str) -> None:
        navigation = {"Sec-Fetch-Site": where, "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "document"}
        for operation in site.operations:
            for headers in ({"Sec-Fetch-Site": where}, navigation):
                answer = site.client.request(operation.method, operation.at(), headers=headers)
                assert answer.status_code == 403, operation
                if operation.method != "HEAD":
                    assert code(answer) == "cross_site"

    def test_every_answer_carries_the_security_headers(self, site: Site) -> None:
        for operation in site.operations:
            for headers in ({"Host": "evil.example"}, {"Origin": "null"}):
                answer = site.client.request(operation.method, operation.at(), headers=headers)
                for name, value in SECURITY_HEADERS.items():
                    assert answer.headers[name] == value
        for path in ("/", f"{API}/system", f"{API}/nothing", "/nothing", f"{API}/uploads/x", f"{API}/openapi.json"):
            answer = site.client.get(path)
            for name, value in SECURITY_HEADERS.items():
                assert answer.headers[name] == value, path
            policy = answer.headers["Content-Security-Policy"]
            assert "default-src 'self'" in policy
            assert "frame-ancestors 'none'" in policy
            assert "unsafe-eval" not in policy
            assert "script-src" not in policy  # scripts come from 'self' alone, by default-src

    def test_nobody_else_may_read_answers(self, site: Site) -> None:
        own = str(site.client.base_url).rstrip("/")
        preflight = {"Origin": own, "Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "x"}
        for method, headers in (("GET", {"Origin": own}), ("OPTIONS", preflight)):
            answer = site.client.request(method, f"{API}/uploads", headers=headers)
            assert not [name for name in answer.headers if name.lower().startswith("access-control")]

    def test_without_a_valid_token_only_the_named_routes_answer(self, team: Site) -> None:
        let_in = set()
        for operation in team.operations:
            for headers in ({}, bearer("wbt_" + "a" * 43), {"Cookie": "workbench_session=wbt_" + "b" * 43}):
                answer = team.client.request(operation.method, operation.at(), headers=headers)
                if answer.status_code != 401:
                    let_in.add((operation.method, operation.path))
                elif operation.method != "HEAD":
                    assert code(answer) == ("token_invalid" if headers else "token_required")
                    assert answer.headers["WWW-Authenticate"] == "Bearer"
        assert let_in == {
            ("GET", f"{API}/system/health"),
            ("POST", SESSION),
            ("DELETE", SESSION),
            ("GET", WHOAMI),
        }

    @pytest.mark.parametrize(
        "target",
        [
            "//api/v1/tokens",
            "/api//v1/tokens",
            "/./api/v1/tokens",
            "/x/../api/v1/tokens",
            "/%61pi/v1/tokens",
            "/api%2Fv1%2Ftokens",
            "/API/v1/tokens",
            "/api/v1/tokens/",
            "/api/v1/tokens/session/../",
            "/api/v1/system/health/../../tokens",
            "/api/v1/tokens/whoami/",
            "/api/v1/tokens/whoami%2f..",
            "/api",
            "http://127.0.0.1/api/v1/tokens",
        ],
    )
    def test_no_spelling_of_a_path_gets_around_the_token(self, team: Site, target: str) -> None:
        status, body = team.raw("GET", target)
        assert status in (400, 401, 404), (status, body)
        assert b"wbt_" not in body


class TestHost:
    def test_own_names_with_any_port_are_fine(self, site: Site) -> None:
        for host in ("localhost", "localhost:8080", "127.0.0.1:5665", "[::1]:5665", "LOCALHOST"):
            assert site.client.get(f"{API}/system/health", headers={"Host": host}).status_code == 200

    def test_none_or_two_are_refused(self, site: Site) -> None:
        url = site.client.base_url
        for lines in ("", "Host: localhost\r\nHost: evil.example\r\n", "Host: localhost\r\nHost: localhost\r\n"):
            with socket.create_connection((url.host, url.port or 80), timeout=10) as connection:
                connection.sendall(f"GET {API}/system HTTP/1.0\r\n{lines}\r\n".encode())
                assert connection.recv(1000).split(b" ")[1] in (b"400", b"403"), lines

    def test_bound_to_everything_not_every_host_is_fine(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(hosts, "machine_names", lambda: frozenset({"bench", "192.0.2.7"}))
        settings = migrated(tmp_path / "data", host="0.0.0.0", token=BOOTSTRAP, allowed_hosts=["bench.example.org"])
        with runtime_of(settings) as runtime, client_of(runtime) as client:
            for host, status in {
                "bench:5665": 200,
                "192.0.2.7:5665": 200,
                "bench.example.org": 200,
                "localhost": 200,
                "192.0.2.8": 403,
                "evil.example": 403,
                "0.0.0.0:5665": 403,
            }.items():
                answer = client.get(f"{API}/system/health", headers={"Host": host})
                assert answer.status_code == status, host


class TestOrigin:
    def test_the_own_page_may_write(self, site: Site) -> None:
        own = str(site.client.base_url).rstrip("/")
        headers = {"Origin": own, "Sec-Fetch-Site": "same-origin"}
        answer = site.client.post(TOKENS, json={"name": f"page-{secrets.token_hex(4)}"}, headers=headers)
        assert answer.status_code == 201

    def test_programs_without_a_browser_may_write(self, site: Site) -> None:
        assert site.client.post(TOKENS, json={"name": f"cli-{secrets.token_hex(4)}"}).status_code == 201

    def test_a_link_on_another_site_may_lead_to_the_page_only(self, site: Site) -> None:
        link = {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "document"}
        assert site.client.get("/", headers=link).status_code != 403
        assert site.client.get("/projects/x", headers=link).status_code != 403
        frame = link | {"Sec-Fetch-Dest": "iframe"}
        for path, headers in ((f"{API}/system", link), ("/", frame), ("/", {"Sec-Fetch-Site": "cross-site"})):
            assert site.client.get(path, headers=headers).status_code == 403
        assert site.client.post("/", headers=link).status_code == 403

    def test_typed_into_the_address_bar(self, site: Site) -> None:
        assert site.client.get(f"{API}/system", headers={"Sec-Fetch-Site": "none"}).status_code == 200


class TestBody:
    def test_json_beyond_a_mebibyte_is_refused(self, site: Site) -> None:
        exact = json.dumps({"name": "x" * (2**20 - len('{"name": ""}'))}).encode()
        assert len(exact) == 2**20
        headers = {"Content-Type": "application/json"}
        assert site.client.post(TOKENS, content=exact, headers=headers).status_code == 422
        answer = site.client.post(TOKENS, content=exact + b" ", headers=headers)
        assert (answer.status_code, code(answer)) == (413, "too_large")

    def test_also_when_its_length_is_not_announced(self, site: Site) -> None:
        chunks = (b" " * 100_000 for _ in range(11))
        answer = site.client.post(TOKENS, content=chunks, headers={"Content-Type": "application/json"})
        assert (answer.status_code, code(answer)) == (413, "too_large")

    def test_deeply_nested_json_is_no_crash(self, site: Site) -> None:
        content = b"[" * 200_000 + b"]" * 200_000
        answer = site.client.post(TOKENS, content=content, headers={"Content-Type": "application/json"})
        assert 400 <= answer.status_code < 500

    @pytest.mark.parametrize("length", ["-1", "x", "1 2", "9" * 30, "+5", "0x10"])
    def test_a_length_that_is_none(self, site: Site, length: str) -> None:
        status, _ = site.raw("POST", TOKENS, {"Content-Type": "application/json", "Content-Length": length})
        site.connection.close()  # whatever counts as the body now
        assert 400 <= status < 500

    def test_the_room_of_uploads_takes_parts_of_its_own_size(self, site: Site) -> None:
        limit = site.runtime.settings.upload_chunk_max_bytes
        for method, path in (("PATCH", f"{API}/uploads/{NOWHERE}"), ("POST", f"{API}/uploads")):
            status, _ = site.raw(method, path, {"Content-Length": str(limit + 1)})
            site.connection.close()  # the body that was announced will not come
            assert status == 413
        status, _ = site.raw("PATCH", f"{API}/tokens/{NOWHERE}", {"Content-Length": str(2**20 + 1)})
        site.connection.close()
        assert status == 413

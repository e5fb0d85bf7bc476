"""Who is let in: the guard over every route of the API, tokens, the cookie, paths that try to escape."""

import http.client
import json
import re
import secrets
import socket
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx
import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from tests.server import client_of, guarded, listening, migrated, runtime_of
from workbench.accounts import hosts
from workbench.runtime import Runtime

BOOTSTRAP = "Zk3-x9_QmT7.vB2nL8wRf5~yHc"
API = "/api/v1"
NOWHERE = "00000000-0000-7000-8000-000000000000"
TOKENS = f"{API}/tokens"
SESSION = f"{API}/tokens/session"
WHOAMI = f"{API}/tokens/whoami"

SECURITY_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}


@dataclass(frozen=True)
class Operation:
    method: str
    path: str
    queries: tuple[str, ...] = ()

    def at(self, value: str = NOWHERE) -> str:
        return re.sub(r"\{[^}]+\}", lambda _: value, self.path)


@dataclass(frozen=True)
class Site:
    """A running server and what it says it can do."""

    client: httpx.Client
    runtime: Runtime
    operations: list[Operation]
    connection: http.client.HTTPConnection

    def raw(self, method: str, target: str, headers: dict[str, str] | None = None) -> tuple[int, bytes]:
        """One request whose target is sent exactly as it is given."""
        self.connection.putrequest(method, target, skip_accept_encoding=True)
        for name, value in (headers or {}).items():
            self.connection.putheader(name, value)
        try:
            self.connection.endheaders()
            answer = self.connection.getresponse()
            return answer.status, answer.read()
        except BaseException:
            self.connection.close()
            raise


def site_of(runtime: Runtime) -> Iterator[Site]:
    with client_of(runtime) as client:
        headers = {"Authorization": f"Bearer {runtime.settings.token}"}
        document = client.get(f"{API}/openapi.json", headers=headers).json()
        operations = [
            Operation(method.upper(), path, tuple(p["name"] for p in told.get("parameters", []) if p["in"] == "query"))
            for path, methods in document["paths"].items()
            for method, told in methods.items()
        ]
        assert len(operations) >= 15
        connection = http.client.HTTPConnection(client.base_url.host, client.base_url.port, timeout=20)
        yield Site(client, runtime, operations, connection)
        connection.close()


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def site(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A server on loopback, as one person runs it."""
    url = None
    if request.param == "postgresql":
        url = request.getfixturevalue("postgres").create_database(f"security_{secrets.token_hex(4)}")
    with runtime_of(migrated(tmp_path_factory.mktemp("data"), database_url=url)) as runtime:
        yield from site_of(runtime)


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def team(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A server that asks for a token."""
    url = None
    if request.param == "postgresql":
        url = request.getfixturevalue("postgres").create_database(f"security_{secrets.token_hex(4)}")
    settings = migrated(tmp_path_factory.mktemp("data"), database_url=url, require_token=True, token=BOOTSTRAP)
    with runtime_of(settings) as runtime:
        yield from site_of(runtime)


def code(answer: httpx.Response) -> str:
    assert answer.headers["Content-Type"] == "application/problem+json", answer.text
    problem = answer.json()
    assert problem["status"] == answer.status_code
    assert problem["title"]
    assert problem["detail"]
    assert problem["action"]
    return str(problem["code"])


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


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


class TestTokens:
    def create(self, team: Site, **body: Any) -> dict[str, Any]:
        body = {"name": f"t-{secrets.token_hex(6)}"} | body
        answer = team.client.post(TOKENS, json=body, headers=bearer(BOOTSTRAP))
        assert answer.status_code == 201, answer.text
        made: dict[str, Any] = answer.json()
        return made

    def test_the_secret_is_told_once_and_opens(self, team: Site) -> None:
        made = self.create(team)
        assert re.fullmatch(r"wbt_[A-Za-z0-9_-]{43}", made["token"])
        assert team.client.get(TOKENS, headers=bearer(made["token"])).status_code == 200
        told = team.client.get(TOKENS, params={"limit": 200}, headers=bearer(BOOTSTRAP))
        assert made["token"] not in told.text
        listed = next(item for item in told.json()["items"] if item["id"] == made["id"])
        assert set(listed) == {"id", "name", "prefix", "created_at", "last_used_at", "expires_at"}
        assert made["token"].startswith(listed["prefix"])
        assert listed["last_used_at"] is not None

    def test_a_deleted_one_opens_nothing(self, team: Site) -> None:
        made = self.create(team)
        headers = bearer(made["token"])
        assert team.client.get(TOKENS, headers=headers).status_code == 200
        assert team.client.delete(f"{TOKENS}/{made['id']}", headers=headers).status_code == 204
        assert team.client.get(TOKENS, headers=headers).status_code == 401
        assert code(team.client.delete(f"{TOKENS}/{made['id']}", headers=bearer(BOOTSTRAP))) == "token_not_found"

    def test_one_that_expires_says_when(self, team: Site) -> None:
        assert self.create(team, expires_in_days=7)["expires_at"] is not None

    @pytest.mark.parametrize(
        "body",
        [
            {},
            {"name": ""},
            {"name": "  "},
            {"name": "a\x00b"},
            {"name": "x" * 101},
            {"name": 5},
            {"name": "a", "expires_in_days": 0},
            {"name": "a", "expires_in_days": 10**9},
            [],
            None,
            "x",
        ],
    )
    def test_unusable_fields(self, team: Site, body: Any) -> None:
        assert code(team.client.post(TOKENS, json=body, headers=bearer(BOOTSTRAP))) == "invalid_fields"

    def test_a_name_twice(self, team: Site) -> None:
        made = self.create(team)
        answer = team.client.post(TOKENS, json={"name": made["name"]}, headers=bearer(BOOTSTRAP))
        assert (answer.status_code, code(answer)) == (409, "name_taken")

    @pytest.mark.parametrize(
        "value", ["", "Bearer", "Bearer ", "Basic eDp5", "bearer", "Token x", "Bearer x y", "\x01"]
    )
    def test_broken_authorization(self, team: Site, value: str) -> None:
        status, _ = team.raw("GET", TOKENS, {"Authorization": value})
        assert status in (400, 401)

    def test_the_scheme_is_case_insensitive(self, team: Site) -> None:
        answer = team.client.get(TOKENS, headers={"Authorization": f"bEARER {BOOTSTRAP}"})
        assert answer.status_code == 200

    def test_never_in_the_address(self, team: Site) -> None:
        for name in ("token", "access_token", "authorization"):
            assert team.client.get(TOKENS, params={name: BOOTSTRAP}).status_code == 401


class TestSession:
    def test_login_and_logout(self, team: Site) -> None:
        with httpx.Client(base_url=team.client.base_url) as browser:
            assert browser.get(WHOAMI).json() == {"required": True, "authenticated": False, "name": None}
            answer = browser.post(SESSION, json={"token": f" {BOOTSTRAP}\n"})
            assert answer.json() == {"required": True, "authenticated": True, "name": "WORKBENCH_TOKEN"}
            cookie = answer.headers["Set-Cookie"].lower()
            for part in ("workbench_session=", "httponly", "samesite=strict", "path=/api", "max-age="):
                assert part in cookie
            assert "secure" not in cookie
            assert browser.get(TOKENS).status_code == 200
            assert browser.get(WHOAMI).json()["authenticated"]
            assert browser.delete(SESSION).status_code == 204
            assert browser.get(TOKENS).status_code == 401

    def test_the_cookie_is_secure_behind_tls(self, team: Site) -> None:
        headers = {"X-Forwarded-Proto": "https"}
        answer = team.client.post(SESSION, json={"token": BOOTSTRAP}, headers=headers)
        team.client.cookies.clear()
        assert "; Secure" in answer.headers["Set-Cookie"]

    def test_logging_out_works_with_a_cookie_that_is_no_longer_valid(self, team: Site) -> None:
        answer = team.client.delete(SESSION, headers={"Cookie": "workbench_session=old"})
        assert answer.status_code == 204
        assert 'workbench_session=""' in answer.headers["Set-Cookie"]

    def test_the_cookie_does_not_help_other_sites(self, team: Site) -> None:
        cookie = {"Cookie": f"workbench_session={BOOTSTRAP}"}
        assert team.client.get(TOKENS, headers=cookie).status_code == 200
        for foreign in ({"Origin": "http://evil.example"}, {"Sec-Fetch-Site": "same-site"}, {"Host": "evil.example"}):
            assert team.client.get(TOKENS, headers=cookie | foreign).status_code == 403

    def test_a_wrong_token(self, team: Site) -> None:
        answer = team.client.post(SESSION, json={"token": "wrong"})
        assert (answer.status_code, code(answer)) == (401, "token_invalid")
        assert "Set-Cookie" not in answer.headers

    def test_without_login_the_page_is_told_so(self, site: Site) -> None:
        assert site.client.get(WHOAMI).json() == {"required": False, "authenticated": False, "name": None}


class TestGuessing:
    @pytest.fixture
    def fresh(self, tmp_path: Path) -> Iterator[httpx.Client]:
        settings = migrated(tmp_path / "data", require_token=True, token=BOOTSTRAP)
        with runtime_of(settings) as runtime, client_of(runtime) as client:
            yield client

    def test_guessing_is_slowed_down(self, fresh: httpx.Client) -> None:
        answers = [fresh.post(SESSION, json={"token": f"guess-{number}"}) for number in range(12)]
        assert [answer.status_code for answer in answers] == [401] * 10 + [429] * 2
        assert code(answers[-1]) == "too_many_attempts"
        assert 0 < int(answers[-1].headers["Retry-After"]) <= 60
        # The right one has to wait as well, or guessing would still pay.
        assert fresh.get(TOKENS, headers=bearer(BOOTSTRAP)).status_code == 429

    def test_who_is_in_stays_in(self, fresh: httpx.Client) -> None:
        assert fresh.get(TOKENS, headers=bearer(BOOTSTRAP)).status_code == 200
        for number in range(12):
            fresh.get(TOKENS, headers=bearer(f"guess-{number}"))
        assert fresh.get(TOKENS, headers=bearer("another")).status_code == 429
        assert fresh.get(TOKENS, headers=bearer(BOOTSTRAP)).status_code == 200

    def test_a_page_with_an_old_cookie_is_no_attack(self, fresh: httpx.Client) -> None:
        for _ in range(30):
            assert fresh.get(TOKENS, headers={"Cookie": "workbench_session=old"}).status_code == 401
            assert not fresh.get(WHOAMI, headers={"Cookie": "workbench_session=old"}).json()["authenticated"]
        assert fresh.post(SESSION, json={"token": BOOTSTRAP}).status_code == 200


def test_a_database_that_is_away_lets_nobody_in(tmp_path: Path) -> None:
    settings = migrated(tmp_path / "data", require_token=True, token=BOOTSTRAP)
    with runtime_of(settings) as runtime, client_of(runtime) as client:
        with runtime.db.write() as session:
            session.connection().exec_driver_sql("DROP TABLE tokens")
        answer = client.get(TOKENS, headers=bearer("wbt_" + "a" * 43))
        assert (answer.status_code, code(answer)) == (503, "database_unavailable")


def test_websockets_are_refused(site: Site) -> None:
    upgrade = {
        "Connection": "Upgrade",
        "Upgrade": "websocket",
        "Sec-WebSocket-Version": "13",
        "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
    }
    status, _ = site.raw("GET", f"{API}/events?after=0", upgrade | {"Host": "evil.example"})
    assert status in (400, 403)


SECRET_LINE = b"root:x:0:0"
CORPUS = [
    "..",
    "../..",
    "../../../../../../../../etc/passwd",
    "..\\..\\..\\etc\\passwd",
    "....//....//etc/passwd",
    "/etc/passwd",
    "//etc/passwd",
    "C:\\Windows\\win.ini",
    "\\\\127.0.0.1\\share",
    "file:///etc/passwd",
    "workbench.db",
    "../workbench.db",
    "\x00",
    "x\x00.onnx",
    "../../etc/passwd\x00.png",
    "%2e%2e%2f",
    "%252e%252e%252f",
    "..%252f..%252fetc/passwd",
    "..%c0%af..%c0%afetc/passwd",
    "..%ef%bc%8f",
    "\u2025/\u2025",
    "\uff0e\uff0e/",
    "\u202e",
    "\ud7ff\U0001f600",
    "%",
    "%zz",
    "'; DROP TABLE jobs; --",
    "{{7*7}}",
    "${jndi:ldap://127.0.0.1/x}",
    "-1",
    "9" * 400,
    "x" * 3000,
    ".",
    "",
    " ",
    "~",
    "*",
]


def spellings(text: str) -> list[str]:
    """How a hostile client may write `text` into a path: encoded once, twice, and with as little as will be sent."""
    once = quote(text, safe="")
    bare = "".join(char if "!" <= char <= "~" else quote(char) for char in text)
    return [once, quote(once, safe=""), bare]


def harmless(site: Site, operation: Operation, value: str) -> None:
    headers = {"Tus-Resumable": "1.0.0", "Upload-Offset": "0", "Content-Length": "0"}
    headers["Content-Type"] = "application/offset+octet-stream" if operation.method == "PATCH" else "application/json"
    status, body = site.raw(operation.method, operation.at(value), headers)
    assert status < 500, (operation, value, body)
    assert SECRET_LINE not in body
    assert b"SQLite format" not in body


class TestPaths:
    def test_nothing_escapes_by_a_path_parameter(self, site: Site) -> None:
        for operation in site.operations:
            if "{" in operation.path:
                for text in CORPUS:
                    for value in spellings(text):
                        harmless(site, operation, value)
        (site.runtime.storage.root / "artifacts").stat()

    @hypothesis_settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(data=st.data())
    def test_nor_by_any_mixture(self, site: Site, data: st.DataObject) -> None:
        operation = data.draw(st.sampled_from([op for op in site.operations if "{" in op.path]))
        piece = st.one_of(st.sampled_from(CORPUS), st.text(max_size=8), st.sampled_from(["/", "%2f", "%5c", "..", "."]))
        text = "".join(data.draw(st.lists(piece, min_size=1, max_size=5)))
        text = text.encode("utf-8", "replace").decode()
        harmless(site, operation, data.draw(st.sampled_from(spellings(text))))

    def test_nothing_escapes_from_the_page(self, site: Site) -> None:
        for folder in ("", "assets/", "assets/../", "index.html/"):
            for text in CORPUS:
                for value in spellings(text):
                    status, body = site.raw("GET", f"/{folder}{value}")
                    assert status < 500 or b"not built" in body, value
                    assert SECRET_LINE not in body

    def test_nor_by_a_query(self, site: Site) -> None:
        for operation in site.operations:
            if operation.method == "GET" and not operation.path.endswith("/events"):
                for name in operation.queries:
                    for text in CORPUS:
                        status, body = site.raw("GET", f"{operation.at()}?{name}={quote(text, safe='')}")
                        assert status < 500, (operation, name, text, body)
                        assert SECRET_LINE not in body


def test_the_guard_wraps_everything_that_listens(tmp_path: Path) -> None:
    """Also what is no route at all: the answer to another host is the guard's, not the router's."""
    with runtime_of(migrated(tmp_path / "data")) as runtime, listening(guarded(runtime)) as url:
        for method in ("GET", "POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "PROPFIND"):
            answer = httpx.request(method, f"{url}/nothing/at/all", headers={"Host": "evil.example"})
            assert answer.status_code == 403

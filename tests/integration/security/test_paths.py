"""Paths that try to escape, over every route."""

from pathlib import Path
from urllib.parse import quote

import httpx
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from tests.integration.security.sites import (
    Operation,
    Site,
)
from tests.server import guarded, listening, migrated, runtime_of

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

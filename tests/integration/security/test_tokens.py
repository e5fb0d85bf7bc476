"""Who is let in: tokens, the cookie, guessing."""

import re
import secrets
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.integration.security.sites import (
    API,
    BOOTSTRAP,
    SESSION,
    TOKENS,
    WHOAMI,
    Site,
    bearer,
    code,
)
from tests.server import client_of, migrated, runtime_of


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

import secrets
from typing import Any

import pytest

from workbench.accounts.rules import LoginRequired, WeakToken, check_bind, check_bootstrap_token
from workbench.settings import Settings

GOOD = "Zk3-x9_QmT7.vB2nL8wRf5~yHc"


def settings(**values: Any) -> Settings:
    return Settings(**values)


class TestCheckBootstrapToken:
    @pytest.mark.parametrize("token", [None, GOOD, "a1B2c3D4e5F6g7H8i9J0k1L2", "c2VjcmV0LWJhc2U2NC1wYWRkaW5n=="])
    def test_none_or_a_secret_passes(self, token: str | None) -> None:
        check_bootstrap_token(token)

    def test_what_the_hint_makes_passes(self) -> None:
        for _ in range(50):
            check_bootstrap_token(secrets.token_urlsafe(32))

    @pytest.mark.parametrize(
        "token",
        [
            "",
            "x",
            GOOD[:23],
            "changethis",
            "changethischangethischangethis",
            "CHANGE-THIS-a1B2c3D4e5F6g7H8",
            "change_me_a1B2c3D4e5F6g7H8i9",
            "my-Password-a1B2c3D4e5F6g7H8",
            "a" * 40,
            "abababababababababababababab",
        ],
    )
    def test_short_default_or_repetitive_is_refused(self, token: str) -> None:
        with pytest.raises(WeakToken) as caught:
            check_bootstrap_token(token)
        assert caught.value.code == "weak_token"
        assert "secrets.token_urlsafe" in caught.value.action

    @pytest.mark.parametrize("char", [" ", ";", ",", '"', "\n", "é", "\\", "="])
    def test_what_a_header_or_cookie_cannot_carry_is_refused(self, char: str) -> None:
        with pytest.raises(WeakToken):
            check_bootstrap_token(GOOD + char + "x")


class TestCheckBind:
    @pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "::1", "[::1]", "127.3.2.1"])
    def test_loopback_is_free(self, host: str) -> None:
        check_bind(settings(host=host), host, 0)

    @pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.5", "bench.example.org", "", "10.0.0.1", "fe80::1"])
    def test_other_addresses_need_a_token(self, host: str) -> None:
        with pytest.raises(LoginRequired) as caught:
            check_bind(settings(host=host), host, 0)
        assert caught.value.code == "login_required"
        assert "WORKBENCH_TOKEN" in caught.value.action

    def test_a_bootstrap_token_is_enough(self) -> None:
        check_bind(settings(host="0.0.0.0", token=GOOD), "0.0.0.0", 0)

    def test_a_token_in_the_database_is_enough(self) -> None:
        check_bind(settings(host="0.0.0.0"), "0.0.0.0", 1)

    def test_a_weak_bootstrap_token_is_refused_even_beside_good_ones(self) -> None:
        with pytest.raises(WeakToken):
            check_bind(settings(host="0.0.0.0", token="changethis"), "0.0.0.0", 3)

    def test_requiring_a_token_that_nobody_has_is_refused(self) -> None:
        with pytest.raises(LoginRequired) as caught:
            check_bind(settings(require_token=True), "127.0.0.1", 0)
        assert caught.value.title == "Nobody could log in"
        check_bind(settings(require_token=True), "127.0.0.1", 1)

import socket

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.accounts import hosts
from workbench.accounts.hosts import Hosts, parse_authority, same_origin
from workbench.settings import Settings


class TestParseAuthority:
    @pytest.mark.parametrize(
        ("text", "expected"),
        [
            ("localhost", ("localhost", None)),
            ("LocalHost:5665", ("localhost", 5665)),
            ("127.0.0.1:80", ("127.0.0.1", 80)),
            ("[::1]:5665", ("::1", 5665)),
            ("[0:0:0:0:0:0:0:1]", ("::1", None)),
            ("bench-1.example.org:65535", ("bench-1.example.org", 65535)),
        ],
    )
    def test_host_and_port(self, text: str, expected: tuple[str, int | None]) -> None:
        assert parse_authority(text) == expected

    @pytest.mark.parametrize(
        "text",
        [
            "",
            ":5665",
            "a:",
            "a:0",
            "a:65536",
            "a:99999999",
            "a:b",
            "a b",
            "a/b",
            "a@b",
            "user:pw@localhost",
            "::1",
            "[::1",
            "[x]",
            "[127.0.0.1]",
            "localhost.",
            ".localhost",
            "localhost\n",
            "localhost, evil",
            "lоcalhost",  # noqa: RUF001  (a Cyrillic letter)
            "a:1:2",
            "a?b",
            "a#b",
        ],
    )
    def test_anything_else(self, text: str) -> None:
        assert parse_authority(text) is None

    @given(st.text(max_size=40))
    def test_never_raises(self, text: str) -> None:
        parse_authority(text)


class TestHosts:
    @pytest.mark.parametrize(
        "host", ["localhost", "localhost:5665", "127.0.0.1:5665", "127.9.9.9", "[::1]:5665", "LOCALHOST:1"]
    )
    def test_loopback_is_always_ours(self, host: str) -> None:
        assert Hosts(Settings()).allows(host)
        assert Hosts(Settings(host="192.168.7.7")).allows(host)

    @pytest.mark.parametrize(
        "host",
        [
            "evil.example",
            "localhost.evil.example",
            "evil.example:5665",
            "127.0.0.1.evil.example",
            "127.0.0.1.nip.io",
            "0.0.0.0",
            "0.0.0.0:5665",
            "127.1",
            "2130706433",
            "0x7f000001",
            "017700000001",
            "192.168.7.7",
            "[::]",
            "",
            "localhost:5665, evil.example",
        ],
    )
    def test_others_are_not(self, host: str) -> None:
        assert not Hosts(Settings()).allows(host)

    def test_the_address_it_is_bound_to(self) -> None:
        ours = Hosts(Settings(host="192.168.7.7"))
        assert ours.allows("192.168.7.7:5665")
        assert not ours.allows("192.168.7.8:5665")
        assert Hosts(Settings(host="fd00::5")).allows("[fd00:0::5]:80")
        assert Hosts(Settings(host="bench.lan")).allows("Bench.LAN:5665")

    def test_allowed_hosts_with_and_without_port(self) -> None:
        ours = Hosts(Settings(allowed_hosts=["bench.example.org", "other.example.org:8443", "fd00::1", "[fd00::2]"]))
        for host in (
            "bench.example.org",
            "bench.example.org:1234",
            "other.example.org:8443",
            "[fd00::1]",
            "[fd00::2]:1",
        ):
            assert ours.allows(host), host
        for host in ("other.example.org", "other.example.org:8444", "x.bench.example.org"):
            assert not ours.allows(host), host

    @pytest.mark.parametrize("entry", ["*", "http://bench.example.org", "bench/", "a b", ""])
    def test_an_entry_that_means_nothing_is_refused_at_the_start(self, entry: str) -> None:
        with pytest.raises(ValueError, match="WORKBENCH_ALLOWED_HOSTS"):
            Hosts(Settings(allowed_hosts=[entry]))

    @pytest.mark.parametrize("bind", ["0.0.0.0", "::", "[::]"])
    def test_bound_to_everything_only_the_machines_own_names_count(
        self, bind: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(hosts, "machine_names", lambda: frozenset({"bench", "192.168.7.7", "fd00::5"}))
        ours = Hosts(Settings(host=bind))
        for host in ("bench:5665", "192.168.7.7:5665", "[fd00::5]:5665", "localhost"):
            assert ours.allows(host), host
        for host in ("evil.example:5665", "192.168.7.8", "0.0.0.0:5665", "[::]", "bench.evil.example"):
            assert not ours.allows(host), host

    def test_the_machines_names_do_not_count_when_bound_to_loopback(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(hosts, "machine_names", lambda: frozenset({"bench"}))
        assert not Hosts(Settings()).allows("bench")

    def test_machine_names_hold_host_name_and_loopback(self) -> None:
        names = hosts.machine_names()
        assert socket.gethostname().lower() in names
        assert "127.0.0.1" in names


class TestSameOrigin:
    @pytest.mark.parametrize(
        ("origin", "host", "scheme"),
        [
            ("http://127.0.0.1:5665", "127.0.0.1:5665", "http"),
            ("http://LOCALHOST:5665", "localhost:5665", "http"),
            ("http://bench", "bench:80", "http"),
            ("https://bench", "bench", "https"),
            ("https://bench", "bench:443", "https"),
            ("https://bench", "bench", "http"),
            ("http://[::1]:5665", "[::1]:5665", "http"),
        ],
    )
    def test_the_own_page(self, origin: str, host: str, scheme: str) -> None:
        assert same_origin(origin, host, scheme)

    @pytest.mark.parametrize(
        ("origin", "host", "scheme"),
        [
            ("http://evil.example", "localhost:5665", "http"),
            ("http://localhost:5666", "localhost:5665", "http"),
            ("http://localhost", "localhost:5665", "http"),
            ("http://127.0.0.1:5665", "localhost:5665", "http"),
            ("http://bench", "bench", "https"),
            ("https://bench", "bench:80", "https"),
            ("null", "localhost:5665", "http"),
            ("", "localhost:5665", "http"),
            ("file://", "localhost:5665", "http"),
            ("chrome-extension://abcdef", "localhost:5665", "http"),
            ("http://localhost:5665/", "localhost:5665", "http"),
            ("http://localhost:5665@evil.example", "localhost:5665", "http"),
            ("localhost:5665", "localhost:5665", "http"),
        ],
    )
    def test_any_other(self, origin: str, host: str, scheme: str) -> None:
        assert not same_origin(origin, host, scheme)

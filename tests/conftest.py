"""Fixtures for every test: an environment apart from the user's own, and real services where a test asks for them."""

import os
import secrets
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.services import Postgres, Redis, chromium_path, find_program

# A shell without job control starts what runs in the background with SIGINT ignored, and that is inherited: Ctrl-C
# has to reach the commands that the tests start.
if signal.getsignal(signal.SIGINT) == signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--chaos-rounds", type=int, default=6, help="rounds of random kills in the chaos test")


@pytest.fixture(scope="session")
def chaos_rounds(pytestconfig: pytest.Config) -> int:
    """How often the chaos test kills something: few in `make test`, at least 50 in `make chaos`."""
    rounds: int = pytestconfig.getoption("--chaos-rounds")
    return rounds


@pytest.fixture(scope="session", autouse=True)
def _own_environment(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """No test reads or writes the home folder, the settings or the servers of whoever runs it."""
    home = tmp_path_factory.mktemp("home")
    with pytest.MonkeyPatch.context() as patch:
        for name in list(os.environ):
            if name.startswith(("WORKBENCH_", "XDG_")):
                patch.delenv(name)
        for name in ("http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
            patch.delenv(name, raising=False)
        patch.setenv("HOME", str(home))
        yield


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """A PostgreSQL server for the whole session."""
    with Postgres() as server:
        yield server


@pytest.fixture(scope="session")
def postgres_url(postgres: Postgres) -> str:
    """The URL of a database that all tests of the session share."""
    return postgres.url


@pytest.fixture
def fresh_postgres_url(postgres: Postgres) -> Iterator[str]:
    """The URL of an empty database for one test."""
    name = f"test_{secrets.token_hex(6)}"
    yield postgres.create_database(name)
    postgres.drop_database(name)


@pytest.fixture(scope="session")
def redis_server() -> Iterator[Redis]:
    """A Redis server for the whole session."""
    with Redis() as server:
        yield server


@pytest.fixture(scope="session")
def redis_url(redis_server: Redis) -> str:
    """The URL of a Redis database that all tests of the session share."""
    return redis_server.url


@pytest.fixture
def fresh_redis_url(redis_server: Redis) -> str:
    """The URL of an emptied Redis database for one test."""
    import redis

    with redis.Redis.from_url(redis_server.url) as client:
        client.flushall()
    return redis_server.url


@pytest.fixture(scope="session")
def chromium() -> Path:
    """The real browser that end-to-end tests drive (`executable_path` of Playwright)."""
    return chromium_path()


@pytest.fixture(scope="session")
def compiler() -> Path:
    """g++, with CMake and make beside it: what the sample in C++ of a package is built with."""
    for name in ("cmake", "make"):
        find_program(name, name)
    return find_program("g++", "g++")

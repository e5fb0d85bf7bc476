"""Sites on both databases: one for a single user, one for a team."""

import secrets
from collections.abc import Iterator

import pytest

from tests.integration.security.sites import BOOTSTRAP, Site, site_of
from tests.server import migrated, runtime_of


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

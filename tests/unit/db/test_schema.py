"""The migrations build the schema that the tables describe, up and down, on both databases."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic import command
from sqlalchemy import inspect

from workbench.db.migrate import configuration, downgrade, pending, upgrade
from workbench.db.session import Database, now


@pytest.fixture(params=["sqlite", "postgresql"])
def empty_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'empty.db'}"
    else:
        yield request.getfixturevalue("fresh_postgres_url")


def test_up_matches_the_tables_and_down_leaves_nothing(empty_url: str) -> None:
    assert pending(empty_url)
    upgrade(empty_url)
    assert not pending(empty_url)
    command.check(configuration(empty_url))
    downgrade(empty_url, "base")
    database = Database(empty_url)
    assert set(inspect(database.engine).get_table_names()) <= {"alembic_version"}
    database.dispose()
    upgrade(empty_url)
    assert not pending(empty_url)


def test_the_clock_of_the_database_is_utc(empty_url: str) -> None:
    from datetime import UTC, datetime, timedelta

    database = Database(empty_url)
    with database.read() as session:
        difference = abs(now(session) - datetime.now(UTC))
    database.dispose()
    assert difference < timedelta(seconds=5)

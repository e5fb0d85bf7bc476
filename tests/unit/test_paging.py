"""Cursors: every row once, in order, whatever is sorted by; nothing from outside breaks them."""

import base64
import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from workbench.db.migrate import upgrade
from workbench.db.session import Database
from workbench.db.tables import Job, Run
from workbench.paging import BadCursor, BadSort, fetch

COLUMNS = {"created_at": Job.created_at, "stage": Job.stage, "progress": Job.progress, "attempt": Job.attempt}


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    url = f"sqlite:///{tmp_path_factory.mktemp('paging') / 'p.db'}"
    upgrade(url)
    database = Database(url)
    start = datetime(2026, 1, 1, tzinfo=UTC)
    with database.write() as session:
        for number in range(53):
            session.add(
                Job(
                    kind="k",
                    title=str(number),
                    measuring=False,
                    parameters={},
                    created_at=start + timedelta(seconds=number // 3),
                    stage=None if number % 4 == 0 else f"s{number % 5}",
                    progress=(number % 7) / 7,
                )
            )
    yield database
    database.dispose()


@pytest.mark.parametrize("sort", [sign + name for name in COLUMNS for sign in ("", "-")])
def test_every_row_once_in_order(database: Database, sort: str) -> None:
    name = sort.removeprefix("-")
    seen: list[Job] = []
    cursor = None
    with database.read() as session:
        while True:
            rows, cursor, total = fetch(
                session, select(Job), columns=COLUMNS, identity=Job.id, sort=sort, limit=7, cursor=cursor
            )
            assert total == 53
            seen += rows
            if cursor is None:
                break
    assert len({job.id for job in seen}) == len(seen) == 53
    values = [getattr(job, name) for job in seen]
    filled = [value for value in values if value is not None]
    assert filled == sorted(filled, reverse=sort.startswith("-"))
    assert values[len(filled) :] == [None] * (53 - len(filled))  # empty ones last


def test_unknown_sort_is_refused(database: Database) -> None:
    with database.read() as session, pytest.raises(BadSort):
        fetch(session, select(Job), columns=COLUMNS, identity=Job.id, sort="lease_token", limit=5, cursor=None)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=40),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
)


@settings(max_examples=200, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(content=st.one_of(JSON, st.tuples(st.just("progress"), st.sampled_from("vtx"), JSON, JSON)))
def test_made_up_cursors_are_refused_or_harmless(database: Database, content: object) -> None:
    cursor = base64.urlsafe_b64encode(json.dumps(content).encode()).decode()
    with database.read() as session:
        try:
            fetch(session, select(Job), columns=COLUMNS, identity=Job.id, sort="progress", limit=5, cursor=cursor)
        except BadCursor:
            return


@given(cursor=st.text(max_size=60))
def test_any_text_as_cursor(database: Database, cursor: str) -> None:
    with database.read() as session, pytest.raises(BadCursor):
        fetch(session, select(Run), columns=COLUMNS, identity=Run.id, sort="attempt", limit=5, cursor=cursor)

"""The family of a model: what it was made from, and all that was made of these; on both databases."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from workbench.db.base import new_id
from workbench.db.migrate import upgrade
from workbench.db.tables import Model
from workbench.models import repository
from workbench.runtime import Runtime, make_runtime
from workbench.settings import Settings

# Child → parent. `shrunk` is a grandchild with a child of its own; `stranger` is of another family.
PARENTS = {
    "root": None,
    "int8": "root",
    "folded": "root",
    "shrunk": "folded",
    "shrunk again": "shrunk",
    "stranger": None,
    "child of stranger": "stranger",
}
FAMILY = {"root", "int8", "folded", "shrunk", "shrunk again"}


@pytest.fixture(params=["sqlite", "postgres"])
def runtime(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Runtime]:
    url = None if request.param == "sqlite" else request.getfixturevalue("fresh_postgres_url")
    settings = Settings(data_dir=tmp_path / "data", database_url=url)
    settings.data_dir.mkdir()
    upgrade(settings.database)
    runtime = make_runtime(settings)
    yield runtime
    runtime.db.dispose()


def names(session: Session, of: str) -> list[str]:
    return sorted(row.name for row in session.scalars(repository.statement(None, None, None, of)))


def test_a_family_is_the_same_seen_from_each_of_its_models(runtime: Runtime) -> None:
    ids: dict[str, str] = {}
    with runtime.db.write() as session:
        for name, parent in PARENTS.items():
            ids[name] = new_id()
            session.add(Model(id=ids[name], name=name, parent_id=ids[parent] if parent else None))
            session.flush()
    with runtime.db.read() as session:
        for name in FAMILY:
            assert names(session, ids[name]) == sorted(FAMILY)
        assert names(session, ids["child of stranger"]) == ["child of stranger", "stranger"]
        both = repository.statement("shrunk", None, "importing", ids["int8"])
        assert sorted(row.name for row in session.scalars(both)) == ["shrunk", "shrunk again"]
        assert len(list(session.scalars(repository.statement(None, None, None)))) == len(PARENTS)

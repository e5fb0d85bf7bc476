"""Alembic's entry: runs migrations over the URL that `workbench.db.migrate` hands in, or over the settings'."""

from alembic import context
from sqlalchemy import text

from workbench.db import tables  # noqa: F401  (fills the metadata)
from workbench.db.base import Base
from workbench.db.session import make_engine
from workbench.settings import Settings

LOCK = 5665_2026

url = context.config.attributes.get("url") or Settings().database
engine = make_engine(url)
with engine.connect() as connection, connection.begin():
    if connection.dialect.name == "postgresql":
        # Two servers that start together must not migrate together.
        connection.execute(text(f"SELECT pg_advisory_xact_lock({LOCK})"))
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        render_as_batch=connection.dialect.name == "sqlite",
        compare_type=True,
    )
    context.run_migrations()
engine.dispose()

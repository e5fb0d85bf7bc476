"""The health check of the worker's container, run as Compose would run it, against a real PostgreSQL."""

import os
import platform
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import yaml

from workbench.db.migrate import upgrade
from workbench.db.session import Database
from workbench.db.tables import Target, Worker
from workbench.settings import Settings

COMPOSE = Path(__file__).resolve().parents[2] / "docker-compose.yml"


def healthy(url: str) -> bool:
    """Whether the check of the Compose file passes; it must end with 0 or 1, and not with a traceback."""
    kind, program, *arguments = yaml.safe_load(COMPOSE.read_text())["services"]["worker"]["healthcheck"]["test"]
    assert (kind, program) == ("CMD", "python")
    environment = os.environ | {"WORKBENCH_DATABASE_URL": url}
    done = subprocess.run([sys.executable, *arguments], env=environment, capture_output=True, check=False)
    assert done.stderr == b""
    return done.returncode == 0


@pytest.mark.services
@pytest.mark.parametrize(
    "silent_s, hostname, expected",
    [
        pytest.param(2, platform.node(), True, id="it gave a sign of life"),
        pytest.param(300, platform.node(), False, id="it has been silent for long"),
        pytest.param(2, "another-machine", False, id="only another machine gives signs"),
    ],
)
def test_worker_is_healthy_while_it_gives_signs_of_life(
    fresh_postgres_url: str, silent_s: float, hostname: str, expected: bool
) -> None:
    settings = Settings(database_url=fresh_postgres_url)
    upgrade(settings.database)
    database = Database(settings.database)
    with database.write() as session:
        target = Target(name="machine", kind="local", identity="an-identity", machine_id="a-boot")
        session.add(target)
        session.flush()
        seen_at = datetime.now(UTC) - timedelta(seconds=silent_s)
        about = {"machine_id": "a-boot", "pid": 1, "version": "0.1.0", "hostname": hostname, "seen_at": seen_at}
        session.add(Worker(target_id=target.id, **about))
    database.dispose()
    assert healthy(fresh_postgres_url) is expected

"""A runtime on each database, with job kinds of the tests' own and a queue that only remembers."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from workbench.db.migrate import upgrade
from workbench.db.session import now
from workbench.db.tables import Job, Machine, Target
from workbench.jobs import kinds as register_of_kinds
from workbench.jobs import service
from workbench.jobs.context import JobContext
from workbench.jobs.kinds import JobKind, Outcome
from workbench.jobs.runner import WorkerIdentity
from workbench.runtime import Runtime, make_runtime
from workbench.settings import Settings

MACHINE = "machine-1"


@pytest.fixture(params=["sqlite", "postgresql"])
def runtime(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Runtime]:
    url = None if request.param == "sqlite" else request.getfixturevalue("fresh_postgres_url")
    settings = Settings(data_dir=tmp_path / "data", database_url=url, lease_s=2.0, renew_every_s=0.5, cancel_poll_s=0.1)
    settings.data_dir.mkdir()
    upgrade(settings.database)
    runtime = make_runtime(settings)
    yield runtime
    runtime.db.dispose()


@pytest.fixture
def identity(runtime: Runtime) -> WorkerIdentity:
    with runtime.db.write() as session:
        session.add(Machine(id=MACHINE, turns=0))
        target = Target(name="bench", kind="local", machine_id=MACHINE, last_seen_at=now(session))
        session.add(target)
        session.flush()
        return WorkerIdentity("00000000-0000-7000-8000-000000000001", MACHINE, target.id)


@pytest.fixture
def kind() -> Iterator[Callable[..., JobKind]]:
    """Makes a job kind for one test: `kind("name", run=…, measuring=…)`."""
    names: list[str] = []

    def make(name: str, run: Callable[[JobContext], Outcome] | None = None, *, measuring: bool = False) -> JobKind:
        names.append(name)
        return register_of_kinds.register(JobKind(name, run or (lambda context: Outcome({"done": True})), measuring))

    yield make
    for name in names:
        register_of_kinds._KINDS.pop(name, None)


@pytest.fixture
def queued(runtime: Runtime, identity: WorkerIdentity) -> Callable[..., str]:
    """Queues a job of a kind and returns its id."""

    def make(kind: JobKind, title: str = "a job") -> str:
        with runtime.db.write() as session:
            return service.create(session, runtime.queue, kind, title, {}, target_id=identity.target_id).id

    return make


@pytest.fixture
def job(runtime: Runtime) -> Callable[[str], Job]:
    """The row of a job as it is now."""

    def read(job_id: str) -> Job:
        with runtime.db.read() as session:
            return service.get(session, job_id)

    return read

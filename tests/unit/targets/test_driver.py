"""What the driver makes of engine processes that do as they should, and of those that do not."""

import os
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from workbench.db.migrate import upgrade
from workbench.db.session import now
from workbench.db.tables import Job, Machine, Target
from workbench.jobs import kinds as register_of_kinds
from workbench.jobs import repository, runner, service
from workbench.jobs.context import JobContext
from workbench.jobs.kinds import JobKind, Outcome
from workbench.jobs.runner import WorkerIdentity
from workbench.runtime import Runtime, make_runtime
from workbench.settings import Settings
from workbench.targets.driver import run_operation

ODD = "tests.fixtures.odd_engine"
ROOT = Path(__file__).parents[3]


@pytest.fixture
def runtime(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Runtime]:
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    monkeypatch.setenv("WORKBENCH_TOKEN", "a secret that no engine needs to know")
    settings = Settings(data_dir=tmp_path / "data", cancel_poll_s=0.1)
    settings.data_dir.mkdir()
    upgrade(settings.database)
    runtime = make_runtime(settings)
    yield runtime
    runtime.db.dispose()


class Bench:
    """Queues and runs jobs whose work is one operation of the odd engine."""

    def __init__(self, runtime: Runtime) -> None:
        self.runtime = runtime
        with runtime.db.write() as session:
            session.add(Machine(id="m", turns=0))
            target = Target(name="t", kind="local", machine_id="m", last_seen_at=now(session))
            session.add(target)
            session.flush()
            self.identity = WorkerIdentity("00000000-0000-7000-8000-000000000001", "m", target.id)
        self.out: Path | None = None

    def queue(self, operation: str, timeout_s: float = 60.0) -> str:
        def run(context: JobContext) -> Outcome:
            result, out = run_operation(context, operation, {}, {}, folder="op", module=ODD, timeout_s=timeout_s)
            assert (out / "file").read_text() == "artifact" if operation == "good" else True
            return Outcome(result)

        kind = JobKind(f"odd_{operation}", run)
        register_of_kinds.register(kind)
        with self.runtime.db.write() as session:
            return service.create(session, self.runtime.queue, kind, operation, {}).id

    def work(self, job_id: str) -> Job:
        runner.look(self.runtime, self.identity, job_id)
        with self.runtime.db.read() as session:
            job = repository.get(session, job_id)
            assert job is not None
            return job


@pytest.fixture
def bench(runtime: Runtime) -> Iterator[Bench]:
    yield Bench(runtime)
    for name in [name for name in register_of_kinds.kinds() if name.startswith("odd_")]:
        register_of_kinds._KINDS.pop(name)


def test_result_stages_and_no_secrets(bench: Bench) -> None:
    job = bench.work(bench.queue("good"))
    assert job.state == "succeeded", job.error
    assert job.result == {"cwd": "op", "secret": None}
    with bench.runtime.db.read() as session:
        stages = [row.data for row in repository.events_of(session, job.id) if row.type == "stage"]
    assert [(stage["stage"], stage["stage_index"], stage["progress"]) for stage in stages] == [
        ("work", 1, 0.0),
        ("more", 2, 0.5),
    ]


def test_rubbish_is_logged_and_ignored(bench: Bench) -> None:
    job = bench.work(bench.queue("rubbish"))
    assert job.state == "succeeded", job.error
    assert job.result == {"fine": True}
    assert "unreadable line" in bench.runtime.storage.job_log(job.id).read_text()


@pytest.mark.parametrize(
    ("operation", "code"),
    [
        ("error", "model_corrupt"),
        ("silent", "engine_crashed"),
        ("crash", "engine_crashed"),
        ("endless_line", "engine_crashed"),
    ],
)
def test_failures_have_their_code(bench: Bench, operation: str, code: str) -> None:
    job = bench.work(bench.queue(operation))
    assert job.state == "failed"
    assert job.error is not None
    assert job.error["code"] == code
    assert list((bench.runtime.settings.data_dir / "work").iterdir()) == []


def test_last_words_are_in_the_log(bench: Bench) -> None:
    job = bench.work(bench.queue("silent"))
    assert "last words" in bench.runtime.storage.job_log(job.id).read_text()


def test_it_ends_when_its_time_is_over(bench: Bench) -> None:
    began = time.monotonic()
    job = bench.work(bench.queue("sleep", timeout_s=1.0))
    assert job.error is not None
    assert job.error["code"] == "timed_out"
    assert time.monotonic() - began < 6


@pytest.mark.parametrize("operation", ["sleep", "stubborn"])
def test_cancel_ends_it_within_two_seconds(bench: Bench, operation: str) -> None:
    job_id = bench.queue(operation)
    thread = threading.Thread(target=bench.work, args=(job_id,))
    thread.start()
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        with bench.runtime.db.read() as session:
            job = repository.get(session, job_id)
            if job is not None and job.stage == "sleep":
                break
        time.sleep(0.05)
    asked = time.monotonic()
    with bench.runtime.db.write() as session:
        service.cancel(session, job_id)
    thread.join(20)
    took = time.monotonic() - asked
    with bench.runtime.db.read() as session:
        job = repository.get(session, job_id)
    assert job is not None
    assert job.state == "cancelled"
    assert took < 2.0


def test_too_much_memory_ends_it(bench: Bench) -> None:
    limited = bench.runtime.settings.model_copy(update={"engine_memory_fraction": 0.02})
    bench.runtime = Runtime(limited, bench.runtime.db, bench.runtime.storage, bench.runtime.queue)
    job = bench.work(bench.queue("memory"))
    assert job.error is not None
    assert job.error["code"] == "out_of_memory"


def test_a_kill_from_outside_is_named(bench: Bench) -> None:
    import psutil

    job_id = bench.queue("sleep")
    thread = threading.Thread(target=bench.work, args=(job_id,))
    thread.start()
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        children = [child for child in psutil.Process().children() if ODD in child.cmdline()]
        if children:
            time.sleep(0.3)
            os.kill(children[0].pid, 9)
            break
        time.sleep(0.05)
    thread.join(20)
    with bench.runtime.db.read() as session:
        job = repository.get(session, job_id)
    assert job is not None
    assert job.error is not None
    assert job.error["code"] == "engine_killed"

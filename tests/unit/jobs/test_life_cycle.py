"""The eight points of the life cycle that need no process: moves, leases, turns, recovery."""

import threading
import time
from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from workbench.db.session import now
from workbench.db.tables import Job, JobEvent
from workbench.errors import Conflict
from workbench.jobs import repository, runner, service, sweeper
from workbench.jobs.context import JobContext, LeaseLost
from workbench.jobs.kinds import JobFailed, JobKind, Outcome
from workbench.jobs.repository import Blocked, Lease
from workbench.jobs.runner import WorkerIdentity
from workbench.runtime import Runtime

MakeKind = Callable[..., JobKind]
Queued = Callable[..., str]
Read = Callable[[str], Job]


def claim(runtime: Runtime, identity: WorkerIdentity, job_id: str, measuring: bool = False) -> Lease | Blocked | None:
    with runtime.db.write() as session:
        return repository.claim(
            session,
            job_id,
            worker_id=identity.worker_id,
            machine_id=identity.machine_id,
            target_id=identity.target_id,
            lease_s=2.0,
            measuring=measuring,
        )


def let_lapse(runtime: Runtime, job_id: str, *, null: bool = False) -> None:
    with runtime.db.write() as session:
        past = None if null else now(session) - timedelta(seconds=1)
        session.execute(update(Job).where(Job.id == job_id).values(lease_expires_at=past))


class TestMoves:
    def test_a_job_runs_once_and_succeeds(
        self, runtime: Runtime, identity: WorkerIdentity, kind: MakeKind, queued: Queued, job: Read
    ) -> None:
        calls: list[str] = []

        def run(context: JobContext) -> Outcome:
            calls.append(context.job.id)
            return Outcome({"answer": 42})

        job_id = queued(kind("test_once", run))
        for _ in range(3):  # duplicate deliveries
            runner.look(runtime, identity, job_id)
        assert calls == [job_id]
        row = job(job_id)
        assert (row.state, row.result, row.progress, row.attempt) == ("succeeded", {"answer": 42}, 1.0, 1)
        assert row.lease_token is None

    def test_concurrent_deliveries_run_it_once(
        self, runtime: Runtime, identity: WorkerIdentity, kind: MakeKind, queued: Queued, job: Read
    ) -> None:
        calls: list[int] = []

        def run(context: JobContext) -> Outcome:
            calls.append(1)
            time.sleep(0.3)
            return Outcome()

        job_id = queued(kind("test_concurrent", run))
        threads = [threading.Thread(target=runner.look, args=(runtime, identity, job_id)) for _ in range(6)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert calls == [1]
        assert job(job_id).state == "succeeded"

    def test_a_failure_keeps_code_sentence_and_action(
        self, runtime: Runtime, identity: WorkerIdentity, kind: MakeKind, queued: Queued, job: Read
    ) -> None:
        def run(context: JobContext) -> Outcome:
            raise JobFailed("model_corrupt", "The file is damaged.", "Export it again.")

        job_id = queued(kind("test_failure", run))
        runner.look(runtime, identity, job_id)
        row = job(job_id)
        assert row.state == "failed"
        assert row.error == {"code": "model_corrupt", "message": "The file is damaged.", "action": "Export it again."}
        assert "model_corrupt" in runtime.storage.job_log(job_id).read_text()

    def test_an_unexpected_error_shows_no_traceback_but_logs_it(
        self, runtime: Runtime, identity: WorkerIdentity, kind: MakeKind, queued: Queued, job: Read
    ) -> None:
        def run(context: JobContext) -> Outcome:
            raise RuntimeError("secret detail")

        job_id = queued(kind("test_unexpected", run))
        runner.look(runtime, identity, job_id)
        error = job(job_id).error
        assert error is not None
        assert error["code"] == "internal_error"
        assert "secret" not in error["message"]
        assert "secret detail" in runtime.storage.job_log(job_id).read_text()

    def test_every_move_and_stage_is_an_event_in_order(
        self, runtime: Runtime, identity: WorkerIdentity, kind: MakeKind, queued: Queued
    ) -> None:
        def run(context: JobContext) -> Outcome:
            context.stage("first", 1, 2, 0.0)
            context.stage("second", 2, 2, 0.5)
            return Outcome()

        job_id = queued(kind("test_events", run))
        runner.look(runtime, identity, job_id)
        with runtime.db.read() as session:
            rows = list(session.scalars(select(JobEvent).where(JobEvent.job_id == job_id).order_by(JobEvent.id)))
        told = [(row.type, row.data["state"], row.data["stage"]) for row in rows]
        assert told == [
            ("created", "queued", None),
            ("state", "running", None),
            ("stage", "running", "first"),
            ("stage", "running", "second"),
            ("state", "succeeded", "second"),
        ]

    def test_nothing_is_left_in_the_work_folder(
        self, runtime: Runtime, identity: WorkerIdentity, kind: MakeKind, queued: Queued
    ) -> None:
        def run(context: JobContext) -> Outcome:
            (context.work / "half").write_bytes(b"x" * 1000)
            raise JobFailed("a", "b", "c")

        runner.look(runtime, identity, queued(kind("test_work", run)))
        assert list((runtime.settings.data_dir / "work").iterdir()) == []


class TestLeases:
    def test_a_stale_worker_writes_nothing(
        self, runtime: Runtime, identity: WorkerIdentity, kind: MakeKind, queued: Queued, job: Read
    ) -> None:
        job_id = queued(kind("test_stale"))
        first = claim(runtime, identity, job_id)
        assert isinstance(first, Lease)
        let_lapse(runtime, job_id)
        sweeper.sweep(runtime)
        second = claim(runtime, identity, job_id)
        assert isinstance(second, Lease)
        assert (second.attempt, job(job_id).state) == (2, "running")
        with runtime.db.write() as session:
            assert not repository.renew(session, first, 10)
            assert not repository.report(session, first, {"stage": "ghost"})
            assert not repository.finish(session, first, "failed", {})
            assert repository.cancel_requested(session, first) is None
        context = JobContext(runtime, job(job_id), first, runtime.storage.new_work(job_id, 1))
        with pytest.raises(LeaseLost), context.transaction():
            raise AssertionError("the transaction must not open")
        assert job(job_id).state == "running"
        assert job(job_id).stage is None
        with runtime.db.write() as session:
            assert repository.finish(session, second, "succeeded", {})

    def test_a_renewed_lease_is_not_reaped(
        self, runtime: Runtime, identity: WorkerIdentity, kind: MakeKind, queued: Queued, job: Read
    ) -> None:
        job_id = queued(kind("test_renewed"))
        lease = claim(runtime, identity, job_id)
        assert isinstance(lease, Lease)
        stale = job(job_id)
        let_lapse(runtime, job_id)
        with runtime.db.write() as session:
            assert repository.renew(session, lease, 30)
        with runtime.db.write() as session:
            sweeper.judge(session, stale)
        assert job(job_id).lease_token == lease.token

    @pytest.mark.parametrize("null", [False, True])
    def test_ordinary_jobs_get_a_second_try_and_no_third(
        self, runtime: Runtime, identity: WorkerIdentity, kind: MakeKind, queued: Queued, job: Read, null: bool
    ) -> None:
        job_id = queued(kind("test_again"))
        assert isinstance(claim(runtime, identity, job_id), Lease)
        let_lapse(runtime, job_id, null=null)  # null: a lease that never beat
        sweeper.sweep(runtime)
        assert job(job_id).state == "running"
        assert job(job_id).lease_token is None
        assert isinstance(claim(runtime, identity, job_id), Lease)
        let_lapse(runtime, job_id, null=null)
        sweeper.sweep(runtime)
        row = job(job_id)
        assert row.state == "failed"
        assert row.error is not None
        assert row.error["code"] == "worker_lost"

    def test_measuring_jobs_fail_at_once(
        self, runtime: Runtime, identity: WorkerIdentity, kind: MakeKind, queued: Queued, job: Read
    ) -> None:
        job_id = queued(kind("test_measure", measuring=True))
        assert isinstance(claim(runtime, identity, job_id, measuring=True), Lease)
        let_lapse(runtime, job_id)
        sweeper.sweep(runtime)
        row = job(job_id)
        assert row.state == "failed"
        assert row.error is not None
        assert row.error["code"] == "worker_lost"

    def test_a_worker_that_cannot_renew_is_told_to_stop(
        self, runtime: Runtime, identity: WorkerIdentity, kind: MakeKind, queued: Queued, job: Read
    ) -> None:
        reasons: list[str | None] = []

        def run(context: JobContext) -> Outcome:
            with runtime.db.write() as session:  # somebody else took it
                session.execute(update(Job).where(Job.id == context.job.id).values(lease_token="another"))
            deadline = time.monotonic() + 10
            while context.abort_reason is None and time.monotonic() < deadline:
                time.sleep(0.05)
            reasons.append(context.abort_reason)
            return Outcome({"ghost": True})

        job_id = queued(kind("test_taken", run))
        runner.look(runtime, identity, job_id)
        assert reasons == ["lease_lost"]
        row = job(job_id)
        assert (row.state, row.result) == ("running", None)


class TestCancel:
    def test_waiting_ends_at_once(self, runtime: Runtime, kind: MakeKind, queued: Queued, job: Read) -> None:
        job_id = queued(kind("test_cancel_waiting"))
        with runtime.db.write() as session:
            service.cancel(session, job_id)
        assert job(job_id).state == "cancelled"
        with runtime.db.write() as session:  # twice is fine
            service.cancel(session, job_id)

    def test_running_ends_within_two_seconds(
        self, runtime: Runtime, identity: WorkerIdentity, kind: MakeKind, queued: Queued, job: Read
    ) -> None:
        started, stopped = threading.Event(), threading.Event()

        def run(context: JobContext) -> Outcome:
            with context.stopped_by(stopped.set):
                started.set()
                assert stopped.wait(10)
            context.check()
            return Outcome()

        job_id = queued(kind("test_cancel_running", run))
        thread = threading.Thread(target=runner.look, args=(runtime, identity, job_id))
        thread.start()
        assert started.wait(10)
        asked = time.monotonic()
        with runtime.db.write() as session:
            service.cancel(session, job_id)
        thread.join(10)
        assert job(job_id).state == "cancelled"
        assert time.monotonic() - asked < 2.0

    def test_a_finished_job_cannot_be_cancelled(
        self, runtime: Runtime, identity: WorkerIdentity, kind: MakeKind, queued: Queued
    ) -> None:
        job_id = queued(kind("test_cancel_late"))
        runner.look(runtime, identity, job_id)
        with pytest.raises(Conflict) as caught, runtime.db.write() as session:
            service.cancel(session, job_id)
        assert caught.value.code == "job_finished"

    def test_a_lost_job_that_was_cancelled_is_not_tried_again(
        self, runtime: Runtime, identity: WorkerIdentity, kind: MakeKind, queued: Queued, job: Read
    ) -> None:
        job_id = queued(kind("test_cancel_lost"))
        assert isinstance(claim(runtime, identity, job_id), Lease)
        with runtime.db.write() as session:
            service.cancel(session, job_id)
        let_lapse(runtime, job_id)
        sweeper.sweep(runtime)
        assert job(job_id).state == "cancelled"


class TestTurns:
    def test_measuring_waits_for_everything_on_its_machine(
        self, runtime: Runtime, identity: WorkerIdentity, kind: MakeKind, queued: Queued, job: Read
    ) -> None:
        ordinary, measuring = kind("test_turn_o"), kind("test_turn_m", measuring=True)
        first, second = queued(ordinary, "the import"), queued(measuring, "the benchmark")
        lease = claim(runtime, identity, first)
        assert isinstance(lease, Lease)
        blocked = claim(runtime, identity, second, measuring=True)
        assert isinstance(blocked, Blocked)
        assert "the import" in str(job(second).waiting_for)
        with runtime.db.write() as session:
            repository.finish(session, lease, "succeeded", {})
        assert isinstance(claim(runtime, identity, second, measuring=True), Lease)

    def test_ordinary_waits_for_a_measurement_and_says_so(
        self, runtime: Runtime, identity: WorkerIdentity, kind: MakeKind, queued: Queued, job: Read
    ) -> None:
        ordinary, measuring = kind("test_wait_o"), kind("test_wait_m", measuring=True)
        first, second = queued(measuring, "the benchmark"), queued(ordinary)
        assert isinstance(claim(runtime, identity, first, measuring=True), Lease)
        assert isinstance(claim(runtime, identity, second), Blocked)
        assert "the benchmark" in str(job(second).waiting_for)

    def test_ordinary_jobs_run_side_by_side(
        self, runtime: Runtime, identity: WorkerIdentity, kind: MakeKind, queued: Queued
    ) -> None:
        ordinary = kind("test_side")
        leases = [claim(runtime, identity, queued(ordinary)) for _ in range(3)]
        assert all(isinstance(lease, Lease) for lease in leases)

    def test_measuring_jobs_keep_their_order(
        self, runtime: Runtime, identity: WorkerIdentity, kind: MakeKind, queued: Queued
    ) -> None:
        measuring = kind("test_order", measuring=True)
        first, second = queued(measuring, "earlier"), queued(measuring, "later")
        assert isinstance(claim(runtime, identity, second, measuring=True), Blocked)
        assert isinstance(claim(runtime, identity, first, measuring=True), Lease)

    def test_ordinary_jobs_cannot_starve_a_measurement(
        self, runtime: Runtime, identity: WorkerIdentity, kind: MakeKind, queued: Queued
    ) -> None:
        ordinary, measuring = kind("test_starve_o"), kind("test_starve_m", measuring=True)
        running = claim(runtime, identity, queued(ordinary))
        assert isinstance(running, Lease)
        queued(measuring)
        assert isinstance(claim(runtime, identity, queued(ordinary)), Blocked)

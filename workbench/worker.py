"""The assembly of a worker: one process, threads for jobs, engine processes for the work itself."""

import contextlib
import logging
import os
import threading
import warnings
from typing import Any

from celery.exceptions import SecurityWarning
from celery.signals import worker_shutting_down

from workbench import rooms
from workbench.db.migrate import pending
from workbench.errors import Conflict
from workbench.jobs import runner
from workbench.jobs import service as jobs
from workbench.jobs.dispatch import COMMON_QUEUE, LOOK, make_celery, message_queue, target_queue
from workbench.jobs.runner import WorkerIdentity
from workbench.jobs.sweeper import Sweeper
from workbench.runtime import Runtime, make_runtime
from workbench.settings import Settings
from workbench.targets import service as targets
from workbench.targets.jobs import PROBE

logger = logging.getLogger(__name__)

BEAT_S = 3.0


class Pulse(threading.Thread):
    """Tells the database that this worker lives, and how busy its machine is."""

    def __init__(self, runtime: Runtime, identity: WorkerIdentity) -> None:
        super().__init__(name="pulse", daemon=True)
        self._runtime = runtime
        self._identity = identity
        self._done = threading.Event()

    def stop(self) -> None:
        self._done.set()
        self.join(timeout=10)

    def run(self) -> None:
        while not self._done.is_set():
            try:
                load = targets.current_load(self._runtime)
                with self._runtime.db.write() as session:
                    targets.beat(session, self._identity, load)
            except Exception:  # the database may be away for a while
                logger.warning("no sign of life could be given", exc_info=True)
            self._done.wait(BEAT_S)


def main(settings: Settings) -> None:
    """Work until SIGTERM or SIGINT."""
    if pending(settings.database):
        raise Conflict(
            "The database has not the schema of this version.",
            code="migration_needed",
            action="Run 'workbench migrate' first.",
        )
    rooms.register_kinds()
    runtime = make_runtime(settings)
    with runtime.db.write() as session:
        identity = targets.register_worker(session, runtime)
        jobs.create(session, runtime.queue, PROBE, "Look at this machine", {}, target_id=identity.target_id)
    pulse, sweeper = Pulse(runtime, identity), Sweeper(runtime, rooms.chores)
    pulse.start()
    sweeper.start()
    try:
        _consume(runtime, identity)
    finally:
        sweeper.stop()
        pulse.stop()
        with contextlib.suppress(Exception), runtime.db.write() as session:
            targets.sign_off(session, identity)
        runtime.db.dispose()


def _consume(runtime: Runtime, identity: WorkerIdentity) -> None:
    # It concerns pickled messages; ours are JSON, and in containers workers may be root of nothing.
    warnings.filterwarnings("ignore", category=SecurityWarning)
    celery = make_celery(runtime.settings)

    @celery.task(name=LOOK, ignore_result=True)  # type: ignore[untyped-decorator]
    def look(job_id: str) -> None:
        try:
            runner.look(runtime, identity, job_id)
        except Exception:  # the sweeper will announce the job again
            logger.exception("job %s could not be looked at", job_id)

    celery.conf.task_queues = [message_queue(COMMON_QUEUE), message_queue(target_queue(identity.target_id))]
    worker: Any = celery.Worker(
        pool="threads",
        concurrency=runtime.settings.worker_concurrency,
        hostname=f"{identity.worker_id}@{os.uname().nodename}",
        without_gossip=True,
        without_mingle=True,
        without_heartbeat=True,
        loglevel="WARNING",
        redirect_stdouts=False,
        quiet=True,
    )

    # Celery's warm stop (SIGTERM, SIGINT) waits for its tasks: these end once their jobs are told to stop.
    worker_shutting_down.connect(lambda **_: runner.stop_all(), weak=False)
    worker.start()

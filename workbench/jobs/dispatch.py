"""Celery carries one message only: "look at job N", published after the commit (DESIGN §5.2, §5.7)."""

import logging
from collections.abc import Callable
from typing import Any

from celery import Celery
from kombu.entity import Queue as KombuQueue
from sqlalchemy import event
from sqlalchemy.orm import Session

from workbench.db.tables import Job
from workbench.jobs.kinds import kinds
from workbench.settings import Settings

logger = logging.getLogger(__name__)

COMMON_QUEUE = "workbench"
LOOK = "workbench.look"
POLL_S = 0.1


def target_queue(target_id: str) -> str:
    return f"workbench-target-{target_id}"


def message_queue(name: str) -> Any:
    """A queue of the broker."""
    return KombuQueue(name, durable=True)  # type: ignore[no-untyped-call]


def make_celery(settings: Settings) -> Celery:
    """The Celery app: on Redis where a broker is named, else on files in the data folder."""
    app = Celery("workbench", set_as_current=False)
    app.conf.update(
        task_ignore_result=True,
        task_default_queue=COMMON_QUEUE,
        task_create_missing_queues=True,
        worker_prefetch_multiplier=1,
        worker_hijack_root_logger=False,
        worker_send_task_events=False,
        worker_enable_remote_control=False,
        broker_connection_retry_on_startup=True,
        broker_connection_max_retries=None,
        broker_connection_timeout=2.0,
        enable_utc=True,
    )
    if settings.embedded_broker:
        folder = settings.data_dir / "broker"
        queue, control = folder / "queue", folder / "control"
        for path in (queue, control):
            path.mkdir(parents=True, exist_ok=True)
        app.conf.broker_url = "filesystem://"
        app.conf.broker_transport_options = {
            "data_folder_in": str(queue),
            "data_folder_out": str(queue),
            "control_folder": str(control),
            "polling_interval": POLL_S,
        }
    else:
        app.conf.broker_url = settings.broker_url
        app.conf.broker_transport_options = {"socket_connect_timeout": 1.0, "socket_timeout": 5.0}
    return app


class Queue:
    """Announces jobs. What it fails to announce, the sweeper announces again."""

    def __init__(self, settings: Settings) -> None:
        self._celery = make_celery(settings)

    def look(self, job_id: str, kind: str, target_id: str | None) -> None:
        """Publish "look at job N" on the queue of the job's target, or on the common one."""
        definition = kinds().get(kind)
        pinned = target_id is not None and (definition is None or definition.measuring or definition.pinned)
        queue = target_queue(target_id) if pinned and target_id else COMMON_QUEUE
        try:
            self._celery.send_task(LOOK, args=[job_id], queue=message_queue(queue), retry=False)
        except Exception:  # any transport error: the job is in the database and will be announced again
            logger.warning("job %s could not be announced; the sweeper will do it", job_id, exc_info=True)

    def look_after_commit(self, session: Session, job: Job) -> None:
        """Publish once the transaction that queued the job is committed; never when it is rolled back."""
        job_id, kind, target_id = job.id, job.kind, job.target_id

        def publish(_: Session) -> None:
            self.look(job_id, kind, target_id)

        once(session, "after_commit", publish)


def once(session: Session, name: str, action: Callable[[Session], Any]) -> None:
    """Run `action` at the next event `name` of this session."""
    event.listen(session, name, action, once=True)

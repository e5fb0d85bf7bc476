"""Slow cleaning: artifacts that no row names, work folders of ended jobs, old events."""

import logging
from datetime import timedelta

from sqlalchemy import delete, select

from workbench.db.session import now
from workbench.db.tables import Artifact, Job, JobEvent
from workbench.jobs import repository
from workbench.runtime import Runtime

logger = logging.getLogger(__name__)

ORPHAN_AGE_S = 3600.0


def sweep(runtime: Runtime, age_s: float = ORPHAN_AGE_S) -> None:
    """Remove what crashes left behind, once it is older than `age_s` seconds."""
    storage = runtime.storage
    stored = list(storage.artifact_ids(age_s))
    with runtime.db.read() as session:
        named = set(session.scalars(select(Artifact.id)))
    for artifact_id in stored:
        if artifact_id not in named:
            logger.info("removing artifact %s, which nothing names", artifact_id)
            storage.delete_artifact(artifact_id)
    with runtime.db.read() as session:
        active = set(session.scalars(select(Job.id).where(Job.state.in_(repository.ACTIVE))))
    for job_id, folder in storage.stale_work(age_s):
        if job_id not in active:
            storage.discard(folder)
    with runtime.db.write() as session:
        before = now(session) - timedelta(seconds=runtime.settings.event_keep_s)
        session.execute(delete(JobEvent).where(JobEvent.at < before))

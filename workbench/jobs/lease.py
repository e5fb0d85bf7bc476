"""The side thread of a running job: renews its lease, listens for cancel, stops the work when either says so."""

import contextlib
import logging
import os
import threading
import time

from workbench.jobs import repository
from workbench.jobs.context import JobContext

logger = logging.getLogger(__name__)


class LeaseKeeper(threading.Thread):
    """Renews every `renew_every_s`. A worker that cannot renew kills its own engine before others take the job.

    The lease file is touched only after a renewal that succeeded: the engine reads the same truth by itself,
    even where this whole process is stopped.
    """

    def __init__(self, context: JobContext) -> None:
        super().__init__(name=f"lease-{context.job.id}", daemon=True)
        self.context = context
        self._settings = context.runtime.settings
        self._done = threading.Event()
        context.lease_file.touch()

    def stop(self) -> None:
        self._done.set()
        self.join(timeout=10)

    def run(self) -> None:
        renewed = time.monotonic()
        attempted = renewed
        while not self._done.wait(self._settings.cancel_poll_s):
            context = self.context
            try:
                with context.runtime.db.read() as session:
                    cancelled = repository.cancel_requested(session, context.lease)
                if cancelled is None:
                    if not self._done.is_set():
                        context.abort("lease_lost")
                    return
                if cancelled:
                    context.abort("cancelled")
                moment = time.monotonic()
                if moment - attempted >= self._settings.renew_every_s:
                    attempted = moment
                    with context.runtime.db.write() as session:
                        if not repository.renew(session, context.lease, self._settings.lease_s):
                            raise LookupError("the lease was taken away")
                    renewed = moment
                    with contextlib.suppress(FileNotFoundError):  # the work is over, its end is being written
                        os.utime(context.lease_file)
            except LookupError:
                if not self._done.is_set():
                    context.abort("lease_lost")
                return
            except Exception:  # the database is away: work on as long as the lease lasts
                logger.warning("lease of job %s could not be renewed", context.job.id, exc_info=True)
            if time.monotonic() - renewed > self._settings.lease_s:
                context.abort("lease_lost")
                return

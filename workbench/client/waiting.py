"""Following a job to its end by asking for it."""

import time
from collections.abc import Callable
from typing import Any

from workbench.client.connection import Connection, Json, ref
from workbench.client.errors import ApiError, ServerNotReachable

ENDED = ("succeeded", "failed", "cancelled")
FIRST_PAUSE_S = 0.2
LONGEST_PAUSE_S = 1.0
# A server that is restarted comes back with its jobs.
PATIENCE_S = 60.0

OnProgress = Callable[[Json], Any]


def wait(
    connection: Connection, job_id: str, on_progress: OnProgress | None = None, timeout_s: float | None = None
) -> Json:
    """The job once it has ended, however it ended.

    `on_progress` is called with every answer. A server that is away for less than a minute is waited for.
    Raises ServerNotReachable, ApiError, TimeoutError.
    """
    begin = heard = time.monotonic()
    pause = FIRST_PAUSE_S
    while True:
        try:
            job = connection.get(f"/jobs/{ref(job_id)}")
        except (ServerNotReachable, ApiError) as error:
            passing = isinstance(error, ServerNotReachable) or error.status in (502, 503, 504)
            if not passing or time.monotonic() - heard > PATIENCE_S:
                raise
        else:
            heard = time.monotonic()
            if on_progress is not None:
                on_progress(job)
            if job["state"] in ENDED:
                return job
        if timeout_s is not None and time.monotonic() - begin > timeout_s:
            raise TimeoutError(f"The job {job_id} did not end within {timeout_s:g} s.")
        time.sleep(pause)
        pause = min(pause * 1.3, LONGEST_PAUSE_S)

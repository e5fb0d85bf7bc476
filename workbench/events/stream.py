"""Feeds every open page from `job_events`; a page that comes back resumes with `Last-Event-ID` (DESIGN §5.6)."""

import asyncio
import json
from collections.abc import AsyncIterator

from fastapi.concurrency import run_in_threadpool

from workbench.jobs import repository
from workbench.jobs.schemas import job_view
from workbench.runtime import Runtime

POLL_S = 0.25
KEEP_ALIVE_S = 15.0


class EventHub:
    """One look at the event counter for all listeners of this process, and only while there are any."""

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime
        self._news = asyncio.Condition()
        self._newest = 0
        self._listeners = 0
        self._task: asyncio.Task[None] | None = None
        self.closing = False

    async def close(self) -> None:
        """End every stream, so that a stopping server does not wait for its pages."""
        self.closing = True
        if self._task is not None:
            self._task.cancel()
        async with self._news:
            self._news.notify_all()

    async def newest(self) -> int:
        return await run_in_threadpool(self._read_newest)

    def _read_newest(self) -> int:
        with self._runtime.db.read() as session:
            return repository.last_event_id(session)

    async def _watch(self) -> None:
        while self._listeners:
            try:
                newest = await self.newest()
            except Exception:  # the database may be away; streams stay open
                newest = self._newest
            if newest > self._newest:
                async with self._news:
                    self._newest = newest
                    self._news.notify_all()
            await asyncio.sleep(POLL_S)
        self._task = None

    async def stream(self, after: int) -> AsyncIterator[str]:
        """Events after id `after` as SSE text, for ever; a comment keeps idle connections open."""
        self._listeners += 1
        if self._task is None:
            self._task = asyncio.create_task(self._watch())
        try:
            yield f"retry: 1000\nid: {after}\n\n"
            while not self.closing:
                batch = await run_in_threadpool(self._read, after)
                for number, text in batch:
                    after = number
                    yield text
                if batch:
                    continue
                try:
                    # Not `wait_for`: it waits in a task of its own, and a cancelled stream would leave the lock unheld.
                    async with self._news, asyncio.timeout(KEEP_ALIVE_S):
                        if self._newest <= after and not self.closing:
                            await self._news.wait()
                except TimeoutError:
                    yield ": still here\n\n"
        finally:
            self._listeners -= 1

    def _read(self, after: int) -> list[tuple[int, str]]:
        with self._runtime.db.read() as session:
            rows = repository.events_after(session, after)
            texts = []
            for row in rows:
                data = {"id": row.id, "type": row.type, "job_id": row.job_id} | row.data
                job = repository.get(session, row.job_id) if row.job_id else None
                data["job"] = job_view(job).model_dump(mode="json") if job else None
                name = "changed" if row.type == "changed" else "job"
                texts.append((row.id, f"id: {row.id}\nevent: {name}\ndata: {json.dumps(data)}\n\n"))
            return texts

"""What a server or worker process works with, made once by the assembly and handed to every room."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Request

from workbench.db.session import Database
from workbench.jobs.dispatch import Queue
from workbench.settings import Settings
from workbench.storage.store import Storage


@dataclass(frozen=True)
class Runtime:
    settings: Settings
    db: Database
    storage: Storage
    queue: Queue


def make_runtime(settings: Settings) -> Runtime:
    storage = Storage(settings.data_dir, settings.disk_reserve_bytes)
    storage.prepare()
    return Runtime(settings, Database(settings.database), storage, Queue(settings))


async def _runtime(request: Request) -> Runtime:  # not async, it would cost every request a thread
    runtime: Runtime = request.app.state.runtime
    return runtime


RuntimeDep = Annotated[Runtime, Depends(_runtime)]

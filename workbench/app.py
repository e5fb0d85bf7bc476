"""The assembly of the server: rooms, guard, page, sweeper. `python -m workbench.app openapi` prints the API."""

import contextlib
import importlib
import json
import logging
import sys
from collections.abc import AsyncIterator
from pathlib import Path

from fastapi import FastAPI
from fastapi.routing import APIRoute
from starlette.types import ASGIApp

from workbench import __version__, errors, page, rooms
from workbench.accounts.guard import Guard
from workbench.events.stream import EventHub
from workbench.jobs.sweeper import Sweeper
from workbench.runtime import Runtime, make_runtime
from workbench.settings import Settings

PREFIX = "/api/v1"


def _operation_id(route: APIRoute) -> str:
    return route.name


def make_api(runtime: Runtime | None) -> FastAPI:
    """The FastAPI application; without a runtime it only serves to describe itself."""

    @contextlib.asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        assert runtime is not None
        app.state.events = EventHub(runtime)
        sweeper = Sweeper(runtime, rooms.chores)
        sweeper.start()
        yield
        await app.state.events.close()
        sweeper.stop()
        runtime.db.dispose()

    api = FastAPI(
        title="Deep Learning Workbench",
        version=__version__,
        openapi_url=f"{PREFIX}/openapi.json",
        docs_url=None,
        redoc_url=None,
        lifespan=lifespan,
        generate_unique_id_function=_operation_id,
    )
    api.state.runtime = runtime
    errors.install(api)
    rooms.register_kinds()
    for name in rooms.ROUTERS:
        api.include_router(importlib.import_module(f"workbench.{name}.routes").router, prefix=PREFIX)
    page.mount(api)
    return api


def create_app(settings: Settings) -> ASGIApp:
    """The whole server as one ASGI application, guarded."""
    runtime = make_runtime(settings)
    return Guard(make_api(runtime), runtime)


def log_to_file(path: Path) -> None:
    """The process's log, to a file and to stderr."""
    form = logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s")
    root = logging.getLogger()
    root.setLevel(logging.INFO)
    for handler in (logging.FileHandler(path, encoding="utf-8"), logging.StreamHandler()):
        handler.setFormatter(form)
        if not isinstance(handler, logging.FileHandler):
            handler.setLevel(logging.WARNING)
        root.addHandler(handler)
    for name in ("httpx", "alembic", "celery", "kombu"):
        logging.getLogger(name).setLevel(logging.WARNING)
    # It finds that a broker made of files has no host name.
    logging.getLogger("kombu.connection").setLevel(logging.ERROR)


if __name__ == "__main__":
    if sys.argv[1:] != ["openapi"]:
        sys.exit("usage: python -m workbench.app openapi")
    print(json.dumps(make_api(None).openapi(), indent=2, sort_keys=True))

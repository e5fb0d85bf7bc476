"""The web server process: uvicorn, told when it answers and how to end."""

import gc
import socket
from collections.abc import Callable

import anyio.to_thread
import uvicorn
from starlette.types import ASGIApp

GRACEFUL_S = 3
# Requests answered at once. More only fight over the interpreter: with 40, the slowest of 16 lists took twice as long.
THREADS = 4


class Server(uvicorn.Server):
    """Calls `ready` once it really answers."""

    def __init__(self, app: ASGIApp, ready: Callable[[], None]) -> None:
        super().__init__(
            uvicorn.Config(
                app,
                log_config=None,
                access_log=False,
                timeout_graceful_shutdown=GRACEFUL_S,
                server_header=False,
                lifespan="on",
            )
        )
        self._ready = ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        anyio.to_thread.current_default_thread_limiter().total_tokens = THREADS
        # What is loaded by now stays: the collector need not walk through it in the middle of requests.
        gc.collect()
        gc.freeze()
        await super().startup(sockets)
        if self.started:
            self._ready()

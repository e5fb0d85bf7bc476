"""The web server process: uvicorn, told when it answers and how to end."""

import socket
from collections.abc import Callable

import uvicorn
from starlette.types import ASGIApp

GRACEFUL_S = 3


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
        await super().startup(sockets)
        if self.started:
            self._ready()

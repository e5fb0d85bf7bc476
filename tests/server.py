"""The whole server on data of its own, in this process or as a process that can be killed."""

import contextlib
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import uvicorn
from starlette.types import ASGIApp

from tests.services import free_port
from workbench.accounts.guard import Guard
from workbench.app import create_app, make_api
from workbench.db.migrate import upgrade
from workbench.runtime import Runtime, make_runtime
from workbench.settings import Settings

START_TIMEOUT_S = 30.0


def migrated(folder: Path, **settings: Any) -> Settings:
    """Settings of a server with its data in `folder` and an up-to-date database."""
    made = Settings(data_dir=folder, **settings)
    upgrade(made.database)
    return made


@contextlib.contextmanager
def runtime_of(settings: Settings) -> Iterator[Runtime]:
    runtime = make_runtime(settings)
    yield runtime
    runtime.db.dispose()


def guarded(runtime: Runtime) -> Guard:
    """The whole server around `runtime`, as `create_app` assembles it."""
    return Guard(make_api(runtime), runtime)


def described() -> dict[str, Any]:
    """The OpenAPI document."""
    return make_api(None).openapi()


@contextlib.contextmanager
def listening(app: ASGIApp) -> Iterator[str]:
    """The URL of `app` behind a real HTTP server in a thread of this process."""
    server = uvicorn.Server(uvicorn.Config(app, port=free_port(), log_level="warning", ws="none"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    deadline = time.monotonic() + START_TIMEOUT_S
    while not server.started:
        assert thread.is_alive(), "the server did not start"
        assert time.monotonic() < deadline, "the server did not start"
        time.sleep(0.01)
    try:
        yield f"http://127.0.0.1:{server.config.port}"
    finally:
        server.should_exit = True
        thread.join(10)


@contextlib.contextmanager
def client_of(runtime: Runtime, **headers: str) -> Iterator[httpx.Client]:
    """A client of the server around `runtime`, over real HTTP."""
    with listening(guarded(runtime)) as url, httpx.Client(base_url=url, headers=headers, timeout=30) as client:
        yield client


@dataclass
class Server:
    """A real server on a loopback port, to be killed and started again on the same data."""

    folder: Path
    environment: dict[str, str]
    port: int
    process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        environment = os.environ | self.environment | {"WORKBENCH_DATA_DIR": str(self.folder)}
        with (self.folder / "server-output.txt").open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "tests.server", str(self.port)],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env=environment,
                cwd=Path(__file__).parents[1],
            )
        deadline = time.monotonic() + START_TIMEOUT_S
        while time.monotonic() < deadline and self.process.poll() is None:
            with contextlib.suppress(httpx.HTTPError):
                if httpx.get(f"{self.url}/api/v1/system/health", timeout=2).status_code == 200:
                    return
            time.sleep(0.05)
        self.kill()
        raise RuntimeError((self.folder / "server-output.txt").read_text()[-2000:])

    def kill(self) -> None:
        """SIGKILL, as a crash would end it."""
        if self.process is not None:
            self.process.send_signal(signal.SIGKILL)
            self.process.wait()
            self.process = None


@contextlib.contextmanager
def serving(folder: Path, **environment: str) -> Iterator[Server]:
    """A server as a process, on a database made for it."""
    folder.mkdir(parents=True, exist_ok=True)
    url = environment.get("WORKBENCH_DATABASE_URL")
    migrated(folder, database_url=url)
    server = Server(folder, environment, free_port())
    server.start()
    try:
        yield server
    finally:
        server.kill()


def main() -> None:
    uvicorn.run(create_app(Settings()), port=int(sys.argv[1]), log_level="warning")


if __name__ == "__main__":
    main()

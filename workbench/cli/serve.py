"""`up`, `api`, `worker`, `migrate`: the processes of the workbench. What the server needs is imported inside."""

import contextlib
import ctypes
import os
import secrets
import signal
import socket
import subprocess
import sys
import threading
import time
import webbrowser
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

import typer

from workbench.cli.output import fail, note
from workbench.settings import Settings

Host = Annotated[str | None, typer.Option(help="Address to listen on; others than loopback need a token.")]
Port = Annotated[int | None, typer.Option(min=0, max=65535, help="Port to listen on.")]
DataDir = Annotated[Path | None, typer.Option(help="Where everything is kept.")]
RequireToken = Annotated[bool, typer.Option("--require-token", help="Ask for a token on loopback too.")]
NoBrowser = Annotated[bool, typer.Option("--no-browser", help="Do not open the page.")]

RESTART_AFTER_S = (0.5, 1.0, 2.0, 5.0, 10.0)
STOP_WAIT_S = 15.0


def settings_from(
    host: str | None = None, port: int | None = None, data_dir: Path | None = None, require_token: bool = False
) -> Settings:
    """The environment's settings with what the command line says put over them."""
    given: dict[str, Any] = {"host": host, "port": port, "data_dir": data_dir.absolute() if data_dir else None}
    chosen = {name: value for name, value in given.items() if value is not None}
    if require_token:
        chosen["require_token"] = True
    return Settings(**chosen)


def up(
    host: Host = None,
    port: Port = None,
    data_dir: DataDir = None,
    require_token: RequireToken = False,
    no_browser: NoBrowser = False,
) -> None:
    """Server and worker in one command, with everything it needs embedded."""
    settings = settings_from(host, port, data_dir, require_token)
    serve(settings, with_worker=True, browser=not no_browser)


def api(host: Host = None, port: Port = None, data_dir: DataDir = None, require_token: RequireToken = False) -> None:
    """The server alone; workers run elsewhere."""
    serve(settings_from(host, port, data_dir, require_token), with_worker=False, browser=False)


def worker(data_dir: DataDir = None) -> None:
    """A worker: takes jobs and measures on this machine."""
    from workbench.app import log_to_file
    from workbench.errors import WorkbenchError
    from workbench.storage.store import Storage
    from workbench.worker import main

    settings = settings_from(data_dir=data_dir)
    if os.environ.pop("WORKBENCH_DIE_WITH_PARENT", None):
        _die_with_parent()
    storage = Storage(settings.data_dir)
    storage.prepare()
    log_to_file(storage.server_log("worker"))
    try:
        main(settings)
    except WorkbenchError as error:
        fail(error.detail, error.action)


def migrate(data_dir: DataDir = None) -> None:
    """Bring the database to the schema of this version."""
    from sqlalchemy.exc import SQLAlchemyError

    from workbench.db.migrate import upgrade

    settings = settings_from(data_dir=data_dir)
    try:
        upgrade(settings.database)
    except SQLAlchemyError as error:
        fail(f"The database could not be migrated: {str(error).splitlines()[0]}", "Check WORKBENCH_DATABASE_URL.")
    note("The database has the newest schema.")


def serve(
    settings: Settings,
    *,
    with_worker: bool,
    browser: bool,
    when_ready: Callable[[str], None] | None = None,
) -> None:
    """Run the server (and a worker beside it) until told to stop.

    `when_ready` is called once with the URL, in a thread of its own.
    """
    from workbench.app import create_app, log_to_file
    from workbench.db.migrate import pending, upgrade
    from workbench.discovery import announce, withdraw
    from workbench.serving import Server
    from workbench.storage.store import Storage

    listener = _listen(settings)
    port = listener.getsockname()[1]
    settings = settings.model_copy(update={"port": port})
    storage = Storage(settings.data_dir)
    storage.prepare()
    log_to_file(storage.server_log("server"))
    if with_worker:
        upgrade(settings.database)
    elif pending(settings.database):
        fail("The database has not the schema of this version.", "Run 'workbench migrate' first.")
    token = _check_login(settings)
    if token is not None:
        settings = settings.model_copy(update={"token": token})
    url = f"http://{_shown_host(settings.host)}:{port}"
    server = Server(create_app(settings), lambda: _ready(url, settings, browser, when_ready))
    supervisor = _WorkerSupervisor(settings) if with_worker else None
    if supervisor is not None:
        supervisor.start()
    announce(url, settings.data_dir, settings.token if settings.token_needed else None)
    # uvicorn ends on these signals and then raises them again, for whoever handled them before: nobody dies of it.
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: None)
    try:
        server.run(sockets=[listener])
    finally:
        withdraw()
        if supervisor is not None:
            supervisor.stop()


def _ready(url: str, settings: Settings, browser: bool, when_ready: Callable[[str], None] | None) -> None:
    note(f"Deep Learning Workbench on {url}  (data in {settings.data_dir}; Ctrl-C stops it)")
    if browser and (os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY") or sys.platform == "darwin"):
        with contextlib.suppress(webbrowser.Error):
            webbrowser.open(url)
    if when_ready is not None:
        threading.Thread(target=when_ready, args=(url,), daemon=True).start()


def _listen(settings: Settings) -> socket.socket:
    """The socket, bound before anything else is started: a taken port is the commonest mistake."""
    try:
        family = socket.getaddrinfo(settings.host, settings.port, type=socket.SOCK_STREAM)[0][0]
        listener = socket.socket(family)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((settings.host, settings.port))
        return listener
    except OSError as error:
        fail(
            f"{settings.host} port {settings.port} cannot be listened on: {error.strerror or error}.",
            "Stop what uses it, or choose another with --port.",
        )


def _check_login(settings: Settings) -> str | None:
    """Refuse to start where everybody or nobody could get in.

    On loopback with `--require-token` and no token at all, one is made and shown once.
    """
    from workbench.accounts.service import check_start, count
    from workbench.db.session import Database
    from workbench.errors import WorkbenchError
    from workbench.settings import is_loopback

    database = Database(settings.database)
    try:
        with database.read() as session:
            nobody = settings.token is None and count(session) == 0
            if settings.require_token and nobody and is_loopback(settings.host):
                token = "wbt_" + secrets.token_urlsafe(32)
                note(f"Token for this session: {token}")
                return token
            check_start(session, settings)
    except WorkbenchError as error:
        fail(f"{error.title}: {error.detail}", error.action)
    finally:
        database.dispose()
    return None


def _shown_host(host: str) -> str:
    if host in ("0.0.0.0", "::", ""):  # noqa: S104  (only compared)
        return socket.gethostname()
    return f"[{host}]" if ":" in host else host


class _WorkerSupervisor(threading.Thread):
    """Keeps one worker process running beside the server; it dies with us, whatever kills us."""

    def __init__(self, settings: Settings) -> None:
        super().__init__(name="worker-supervisor", daemon=True)
        self._environment = os.environ | {
            "WORKBENCH_DATA_DIR": str(settings.data_dir),
            "WORKBENCH_DIE_WITH_PARENT": "1",
        }
        self._done = threading.Event()
        self._process: subprocess.Popen[bytes] | None = None
        self._started = threading.Event()

    def run(self) -> None:
        failures = 0
        while not self._done.is_set():
            began = time.monotonic()
            self._process = subprocess.Popen(
                [sys.executable, "-m", "workbench.cli.main", "worker"],
                env=self._environment,
                stdin=subprocess.DEVNULL,
                stdout=sys.stderr,
                start_new_session=True,
            )
            code = self._process.wait()
            if self._done.is_set():
                return
            failures = 0 if time.monotonic() - began > 60 else failures + 1
            pause = RESTART_AFTER_S[min(failures, len(RESTART_AFTER_S) - 1)]
            note(f"The worker ended (code {code}); it is started again in {pause:.0f} s.")
            self._done.wait(pause)

    def stop(self) -> None:
        self._done.set()
        process = self._process
        if process is None or process.poll() is not None:
            return
        process.terminate()
        try:
            process.wait(STOP_WAIT_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _die_with_parent() -> None:
    """Ask the kernel for SIGTERM when the thread that started us ends, and watch the parent for certain.

    The supervisor's thread lives as long as its process, so this is the end of the process (prctl(2),
    PR_SET_PDEATHSIG).
    """
    parent = os.getppid()
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None).prctl(1, signal.SIGTERM)

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(1.0)
        os.kill(os.getpid(), signal.SIGTERM)
        time.sleep(5.0)
        os._exit(1)

    threading.Thread(target=watch, name="parent", daemon=True).start()

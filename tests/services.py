"""The real programs that tests run against: PostgreSQL, Redis and Chromium.

Servers get a data folder and a loopback port of their own and end with the process that started them. A program that
is not there is installed with apt-get where that is possible (root on Debian); else `MissingProgram` names the command.
"""

import os
import pwd
import secrets
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Self

START_TIMEOUT_S = 30.0
STOP_TIMEOUT_S = 20.0
UNPRIVILEGED_USERS = ("postgres", "nobody")

# What a headless Chromium must be told in a container: no sandbox for root, and no requests of its own.
CHROMIUM_ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--force-color-profile=srgb",
]


class MissingProgram(RuntimeError):
    """A program that the tests need is not installed and could not be installed."""


class ServiceFailed(RuntimeError):
    """A server did not start; the message carries the end of its log."""


def find_program(name: str, package: str, folders: Sequence[str] = ()) -> Path:
    """The path of a program, after installing its Debian package where it is missing.

    `folders` are glob patterns of places outside PATH; the last match in version order wins.
    """
    if found := _locate(name, folders):
        return found
    command = f"apt-get install -y --no-install-recommends {package}"
    if os.geteuid() == 0 and shutil.which("apt-get"):
        _apt_install(package)
        if found := _locate(name, folders):
            return found
    raise MissingProgram(f"`{name}` is needed by the tests and is not installed. Install it with: {command}")


def _locate(name: str, folders: Sequence[str]) -> Path | None:
    for pattern in folders:
        matches = [path / name for path in Path("/").glob(pattern.lstrip("/")) if (path / name).is_file()]
        if matches:
            return max(matches, key=lambda path: [int(part) for part in path.parts if part.isdigit()])
    found = shutil.which(name)
    return Path(found) if found else None


def _apt_install(package: str) -> None:
    """Installs a package without starting the server in it: tests start their own."""
    environment = os.environ | {"DEBIAN_FRONTEND": "noninteractive", "RUNLEVEL": "1"}
    for command in (
        ["apt-get", "update", "-q"],
        ["apt-get", "install", "-y", "-q", "--no-install-recommends", package],
    ):
        result = subprocess.run(command, env=environment, stdin=subprocess.DEVNULL, capture_output=True, check=False)
        if result.returncode != 0:
            raise MissingProgram(f"`{' '.join(command)}` failed: {result.stderr.decode(errors='replace')[-800:]}")


def chromium_path() -> Path:
    """Debian's Chromium."""
    return find_program("chromium", "chromium")


def free_port() -> int:
    """A TCP port on 127.0.0.1 that nobody listens on at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def accepts(port: int) -> bool:
    """True when something listens on the port of 127.0.0.1."""
    with socket.socket() as probe:
        probe.settimeout(1.0)
        return probe.connect_ex(("127.0.0.1", port)) == 0


def tied_to_parent(command: Sequence[str]) -> list[str]:
    """The command wrapped so that the kernel ends it with its parent, also when that is killed."""
    setpriv = find_program("setpriv", "util-linux")
    return [str(setpriv), "--pdeathsig", "TERM", "--", *command]


@dataclass
class Service:
    """A server process with a folder of its own. Start it, kill it, start it again on the same port and data."""

    port: int = field(default_factory=free_port)
    folder: Path = field(init=False)
    process: subprocess.Popen[bytes] | None = field(default=None, init=False)
    stop_signal: signal.Signals = signal.SIGTERM

    def __post_init__(self) -> None:
        # Not below pytest's own folder: that one is closed to other users.
        self.folder = Path(tempfile.mkdtemp(prefix=f"wb-{type(self).__name__.lower()}-"))
        self.prepare()

    def prepare(self) -> None:
        """Makes the data folder."""

    def command(self) -> list[str]:
        raise NotImplementedError

    def ready(self) -> bool:
        return accepts(self.port)

    @property
    def log(self) -> Path:
        return self.folder / "log"

    @property
    def pid(self) -> int:
        assert self.process is not None, "the service is not running"
        return self.process.pid

    def start(self) -> Self:
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                self.command(),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd=self.folder,
                start_new_session=True,
            )
        deadline = time.monotonic() + START_TIMEOUT_S
        while not self.ready():
            if self.process.poll() is not None or time.monotonic() > deadline:
                self.kill()
                raise ServiceFailed(f"{type(self).__name__} did not start:\n{self.log.read_text()[-2000:]}")
            time.sleep(0.05)
        return self

    def kill(self) -> None:
        """SIGKILL, as a crash would end it. The data folder stays."""
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            self.process = None

    def stop(self) -> None:
        """Ends the server in its orderly way. The data folder stays."""
        if self.process is None:
            return
        self.process.send_signal(self.stop_signal)
        try:
            self.process.wait(STOP_TIMEOUT_S)
        except subprocess.TimeoutExpired:
            self.kill()
        self.process = None

    def close(self) -> None:
        self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


@dataclass
class Redis(Service):
    """Redis without persistence, as the broker of a team server runs."""

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self.port}/0"

    def command(self) -> list[str]:
        server = find_program("redis-server", "redis-server")
        options = ["--bind", "127.0.0.1", "--port", str(self.port), "--save", "", "--appendonly", "no"]
        return tied_to_parent([str(server), *options, "--dir", str(self.folder)])


@dataclass
class Postgres(Service):
    """PostgreSQL with a password. It refuses to run as root, so root runs it as another user that owns its data."""

    password: str = field(default_factory=lambda: secrets.token_hex(16))
    # "Fast" shutdown: a test that left a connection open does not hold it up.
    stop_signal: signal.Signals = signal.SIGINT

    @property
    def url(self) -> str:
        return self.url_of("workbench")

    def url_of(self, database: str) -> str:
        return f"postgresql://workbench:{self.password}@127.0.0.1:{self.port}/{database}"

    @property
    def data(self) -> Path:
        return self.folder / "data"

    def prepare(self) -> None:
        password_file = self.folder / "password"
        password_file.write_text(self.password)
        if (user := self._other_user()) is not None:
            for path in (self.folder, password_file):
                os.chown(path, user.pw_uid, user.pw_gid)
        command = [str(self._program("initdb")), "--pgdata", str(self.data), "--username", "workbench"]
        command += ["--pwfile", str(password_file), "--auth", "scram-sha-256", "--encoding", "UTF8", "--locale", "C"]
        result = subprocess.run(
            self._as_user([*command, "--no-sync"]),
            cwd=self.folder,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            check=False,
        )
        if result.returncode != 0:
            raise ServiceFailed(f"initdb failed:\n{result.stderr.decode(errors='replace')}")
        password_file.unlink()

    def command(self) -> list[str]:
        settings = {
            "listen_addresses": "127.0.0.1",
            "unix_socket_directories": "",
            "max_connections": "200",
            # The data lives as long as the tests.
            "fsync": "off",
            "full_page_writes": "off",
        }
        options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        return self._as_user([str(self._program("postgres")), "-D", str(self.data), "-p", str(self.port), *options])

    def ready(self) -> bool:
        if not accepts(self.port):
            return False
        import psycopg

        try:
            psycopg.connect(self.url_of("postgres"), connect_timeout=2).close()
        except psycopg.OperationalError:
            return False
        return True

    def start(self) -> Self:
        # The children of a killed server take a moment to notice, and until then its data folder counts as in use.
        deadline = time.monotonic() + START_TIMEOUT_S
        while True:
            try:
                super().start()
                break
            except ServiceFailed:
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.2)
        self.create_database("workbench", missing_ok=True)
        return self

    def create_database(self, name: str, missing_ok: bool = False) -> str:
        """Makes an empty database and returns its URL. With `missing_ok` one that is there already stays."""
        import psycopg
        from psycopg import sql

        with psycopg.connect(self.url_of("postgres"), autocommit=True) as connection:
            try:
                connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
            except psycopg.errors.DuplicateDatabase:
                if not missing_ok:
                    raise
        return self.url_of(name)

    def drop_database(self, name: str) -> None:
        import psycopg
        from psycopg import sql

        with psycopg.connect(self.url_of("postgres"), autocommit=True) as connection:
            connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))

    @staticmethod
    def _program(name: str) -> Path:
        return find_program(name, "postgresql", folders=["/usr/lib/postgresql/*/bin", "/usr/pgsql-*/bin"])

    @staticmethod
    def _other_user() -> pwd.struct_passwd | None:
        """The user to run as when this process is root."""
        if os.geteuid() != 0:
            return None
        for name in UNPRIVILEGED_USERS:
            try:
                return pwd.getpwnam(name)
            except KeyError:
                continue
        raise ServiceFailed(f"PostgreSQL refuses to run as root, and none of the users {UNPRIVILEGED_USERS} exists")

    def _as_user(self, command: Sequence[str]) -> list[str]:
        wrapped = tied_to_parent(command)
        if (user := self._other_user()) is None:
            return wrapped
        identity = ["--reuid", str(user.pw_uid), "--regid", str(user.pw_gid), "--clear-groups"]
        return [wrapped[0], *identity, *wrapped[1:]]

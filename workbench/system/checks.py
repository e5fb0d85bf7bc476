"""What must be right for the workbench to work. `run_checks` needs no server: `workbench doctor` calls it as well."""

import contextlib
import json
import os
import shutil
import stat
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from sqlalchemy import make_url
from sqlalchemy.orm import Session

import workbench
from workbench import page
from workbench.accounts import service as accounts
from workbench.db.migrate import pending
from workbench.db.session import Database
from workbench.errors import WorkbenchError
from workbench.jobs import repository as jobs
from workbench.settings import GIB, Settings
from workbench.system import repository
from workbench.system.patience import NoAnswer, ask
from workbench.system.service import openvino_version

DATABASE_TIMEOUT_S = 5.0
BROKER_TIMEOUT_S = 2.0
PROBE_TIMEOUT_S = 60.0
COMFORTABLE_BYTES = 2 * GIB


@dataclass(frozen=True)
class Check:
    """One thing that was looked at. `action` says what to do when it is not right."""

    name: str
    ok: bool
    detail: str
    action: str | None = None


def run_checks(settings: Settings, *, serving: bool = False) -> list[Check]:
    """Everything, in the order in which it is put right. Never raises, never takes long.

    `serving` when a server asks about itself: then workers have to be there, and devices are those of its targets.
    Otherwise nothing needs to run yet, and the devices of this machine are looked up by an engine process.
    """
    database = _guarded("database", partial(check_database, settings))
    with _session(settings, database.ok) as session:
        checks: list[tuple[str, Callable[[], Check]]] = [
            ("OpenVINO", check_openvino),
            ("data folder", partial(check_data_dir, settings)),
            ("disk", partial(check_disk, settings)),
            ("database", lambda: database),
            ("broker", partial(check_broker, settings)),
            ("login", partial(check_login, settings, session)),
            ("workers", partial(check_workers, settings, session, serving)),
            ("devices", partial(check_target_devices, session) if serving else check_own_devices),
            ("page", check_page),
        ]
        return [_guarded(name, check) for name, check in checks]


def _guarded(name: str, check: Callable[[], Check]) -> Check:
    try:
        return check()
    except Exception as error:  # a doctor that falls ill of the patient is of no use
        return Check(name, False, f"could not be checked: {type(error).__name__}: {error}", "Report this.")


@contextmanager
def _session(settings: Settings, usable: bool) -> Iterator[Session | None]:
    """A session for the checks that need one; None without a usable database, of which its own check tells."""
    if not usable or not _database_exists(settings):
        yield None
        return
    database = Database(settings.database)
    try:
        with database.read() as session:
            yield session
    finally:
        database.dispose()


def check_openvino() -> Check:
    version = openvino_version()
    if version is None:
        return Check("OpenVINO", False, "not installed", "Run 'make setup', or 'pip install openvino'.")
    return Check("OpenVINO", True, version)


def check_data_dir(settings: Settings) -> Check:
    """It can be written, and nobody else can read it."""
    folder = settings.data_dir
    if not folder.exists():
        parent = next(path for path in folder.absolute().parents if path.exists())
        if os.access(parent, os.W_OK | os.X_OK):
            return Check("data folder", True, f"{folder} will be made at the first start")
        action = f"Make {parent} writable for this user, or set WORKBENCH_DATA_DIR."
        return Check("data folder", False, f"{folder} cannot be made in {parent}", action)
    try:
        with tempfile.TemporaryFile(dir=folder) as file:
            file.write(b"1")
    except OSError as error:
        action = "Make it writable for this user, or set WORKBENCH_DATA_DIR."
        return Check("data folder", False, f"{folder} cannot be written: {error.strerror}", action)
    mode = stat.S_IMODE(folder.stat().st_mode)
    if mode & 0o077:
        return Check("data folder", False, f"{folder} is open to other users ({mode:o})", f"chmod 700 {folder}")
    return Check("data folder", True, f"{folder} is writable, and closed to other users")


def check_disk(settings: Settings) -> Check:
    folder = next(path for path in (settings.data_dir, *settings.data_dir.absolute().parents) if path.exists())
    free = shutil.disk_usage(folder).free
    detail = f"{free / GIB:.1f} GiB free"
    if free < settings.disk_reserve_bytes + COMFORTABLE_BYTES:
        return Check("disk", False, detail, "Delete what is not needed, or move the data folder to a larger disk.")
    return Check("disk", True, detail)


def check_database(settings: Settings) -> Check:
    """It answers, and has the schema of this version."""
    shown = make_url(settings.database).render_as_string(hide_password=True)
    if not _database_exists(settings):
        return Check("database", True, f"{shown} will be made at the first start")
    try:
        behind = ask(lambda: pending(settings.database), DATABASE_TIMEOUT_S)
    except NoAnswer:
        return Check("database", False, f"{shown} does not answer", "Start the database, or check the address.")
    except Exception as error:
        reason = str(getattr(error, "orig", None) or error).strip().splitlines()[0][:200]
        return Check("database", False, f"{shown}: {reason}", "Start the database, or set WORKBENCH_DATABASE_URL.")
    if behind:
        return Check("database", False, f"{shown} has the schema of another version", "Run 'workbench migrate'.")
    return Check("database", True, shown)


def check_broker(settings: Settings) -> Check:
    """The embedded one needs its folder, Redis has to answer in two seconds."""
    if settings.broker_url is None:
        folder = settings.data_dir / "broker"
        if folder.exists() and not os.access(folder, os.W_OK | os.X_OK):
            return Check("broker", False, f"{folder} cannot be written", "Make it writable for this user.")
        return Check("broker", True, "embedded: files in the data folder")
    import redis

    shown = _without_password(settings.broker_url)
    try:
        client = redis.Redis.from_url(
            settings.broker_url, socket_timeout=BROKER_TIMEOUT_S, socket_connect_timeout=BROKER_TIMEOUT_S
        )
        with contextlib.closing(client):
            ask(client.ping, 2 * BROKER_TIMEOUT_S)
    except NoAnswer:
        return Check("broker", False, f"{shown} does not answer", "Start Redis, or check WORKBENCH_BROKER_URL.")
    except (redis.RedisError, ValueError, OSError) as error:
        action = "Start Redis, or check WORKBENCH_BROKER_URL."
        return Check("broker", False, f"{shown}: {_without_password(str(error))[:200]}", action)
    return Check("broker", True, shown)


def check_login(settings: Settings, session: Session | None) -> Check:
    """The rule of who may reach the server without a token."""
    try:
        accounts.check_start(session, settings)
    except WorkbenchError as error:
        return Check("login", False, f"{error.title}: {error.detail}", error.action)
    if settings.token_needed:
        return Check("login", True, f"a token is needed on {settings.host}")
    return Check("login", True, f"{settings.host} is this machine only, so no token is needed")


def check_workers(settings: Settings, session: Session | None, serving: bool) -> Check:
    living = [] if session is None else jobs.living_workers(session)
    if living:
        names = ", ".join(f"{row.hostname} ({row.pid})" for row in living)
        return Check("workers", True, f"{len(living)} alive: {names}")
    if serving or not settings.embedded_broker:
        return Check("workers", False, "none is alive, so jobs wait", "Start 'workbench worker' on the machine.")
    return Check("workers", True, "none runs at the moment; 'workbench up' brings its own")


def check_target_devices(session: Session | None) -> Check:
    found = {} if session is None else repository.devices(session)
    if not found:
        return Check("devices", False, "there is no target yet", "Start a worker: its machine becomes a target.")
    detail = "; ".join(f"{target}: {', '.join(names) or 'none'}" for target, names in found.items())
    if not all(found.values()):
        return Check("devices", False, detail, "Probe the targets without devices, and look at the log of that job.")
    return Check("devices", True, detail)


def check_own_devices() -> Check:
    """What OpenVINO finds on this machine, asked in an engine process: a driver may crash the one that asks."""
    with tempfile.TemporaryDirectory(prefix="workbench-doctor-") as folder:
        operation = Path(folder) / "operation.json"
        operation.write_text(json.dumps({"kind": "probe", "parameters": {}, "lease_file": None}))
        # An engine ends when its stdin does; the writing end of this pipe stays open as long as it works.
        lifeline, ours = os.pipe()
        try:
            done = subprocess.run(
                [sys.executable, "-P", "-m", "workbench.engine", "run", operation.name],
                cwd=folder,
                env=_engine_environment(),
                stdin=lifeline,
                capture_output=True,
                timeout=PROBE_TIMEOUT_S,
                check=False,
            )
        except subprocess.TimeoutExpired:
            action = "Look for a driver that hangs: 'dmesg' may name it."
            return Check("devices", False, f"OpenVINO did not answer in {PROBE_TIMEOUT_S:.0f} s", action)
        finally:
            os.close(lifeline)
            os.close(ours)
    events = [json.loads(line) for line in done.stdout.splitlines() if line.startswith(b"{")]
    result = next((event["result"] for event in events if event.get("event") == "result"), None)
    if result is None:
        error: dict[str, str] = next((event for event in events if event.get("event") == "error"), {})
        detail = error.get("message") or done.stderr.decode(errors="replace").strip()[-300:] or "no answer"
        return Check("devices", False, str(detail), str(error.get("action") or "Install OpenVINO again."))
    names = ", ".join(f"{device['name']} ({device['full_name']})" for device in result["devices"])
    if not names:
        return Check("devices", False, "OpenVINO finds no device", "Install a driver or OpenVINO's CPU plugin.")
    missing = "".join(f"; {entry['name']}: {entry['reason']}" for entry in result.get("unavailable", []))
    return Check("devices", True, names + missing)


def _engine_environment() -> dict[str, str]:
    """Without the secrets of the server, and finding this package wherever it was started from."""
    from workbench.engine.quiet import environment

    inherited = {name: value for name, value in os.environ.items() if not name.startswith("WORKBENCH_")}
    return inherited | environment() | {"PYTHONPATH": str(Path(workbench.__file__).parents[1])}


def check_page() -> Check:
    if page.built():
        return Check("page", True, "built")
    return Check("page", False, "not built", "Run 'make setup' (needs Node 20 or newer).")


def _database_exists(settings: Settings) -> bool:
    """False when the file of the embedded database is not there: asking would make it."""
    url = make_url(settings.database)
    return url.get_backend_name() != "sqlite" or Path(url.database or "").exists()


def _without_password(url: str) -> str:
    head, separator, rest = url.partition("://")
    if not separator or "@" not in rest:
        return url
    return f"{head}://***@{rest.rpartition('@')[2]}"

"""How the client finds a server: the environment, else what a server on this machine announced, else the usual port."""

import contextlib
import json
import logging
import os
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import psutil

logger = logging.getLogger(__name__)

DEFAULT_URL = "http://127.0.0.1:5665"
# The times of two readings of the same process differ by the resolution of the clock ticks.
SAME_START_S = 1.0


@dataclass(frozen=True)
class Server:
    """Where a server is. `here`: it runs on this machine and for this user, so that it sees the same files."""

    url: str
    token: str | None = None
    here: bool = False
    data_dir: Path | None = None


class BadUrl(ValueError):
    """`WORKBENCH_URL` is not an address of a server."""


def state_file() -> Path:
    """`$XDG_STATE_HOME/workbench/server.json`, by default below `~/.local/state`."""
    base = os.environ.get("XDG_STATE_HOME") or str(Path.home() / ".local" / "state")
    return Path(base) / "workbench" / "server.json"


def announce(url: str, data_dir: Path, token: str | None) -> None:
    """Tell clients of this user that this process serves on `url`.

    The file is readable by its owner only, as it may carry the token. A server whose state folder cannot be written
    still serves; clients then need `WORKBENCH_URL`.
    """
    content = {
        "url": url,
        "pid": os.getpid(),
        "pid_started": psutil.Process().create_time(),
        "data_dir": str(data_dir.absolute()),
        "token": token,
    }
    path = state_file()
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        # Made with mode 0600, and complete before it has its name.
        handle, name = tempfile.mkstemp(prefix=".server-", dir=path.parent)
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            json.dump(content, file)
        Path(name).replace(path)
    except OSError as error:
        logger.warning("%s cannot be written, so clients need WORKBENCH_URL: %s", path, error)


def withdraw() -> None:
    """Take back what this process announced; what another server announced since then stays."""
    content = _read()
    if content is not None and content["pid"] == os.getpid():
        with contextlib.suppress(OSError):
            state_file().unlink()


def running() -> Server | None:
    """The server that was announced on this machine, if its process still lives."""
    content = _read()
    if content is None or not _alive(content["pid"], content.get("pid_started")):
        return None
    token, folder = content.get("token"), content.get("data_dir")
    return Server(
        url=content["url"].rstrip("/"),
        token=token if isinstance(token, str) else None,
        here=True,
        data_dir=Path(folder) if isinstance(folder, str) else None,
    )


def find() -> Server:
    """The server to talk to: `WORKBENCH_URL`, else the one announced here, else http://127.0.0.1:5665.

    `WORKBENCH_TOKEN` is sent to whichever it is. Raises BadUrl.
    """
    url, token = os.environ.get("WORKBENCH_URL", "").strip(), os.environ.get("WORKBENCH_TOKEN") or None
    announced = running()
    if not url:
        found = announced or Server(DEFAULT_URL)
    elif announced is not None and announced.url == checked_url(url):
        found = announced
    else:
        found = Server(checked_url(url))
    return Server(found.url, token or found.token, found.here, found.data_dir)


def checked_url(url: str) -> str:
    """`url` without a final slash. Raises BadUrl for what is not `http(s)://host[:port][/prefix]`."""
    try:
        parts = urlsplit(url)
        usable = parts.scheme in ("http", "https") and parts.hostname and parts.port != 0
    except ValueError:
        usable = False
    if not usable or parts.query or parts.fragment or parts.username:
        raise BadUrl(f"'{url[:200]}' is not the address of a server, such as {DEFAULT_URL}.")
    return url.rstrip("/")


def _read() -> dict[str, Any] | None:
    try:
        content = json.loads(state_file().read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    if not isinstance(content, dict) or not isinstance(content.get("pid"), int):
        return None
    try:
        checked_url(content["url"])
    except (KeyError, TypeError, AttributeError, BadUrl):
        return None
    return content


def _alive(pid: int, started: object) -> bool:
    """Whether it is still that process: ids are given again, soonest after a restart of the machine."""
    try:
        process = psutil.Process(pid)
        if process.status() == psutil.STATUS_ZOMBIE:
            return False
        return not isinstance(started, int | float) or abs(process.create_time() - started) < SAME_START_S
    except (psutil.Error, ValueError, OverflowError):
        return False

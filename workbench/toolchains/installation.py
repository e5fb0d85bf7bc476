"""Where toolchains lie, and how one comes into being: made beside its place, renamed into it when it is whole."""

import json
import os
import shutil
import signal
import subprocess
import tempfile
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from workbench.db.base import new_id
from workbench.toolchains.catalogue import Definition, Lock
from workbench.toolchains.interpreters import Interpreter

FACTS = "toolchain.json"
CHUNK = 8
BUILDERS = ("setuptools==", "wheel==")
TAIL = 2000
STAGES = ("make the environment", "download", "install", "try it")
POLL_S = 0.5

Guard = Callable[[Callable[[], None]], AbstractContextManager[None]]


@dataclass
class Reporter:
    """How an installation tells of itself and is stopped; what a job's context offers."""

    stage: Callable[[str, int, int], None]
    progress: Callable[[int, int], None]
    log: Callable[[str], None]
    check: Callable[[], None]
    stopped_by: Guard


class InstallFailed(Exception):
    """`code`, a sentence, and what to do."""

    def __init__(self, code: str, message: str, action: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.action = action


def facts(place: Path) -> dict[str, Any] | None:
    """What a whole installation says of itself; None where there is none."""
    try:
        content = json.loads((place / FACTS).read_text())
    except (OSError, ValueError):
        return None
    return content if isinstance(content, dict) and python(place).exists() else None


def python(place: Path) -> Path:
    return place / "bin" / "python"


def remove(place: Path) -> None:
    """Out of sight by a rename, then removed: a half-removed one is never used."""
    grave = place.with_name(f".removed-{new_id()}")
    try:
        place.rename(grave)
    except FileNotFoundError:
        return
    shutil.rmtree(grave, ignore_errors=True)


def sweep(root: Path) -> None:
    """Remove what a crash left: environments that never became whole. Only while nothing is being installed."""
    for pattern in (".installing-*", ".removed-*", ".wheels-*"):
        for place in root.glob(pattern):
            shutil.rmtree(place, ignore_errors=True)


def install(
    definition: Definition,
    interpreter: Interpreter,
    place: Path,
    wheels: Path | None,
    report: Reporter,
    now: str,
) -> None:
    """Make `place`, replacing an older one. `wheels` is a folder to take everything from. Raises InstallFailed.

    Every file is checked against the lock's checksums by pip (`--require-hashes`), dependencies are those of the lock
    and no others (`--no-deps`).
    """
    lock = definition.lock(interpreter.minor)
    place.parent.mkdir(parents=True, exist_ok=True)
    fresh = place.with_name(f".installing-{new_id()}")
    try:
        report.stage(STAGES[0], 1, len(STAGES))
        report.log(f"Python {interpreter.version}, {interpreter.path}")
        _run([interpreter.path, "-I", "-m", "venv", str(fresh)], report, _environment())
        pip = [str(python(fresh)), "-I", "-m", "pip", "--disable-pip-version-check", "--no-input"]
        with tempfile.TemporaryDirectory(prefix=".wheels-", dir=place.parent) as folder:
            downloads = Path(folder)
            _download(pip, lock, wheels, downloads, report)
            _install(pip, lock, downloads, fresh, report)
        report.stage(STAGES[3], 4, len(STAGES))
        _run([str(python(fresh)), "-I", "-c", definition.probe], report, _environment())
        report.check()
        written = {
            "name": definition.name,
            "version": definition.version,
            "lock_sha256": lock.sha256,
            "packages": len(lock.packages),
            "python": interpreter.version,
            "size_bytes": sum(path.lstat().st_size for path in fresh.rglob("*") if not path.is_dir()),
            "installed_at": now,
        }
        (fresh / FACTS).write_text(json.dumps(written))
        remove(place)
        fresh.rename(place)
    finally:
        shutil.rmtree(fresh, ignore_errors=True)


def _download(pip: Sequence[str], lock: Lock, wheels: Path | None, folder: Path, report: Reporter) -> None:
    """Every package of the lock, a few at a time, so that progress is a count of packages that are here.

    What comes as source needs its builders to be looked at, and gets those of the lock: they are first, and installed.
    """
    report.stage(STAGES[1], 2, len(STAGES))
    source = ["--no-index", "--find-links", str(wheels)] if wheels is not None else []
    entries = sorted(lock.entries(), key=lambda entry: not entry.startswith(BUILDERS))
    builders = sum(entry.startswith(BUILDERS) for entry in entries)
    start = 0
    while start < len(entries):
        report.check()
        stop = builders if start < builders else start + CHUNK
        part = _requirements(folder, entries[start:stop])
        command = [*pip, "download", "--quiet", "--no-deps", "--no-build-isolation", "--require-hashes", *source]
        _run([*command, "--dest", str(folder), "--requirement", str(part)], report, _environment())
        if start < builders:
            _run([*pip, "install", *_offline(folder), "--requirement", str(part)], report, _environment())
        start = stop
        report.progress(min(start, len(entries)), len(entries))


def _install(pip: Sequence[str], lock: Lock, downloads: Path, fresh: Path, report: Reporter) -> None:
    report.stage(STAGES[2], 3, len(STAGES))
    total = len(lock.packages)
    wanted = _requirements(downloads, lock.entries())
    _run(
        [*pip, "install", *_offline(downloads), "--no-build-isolation", "--requirement", str(wanted)],
        report,
        _environment(),
        lambda: report.progress(min(_installed(fresh), total), total),
    )
    report.progress(total, total)


def _requirements(folder: Path, entries: Sequence[str]) -> Path:
    path = folder / "wanted.txt"
    path.write_text("\n".join(entries) + "\n")
    return path


def _offline(folder: Path) -> list[str]:
    """From that folder alone, nothing but what the lock names."""
    return ["--no-index", "--find-links", str(folder), "--no-deps", "--require-hashes", "--quiet"]


def _installed(fresh: Path) -> int:
    return sum(1 for _ in fresh.glob("lib/python3*/site-packages/*.dist-info/METADATA"))


def _environment() -> Mapping[str, str]:
    """The worker's environment with pip's own settings, without Python's and without the workbench's secrets."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("WORKBENCH_", "PYTHON"))}
    return kept | {"PYTHONDONTWRITEBYTECODE": "1"}


def _run(
    command: Sequence[str],
    report: Reporter,
    environment: Mapping[str, str],
    tick: Callable[[], None] | None = None,
) -> None:
    """Run a command until it ends or the job is stopped. Raises InstallFailed with the end of what it said."""
    report.check()
    with tempfile.TemporaryFile() as said:
        process = subprocess.Popen(
            list(command),
            stdin=subprocess.DEVNULL,
            stdout=said,
            stderr=subprocess.STDOUT,
            env=dict(environment),
            start_new_session=True,
        )
        try:
            with report.stopped_by(lambda: _kill(process)), _ticking(tick):
                code = process.wait()
        finally:
            _kill(process)
        report.check()
        said.seek(0)
        text = said.read().decode("utf-8", "replace").strip()
    if text:
        report.log(text[-TAIL:])
    if code != 0:
        raise _failure(text)


def _failure(text: str) -> InstallFailed:
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    errors = [line for line in lines if line.lower().startswith("error:")]
    said = errors[-1] if errors else lines[-1] if lines else "no message"
    if "HASH" in text and "DO NOT MATCH" in text.upper():
        return InstallFailed(
            "toolchain_checksum",
            "A package is not the one that the lock file names: its checksum differs.",
            "Look at the log for its name; take it from another source.",
        )
    if "No space left" in text:
        return InstallFailed("disk_full", "The disk is too full for the toolchain.", "Make about 3 GB free.")
    return InstallFailed(
        "toolchain_not_installed",
        f"The toolchain could not be installed: {said[:300]}",
        "Look at the job's log. Without a network, give a folder with the wheels that the lock file names.",
    )


def _kill(process: "subprocess.Popen[bytes]") -> None:
    if process.poll() is None:
        try:
            os.killpg(process.pid, signal.SIGKILL)
        except (ProcessLookupError, PermissionError):
            return
        process.wait()


@contextmanager
def _ticking(tick: Callable[[], None] | None) -> Iterator[None]:
    """While inside, `tick` is called now and then; what it raises ends the ticking, not the work."""
    if tick is None:
        yield
        return
    over = threading.Event()

    def beat() -> None:
        while not over.wait(POLL_S):
            try:
                tick()
            except Exception:
                return

    thread = threading.Thread(target=beat, daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()

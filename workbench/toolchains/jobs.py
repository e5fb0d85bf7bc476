"""The job kind `toolchain_install`."""

import contextlib
from datetime import UTC, datetime
from pathlib import Path

from workbench.jobs.context import JobContext
from workbench.jobs.kinds import JobFailed, JobKind, Outcome, register
from workbench.server_paths import server_path
from workbench.toolchains import installation
from workbench.toolchains.catalogue import definition
from workbench.toolchains.interpreters import find


def place(root: Path, name: str) -> Path:
    return root / "toolchains" / name


def _install(context: JobContext) -> Outcome:
    name = str(context.parameters["name"])
    wanted = definition(name)
    if wanted is None:
        raise JobFailed("toolchain_not_found", f"There is no toolchain '{name}'.", "Look at the list of toolchains.")
    settings = context.runtime.settings
    interpreter, problem = find(wanted.pythons, settings.toolchain_python)
    if interpreter is None:
        raise JobFailed("python_missing", str(problem), "Install one of these, or set WORKBENCH_TOOLCHAIN_PYTHON.")
    wheels = context.parameters.get("wheels")
    folder = server_path(settings, wheels) if wheels else None
    stage = 0

    def enter(title: str, index: int, count: int) -> None:
        nonlocal stage
        stage = index
        context.stage(title, index, count, (index - 1) / count)

    def progress(done: int, total: int) -> None:
        count = len(installation.STAGES)
        context.progress((stage - 1 + done / max(1, total)) / count)

    report = installation.Reporter(enter, progress, context.log, context.check, context.stopped_by)
    where = place(context.runtime.storage.root, name)
    try:
        installation.install(wanted, interpreter, where, folder, report, datetime.now(UTC).isoformat())
    except installation.InstallFailed as failure:
        raise JobFailed(failure.code, failure.message, failure.action) from failure
    finally:
        with contextlib.suppress(OSError):
            installation.sweep(where.parent)
    return Outcome({"name": name, "version": wanted.version})


TOOLCHAIN_INSTALL = register(JobKind("toolchain_install", _install))

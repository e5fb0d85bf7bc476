"""Rules of toolchains: which there are, what state they are in, where their Python is."""

from pathlib import Path

from sqlalchemy.orm import Session

from workbench.db.tables import Job
from workbench.errors import Conflict, NotFound, WorkbenchError
from workbench.jobs import service as jobs
from workbench.runtime import Runtime
from workbench.server_paths import server_path
from workbench.toolchains import installation, repository
from workbench.toolchains.catalogue import DEFINITIONS, Definition, definition
from workbench.toolchains.interpreters import find
from workbench.toolchains.jobs import TOOLCHAIN_INSTALL, place
from workbench.toolchains.schemas import Toolchain

ESTIMATE_S = 150.0
# The scripts that the interpreters of toolchains run.
RUNNERS = Path(__file__).parent / "runners"


class NotInstalled(Conflict):
    code = "toolchain_missing"
    title = "A toolchain is missing"


class CannotInstall(WorkbenchError):
    status = 422
    code = "python_missing"
    title = "There is no Python for it"
    action = "Install the Python that is named, then try again."


def get(name: str) -> Definition:
    found = definition(name)
    if found is None:
        known = ", ".join(entry.name for entry in DEFINITIONS)
        raise NotFound(f"There is no toolchain '{name[:60]}'; there is {known}.", code="toolchain_not_found")
    return found


def found_at(runtime: Runtime, name: str) -> Path | None:
    """Where a whole toolchain of the right version is: built in, or in the data folder."""
    wanted = get(name)
    built_in = runtime.settings.toolchain_path
    places = [built_in / name] if built_in is not None else []
    for where in [*places, place(runtime.storage.root, name)]:
        facts = installation.facts(where)
        if facts is not None and facts.get("lock_sha256") in _locks(wanted):
            return where
    return None


def python(runtime: Runtime, name: str) -> Path:
    """The interpreter of an installed toolchain. Raises NotInstalled."""
    where = found_at(runtime, name)
    if where is None:
        raise NotInstalled(
            f"The toolchain '{name}' is not installed.",
            action=f"Install it in the settings, or with: workbench toolchain install {name}",
        )
    return installation.python(where)


def views(session: Session, runtime: Runtime) -> list[Toolchain]:
    return [view(session, runtime, entry) for entry in DEFINITIONS]


def view(session: Session, runtime: Runtime, entry: Definition) -> Toolchain:
    where = found_at(runtime, entry.name)
    facts = installation.facts(where or place(runtime.storage.root, entry.name))
    job = repository.installing(session, entry.name)
    interpreter, problem = find(entry.pythons, runtime.settings.toolchain_python)
    lock = entry.lock(interpreter.minor if interpreter else entry.pythons[0])
    state = "installing" if job else "installed" if where else "outdated" if facts else "missing"
    return Toolchain.model_validate(
        {
            "name": entry.name,
            "title": entry.title,
            "description": entry.description,
            "state": state,
            "version": entry.version,
            "lock_sha256": lock.sha256,
            "packages": len(lock.packages),
            "python": (facts or {}).get("python") or (interpreter.version if interpreter else None),
            "python_needed": entry.python_needed,
            "size_bytes": (facts or {}).get("size_bytes"),
            "tools": list(entry.tools),
            "installed_at": (facts or {}).get("installed_at"),
            "problem": None if where else problem,
            "job_id": job.id if job else None,
        }
    )


def install(session: Session, runtime: Runtime, name: str, wheels: str | None) -> Job:
    """Queue an installation; asking twice gives the same job. Raises CannotInstall without a Python for it."""
    entry = get(name)
    if wheels is not None:
        folder = server_path(runtime.settings, wheels)
        if not folder.is_dir():
            raise CannotInstall(
                f"{wheels} is no folder.", code="wheels_not_found", action="Name the folder with the wheels."
            )
    interpreter, problem = find(entry.pythons, runtime.settings.toolchain_python)
    if interpreter is None:
        raise CannotInstall(str(problem))
    running = repository.installing(session, name)
    if running is not None:
        return running
    parameters = {"name": name, "wheels": wheels}
    title = f"Install {entry.title}"
    return jobs.create(session, runtime.queue, TOOLCHAIN_INSTALL, title, parameters, estimate_s=ESTIMATE_S)


def remove(session: Session, runtime: Runtime, name: str) -> None:
    """Remove what the data folder has of it. Refused while it is being installed, and for a built-in one."""
    entry = get(name)
    if repository.installing(session, name) is not None:
        raise Conflict(
            f"'{entry.title}' is being installed.", code="in_use", action="Cancel the job first, or wait for its end."
        )
    where = place(runtime.storage.root, name)
    if not where.exists():
        if found_at(runtime, name) is not None:
            raise Conflict(
                "This toolchain is part of the installation.", code="built_in", action="Nothing has to be removed."
            )
        raise NotFound(f"'{entry.title}' is not installed.", code="toolchain_missing")
    installation.remove(where)


def _locks(entry: Definition) -> set[str]:
    return {entry.lock(minor).sha256 for minor in entry.pythons if entry.lock(minor).path.is_file()}

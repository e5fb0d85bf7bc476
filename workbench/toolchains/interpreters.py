"""Finds a Python that a toolchain can live in, or says plainly what is missing."""

import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

_ASK = "import sys, ensurepip, venv; print(*sys.version_info[:3], sys.implementation.name)"


@dataclass(frozen=True)
class Interpreter:
    """An executable of CPython 3.`minor`."""

    path: str
    version: str

    @property
    def minor(self) -> int:
        return int(self.version.split(".")[1])


def find(minors: Sequence[int], named: Path | None = None) -> tuple[Interpreter | None, str | None]:
    """The first interpreter of one of `minors` (Python 3) that can make environments, and else why there is none.

    `named` is the one that the settings name: then no other is looked for.
    """
    wanted = f"3.{min(minors)} to 3.{max(minors)}"
    if named is not None:
        found, problem = ask(str(named))
        if found is None:
            return None, f"The Python that the settings name cannot be used: {problem}."
        if found.minor not in minors:
            return None, f"The Python that the settings name is {found.version}; {wanted} is needed."
        return found, None
    problems = []
    for candidate in _candidates(minors):
        found, problem = ask(candidate)
        if found is not None and found.minor in minors:
            return found, None
        if problem is not None:
            problems.append(problem)
    reason = f" ({problems[0]})" if problems else ""
    return None, (
        f"No Python {wanted} was found on this machine{reason}. "
        f"Install one with its venv module (Debian: python3.11 and python3.11-venv), or set WORKBENCH_TOOLCHAIN_PYTHON."
    )


def _candidates(minors: Sequence[int]) -> list[str]:
    """This very Python where it fits (its base: an environment inside of an environment is none), then the path's."""
    found = []
    for minor in minors:
        if sys.version_info[:2] == (3, minor):
            found.append(str(Path(sys.base_prefix) / "bin" / f"python3.{minor}"))
            found.append(sys.executable)
        on_path = shutil.which(f"python3.{minor}")
        if on_path is not None:
            found.append(on_path)
    return list(dict.fromkeys(found))


@lru_cache(maxsize=64)
def ask(path: str) -> tuple[Interpreter | None, str | None]:
    """What an executable says it is; asked once in the life of this process."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    try:
        answer = subprocess.run(
            [path, "-I", "-c", _ASK], capture_output=True, text=True, timeout=20, env=environment, check=False
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        return None, f"{path} does not start: {type(error).__name__}"
    if answer.returncode != 0:
        last = answer.stderr.strip().splitlines()[-1:] or ["no message"]
        return None, f"{path} cannot make environments: {last[0][:200]}"
    parts = answer.stdout.split()
    if len(parts) != 4 or parts[0] != "3" or parts[3] != "cpython":
        return None, f"{path} is no CPython 3"
    return Interpreter(path, ".".join(parts[:3])), None

"""Makes the environment of a checkout: `.venv`, Python packages, the frontend's packages and the built page.

Run by `make setup`, and by every other target first. Each step leaves a stamp with the checksum of what it was made
from, and runs again only when that changed or its result is gone. Needs nothing but a Python with `venv`.
"""

import hashlib
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
STAMPS = VENV / ".stamps"
FRONTEND = ROOT / "frontend"
PAGE = ROOT / "workbench" / "web" / "dist" / "index.html"
LOCKS = [ROOT / "requirements" / "runtime.txt", ROOT / "requirements" / "dev.txt"]
MIN_PYTHON = (3, 11)
MIN_NODE = (20, 19)
NOT_PAGE_SOURCES = {"node_modules", "coverage", "dist"}


class SetupError(Exception):
    """Something that the user has to do; its text is the whole message."""


@dataclass(frozen=True)
class Step:
    """One part of the environment: what it is made from, what it leaves behind, and how it is made."""

    name: str
    sources: Callable[[], list[Path]]
    result: Path
    make: Callable[[], None]
    also: Callable[[], str] = lambda: ""

    def checksum(self) -> str:
        """SHA-256 over the names and bytes of all sources, and over what else the result depends on."""
        digest = hashlib.sha256(self.also().encode())
        for path in self.sources():
            digest.update(f"\0{path.relative_to(ROOT)}\0".encode())
            digest.update(path.read_bytes())
        return digest.hexdigest()

    def run(self) -> bool:
        """Makes the step where it is missing or old. True when something was done."""
        stamp = STAMPS / self.name
        checksum = self.checksum()
        if self.result.exists() and stamp.is_file() and stamp.read_text() == checksum:
            return False
        print(f"setup: {self.name}", flush=True)
        stamp.unlink(missing_ok=True)
        self.make()
        if not self.result.exists():
            raise SetupError(f"The step '{self.name}' ended without an error, but {self.result} is missing.")
        STAMPS.mkdir(parents=True, exist_ok=True)
        stamp.write_text(checksum)
        return True


def run(*command: str | Path, cwd: Path = ROOT) -> None:
    """Runs a command whose output the user sees; it must not ask anything."""
    try:
        subprocess.run([str(part) for part in command], cwd=cwd, check=True, stdin=subprocess.DEVNULL)
    except subprocess.CalledProcessError as error:
        shown = " ".join(str(part) for part in command)
        raise SetupError(f"`{shown}` failed with exit code {error.returncode}; its output is above.") from error


def make_venv() -> None:
    if VENV.exists() and not venv_is_sound():
        shutil.rmtree(VENV)
    if not PYTHON.exists():
        run(sys.executable, "-m", "venv", VENV)


def venv_is_sound() -> bool:
    """False for an environment whose interpreter is gone (moved, upgraded) or too old."""
    probe = f"import sys; sys.exit(sys.version_info < {MIN_PYTHON})"
    try:
        return subprocess.run([PYTHON, "-c", probe], capture_output=True, check=False).returncode == 0
    except OSError:
        return False


def interpreter() -> str:
    """What the installed packages depend on beside the locks."""
    home = re.search(r"^version(?:_info)? *= *(.*)$", (VENV / "pyvenv.cfg").read_text(), re.MULTILINE)
    return home.group(1) if home else ""


def install_packages() -> None:
    requirements = [part for lock in LOCKS for part in ("-r", lock)]
    run(PYTHON, "-m", "pip", "install", "-qq", "--require-hashes", *requirements)


def install_project() -> None:
    """Editable: the checkout is what runs. All that is needed for it is in the environment already."""
    run(PYTHON, "-m", "pip", "install", "-qq", "--no-deps", "--no-index", "--no-build-isolation", "-e", ROOT)


def node_version() -> str:
    """The version of Node, which must be there and recent enough, with npm."""
    wanted = ".".join(map(str, MIN_NODE))
    node = shutil.which("node")
    if node is None or shutil.which("npm") is None:
        raise SetupError(f"Node {wanted} or later with npm is needed to build the page, and is not found in PATH.")
    text = subprocess.run([node, "--version"], capture_output=True, text=True, check=True).stdout.strip()
    numbers = tuple(int(number) for number in re.findall(r"\d+", text)[:2])
    if numbers < MIN_NODE:
        raise SetupError(f"Node {wanted} or later is needed to build the page; {node} is {text}.")
    return text


def install_frontend() -> None:
    run("npm", "ci", "--no-audit", "--no-fund", "--loglevel=error", cwd=FRONTEND)


def build_page() -> None:
    run("npm", "run", "--silent", "build", cwd=FRONTEND)


def page_sources() -> list[Path]:
    return sorted(walk(FRONTEND))


def walk(folder: Path) -> Iterator[Path]:
    for entry in os.scandir(folder):
        if entry.is_dir(follow_symlinks=False):
            if entry.name not in NOT_PAGE_SOURCES:
                yield from walk(Path(entry.path))
        elif not entry.name.endswith((".tsbuildinfo", ".log")):
            yield Path(entry.path)


STEPS = [
    Step("packages", lambda: LOCKS, PYTHON, install_packages, also=interpreter),
    Step(
        "project",
        lambda: [ROOT / "pyproject.toml", ROOT / "workbench" / "__init__.py"],
        VENV / "bin" / "workbench",
        install_project,
        also=interpreter,
    ),
    Step(
        "frontend",
        lambda: [FRONTEND / "package.json", FRONTEND / "package-lock.json"],
        FRONTEND / "node_modules" / ".package-lock.json",
        install_frontend,
        also=node_version,
    ),
    Step("page", page_sources, PAGE, build_page),
]


def main() -> int:
    try:
        make_venv()
        done = [step.name for step in STEPS if step.run()]
    except SetupError as error:
        print(f"setup: {error}", file=sys.stderr)
        return 1
    if done:
        print(f"setup: done ({', '.join(done)})", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())

"""Writes the locks in requirements/ (runtime, build, dev) and of the frontend: exact versions with their checksums.

`python -m scripts.locks` takes the newest allowed versions; with `--keep`, those already locked stay. The files name
no registry, and the local package folders of this machine are left out of the resolution: the locks must install
wherever the machine's own configuration leads pip and npm.
"""

import os
import re
import subprocess
import sys
from pathlib import Path

from scripts import npm_lock

ROOT = Path(__file__).resolve().parent.parent
REQUIREMENTS = ROOT / "requirements"
LOCAL_SOURCES = ("PIP_FIND_LINKS", "PIP_EXTRA_INDEX_URL", "PIP_NO_INDEX")
OPTIONS = [
    "--quiet",
    "--generate-hashes",
    "--strip-extras",
    "--allow-unsafe",
    "--annotation-style=line",
    "--no-header",
    "--no-emit-index-url",
    "--no-emit-find-links",
    "--no-emit-trusted-host",
    "--no-emit-options",
]
# Each lock, what it is made from, and a package that must not come with it: PyTorch would be gigabytes of CUDA.
LOCKS = [
    ("runtime.txt", "pyproject.toml"),
    ("build.txt", "requirements/build.in"),
    ("dev.txt", "requirements/dev.in"),
]
UNWANTED = re.compile(r"^(torch|torchvision|tensorflow|nvidia-[a-z0-9-]+)==", re.MULTILINE)


def environment() -> dict[str, str]:
    """This process's environment without the package folders of the machine."""
    kept = {name: value for name, value in os.environ.items() if name not in LOCAL_SOURCES}
    return kept | {"PIP_CONFIG_FILE": os.devnull}


def compile_lock(name: str, source: str, upgrade: bool) -> None:
    """Runs pip-compile for one lock; versions already in it stay where `upgrade` is not asked for."""
    target = REQUIREMENTS / name
    command = [sys.executable, "-m", "piptools", "compile", *OPTIONS, "--output-file", str(target.relative_to(ROOT))]
    if upgrade:
        command.append("--upgrade")
    subprocess.run([*command, source], cwd=ROOT, env=environment(), check=True)
    text = target.read_text()
    if unwanted := UNWANTED.search(text):
        raise SystemExit(f"{name}: {unwanted.group(1)} was pulled in; find out by which package")
    if "://" in text:
        raise SystemExit(f"{name} names an address; it must not")


def lock_frontend(upgrade: bool) -> None:
    """Writes frontend/package-lock.json, with the builds for other platforms that a registry may not hand out."""
    command = ["npm", "update" if upgrade else "install", "--package-lock-only", "--loglevel=error"]
    subprocess.run(command, cwd=npm_lock.LOCK.parent, check=True)
    added = npm_lock.complete(npm_lock.LOCK)
    print(f"locks: package-lock.json written, completed with {len(added)} builds for other platforms")


def main() -> int:
    upgrade = "--keep" not in sys.argv[1:]
    for name, source in LOCKS:
        compile_lock(name, source, upgrade)
        print(f"locks: {name} written")
    lock_frontend(upgrade)
    return 0


if __name__ == "__main__":
    sys.exit(main())

"""Rules of the repository that no other tool holds: names, lengths, and nothing that ties a file to one machine.

Looks at every file that is or would be committed. Prints one line per violation and exits 1 when there is one.
"""

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from scripts import npm_lock

ROOT = Path(__file__).resolve().parent.parent
MAX_LINES = 400
SOURCE_SUFFIXES = {".py", ".ts", ".tsx", ".css", ".js", ".mjs", ".sh"}
GENERATED = {"frontend/src/api/schema.d.ts"}
VAGUE_NAMES = {"utils", "util", "helpers", "helper", "common", "misc", "manager", "managers"}

# Registries are reached by the configuration of the machine, and addresses in locks would overrule it.
REGISTRY_HOST = re.compile(
    r"(?:pypi|pythonhosted|npmjs|yarnpkg|npmmirror|anaconda)\.(?:org|com)|(?:deb|security)\.debian\.org|ghcr\.io|quay\.io"
)
MACHINE_PATH = re.compile(
    r"/work/(?:main|shared)\b|/root[/]|/home/(?!workbench\b|somebody\b)[a-z]+/|/opt/(?:wheels|pypi)\b"
)


def committed_files() -> list[Path]:
    """Every file that git tracks or would add, relative to the root."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, check=True).stdout.decode()
    paths = (Path(name) for name in sorted(set(listed.split("\0"))) if name)
    return [path for path in paths if (ROOT / path).is_file()]


def name_violations(path: Path) -> Iterator[str]:
    if path.suffix in SOURCE_SUFFIXES or path.name == "__init__.py":
        parts = [*path.parts[:-1], path.name.split(".")[0]]
        for part in parts:
            if part.lower() in VAGUE_NAMES:
                yield f"'{part}' says nothing about what is in it: name it for what it does"


def length_violations(path: Path, text: str) -> Iterator[str]:
    lines = text.count("\n")
    if path.suffix in SOURCE_SUFFIXES and str(path) not in GENERATED and lines > MAX_LINES:
        yield f"{lines} lines, more than {MAX_LINES}: split it"


def content_violations(text: str) -> Iterator[str]:
    for number, line in enumerate(text.splitlines(), 1):
        if found := REGISTRY_HOST.search(line):
            yield f"line {number} names a registry: {found.group()}"
        if found := MACHINE_PATH.search(line):
            yield f"line {number} names a path of one machine: {found.group()}"


def lock_violations(path: Path, text: str) -> Iterator[str]:
    """Locks pin by checksum and leave the address to the machine."""
    if path.match("requirements/*.txt") and "://" in text:
        yield "names an address; write it with `make locks`"
    if path.name == "package-lock.json":
        packages = json.loads(text).get("packages", {})
        if addressed := [name for name, entry in packages.items() if "://" in entry.get("resolved", "")]:
            yield f"names {len(addressed)} addresses: set omit-lockfile-registry-resolved in frontend/.npmrc"
        if unpinned := [name for name, entry in packages.items() if needs_integrity(name, entry)]:
            yield f"has no checksum for {', '.join(unpinned[:5])}"
        if absent := sorted(npm_lock.missing(packages)):
            yield f"lacks {', '.join(absent[:5])}: `npm ci` would refuse it; run `python scripts/npm_lock.py`"


def needs_integrity(name: str, entry: dict[str, object]) -> bool:
    """Every package but the project itself, links, what comes inside another, and other platforms' builds."""
    elsewhere = entry.get("optional") and (entry.get("os") != ["linux"] or entry.get("libc") == ["musl"])
    return bool(name) and not (entry.get("link") or entry.get("inBundle") or elsewhere) and "integrity" not in entry


def violations(path: Path) -> Iterator[str]:
    """What is wrong with one file, one sentence each."""
    yield from name_violations(path)
    try:
        text = (ROOT / path).read_text(encoding="utf-8")
    except UnicodeDecodeError:
        return
    yield from length_violations(path, text)
    yield from content_violations(text)
    yield from lock_violations(path, text)


def main() -> int:
    found = [f"{path}: {violation}" for path in committed_files() for violation in violations(path)]
    for line in found:
        print(line)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())

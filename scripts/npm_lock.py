"""Completes frontend/package-lock.json with the builds of a package for other platforms than this one.

npm leaves an optional dependency out of the lock when the registry does not hand it out, as some mirrors do for the
platforms they do not serve, and `npm ci` then refuses the lock everywhere. Such builds are named here with version and
platform, so that the lock is whole; a checksum they cannot have, and on the platforms we test nothing asks for them.
"""

import json
from pathlib import Path
from typing import Any

LOCK = Path(__file__).resolve().parent.parent / "frontend" / "package-lock.json"
SYSTEMS = ("aix", "android", "darwin", "freebsd", "linux", "netbsd", "openbsd", "openharmony", "sunos", "win32")
PROCESSORS = ("arm64", "arm", "ia32", "loong64", "mips64el", "ppc64", "riscv64", "s390x", "x64")


def missing(packages: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Entries for all optional dependencies that the lock names but does not hold, by their place in the lock."""
    found: dict[str, dict[str, Any]] = {}
    for holder, entry in packages.items():
        for name, version in entry.get("optionalDependencies", {}).items():
            nested, top = f"{holder}/node_modules/{name}", f"node_modules/{name}"
            if holder and nested not in packages and top not in packages:
                found[top] = platform_entry(name, version, dev=bool(entry.get("dev")))
    return found


def platform_entry(name: str, version: str, dev: bool) -> dict[str, Any]:
    """The lock's entry for one platform's build. Raises ValueError for a name or version that does not tell which."""
    words = name.rpartition("/")[2].split("-")
    systems = [word for word in words if word in SYSTEMS]
    processors = [word for word in words if word in PROCESSORS]
    if len(systems) != 1 or len(processors) != 1 or not version[:1].isdigit():
        raise ValueError(f"{name} {version} is missing in the lock, and its name does not tell its platform")
    entry: dict[str, Any] = {"version": version, "cpu": processors}
    if dev:
        entry["dev"] = True
    if systems == ["linux"]:
        entry["libc"] = ["musl" if "musl" in words else "glibc"]
    return entry | {"optional": True, "os": systems}


def complete(path: Path) -> list[str]:
    """Adds what is missing to a lock file, in npm's own form and order. Returns the names of what was added."""
    document = json.loads(path.read_text())
    packages = document["packages"]
    if found := missing(packages):
        document["packages"] = dict(sorted((packages | found).items()))
        path.write_text(json.dumps(document, indent=2, ensure_ascii=False) + "\n")
    return sorted(found)


if __name__ == "__main__":
    print(f"locks: package-lock.json completed with {len(complete(LOCK))} builds for other platforms")

"""Installs a toolchain into a folder without a server, for an image: python -m workbench.toolchains.prepare NAME FOLDER

`WORKBENCH_TOOLCHAIN_PATH` then names the folder.
"""

import contextlib
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

from workbench.toolchains import installation
from workbench.toolchains.interpreters import find
from workbench.toolchains.service import get


@contextlib.contextmanager
def _unstopped(stop: Callable[[], None]) -> Iterator[None]:
    yield


def main(arguments: list[str]) -> int:
    if len(arguments) != 2:
        sys.stderr.write("usage: python -m workbench.toolchains.prepare NAME FOLDER\n")
        return 2
    entry = get(arguments[0])
    interpreter, problem = find(entry.pythons)
    if interpreter is None:
        sys.stderr.write(f"{problem}\n")
        return 1
    report = installation.Reporter(
        stage=lambda name, index, count: print(f"{index} of {count}: {name}", flush=True),
        progress=lambda done, total: print(f"  {done} of {total}", flush=True),
        log=print,
        check=lambda: None,
        stopped_by=_unstopped,
    )
    place = Path(arguments[1]).absolute() / entry.name
    try:
        installation.install(entry, interpreter, place, None, report, datetime.now(UTC).isoformat())
    except installation.InstallFailed as failure:
        sys.stderr.write(f"{failure.message}\n{failure.action}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

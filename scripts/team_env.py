"""Writes `.env` with fresh random secrets for docker-compose.yml. An existing file stays as it is."""

import os
import secrets
import sys
from pathlib import Path

ENV_FILE = Path(__file__).resolve().parent.parent / ".env"


def contents() -> str:
    """One line per secret. Hexadecimal, as two of them become part of a URL."""
    values = {
        "WORKBENCH_TOKEN": secrets.token_hex(24),
        "POSTGRES_PASSWORD": secrets.token_hex(24),
        "REDIS_PASSWORD": secrets.token_hex(24),
    }
    return "".join(f"{name}={value}\n" for name, value in values.items())


def write(path: Path) -> None:
    """Makes the file for its owner only. Raises FileExistsError where there is one."""
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(contents())


def main() -> int:
    try:
        write(ENV_FILE)
    except FileExistsError:
        print(f"{ENV_FILE} is there already and stays as it is", file=sys.stderr)
        return 1
    print(f"{ENV_FILE} written; the token to log in with is WORKBENCH_TOKEN in it")
    return 0


if __name__ == "__main__":
    sys.exit(main())

"""Writes the OpenAPI document of the server and the frontend's types generated from it, or checks that they are fresh.

python scripts/api_types.py            writes frontend/openapi.json and frontend/src/api/schema.d.ts
python scripts/api_types.py --check    exits 1 when one of them differs from what the code says
"""

import difflib
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
FRONTEND = ROOT / "frontend"
DOCUMENT = FRONTEND / "openapi.json"
TYPES = FRONTEND / "src" / "api" / "schema.d.ts"
GENERATOR = FRONTEND / "node_modules" / ".bin" / "openapi-typescript"
SHOWN_LINES = 40


def document() -> str:
    """The OpenAPI document as the server gives it, without starting one."""
    command = [sys.executable, "-m", "workbench.app", "openapi"]
    return subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, check=True, text=True).stdout


def types_of(openapi: str) -> str:
    """TypeScript types of an OpenAPI document."""
    with tempfile.TemporaryDirectory() as folder:
        source, target = Path(folder) / "openapi.json", Path(folder) / "schema.d.ts"
        source.write_text(openapi)
        subprocess.run([GENERATOR, source, "--output", target], cwd=FRONTEND, stdout=subprocess.DEVNULL, check=True)
        return target.read_text()


def drift(path: Path, fresh: str) -> list[str]:
    """The first lines in which a committed file differs from a fresh one."""
    kept = path.read_text().splitlines() if path.is_file() else []
    return list(
        difflib.unified_diff(kept, fresh.splitlines(), str(path.relative_to(ROOT)), "from the code", lineterm="")
    )


def main() -> int:
    openapi = document()
    fresh = {DOCUMENT: openapi, TYPES: types_of(openapi)}
    if "--check" not in sys.argv[1:]:
        for path, text in fresh.items():
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        return 0
    stale = False
    for path, text in fresh.items():
        if difference := drift(path, text):
            stale = True
            print("\n".join(difference[:SHOWN_LINES]))
            print(f"{path.relative_to(ROOT)} is not what the code says; write it with `make api` and commit it.\n")
    return 1 if stale else 0


if __name__ == "__main__":
    sys.exit(main())

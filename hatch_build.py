"""Build hook: puts the built page into the wheel and the source distribution, so that an installation needs no Node."""

import shutil
import subprocess
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class PageBuildHook(BuildHookInterface):  # type: ignore[type-arg]
    """Builds `frontend/` into `workbench/web/dist` where that is missing. An editable installation is left alone."""

    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        if version == "editable":
            return
        root = Path(self.root)
        page = root / "workbench" / "web" / "dist" / "index.html"
        if not page.is_file():
            build_page(root / "frontend")
        if not page.is_file():
            raise RuntimeError(
                f"the frontend was built, but {page} is not there: check build.outDir in its Vite settings"
            )


def build_page(frontend: Path) -> None:
    """Installs the locked packages of the frontend and builds it. Needs Node 20 or later with npm."""
    npm = shutil.which("npm")
    if npm is None:
        raise RuntimeError("the page is not built and npm is not found: install Node 20 or later, or run `make setup`")
    subprocess.run([npm, "ci", "--no-audit", "--no-fund"], cwd=frontend, check=True)
    subprocess.run([npm, "run", "build"], cwd=frontend, check=True)
